// A question on the screen: how it is asked, what was answered, and whether that is right.

import { say } from "./training-data.js";
import { make, shown } from "./training-dom.js";

/** Numbers between 0 and 1 that look random and are always the same for the same seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The elements in another order. */
export function shuffled(elements, next) {
  const found = [...elements];
  for (let index = found.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [found[index], found[other]] = [found[other], found[index]];
  }
  return found;
}

/** Text as it is compared: full-width and half-width alike, without case, spaces and punctuation. */
export const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[\p{P}\p{Z}\p{S}\s]+/gu, "");

const indices = (list) => list.map((_, index) => index);
let serial = 0;

/**
 * Asks a question. Returns `{element, value(), restore(value), answered(), right(), points(), reveal()}`;
 * `next` is where the order of the options comes from.
 */
export function ask(question, index, next) {
  const asked = WIDGETS[question.type](question, index, next, `q${++serial}`);
  const fields = make("fieldset", { class: "sop-ask" }, shown("legend", question.stem), ...asked.controls);
  if (question.body) fields.insertBefore(shown("div", question.body), fields.children[1] ?? null);
  const reason = shown("div", question.rationale, { class: "sop-ask__reason", hidden: true });
  const element = make("div", { class: "sop-ask-box" }, fields, reason);
  return {
    question,
    element,
    ...asked,
    points: () => (asked.points ? asked.points() : [asked.right() ? 1 : 0, 1]),
    reveal() {
      asked.reveal();
      for (const control of element.querySelectorAll("input, select, button")) control.disabled = true;
      if (question.rationale) reason.hidden = false;
    },
  };
}

const WIDGETS = { single: choice, multiple: choice, "true-false": truth, ordering, matching, fill, number, case: several };

/** Says with a word and a class whether something was right: colour alone tells nothing. */
function mark(element, right, index) {
  element.classList.add(right ? "sop-ask--right" : "sop-ask--wrong");
  element.append(make("span", { class: "sop-ask__mark" }, say(index, right ? "mark_right" : "mark_wrong")));
}

function choice(question, index, next, name) {
  const several = question.type === "multiple";
  const inputs = indices(question.options).map((value) =>
    make("input", { type: several ? "checkbox" : "radio", name, value: String(value) }),
  );
  const labels = inputs.map((input, value) => make("label", {}, input, shown("span", question.options[value][0])));
  const order = shuffled(indices(labels), next);
  const list = order.map((value) => labels[value]);
  const ticked = () => indices(inputs).filter((value) => inputs[value].checked);
  return {
    controls: [...(several ? [make("p", { class: "sop-quiet" }, say(index, "several_right"))] : []), ...list],
    value: ticked,
    restore: (values) => values.forEach((value) => (inputs[value].checked = true)),
    answered: () => ticked().length > 0,
    right: () => question.options.every(([, correct], value) => correct === inputs[value].checked),
    reveal() {
      question.options.forEach(([, correct], value) => {
        if (correct) mark(labels[value], true, index);
        else if (inputs[value].checked) mark(labels[value], false, index);
      });
    },
  };
}

function truth(question, index, next, name) {
  const inputs = [true, false].map((value) => make("input", { type: "radio", name, value: String(value) }));
  const labels = inputs.map((input, at) => make("label", {}, input, make("span", {}, say(index, at === 0 ? "true" : "false"))));
  const picked = () => (inputs[0].checked ? true : inputs[1].checked ? false : null);
  return {
    controls: labels,
    value: picked,
    restore: (value) => value !== null && (inputs[value ? 0 : 1].checked = true),
    answered: () => picked() !== null,
    right: () => picked() === question.truth,
    reveal() {
      mark(labels[question.truth ? 0 : 1], true, index);
      if (picked() === !question.truth) mark(labels[question.truth ? 1 : 0], false, index);
    },
  };
}

function ordering(question, index, next) {
  const right = indices(question.options);
  let order = shuffled(right, next);
  if (order.every((value, at) => value === at)) order = [...order.slice(1), order[0]];
  let moved = false;
  const told = make("p", { class: "sop-sr", role: "status" });
  const rows = question.options.map(([html], value) => {
    const text = shown("span", html, { class: "sop-ask__text" });
    const move = (by) => {
      const at = order.indexOf(value);
      const to = at + by;
      if (to < 0 || to >= order.length) return;
      [order[at], order[to]] = [order[to], order[at]];
      moved = true;
      show();
      (by < 0 ? up : down).focus();
      told.textContent = say(index, "moved_to", { what: text.textContent, n: to + 1 });
      list.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const arrow = (by, key, sign) =>
      make(
        "button",
        { type: "button", class: "sop-button", "aria-label": say(index, key, { what: text.textContent }), onclick: () => move(by) },
        sign,
      );
    const up = arrow(-1, "move_up", "↑");
    const down = arrow(1, "move_down", "↓");
    return make("li", {}, text, make("span", { class: "sop-ask__moves" }, up, down));
  });
  const list = make("ol", { class: "sop-ask__order" });
  const show = () => list.append(...order.map((value) => rows[value]));
  show();
  return {
    controls: [make("p", { class: "sop-quiet" }, say(index, "order_hint")), list, told],
    value: () => (moved ? order : null),
    restore(value) {
      if (value === null) return;
      order = value;
      moved = true;
      show();
    },
    answered: () => moved,
    right: () => order.every((value, at) => value === at),
    reveal() {
      order.forEach((value, at) => mark(rows[value], value === at, index));
      if (!this.right()) {
        const ordered = right.map((value) => shown("li", question.options[value][0]));
        list.after(make("p", {}, say(index, "right_order")), make("ol", {}, ...ordered));
      }
    },
  };
}

function matching(question, index, next) {
  const texts = shuffled([...new Set(question.pairs.map(([, right]) => right))], next);
  const selects = question.pairs.map(() =>
    make("select", {}, make("option", { value: "" }, say(index, "choose")), ...texts.map((text) => make("option", {}, text))),
  );
  const labels = question.pairs.map(([left], at) =>
    make("label", { class: "sop-ask__pair" }, shown("span", left), selects[at]),
  );
  const isRight = (at) => selects[at].value === question.pairs[at][1];
  return {
    controls: labels,
    value: () => selects.map((select) => select.value),
    restore: (values) => values.forEach((value, at) => (selects[at].value = value)),
    answered: () => selects.every((select) => select.value !== ""),
    right: () => selects.every((_, at) => isRight(at)),
    reveal() {
      labels.forEach((label, at) => {
        mark(label, isRight(at), index);
        if (!isRight(at)) label.append(make("span", { class: "sop-ask__answer" }, question.pairs[at][1]));
      });
    },
  };
}

function written(question, index, attributes, isRight, told, unit = "") {
  const input = make("input", { type: "text", autocomplete: "off", maxlength: "200", ...attributes });
  const label = make("label", { class: "sop-ask__field" }, make("span", {}, say(index, "your_answer")), input, unit);
  return {
    controls: [label],
    value: () => input.value,
    restore: (value) => (input.value = value),
    answered: () => input.value.trim() !== "",
    right: () => isRight(input.value),
    reveal() {
      mark(label, isRight(input.value), index);
      if (!isRight(input.value)) label.append(make("span", { class: "sop-ask__answer" }, told));
    },
  };
}

function fill(question, index) {
  const accepted = question.variants.map(fold);
  const told = question.variants.join(" / ");
  return written(question, index, {}, (text) => fold(text) !== "" && accepted.includes(fold(text)), told);
}

function number(question, index) {
  const isRight = (text) => {
    const found = text.normalize("NFKC").replace(/[,\s]/g, "").match(/^[+-]?\d+(\.\d+)?/);
    const rest = found ? fold(text.normalize("NFKC").replace(/[,\s]/g, "").slice(found[0].length)) : "";
    const unitFits = rest === "" || rest === fold(question.unit);
    return found !== null && unitFits && Math.abs(Number(found[0]) - question.number) <= question.tolerance + 1e-9;
  };
  const told = `${question.number} ${question.unit}`.trim();
  return written(question, index, { inputmode: "decimal" }, isRight, told, question.unit);
}

function several(question, index, next) {
  const parts = question.parts.map((part) => ask(part, index, next));
  return {
    controls: parts.map((part) => part.element),
    value: () => parts.map((part) => part.value()),
    restore: (values) => values.forEach((value, at) => parts[at].restore(value)),
    answered: () => parts.every((part) => part.answered()),
    right: () => parts.every((part) => part.right()),
    points: () =>
      parts.map((part) => part.points()).reduce(([got, of], [more, all]) => [got + more, of + all], [0, 0]),
    reveal: () => parts.forEach((part) => part.reveal()),
  };
}
