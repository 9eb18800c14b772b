// The training page of a procedure: practise it, take its test.

import { openDocument, page, say, trainingPage } from "./training-data.js";
import { button, day, focusOn, make, today } from "./training-dom.js";
import { changes } from "./training-difference.js";
import { progress, standing, unfinished, update } from "./training-progress.js";
import { random, shuffled } from "./training-questions.js";
import { draw, newTest, notePassed, practise, questionsOf, takeTest, verdict } from "./training-session.js";

/** Shows where the reader stands with the document that `element` names, and starts what they choose. */
export async function start(element, index) {
  const file = await openDocument(element.dataset.document);
  const test = unfinished();
  const begun = test?.document === file.id ? await questionsOf(test) : null;
  if (begun) runTest(test, begun);
  else if (location.hash === "#practise") runPractice();
  else overview();

  function overview() {
    const state = progress();
    const { read, practised, passed, changed } = standing(state, index, file.id);
    const { questions, minutes, pass_mark: mark } = index.settings;
    const time = minutes > 0 ? say(index, "minutes", { n: minutes }) : say(index, "no_limit");
    const rows = [
      [read, "read", read && { on: day(index, read.on) }],
      [practised, "practised", practised && { on: day(index, practised.on), right: practised.right, of: practised.asked }],
      [passed, "passed", passed && { on: day(index, passed.on), percent: passed.score, version: passed.version }],
    ];
    element.replaceChildren(
      make(
        "ul",
        { class: "sop-standing" },
        ...rows.map(([done, key, values]) =>
          make("li", { "data-done": done ? "yes" : "no" }, say(index, done ? `${key}_on` : `${key}_not`, values ?? {})),
        ),
      ),
      ...(changed.length > 0 ? [make("h2", {}, say(index, "changed_title")), changes(index, passed, file, changed)] : []),
      make(
        "div",
        { class: "sop-choices-big" },
        big("practise", say(index, "practise_hint", { n: Math.min(questions, file.questions.length) }), runPractice),
        big("test", say(index, "test_hint", { n: Math.min(questions, file.questions.length), time, mark }), () => begin()),
      ),
      make("p", {}, make("a", { href: page(file.address) }, say(index, "open_document", { title: file.title }))),
      onward(state),
    );
  }

  function big(key, hint, act) {
    return make("div", {}, button(say(index, key), act, "sop-button--main"), make("p", { class: "sop-quiet" }, hint));
  }

  function runPractice() {
    const state = progress();
    const now = Date.now();
    const next = random(now);
    const seen = new Set(state.practised[file.id]?.seen ?? []);
    const rank = (question) => {
      const card = state.cards[question.id];
      if (card && card.due <= now) return 0;
      return (seen.has(question.id) ? 3 : 1) + (question.derived ? 1 : 0) * 0.5;
    };
    const order = shuffled(file.questions, next).sort((one, other) => rank(one) - rank(other));
    // Some that the structure gave belong to each round, or nobody would meet them before the last one.
    const some = order.filter((question) => rank(question) >= 1 && question.derived).slice(0, 3);
    const rest = order.filter((question) => !some.includes(question));
    const chosen = shuffled([...rest.slice(0, index.settings.questions - some.length), ...some], next);
    const items = chosen.map((question) => ({ question, document: file.id }));
    practise(element, index, items, ({ right, asked }) => {
      update((kept) => {
        const before = kept.practised[file.id];
        kept.practised[file.id] = {
          version: file.version,
          on: today(),
          right,
          asked,
          rounds: (before?.rounds ?? 0) + 1,
          seen: [...new Set([...(before?.seen ?? []), ...chosen.map((question) => question.id)])],
        };
      });
      const heading = make("h2", {}, say(index, "practice_done"));
      element.replaceChildren(
        heading,
        make("p", {}, say(index, "practice_result", { right, of: asked })),
        make(
          "p",
          { class: "sop-actions" },
          button(say(index, "practise_more"), runPractice),
          button(say(index, "test"), () => begin(), "sop-button--main"),
        ),
        onward(progress()),
      );
      focusOn(heading);
    });
  }

  function begin() {
    const next = random(crypto.getRandomValues(new Uint32Array(1))[0]);
    const questions = draw([file.questions], index.settings.questions, next).map((q) => ({ ...q, source: file.id }));
    runTest(newTest(file.id, questions, index.settings.minutes), questions);
  }

  function runTest(test, questions) {
    takeTest(element, index, test, questions, (result) => {
      const passed = result.percent >= index.settings.pass_mark;
      if (passed) notePassed(file, result.percent);
      const { heading, element: told } = verdict(index, result, passed);
      element.replaceChildren(
        told,
        make(
          "p",
          { class: "sop-actions" },
          button(say(index, "practise"), runPractice),
          button(say(index, "test_again"), begin),
        ),
        onward(progress()),
      );
      focusOn(heading);
    });
  }

  /** The way back to the path of the reader's role. */
  function onward(state) {
    const role = state.person.role;
    if (!index.roles[role]) return make("p", {}, make("a", { href: page("training/") }, say(index, "to_overview")));
    return make("p", {}, make("a", { href: trainingPage(role), class: "sop-button" }, say(index, "to_path", { role: index.roles[role].title })));
  }
}
