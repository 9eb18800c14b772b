// The overview of the training: whose device this is, where they stand, and the file that carries it elsewhere.

import { page, say, trainingPage } from "./training-data.js";
import { button, make } from "./training-dom.js";
import { fileName, merge, progress, read, remembers, update, written } from "./training-progress.js";
import { left } from "./training-role.js";

const MOST_LETTERS = 80;

/** Shows name, standing and the buttons for the file. */
export function start(element, index) {
  const told = make("p", { role: "status", class: "sop-told" });
  const standing = make("div");
  element.replaceChildren(
    ...(remembers() ? [] : [make("p", { class: "sop-callout sop-callout--warning" }, say(index, "no_memory"))]),
    person(),
    standing,
    make("p", { class: "sop-actions" }, button(say(index, "export"), save), picker()),
    make("p", { class: "sop-quiet" }, say(index, "export_hint")),
    told,
  );
  show();

  function person() {
    const { person: known } = progress();
    const field = (key) => {
      const input = make("input", { type: "text", value: known[key] ?? "", maxlength: MOST_LETTERS, autocomplete: key === "name" ? "name" : "off" });
      input.addEventListener("change", () =>
        update((state) => {
          state.person[key] = input.value.trim();
        }),
      );
      return make("label", { class: "sop-ask__field" }, make("span", {}, say(index, `person_${key}`)), input);
    };
    return make("div", { class: "sop-person" }, field("name"), field("number"));
  }

  function show() {
    const state = progress();
    const role = index.roles[state.person.role];
    const due = Object.values(state.cards).filter((card) => card.due <= Date.now()).length;
    standing.replaceChildren(
      ...(role
        ? [make("p", {}, make("a", { href: trainingPage(state.person.role), class: "sop-button sop-button--main" },
            say(index, "go_on", { role: role.title, n: role.path.length - left(state, index, state.person.role).length, of: role.path.length })))]
        : []),
      make("p", {}, due > 0 ? make("a", { href: page("training/review/"), class: "sop-button" }, say(index, "review_due", { n: due })) : say(index, "review_none")),
    );
  }

  function save() {
    const blob = new Blob([written(index)], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(blob), download: fileName() });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    told.textContent = say(index, "exported");
  }

  function picker() {
    const input = make("input", { type: "file", accept: ".json,application/json", class: "sop-file" });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      try {
        if (file.size > 5_000_000) throw new Error("file_too_large");
        const data = read(await file.text());
        const mine = progress().person;
        const theirs = data.person;
        if (mine.name && theirs.name && mine.name !== theirs.name) throw new Error("file_other_person");
        merge(data);
        told.textContent = say(index, "imported");
        element.querySelectorAll(".sop-person input").forEach((field, at) => (field.value = progress().person[at === 0 ? "name" : "number"] ?? ""));
        show();
      } catch (error) {
        told.textContent = say(index, index.words[error.message] ? error.message : "file_unreadable");
      }
      input.value = "";
    });
    return make("label", { class: "sop-button sop-file-label" }, say(index, "import"), input);
  }
}
