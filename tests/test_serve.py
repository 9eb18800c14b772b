"""``sopbook serve``: an edit shows in the pages that are open."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from handbooks import Draft

PARAGRAPH = "快递员把快件送到前台。"


@pytest.fixture
def address(draft: Draft) -> Iterator[str]:
    command = [sys.executable, "-m", "sopbook", "-C", str(draft.root), "serve", "--address", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        found = None
        while found is None:
            line = process.stdout.readline()
            assert line, "serve ended"
            found = re.search(r"http://[\d.:]+/", line)
        yield found[0]
        process.terminate()


def get(address: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:  # noqa: S310
        return str(answer.read().decode())


def news(address: str) -> Iterator[str]:
    """The lines of the stream of builds."""
    with urllib.request.urlopen(f"{address}.sopbook/events", timeout=120) as stream:  # noqa: S310
        for line in stream:
            if line.strip() and not line.startswith(b":"):
                yield line.decode().strip()


def test_an_edit_is_told_and_served(draft: Draft, address: str) -> None:
    builds = news(address)
    first = next(builds)
    assert PARAGRAPH in get(f"{address}OF-CX-01/")
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    assert next(builds) != first
    assert "快递员打电话来。" in get(f"{address}OF-CX-01/")
    # Only what is served has the script that listens; what is built has not.
    assert "/.sopbook/events" in get(f"{address}OF-CX-01/")
    assert "/.sopbook/events" not in (draft.root / "build/site/OF-CX-01/index.html").read_text("utf-8")


def test_a_page_knows_of_which_build_it_is(draft: Draft, address: str) -> None:
    """Or one that is fetched while a build ends would show what was, and never learn of it."""
    builds = news(address)
    first = next(builds).removeprefix("data: ")
    assert f'"{first}"' in get(f"{address}OF-CX-01/")
    draft.replace("sop/office/OF-CX-01.md", "title: 快件收发", "title: 快件收发与保管")
    second = next(builds).removeprefix("data: ")
    page = get(f"{address}OF-CX-01/")
    assert f'"{second}"' in page
    assert f'"{first}"' not in page


def test_a_build_that_fails_is_told_and_mended(draft: Draft, address: str) -> None:
    builds = news(address)
    next(builds)
    template = "templates/pages/bank.md.j2"
    draft.write(template, "{% if %}")  # a folder that was not there when serving began
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    assert next(builds) == "event: failed"
    assert "bank.md.j2" in next(builds)
    assert PARAGRAPH in get(f"{address}OF-CX-01/")
    (draft.root / template).unlink()
    draft.replace("sop/office/OF-CX-01.md", "打电话来", "来了")
    assert next(builds).startswith("data: ")
    assert "快递员来了。" in get(f"{address}OF-CX-01/")


def test_addresses(draft: Draft, address: str) -> None:
    assert "员工手册" in get(address)
    assert "sop-" in get(f"{address}assets/sopbook.css")
    assert get(f"{address}OF-CX-01").count("<h1") == 1  # led on to the folder
    assert "unregister" in get(f"{address}sw.js")  # else a page would come from the copy on this device
    for path in ("nowhere/", "../mkdocs.yml", "%2e%2e/mkdocs.yml", "..%5cmkdocs.yml", "OF-CX-01/%00"):
        with pytest.raises(urllib.error.HTTPError) as error:
            get(f"{address}{path}")
        assert error.value.code == 404
        error.value.close()


def test_a_foreign_name_for_this_machine_is_refused(address: str) -> None:
    """Else any web page could have its own name point here and read a handbook that is not public."""
    with pytest.raises(urllib.error.HTTPError) as error:
        get(address, Host="evil.example")
    assert error.value.code == 403
    error.value.close()


@pytest.mark.browser
@pytest.mark.xdist_group("duty")
def test_an_open_page_reloads(draft: Draft, address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    with page.expect_response("**/.sopbook/events"):  # a page that does not listen yet is not told
        page.goto(f"{address}OF-CX-01/")
    page.get_by_text(PARAGRAPH).first.wait_for()
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    page.get_by_text("快递员打电话来。").first.wait_for()
    draft.write("templates/pages/procedure.md.j2", "{% if %}")
    draft.replace("sop/office/OF-CX-01.md", "打电话来", "来了")
    page.get_by_text("procedure.md.j2").wait_for()
    page.close()
