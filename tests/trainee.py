"""Somebody who learns on the site: reads, practises and takes tests in the browser, with the keyboard."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page


def plain(text: str) -> str:
    """HTML as text, without spaces."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


class Trainee:
    """Knows every question of a built site, and answers what the page asks."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page = page
        files = (json.loads(path.read_text("utf-8")) for path in sorted((site / "training/data").glob("*.json")))
        questions = [question for data in files for question in data.get("questions", ())]
        self.known: dict[str, list[dict[str, Any]]] = {}
        for question in questions:
            self.known.setdefault(plain(question["stem"]), []).append(question)
        self.seen: set[str] = set()

    def question(self) -> dict[str, Any]:
        """The question on the screen."""
        box = self.page.locator(".sop-training fieldset").first
        found = self.known[plain(box.locator("legend").first.text_content() or "")]
        shown = plain(box.text_content() or "")
        # Two questions may ask for the order of other steps in the same words.
        return next(q for q in found if all(plain(text) in shown for text, _ in q.get("options", ())))

    def answer(self, *, right: bool = True) -> None:
        """Answers what is asked."""
        question = self.question()
        self.seen.add(question["type"])
        self._answer(self.page.locator(".sop-training fieldset").first, question, right)

    def _answer(self, box: Locator, question: dict[str, Any], right: bool) -> None:
        match question["type"]:
            case "single" | "multiple":
                wanted = [str(at) for at, (_, correct) in enumerate(question["options"]) if correct is right]
                for value in wanted if right else wanted[:1]:
                    self._press(box.locator(f"input[value='{value}']"), "Space")
            case "true-false":
                truth = question["truth"] is right
                self._press(box.locator(f"input[value='{str(truth).lower()}']"), "Space")
            case "ordering":
                self._order(box, [plain(text) for text, _ in question["options"]], right)
            case "matching":
                for select, (_, text) in zip(box.locator("select").all(), question["pairs"], strict=True):
                    select.select_option(text if right else question["pairs"][0][1])
            case "fill":
                box.locator("input").fill(question["variants"][0] if right else "?")
            case "number":
                box.locator("input").fill(f"{question['number'] + (0 if right else 1000):g}")
            case "case":
                for part, inner in zip(
                    question["parts"], box.locator(":scope > .sop-ask-box > fieldset").all(), strict=True
                ):
                    self._answer(inner, part, right)

    def _order(self, box: Locator, texts: list[str], right: bool) -> None:
        """Sorts by moving up, one element after another; wrong is the right order with the first two swapped."""
        wanted = texts if right else [texts[1], texts[0], *texts[2:]]
        moved = False
        for at, text in enumerate(wanted):
            while True:
                rows = [plain(row.text_content() or "") for row in box.locator("li .sop-ask__text").all()]
                place = rows.index(text)
                if place <= at:
                    break
                self._press(box.locator("li").nth(place).locator("button").first, "Enter")
                moved = True
        if not moved:
            for key in (1, 0):
                self._press(box.locator("li").nth(1 - key).locator("button").nth(key), "Enter")

    def _press(self, control: Locator, key: str) -> None:
        control.focus()
        self.page.keyboard.press(key)

    def practise(self, *, right: bool = True) -> None:
        """One round of practice from its first question to its result."""
        self.page.locator(".sop-training form").wait_for()
        while self.page.locator(".sop-training form").count():
            self.answer(right=right or self.page.locator(".sop-ask__count").inner_text().startswith(("再", "Once")))
            self._press(self.page.locator(".sop-training form button[type=submit]"), "Enter")
            self.page.locator(".sop-training form .sop-ask__links").wait_for()
            self.page.keyboard.press("Enter")  # the focus is on "next"

    def take_test(self, *, right: bool = True) -> None:
        """A test from its first question to its result."""
        hand_in = self.page.get_by_role("button", name=re.compile("交卷|Hand in"))
        hand_in.wait_for()
        onward = self.page.get_by_role("button", name=re.compile("下一题|Next"))
        while True:
            self.answer(right=right)
            if not onward.is_visible():
                break
            self._press(onward, "Enter")
        self._press(hand_in, "Enter")
        self.page.locator(".sop-ask__yes, .sop-ask__no").first.wait_for()
