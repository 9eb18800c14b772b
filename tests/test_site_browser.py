"""The built site in a real browser: phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from handbooks import REPOSITORY, page_addresses
from sopbook.handbooks import load

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]
ADDRESSES = page_addresses(load(REPOSITORY))


@pytest.fixture(params=[(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")], ids=str)
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", service_workers="block")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_is_sound(path: str, page: Page, address: str) -> None:
    """It fits the screen, loads without errors and from nowhere else, and axe finds nothing serious."""
    errors: list[str] = []
    requested: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    page.on("response", lambda response: errors.append(response.url) if response.status >= 400 else None)
    page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    assert errors == []
    assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page).response["violations"]
    serious = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert [(v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in serious] == []


def test_text_at_twice_the_size_still_fits(browser: Browser, address: str) -> None:
    # WCAG 2.2, 1.4.4 and 1.4.10: twice the size, and no sideways scrolling at 320 px.
    context = browser.new_context(viewport={"width": 320, "height": 600})
    page = context.new_page()
    for number in ("KF-CX-06", "KF-JC-02", "KF-BD-11"):
        page.goto(f"{address}/{number}/")
        page.wait_for_load_state("networkidle")
        page.add_style_tag(content="html { font-size: 200% !important; }")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_step_shows_who_and_how_long_and_leads_to_its_form(page: Page, address: str) -> None:
    page.goto(f"{address}/KF-CX-06/#accept")
    marks = page.locator("#accept + .sop-step .sop-marks")
    assert "客服前台" in marks.inner_text()
    assert "10 分钟" in marks.inner_text()
    marks.get_by_role("link", name="KF-BD-11").click()
    page.wait_for_url("**/KF-BD-11/")
    assert "投诉（建议）记录表" in page.locator("h1").inner_text()


def test_answers_open_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/KF-TK-06/")
    summary = page.locator("details.sop-answer summary").first
    assert not page.locator("details.sop-answer").first.get_attribute("open")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.sop-answer").first.get_attribute("open") is not None
