// The training page of a role: what to read, in what order, what is done, what is next, what is due today.

import { openDocument, page, say, trainingPage } from "./training-data.js";
import { button, day, focusOn, make, today } from "./training-dom.js";
import { progress, standing, unfinished, update } from "./training-progress.js";
import { random } from "./training-questions.js";
import { draw, newTest, questionsOf, takeTest, verdict } from "./training-session.js";

/** What of a document on the path is still to be done: "read", "practise", "test", "changed", or null. */
export function missing(state, index, number) {
  const { about, read, practised, passed, changed } = standing(state, index, number);
  if (!read) return "read";
  if (about.questions === 0 || about.kind !== "procedure") return null;
  if (!practised) return "practise";
  if (!passed) return "test";
  return changed.length > 0 ? "changed" : null;
}

/** What is left of a role's path: pairs of number and what is missing, in order. */
export function left(state, index, role) {
  return index.roles[role].path.map((number) => [number, missing(state, index, number)]).filter(([, what]) => what);
}

/** Fills in where the reader stands on the path that the page shows. */
export async function start(element, index) {
  const number = element.dataset.document;
  const role = index.roles[number];
  const rows = [...document.querySelectorAll(".sop-path__document")];
  update((state) => {
    state.person.role = number;
  });
  const test = unfinished();
  const begun = test?.document === number ? await questionsOf(test) : null;
  if (begun) runTest(test, begun);
  else show();

  function show() {
    const state = progress();
    for (const row of rows) fillIn(row, state);
    const open = left(state, index, number);
    const done = role.path.length - open.length;
    const due = Object.values(state.cards).filter((card) => card.due <= Date.now()).length;
    const passed = state.roles[number];
    const bar = make("progress", { max: role.path.length, value: done, "aria-label": say(index, "progress") });
    element.replaceChildren(
      make("p", {}, bar, " ", say(index, "progress_of", { n: done, of: role.path.length })),
      nextThing(open, passed),
      make("p", {}, due > 0 ? make("a", { href: page("training/review/"), class: "sop-button" }, say(index, "review_due", { n: due })) : say(index, "review_none")),
      make("div", {}, button(say(index, "role_test"), begin), make("p", { class: "sop-quiet" }, testHint())),
      ...(passed ? [make("p", {}, say(index, "role_passed_on", { on: day(index, passed.on), percent: passed.score }))] : []),
    );
  }

  function testHint() {
    const { role_questions: n, role_minutes: time, pass_mark: mark } = index.settings;
    return say(index, "test_hint", { n, mark, time: time > 0 ? say(index, "minutes", { n: time }) : say(index, "no_limit") });
  }

  function nextThing(open, passed) {
    if (open.length > 0) {
      const [document, what] = open[0];
      const about = index.documents[document];
      const href = what === "read" || what === "changed" ? page(about.address) : trainingPage(document, what === "practise" ? "#practise" : "");
      const text = say(index, `next_${what}`, { title: about.title });
      return make("p", { class: "sop-next" }, make("a", { href, class: "sop-button sop-button--main" }, text));
    }
    if (!passed) return make("p", { class: "sop-next" }, say(index, "next_role_test"));
    const href = trainingPage(number, "certificate/");
    return make("p", { class: "sop-next" }, make("a", { href, class: "sop-button sop-button--main" }, say(index, "to_certificate")));
  }

  function fillIn(row, state) {
    const { about, read, readBefore, practised, passed, changed } = standing(state, index, row.dataset.document);
    const tested = about.kind === "procedure" && about.questions > 0;
    const items = [
      [read, read ? say(index, "read_on", { on: day(index, read.on) }) : say(index, readBefore ? "read_older" : "read_not", { version: readBefore?.version })],
      ...(tested
        ? [
            [practised, practised ? say(index, "practised_short", { right: practised.right, of: practised.asked }) : say(index, "practised_not")],
            [passed, passed ? say(index, "passed_short", { percent: passed.score, version: passed.version }) : say(index, "passed_not")],
          ]
        : []),
      ...(changed.length > 0 ? [[null, say(index, "changed_short", { n: changed.length })]] : []),
    ];
    const list = make("ul", { class: "sop-standing sop-standing--short" }, ...items.map(([done, text]) => make("li", { "data-done": done ? "yes" : "no" }, text)));
    row.querySelector(".sop-standing")?.remove();
    row.append(list);
    row.dataset.done = missing(state, index, row.dataset.document) === null ? "yes" : "no";
  }

  async function begin() {
    const sources = [...new Set([...role.tested, ...(index.documents[number].questions > 0 ? [number] : [])])];
    const files = await Promise.all(sources.map(openDocument));
    const next = random(crypto.getRandomValues(new Uint32Array(1))[0]);
    const groups = files.map((file) => file.questions.map((question) => ({ ...question, source: file.id })));
    const questions = draw(groups, index.settings.role_questions, next);
    runTest(newTest(number, questions, index.settings.role_minutes), questions);
  }

  function runTest(test, questions) {
    const path = document.querySelector(".sop-path-box");
    if (path) path.hidden = true;
    takeTest(element, index, test, questions, (result) => {
      const passed = result.percent >= index.settings.pass_mark;
      if (passed) {
        update((state) => {
          state.roles[number] = { on: today(), score: result.percent, version: index.documents[number].version };
        });
      }
      const { heading, element: told } = verdict(index, result, passed);
      element.replaceChildren(told, make("p", { class: "sop-actions" }, button(say(index, "to_path", { role: role.title }), () => {
        if (path) path.hidden = false;
        show();
        focusOn(document.querySelector("h1"));
      }, "sop-button--main")));
      focusOn(heading);
    });
  }
}
