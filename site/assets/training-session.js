// Practice, one question at a time with the reason at once; and tests, with a clock and a mark at the end.

import { openDocument, page, say } from "./training-data.js";
import { button, focusOn, make, today } from "./training-dom.js";
import { AGAIN, GOOD, HARD, review } from "./training-fsrs.js";
import { keepUnfinished, update } from "./training-progress.js";
import { ask, random, shuffled } from "./training-questions.js";

const LAST_MINUTE = 60_000;
const TICK = 1000;

// --------------------------------------------------------------------------- which questions

/**
 * So many questions of several groups, evenly. Of each group, two written by hand come before each one
 * that the structure gave, and what tests a part that is not asked about yet goes first.
 */
export function draw(groups, count, next) {
  const arranged = groups.map((questions) => arrange(questions, next));
  const found = new Map();
  while (found.size < count && arranged.some((group) => group.length > 0)) {
    for (const group of shuffled(arranged, next)) {
      const question = group.shift();
      if (question && found.size < count) found.set(question.id, question);
    }
  }
  return shuffled([...found.values()], next);
}

function arrange(questions, next) {
  const order = shuffled(questions, next);
  const hand = spread(order.filter((question) => !question.derived));
  const derived = spread(order.filter((question) => question.derived));
  const found = [];
  while (hand.length > 0 || derived.length > 0) {
    found.push(...hand.splice(0, 2), ...derived.splice(0, 1));
  }
  return found;
}

/** Questions about something new before those about what was asked already. */
function spread(questions) {
  const asked = new Set();
  const later = [];
  const first = questions.filter((question) => {
    const anchors = question.tests.map((test) => `${test.number}#${test.anchor}`);
    const isNew = anchors.some((anchor) => !asked.has(anchor));
    anchors.forEach((anchor) => asked.add(anchor));
    if (!isNew) later.push(question);
    return isNew;
  });
  return [...first, ...later];
}

// --------------------------------------------------------------------------------- practice

/**
 * Practises questions, those missed once more in the end. `items` are `{question, document}`;
 * `done` is called with how many were right the first time.
 */
export function practise(place, index, items, done) {
  const queue = [...items];
  const next = random(crypto.getRandomValues(new Uint32Array(1))[0]);
  const missed = new Set();
  let right = 0;
  let number = 0;

  function show() {
    const item = queue.shift();
    if (item === undefined) {
      done({ right, asked: items.length });
      return;
    }
    number += 1;
    const again = missed.has(item.question.id);
    const asked = ask(item.question, index, next);
    const count = again ? say(index, "once_more") : say(index, "question_of", { n: number, of: items.length });
    const heading = make("h2", { class: "sop-ask__count" }, count);
    const verdict = make("div", { class: "sop-ask__verdict", role: "status" });
    const check = make("button", { type: "submit", class: "sop-button sop-button--main" }, say(index, "check"));
    const after = make("div");
    const form = make("form", { onsubmit: submit }, asked.element, after, make("p", { class: "sop-actions" }, check));
    asked.element.lastElementChild.before(verdict);

    function submit(event) {
      event.preventDefault();
      if (!asked.answered()) {
        verdict.textContent = say(index, "answer_first");
        return;
      }
      const isRight = asked.right();
      asked.reveal();
      const guessed = make("input", { type: "checkbox" });
      verdict.replaceChildren(
        make("p", { class: isRight ? "sop-ask__yes" : "sop-ask__no" }, say(index, isRight ? "is_right" : "is_wrong")),
        ...(isRight && !again ? [make("label", {}, guessed, make("span", {}, say(index, "guessed")))] : []),
      );
      after.append(links(item.question, index));
      const onward = button(say(index, "next"), () => {
        if (!again) remember(item, isRight ? (guessed.checked ? HARD : GOOD) : AGAIN);
        if (isRight && !again) right += 1;
        if (!isRight && !again) {
          missed.add(item.question.id);
          queue.push(item);
        }
        show();
      }, "sop-button--main");
      check.replaceWith(onward);
      onward.focus();
    }

    place.replaceChildren(heading, form);
    focusOn(heading);
  }

  show();
}

/** Links to what a question tests. */
export function links(question, index) {
  const items = question.tests.map((test) => {
    const anchor = test.anchor ? `#${encodeURIComponent(test.anchor)}` : "";
    const text = test.anchor ? `${test.document} · ${test.title}` : test.title;
    return make("li", {}, make("a", { href: page(`${encodeURIComponent(test.number)}/${anchor}`) }, text));
  });
  return make("div", { class: "sop-ask__links" }, say(index, "read_again"), make("ul", {}, ...items));
}

/** Keeps a card for what was missed or guessed, and moves the cards there are. */
export function remember({ question, document }, rating, now = Date.now()) {
  update((state) => {
    const card = state.cards[question.id] ?? null;
    if (card !== null || rating < GOOD) state.cards[question.id] = { document, ...review(card, rating, now) };
  });
}

// ------------------------------------------------------------------------------------- tests

/** A test that starts now: what has to be kept to go on with it after the page was closed. */
export function newTest(document, questions, minutes) {
  return {
    document,
    ids: questions.map((question) => question.id),
    sources: questions.map((question) => question.source),
    seed: crypto.getRandomValues(new Uint32Array(1))[0],
    started: Date.now(),
    minutes,
    values: {},
  };
}

/** The questions of a test that was begun, or null if the handbook no longer has one of them. */
export async function questionsOf(test) {
  const files = await Promise.all([...new Set(test.sources)].map(openDocument));
  const known = new Map(files.flatMap((file) => file.questions.map((question) => [question.id, { ...question, source: file.id }])));
  const found = test.ids.map((id) => known.get(id));
  return found.includes(undefined) ? null : found;
}

/** Takes a test; `done` is called with `{right, of, percent, results}` once it is handed in or time is over. */
export function takeTest(place, index, test, questions, done) {
  const asked = questions.map((question, at) => {
    const widget = ask(question, index, random(test.seed + at));
    if (question.id in test.values) widget.restore(test.values[question.id]);
    return widget;
  });
  const ends = test.minutes > 0 ? test.started + test.minutes * 60_000 : null;
  const heading = make("h2", { class: "sop-ask__count" });
  const clock = make("p", { class: "sop-clock", hidden: ends === null });
  const warning = make("p", { class: "sop-sr", role: "status" });
  const told = make("p", { class: "sop-ask__verdict", role: "status" });
  const spot = make("div", { onchange: note, oninput: note });
  const back = button(say(index, "back"), () => show(at - 1));
  const onward = button(say(index, "next"), () => show(at + 1), "sop-button--main");
  const end = button(say(index, "hand_in"), () => handIn(false));
  let at = 0;
  let asksTwice = true;
  let timer = null;

  function note() {
    test.values = Object.fromEntries(asked.filter((w) => w.answered()).map((w) => [w.question.id, w.value()]));
    asksTwice = true;
    keepUnfinished(test);
  }

  function show(number) {
    at = number;
    heading.textContent = say(index, "question_of", { n: at + 1, of: asked.length });
    spot.replaceChildren(asked[at].element);
    back.disabled = at === 0;
    onward.hidden = at === asked.length - 1;
    end.classList.toggle("sop-button--main", onward.hidden);
    told.textContent = "";
    focusOn(heading);
  }

  function tick() {
    const left = ends - Date.now();
    if (left <= 0) return handIn(true);
    clock.textContent = say(index, "time_left", { time: minutes(left) });
    if (left <= LAST_MINUTE && warning.textContent === "") warning.textContent = say(index, "last_minute");
  }

  function handIn(late) {
    const open = asked.filter((widget) => !widget.answered()).length;
    if (open > 0 && !late && asksTwice) {
      asksTwice = false;
      told.textContent = say(index, "unanswered", { n: open });
      return;
    }
    clearInterval(timer);
    keepUnfinished(null);
    const results = asked.map((widget) => ({ widget, right: widget.right(), points: widget.points() }));
    const [right, of] = results.reduce(([got, all], { points }) => [got + points[0], all + points[1]], [0, 0]);
    for (const { widget, right: isRight } of results) {
      remember({ question: widget.question, document: widget.question.source }, isRight ? GOOD : AGAIN);
      widget.reveal();
    }
    done({ right, of, percent: of > 0 ? Math.floor((100 * right) / of) : 0, results, late });
  }

  keepUnfinished(test);
  place.replaceChildren(heading, clock, warning, spot, told, make("p", { class: "sop-actions" }, back, onward, end));
  if (ends !== null) {
    timer = setInterval(tick, TICK);
    tick();
  }
  if (ends === null || ends > Date.now()) show(0);
}

/** A stretch of time as minutes and seconds. */
function minutes(left) {
  const seconds = Math.ceil(left / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The mark of a test, and each of its questions with what was right. */
export function verdict(index, result, passed) {
  const values = { percent: result.percent, right: result.right, of: result.of, mark: index.settings.pass_mark };
  const heading = make("h2", {}, say(index, passed ? "passed_title" : "failed_title"));
  const parts = result.results.map(({ widget, right }) =>
    make(
      "details",
      { class: "sop-ask__past", open: !right },
      make("summary", {}, make("span", {}, say(index, right ? "mark_right" : "mark_wrong")), " ", plain(widget.question.stem)),
      widget.element,
      links(widget.question, index),
    ),
  );
  const summary = make("p", { class: passed ? "sop-ask__yes" : "sop-ask__no" }, say(index, passed ? "passed_text" : "failed_text", values));
  return { heading, element: make("div", {}, heading, ...(result.late ? [make("p", {}, say(index, "time_over"))] : []), summary, ...parts) };
}

function plain(html) {
  const element = make("div");
  element.innerHTML = html;
  return element.textContent;
}

/** Notes that a procedure was passed, with the text of its parts as it was then. */
export function notePassed(file, percent) {
  update((state) => {
    state.passed[file.id] = {
      version: file.version,
      on: today(),
      score: percent,
      parts: Object.fromEntries(file.parts.map((part) => [part.anchor, [part.digest, [part.title, ...part.lines.slice(1)]]])),
    };
  });
}
