// The search itself, without the page: what is found, and what of it is shown. It runs in a worker, so that nothing that it
// does holds up the page where somebody types, or in the page if there can be no worker (see client.js).

import { openLexicon } from "./lexicon.js";
import { understand } from "./query.js";
import { answer, highlights } from "./rank.js";

const INDEX = new URL("index/", import.meta.url);
const NEAREST = 80; // Characters of what stands beside a document that is only near.

let opening;

/** The index, opened when it is first needed. */
export function lexicon() {
  opening ??= openLexicon(INDEX);
  opening.catch(() => (opening = undefined)); // Try again at the next key.
  return opening;
}

/** The words of the page, and the names of the kinds of documents. */
export async function texts() {
  const { words, kinds } = (await lexicon()).core;
  return { words, kinds };
}

/** What documents can be filtered by. */
export async function filters() {
  const { kinds, roles, departments } = await (await lexicon()).facets();
  return { kinds, roles, departments };
}

/**
 * What the handbook answers, best first: `{ results, nearest }`, each with its document and the part of it that answers.
 * `title`, `facts` and `excerpt` are what is shown: pieces of text, of which every other one is marked.
 */
export async function search(text, { limit, filter = {} }) {
  const index = await lexicon();
  const [query, allowed] = await Promise.all([understand(text, index), passing(index, filter)]);
  const { results, nearest } = await answer(query, index, allowed, limit);
  const near = nearest.map((entry) => ({ entry, part: null, excerpt: entry.summary.slice(0, NEAREST) }));
  const shown = (result) => withoutParts(result, (passage) => marked(passage, query, index), index.core.words);
  return { results: results.map(shown), nearest: near.map(shown) };
}

/** A result with the pieces of text that are shown, and no more of its document than is needed for that. */
function withoutParts({ entry, part, excerpt, score }, pieces, words) {
  const { id, kind, title, urgent, actions, calls } = entry;
  const limit = part?.limit && part.limit !== part.text ? `${words.within} ${part.limit}` : "";
  const facts = part && (part.title || part.limit) ? [words[part.type], part.title, part.who, limit].filter(Boolean).join(" · ") : "";
  return {
    entry: { id, kind, title, urgent, actions, calls },
    anchor: part?.anchor ?? "",
    score,
    title: pieces(title),
    facts: pieces(facts),
    excerpt: pieces(excerpt),
  };
}

function marked(text, query, index) {
  const pieces = [];
  let end = 0;
  for (const [from, to] of highlights(text, query, index)) {
    pieces.push(text.slice(end, from), text.slice(from, to));
    end = to;
  }
  return [...pieces, text.slice(end)];
}

async function passing(index, filter) {
  if (!filter.kind && !filter.role && !filter.department) return () => true;
  const facets = await index.facets();
  const kind = facets.kinds.indexOf(filter.kind);
  const department = facets.departments.indexOf(filter.department);
  const role = new Set(facets.role[facets.roles.indexOf(filter.role)] ?? []);
  return (position) =>
    (!filter.kind || facets.kind[position] === kind) &&
    (!filter.department || facets.department[position] === department) &&
    (!filter.role || role.has(position));
}

// In a worker: a number, what is asked for, and with what; back come the number, and the answer or what is wrong.
if (!("document" in globalThis)) {
  const asked = { search, texts, filters };
  addEventListener("message", async ({ data: [number, name, ...given] }) => {
    try {
      postMessage([number, await asked[name](...given)]);
    } catch (error) {
      postMessage([number, undefined, error.message]);
    }
  });
}
