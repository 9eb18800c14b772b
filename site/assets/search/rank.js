// What answers a query: the documents, best first, each with its best part and an excerpt.
// The same as generator/sopbook/search/rank.py.

import { joined } from "./text.js";

const SENTENCE = /[^\n\u3002\uff01\uff1f!?]+[\u3002\uff01\uff1f!?]?/g;

/** The best `limit` answers: `{ results, nearest }`. `allowed(position)` says what may be found. */
export async function answer(query, lexicon, allowed, limit) {
  const { figures } = lexicon;
  await lexicon.fetchPostings(query.units.flatMap((unit) => unit.meanings.map(([token]) => token)));
  const found = score(query, figures, allowed);
  if (found.length === 0) return { results: [], nearest: [] };
  const good = found.slice(0, Math.max(limit, figures.reranked));
  await lexicon.fetchDocuments(good.map((scored) => scored.position));
  const rated = good.map((scored) => rate(query, scored, lexicon));
  const first = rated.slice(0, figures.reranked).sort((a, b) => b.score - a.score);
  const answers = [...first, ...rated.slice(figures.reranked)].filter((one) => one.answers).slice(0, limit);
  if (answers.length === 0) {
    return { results: [], nearest: first.slice(0, figures.suggestions).map((one) => one.entry) };
  }
  const top = answers[0].score;
  const results = answers.map(({ entry, part, score: value }) => ({
    entry, part,
    excerpt: excerpt(query, entry, part, lexicon),
    score: Math.min(1, Math.floor((value / top) * 10000 + 0.5) / 10000),
  }));
  return { results, nearest: [] };
}

/** Every document whose score is not far below the best, best first. */
function score(query, figures, allowed) {
  const atoms = query.masses.length;
  const slots = new Map();
  const positions = [];
  const scores = [];
  // One row for each document, in one array: thousands of small ones would take most of the time.
  const most = query.units.reduce((sum, unit) => sum + unit.meanings.reduce((all, [token]) => all + token.postings.length, 0), 0);
  const cover = new Uint8Array(most * atoms);
  const named = new Uint8Array(most * atoms);
  for (const unit of query.units) {
    for (const [position, [value, inNames]] of strengths(unit, allowed)) {
      let slot = slots.get(position);
      if (slot === undefined) {
        slot = positions.length;
        slots.set(position, slot);
        positions.push(position);
        scores.push(0);
      }
      scores[slot] += value;
      for (let at = slot * atoms + unit.start; at < slot * atoms + unit.end; at++) {
        if (cover[at] < unit.cover) cover[at] = unit.cover;
        if (inNames && named[at] < unit.named) named[at] = unit.named;
      }
    }
  }
  const floor = figures.coverage_floor;
  const found = positions.map((position, slot) => {
    const share = covered(query, cover, slot * atoms);
    return { position, slot, score: scores[slot] * (floor + (1 - floor) * share) };
  });
  const best = found.reduce((top, one) => Math.max(top, one.score), 0);
  const good = found.filter((one) => one.score >= figures.answer_share * best);
  for (const one of good) one.named = covered(query, named, one.slot * atoms);
  return good.sort((a, b) => b.score - a.score || a.position - b.position);
}

/** For each document, how strongly it has a unit, and whether in its names. */
function* strengths(unit, allowed) {
  if (unit.meanings.length === 1) {
    const [[token, quality]] = unit.meanings;
    for (const [position, strength] of token.postings) {
      if (allowed(position)) yield [position, [quality * (strength >> 1), strength & 1]];
    }
    return;
  }
  const best = new Map();
  for (const [token, quality] of unit.meanings) {
    for (const [position, strength] of token.postings) {
      if (!allowed(position)) continue;
      const [value, inNames] = best.get(position) ?? [0, 0];
      best.set(position, [Math.max(value, quality * (strength >> 1)), inNames | (strength & 1)]);
    }
  }
  yield* best;
}

function raise(cover, unit, value) {
  for (let atom = unit.start; atom < unit.end; atom++) cover[atom] = Math.max(cover[atom], value);
}

/** The share of the query's mass that is covered by a row of `cover`. */
function covered(query, cover, row = 0) {
  let mass = 0;
  let sum = 0;
  query.masses.forEach((weight, atom) => {
    mass += weight;
    sum += weight * cover[row + atom];
  });
  return mass ? sum / (100 * mass) : 0;
}

function rate(query, scored, lexicon) {
  const { figures } = lexicon;
  const entry = lexicon.entry(scored.position);
  const cleaned = cleanedEntry(entry, lexicon);
  const total = query.units.reduce((sum, unit) => sum + unit.weight, 0);
  const inNames = query.units.map((unit) => standsIn(unit, cleaned.names));
  let best = 0;
  let chosen = null;
  let chosenLimit = "";
  let most = 0;
  cleaned.parts.forEach(({ title, text, limit }, index) => {
    const part = entry.parts[index];
    let value = 0;
    let more = 0;
    const cover = new Uint8Array(query.masses.length);
    query.units.forEach((unit, at) => {
      let times = standsIn(unit, title) ? figures.part_title : Number(standsIn(unit, text));
      if (inNames[at]) times = Math.min(times, 1); // What the document is about tells its parts apart no more.
      value += unit.weight * times;
      if (times) {
        raise(cover, unit, unit.named);
        more += inNames[at] ? 0 : unit.weight;
      }
    });
    if (value && isAsked(query, limit)) {
      value += figures.limit_bonus * total;
      more += 1;
    }
    most = Math.max(most, covered(query, cover));
    if (value > best) {
      best = value;
      chosen = more ? part : null;
      chosenLimit = more ? limit : "";
    }
  });
  const share = total ? best / (figures.part_title * total) : 0;
  let value = scored.score * (1 + figures.part_bonus * share);
  if (cleaned.exact.includes(query.text)) value *= figures.exact_name;
  else if (cleaned.exact[0].includes(query.text)) value *= figures.in_title;
  if (isAsked(query, chosenLimit)) value *= figures.limit_answer;
  const needed = value >= figures.strong * query.unknown ? figures.strong_coverage : figures.named_coverage;
  const answers = scored.named >= needed || most >= figures.part_coverage;
  return { score: value, entry, part: chosen, answers };
}

/** True if a query asks for a time limit, or names it. */
const isAsked = (query, limit) => limit !== "" && (query.asksHowLong || query.text.includes(limit));

/** A document in one spelling, worked out once. */
function cleanedEntry(entry, lexicon) {
  entry.cleaned ??= {
    names: lexicon.clean([entry.title, ...entry.names].join("\n")),
    exact: [entry.title, ...entry.names].map((name) => joined(lexicon.clean(name))),
    parts: entry.parts.map((part) => ({
      title: lexicon.clean([part.title, part.names].join("\n")),
      text: lexicon.clean([part.text, part.who, part.limit, part.also].join("\n")),
      limit: joined(lexicon.clean(part.limit)),
    })),
  };
  return entry.cleaned;
}

const standsIn = (unit, text) => unit.spellings.some((spelling) => text.includes(spelling));

function excerpt(query, entry, part, lexicon) {
  const text = part ? part.text : entry.summary;
  const sentences = text.match(SENTENCE) ?? [""];
  let best = -1;
  let chosen = "";
  for (const sentence of sentences) {
    const clean = lexicon.clean(sentence);
    const value = query.units.reduce((sum, unit) => sum + (standsIn(unit, clean) ? unit.weight : 0), 0);
    if (value > best) [best, chosen] = [value, sentence];
  }
  const clean = lexicon.clean(chosen);
  const places = query.units.flatMap((unit) => unit.spellings.map((spelling) => clean.indexOf(spelling)));
  return cut(chosen.trim(), Math.min(...places.filter((place) => place >= 0), clean.length), lexicon.figures.excerpt);
}

function cut(text, first, size) {
  if (text.length <= size) return text;
  const from = first < text.length ? first : 0;
  const start = Math.max(0, Math.min(from - Math.floor(size / 4), text.length - size));
  return (start ? "…" : "") + text.slice(start, start + size).trim() + (start + size < text.length ? "…" : "");
}

/** Where the words of a query stand in a text: pairs of start and end, without overlaps. */
export function highlights(text, query, lexicon) {
  const clean = lexicon.clean(text);
  if (clean.length !== text.length) return []; // Better no mark than one in the wrong place.
  const spellings = query.units.flatMap((unit) => unit.spellings);
  const found = [];
  for (let at = 0; at < clean.length; ) {
    const size = Math.max(0, ...spellings.map((spelling) => (clean.startsWith(spelling, at) ? spelling.length : 0)));
    if (size) found.push([at, at + size]);
    at += Math.max(1, size);
  }
  return found;
}
