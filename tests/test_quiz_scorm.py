"""SCORM packages in Chromium, launched by scorm-again as a training platform would."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import quizzes
from handbooks import Draft
from sopbook.questions.formats import all_formats
from sopbook.questions.quiz import Terms
from sopbook.untrusted import parse_xml

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("quiz-browser")]
STANDARDS = ["scorm12", "scorm2004"]

# The platform: scorm-again keeps the data; what a test wants to know of it is asked of ``API``.
_LAUNCH = """<!doctype html><meta charset="utf-8"><title>LMS</title>
<style>body{margin:0}iframe{border:0;width:100vw;height:100vh}</style>
<script src="/{script}"></script>
<script>
  const settings = {autocommit: false, logLevel: 5};
  const kept = JSON.parse(localStorage.getItem("kept") || "null");
  window.%(name)s = new %(type)s(settings);
  if (kept) %(name)s.loadFromJSON(kept);
  window.keep = () => localStorage.setItem("kept", JSON.stringify(%(name)s.renderCMIToJSONObject().cmi));
</script>
<iframe name="sco" src="/sco/index.html"></iframe>"""


class Platform:
    """A training platform with one package in it."""

    def __init__(self, page: Page, address: str, standard: str) -> None:
        self.page = page
        self.address = address
        self.name = "API" if standard == "scorm12" else "API_1484_11"
        self.standard = standard
        self.failures: list[str] = []

    def launch(self) -> None:
        self.page.goto(f"{self.address}/launch.html")
        self.sco.locator("h1").wait_for()

    @property
    def sco(self) -> Any:
        return self.page.frame_locator("iframe")

    def get(self, element: str) -> str:
        call = "LMSGetValue" if self.standard == "scorm12" else "GetValue"
        return str(self.page.evaluate(f"{self.name}.{call}({json.dumps(element)})"))

    def interactions(self) -> list[dict[str, Any]]:
        found = self.page.evaluate(f"JSON.parse(JSON.stringify({self.name}.cmi.interactions.childArray))")
        return list(found)


@pytest.fixture
def launched(
    browser: Browser, serve: Callable[[Path], str], players: Path, tmp_path: Path, draft: Draft
) -> Iterator[Callable[..., Platform]]:
    contexts = []

    def start(standard: str, terms: Terms, **options: Any) -> Platform:
        folder = tmp_path / "lms"
        data = all_formats()[standard].write(quizzes.rich_quiz(draft, terms)).data
        zipfile.ZipFile(io.BytesIO(data)).extractall(folder / "sco")
        script = "scorm12.js" if standard == "scorm12" else "scorm2004.js"
        (folder / script).write_bytes((players / "scorm-again" / "dist" / script).read_bytes())
        names = {"name": "API", "type": "Scorm12API"}
        if standard == "scorm2004":
            names = {"name": "API_1484_11", "type": "Scorm2004API"}
        page_text = _LAUNCH
        for key, value in {"%(name)s": names["name"], "%(type)s": names["type"], "{script}": script}.items():
            page_text = page_text.replace(key, value)
        (folder / "launch.html").write_text(page_text, "utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        platform = Platform(page, serve(folder), standard)
        bad = platform.failures
        page.on("pageerror", lambda error: bad.append(str(error)))
        page.on("request", lambda request: bad.append(request.url) if "127.0.0.1" not in request.url else None)
        platform.launch()
        return platform

    yield start
    for context in contexts:
        context.close()


def answer(sco: Any, right: bool = True) -> None:
    """Answer the question that is shown, by what one sees of it."""
    stem = sco.locator("h2").inner_text()
    if "破损的快件" in stem:
        sco.get_by_label("当场拍照" if right else "直接拒收").check()
    elif "哪些情况" in stem:
        for option in ("代领", "破损") if right else ("代领",):
            sco.get_by_label(option, exact=True).check()
    elif "只要认识" in stem or "拆开" in stem:
        sco.get_by_label("错" if right else "对", exact=True).check()
    elif "排好" in stem:
        order(sco, ["清点", "登记", "通知收件人", "签收"])
    elif "配对" in stem:
        for left, right_side in {"破损": "快递员", "错投": "快递公司", "无人认领": "综合办主管"}.items():
            sco.get_by_label(left, exact=True).select_option(label=right_side)
    elif "多久内通知" in stem:
        sco.get_by_role("textbox").fill(" 两 小时。" if right else "明天")
    elif "最多存放" in stem:
        sco.get_by_role("textbox").fill("8" if right else "9")
    else:
        sco.get_by_label("登记并注明" if right else "放在前台").check()


def order(sco: Any, wanted: list[str]) -> None:
    rows = sco.locator(".order li")
    # Move once at least: an order that nobody touched is no answer.
    rows.nth(0).get_by_role("button", name="下移").click()
    for place, text in enumerate(wanted):
        while sco.locator(".order li span").all_inner_texts().index(text) > place:
            sco.get_by_role("button", name=f"上移 {text}").click()


def go_through(platform: Platform, wrong: tuple[str, ...] = ()) -> None:
    sco = platform.sco
    sco.get_by_role("button", name=re.compile("^(开始答题|重新作答)$")).click()
    for _ in range(9):
        stem = sco.locator("h2").inner_text()
        answer(sco, not any(words in stem for words in wrong))
        sco.locator("nav .main").click()


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_platform_gets_score_completion_and_interactions(standard: str, launched: Callable[..., Platform]) -> None:
    platform = launched(standard, Terms(pass_mark=70))
    go_through(platform, wrong=("最多存放", "拆开"))
    assert platform.sco.locator(".score").inner_text() == "78%"
    assert platform.sco.locator(".verdict").inner_text() == "合格"
    if standard == "scorm12":
        assert platform.get("cmi.core.score.raw") == "77.78"
        assert platform.get("cmi.core.lesson_status") == "passed"
    else:
        assert platform.get("cmi.score.scaled") == "0.7778"
        assert (platform.get("cmi.success_status"), platform.get("cmi.completion_status")) == ("passed", "completed")
    found = {entry["id"].removeprefix("urn:sopbook:"): entry for entry in platform.interactions()}
    assert len(found) == 9
    results = {name.rpartition("_")[2]: entry["result"] for name, entry in found.items()}
    bad = "wrong" if standard == "scorm12" else "incorrect"
    assert {name for name, result in results.items() if result == bad} == {"days", "case-open"}
    kinds = {name.rpartition("_")[2]: entry["type"] for name, entry in found.items()}
    assert kinds["order"] == "sequencing"
    assert kinds["pairs"] == "matching"
    assert kinds["days"] == "numeric"
    assert kinds["blank"] == "fill-in"
    assert kinds["proxy"] == "true-false"
    given = "student_response" if standard == "scorm12" else "learner_response"
    comma, dot = (",", ".") if standard == "scorm12" else ("[,]", "[.]")
    assert found["Q_OF-TK-01_several"][given] == f"a{comma}b"
    assert found["Q_OF-TK-01_order"][given] == comma.join("abcd")
    assert found["Q_OF-TK-01_pairs"][given] == comma.join(f"{letter}{dot}{letter}" for letter in "abc")
    assert found["Q_OF-TK-01_days"][given] == "9"
    assert platform.failures == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_who_answers_nothing_fails(standard: str, launched: Callable[..., Platform]) -> None:
    platform = launched(standard, Terms())
    sco = platform.sco
    sco.get_by_role("button", name="开始答题").click()
    sco.locator("summary").click()
    sco.get_by_role("button", name="交卷").last.click()
    assert sco.locator(".score").inner_text() == "0%"
    status = platform.get("cmi.core.lesson_status" if standard == "scorm12" else "cmi.success_status")
    assert status == "failed"
    assert sco.locator(".review").count() == 9
    assert "留下凭据" in sco.locator(".review", has_text="破损的快件").inner_text()


@pytest.mark.parametrize("standard", STANDARDS)
def test_an_attempt_is_taken_up_again(standard: str, launched: Callable[..., Platform]) -> None:
    platform = launched(standard, Terms())
    sco = platform.sco
    sco.get_by_role("button", name="开始答题").click()
    stems = []
    for _ in range(3):
        stems.append(sco.locator("h2").inner_text())
        answer(sco)
        sco.locator("nav .main").click()
    here = sco.locator("h2").inner_text()
    platform.page.evaluate("keep()")
    platform.launch()
    sco.get_by_role("button", name="继续上次").click()
    assert sco.locator("h2").inner_text() == here
    assert sco.locator(".numbers .answered").count() == 3
    sco.get_by_role("button", name="上一题").click()
    assert sco.locator("h2").inner_text() == stems[-1]


def test_questions_are_drawn_in_the_package(launched: Callable[..., Platform]) -> None:
    platform = launched("scorm12", Terms(count=4))
    sco = platform.sco
    assert "共 4 题" in sco.locator(".facts").inner_text()
    sco.get_by_role("button", name="开始答题").click()
    assert "共 4 题" in sco.locator(".place").inner_text() or "共 3 题" in sco.locator(".place").inner_text()


def test_it_works_by_keyboard_alone(launched: Callable[..., Platform]) -> None:
    platform = launched("scorm2004", Terms(shuffle_questions=False, shuffle_options=False))
    page, sco = platform.page, platform.sco
    sco.locator("h1").press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert sco.locator("input").nth(1).is_checked()
    page.keyboard.press("Enter")
    assert "哪些情况" in sco.locator("h2").inner_text()
    assert page.evaluate("frames[0].document.activeElement.tagName") == "H2"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert sco.locator("input").nth(0).is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(launched: Callable[..., Platform], scheme: str) -> None:
    phone = {"width": 390, "height": 844}
    platform = launched("scorm12", Terms(shuffle_questions=False), viewport=phone, color_scheme=scheme)
    sco = platform.sco
    sco.get_by_role("button", name="开始答题").click()
    for _ in range(9):
        assert platform.page.evaluate("frames[0].document.documentElement.scrollWidth") <= 390
        for box in (button.bounding_box() for button in sco.locator("nav button, .option, select").all()):
            assert box["height"] >= 44
        sco.locator("nav .main").click()


def test_pictures_tables_and_signs_are_shown(launched: Callable[..., Platform]) -> None:
    platform = launched("scorm12", Terms(shuffle_questions=False))
    sco = platform.sco
    sco.get_by_role("button", name="开始答题").click()
    assert "~ = # { } : \\ 和 <b> & ]]>" in sco.locator("h2").inner_text()
    assert sco.locator("td", has_text="外箱 ≥ 3 处破损").is_visible()
    assert sco.get_by_alt_text("破损的外箱").evaluate("image => image.decode().then(() => image.naturalWidth)") == 2


def test_it_opens_from_a_folder_without_a_platform(browser: Browser, draft: Draft, tmp_path: Path) -> None:
    data = all_formats()["scorm2004"].write(quizzes.rich_quiz(draft)).data
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path / "package")
    page = browser.new_page()
    page.goto((tmp_path / "package" / "index.html").as_uri())
    assert " ".join(page.locator("main").inner_text().split()) == "快件收发 考核 共 9 题 达到 80% 为合格 开始答题"
    page.get_by_role("button", name="开始答题").click()
    assert page.locator("h2").inner_text()
    page.close()


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_manifest_names_every_file(standard: str, draft: Draft) -> None:
    package = zipfile.ZipFile(io.BytesIO(all_formats()[standard].write(quizzes.rich_quiz(draft)).data))
    manifest = parse_xml("imsmanifest.xml", package.read("imsmanifest.xml"))
    listed = {file.get("href") for file in manifest.iter() if file.tag.endswith("}file")}
    assert listed == set(package.namelist()) - {"imsmanifest.xml"}
