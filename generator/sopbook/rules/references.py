"""Names that lead nowhere: numbers, anchors, roles, figures; and things that nothing leads to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sopbook import prose
from sopbook.check import Example, Rule
from sopbook.link import named_documents
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import (
    Bank,
    Checklist,
    Department,
    Document,
    Form,
    Kind,
    Name,
    Procedure,
    Question,
    Role,
    TimeLimit,
)
from sopbook.places import Finding, Place, Severity
from sopbook.read.collect import near


def _named_references(document: Document) -> Iterator[tuple[str, str, Place, str]]:
    """Every reference of a document as number, anchor, place and the text as written."""
    for node in prose.walk(document):
        if isinstance(node, prose.Reference):
            yield node.number, node.anchor, node.place, f"[[{node}]]"
    for name in named_documents(document):
        yield name.text, "", name.place, name.text
    for cover in document.covers:
        yield "", cover.anchor, cover.place, f"{cover.requirement}#{cover.anchor}"
    if isinstance(document, Bank | Procedure):
        for name in _tests(document.questions):
            number, _, anchor = name.text.partition("#")
            yield number, anchor, name.place, name.text


def _tests(questions: Iterable[Question]) -> Iterator[Name]:
    for question in questions:
        yield from question.tests
        yield from _tests(question.parts)


def dangling_reference(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """References to a number that no document has."""
    for document in handbook.documents:
        for number, _, place, text in _named_references(document):
            if number and number not in handbook.by_number and number not in handbook.broken:
                close = near(number, handbook.by_number)
                yield Finding("SOP301", place, text, {"number": number}, close)


def dangling_anchor(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """References to a part that a document does not have."""
    for document in handbook.documents:
        for number, anchor, place, text in _named_references(document):
            inside = handbook.by_number.get(number) if number else document
            if anchor and inside and handbook.resolve(number, anchor, document) is None:
                close = near(anchor, handbook.anchors[inside.id])
                yield Finding("SOP302", place, text, {"number": inside.id, "anchor": anchor}, close)


def _actor_names(document: Document) -> Iterator[Name]:
    yield document.control.owner
    yield document.control.approver
    match document:
        case Procedure(steps=steps):
            for step in steps:
                yield from (*step.responsible, *step.support)
        case Checklist(responsible=responsible):
            yield from responsible
        case Role(reports_to=Name() as superior):
            yield superior
        case Department(functions=functions, stages=stages, plans=plans):
            for task in (*functions, *(task for stage in stages for task in stage.tasks), *plans):
                yield from task.responsible


def unknown_role(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Names of roles or partners that nothing declares."""
    for document in handbook.documents:
        for name in _actor_names(document):
            if handbook.actor(name) is None and name.text not in handbook.broken:
                yield Finding("SOP303", name.place, name.text, {}, near(name.text, handbook.actors))


def unknown_figure(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Names of figures that the settings do not have."""
    for document in handbook.documents:
        for node in prose.walk(document):
            match node:
                case prose.FigureUse(name=name, place=place):
                    pass
                case TimeLimit(text=name, duration=None, place=place):
                    pass
                case _:
                    continue
            if name not in handbook.figures:
                yield Finding("SOP304", place, name, {}, near(name, handbook.figures))


def wrong_kind(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """``form=`` that names no form, ``checklist=`` that names no checklist."""
    for document in handbook.documents:
        for kind, name in _kinds_wanted(document):
            found = handbook.document_named(name)
            if found is not None and found.kind is not kind:
                yield Finding("SOP305", name.place, name.text, {"kind": str(kind), "title": found.title})


def _kinds_wanted(document: Document) -> Iterator[tuple[Kind, Name]]:
    match document:
        case Procedure(steps=steps):
            for step in steps:
                yield from ((Kind.FORM, name) for name in step.forms)
                yield from ((Kind.CHECKLIST, name) for name in step.checklists)
        case Checklist(record=Name() as record):
            yield Kind.FORM, record


def duplicate_number(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Two documents with one number."""
    folded = {document.id.casefold(): document for document in handbook.documents}
    for document in handbook.duplicates:
        first = folded[document.id.casefold()]
        yield Finding("SOP306", document.place, document.id, {"first": first.place.file})


def unused(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Forms and checklists that no step and no other document uses (unless it is one that could not be read)."""
    if handbook.broken:
        return
    for document in handbook.documents:
        if isinstance(document, Form | Checklist) and not (
            handbook.uses.get(document.id) or handbook.mentions.get(document.id)
        ):
            yield Finding("SOP307", document.place, document.id, {"title": document.title})


def ambiguous_role(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Two roles or partners that go by one name."""
    for document in handbook.documents:
        claimed: list[tuple[str, Place, str]] = []
        if isinstance(document, Role):
            place = document.key_place("aliases")
            claimed = [(document.title, document.key_place("title"), document.title)]
            claimed += [(alias, place, document.title) for alias in document.aliases]
        elif isinstance(document, Department):
            claimed = [(n, p.place, p.title) for p in document.partners for n in (p.title, *p.aliases)]
        for name, place, title in claimed:
            actor = handbook.actors[name]
            if actor.title != title:
                yield Finding("SOP308", place, name, {"other": actor.title})


def unknown_contact(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Names to telephone that no list of contacts has."""
    for document in handbook.documents:
        if isinstance(document, Procedure):
            for name in document.call:
                if handbook.contact(name) is None:
                    known = [contact.name for contact in handbook.contacts()]
                    yield Finding("SOP309", name.place, name.text, {}, near(name.text, known))


_PROCEDURE = "sop/office/OF-CX-01.md"

RULES = (
    Rule(
        code="SOP301",
        name="dangling-reference",
        severity=Severity.ERROR,
        title=Text("引用的文件不存在", "reference to a document that is not there"),
        message=Text("没有编号为“{number}”的文件", 'no document has the number "{number}"'),
        remedy=Text("改为现有文件的编号，或新建该文件。", "Use the number of an existing document, or make this one."),
        why=Text(
            "员工点开一个不存在的表单，只能凭记忆办事。",
            "Whoever follows the link to a form that is not there has to work from memory.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("快件登记表 [[OF-BD-01]]", "Parcel log [[OF-BD-01]]"),
            bad=Text("快件登记表 [[OF-BD-10]]", "Parcel log [[OF-BD-10]]"),
        ),
        check=dangling_reference,
        by_document=True,
    ),
    Rule(
        code="SOP302",
        name="dangling-anchor",
        severity=Severity.ERROR,
        title=Text("引用的步骤或章节不存在", "reference to a part that is not there"),
        message=Text("{number} 中没有“{anchor}”", '{number} has no "{anchor}"'),
        remedy=Text("改为该文件中现有的标识或标题。", "Use an anchor or a title that the document has."),
        why=Text(
            "试题和链接要落到确切的步骤；步骤改名后引用要跟着改。",
            "Questions and links lead to an exact step; when the step is renamed, they have to follow.",
        ),
        example=Example(
            file="sop/office/OF-TK-01.md",
            good=Text("tests=#hand-over", "tests=#hand-over"),
            bad=Text("tests=#hand-out", "tests=#hand-out"),
        ),
        check=dangling_anchor,
        by_document=True,
    ),
    Rule(
        code="SOP303",
        name="unknown-role",
        severity=Severity.ERROR,
        title=Text("岗位或配合部门不存在", "unknown role or partner"),
        message=Text("没有名为“{text}”的岗位或配合部门", 'no role and no partner is called "{text}"'),
        remedy=Text(
            "改为现有岗位的名称、别名或编号，或在部门文件的“配合部门”中列出。",
            "Use the title, an alias or the number of a role, or list the party under Partners of a department.",
        ),
        why=Text(
            "名称不一致，这一步就不会出现在任何人的岗位清单上，等于没人负责。",
            "Under another name the step appears on nobody's list, so nobody does it.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("{#notify responsible=收发员", '{#notify responsible="Mail clerk"'),
            bad=Text("{#notify responsible=收发人员", '{#notify responsible="Mail clark"'),
        ),
        check=unknown_role,
        by_document=True,
    ),
    Rule(
        code="SOP304",
        name="unknown-figure",
        severity=Severity.ERROR,
        title=Text("数值没有定义", "unknown figure"),
        message=Text(
            "“{text}”既不是时限，也不是已定义的数值", '"{text}" is neither a time limit nor a figure that is defined'
        ),
        remedy=Text(
            "写成 10分钟 这样的时限，或在 sop/handbook.yml 的 figures 中定义。",
            "Write a time limit such as 10m, or define the figure under figures in sop/handbook.yml.",
        ),
        why=Text(
            "数值只在一处定义，改一次全书生效；名称写错，页面上就没有数。",
            "A figure is defined once and changes everywhere at once; under a wrong name the page shows no value.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("within=快件通知", "within=parcel-notice"),
            bad=Text("within=快件通知时间", "within=parcel-notices"),
        ),
        check=unknown_figure,
        by_document=True,
    ),
    Rule(
        code="SOP305",
        name="wrong-kind",
        severity=Severity.ERROR,
        title=Text("引用的文件类别不对", "reference to a document of another kind"),
        message=Text("{text}“{title}”不是{kind}", '{text} "{title}" is not of the kind {kind}'),
        remedy=Text(
            "form= 写表单的编号，checklist= 写检查表的编号。",
            "form= takes the number of a form, checklist= that of a checklist.",
        ),
        why=Text(
            "按类别才能知道这一步填什么、查什么。",
            "The kind tells what is filled in and what is gone through at a step.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("checklist=OF-JC-01", "checklist=OF-JC-01"),
            bad=Text("checklist=OF-BD-01", "checklist=OF-BD-01"),
        ),
        check=wrong_kind,
        by_document=True,
    ),
    Rule(
        code="SOP306",
        name="duplicate-number",
        severity=Severity.ERROR,
        title=Text("编号重复", "number used twice"),
        message=Text("编号 {text} 已用于 {first}", "the number {text} already belongs to {first}"),
        remedy=Text("给其中一份换一个没有用过的编号。", "Give one of them a number that was never used."),
        why=Text(
            "一个编号只能指一份文件，否则无法说清哪一份有效。",
            "A number names one document, or nobody can say which is in force.",
        ),
        example=Example(
            file="sop/office/OF-GW-02.md",
            good=Text("id: OF-GW-02", "id: OF-GW-02"),
            bad=Text("id: OF-GW-01", "id: OF-GW-01"),
        ),
        check=duplicate_number,
    ),
    Rule(
        code="SOP307",
        name="unused",
        severity=Severity.WARNING,
        title=Text("没有用到的表单或检查表", "form or checklist that nothing uses"),
        message=Text("没有任何步骤或文件用到“{title}”", 'no step and no document uses "{title}"'),
        remedy=Text(
            "在使用它的步骤上写 form={text} 或 checklist={text}；不用了就改为作废。",
            "Name it at the step that uses it (form={text}, checklist={text}), or withdraw it.",
        ),
        why=Text(
            "没有程序用到的表单，没人知道何时填；多半是引用漏写了。",
            "Nobody knows when to fill a form that no procedure mentions; most often a reference was forgotten.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("checklist=OF-JC-01 ", "checklist=OF-JC-01 "),
            bad=Text("", ""),
        ),
        check=unused,
        by_document=True,
    ),
    Rule(
        code="SOP308",
        name="ambiguous-role",
        severity=Severity.ERROR,
        title=Text("岗位名称有歧义", "name that two roles share"),
        message=Text("“{text}”也是“{other}”的名称", '"{text}" is also a name of "{other}"'),
        remedy=Text("只让一个岗位或部门使用这个名称。", "Let only one role or partner go by it."),
        why=Text("两个岗位同名，就说不清谁负责。", "If two posts go by one name, nobody can say who is responsible."),
        example=Example(
            file="sop/office/OF-GW-01.md",
            good=Text("aliases: [前台]", "aliases: [Reception]"),
            bad=Text("aliases: [前台, 综合办主管, 总经理]", "aliases: [Reception, Office manager, Managing director]"),
        ),
        check=ambiguous_role,
        by_document=True,
    ),
    Rule(
        code="SOP309",
        name="unknown-contact",
        severity=Severity.ERROR,
        title=Text("联络表中没有这个名称", "contact that no list has"),
        message=Text("联络表中没有“{text}”", 'no list of contacts has "{text}"'),
        remedy=Text(
            "改为联络表中的名称，或在参考文件的“联络”中加上它和电话。",
            "Use a name from a list of contacts, or add it with its telephone number to one.",
        ),
        why=Text(
            "紧急时页面要给出能直接拨打的号码。",
            "In an emergency the page has to offer a number to dial.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("frequency: 每日", "frequency: daily"),
            bad=Text("frequency: 每日\ncall: [门岗]", "frequency: daily\ncall: [Gate]"),
        ),
        check=unknown_contact,
        by_document=True,
    ),
)
