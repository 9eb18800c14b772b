"""Digests that tell what an output depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sopbook.cache.codec import Encoder, dumps, without_places
from sopbook.cache.tool import digest, tool_digest
from sopbook.model import Document
from sopbook.read.tree import SETTINGS, Sources


@dataclass(frozen=True)
class Versions:
    """The digests of a handbook as it stands.

    ``outlines`` changes with the settings, the names of the files beside the documents, and
    whatever one document may see of another: everything but running text and line numbers.
    ``content`` (by file) changes with any byte of a document. Both change with the tool.
    """

    outlines: str
    content: Mapping[str, str]

    def of(self, document: Document) -> str:
        """The digest of all that a page about one document shows, unless it shows running text of others."""
        return digest(self.outlines, self.content[document.place.file])

    def of_files(self, files: Iterable[str]) -> str:
        """The digest of some documents; those that are gone count too."""
        return digest(*(f"{file}={self.content.get(file, '')}" for file in sorted(files)))

    @property
    def everything(self) -> str:
        """Changes with any byte of any document."""
        return digest(self.outlines, self.of_files(self.content))


def versions_of(sources: Sources) -> Versions | None:
    """The digests of what was read; None if it was read by somebody who counts no changes."""
    if not all(reading.content for reading in sources.readings):
        return None
    parts: list[str | bytes] = [tool_digest(), dumps(without_places(Encoder(SETTINGS).value(sources.settings)))]
    for reading in sources.readings:
        names = [] if reading.document else sorted(reading.names)
        parts += [reading.file, reading.outline, *reading.facts.mentioned, *names]
    parts += sorted(sources.assets)
    return Versions(digest(*parts), {reading.file: reading.content for reading in sources.readings})
