"""What the service worker needs: the list of the site's files, and a name for the build."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from sopbook.compact_json import dumps

WORKER = "sw.js"
LIST = "offline.json"
_UNNAMED = b'const BUILD = "unknown";'
_DIGEST_CHARS = 12

# Other builders' search of the same pages, and what only developers' tools ask for.
_LEFT_OUT = (".map", ".xml", ".xml.gz", ".mp4", ".mp3")
_LEFT_OUT_FOLDERS = ("assets/javascripts/lunr/", "assets/javascripts/workers/")


def offline_files(worker: bytes, digests: Mapping[str, str]) -> dict[str, bytes]:
    """The list of files to keep on a device, and the worker with the build's name in it.

    ``digests`` maps every file of the built site to a digest of its bytes (hexadecimal). Films and
    sound are left out: a phone is to hold the handbook's text and pictures.
    """
    listed = {
        _address(path): digest[:_DIGEST_CHARS]
        for path, digest in sorted(digests.items())
        if not path.endswith(_LEFT_OUT) and not path.startswith(_LEFT_OUT_FOLDERS) and path not in (WORKER, LIST)
    }
    data = dumps(listed)
    build = hashlib.sha256(worker + data).hexdigest()[:_DIGEST_CHARS]
    return {LIST: data, WORKER: worker.replace(_UNNAMED, f'const BUILD = "{build}";'.encode(), 1)}


def _address(path: str) -> str:
    """The address at which a browser asks for a file, relative to the site: a folder's page goes by the folder."""
    shown = path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path
    return quote(shown, safe="/!$&'()*+,;=:@~")
