"""Document control: versions, revision entries, effective and review dates (ISO 9001:2015, 7.5.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from sopbook.check import Example, Rule
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document, Status
from sopbook.places import Finding, Severity


def _controlled(handbook: Handbook) -> Iterator[Document]:
    """The documents whose control matters: those that are not withdrawn."""
    return (document for document in handbook.documents if document.control.status is not Status.WITHDRAWN)


def review_overdue(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Documents whose review date has passed."""
    for document in _controlled(handbook):
        due = document.control.review_due
        if due < today and document.control.status is Status.IN_FORCE:
            place = document.key_place("reviewed" if document.control.reviewed else "effective")
            args: dict[str, str | int] = {"due": due.isoformat(), "days": (today - due).days}
            yield Finding("SOP501", place, document.id, args)


def version_without_revision(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Documents whose version is not the newest entry of their revision table."""
    for document in _controlled(handbook):
        version = document.control.version
        newest = document.revisions[0].version if document.revisions else "-"
        if version != newest:
            place = document.key_place("version")
            yield Finding("SOP502", place, version, {"version": version, "newest": newest})


def effective_in_future(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Documents called in force before their effective date."""
    for document in _controlled(handbook):
        effective = document.control.effective
        if effective > today and document.control.status is Status.IN_FORCE:
            place = document.key_place("effective")
            yield Finding("SOP503", place, effective.isoformat(), {"date": effective.isoformat()})


def revisions_out_of_order(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Revision entries without a proper date, or not the newest first."""
    for document in handbook.documents:
        for revision in document.revisions:
            if revision.date is None:
                yield Finding("SOP504", revision.place, revision.version, {"version": revision.version})
        for newer, older in pairwise(document.revisions):
            if newer.date and older.date and newer.date < older.date:
                yield Finding("SOP504", older.place, older.version, {"version": older.version})


_REFERENCE = "sop/office/OF-CK-01.md"

RULES = (
    Rule(
        code="SOP501",
        name="review-overdue",
        severity=Severity.WARNING,
        title=Text("评审已过期", "review overdue"),
        message=Text("{text} 应在 {due} 前评审，已过 {days} 天", "{text} was to be reviewed by {due}, {days} days ago"),
        remedy=Text(
            "评审后填写 reviewed: 日期；内容有变的升版。",
            "Review it and enter reviewed: date, or raise its version if something changes.",
        ),
        why=Text(
            "过期不评审的文件，内容可能与现行法规和做法不符。",
            "A document that nobody reviews drifts away from the law and from what is really done.",
        ),
        example=Example(
            file=_REFERENCE,
            good=Text("effective: 2026-01-01", "effective: 2026-01-01"),
            bad=Text("effective: 2019-01-01", "effective: 2019-01-01"),
        ),
        check=review_overdue,
        by_document=True,
    ),
    Rule(
        code="SOP502",
        name="version-without-revision",
        severity=Severity.ERROR,
        title=Text("版本没有修订记录", "version without a revision entry"),
        message=Text(
            "版本是 {version}，修订表最新一行是 {newest}",
            "the version is {version}, the newest revision entry {newest}",
        ),
        remedy=Text(
            "在修订表第一行写明该版本改了什么。",
            "Say in the first row of the revision table what this version changed.",
        ),
        why=Text(
            "升了版却不说改了什么，员工不知道要重新学什么，审核也通不过。",
            "If a new version does not say what changed, staff do not know what to learn anew, and no auditor accepts it.",
        ),
        example=Example(
            file=_REFERENCE, good=Text("version: A/0", "version: A/0"), bad=Text("version: A/1", "version: A/1")
        ),
        check=version_without_revision,
        by_document=True,
    ),
    Rule(
        code="SOP503",
        name="effective-in-future",
        severity=Severity.WARNING,
        title=Text("生效日期在将来", "effective date in the future"),
        message=Text("状态是现行，但 {date} 才生效", "the document is called in force, but only from {date}"),
        remedy=Text("未生效前写 status: draft,或更正日期。", "Write status: draft until then, or correct the date."),
        why=Text("员工会按还没生效的规定办事。", "Staff would follow rules that do not hold yet."),
        example=Example(
            file=_REFERENCE,
            good=Text("effective: 2026-01-01", "effective: 2026-01-01"),
            bad=Text("effective: 2199-01-01", "effective: 2199-01-01"),
        ),
        check=effective_in_future,
        by_document=True,
    ),
    Rule(
        code="SOP504",
        name="revision-order",
        severity=Severity.WARNING,
        title=Text("修订表日期不对", "revision dates wrong or out of order"),
        message=Text(
            "版本 {version} 的修订日期缺失、写法不对或顺序颠倒",
            "the date of revision {version} is missing, misspelt or out of order",
        ),
        remedy=Text("写成 2026-03-01,最新的放在第一行。", "Write it as 2026-03-01, the newest revision first."),
        why=Text(
            "修订表是文件的历史，顺序错了就说不清某一天有效的是哪一版。",
            "The table is the document's history; out of order it cannot tell which version held on a given day.",
        ),
        example=Example(
            file=_REFERENCE,
            good=Text("| A/0 | 2026-01-01 |", "| A/0 | 2026-01-01 |"),
            bad=Text("| A/0 | 元旦 |", "| A/0 | New Year |"),
        ),
        check=revisions_out_of_order,
        by_document=True,
    ),
)
