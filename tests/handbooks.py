"""Handbooks for tests: made by ``sopbook init``, changed where a test needs it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sopbook.check import check
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.model import Kind, Procedure
from sopbook.places import Diagnostic
from sopbook.scaffold import init
from sopbook.targets.site.overviews import OVERVIEWS

TODAY = dt.date(2026, 6, 1)
REPOSITORY = Path(__file__).parent.parent


class Draft:
    """A handbook in a folder that a test may change."""

    def __init__(self, root: Path, language: str = "zh") -> None:
        self.root = root
        init(root, language, dt.date(2026, 1, 1))

    def write(self, file: str, text: str | bytes) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, file: str) -> str:
        return (self.root / file).read_text("utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        text = self.read(file)
        assert old in text, f"{file} has no {old!r}"
        self.write(file, text.replace(old, new, 1))

    def load(self) -> Handbook:
        return load(self.root)

    def check(self, today: dt.date = TODAY) -> list[Diagnostic]:
        return check(self.load(), today)

    def codes(self, today: dt.date = TODAY) -> list[str]:
        return [diagnostic.code for diagnostic in self.check(today)]


def page_addresses(handbook: Handbook) -> list[str]:
    """The address of a page of each kind: home, overviews, lists, training, and the first document of each."""
    firsts = [documents[0] for kind in Kind if (documents := handbook.of_kind(kind))]
    urgent = [document for document in handbook.documents if isinstance(document, Procedure) and document.urgent][:1]
    documents = {document.id: f"{document.id}/" for document in (*firsts, *urgent)}
    learnt = [document.id for document in (*handbook.of_kind(Kind.ROLE)[:1], *handbook.of_kind(Kind.PROCEDURE)[:1])]
    role = learnt[0]
    training = ["", "review/", "coverage/", f"{role}/sheet/", f"{role}/certificate/", *(f"{n}/" for n in learnt)]
    return [
        "",
        "documents/",
        "procedures/",
        *(f"{name}/" for name in OVERVIEWS),
        *documents.values(),
        *(f"training/{path}" for path in training),
    ]
