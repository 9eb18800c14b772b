"""How well the search answers, beside mkdocs-material's own search and Pagefind, on one handbook in one run.

    .venv/bin/python bench/search/quality.py [-C HANDBOOK] [QUERIES.tsv …]

All three run in Chromium as they do for a reader: ours and Pagefind by their modules, mkdocs-material's through
its search box. mkdocs-material gets jieba with the handbook's own words; Pagefind its binary with Chinese
segmentation (npm). Their pages get the documents' keywords as a paragraph, since the card shows only the first few.
Results of theirs that are no document (lists, the home page) are left out.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import yaml
from common import HERE, REPOSITORY, Asked, Measures, by_kind, chromium, read_queries, serving
from mkdocs.commands.build import build as build_mkdocs
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as Timeout

from sopbook.handbooks import build, load
from sopbook.link.handbook import Handbook
from sopbook.search.disk import DiskIndex, Filter
from sopbook.search.query import understand
from sopbook.search.rank import answer
from sopbook.targets import Workplace, all_targets

SEPARATOR = r"[\s\u200b\-/,。、;:!?()()]+"


def main() -> None:
    """Build, ask, print a table, and write ``results.json`` if asked to."""
    options = _options()
    asked = read_queries(options.queries)
    handbook = load(options.handbook)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        out = Path(name)
        wanted = [target for target in all_targets() if target.name in ("site", "index")]
        build(handbook, Workplace(options.handbook, out), wanted)
        answers = {"sopbook": ours(browser, out, asked)}
        assert answers["sopbook"] == command_line(out, asked), "the browser and the command line differ"
        answers["mkdocs-material"] = material(browser, handbook, out, asked)
        answers["Pagefind"] = pagefind(browser, handbook, out, asked)
    numbers = {document.id for document in handbook.documents}
    measured = {
        tool: by_kind(asked, [[n for n in found if n in numbers] for found in rows]) for tool, rows in answers.items()
    }
    print(f"{len(handbook.documents)} documents, {len(asked)} queries\n")
    print(table(measured))
    if options.misses:
        for one, found in zip(asked, answers["sopbook"], strict=True):
            if (found[:1] or [""])[0] not in (one.expected or ("",)):
                print(one.kind, one.query, "expected", ",".join(one.expected), "found", ",".join(found[:4]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-C", dest="handbook", type=Path, default=REPOSITORY)
    parser.add_argument("--misses", action="store_true", help="list the queries that we do not answer at once")
    parser.add_argument("queries", nargs="*", type=Path, default=[HERE / "queries-dev.tsv", HERE / "queries-held.tsv"])
    options = parser.parse_args()
    options.handbook = options.handbook.resolve()
    return options


def table(measured: dict[str, dict[str, Measures]]) -> str:
    """A Markdown table: for each kind of query, the four measures of each tool."""
    tools = list(measured)
    lines = [
        "| kind | queries | " + " | ".join(f"{tool} s@1 · s@3 · MRR · nDCG" for tool in tools) + " |",
        "| --- " * (2 + len(tools)) + "|",
    ]
    for kind, first in measured[tools[0]].items():
        cells = [
            f"{m.success1:.2f} · {m.success3:.2f} · {m.mrr:.2f} · {m.ndcg:.2f}"
            for m in (measured[tool][kind] for tool in tools)
        ]
        lines.append(f"| {kind} | {first.count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


# --------------------------------------------------------------------------------- ours


def ours(browser: Browser, out: Path, asked: Sequence[Asked]) -> list[list[str]]:
    """Our answers in the browser."""
    with serving(out / "site") as address:
        page = browser.new_page()
        page.goto(address)
        return page.evaluate(
            """async ([module, queries]) => {
                const { search } = await import(module);
                const answers = [];
                for (const query of queries) {
                    answers.push((await search(query, { limit: 10 })).results.map((result) => result.entry.id));
                }
                return answers;
            }""",
            [f"{address}/assets/search.js", [one.query for one in asked]],
        )


def command_line(out: Path, asked: Sequence[Asked]) -> list[list[str]]:
    """Our answers from the index on disk, as ``sopbook search`` gives them."""
    index = DiskIndex(out / "index")
    allowed = index.positions(Filter()).__contains__
    return [[r.entry.id for r in answer(understand(one.query, index), allowed, index, 10).results] for one in asked]


# ----------------------------------------------------------------------- mkdocs-material


def material(browser: Browser, handbook: Handbook, out: Path, asked: Sequence[Asked]) -> list[list[str]]:
    """The answers of mkdocs-material's own search, typed into its box."""
    folder = out / "material"
    shutil.copytree(out / "docs", folder / "docs", ignore=shutil.ignore_patterns("index", "search"))
    _exclude_lists(handbook, folder / "docs")
    _add_keywords(handbook, folder / "docs", "index.md", "")
    config = yaml.safe_load((out / "mkdocs.yml").read_text("utf-8"))
    words = folder / "words.txt"
    words.write_text("".join(f"{word} 1000\n" for word in _own_words(handbook)), "utf-8")
    config |= {"nav": None, "plugins": [{"search": {"separator": SEPARATOR, "jieba_dict_user": str(words)}}]}
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    build_mkdocs(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site")))
    with serving(folder / "site") as address:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.locator("input.md-search__input").click()
        return [_ask_material(page, one.query) for one in asked]


def _ask_material(page: Page, query: str) -> list[str]:
    box = page.locator("input.md-search__input")
    meta = page.locator(".md-search-result__meta")
    # An empty box first, so that the answer we read is the answer to this query.
    box.fill("")
    page.keyboard.press("End")
    page.wait_for_function("document.querySelectorAll('.md-search-result__item').length === 0")
    before = meta.inner_text()
    box.fill(query)
    page.keyboard.press("End")
    try:
        page.wait_for_function(
            "before => document.querySelector('.md-search-result__meta').innerText !== before", arg=before, timeout=3000
        )
    except Timeout:
        return []
    page.wait_for_timeout(80)
    links = page.locator(
        ".md-search-result__item > a.md-search-result__link, .md-search-result__item > .md-search-result__link"
    )
    return _numbers([link.get_attribute("href") or "" for link in links.all()])


def _exclude_lists(handbook: Handbook, docs: Path) -> None:
    """Pages that only list others, and question banks (their wrong answers), are no answers."""
    numbers = {document.id for document in handbook.documents if document.kind != "bank"}
    for page in docs.rglob("index.md"):
        if page.parent.name not in numbers:
            text = re.sub(r"\A---\n.*?\n---\n", "", page.read_text("utf-8"), flags=re.DOTALL)
            page.write_text(f"---\nsearch:\n  exclude: true\n---\n{text}", "utf-8")


def _add_keywords(handbook: Handbook, pages: Path, name: str, before: str) -> None:
    """Every page gets the keywords of its document, in front of the last ``before`` (or at its end)."""
    keywords = {document.id: " ".join(document.keywords) for document in handbook.documents if document.keywords}
    for page in pages.rglob(name):
        if page.parent.name in keywords:
            text = page.read_text("utf-8")
            at = text.rindex(before) if before else len(text)
            page.write_text(f"{text[:at]}\n\n<p>{keywords[page.parent.name]}</p>\n{text[at:]}", "utf-8")


def _own_words(handbook: Handbook) -> list[str]:
    words = {word for term in handbook.terms() for word in (term.name, *term.synonyms)} | set(handbook.actors)
    words |= {keyword for document in handbook.documents for keyword in document.keywords}
    return sorted(word for word in words if re.fullmatch(r"[\u3400-\u9fff]{2,8}", word))


def _numbers(addresses: Sequence[str]) -> list[str]:
    """The document numbers in addresses of pages."""
    found = (re.search(r"/([^/]+)/(?:#.*|\?.*)?$", unquote(address)) for address in addresses)
    return list(dict.fromkeys(match[1] for match in found if match))


# ------------------------------------------------------------------------------ Pagefind


def pagefind(browser: Browser, handbook: Handbook, out: Path, asked: Sequence[Asked]) -> list[list[str]]:
    """The answers of Pagefind on our built pages."""
    if not (HERE / "node_modules/pagefind").is_dir():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    site = out / "pagefind"
    shutil.copytree(out / "site", site)
    for folder in (
        "search",
        "documents",
        "procedures",
        "forms",
        "checklists",
        "roles",
        "references",
        "departments",
        "banks",
    ):
        shutil.rmtree(site / folder, ignore_errors=True)
    _add_keywords(handbook, site, "index.html", "</article>")
    command = ["npx", "pagefind", "--site", str(site), "--root-selector", "article"]
    command += ["--exclude-selectors", ".sop-search,.sop-sos", "--quiet"]
    subprocess.run(command, cwd=HERE, check=True)
    with serving(site) as address:
        page = browser.new_page()
        page.goto(address)
        found = page.evaluate(
            """async ([module, queries]) => {
                const pagefind = await import(module);
                await pagefind.init();
                const answers = [];
                for (const query of queries) {
                    const { results } = await pagefind.search(query);
                    answers.push(await Promise.all(results.slice(0, 20).map(async (one) => (await one.data()).url)));
                }
                return answers;
            }""",
            [f"{address}/pagefind/pagefind.js", [one.query for one in asked]],
        )
    return [_numbers(urls) for urls in json.loads(json.dumps(found))]


if __name__ == "__main__":
    main()
