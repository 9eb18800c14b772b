"""What the folder of Markdown holds besides pages: Word forms, calendars, the search, training data, our own parts.

Each file is a product with what decides it.
"""

from __future__ import annotations

import importlib
import posixpath
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sopbook.cache.tool import digest, folder_digest
from sopbook.cache.watch import unwatched
from sopbook.forms.files import described, offered, template_folders
from sopbook.forms.fillable import fillable
from sopbook.link.assets import FileUse, asset_path, is_publishable
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import Document, Role
from sopbook.output import Product
from sopbook.read.links import relative_path
from sopbook.resources import site_folder
from sopbook.targets import TargetFailed
from sopbook.targets.site.finish import FIRST_STYLES
from sopbook.targets.site.training import training_files

if TYPE_CHECKING:
    from sopbook.forms.document import FormCompiler
    from sopbook.search.shards import SearchFile


def files_beside_pages(handbook: Handbook, root: Path) -> dict[str, Product]:
    """Every file of the folder of Markdown that is neither a page nor part of the search's index."""
    products = dict(_calendars(handbook)) | dict(_forms(handbook, root))
    products |= training_files(handbook)
    for document in handbook.documents:
        products |= {name: copy_of(root / file) for name, file in _attachments(handbook, document).items()}
    for folder in reversed(site_folders(root)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != FIRST_STYLES:
                products[path.relative_to(folder).as_posix()] = copy_of(path)
    return products


def site_folders(root: Path) -> list[Path]:
    """The folders of the site's own parts: the house's goes before ours."""
    return [root / "site", site_folder()]


def copy_of(path: Path) -> Product:
    """A file taken over as it is; made at every build, since only its bytes tell whether it changed."""
    return Product("", partial(bytes_of, path))


def bytes_of(path: Path | str) -> bytes:
    """The bytes of a file. Raises TargetFailed if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise TargetFailed(f"cannot read {path}: {error.strerror}") from error


def _calendars(handbook: Handbook) -> Iterator[tuple[str, Product]]:
    inputs = digest("calendar", handbook.versions.base) if handbook.versions else ""
    words = locale(handbook.settings.language)
    yield "calendar/recurring.ics", Product(inputs, partial(_calendar, handbook, words))
    for document in handbook.documents:
        if isinstance(document, Role):
            yield (
                f"{document.id}/calendar.ics",
                Product(inputs, partial(_calendar, handbook, words, document.title)),
            )


def _calendar(handbook: Handbook, words: Locale, role: str = "") -> bytes:
    # Here and below: what many builds do not need is loaded by those that do.
    from sopbook.targets.site.calendar import calendar_file

    return calendar_file(handbook, words, role)


def _forms(handbook: Handbook, root: Path) -> Iterator[tuple[str, Product]]:
    """Beside the page of each form: its Word file, and what a browser needs to know to fill it in."""
    folders = template_folders(root)
    templates = folder_digest(folders, (".docx",))
    words = locale(handbook.settings.language)

    @cache
    def compiler() -> FormCompiler:
        from sopbook.forms.document import FormCompiler

        return FormCompiler(handbook, folders)

    for document in offered(handbook):
        inputs = digest("form", handbook.versions.of(document), templates) if handbook.versions else ""
        path = f"{document.id}/{document.id}"
        yield f"{path}.docx", Product(inputs, lambda form=document: compiler().compile(form).word())  # type: ignore[misc]
        yield f"{path}.json", Product(inputs, lambda form=document: described(fillable(form, words), words))  # type: ignore[misc]


def load_what_is_beside() -> None:
    """Load what makes Word forms and calendars, and the search's dictionaries."""
    from sopbook.search.chinese import load_dictionaries

    for name in ("forms.document", "search.shards", "targets.site.calendar"):
        importlib.import_module(f"sopbook.{name}")
    load_dictionaries()


def documents_searched(handbook: Handbook) -> None:
    """Takes apart, on all cores, what the search's index is put together from by one."""
    from sopbook.search.gifts import gifts_of

    gifts_of(handbook)


def without_search_index(products: Mapping[str, Product]) -> dict[str, Product]:
    """The products without those, of the house's own parts, in the place of the search's index."""
    from sopbook.search.shards import FOLDER

    return {name: product for name, product in products.items() if not name.startswith(f"{FOLDER}/")}


def search_index(handbook: Handbook) -> dict[str, Product]:
    """The search's index, as files."""
    from sopbook.search.shards import search_files

    counted = handbook.versions is not None
    return {name: Product(file.inputs if counted else "", file.make) for name, file in search_files(handbook).items()}


Ahead = Mapping[str, tuple[str, bytes | None]]
"""Files of the search's index: what decides each, and its bytes if it is not as it was."""


def index_ahead(handbook: Handbook, before: Mapping[str, str]) -> Ahead:
    """The search's index for another process. ``before`` is what decided each file when it was made last."""
    from sopbook.search.shards import search_files

    return {
        name: (file.inputs, None if file.inputs == before.get(name) else file.make())
        for name, file in search_files(handbook).items()
    }


def index_handed_over(handbook: Handbook, ahead: Ahead) -> dict[str, Product]:
    """The search's index, as files, from what another process has made of it."""

    @cache
    def files() -> dict[str, SearchFile]:
        from sopbook.search.shards import search_files

        return search_files(handbook)

    def made(name: str) -> bytes:
        # Only for a file that is as it was, but lost.
        with unwatched():
            return files()[name].make()

    return {
        name: Product(inputs, partial(made, name) if data is None else partial(bytes, data))
        for name, (inputs, data) in ahead.items()
    }


def _attachments(handbook: Handbook, document: Document) -> dict[str, str]:
    """The files beside a document that its page shows or links to: path in the site to path in the handbook."""
    found = {}
    for href, is_picture in handbook.facts[document.id].files:
        use = FileUse(href, asset_path(document, href), is_picture, "", document.place)
        if use.path is not None and is_publishable(use, handbook.assets):
            found[posixpath.join(document.id, relative_path(href) or "")] = use.path
    return found
