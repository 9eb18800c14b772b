// On a document's own page: what changed since the reader passed it, and the confirmation that it was read.

import { openDocument, say, trainingPage } from "./training-data.js";
import { button, day, make, today } from "./training-dom.js";
import { changes } from "./training-difference.js";
import { progress, standing, update } from "./training-progress.js";

/** Fills `element`; with `data-shows="changes"` only what changed, else the confirmation. */
export async function start(element, index) {
  const number = element.dataset.document;
  if (!index.documents[number]) return;
  if (element.dataset.shows === "changes") await showChanges(element, index, number);
  else showReading(element, index, number);
}

async function showChanges(element, index, number) {
  const { about, passed, changed } = standing(progress(), index, number);
  if (changed.length === 0) return;
  const file = await openDocument(number);
  element.classList.add("sop-news");
  element.setAttribute("aria-label", say(index, "changed_title"));
  element.replaceChildren(
    make("p", {}, make("strong", {}, say(index, "changed_title"))),
    make("p", {}, say(index, "changed_since", { on: day(index, passed.on), then: passed.version, now: about.version })),
    changes(index, passed, file, changed),
    make("p", { class: "sop-actions" },
      button(say(index, "changed_noted"), () => {
        update((state) => {
          if (state.passed[number]) state.passed[number].noted = about.parts;
        });
        element.hidden = true;
      }),
      make("a", { href: trainingPage(number), class: "sop-button" }, say(index, "test_again")),
    ),
  );
}

function showReading(element, index, number) {
  const state = progress();
  const { about, read, readBefore } = standing(state, index, number);
  const role = index.roles[state.person.role];
  const tested = about.questions > 0 && about.kind === "procedure";
  const told = make("p", { role: "status" });
  const confirm = button(say(index, "confirm_read"), () => {
    update((kept) => {
      kept.read[number] = { version: about.version, on: today() };
    });
    showReading(element, index, number);
    element.querySelector("a, button")?.focus();
  }, "sop-button--main");
  if (read) told.textContent = say(index, "read_on", { on: day(index, read.on) });
  else if (readBefore) told.textContent = say(index, "read_older", { version: readBefore.version });
  element.replaceChildren(
    told,
    make(
      "p",
      { class: "sop-actions" },
      ...(read ? [] : [confirm]),
      ...(tested ? [make("a", { href: trainingPage(number, "#practise"), class: "sop-button" }, say(index, "practise"))] : []),
      ...(tested ? [make("a", { href: trainingPage(number), class: "sop-button" }, say(index, "test"))] : []),
      ...(role ? [make("a", { href: trainingPage(state.person.role), class: "sop-button" }, say(index, "to_path", { role: role.title }))] : []),
    ),
  );
}
