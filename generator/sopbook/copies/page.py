"""What changed, as a page for staff: one HTML file that needs nothing else, in the colours of the site."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from markupsafe import Markup

from sopbook.copies.compare import Amount, is_changed
from sopbook.copies.outline import HEADINGS, Block, Grid, Line, Mark, Piece, Role, Row, Shot
from sopbook.locales import Locale
from sopbook.model import Document

_STYLE = Markup("""
:root { color-scheme: light dark; --ink: #1b1f24; --ground: #fff; --line: rgba(0,0,0,.16); --quiet: #5b6470;
  --accent: #00695c; --head: #eef3f2; --ins: #0b5f2c; --ins-bg: #e3f5e8; --del: #9c1c14; --del-bg: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --ground: #1b1e25; --line: rgba(255,255,255,.2);
  --quiet: #aeb6c2; --accent: #6fd3c4; --head: #2b303c; --ins: #9be3b4; --ins-bg: #12351f;
  --del: #ffb4ab; --del-bg: #4a1512; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 50rem; background: var(--ground); color: var(--ink); line-height: 1.7;
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 2px solid var(--accent); margin-bottom: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; }
h1 small { display: block; font-size: .6em; color: var(--accent); }
h2 { font-size: 1.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.1rem; } h4, h5, h6 { font-size: 1rem; }
.quiet { color: var(--quiet); } .in { margin-inline-start: calc(var(--level, 0) * 1.5rem); }
.bullet::before { content: "• "; } .tick::before { content: "☐ "; } .step { font-weight: 700; margin-bottom: 0; }
.facts { color: var(--quiet); font-size: .9em; margin: 0; }
.callout, .quote { border-inline-start: .25rem solid var(--quiet); padding-inline-start: .75rem; }
ins { color: var(--ins); background: var(--ins-bg); text-decoration: underline; text-underline-offset: .2em; }
del { color: var(--del); background: var(--del-bg); text-decoration: line-through; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92em; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: start; vertical-align: top; min-width: 4em; }
th { background: var(--head); } td p, th p { margin: 0; }
label { display: inline-flex; gap: .5rem; align-items: center; min-height: 44px; }
body:has(#only:checked) .same { display: none; }
@media print { label { display: none; } body { max-width: none; font-size: 10.5pt; } }
""")


def changes_page(
    document: Document, blocks: Iterable[Block], count: Amount, versions: tuple[str, str], words: Locale
) -> str:
    """The page. ``versions`` are what is compared, in words."""
    ui = words.word
    title = ui("copies", "changes_title").format(title=document.title)
    summary = ui("copies", "changes_summary").format(
        old=versions[0], new=versions[1], inserted=count.inserted, deleted=count.deleted, changed=count.changed
    )
    body = Markup("\n").join(_block(block) for block in _numbered(blocks))
    return str(
        Markup(
            '<!doctype html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{number} {title}</title>\n'
            "<style>{style}</style>\n</head>\n<body>\n<header><h1><small>{number}</small>{title}</h1>\n<p>{summary}</p>\n"
            '<p class="quiet"><ins>{inserted}</ins> <del>{deleted}</del></p>\n'
            '<label><input type="checkbox" id="only"> {only}</label></header>\n'
            "<main>\n{body}\n</main>\n</body>\n</html>\n"
        ).format(
            tag=words.tag,
            number=document.id,
            title=title,
            style=_STYLE,
            summary=summary,
            inserted=ui("copies", "inserted"),
            deleted=ui("copies", "deleted"),
            only=ui("copies", "only_changes"),
            body=body,
        )
    )


_Counted = tuple[Block, str]


def _numbered(blocks: Iterable[Block]) -> list[_Counted]:
    """Each block with its number in its list; what was deleted has none."""
    found: list[_Counted] = []
    counts: dict[int, int] = {}
    for block in blocks:
        number = ""
        if isinstance(block, Line) and block.mark in (Mark.STEPS, Mark.NUMBERS) and block.change != "del":
            counts[block.list] = counts.get(block.list, 0) + 1
            number = f"{counts[block.list]}. "
        found.append((block, number))
    return found


def _block(counted: _Counted) -> Markup:
    block, number = counted
    if isinstance(block, Grid):
        return _table(block)
    name = f"h{HEADINGS.index(block.role) - HEADINGS.index(Role.SECTION) + 2}" if block.role in HEADINGS else "p"
    classes = [
        {Role.STEP: "step", Role.FACTS: "facts", Role.CALLOUT: "callout", Role.QUOTE: "quote"}.get(block.role, ""),
        {Mark.BULLETS: "bullet", Mark.TICKS: "tick"}.get(block.mark, ""),
        "in" if block.level and name == "p" else "",
        # Headings stay, so that one sees where a change belongs.
        "same" if name == "p" and block.role is not Role.STEP and not is_changed(block) else "",
    ]
    if block.role is Role.FRONT:
        name = "h2"
    level = Markup(' style="--level: {}"').format(block.level) if block.level and name == "p" else ""
    return Markup("<{name}{classes}{level}>{number}{content}</{name}>").format(
        name=name, classes=_classes(classes), level=level, number=number, content=_pieces(block)
    )


def _classes(names: Iterable[str]) -> Markup:
    found = " ".join(name for name in names if name)
    return Markup(' class="{}"').format(found) if found else Markup("")


def _pieces(line: Line) -> Markup:
    found = Markup("")
    for change, pieces in groupby(line.pieces, key=lambda piece: piece.change or line.change):
        words = Markup("").join(_piece(piece) for piece in pieces)
        found += Markup("<{0}>{1}</{0}>").format(change, words) if change else words
    return found


def _piece(piece: Piece) -> Markup:
    if isinstance(piece, Shot):
        return Markup("{}").format(piece.text)
    made = Markup("{}").format(piece.text).replace("\n", Markup("<br>"))
    for wanted, name in ((piece.bold, "strong"), (piece.italic, "em")):
        made = Markup("<{0}>{1}</{0}>").format(name, made) if wanted else made
    return made


def _table(grid: Grid) -> Markup:
    head = Markup("<thead>{}</thead>").format(_row(grid.header, "th")) if grid.header else ""
    rows = Markup("").join(_row(row, "td") for row in grid.rows)
    return Markup(
        '<div class="scroll{same}" tabindex="0" role="region" aria-label="{name}">'
        "<table>{head}<tbody>{rows}</tbody></table></div>"
    ).format(same="" if is_changed(grid) else " same", name=grid.name, head=head, rows=rows)


def _row(row: Row, name: str) -> Markup:
    cells = Markup("").join(
        Markup("<{0}>{1}</{0}>").format(name, Markup("").join(_cell_line(line, row) for line in cell))
        for cell in row.cells
    )
    same = name == "td" and not is_changed(row)
    return Markup("<tr{}>{}</tr>").format(Markup(' class="same"') if same else "", cells)


def _cell_line(line: Line, row: Row) -> Markup:
    words = _pieces(line)
    return (
        Markup("<p><{0}>{1}</{0}></p>").format(row.change, words) if row.change else Markup("<p>{}</p>").format(words)
    )
