// The certificate of a role: shown when everything on its path is read, practised and passed.

import { page, say, trainingPage } from "./training-data.js";
import { button, day, make, today } from "./training-dom.js";
import { progress, update } from "./training-progress.js";
import { left } from "./training-role.js";

/** Shows the certificate, or what is missing for it. */
export function start(element, index) {
  const number = element.dataset.document;
  const state = progress();
  const open = left(state, index, number);
  const tested = state.roles[number];
  if (open.length > 0 || !tested) return showMissing();
  return state.person.name ? showCertificate() : askName();

  function showMissing() {
    const items = open.map(([document, what]) => {
      const about = index.documents[document];
      const href = what === "read" || what === "changed" ? page(about.address) : trainingPage(document);
      return make("li", {}, make("a", { href }, say(index, `next_${what}`, { title: about.title })));
    });
    if (!tested) items.push(make("li", {}, make("a", { href: trainingPage(number) }, say(index, "role_test"))));
    element.replaceChildren(make("p", {}, say(index, "certificate_missing")), make("ul", {}, ...items));
  }

  function askName() {
    const name = make("input", { type: "text", required: true, maxlength: "80", autocomplete: "name" });
    const form = make(
      "form",
      {
        onsubmit(event) {
          event.preventDefault();
          if (!name.value.trim()) return;
          update((kept) => {
            kept.person.name = name.value.trim();
          });
          start(element, index);
        },
      },
      make("label", { class: "sop-ask__field" }, make("span", {}, say(index, "person_name")), name),
      make("p", { class: "sop-actions" }, make("button", { type: "submit", class: "sop-button sop-button--main" }, say(index, "certificate_show"))),
    );
    element.replaceChildren(make("p", {}, say(index, "certificate_name")), form);
  }

  function showCertificate() {
    const { person, passed, read } = state;
    const cell = (text) => make("td", {}, text);
    const rows = index.roles[number].path.map((document) => {
      const about = index.documents[document];
      const mark = passed[document];
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, `${document} ${about.title}`),
        cell(read[document].version),
        cell(day(index, read[document].on)),
        cell(mark ? `${mark.score}% · ${mark.version} · ${day(index, mark.on)}` : "—"),
      );
    });
    const heads = ["document", "version", "read", "passed"].map((key) => make("th", { scope: "col" }, say(index, `column_${key}`)));
    const signs = ["trainer", "trainee"].map((key) => make("p", { class: "sop-sign" }, say(index, `sign_${key}`)));
    const dates = [tested.on, ...index.roles[number].path.flatMap((document) => (passed[document] ? [passed[document].on] : []))];
    element.replaceChildren(
      make("p", { class: "sop-actions sop-screen-only" }, button(say(index, "print"), () => window.print(), "sop-button--main")),
      make(
        "article",
        { class: "sop-certificate" },
        make("p", { class: "sop-certificate__house" }, index.handbook.organisation),
        make("h2", {}, say(index, "certificate")),
        make("p", { class: "sop-certificate__name" }, person.name, ...(person.number ? [make("span", { class: "sop-quiet" }, ` ${person.number}`)] : [])),
        make("p", {}, say(index, "certificate_text", { role: index.roles[number].title, handbook: index.handbook.title, percent: tested.score, on: day(index, dates.sort().at(-1)) })),
        make("div", { class: "sop-scroll", tabindex: "0", role: "region", "aria-label": say(index, "certificate") }, make("table", { class: "sop-table" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows))),
        make("div", { class: "sop-signs" }, ...signs),
        make("p", { class: "sop-quiet" }, say(index, "certificate_proof", { on: day(index, today()) })),
      ),
    );
  }
}
