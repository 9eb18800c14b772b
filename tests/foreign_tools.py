"""Run by another Python (``.venv/foreign``): other people's readers. A line of JSON in, a line of JSON out."""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def gift(data: bytes) -> list[dict[str, Any]]:
    """What pygiftparser reads, with its own unescaping."""
    from pygiftparser import parser
    from pygiftparser.utils import transformSpecials

    found = []
    for question in parser.parseFile(io.StringIO(data.decode())):
        answers = question.answers
        rows: list[dict[str, Any]] = []
        for answer in getattr(answers, "answers", None) or []:
            row = {key: value for key, value in vars(answer).items() if isinstance(value, str | float | int | bool)}
            rows.append({k: transformSpecials(v) if isinstance(v, str) else v for k, v in row.items()})
        truth = getattr(answers, "answer", None)
        found.append(
            {
                "valid": question.valid,
                "title": transformSpecials(question.title),
                "markup": question.markup,
                "text": transformSpecials(question.text),
                "feedback": transformSpecials(question.generalFeedback),
                "kind": type(answers).__name__,
                "answers": rows,
                "truth": truth if isinstance(truth, bool) else None,
            }
        )
    return found


def moodle(data: bytes) -> list[dict[str, Any]]:
    """What moodle-xml-parser reads (it knows multiple choice and cloze)."""
    from moodle_xml_parser import parser

    return [
        {
            "name": question.name,
            "text": question.text_pre_parse,
            "single": question.single,
            "feedback": question.general_feedback,
            "options": [[option.answer, option.score_fraction] for option in question.options],
        }
        for question in parser.parse_bytes(data)["multichoice"]
    ]


def anki(data: bytes) -> dict[str, Any]:
    """What Anki makes of a package: imported twice into one collection."""
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "cards.apkg")
        package.write_bytes(data)
        collection = Collection(str(Path(folder, "collection.anki2")))
        request = ImportAnkiPackageRequest(package_path=str(package), options=ImportAnkiPackageOptions())
        first, second = (collection.import_anki_package(request).log for _ in range(2))
        notes = [collection.get_note(note) for note in collection.find_notes("")]
        found = {
            "new": len(first.new),
            "again": len(second.new),
            "cards": collection.card_count(),
            "decks": sorted(deck.name for deck in collection.decks.all_names_and_ids()),
            "notes": [{"fields": note.fields, "tags": note.tags, "back": note.cards()[0].answer()} for note in notes],
            "media": sorted(path.name for path in Path(collection.media.dir()).iterdir()),
            "problems": collection.fix_integrity()[0],
        }
        collection.close()
    return found


def upgrade(data: bytes) -> str:
    """A QTI 2.1 package as Citolab's converter makes QTI 3.0 of it."""
    from qti_convert import package_to_zip, read_package, upgrade_package_files

    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "package.zip")
        package.write_bytes(data)
        result = upgrade_package_files(read_package(package))
        return base64.b64encode(package_to_zip(getattr(result, "files", result))).decode()


TOOLS: dict[str, Callable[[bytes], Any]] = {"gift": gift, "moodle": moodle, "anki": anki, "upgrade": upgrade}


def main() -> None:
    """Answer until the input ends."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what the readers print is no answer
    for line in sys.stdin:
        tool, data = json.loads(line)
        out.write(json.dumps(TOOLS[tool](base64.b64decode(data))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
