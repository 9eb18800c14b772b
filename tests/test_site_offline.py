"""The site without a network, under a sub-path, and after it was built anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from handbooks import REPOSITORY, Draft
from sopbook.handbooks import build, load
from sopbook.targets import Workplace

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("duty")]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def wait_for_copy(page: Page) -> None:
    """Until the service worker has the whole handbook and answers for this page."""
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=60_000)


@pytest.mark.parametrize("prefix", ["", "intranet/手册"])
def test_the_whole_handbook_is_there_without_a_network(
    prefix: str, real_site: Path, serve: Callable[[Path], str], context: BrowserContext, tmp_path: Path
) -> None:
    shutil.copytree(real_site, tmp_path / prefix, dirs_exist_ok=True)
    start = f"{serve(tmp_path)}/{prefix}/".replace("//", "/").replace(":/", "://")
    page = context.new_page()
    page.goto(start)
    wait_for_copy(page)
    context.set_offline(True)
    for document in load(REPOSITORY).documents:
        page.goto(f"{start}{document.id}/")
        assert document.id in page.locator("h1").inner_text()
        assert page.evaluate("getComputedStyle(document.querySelector('.sop-control')).display") == "block"
    page.goto(f"{start}KF-CX-06")  # an address typed without its slash
    assert page.url.endswith("/KF-CX-06/")
    page.locator(".sop-sos a").first.click()
    assert page.locator(".sop-dial").first.get_attribute("href").startswith("tel:")


def test_an_edit_reaches_a_device_that_has_the_old_copy(
    draft: Draft, serve: Callable[[Path], str], context: BrowserContext, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(draft.load(), Workplace(draft.root, out))
    requested: list[str] = []
    page = context.new_page()
    page.goto(f"{serve(out)}/site/OF-CX-01/")
    wait_for_copy(page)
    before = json.loads((out / "site/offline.json").read_text("utf-8"))

    draft.replace("sop/office/OF-CX-01.md", "version: A/0", "version: A/1")
    draft.replace("sop/office/OF-CX-01.md", "| A/0 |", "| A/1 | 2026-05-01 | 大件当面验 | 经理 |\n| A/0 |")
    build(draft.load(), Workplace(draft.root, out))
    after = json.loads((out / "site/offline.json").read_text("utf-8"))
    changed = {path for path in after if before.get(path) != after[path]}
    context.on("request", lambda request: requested.append(request.url))

    page.reload()
    assert "A/0" in page.locator(".sop-card").first.inner_text()  # still the old copy, but the new one is being fetched
    page.locator(".sop-update button").wait_for()
    fetched = {path for path in after if any(url.endswith(f"/site/{path}") for url in requested if path)}
    assert fetched - {"OF-CX-01/"} <= changed | {path for path in after if path.startswith("assets/")}
    page.locator(".sop-update button").click()
    page.wait_for_load_state("networkidle")
    assert "A/1" in page.locator(".sop-card").first.inner_text()
    news = page.locator(".sop-news")
    news.wait_for()
    assert "A/0" in news.inner_text()
    assert "大件当面验" in news.inner_text()
    news.get_by_role("button").click()
    assert not news.is_visible()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert not page.locator(".sop-news").is_visible()


def test_a_first_visit_stays_small(address: str, context: BrowserContext) -> None:
    """What a phone loads before it has the offline copy, compressed as any web server does."""
    import gzip

    page = context.new_page()
    page.route("**/sw.js", lambda route: route.abort())
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    for path in ("KF-CX-05/", "KF-BD-06/", ""):
        answers.clear()
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        bodies = [answer.body() for answer in answers if answer.ok]
        assert 0 < sum(len(gzip.compress(body)) for body in bodies) < 150_000
