// The search: a field at the top of each page with a list as one types, and the page of results.
// What is found, and in which order, is decided by search/engine.js.

import { filters, search as find, texts } from "./search/client.js";
import { keepQuery, startLog } from "./search/log.js";
import { element, hit, urgentHit } from "./search/show.js";

const ROOT = new URL("../", import.meta.url);
const IN_LIST = 5;
const ON_PAGE = 30;
const SETTLED = 1500; // Milliseconds without a key after which a query counts as meant.

/** What the handbook answers: `{ results, nearest }`. `filter` has kind, role and department. */
export const search = (text, { limit = IN_LIST, filter = {} } = {}) => find(text, { limit, filter });

/** Give a search field (`.sop-search`) its list; on the page of results, its results. */
export function start(box) {
  const input = box.querySelector("input");
  const page = document.querySelector(".sop-results");
  focusBySlash(input);
  if (page) startPage(page, input);
  else new Field(box, input);
  const log = document.querySelector(".sop-log");
  if (log) texts().then(({ words }) => startLog(log, words));
}

/** Typing `/` anywhere but in a field leads to the search. */
function focusBySlash(input) {
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

const addressOf = ({ entry, anchor }) => {
  const place = anchor ? `#${encodeURIComponent(anchor)}` : "";
  return new URL(`${encodeURIComponent(entry.id)}/${place}`, ROOT).href;
};

const resultsAddress = (text) => new URL(`search/?q=${encodeURIComponent(text)}`, ROOT).href;

/** The field with its list: the combobox pattern of the ARIA Authoring Practices. */
class Field {
  constructor(box, input) {
    this.box = box;
    this.input = input;
    this.round = 0;
    this.active = -1;
    this.list = element("ul", { class: "sop-search__list", role: "listbox", id: "sop-search-list" });
    this.above = element("div", { class: "sop-search__above" });
    this.note = element("p", { class: "sop-search__note", role: "status" });
    this.all = element("a", { class: "sop-search__all", href: "#" });
    this.popup = element("div", { class: "sop-search__popup", hidden: true }, [this.above, this.list, this.note, this.all]);
    box.append(this.popup);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

    input.addEventListener("input", () => this.update());
    input.addEventListener("focus", () => (input.value.trim() ? this.update() : texts().catch(() => undefined)));
    input.addEventListener("keydown", (event) => this.key(event));
    // Leaving the field closes the list, but a press on the list is not leaving.
    box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || this.close());
    this.popup.addEventListener("mousedown", (event) => event.target.closest("a") || event.preventDefault());
    box.querySelector("form").addEventListener("submit", () => this.settle());
    // Somebody may have typed before this script was there.
    if (document.activeElement === input && input.value.trim()) this.update();
  }

  async update() {
    const text = this.input.value;
    const round = ++this.round;
    clearTimeout(this.timer);
    if (!text.trim()) {
      this.found = undefined;
      this.close();
      return;
    }
    try {
      const [found, said] = await Promise.all([search(text), texts()]);
      // An older, slower query must not replace a newer one.
      if (round !== this.round) return;
      this.show(text, found, said);
    } catch (error) {
      if (round === this.round) this.fail(error);
      return;
    }
    this.timer = setTimeout(() => this.settle(), SETTLED);
  }

  show(text, found, { words, kinds }) {
    const answered = found.results.length > 0;
    const shown = answered ? found.results : found.nearest.map((near) => ({ ...near, excerpt: [] }));
    this.found = { text, count: found.results.length };
    this.list.setAttribute("aria-label", words.results);
    this.links = shown.map(addressOf);
    this.list.replaceChildren(
      ...shown.map((result, at) => {
        const row = element("li", { role: "option", id: `sop-hit-${at}`, class: "sop-hit", "aria-selected": "false" });
        row.append(...hit(result, kinds));
        row.addEventListener("click", () => this.go(at));
        return row;
      }),
    );
    const urgent = found.results[0]?.entry;
    this.above.replaceChildren(...(urgent?.urgent ? [urgentHit(urgent, words)] : []));
    this.note.textContent = answered ? "" : words.none.replace("{query}", text.trim()) + (shown.length ? ` ${words.nearest}` : "");
    this.note.hidden = answered;
    // What is nearest stands below the sentence that says so.
    this.popup.insertBefore(this.note, this.list);
    this.all.hidden = !answered;
    this.all.textContent = words.all;
    this.all.href = resultsAddress(text);
    this.open();
  }

  fail(error) {
    console.error(error);
    this.list.replaceChildren();
    this.above.replaceChildren();
    this.note.textContent = `${error.message}`;
    this.note.hidden = false;
    this.all.hidden = true;
    this.open();
  }

  open() {
    this.popup.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(-1);
  }

  close() {
    this.popup.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  activate(at) {
    this.active = at;
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    const row = this.list.children[at];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    if (event.isComposing) return; // The input method has the key.
    const count = this.list.children.length;
    if (event.key === "Escape") {
      if (!this.popup.hidden) event.preventDefault(); // Else the browser empties the field.
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      if (this.popup.hidden) this.open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // From the field down to the first, up to the last, and from the ends back into the field.
      this.activate(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && this.active >= 0 && !this.popup.hidden) {
      event.preventDefault();
      this.go(this.active);
    }
  }

  go(at) {
    this.settle(true);
    location.href = this.links[at];
    this.close();
  }

  /** The query is meant as it stands: remember it if it found nothing, or was put another way before. */
  settle(chosen = false) {
    clearTimeout(this.timer);
    if (this.found) keepQuery(this.found.text, this.found.count, chosen);
  }
}

// ------------------------------------------------------------------------ the page of results

function startPage(page, input) {
  const parameters = new URLSearchParams(location.search);
  const selects = [...page.querySelectorAll("select")];
  const status = page.querySelector(".sop-results__status");
  const list = page.querySelector(".sop-results__list");
  let round = 0;
  let timer;
  input.value = parameters.get("q") ?? "";
  page.hidden = false;

  async function update() {
    const text = input.value.trim();
    const mine = ++round;
    clearTimeout(timer);
    const said = await texts();
    if (!text) {
      list.replaceChildren();
      status.textContent = said.words.empty;
      return;
    }
    const filter = Object.fromEntries(selects.map((select) => [select.name, select.value]));
    const found = await search(text, { limit: ON_PAGE, filter });
    if (mine !== round) return;
    showPage(list, status, text, found, said);
    remember(text, filter);
    timer = setTimeout(() => keepQuery(text, found.results.length, false), SETTLED);
  }

  const run = () => update().catch((error) => {
    console.error(error);
    status.textContent = String(error.message);
  });

  fillFilters(selects, parameters).then(run, run);
  input.addEventListener("input", run);
  for (const select of selects) select.addEventListener("change", run);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  list.addEventListener("click", (event) => event.target.closest("a") && keepQuery(input.value, 1, true));
}

async function fillFilters(selects, parameters) {
  const [{ kinds, roles, departments }, said] = await Promise.all([filters(), texts()]);
  const values = { kind: kinds, role: roles, department: departments };
  for (const select of selects) {
    for (const value of values[select.name]) {
      const label = select.name === "kind" ? said.kinds[value] : value;
      if (value) select.append(element("option", { value }, [label]));
    }
    select.value = parameters.get(select.name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
    // One department is no choice.
    select.closest("label").hidden = select.options.length < 3;
  }
}

function showPage(list, status, text, found, { words, kinds }) {
  const answered = found.results.length > 0;
  const shown = answered ? found.results : found.nearest;
  status.textContent = answered
    ? words.count.replace("{n}", found.results.length)
    : words.none.replace("{query}", text) + (shown.length > 0 ? ` ${words.nearest}` : "");
  list.replaceChildren(
    ...shown.map((result) => {
      const [title, ...rest] = hit(result, kinds);
      const link = element("a", { href: addressOf(result) }, [title]);
      const urgent = result.entry.urgent ? [urgentHit(result.entry, words)] : [];
      return element("li", { class: "sop-hit" }, [link, ...rest, ...urgent]);
    }),
  );
}

/** Keep the query in the address, so that Back and a copied link lead to the same results. */
function remember(text, filter) {
  const parameters = new URLSearchParams({ q: text });
  for (const [name, value] of Object.entries(filter)) if (value) parameters.set(name, value);
  history.replaceState(history.state, "", `?${parameters}`);
}
