// Filling in a form on its page. The blank Word file that the compiler made is fetched, its content
// controls are filled in here, and the result is handed over as a download. Nothing is sent anywhere.

import { replaceEntry } from "./zip.js";

const W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const W14 = "http://schemas.microsoft.com/office/word/2010/wordml";
const XML = "http://www.w3.org/XML/1998/namespace";
const DOCUMENT = "word/document.xml";

/** Offers to fill in the form of `panel` (`.sop-word`). */
export function start(panel) {
  const button = panel.querySelector(".sop-word__open");
  const words = panel.dataset;
  let form = null;

  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      form ??= await open(panel, words);
    } catch (error) {
      say(panel, words.failed.replace("{reason}", error.reason ?? words.unreachable));
      return;
    }
    const shown = form.hidden;
    form.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
    if (shown) form.querySelector("input, textarea, select")?.focus();
  });
}

async function open(panel, words) {
  if (!("DecompressionStream" in window)) throw problem(words.oldBrowser);
  const link = panel.querySelector("a[download]");
  // Both at once: the signal may be gone by the time that everything is filled in.
  const [described, blank] = await Promise.all([
    fetched(link.href.replace(/\.docx$/, ".json"), words).then((answer) => answer.json()),
    fetched(link.href, words).then((answer) => answer.arrayBuffer()),
  ]);
  const form = build(described, words);
  panel.append(form);

  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  form.querySelector(".sop-word__clear").addEventListener("click", () => { form.reset(); dirty = false; });
  form.querySelector(".sop-word__close").addEventListener("click", () => panel.querySelector(".sop-word__open").click());

  let warned = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = markMissing(form);
    if (missing > 0 && !warned) {
      warned = true;
      say(panel, words.missing.replace("{n}", missing));
      return;
    }
    try {
      const values = read(form, described);
      const filled = await replaceEntry(blank, DOCUMENT, (xml) => fillDocument(xml, values, described.date));
      save(filled, link.download);
      dirty = warned = false;
      say(panel, words.done.replace("{name}", link.download));
    } catch (error) {
      say(panel, words.failed.replace("{reason}", error.reason ?? error.message ?? words.oldBrowser));
    }
  });
  return form;
}

async function fetched(address, words) {
  try {
    const answer = await fetch(address);
    if (answer.ok) return answer;
  } catch {
    // Offline, and the file was never kept.
  }
  throw problem(words.unreachable);
}

function problem(reason) {
  return Object.assign(new Error(reason), { reason });
}

function say(panel, text) {
  const place = panel.querySelector(".sop-word__say") ?? element("p", { className: "sop-word__say", role: "status" });
  panel.append(place);
  place.textContent = text;
}

function save(bytes, name) {
  const type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// ------------------------------------------------------------------- the form on the page

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function build(described, words) {
  const form = element("form", { className: "sop-word__form", noValidate: true, hidden: true, autocomplete: "off" });
  form.append(element("p", { className: "sop-quiet" }, words.fillNote));
  for (const part of described.parts) form.append(part.fields ? group(part, words) : table(part, words));
  form.append(element("p", { className: "sop-word__actions" },
    element("button", { type: "submit", className: "sop-button" }, words.downloadFilled), " ",
    element("button", { type: "button", className: "sop-button sop-word__clear" }, words.clear), " ",
    element("button", { type: "button", className: "sop-button sop-word__close" }, words.close)));
  return form;
}

function group(part, words) {
  return element("fieldset", {}, element("legend", {}, part.title), ...part.fields.map((field) => entry(field, field.label, words)));
}

/** A table, row by row: on a phone a row is as wide as the screen. Empty rows come when asked for. */
function table(part, words) {
  const box = element("fieldset", {}, element("legend", {}, part.title));
  const rows = part.rows.map((cells, index) => {
    const given = cells.filter((cell) => typeof cell === "string").join(" · ");
    const fields = cells.flatMap((cell, column) => typeof cell === "string" ? [] : [entry(cell, part.columns[column], words)]);
    const title = given || words.rowTitle.replace("{n}", index + 1);
    const row = element("fieldset", { className: "sop-word__row" }, element("legend", {}, title), ...fields);
    row.hidden = !given && index > 0;
    return row;
  });
  box.append(...rows);
  if (rows.some((row) => row.hidden)) {
    const more = element("button", { type: "button", className: "sop-button" }, words.moreRows);
    more.addEventListener("click", () => {
      const next = rows.find((row) => row.hidden);
      next.hidden = false;
      next.querySelector("input, textarea, select")?.focus();
      more.hidden = !rows.some((row) => row.hidden);
    });
    box.append(more);
  }
  return box;
}

let count = 0;

/** A field with its label and hint. */
function entry(field, label, words) {
  const id = `sop-fill-${++count}`;
  const title = [label, ...(field.required ? [" ", element("span", { className: "sop-required" }, "*")] : [])];
  const hint = field.hint ? [element("span", { className: "sop-hint", id: `${id}-hint` }, field.hint)] : [];
  const properties = { id, name: field.tag, ...(field.hint ? { "aria-describedby": `${id}-hint` } : {}) };
  if (field.options && field.ticks) {
    const kind = field.type === "choices" ? "checkbox" : "radio";
    const boxes = field.options.map((option) => tick(kind, field.tag, option, option));
    if (kind === "radio" && !field.required) boxes.push(tick(kind, field.tag, "", "—"));
    return element("fieldset", { className: "sop-word__choice", "data-required": field.required ?? "" },
      element("legend", {}, ...title), ...boxes, ...hint);
  }
  if (field.type === "check") {
    return element("p", { className: "sop-word__field" }, tick("checkbox", field.tag, "true", label, field.required), ...hint);
  }
  return element("p", { className: "sop-word__field" },
    element("label", { htmlFor: id }, ...title, field.unit ? ` (${field.unit})` : ""), control(field, properties, words), ...hint);
}

function tick(type, name, value, label, required = false) {
  const box = element("input", { type, name, value });
  if (required) box.dataset.required = "true";
  return element("label", { className: "sop-word__tick" }, box, ` ${label}`);
}

const INPUTS = { number: "text", money: "text", date: "date", time: "time", datetime: "datetime-local", phone: "tel" };

function control(field, properties, words) {
  let made;
  if (field.options) {
    const options = ["", ...field.options].map((option) => element("option", { value: option }, option || words.choose));
    made = element("select", properties, ...options);
  } else if (field.type === "multiline") {
    made = element("textarea", { ...properties, rows: Math.min(field.lines ?? 3, 10) });
  } else {
    made = element("input", { ...properties, type: INPUTS[field.type] ?? "text" });
    if (field.type === "number" || field.type === "money") made.inputMode = "decimal";
    if (field.type === "date") made.max = "9999-12-31";
  }
  // What is to be signed is signed on paper.
  if (field.required && field.type !== "signature") made.dataset.required = "true";
  return made;
}

/** Marks what is required and empty; returns how many there are. */
function markMissing(form) {
  let missing = 0;
  for (const box of form.querySelectorAll("[data-required=true]")) {
    const empty = box.tagName === "FIELDSET" ? !box.querySelector("input:checked[value]:not([value=''])")
      : box.type === "checkbox" ? !box.checked : box.value.trim() === "";
    if (box.closest("[hidden]:not(form)")) continue;
    const marked = box.tagName === "FIELDSET" ? box.querySelector("input") : box;
    if (empty) marked.setAttribute("aria-invalid", "true");
    else marked.removeAttribute("aria-invalid");
    missing += Number(empty);
  }
  return missing;
}

/** What was entered, by the tags of the controls in the Word file: text, or true for a ticked box. */
function read(form, described) {
  const entered = new FormData(form);
  const values = new Map();
  for (const field of allFields(described)) {
    if (field.type === "check") {
      if (entered.has(field.tag)) values.set(field.tag, true);
    } else if (field.ticks) {
      const chosen = entered.getAll(field.tag);
      field.options.forEach((option, index) => { if (chosen.includes(option)) values.set(field.ticks[index], true); });
    } else {
      const text = (entered.get(field.tag) ?? "").replace(/\r\n?/g, "\n").trim();
      if (text) values.set(field.tag, field.type === "datetime" ? moment(text, described.date) : text);
    }
  }
  return values;
}

function* allFields(described) {
  for (const part of described.parts) {
    if (part.fields) yield* part.fields;
    else for (const row of part.rows) yield* row.filter((cell) => typeof cell !== "string");
  }
}

function moment(text, pattern) {
  const [day, time] = text.split("T");
  return `${showDay(day, pattern)} ${time.slice(0, 5)}`;
}

/** A day (`2026-03-01`) in a pattern of Word's (`yyyy'年'M'月'd'日'`). */
export function showDay(day, pattern) {
  const [year, month, date] = day.split("-");
  const parts = { yyyy: year, MM: month, M: String(Number(month)), dd: date, d: String(Number(date)) };
  return pattern.replace(/'([^']*)'|yyyy|MM?|dd?/g, (token, literal) => literal ?? parts[token]);
}

// ------------------------------------------------------------------------- the Word file

/** The document part with its content controls filled in. `values` maps tags to text, or to true. */
export function fillDocument(xml, values, datePattern) {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  if (tree.querySelector("parsererror")) throw new Error(DOCUMENT);
  for (const control of [...tree.getElementsByTagNameNS(W, "sdt")]) {
    const properties = child(control, "sdtPr");
    const value = values.get(properties && child(properties, "tag")?.getAttributeNS(W, "val"));
    if (value === undefined) continue;
    child(properties, "showingPlcHdr")?.remove();
    const run = control.getElementsByTagNameNS(W, "r")[0];
    const box = properties.getElementsByTagNameNS(W14, "checkbox")[0];
    const date = child(properties, "date");
    if (box) {
      box.getElementsByTagNameNS(W14, "checked")[0].setAttributeNS(W14, "w14:val", "1");
      const ticked = box.getElementsByTagNameNS(W14, "checkedState")[0].getAttributeNS(W14, "val");
      write(run, String.fromCodePoint(Number.parseInt(ticked, 16)));
    } else if (date) {
      date.setAttributeNS(W, "w:fullDate", `${value}T00:00:00Z`);
      write(run, showDay(value, datePattern));
    } else {
      write(run, value);
    }
  }
  const declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  return declared + new XMLSerializer().serializeToString(tree.documentElement);
}

function child(element, name) {
  return [...element.children].find((node) => node.namespaceURI === W && node.localName === name);
}

/** Puts text into a run, in the place of what it holds; its line ends become breaks. */
function write(run, text) {
  for (const node of [...run.children]) if (node.localName !== "rPr") node.remove();
  const tree = run.ownerDocument;
  clean(text).split("\n").forEach((line, index) => {
    if (index > 0) run.append(tree.createElementNS(W, "w:br"));
    const words = tree.createElementNS(W, "w:t");
    words.setAttributeNS(XML, "xml:space", "preserve");
    words.textContent = line;
    run.append(words);
  });
}

/** The text without characters that XML cannot hold. */
function clean(text) {
  return text.replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");
}
