"""The built site in a real browser: phone and desktop, light and dark. The search has tests of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from handbooks import REPOSITORY
from sopbook.handbooks import load
from sopbook.model import Kind

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def one_page_of_each_kind() -> list[str]:
    handbook = load(REPOSITORY)
    return ["", "documents/", "procedures/", *(f"{d[0].id}/" for kind in Kind if (d := handbook.of_kind(kind)))]


@pytest.fixture(scope="session")
def address(real_site: Path, serve: Callable[[Path], str]) -> str:
    return serve(real_site)


@pytest.fixture(params=[(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "phone-dark", "desktop"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.parametrize("path", one_page_of_each_kind())
def test_a_page_fits_the_screen_and_loads_nothing_from_elsewhere(path: str, page: Page, address: str) -> None:
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


def test_a_step_shows_who_and_how_long_and_leads_to_its_form(page: Page, address: str) -> None:
    page.goto(f"{address}/KF-CX-06/#accept")
    marks = page.locator("#accept + .sop-step .sop-marks")
    assert "客服前台" in marks.inner_text()
    assert "10 分钟" in marks.inner_text()
    marks.get_by_role("link", name="KF-BD-11").click()
    page.wait_for_url("**/KF-BD-11/")
    assert "投诉(建议)记录表" in page.locator("h1").inner_text()


def test_answers_open_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/KF-TK-06/")
    summary = page.locator("details.sop-answer summary").first
    assert not page.locator("details.sop-answer").first.get_attribute("open")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.sop-answer").first.get_attribute("open") is not None
