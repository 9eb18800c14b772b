"""Training on the built site, in a real browser: on a phone, by keyboard, without a network."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsrs
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from handbooks import REPOSITORY, Draft
from sopbook.handbooks import build, load
from sopbook.model import Kind
from sopbook.targets import Workplace
from trainee import Trainee

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("training")]

PHONE = {"width": 390, "height": 844}
NOW = dt.datetime(2026, 6, 1, 9, 0)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def small(draft: Draft, tmp_path: Path, serve: Callable[[Path], str]) -> Small:
    return Small(draft, tmp_path / "out", serve)


class Small:
    """A small handbook that is built, served, changed and built again."""

    def __init__(self, draft: Draft, out: Path, serve: Callable[[Path], str]) -> None:
        self.draft = draft
        self.out = out
        self.build()
        self.address = f"{serve(out)}/site/"

    def build(self) -> None:
        build(self.draft.load(), Workplace(self.draft.root, self.out))

    @property
    def site(self) -> Path:
        return self.out / "site"


def ready(page: Page) -> None:
    """Until the part of the page that a script fills is filled."""
    page.wait_for_function(
        "[...document.querySelectorAll('.sop-training:not([hidden])')]"
        ".every(e => !e.textContent.match(/正在打开|Opening…/))"
    )
    page.wait_for_load_state("networkidle")


def serious(page: Page) -> list[Any]:
    found = Axe().run(page, context=".md-content").response["violations"]
    return [
        (v["id"], [node["html"][:160] for node in v["nodes"][:3]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


# ------------------------------------------------------------------ from the first page to the certificate


def test_a_new_hire_gets_from_the_first_page_to_the_certificate(
    real_site: Path, serve: Callable[[Path], str], context: BrowserContext, page: Page, tmp_path: Path
) -> None:
    """Offline, on a phone, with the site under a sub-path; the path is that of the real handbook's trainer."""
    shutil.copytree(real_site, tmp_path / "intranet/手册")
    start = f"{serve(tmp_path)}/intranet/手册/"
    requested: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(start)
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=60_000)
    context.set_offline(True)

    page.locator("#learn ~ p a", has_text="培训").first.click()
    page.locator(".sop-tiles--roles a", has_text="培训讲师").click()
    trainee = Trainee(page, real_site)
    asked = 0
    while True:
        page.locator(".sop-next").wait_for()
        onward = page.locator(".sop-next a")
        if onward.count() == 0:
            break
        address = onward.evaluate("link => link.href")
        onward.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(address)
        ready(page)
        if page.locator(".sop-training--reading").count():
            confirm = page.get_by_role("button", name="我已读完并理解")
            confirm.focus()
            page.keyboard.press("Enter")
            page.get_by_text("已读：").first.wait_for()
        elif page.url.endswith("#practise"):
            trainee.practise()
        else:
            page.get_by_role("button", name="测验").focus()
            page.keyboard.press("Enter")
            trainee.take_test()
            assert "通过" in page.locator(".sop-training h2").first.inner_text()
        asked += 1
        assert asked < 60
        page.get_by_role("link", name="回到学习路径").click()
        page.locator(".sop-next").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    role = load(REPOSITORY).by_number["KF-GW-06"]
    page.get_by_role("button", name="岗位测验").focus()
    page.keyboard.press("Enter")
    trainee.take_test()
    page.get_by_role("button", name="回到学习路径").click()
    page.get_by_role("link", name="打印培训证明").click()
    page.get_by_label("姓名").fill("李小明")
    page.keyboard.press("Enter")
    certificate = page.locator(".sop-certificate")
    certificate.wait_for()
    text = certificate.inner_text()
    assert "李小明" in text
    assert role.title in text
    assert "100%" in text
    assert serious(page) == []
    page.emulate_media(media="print")
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    # Fonts lend some characters from those of radicals.
    assert "李小明" in unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in paper.pages))
    assert len(paper.pages) == 1
    assert errors == []
    assert [url for url in requested if not url.startswith((start.rsplit("/intranet", 1)[0], "data:", "blob:"))] == []


def test_a_question_is_answered_with_the_keyboard_alone(small: Small, page: Page) -> None:
    page.goto(f"{small.address}training/OF-CX-01/#practise")
    page.locator(".sop-training form").wait_for()
    assert page.evaluate("document.activeElement.matches('.sop-ask__count')")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.type ?? document.activeElement.tagName"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if reached[-1] == "submit":
            break
    assert reached[-1] == "submit"
    page.keyboard.press("Enter")
    assert page.locator(".sop-ask__verdict").inner_text() == "请先作答。"
    Trainee(page, small.site).answer()
    page.locator(".sop-training button[type=submit]").press("Enter")
    page.locator(".sop-ask__yes").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "下一题"


# ------------------------------------------------------------------------------------- the pages


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_in_work_are_sound(scheme: str, small: Small, browser: Browser) -> None:
    """Axe on what scripts show: a question of each kind asked and answered, a result, the overview."""
    bank = "sop/office/OF-TK-01.md"
    small.draft.replace(bank, "## 修订", EVERY_KIND)
    small.build()
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce", service_workers="block")
    context.set_default_timeout(20_000)
    page = context.new_page()
    trainee = Trainee(page, small.site)
    for _ in range(12):
        page.goto("about:blank")
        page.goto(f"{small.address}training/OF-CX-01/#practise")
        page.locator(".sop-training form").wait_for()
        while page.locator(".sop-training form").count():
            kind = trainee.question()["type"]
            fresh = kind not in trainee.seen
            trainee.answer(right=False) if fresh else trainee.answer()
            page.locator(".sop-training form button[type=submit]").click()
            page.locator(".sop-training form .sop-ask__links").wait_for()
            if fresh:
                assert serious(page) == [], kind
                assert page.locator(".sop-ask--wrong, .sop-ask__no").count() > 0
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), kind
            page.get_by_role("button", name="下一题").click()
        if trainee.seen == {"single", "multiple", "true-false", "ordering", "matching", "fill", "number", "case"}:
            break
    assert len(trainee.seen) == 8, trainee.seen
    page.get_by_role("button", name="测验").click()
    page.locator(".sop-clock").wait_for()
    assert serious(page) == []
    trainee.take_test(right=False)
    assert "没有通过" in page.locator(".sop-training h2").first.inner_text()
    assert serious(page) == []
    page.goto(f"{small.address}training/")
    ready(page)
    assert serious(page) == []
    context.close()


EVERY_KIND = """1. 外包装破损时，下列哪些要做？ {#many type=multiple tests=#register}
   - [x] 拍照
   - [x] 请快递员签字
   - [ ] 悄悄收下

   > [!rationale] 留凭据。
1. 把发放的顺序排好。 {#order type=ordering tests=#hand-over}
   1. 问姓名
   1. 看工牌
   1. 请其签字

   > [!rationale] 先核对后签字。
1. 配对。 {#match type=matching tests=#notify}
   | 事 | 多久 |
   | --- | --- |
   | 通知 | 半小时 |
   | 保管 | 一周 |

   > [!rationale] 见手册。
1. 快件保管几天？ {#days type=number answer=7 unit=天 tests=#notify}

   > [!rationale] 七天。
1. 登记写在哪张表上？ {#table type=fill answer="快件登记表|登记表" tests=#register}

   > [!rationale] 登记表。
1. 快递员送来三件，有一件破损。 {#case type=case tests=#register}
   1. 先做什么？ {#case-first tests=#register}
      - [x] 当面清点
      - [ ] 全部拒收
      - [ ] 放在门口

      > [!rationale] 当面清点。
   1. 破损的可以不登记。 {#case-second type=true-false answer=false tests=#register}

      > [!rationale] 都要登记。

   > [!rationale] 清点、拍照、登记。

## 修订"""


# ------------------------------------------------------------------------------------ tests and review


def test_a_failed_test_is_no_pass_and_what_was_missed_comes_again(small: Small, page: Page) -> None:
    page.clock.set_fixed_time(NOW)
    page.goto(f"{small.address}training/OF-CX-01/")
    page.get_by_role("button", name="测验").click()
    trainee = Trainee(page, small.site)
    trainee.take_test(right=False)
    assert "没有通过" in page.locator(".sop-training h2").first.inner_text()
    page.reload()
    ready(page)
    assert "未考" in page.locator(".sop-standing").inner_text()
    page.goto(f"{small.address}training/review/")
    ready(page)
    assert "今天没有要复习的题" in page.locator(".sop-training").inner_text()
    page.clock.set_fixed_time(NOW + dt.timedelta(days=2))
    page.reload()
    ready(page)
    due = int(re.findall(r"\d+", page.locator(".sop-training").inner_text())[0])
    assert due > 0
    page.get_by_role("button", name="开始复习").click()
    trainee.practise()
    assert f"{due} / {due}" in page.locator(".sop-training").inner_text()
    page.reload()
    ready(page)
    assert "以后复习" in page.locator(".sop-training").inner_text()


def test_a_test_goes_on_after_a_reload_and_ends_when_time_is_over(small: Small, page: Page) -> None:
    page.clock.install(time=NOW)
    page.goto(f"{small.address}training/OF-CX-01/")
    page.get_by_role("button", name="测验").click()
    trainee = Trainee(page, small.site)
    trainee.answer()
    before = _state(page)
    legend = page.locator(".sop-training legend").first.inner_text()
    page.clock.run_for(120_000)
    page.reload()
    page.locator(".sop-clock").wait_for()
    assert page.locator(".sop-training legend").first.inner_text() == legend
    assert _state(page) == before
    assert re.match(r"剩余 [78]:", page.locator(".sop-clock").inner_text())
    page.clock.run_for(600_000)
    page.get_by_text("时间到，已自动交卷。").wait_for()
    page.reload()
    ready(page)
    assert page.locator(".sop-clock").count() == 0


def _state(page: Page) -> list[tuple[str, bool]]:
    """The options of the question on the screen, in their order, and which are ticked."""
    rows = page.locator(".sop-training fieldset").first.locator("label, li")
    ticked = "row => row.querySelector('input:checked') !== null"
    return [(row.inner_text(), row.evaluate(ticked)) for row in rows.all()]


def test_handing_in_with_open_questions_asks_once(small: Small, page: Page) -> None:
    page.goto(f"{small.address}training/OF-CX-01/")
    page.get_by_role("button", name="测验").click()
    page.get_by_role("button", name="交卷").click()
    assert "没有作答" in page.locator(".sop-ask__verdict").last.inner_text()
    page.get_by_role("button", name="交卷").click()
    page.locator(".sop-ask__no").first.wait_for()
    assert "得 0%" in page.locator(".sop-training").inner_text()


def test_the_schedule_agrees_with_the_published_package(page: Page, address: str) -> None:
    """Random answers at random times: stability, difficulty and the next day, as the Python package has them."""
    page.goto(f"{address}/404.html")
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    chance = random.Random(7)
    histories = []
    for _ in range(60):
        moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        history = []
        for _ in range(chance.randint(1, 12)):
            history.append((chance.randint(1, 4), moment))
            moment += dt.timedelta(hours=chance.choice([1, 5, 24, 30, 100, 24 * 9, 24 * 60, 24 * 400]))
        histories.append(history)
    sent = [[[rating, moment.timestamp() * 1000] for rating, moment in history] for history in histories]
    mine = page.evaluate(
        """async (histories) => {
          const { review } = await import("./assets/training-fsrs.js");
          return histories.map((h) => h.reduce((card, [rating, now]) => review(card, rating, now), null));
        }""",
        sent,
    )
    for history, card in zip(histories, mine, strict=True):
        theirs = fsrs.Card()
        for rating, moment in history:
            theirs, _ = scheduler.review_card(theirs, fsrs.Rating(rating), moment)
        assert card["stability"] == pytest.approx(theirs.stability, rel=1e-9)
        assert card["difficulty"] == pytest.approx(theirs.difficulty, rel=1e-9)
        assert card["due"] == pytest.approx(theirs.due.timestamp() * 1000, abs=1)


# -------------------------------------------------------------------------------- what changed since


def test_who_passed_before_sees_what_changed(small: Small, context: BrowserContext, page: Page) -> None:
    procedure = "sop/office/OF-CX-01.md"
    trainee = Trainee(page, small.site)
    page.goto(f"{small.address}training/OF-CX-01/")
    page.get_by_role("button", name="测验").click()
    trainee.take_test()
    assert "通过" in page.locator(".sop-training h2").first.inner_text()
    page.goto(f"{small.address}OF-CX-01/")
    ready(page)
    assert page.locator("aside.sop-training").is_hidden()

    # A house figure and a step change; nothing else does.
    small.draft.replace("sop/handbook.yml", "快件通知: {value: 30m", "快件通知: {value: 20m")
    small.draft.replace(procedure, "核对姓名和工号", "核对姓名、工号和照片")
    small.build()
    page.evaluate(
        "navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(one => one.unregister())))"
        ".then(() => caches.keys()).then(names => Promise.all(names.map(name => caches.delete(name))))"
    )
    context.new_cdp_session(page).send("Network.clearBrowserCache")  # it takes what is seconds old for fresh
    page.goto(f"{small.address}OF-CX-01/")
    notice = page.locator("aside.sop-training")
    notice.wait_for()
    assert notice.locator("section").count() == 2
    assert [part for part in notice.locator("del").all_inner_texts() if part.strip()] == ["30", "和"]
    assert "20" in notice.locator("ins").all_inner_texts()
    assert serious(page) == []
    page.goto(f"{small.address}training/OF-GW-01/")
    ready(page)
    assert "通过后改了 2 处" in page.locator(".sop-path-box").inner_text()
    page.goto(f"{small.address}OF-CX-01/")
    page.get_by_role("button", name="我已了解改动").click()
    page.reload()
    ready(page)
    assert page.locator("aside.sop-training").is_hidden()


# ----------------------------------------------------------------------------- the file with the progress


def test_progress_travels_to_another_device(small: Small, browser: Browser, page: Page, tmp_path: Path) -> None:
    page.goto(f"{small.address}training/")
    ready(page)
    page.get_by_label("姓名").fill("=HYPERLINK(1)王芳")
    page.get_by_label("工号").fill("0042")
    page.keyboard.press("Tab")
    page.goto(f"{small.address}training/OF-CX-01/")
    page.get_by_role("button", name="测验").click()
    Trainee(page, small.site).take_test()
    page.goto(f"{small.address}training/")
    ready(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出进度").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert "0042" in saved.name

    other = browser.new_context(viewport=PHONE, service_workers="block")
    other.set_default_timeout(20_000)
    second = other.new_page()
    second.goto(f"{small.address}training/")
    ready(second)
    told = second.locator(".sop-told")
    edited = tmp_path / "edited.json"
    edited.write_text(saved.read_text("utf-8").replace('score\\":100', 'score\\":99'), "utf-8")
    assert edited.read_bytes() != saved.read_bytes()
    for path, sentence in (
        (edited, "损坏"),
        (_file(tmp_path / "other.json", "{}"), "不是培训进度"),
        (_file(tmp_path / "broken.json", "\0"), "读不了"),
    ):
        second.locator("input[type=file]").set_input_files(path)
        second.wait_for_function("text => document.querySelector('.sop-told').textContent.includes(text)", arg=sentence)
    second.locator("input[type=file]").set_input_files(saved)
    second.wait_for_function("document.querySelector('.sop-told').textContent.includes('已并入')")
    assert told.inner_text() == "已并入这台设备的进度。"
    assert second.get_by_label("工号").input_value() == "0042"
    second.goto(f"{small.address}training/OF-CX-01/")
    ready(second)
    assert "已通过" in second.locator(".sop-standing").inner_text()
    other.close()


def _file(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_browser_that_keeps_nothing_still_practises(small: Small, page: Page) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full') }")
    page.goto(f"{small.address}training/")
    ready(page)
    assert "不保存数据" in page.locator(".sop-training").inner_text()
    page.goto(f"{small.address}training/OF-CX-01/#practise")
    Trainee(page, small.site).practise()
    assert "一次答对" in page.locator(".sop-training").inner_text()


def test_the_training_is_kept_for_offline_use(real_site: Path) -> None:
    kept = json.loads((real_site / "offline.json").read_text("utf-8"))
    handbook = load(REPOSITORY)
    procedures = [document.id for document in handbook.of_kind(Kind.PROCEDURE)]
    roles = [document.id for document in handbook.of_kind(Kind.ROLE)]
    assert {f"training/data/{number}.json" for number in ("index", *procedures)} <= set(kept)
    assert {f"training/{number}/" for number in (*procedures, *roles)} <= set(kept)


def test_the_record_sheet_is_one_for_each_role(page: Page, address: str) -> None:
    page.goto(f"{address}/training/KF-GW-03/sheet/")
    page.wait_for_load_state("networkidle")
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in paper.pages))
    assert "KF-CX-31" in text
    assert "培训讲师" in text
    assert len(paper.pages) <= 3
