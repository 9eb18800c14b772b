"""The search in a real browser: the same answers as the command line, by keyboard and on a phone, without a network."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from handbooks import REPOSITORY, Draft
from sopbook.handbooks import build, load
from sopbook.search.analysis import WORD
from sopbook.search.disk import DiskIndex, Filter, write
from sopbook.search.guesses import guessed_list, guesses
from sopbook.search.index import build_index
from sopbook.search.query import understand
from sopbook.search.rank import answer
from sopbook.search.text import normalise, stem
from sopbook.search.vocabulary import INLINE
from sopbook.targets import Workplace
from test_search import COMPLAINTS, EMERGENCY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("search")]

FIND = """async ([module, queries, filter]) => {
    const { search } = await import(module);
    const answers = [];
    for (const query of queries) {
        const { results, nearest } = await search(query, { limit: 10, filter });
        const rows = results.map((one) => [one.entry.id, one.anchor, one.excerpt.join(""), one.score]);
        answers.push([rows, nearest.map((near) => near.entry.id)]);
    }
    return answers;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small handbook with an emergency."""
    draft = Draft(tmp_path_factory.mktemp("search") / "handbook")
    draft.write("sop/office/OF-CX-31.md", EMERGENCY)
    draft.write("sop/office/OF-CX-06.md", COMPLAINTS)
    draft.replace("sop/handbook.yml", "figures:", "figures:\n  投诉办结: {value: 3wd}")
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    return draft.root / "build/site"


@pytest.fixture(scope="module")
def address(site: Path, serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The site two folders below the top of a server, so that no address may begin with a slash."""
    top = tmp_path_factory.mktemp("www")
    shutil.copytree(site, top / "deep/er")
    return f"{serve(top)}/deep/er"


@pytest.fixture(params=[(390, 844), (1440, 900)], ids=["phone", "desktop"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/OF-CX-01/")
    page.locator(".sop-search__input[role=combobox]").wait_for()
    return page


def queries() -> list[str]:
    """The queries of the benchmark, and as many made of their pieces."""
    lines = [
        line
        for path in sorted((REPOSITORY / "bench/search").glob("queries-*.tsv"))
        for line in path.read_text("utf-8").splitlines()
    ]
    found = [line.split("\t")[0] for line in lines if line and not line.startswith("#")]
    chance = random.Random(1)
    pieces = [query[start : start + 3] for query in found for start in range(0, len(query), 3)]
    mixed = ["".join(chance.choices(pieces, k=chance.randint(1, 4))) for _ in range(150)]
    odd = [
        "",
        " ",
        "，。",
        "ＢＤ－６",
        "電梯困人",
        "ﬁre ＡＬＡＲＭ",
        "a" * 300,
        "𠮷野家",
        "é",
        "İ",
        "1",
        "kf-",
        "#",
        "~dianti",
        "=修",
        "e\u0301",
    ]
    return [*found, *mixed, *odd]


def of_command_line(index: DiskIndex, asked: list[str], wanted: Filter) -> list[Any]:
    allowed = index.positions(wanted).__contains__
    found = [answer(understand(query, index), allowed, index, 10) for query in asked]
    return [
        [
            [[r.entry.id, r.part.anchor if r.part else "", r.excerpt, r.score] for r in one.results],
            [entry.id for entry in one.nearest],
        ]
        for one in found
    ]


def test_the_browser_answers_as_the_command_line_does(
    real_site: Path, serve: Callable[[Path], str], browser: Browser, tmp_path: Path
) -> None:
    """Documents, steps, excerpts and scores, and what is nearest where there is no answer."""
    write(build_index(load(REPOSITORY)), tmp_path / "index", "digest")
    index = DiskIndex(tmp_path / "index")
    address = serve(real_site)
    page = browser.new_page()
    page.goto(address)
    module = f"{address}/assets/search.js"
    asked = queries()
    for wanted in (
        Filter(),
        Filter(kind="form"),
        Filter(role="客服主管"),
        Filter(kind="procedure", department="客服部"),
    ):
        here = page.evaluate(
            FIND, [module, asked, {"kind": wanted.kind, "role": wanted.role, "department": wanted.department}]
        )
        for query, theirs, ours in zip(asked, here, of_command_line(index, asked, wanted), strict=True):
            assert theirs == ours, query
        asked = asked[::5]
    page.close()


SOUNDS_LIKE_NOTHING = ["投电", "梯诉", "诉快", "件困", "人投"]


def ask_in_turn(browser: Browser, address: str, ahead: bool) -> tuple[set[str], list[str]]:
    """The pieces of the vocabulary fetched for what sounds like nothing, with the filter or not; and what is found."""
    page = browser.new_page()
    if not ahead:
        page.route("**/ahead.json", lambda route: route.abort())
    page.goto(address)
    files, found = page.evaluate(
        """async ([module, ahead, queries]) => {
            const { lexicon, search } = await import(module);
            await search("投诉", { limit: 5 });
            const index = await lexicon();
            while (ahead && !index.ahead) await new Promise((resolve) => setTimeout(resolve, 10));
            const found = [];
            for (const query of queries) found.push(JSON.stringify(await search(query, { limit: 5 })));
            return [[...index.files.keys()], found];
        }""",
        [f"{address}/assets/search/engine.js", ahead, SOUNDS_LIKE_NOTHING],
    )
    page.close()
    return {name for name in files if name.startswith("v")}, found


def test_what_is_in_no_document_is_not_looked_for(browser: Browser, address: str) -> None:
    some, found = ask_in_turn(browser, address, ahead=True)
    more, same = ask_in_turn(browser, address, ahead=False)
    assert some < more
    assert found == same


def test_whatever_may_be_guessed_passes_the_filter(page: Page, address: str, site: Path) -> None:
    vocabulary = {
        text: (flags, home)
        for path in (site / "assets/search/index").glob("v*.json")
        for text, (_, flags, _, home) in json.loads(path.read_text("utf-8"))["t"].items()
    }
    there = {guess for text, (flags, _) in vocabulary.items() for guess in guesses(text, flags)}
    there |= {guess for text, (flags, home) in vocabulary.items() if home == 0 for guess in guessed_list(text, flags)}
    assert len(there) > 150
    chance = random.Random(4)
    others = {"".join(chance.choices("abcdefgh投诉电梯快件~", k=7)) for _ in range(3000)} - there
    denied, taken = page.evaluate(
        """async ([module, there, others]) => {
            const { lexicon, search } = await import(module);
            await search("投诉", { limit: 5 });
            const index = await lexicon();
            while (!index.ahead) await new Promise((resolve) => setTimeout(resolve, 10));
            const taken = others.filter((guess) => index.mayHave(guess));
            return [there.filter((guess) => !index.mayHave(guess)), taken.length];
        }""",
        [f"{address}/assets/search/engine.js", sorted(there), sorted(others)],
    )
    assert denied == []
    assert taken < 0.05 * len(others)


def test_a_long_list_is_fetched_together_with_the_piece_that_has_its_token(
    draft: Draft, serve: Callable[[Path], str], browser: Browser
) -> None:
    for number in range(40, 40 + INLINE + 1):
        draft.write(f"sop/office/OF-CX-{number}.md", COMPLAINTS.replace("OF-CX-06", f"OF-CX-{number}"))
    draft.write("sop/office/OF-CX-31.md", EMERGENCY)
    draft.replace("sop/handbook.yml", "figures:", "figures:\n  投诉办结: {value: 3wd}")
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    index = draft.root / "build/site/assets/search/index"
    vocabulary = {path.stem: json.loads(path.read_text("utf-8"))["t"] for path in index.glob("v*.json")}
    words = [
        (text, piece, f"p{piece[1:]}-{home}")
        for piece, tokens in vocabulary.items()
        for text, (_, flags, _, home) in tokens.items()
        if len(text) == 2 and flags & WORD and home == 0
    ]
    page = browser.new_page()
    page.goto(serve(draft.root / "build/site"))
    start, v_start, v_end, list_start = page.evaluate(
        """async (words) => {
            const { lexicon, search } = await import("/assets/search/engine.js");
            await search("电梯", { limit: 5 });
            const index = await lexicon();
            while (!index.ahead) await new Promise((resolve) => setTimeout(resolve, 10));
            const [text, ...names] = words.find(([, piece]) => !index.files.has(piece));
            const start = performance.now();
            await search(text, { limit: 5 });
            const addresses = names.map((name) => `${new URL(name, index.folder)}.json`);
            const [piece, list] = addresses.map((address) => performance.getEntriesByName(address)[0]);
            return [start, piece.startTime, piece.responseEnd, list.startTime];
        }""",
        words,
    )
    assert start <= v_start
    assert start <= list_start < v_end
    page.close()


def test_stems_and_spelling_are_the_same_on_both_sides(page: Page, address: str) -> None:
    chance = random.Random(2)
    endings = [
        "s",
        "es",
        "ies",
        "ed",
        "ing",
        "eed",
        "ational",
        "ization",
        "fulness",
        "ly",
        "ll",
        "y",
        "e",
        "ement",
        "ion",
        "sses",
    ]
    middles = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(0, 7))) for _ in range(1500)]
    words = [middle + chance.choice(endings) for middle in middles]
    texts = ["Ｆｕｌｌ　Ｗｉｄｔｈ", "Straße", "ÀÉÎõü", "①②", "㎡", "İstanbul", "ﬃ", "繁體"]
    found = page.evaluate(
        """async ([module, words, texts]) => {
            const { normalise, stem } = await import(module);
            return [words.map(stem), texts.map((text) => normalise(text, (plain) => plain))];
        }""",
        [f"{address}/assets/search/text.js", words, texts],
    )
    assert found == [[stem(word) for word in words], [normalise(text, {}) for text in texts]]


def type_query(page: Page, text: str) -> None:
    page.locator(".sop-search__input").fill(text)
    page.locator(".sop-search__popup").wait_for()


def test_a_list_as_one_types_leads_to_the_step(page: Page) -> None:
    type_query(page, "投诉几天办结")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("OF-CX-06")
    expect(first).to_contain_text("协调整改")
    expect(first).to_contain_text("3 个工作日")
    assert first.locator("mark").count() > 0
    first.click()
    page.wait_for_url("**/deep/er/OF-CX-06/#resolve")


def test_keys(page: Page) -> None:
    page.keyboard.press("/")
    box = page.locator(".sop-search__input")
    expect(box).to_be_focused()
    type_query(page, "快件")
    expect(box).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("快件")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/deep/er/OF-(?!CX-01)"))


@pytest.mark.parametrize(
    "missing", ["delete window.Worker", "window.Worker = class extends Worker { constructor() { super('/none.js'); } }"]
)
def test_a_browser_that_cannot_run_the_search_in_a_worker_runs_it_in_the_page(
    context: BrowserContext, address: str, missing: str
) -> None:
    page = context.new_page()
    page.add_init_script(missing)
    page.goto(f"{address}/OF-CX-01/")
    type_query(page, "投诉几天办结")
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-06")
    assert page.workers == []


def test_who_had_no_network_at_the_first_key_is_answered_when_it_is_back(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    page.locator(".sop-search__input").fill("投")
    expect(page.locator(".sop-search__note")).to_contain_text("engine.js: offline")
    context.set_offline(False)
    page.locator(".sop-search__input").fill("投诉几天办结")
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-06")


def test_the_search_runs_in_a_worker(page: Page) -> None:
    type_query(page, "投诉几天办结")
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-06")
    assert [worker.url.rpartition("/")[2] for worker in page.workers] == ["engine.js"]


def test_a_slash_in_a_field_is_a_slash(page: Page) -> None:
    page.locator(".sop-search__input").fill("")
    page.keyboard.type("a/b")
    expect(page.locator(".sop-search__input")).to_have_value("a/b")


def test_an_emergency_shows_what_to_do_first_and_whom_to_call(page: Page) -> None:
    type_query(page, "卡在电梯里了")
    first = page.locator(".sop-search__popup .sop-urgent-hit")
    assert first.locator("ol li").all_inner_texts() == ["接通对讲", "打给维保单位", "守在层门前"]
    assert first.locator("a").first.get_attribute("href") == "tel:8001"
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-31")


def test_nothing_found_is_said_and_not_covered_up(page: Page) -> None:
    type_query(page, "红烧肉的做法")
    expect(page.locator(".sop-search__note")).to_contain_text("没有找到“红烧肉的做法”")
    expect(page.locator(".sop-search__all")).to_be_hidden()


def test_the_page_of_results_filters_and_keeps_its_address(page: Page, address: str) -> None:
    page.locator(".sop-search__input").fill("快件")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    results = page.locator(".sop-results__list > li")
    results.first.wait_for()
    before = results.count()
    page.locator("select[name=kind]").select_option("form")
    expect(results).to_have_count(1)
    expect(results.first).to_contain_text("OF-BD-01")
    assert before > 1
    page.reload()
    expect(results).to_have_count(1)
    page.locator("select[name=role]").select_option("收发员")
    expect(results).to_have_count(1)
    assert "kind=form" in page.url


def test_it_works_without_a_network_once_loaded_and_asks_nobody_else(
    page: Page, context: BrowserContext, address: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    type_query(page, "快件")
    page.get_by_role("option").first.wait_for()
    assert [url for url in asked if not url.startswith(address)] == []
    context.set_offline(True)
    type_query(page, "快")
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-01")
    # What was not loaded before is said to be missing, and found again when the network is back.
    page.locator(".sop-search__input").fill("zhuangxiu")
    expect(page.locator(".sop-search__note")).to_be_visible()
    context.set_offline(False)
    page.locator(".sop-search__input").fill("dianti")
    expect(page.get_by_role("option").first).to_contain_text("OF-CX-31")


def test_a_handbook_cannot_put_html_into_results(draft: Draft, serve: Callable[[Path], str], browser: Browser) -> None:
    draft.replace("sop/office/OF-CX-01.md", "title: 快件收发", 'title: "快件<img src=x onerror=alert(1)>收发"')
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    page = browser.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(serve(draft.root / "build/site"))
    type_query(page, "快件")
    expect(page.get_by_role("option").first).to_contain_text("<img")
    assert page.locator(".sop-search__popup img").count() == 0
    assert said == []
    page.close()


def test_queries_without_an_answer_are_kept_on_the_device_and_exported(page: Page, address: str) -> None:
    page.goto(f"{address}/search/?q=红烧肉")
    page.locator(".sop-results__status", has_text="没有找到").wait_for()
    page.wait_for_function("localStorage.getItem('sop-search-log')?.includes('红烧肉')")
    page.locator(".sop-search__input").fill("=快件")
    page.wait_for_function("localStorage.getItem('sop-search-log')?.includes('=快件')")
    page.reload()
    expect(page.locator(".sop-log__count")).to_contain_text("1")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [(row["query"], row["results"], row["asked_again_as"]) for row in rows] == [("红烧肉", "0", "'=快件")]
    page.get_by_role("button", name="清除").click()
    expect(page.locator(".sop-log__count")).to_contain_text("0")
    page.get_by_role("button", name="不再记录").click()
    page.goto(f"{address}/search/?q=红烧肉")
    page.wait_for_timeout(1900)
    expect(page.locator(".sop-log__count")).to_contain_text("0")


def test_without_a_script_the_field_leads_to_a_page_that_says_where_to_look(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/OF-CX-01/")
    page.locator(".sop-search__input").fill("快件")
    page.locator(".sop-search__go").click()
    page.wait_for_url("**/deep/er/search/?q=*")
    page.locator("noscript a").click()
    page.wait_for_url("**/deep/er/documents/")
    context.close()


def test_the_list_fits_the_screen(page: Page) -> None:
    type_query(page, "卡在电梯里了")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
