// Small helpers for building elements.

/** An element with attributes (`on…` are listeners, booleans set or leave out) and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element that shows HTML of the training's data, which the compiler has escaped. */
export function shown(name, html, attributes = {}) {
  const element = make(name, attributes);
  element.innerHTML = html;
  return element;
}

/** A button. */
export function button(text, onclick, extra = "") {
  return make("button", { type: "button", class: `sop-button ${extra}`.trim(), onclick }, text);
}

/** Moves the focus to an element that is told, e.g. a heading after the page has changed. */
export function focusOn(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start" });
}

/** A date as a reader writes it, in the handbook's language. */
export function day(index, iso) {
  const date = new Date(`${iso}T00:00:00`);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleDateString(index.language, { dateStyle: "medium" });
}

/** Today on this device, as `2026-03-01`. */
export function today(now = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
