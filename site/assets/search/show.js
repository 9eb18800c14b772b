// A result as elements. Text goes in as text: nothing of the handbook is taken for HTML.

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
export function hit({ entry, title, facts, excerpt }, kinds) {
  const number = element("span", { class: "sop-no" }, [entry.id]);
  const kind = element("span", { class: "sop-hit__kind" }, [kinds[entry.kind] ?? entry.kind]);
  const below = [["sop-hit__part", facts], ["sop-hit__excerpt", excerpt]].filter(([, pieces]) => pieces.some(Boolean));
  return [
    element("span", { class: "sop-hit__title" }, [number, ...marked(title), kind]),
    ...below.map(([name, pieces]) => element("span", { class: name }, marked(pieces))),
  ];
}

/** Every other piece of a text is marked. */
const marked = (pieces) => pieces.map((piece, at) => (at % 2 ? element("mark", {}, [piece]) : piece));

/** The first actions of an emergency, and whom to call. */
export function urgentHit(entry, words) {
  const actions = element("ol", {}, entry.actions.map((action) => element("li", {}, [action])));
  const calls = entry.calls.map(([name, ...phones]) =>
    element("div", {}, [`${words.call} ${name} `, ...phones.flatMap((phone) => [phoneLink(phone), " "])]));
  return element("div", { class: "sop-urgent-hit" }, [element("p", {}, [`${words.first} · ${entry.title}`]), actions, ...calls]);
}

const phoneLink = (phone) =>
  element("a", { class: "sop-phone", href: `tel:${phone.replace(/[^\d+*#,;]/g, "")}` }, [phone]);
