"""Forms on the site: download blank, or fill in on the page; made in the browser, nothing sent anywhere."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator
from playwright.sync_api import Browser, BrowserContext, Page

from forms import all_fillable, with_every_type
from handbooks import Draft
from sopbook.forms.files import offered
from sopbook.forms.reading import read_form
from sopbook.handbooks import build
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.targets import Workplace, all_targets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("duty")]

NUMBER = "OF-BD-02"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Handbook, Path]:
    """A handbook with a form that has every type, and its site."""
    draft = Draft(tmp_path_factory.mktemp("fill") / "handbook")
    handbook = with_every_type(draft)
    site = next(target for target in all_targets() if target.name == "site")
    build(handbook, Workplace(draft.root, draft.root / "build"), [site])
    return handbook, draft.root / "build/site"


@pytest.fixture(scope="module")
def address(made: tuple[Handbook, Path], serve: Callable[[Path], str]) -> str:
    return serve(made[1].parent) + "/site"  # below a path, as on most servers


@pytest.fixture(params=[(390, "dark"), (1440, "light")], ids=["phone", "desktop"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    width, scheme = request.param
    # A service worker that takes over in the middle would answer from its copy what a test holds back.
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, service_workers="block"
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/{NUMBER}/")
    return page


def test_the_blank_form_lies_beside_its_page(made: tuple[Handbook, Path], page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="下载空白 Word 表").click()
    assert download.value.suggested_filename == f"{NUMBER} 样样都有的表.docx"
    download.value.save_as(tmp_path / "blank.docx")
    assert (tmp_path / "blank.docx").read_bytes() == (made[1] / NUMBER / f"{NUMBER}.docx").read_bytes()


def test_a_form_filled_in_on_its_page_is_read_back(
    made: tuple[Handbook, Path], page: Page, context: BrowserContext, address: str, tmp_path: Path
) -> None:
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.get_by_role("button", name="在此填写").click()
    form = page.locator(".sop-word__form")
    form.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.set_offline(True)  # from here on nothing is needed
    form.get_by_label("编号").fill('2026 <w:p/> & "x"')
    form.get_by_label("内容").fill("第一行\n第二行")
    form.get_by_label("人数").fill("12")
    form.get_by_label("日期", exact=True).first.fill("2026-03-01")
    form.get_by_label("时间", exact=True).fill("09:05")
    form.get_by_label("受理时间").fill("2026-03-01T14:30")
    form.get_by_label("来访").check()
    form.get_by_label("合同").check()
    form.get_by_label("其他材料").check()
    form.get_by_label("同意").check()
    form.get_by_label("结果").first.select_option("已转交他人")
    form.get_by_role("button", name="再填一行").click()
    form.locator('[name="log.2.what"]').fill("乙")
    form.locator('[name="marks.2.grade"][value="中"]').check()
    with page.expect_download() as download:
        form.get_by_role("button", name="下载填好的 Word 表").click()
    path = tmp_path / "filled.docx"
    download.value.save_as(path)
    found = read_form(path, all_fillable(made[0]), locale("zh"))
    assert found.unread == ()
    assert found.values == {
        "no": '2026 <w:p/> & "x"',
        "content": "第一行\n第二行",
        "people": Decimal(12),
        "day": dt.date(2026, 3, 1),
        "hour": dt.time(9, 5),
        "received": dt.datetime(2026, 3, 1, 14, 30),
        "channel": "来访",
        "papers": ("合同", "其他材料"),
        "agreed": True,
        "log.1.result": "已转交他人",
        "log.2.what": "乙",
        "marks.2.grade": "中",
    }
    assert OpenXmlValidator().validate(str(path)).errors == []
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(made[1] / NUMBER / f"{NUMBER}.docx") as blank:
        assert package.testzip() is None
        assert package.namelist() == blank.namelist()
        same = [name for name in blank.namelist() if package.read(name) == blank.read(name)]
        assert set(blank.namelist()) - set(same) == {"word/document.xml"}
        assert "2026年3月1日<" in package.read("word/document.xml").decode()
    assert errors == []
    assert [line for line in asked if not line.startswith((f"GET {address}", "GET blob:"))] == []


def test_what_is_missing_is_marked_and_may_be_left_to_the_pen(page: Page) -> None:
    page.get_by_role("button", name="在此填写").click()
    send = page.get_by_role("button", name="下载填好的 Word 表")
    send.click()
    assert page.get_by_role("status").inner_text() == "还有 3 个必填项没填，也可以先下载，打印后再手写。"
    assert page.locator("[aria-invalid=true]").count() == 3
    with page.expect_download():
        send.click()


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    opener = page.get_by_role("button", name="在此填写")
    opener.focus()
    page.keyboard.press("Enter")
    page.locator(".sop-word__form").wait_for()
    assert page.evaluate("document.activeElement.name") == "no"
    assert opener.get_attribute("aria-expanded") == "true"
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "content"
    page.get_by_role("button", name="收起").click()
    assert page.locator(".sop-word__form").is_hidden()
    assert all(box.evaluate("box => box.labels.length > 0") for box in page.locator(".sop-word__form input").all())


def test_where_the_form_cannot_be_fetched_the_page_says_so(page: Page) -> None:
    page.route("**/*.json", lambda route: route.abort())
    page.get_by_role("button", name="在此填写").click()
    page.get_by_role("status").wait_for()
    assert "取不到空白表" in page.get_by_role("status").inner_text()
    page.unroute("**/*.json")
    page.get_by_role("button", name="在此填写").click()
    page.locator(".sop-word__form").wait_for()


def test_a_checklist_offers_its_sheet(page: Page, address: str, made: tuple[Handbook, Path], tmp_path: Path) -> None:
    page.goto(f"{address}/OF-JC-01/")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word 检查表").click()
    download.value.save_as(tmp_path / "sheet.docx")
    assert OpenXmlValidator().validate(str(tmp_path / "sheet.docx")).errors == []
    assert page.get_by_role("button", name="在此填写").count() == 0


def test_the_page_knows_every_field_by_the_tag_of_its_control(made: tuple[Handbook, Path]) -> None:
    handbook, site = made
    for document in offered(handbook):
        folder = site / document.id
        described = json.loads((folder / f"{document.id}.json").read_text("utf-8"))
        with zipfile.ZipFile(folder / f"{document.id}.docx") as package:
            xml = package.read("word/document.xml").decode()
        tags = [
            tag
            for part in described["parts"]
            for field in part.get("fields") or [cell for row in part["rows"] for cell in row if isinstance(cell, dict)]
            for tag in field.get("ticks", [field["tag"]])
        ]
        assert tags
        assert all(f'<w:tag w:val="{tag}"/>' in xml for tag in tags)
        assert len(tags) == xml.count("<w:tag ")


def test_a_withdrawn_form_is_not_offered(draft: Draft) -> None:
    draft.replace("sop/office/OF-BD-01.md", "retention: 1年", "retention: 1年\nstatus: withdrawn")
    site = next(target for target in all_targets() if target.name == "site")
    build(draft.load(), Workplace(draft.root, draft.root / "build"), [site])
    folder = draft.root / "build/site/OF-BD-01"
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert 'class="sop-word"' not in (folder / "index.html").read_text("utf-8")
