"""Making handbooks and documents to start from."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

import yaml

from sopbook.link.handbook import Handbook
from sopbook.model import Kind, Procedure
from sopbook.read.frontmatter import NUMBER
from sopbook.read.tree import SOURCES

_TEMPLATE_DATE = "2026-01-01"


class ScaffoldError(Exception):
    """What was asked for cannot be made; the message says why and what would work."""


def init(folder: Path, language: str, today: dt.date) -> list[Path]:
    """Make a small working handbook in ``folder``; returns the files made.

    Raises ScaffoldError if one of the files is already there; then nothing is written.
    """
    template = files(__name__) / language
    made = {folder / path: data for path, data in _tree(template, "")}
    for path in made:
        if path.exists():
            raise ScaffoldError(f"{path} is already there; choose an empty folder")
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data.replace(_TEMPLATE_DATE, today.isoformat()), "utf-8")
    return sorted(made)


def _tree(folder: Traversable, above: str) -> Iterable[tuple[str, str]]:
    for entry in folder.iterdir():
        path = posixpath.join(above, entry.name)
        if entry.is_dir():
            yield from _tree(entry, path)
        else:
            yield path, entry.read_text("utf-8")


def new(handbook: Handbook, root: Path, kind: Kind, number: str, title: str, today: dt.date) -> Path:
    """Make one document that passes ``check``, beside the others of its kind; returns its path.

    Raises ScaffoldError if the number is malformed or taken, or if the handbook has nothing the
    document could build on (nobody to own it; for a bank, no procedure to ask about).
    """
    path, written = beginning(handbook, root, kind, number, title, today)
    owner, approver = people(handbook)
    text = Template((files(__name__) / "new" / handbook.settings.language / f"{kind}.md").read_text("utf-8"))
    tested, step = _something_to_test(handbook) if kind is Kind.BANK else ("", "")
    body = text.substitute(owner=_quoted(owner), tested=tested, step=step, today=today, approver=approver)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{written}{body}", "utf-8")
    return path


def beginning(handbook: Handbook, root: Path, kind: Kind, number: str, title: str, today: dt.date) -> tuple[Path, str]:
    """Where a new document belongs, and its front matter up to what only its kind has (and the closing line).

    Raises ScaffoldError as ``new`` does; writes nothing.
    """
    if not NUMBER.fullmatch(number):
        raise ScaffoldError(f"{number!r} is no document number: letters, digits and hyphens, such as KF-CX-31")
    taken = {document.id.casefold(): document for document in handbook.documents}
    if number.casefold() in taken:
        raise ScaffoldError(f"{number} is taken by {taken[number.casefold()].place.file}")
    owner, approver = people(handbook)
    front = {
        "id": number,
        "kind": str(kind),
        "title": title,
        "version": "A/0",
        "effective": today,
        "review": "12 months",
        "owner": owner,
        "approver": approver,
    }
    path = root / folder_for(handbook, kind) / f"{number}.md"
    if path.exists():
        raise ScaffoldError(f"{path} is already there")
    return path, f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)}"


def people(handbook: Handbook) -> tuple[str, str]:
    """Who most often owns and approves documents here. Raises ScaffoldError if nobody that exists does."""
    controls = [document.control for document in handbook.documents]
    owners = Counter(control.owner.text for control in controls if handbook.actor(control.owner))
    approvers = Counter(control.approver.text for control in controls if handbook.actor(control.approver))
    if not owners or not approvers:
        raise ScaffoldError("no document here names an owner and an approver that exist; make a role first")
    return owners.most_common(1)[0][0], approvers.most_common(1)[0][0]


def _something_to_test(handbook: Handbook) -> tuple[str, str]:
    for document in handbook.documents:
        if isinstance(document, Procedure) and not handbook.banks_for(document):
            return document.id, document.steps[0].anchor
    for document in handbook.documents:
        if isinstance(document, Procedure):
            return document.id, document.steps[0].anchor
    raise ScaffoldError("a bank asks about a procedure, and there is none yet")


def folder_for(handbook: Handbook, kind: Kind) -> str:
    """The folder (relative to the handbook's) in which most documents of a kind lie, or most documents."""
    folders = [posixpath.dirname(document.place.file) for document in handbook.of_kind(kind)]
    if not folders:
        folders = ["/".join(document.place.file.split("/")[:2]) for document in handbook.documents]
        folders = [folder for folder in folders if not folder.endswith(".md")]
    return Counter(folders).most_common(1)[0][0] if folders else SOURCES


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
