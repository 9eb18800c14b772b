// A result as elements. Text goes in as text: nothing of the handbook is taken for HTML.

import { highlights } from "./rank.js";

/** An element with attributes (`true` sets it, `false` leaves it out) and children. */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** What a result shows: title with number and kind, the part it leads to, and the excerpt. */
export function hit({ entry, part, excerpt }, { query, index }, words, kinds) {
  const number = element("span", { class: "sop-no" }, [entry.id]);
  const kind = element("span", { class: "sop-hit__kind" }, [kinds[entry.kind] ?? entry.kind]);
  const shown = [element("span", { class: "sop-hit__title" }, [number, ...marked(entry.title, query, index), kind])];
  if (part && (part.title || part.limit)) {
    const limit = part.limit && part.limit !== part.text ? `${words.within} ${part.limit}` : "";
    const facts = [words[part.type], part.title, part.who, limit].filter(Boolean).join(" · ");
    shown.push(element("span", { class: "sop-hit__part" }, marked(facts, query, index)));
  }
  if (excerpt) shown.push(element("span", { class: "sop-hit__excerpt" }, marked(excerpt, query, index)));
  return shown;
}

function marked(text, query, index) {
  const parts = [];
  let end = 0;
  for (const [from, to] of highlights(text, query, index)) {
    parts.push(text.slice(end, from), element("mark", {}, [text.slice(from, to)]));
    end = to;
  }
  return [...parts, text.slice(end)];
}

/** The first actions of an emergency, and whom to call. */
export function urgentHit(entry, words) {
  const actions = element("ol", {}, entry.actions.map((action) => element("li", {}, [action])));
  const calls = entry.calls.map(([name, ...phones]) =>
    element("div", {}, [`${words.call} ${name} `, ...phones.flatMap((phone) => [phoneLink(phone), " "])]));
  return element("div", { class: "sop-urgent-hit" }, [element("p", {}, [`${words.first} · ${entry.title}`]), actions, ...calls]);
}

const phoneLink = (phone) =>
  element("a", { class: "sop-phone", href: `tel:${phone.replace(/[^\d+*#,;]/g, "")}` }, [phone]);
