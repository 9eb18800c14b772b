// What is due for review today, from all procedures.

import { openDocument, page, say } from "./training-data.js";
import { button, day, focusOn, make, today } from "./training-dom.js";
import { progress, update } from "./training-progress.js";
import { practise } from "./training-session.js";

const MOST = 30;

/** Offers the questions that are due. */
export async function start(element, index) {
  const state = progress();
  const now = Date.now();
  const cards = Object.entries(state.cards);
  const due = cards.filter(([, card]) => card.due <= now).sort(([, one], [, other]) => one.due - other.due);
  const items = await known(due.slice(0, MOST), index);
  if (items.length === 0) {
    const coming = cards.filter(([, card]) => card.due > now).map(([, card]) => card.due);
    const when = coming.length > 0 ? day(index, today(new Date(Math.min(...coming)))) : null;
    element.replaceChildren(
      make("p", {}, say(index, "review_none")),
      ...(when ? [make("p", { class: "sop-quiet" }, say(index, "review_next", { on: when, n: coming.length }))] : []),
    );
    return;
  }
  element.replaceChildren(
    make("p", {}, say(index, "review_due", { n: due.length })),
    button(say(index, "review_start"), begin, "sop-button--main"),
  );

  function begin() {
    practise(element, index, items, ({ right, asked }) => {
      const heading = make("h2", {}, say(index, "review_done"));
      element.replaceChildren(
        heading,
        make("p", {}, say(index, "practice_result", { right, of: asked })),
        make("p", {}, make("a", { href: page("training/") }, say(index, "to_overview"))),
      );
      focusOn(heading);
    });
  }
}

/** The questions of some cards; a card whose question the handbook no longer has is forgotten. */
async function known(cards, index) {
  const documents = [...new Set(cards.map(([, card]) => card.document))];
  const questions = new Map();
  const gone = new Set();
  await Promise.all(
    documents.map(async (number) => {
      if (!index.documents[number]?.questions) return gone.add(number);
      for (const question of (await openDocument(number)).questions) questions.set(question.id, question);
    }),
  );
  const lost = cards.filter(([id, card]) => !questions.has(id) || gone.has(card.document)).map(([id]) => id);
  if (lost.length > 0) {
    update((state) => {
      for (const id of lost) delete state.cards[id];
    });
  }
  return cards.filter(([id]) => questions.has(id)).map(([id, card]) => ({ question: questions.get(id), document: card.document }));
}
