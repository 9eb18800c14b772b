"""The site's search in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(params=[390, 1440])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    yield context.new_page()
    context.close()


def search(page: Page, address: str, words: str) -> list[str]:
    page.goto(f"{address}/")
    # On a phone the search opens by its icon.
    if page.locator("label.md-header__button[for='__search']").is_visible():
        page.locator("label.md-header__button[for='__search']").click()
    page.locator("input.md-search__input").fill(words)
    page.keyboard.press("End")  # the search listens to keys, as an input method sends them
    page.locator(".md-search-result__link").first.wait_for()
    return [link.get_attribute("href") or "" for link in page.locator(".md-search-result__link").all()]


@pytest.mark.parametrize(
    ("words", "number"),
    [("投诉", "KF-CX-06"), ("回复函", "KF-CX-06"), ("KF-BD-11", "KF-BD-11"), ("日巡检查表", "KF-JC-02")],
)
def test_search_finds_chinese_words_and_numbers(words: str, number: str, page: Page, address: str) -> None:
    assert any(f"/{number}/" in href for href in search(page, address, words))


def test_search_leads_to_the_step_itself(page: Page, address: str) -> None:
    found = search(page, address, "先听后记")
    assert any("/KF-CX-06/" in href and href.endswith("#accept") for href in found)


def test_answers_of_questions_are_not_search_results(page: Page, address: str) -> None:
    found = search(page, address, "当场承认物业巡查不到位")
    assert not any("KF-TK-" in href for href in found)
