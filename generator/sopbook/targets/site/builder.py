"""What mkdocs has to be told to turn the folder of Markdown into HTML.

It is all in one plain configuration, so that any builder that reads ``mkdocs.yml`` can build the
same folder without this package.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from sopbook.link.handbook import Handbook
from sopbook.locales import locale

STYLES = ("assets/sopbook.css", "assets/search.css", "assets/forms.css", "assets/training.css")
"""The stylesheets of every page."""

SCRIPT = {"path": "assets/sopbook.js", "type": "module"}
"""The one script that every page names; it fetches the others where there is something for them to do."""


_DECIDED_HERE = ("docs_dir", "site_dir", "plugins", "INHERIT", "nav")


def plain_config(handbook: Handbook, own: Mapping[str, Any]) -> dict[str, Any]:
    """The builder's configuration for ``build/docs``, without the navigation.

    ``own`` is the handbook's own ``mkdocs.yml``, which may say anything but where things are;
    plugins stay out, since not every builder runs them.
    """
    language = handbook.settings.language
    config: dict[str, Any] = {
        "site_name": html.escape(handbook.settings.title, quote=False),
        "theme": {
            "name": "material",
            "language": language,
            "font": False,
            "features": [
                "navigation.indexes",
                "navigation.prune",
                "navigation.top",
                "toc.follow",
            ],
            "palette": [
                {
                    "media": "(prefers-color-scheme: light)",
                    "scheme": "default",
                    "primary": "teal",
                    "accent": "deep orange",
                    "toggle": {"icon": "material/weather-night", "name": _toggle(language, "dark")},
                },
                {
                    "media": "(prefers-color-scheme: dark)",
                    "scheme": "slate",
                    "primary": "teal",
                    "accent": "amber",
                    "toggle": {"icon": "material/weather-sunny", "name": _toggle(language, "light")},
                },
            ],
        },
        "extra": {"generator": False},
    }
    if handbook.settings.base_url:
        config["site_url"] = handbook.settings.base_url
    config |= {key: value for key, value in own.items() if key not in _DECIDED_HERE}
    config |= {
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": True,
        "extra_css": [*own.get("extra_css", []), *STYLES],
        "extra_javascript": [*own.get("extra_javascript", []), SCRIPT],
        "markdown_extensions": ["attr_list", "tables", {"toc": {"permalink": False}}],
        # Nor its own search: search.js takes its place.
        "plugins": [],
    }
    return config


def _toggle(language: str, scheme: str) -> str:
    return locale(language).word("ui", f"switch_to_{scheme}")


def config_text(config: Mapping[str, Any], navigation: Sequence[Any]) -> str:
    """The configuration as YAML."""
    text = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False, width=1000)
    # A navigation of thousands of pages takes PyYAML seconds. A JSON string is a YAML string.
    return text + "".join(f"{line}\n" for line in ("nav:", *_nav_lines(navigation, "")))


def _nav_lines(items: Sequence[Any], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, str):
            yield f"{indent}- {_string(item)}"
            continue
        title, content = next(iter(item.items()))
        if isinstance(content, str):
            yield f"{indent}- {_string(title)}: {_string(content)}"
        else:
            yield f"{indent}- {_string(title)}:"
            yield from _nav_lines(content, f"{indent}  ")


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
