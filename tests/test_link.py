"""What follows from several documents together."""

from __future__ import annotations

from handbooks import Draft
from sopbook.model import Form, Kind


def test_references_lead_to_documents_steps_and_titles(draft: Draft) -> None:
    handbook = draft.load()
    here = handbook.by_number["OF-CX-01"]
    for anchor in ("notify", "通知收件人"):
        target = handbook.resolve("OF-CX-01", anchor, handbook.by_number["OF-BD-01"])
        assert target is not None
        assert (target.anchor, target.title) == ("notify", "通知收件人")
    assert handbook.resolve("", "close", here) is not None
    assert handbook.resolve("OF-CX-99", "", here) is None
    assert handbook.resolve("OF-CX-01", "nothing", here) is None


def test_what_a_role_does_is_collected_from_all_procedures(draft: Draft) -> None:
    text = draft.read("sop/office/OF-CX-01.md").replace("OF-CX-01", "OF-CX-02")
    draft.write("sop/office/OF-CX-02.md", text.replace("responsible=收发员", "responsible=前台"))
    work = draft.load().work["收发员"]
    assert {entry.document.id for entry in work} == {"OF-CX-01", "OF-CX-02"}
    assert len(work) == 8
    assert [entry.responsible for entry in draft.load().work["收件人"]] == [False, False]


def test_forms_know_the_steps_that_fill_them(draft: Draft) -> None:
    uses = draft.load().uses["OF-BD-01"]
    assert [use.step.anchor for use in uses] == ["register", "hand-over"]


def test_steps_know_their_questions(draft: Draft) -> None:
    (asked,) = draft.load().questions[("OF-CX-01", "hand-over")]
    assert asked.document.id == "OF-TK-01"


def test_department_comes_from_the_folder(draft: Draft) -> None:
    assert {document.department for document in draft.load().documents} == {"综合办"}
    draft.replace("sop/office/OF-CK-01.md", "title:", "department: 档案室\ntitle:")
    assert draft.load().by_number["OF-CK-01"].department == "档案室"


def test_the_first_of_two_documents_with_one_number_counts(draft: Draft) -> None:
    draft.write("sop/office/zz.md", draft.read("sop/office/OF-CK-01.md").replace("id: OF-CK-01", "id: of-ck-01"))
    handbook = draft.load()
    assert [document.place.file for document in handbook.duplicates] == ["sop/office/zz.md"]
    assert len(handbook.of_kind(Kind.REFERENCE)) == 1


def test_figures_give_time_limits_their_duration(draft: Draft) -> None:
    handbook = draft.load()
    (limit,) = (step.within for step in handbook.by_number["OF-CX-01"].steps if step.anchor == "notify")  # type: ignore[attr-defined]
    duration = handbook.duration_of(limit)
    assert str(duration) == "30m"


def test_a_retention_may_name_a_figure(draft: Draft) -> None:
    draft.replace("sop/handbook.yml", "figures:\n", "figures:\n  记录保存: {value: 3y, group: 档案}\n")
    draft.replace("sop/office/OF-BD-01.md", "retention: 1年", "retention: 记录保存")
    form = draft.load().by_number["OF-BD-01"]
    assert isinstance(form, Form)
    assert form.retention == "3 年"
