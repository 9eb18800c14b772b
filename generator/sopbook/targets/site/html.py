"""From prose to HTML. Every character of a source is escaped; only this module decides on tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from markupsafe import Markup, escape

from sopbook import prose
from sopbook.link.assets import FileUse, asset_path, is_publishable
from sopbook.link.handbook import Handbook, Target
from sopbook.locales import Locale
from sopbook.model import Document, Figure
from sopbook.prose import Block, Inline
from sopbook.read.links import is_external
from sopbook.targets.site.markup import filled

_MARKDOWN_SPECIALS = re.compile(r"[\\`*_{}\[\]<>&#!|~$^:\"']")
_SAFE_IN_URL = "/:?&=%@+,;#~.-_()"


def markdown_text(text: str) -> Markup:
    """Text for a Markdown heading: whatever Markdown or HTML could take for a mark becomes an entity."""
    return Markup(_MARKDOWN_SPECIALS.sub(lambda match: f"&#{ord(match[0])};", text))  # noqa: S704 - entities only


def heading_anchor(anchor: str) -> Markup:
    """The attribute list that gives a Markdown heading its id (letters, digits, ``.``, ``-``, ``_``)."""
    return filled("{{#{}}}", re.sub(r"[^\w.-]", "-", anchor))


def css_text(text: str) -> Markup:
    """Text as a CSS string inside a style element: everything but letters and digits becomes an escape."""
    return filled('"{}"', Markup(re.sub(r"[^\w ]", lambda match: f"\\{ord(match[0]):x} ", text)))  # noqa: S704


def document_url(number: str, anchor: str = "", root: str = "../") -> str:
    """The address of a document's page, seen from a page whose way to the top is ``root``."""
    fragment = f"#{quote(anchor)}" if anchor else ""
    return f"{root}{quote(number)}/{fragment}"


@dataclass(frozen=True, slots=True)
class Html:
    """Renders the prose of one document (or, with ``document`` None, of a generated page)."""

    handbook: Handbook
    locale: Locale
    document: Document | None
    root: str = "../"
    mark_figures: bool = True

    # ------------------------------------------------------------------------- blocks

    def blocks(self, blocks: tuple[Block, ...]) -> Markup:
        """Blocks as HTML."""
        return Markup("\n").join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> Markup:
        match block:
            case prose.Paragraph(children):
                return filled("<p>{}</p>", self.inlines(children))
            case prose.Heading(level=level, children=children):
                return filled('<p class="sop-subheading sop-subheading--{}">{}</p>', level, self.inlines(children))
            case prose.List():
                return self._list(block)
            case prose.Table(header=header, rows=rows):
                head = Markup(" ").join(filled('<th scope="col">{}</th>', self.inlines(c.children)) for c in header)
                body = Markup("\n").join(self._row(row) for row in rows)
                return filled(
                    '<div class="sop-scroll" tabindex="0" role="region" aria-label="{}"><table class="sop-table">\n'
                    "<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>",
                    self.locale.word("ui", "table"),
                    head,
                    body,
                )
            case prose.Quote(blocks):
                return filled("<blockquote>\n{}\n</blockquote>", self.blocks(blocks))
            case prose.Callout(kind=kind, blocks=blocks):
                title = self.locale.word("callouts", kind)
                role = Markup(' role="note"')
                return filled(
                    '<div class="sop-callout sop-callout--{}"{}><p class="sop-callout__title">{}</p>\n{}\n</div>',
                    kind,
                    role,
                    title,
                    self.blocks(blocks),
                )
            case prose.CodeBlock(text):
                return filled("<pre><code>{}</code></pre>", text)
            case prose.ThematicBreak():
                return Markup("<hr>")

    def _row(self, row: tuple[prose.Cell, ...]) -> Markup:
        cells = Markup(" ").join(filled("<td>{}</td>", self.inlines(cell.children)) for cell in row)
        return filled("<tr>{}</tr>", cells)

    def _list(self, block: prose.List) -> Markup:
        tag = "ol" if block.ordered else "ul"
        tasks = any(item.checked is not None for item in block.items)
        items = Markup("\n").join(self._item(item) for item in block.items)
        opening = filled('<{} class="sop-tasks">', tag) if tasks else filled("<{}>", tag)
        return filled("{}\n{}\n</{}>", opening, items, tag)

    def _item(self, item: prose.ListItem) -> Markup:
        if len(item.blocks) == 1 and isinstance(item.blocks[0], prose.Paragraph):
            return filled("<li>{}</li>", self.inlines(item.blocks[0].children))
        return filled("<li>{}</li>", self.blocks(item.blocks))

    # ------------------------------------------------------------------------ inlines

    def inlines(self, inlines: tuple[Inline, ...]) -> Markup:
        """Inlines as HTML."""
        parts: list[Markup] = []
        for index, node in enumerate(inlines):
            if isinstance(node, prose.SoftBreak):
                before = prose.plain(inlines[max(0, index - 1) : index])
                after = prose.plain(inlines[index + 1 : index + 2])
                parts.append(Markup(prose.join_lines(before, after)))  # noqa: S704 - a space or nothing
            else:
                parts.append(self._inline(node))
        return Markup("").join(parts)

    def _inline(self, node: Inline) -> Markup:
        match node:
            case prose.Text(text):
                return escape(text)
            case prose.LineBreak():
                return Markup("<br>")
            case prose.Strong(children):
                return filled("<strong>{}</strong>", self.inlines(children))
            case prose.Emphasis(children):
                return filled("<em>{}</em>", self.inlines(children))
            case prose.Code(text):
                return filled("<code>{}</code>", text)
            case prose.Link():
                return self._link(node)
            case prose.Image():
                return self._image(node)
            case prose.Reference():
                return self._reference(node)
            case prose.FigureUse(name):
                return self.figure(name)
        return Markup("")

    def _link(self, node: prose.Link) -> Markup:
        text = self.inlines(node.children)
        if is_external(node.href):
            return filled('<a href="{}" rel="noopener noreferrer">{}</a>', quote(node.href, _SAFE_IN_URL), text)
        if self.document is None or not self._published(node.href, is_picture=False):
            return filled("{}", text)
        return filled('<a href="{}" class="sop-attachment">{}</a>', quote(node.href, _SAFE_IN_URL), text)

    def _image(self, node: prose.Image) -> Markup:
        if not self._published(node.source, is_picture=True):
            return escape(node.alt)
        return filled('<img src="{}" alt="{}" loading="lazy">', quote(node.source, _SAFE_IN_URL), node.alt)

    def _published(self, href: str, *, is_picture: bool) -> bool:
        if self.document is None:
            return False
        use = FileUse(href, asset_path(self.document, href), is_picture, "", self.document.place)
        return is_publishable(use, self.handbook.assets)

    def _reference(self, node: prose.Reference) -> Markup:
        target = self.handbook.follow(node, self.document) if self.document else None
        if target is None:
            return filled('<span class="sop-dangling">{}</span>', node.label or f"[[{node}]]")
        return self.link_to(target, node.label)

    def link_to(self, target: Target, label: str = "") -> Markup:
        """A link to a document or a part of it; the label says number and title unless it is given."""
        same = self.document is not None and target.document.id == self.document.id
        inside = f"#{quote(target.anchor)}"
        href = inside if same else document_url(target.document.id, target.anchor, self.root)
        if label:
            return filled('<a class="sop-ref" href="{}">{}</a>', href, label)
        if same:
            return filled('<a class="sop-ref" href="{}">{}</a>', href, target.title)
        title = target.document.title if not target.anchor else f"{target.document.title} · {target.title}"
        return filled(
            '<a class="sop-ref" href="{}"><span class="sop-no">{}</span> {}</a>', href, target.document.id, title
        )

    def document_link(self, document: Document, label: str = "") -> Markup:
        """A link to a document."""
        return self.link_to(Target(document, "", document.title), label)

    def url(self, document: Document, anchor: str = "") -> str:
        """The address of a document, seen from this page."""
        return document_url(document.id, anchor, self.root)

    def figure(self, name: str) -> Markup:
        """The value of a figure, marked as such."""
        figure = self.handbook.figures.get(name)
        if figure is None:
            return filled('<span class="sop-dangling">{}</span>', f"{{{{{name}}}}}")
        if not self.mark_figures:
            return filled("{}", self.figure_value(figure))
        basis = figure.basis or self.locale.word("ui", "house_figure")
        return filled('<span class="sop-figure" title="{}: {}">{}</span>', name, basis, self.figure_value(figure))

    def unmarked(self) -> Html:
        """The same, but figures look like other text: among options the marked one would be the right one."""
        return replace(self, mark_figures=False)

    def figure_value(self, figure: Figure) -> str:
        """A figure's value as readers say it."""
        return self.locale.duration(figure.duration) if figure.duration else figure.value
