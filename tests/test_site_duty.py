"""What somebody on duty, a new hire and the front desk do on the built site of the real handbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
import vobject
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from handbooks import REPOSITORY, page_addresses
from sopbook.handbooks import load
from sopbook.model import Kind, Procedure

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("duty")]

HANDBOOK = load(REPOSITORY)
URGENT = [document for document in HANDBOOK.documents if isinstance(document, Procedure) and document.urgent]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, service_workers="block", base_url=f"{address}/"
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_every_page_leads_to_every_emergency_with_one_tap(page: Page) -> None:
    for path in page_addresses(HANDBOOK):
        page.goto(path)
        links = page.locator(".sop-sos a")
        assert links.count() == len(URGENT) > 0
        for index, document in enumerate(URGENT):
            box = links.nth(index).bounding_box()
            assert box
            assert box["y"] + box["height"] < 844  # on the screen without scrolling
            assert min(box["width"], box["height"]) >= 44
            assert links.nth(index).get_attribute("href").endswith(f"{document.id}/")


@pytest.mark.parametrize("document", URGENT, ids=lambda document: document.id)
def test_an_emergency_opens_with_telephones_and_first_actions(document: Procedure, page: Page) -> None:
    page.goto(f"{document.id}/")
    calls = page.locator(".sop-dial")
    assert calls.count() == len(document.call) > 0
    for call in calls.all():
        assert call.get_attribute("href").removeprefix("tel:").isdigit()
        box = call.bounding_box()
        assert box
        assert box["height"] >= 48
        assert box["y"] < 844
    first = page.locator(".sop-first li").first
    assert document.steps[0].title in first.inner_text()
    assert first.bounding_box()["y"] < 844


def test_ticks_stay_on_the_device_and_the_end_is_told(page: Page) -> None:
    page.goto("KF-JC-03/")
    page.locator(".sop-checklist").wait_for()
    boxes = page.locator(".sop-check input")
    boxes.first.check()
    page.reload()
    page.locator(".sop-checklist").wait_for()
    assert boxes.first.is_checked()
    assert page.locator(".sop-checklist output").inner_text() == f"1 / {boxes.count()}"
    assert not page.locator(".sop-done").is_visible()
    for box in boxes.all():
        box.check()
    assert page.locator(".sop-done").is_visible()
    page.get_by_role("button", name="清除勾选").click()
    page.reload()
    page.locator(".sop-checklist").wait_for()
    assert not boxes.first.is_checked()


def test_a_tick_made_before_the_script_has_come_is_kept(page: Page) -> None:
    held: list[Route] = []
    page.route("**/assets/checklist.js", lambda route: held.append(route))
    page.goto("KF-JC-03/")
    boxes = page.locator(".sop-check input")
    boxes.first.check()
    assert not page.locator(".sop-checklist").is_visible()
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    page.locator(".sop-checklist").wait_for()
    assert page.locator(".sop-checklist output").inner_text() == f"1 / {boxes.count()}"
    page.unroute("**/assets/checklist.js")
    page.reload()
    page.locator(".sop-checklist").wait_for()
    assert boxes.first.is_checked()
    assert not boxes.nth(1).is_checked()


def test_the_flow_leads_to_its_steps_and_is_told_in_words(page: Page) -> None:
    procedure = HANDBOOK.by_number["KF-CX-06"]
    assert isinstance(procedure, Procedure)
    page.goto("KF-CX-06/")
    flow = page.locator("svg.sop-flow")
    assert flow.get_attribute("role") == "group"
    rows = flow.get_by_role("link")
    assert rows.count() == len(procedure.steps)
    assert rows.first.get_attribute("aria-label") == "1. 先听后记 (客服前台、10 分钟)"
    assert "客服前台" in (flow.locator("desc").text_content() or "")
    rows.nth(2).click()
    assert page.url.endswith(f"#{procedure.steps[2].anchor}")


def test_a_keyboard_reaches_the_page_the_emergencies_and_the_answers(page: Page) -> None:
    page.goto("KF-TK-06/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('md-skip')")
    page.keyboard.press("Enter")
    reached: set[str] = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('.md-content')"):
            break  # the end of the text
        found = page.evaluate(
            "document.activeElement.closest('.sop-card, .sop-answer, .sop-actions')?.classList[0] ?? ''"
        )
        reached.add(found)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.goto("KF-CX-31/")
    page.locator(".sop-sos a").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.sop-sos') !== null")
    assert {"sop-card", "sop-answer", "sop-actions"} <= reached


def test_a_page_prints_as_a_controlled_document(page: Page) -> None:
    page.goto("KF-CX-06/")
    page.wait_for_load_state("networkidle")
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    count = len(pdf.pages)
    assert count > 1
    version = HANDBOOK.by_number["KF-CX-06"].control.version
    for number, sheet in enumerate(pdf.pages, 1):
        width, height = (float(side) / 72 * 25.4 for side in (sheet.mediabox.width, sheet.mediabox.height))
        assert (round(width), round(height)) == (210, 297)
        text = sheet.extract_text().replace("\xa0", " ")
        assert "KF-CX-06" in text
        assert version in text
        assert f"{number} / {count}" in text
        assert "打印件不受控" in text
    everything = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert "电梯困人" not in everything.split("先听后记")[0]  # the bar of emergencies is for screens


def test_the_code_on_a_page_and_each_label_lead_to_the_document(page: Page) -> None:
    page.goto("KF-CX-06/")
    page.locator(".sop-print").wait_for()  # it moves what follows
    page.locator(".sop-share summary").click()
    picture = page.locator(".sop-share .sop-qr").screenshot()
    assert read_codes(picture) == ["https://handbook.example.com/KF-CX-06/"]
    page.goto("labels/")
    page.locator(".sop-filter").wait_for()
    page.locator(".sop-print").wait_for()
    labels = page.locator(".sop-label")
    labels.last.scroll_into_view_if_needed()
    found = read_codes(labels.last.screenshot())
    number = labels.last.locator(".sop-no").inner_text()
    assert found == [f"https://handbook.example.com/{number}/"]
    page.locator("select").select_option("form")
    assert page.locator(".sop-label:visible").count() == len(HANDBOOK.of_kind(Kind.FORM))


def read_codes(picture: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


def test_a_role_shows_all_its_work_with_limits_and_how_often(page: Page) -> None:
    page.goto("KF-GW-03/")
    work = page.locator(".sop-work").inner_text()
    assert "先听后记" in work
    assert "10 分钟" in work
    assert page.locator("#calendar + ul li").count() > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="日历文件").click()
    calendar = vobject.readOne(Path(download.value.path()).read_text("utf-8"))
    assert all("客服前台" in event.description.value for event in calendar.vevent_list)


def test_the_calendar_can_be_read_by_another_program(real_site: Path) -> None:
    calendar = vobject.readOne((real_site / "calendar/recurring.ics").read_text("utf-8"))
    events = {event.uid.value: event for event in calendar.vevent_list}
    assert len(events) == len(calendar.vevent_list)
    patrol = events["KF-JC-02@sopbook"]
    start = patrol.dtstart.value
    assert isinstance(start, dt.date)
    assert start.weekday() < 5
    days = list(patrol.getrruleset(addRDate=True)[:3])
    assert [(day - days[0]).days for day in days] == [0, 1, 2]


def test_the_matrix_counts_the_steps_of_each_role(page: Page) -> None:
    page.goto("matrix/")
    row = page.locator("tr", has=page.locator('a[href$="KF-CX-06/"]'))
    procedure = HANDBOOK.by_number["KF-CX-06"]
    assert isinstance(procedure, Procedure)
    expected = sum(name.text == "客服前台" for step in procedure.steps for name in step.responsible)
    assert row.locator('.sop-lead[title^="客服前台"]').inner_text() == str(expected)


def test_what_is_overdue_goes_by_the_device_s_date(page: Page) -> None:
    page.clock.set_fixed_time("2040-01-01")
    page.goto("review/")
    page.get_by_text("已过期", exact=True).first.wait_for()
    assert page.locator(".sop-review tbody tr").count() == page.get_by_text("已过期", exact=True).count()
    page.clock.set_fixed_time("2020-01-01")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("已过期", exact=True).count() == 0


def test_home_asks_what_one_came_for(page: Page) -> None:
    page.goto("")
    purposes = page.locator(".sop-purposes a")
    assert [purpose.get_attribute("href") for purpose in purposes.all()] == ["#look-up", "#learn", "#print-form"]
    for purpose in purposes.all():
        assert page.locator(purpose.get_attribute("href")).count() == 1


def test_no_motion_where_it_is_not_wanted(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce", service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/KF-CX-06/")
    page.wait_for_load_state("networkidle")
    longest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e).transitionDuration)))"
    )
    assert longest == 0
    context.close()
