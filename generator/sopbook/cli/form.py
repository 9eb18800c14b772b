"""``sopbook form``: Word forms, blank or filled in, and filled forms back to data."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse
from sopbook.cli.progress import Progress
from sopbook.forms.document import FormCompiler, FormDocument
from sopbook.forms.export import FORMATS, SeveralForms, export
from sopbook.forms.files import offered, template_folders
from sopbook.forms.fillable import Blank, Fillable, fillable
from sopbook.forms.merge import file_names, write_files, write_together
from sopbook.forms.reading import FilledForm, read_form
from sopbook.forms.rows import MOST_PROBLEMS, Merge, Problem, check, from_json, from_names
from sopbook.forms.values import Value
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Checklist, Form
from sopbook.read.collect import near
from sopbook.spreadsheet import open_table
from sopbook.targets import TargetFailed
from sopbook.untrusted import MAX_FILE_BYTES, Refused, read_bounded
from sopbook.word.pdf import NoPdf, convert, need_office
from sopbook.word.template import find_template

_USAGE = """sopbook form NUMBER [--set FIELD=VALUE]... [--json FILE] [--rows FILE] [--out DIR] [--pdf]
       sopbook form fields NUMBER
       sopbook form read FILE... --out DATA.xlsx
       sopbook form template"""

_EXAMPLES = """examples:
  sopbook form KF-BD-11                                 a blank form: KF-BD-11.docx
  sopbook form KF-BD-11 --set 房号=2-1001 --set 渠道=电话   the same with two fields filled in
  sopbook form KF-BD-11 --rows 业户.xlsx --name 房号       a form for each row, named by a column
  sopbook form KF-BD-11 --rows 业户.xlsx --one --pdf      all of them in one file, and as PDF
  sopbook form fields KF-BD-11                          what the fields are called
  sopbook form read filled/*.docx --out data.xlsx       filled forms back to data
"""

_FILE = Text("{file}：{reason}", "{file}: {reason}")
_ROW = Text("{file} 第 {row} 行：{reason}", "{file}, row {row}: {reason}")
_MORE = Text("还有 {n} 个问题没有列出", "{n} more problems are not listed")
_NOTHING_MADE = Text("没有生成任何文件。", "No file was made.")
_NO_ROWS = Text("表里只有标题，没有数据行", "it has headings but no rows")
_BY_HAND = Text("留待手填的必填栏：{names}", "left to fill in by hand, though required: {names}")
_MADE = Text("{count} 份，在 {folder}", "{count} files in {folder}")
_FIELD = Text("{file}：{field}：{reason}{found}", "{file}: {field}: {reason}{found}")
_FOUND = Text("（写的是“{found}”）", ' (it says "{found}")')
_READ = Text(
    "读取 {forms} 份，写入 {out}；{refused} 份没有读，{unread} 栏读不出",
    "{forms} forms read into {out}; {refused} files refused, {unread} fields could not be read",
)
_REQUIRED = Text("必填", "required")


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "form",
        help="Word forms: blank, filled in, one per row; and filled ones back to data",
        usage=_USAGE,
        description="Make a form (or a checklist) as a Word file, blank or filled in; or read filled forms back.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "number",
        metavar="NUMBER | fields | read | template",
        nargs=argparse.PARSER,
        action=_Dispatch,
        parsers={None: _make_parser(), "fields": _fields_parser(), "read": _read_parser(), "template": _own_parser()},
        help="a form's number, or one of these words; --help behind it says more",
    )


class _Dispatch(argparse.Action):
    """Hands the arguments to the parser for their first word; a number goes to the one for None."""

    def __init__(self, *, parsers: dict[str | None, argparse.ArgumentParser], **options: Any) -> None:
        super().__init__(**options)
        self._parsers = parsers

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Parse the words."""
        first, *rest = values
        if first in self._parsers:
            self._parsers[first].parse_args(rest, namespace)
        else:
            self._parsers[None].parse_args(values, namespace)


# ------------------------------------------------------------------------- fill a form


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook form NUMBER",
        usage="sopbook form NUMBER [options]",
        description="Make a Word file of a form or checklist. Fields go by their label or their id.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("form", metavar="NUMBER", help="the form's number, such as KF-BD-11")
    parser.add_argument(
        "--set", dest="pairs", metavar="FIELD=VALUE", action="append", default=[], type=_pair, help="fill in a field"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="fill in from a JSON object (- for standard input)")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="one form for each row of an .xlsx or .csv")
    parser.add_argument("--one", action="store_true", help="with --rows: all in one file, each on a new page")
    parser.add_argument("--name", metavar="FIELD", help="with --rows: name the files by this field")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the files (default: here)")
    parser.add_argument("--pdf", action="store_true", help="make PDFs too (needs LibreOffice)")
    parser.add_argument("--force", action="store_true", help="replace files that are there already")
    parser.set_defaults(run=_make)
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is no FIELD=VALUE")
    return name.strip(), value


def _make(options: argparse.Namespace) -> int:
    handbook = load(options.root)
    document = _document(handbook, options.form)
    if (options.one or options.name) and options.rows is None:
        raise Misuse("--one and --name go with --rows FILE")
    if options.one and options.name:
        raise Misuse("--name names separate files; with --one there is only one")
    language = handbook.settings.language
    try:
        if options.pdf:
            need_office()
        compiled = FormCompiler(handbook, template_folders(options.root)).compile(document)
        base = _given(compiled.form, options, language)
        if base is None:
            return 1
        made = (
            [_single(compiled, base, options)]
            if options.rows is None
            else _merged(compiled, base, options, handbook.settings.language)
        )
        if made and options.pdf:
            with Progress("PDF", len(made)) as progress:
                made += convert(made, options.out, progress.at)
    except NoPdf as failed:
        print(f"sopbook: {failed.reason.in_language(language)}", file=sys.stderr)
        return 1
    except (TargetFailed, OSError) as failed:
        print(f"sopbook: {failed}", file=sys.stderr)
        return 1
    _say_made(made, options, language)
    return 0 if made else 1


def _say_made(made: Sequence[Path], options: argparse.Namespace, language: str) -> None:
    if len(made) > 10:
        print(_MADE.in_language(language).format(count=len(made), folder=options.out.resolve()))
    else:
        for path in made:
            print(path)


def _given(form: Fillable, options: argparse.Namespace, language: str) -> dict[str, Value] | None:
    """The values of --json and --set; None, with a report, if some are wrong."""
    values: dict[str, Value] = {}
    problems: list[Text] = []
    if options.json is not None:
        values, problems = from_json(form, _load_json(options.json, language))
    more, others = from_names(form, options.pairs)
    problems += others
    for problem in problems:
        print(f"sopbook: {problem.in_language(language)}", file=sys.stderr)
    if problems:
        print(_NOTHING_MADE.in_language(language), file=sys.stderr)
        return None
    return {**values, **more}


def _load_json(path: Path, language: str) -> object:
    try:
        data = sys.stdin.buffer.read(MAX_FILE_BYTES) if str(path) == "-" else read_bounded(path)
        return json.loads(data.decode("utf-8-sig"))
    except Refused as refused:
        raise Misuse(f"{path}: {refused.reason.in_language(language)}") from refused
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{path} is no JSON: {error}") from error


def _single(compiled: FormDocument, values: dict[str, Value], options: argparse.Namespace) -> Path:
    path = options.out / f"{compiled.form.number}.docx"
    _not_there([path], options)
    options.out.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(compiled.word(values))
    temporary.replace(path)
    return Path(path)


def _not_there(paths: Iterable[Path], options: argparse.Namespace) -> None:
    """Filled forms are worth something: none is overwritten unless that is asked for."""
    if not options.force:
        for path in paths:
            if path.exists():
                raise Misuse(f"{path} is there already; name another folder with --out, or replace it with --force")


def _merged(compiled: FormDocument, base: dict[str, Value], options: argparse.Namespace, language: str) -> list[Path]:
    """The files of a merge; none, with a report, if a row is wrong."""
    form, words, source = compiled.form, locale(language), options.rows.name
    by = None
    if options.name:
        by = form.named(options.name)
        if by is None:
            raise Misuse(f"--name: there is no field {options.name}; see `sopbook form fields {form.number}`")
    try:
        checked = check(form, open_table(options.rows))
    except Refused as refused:
        print(
            _FILE.in_language(language).format(file=source, reason=refused.reason.in_language(language)),
            file=sys.stderr,
        )
        return []
    merge, problems, more = checked.merge, checked.problems, checked.more
    names: list[str] = []
    if merge is not None and merge.count == 0:
        problems = [Problem(0, _NO_ROWS)]
    elif merge is not None and not options.one:
        names, problems = file_names(merge, form.number, by, words)
    if merge is None or problems:
        _report_rows(problems, more, source, language)
        return []
    if merge.by_hand:
        print(_BY_HAND.in_language(language).format(names=words.format("list").join(merge.by_hand)), file=sys.stderr)
    return _write(compiled, merge, base, names, options)


def _write(
    compiled: FormDocument, merge: Merge, base: dict[str, Value], names: list[str], options: argparse.Namespace
) -> list[Path]:
    number = compiled.form.number
    with Progress(number, merge.count) as progress:
        if options.one:
            path = options.out / f"{number}-{options.rows.stem}.docx"
            _not_there([path], options)
            return [write_together(compiled, merge, base, path, progress.at)]
        _not_there((options.out / name for name in names), options)
        return write_files(compiled, merge, base, options.out, names, progress.at)


def _report_rows(problems: Sequence[Problem], more: int, file: str, language: str) -> None:
    for problem in problems[:MOST_PROBLEMS]:
        text = _ROW if problem.row else _FILE
        reason = problem.text.in_language(language)
        print(text.in_language(language).format(file=file, row=problem.row, reason=reason), file=sys.stderr)
    more += max(len(problems) - MOST_PROBLEMS, 0)
    if more:
        print(_MORE.in_language(language).format(n=more), file=sys.stderr)
    print(_NOTHING_MADE.in_language(language), file=sys.stderr)


def _document(handbook: Handbook, number: str) -> Form | Checklist:
    """The form that a number names; its beginning may be left out where only one ends so."""
    known = {document.id: document for document in offered(handbook)}
    wanted = number.casefold()
    found = [document for key, document in known.items() if key.casefold() == wanted]
    found = found or [document for key, document in known.items() if key.casefold().endswith(f"-{wanted}")]
    if len(found) == 1:
        return found[0]
    other = handbook.by_number.get(number)
    if other is not None and isinstance(other, Form | Checklist):
        raise Misuse(f"{number} is withdrawn")
    if other is not None:
        raise Misuse(f"{number} is a {other.kind}, no form or checklist")
    if number in handbook.broken:
        raise Misuse(f"{number} has errors; see `sopbook check`")
    close = near(number, known)
    hint = f"; did you mean {', '.join(close)}?" if close else f"; there are {', '.join(list(known)[:40]) or 'none'}"
    raise Misuse(f"there is no form {number}{hint}")


# ------------------------------------------------------------------------------ fields


def _fields_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook form fields", description="List a form's fields: id, label, type, options."
    )
    parser.add_argument("form", metavar="NUMBER")
    parser.add_argument("--json", dest="as_json", action="store_true", help="print them as JSON")
    parser.set_defaults(run=_fields)
    return parser


def _fields(options: argparse.Namespace) -> int:
    handbook = load(options.root)
    words = locale(handbook.settings.language)
    form = fillable(_document(handbook, options.form), words)
    if options.as_json:
        print(json.dumps([_field_object(blank) for blank in form.blanks()], ensure_ascii=False, indent=2))
        return 0
    for blank in form.blanks():
        kind = words.word("field_types", blank.type)
        required = _REQUIRED.in_language(words.language) if blank.required else ""
        print("\t".join((blank.tag, blank.label, kind, required, " / ".join(blank.options))).rstrip("\t"))
    return 0


def _field_object(blank: Blank) -> dict[str, object]:
    return {
        "id": blank.tag,
        "label": blank.label,
        "type": str(blank.type),
        "required": blank.required,
        "options": list(blank.options),
        "unit": blank.unit,
    }


# -------------------------------------------------------------------------------- read


def _read_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook form read",
        description="Read filled forms (by Word, WPS or LibreOffice) back as data. What cannot be read is listed, and "
        "the exit code is then 1; the rest is written all the same.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .docx, or a folder of them")
    parser.add_argument("--out", type=Path, required=True, metavar="DATA", help=f"where to write: {', '.join(FORMATS)}")
    parser.add_argument("--form", metavar="NUMBER", help="take only this form")
    parser.add_argument("--any-version", action="store_true", help="read forms of other versions, too")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there already")
    parser.set_defaults(run=_read)
    return parser


def _read(options: argparse.Namespace) -> int:
    if options.out.suffix.lower() not in FORMATS:
        raise Misuse(f"--out {options.out}: the name has to end in {', '.join(FORMATS)}")
    _not_there([options.out], options)
    handbook = load(options.root)
    language = handbook.settings.language
    wanted = _document(handbook, options.form).id if options.form else ""
    files = list(_word_files(options.files))
    found, refused = _read_all(files, handbook, wanted, options.any_version)
    unread = sum(len(form.unread) for form in found)
    if found:
        try:
            data = export(found, options.out.suffix.lower(), locale(language))
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_bytes(data)
        except SeveralForms as several:
            raise Misuse(several.reason.in_language(language)) from several
        except OSError as error:
            print(f"sopbook: {error}", file=sys.stderr)
            return 1
        summary = _READ.in_language(language)
        print(summary.format(forms=len(found), out=options.out, refused=refused, unread=unread))
    else:
        print(_NOTHING_MADE.in_language(language), file=sys.stderr)
    return int(refused > 0 or unread > 0 or not found)


def _word_files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            # Word leaves a file with ~$ beside each one that is open.
            yield from sorted(file for file in path.glob("*.docx") if not file.name.startswith(("~$", ".")))
        else:
            yield path


def _read_all(
    files: Sequence[Path], handbook: Handbook, wanted: str, any_version: bool
) -> tuple[list[FilledForm], int]:
    words = locale(handbook.settings.language)
    language = words.language
    forms = {document.id: fillable(document, words) for document in offered(handbook)}
    found: list[FilledForm] = []
    refused = 0
    with Progress("form read", len(files)) as progress:
        for count, path in enumerate(files, start=1):
            try:
                form = read_form(path, forms, words, wanted=wanted, any_version=any_version)
            except Refused as why:
                refused += 1
                text = _FILE.in_language(language)
                print(text.format(file=path, reason=why.reason.in_language(language)), file=sys.stderr)
                continue
            found.append(form)
            for item in form.unread:
                shown = _FOUND.in_language(language).format(found=item.found) if item.found else ""
                reason = item.reason.in_language(language)
                text = _FIELD.in_language(language)
                print(text.format(file=path, field=item.field, reason=reason, found=shown), file=sys.stderr)
            progress.at(count)
    return found, refused


# ---------------------------------------------------------------------------- template


def _own_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook form template",
        description="Copy the Word template of the forms into the handbook (templates/form.docx), to change logo, "
        "fonts, header and footer in Word. From then on it is the one that is used.",
    )
    parser.add_argument("--force", action="store_true", help="replace the handbook's own by ours")
    parser.set_defaults(run=_template)
    return parser


def _template(options: argparse.Namespace) -> int:
    handbook = load(options.root)
    ours = find_template("form", handbook.settings.language, template_folders(options.root)[1:])
    path = options.root / "templates" / "form.docx"
    _not_there([path], options)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ours, path)
    print(path)
    return 0
