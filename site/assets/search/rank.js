// What answers a query: the documents, best first, each with its best part and an excerpt.
// The same as generator/sopbook/search/rank.py.

import { joined } from "./text.js";

const SENTENCE = /[^\n\u3002\uff01\uff1f!?]+[\u3002\uff01\uff1f!?]?/g;

/** The best `limit` answers: `{ results, nearest }`. `allowed(position)` says what may be found. */
export async function answer(query, lexicon, allowed, limit) {
  const { figures } = lexicon;
  await lexicon.fetchPostings(query.units.flatMap((unit) => unit.meanings.map(([token]) => token)));
  const good = score(query, figures, allowed, Math.max(limit, figures.reranked));
  if (good.length === 0) return { results: [], nearest: [] };
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

/** The best `most` documents whose score is not far below the best one's, best first. */
function score(query, figures, allowed, most) {
  const table = new Table(query, allowed);
  for (const unit of query.units) {
    if (unit.meanings.length === 1) table.add(unit, ...unit.meanings[0]);
    else table.addBest(unit);
  }
  const floor = figures.coverage_floor;
  const scores = table.scores.map((value, slot) => value * (floor + (1 - floor) * covered(query, table.cover, slot * table.atoms)));
  const least = figures.answer_share * scores.reduce((top, one) => Math.max(top, one), 0);
  const good = [];
  scores.forEach((value, slot) => {
    if (value >= least) good.push({ position: table.positions[slot], slot, score: value });
  });
  const best = good.sort((a, b) => b.score - a.score || a.position - b.position).slice(0, most);
  for (const one of best) {
    const row = one.slot * table.atoms;
    one.named = covered(query, table.named, row);
    one.coverage = covered(query, table.cover, row);
    one.surest = Math.max(0, ...table.named.subarray(row, row + table.atoms));
  }
  return best;
}

/**
 * For each document what the query's units give it: a score, and how much of each atom is covered, by anything and by
 * names. Flat arrays: a common word is in a thousand documents, and as many objects would take most of the time.
 */
class Table {
  constructor(query, allowed) {
    const lists = query.units.flatMap((unit) => unit.meanings.map(([token]) => token.postings));
    const rows = lists.reduce((sum, list) => sum + list.length / 2, 0);
    this.atoms = query.masses.length;
    this.allowed = allowed;
    this.slots = new Int32Array(lists.reduce((last, list) => Math.max(last, list.at(-2) + 1), 0)); // One more than the row.
    this.count = 0;
    this.allScores = new Float64Array(rows);
    this.positions = new Int32Array(rows);
    this.cover = new Uint8Array(rows * this.atoms);
    this.named = new Uint8Array(rows * this.atoms);
  }

  get scores() {
    return this.allScores.subarray(0, this.count);
  }

  /** What a unit with one meaning gives. */
  add(unit, { postings }, quality) {
    for (let at = 0; at < postings.length; at += 2) {
      this.give(unit, postings[at], quality * (postings[at + 1] >> 1), postings[at + 1] & 1);
    }
  }

  /** What a unit with several meanings gives: the strongest of them. */
  addBest(unit) {
    const best = new Map();
    for (const [{ postings }, quality] of unit.meanings) {
      for (let at = 0; at < postings.length; at += 2) {
        const [value, inNames] = best.get(postings[at]) ?? [0, 0];
        best.set(postings[at], [Math.max(value, quality * (postings[at + 1] >> 1)), inNames | (postings[at + 1] & 1)]);
      }
    }
    for (const [position, [value, inNames]] of best) this.give(unit, position, value, inNames);
  }

  give(unit, position, value, inNames) {
    if (!this.allowed(position)) return;
    let slot = this.slots[position] - 1;
    if (slot < 0) {
      slot = this.count++;
      this.slots[position] = slot + 1;
      this.positions[slot] = position;
    }
    this.allScores[slot] += value;
    const row = slot * this.atoms;
    for (let at = row + unit.start; at < row + unit.end; at++) {
      if (this.cover[at] < unit.cover) this.cover[at] = unit.cover;
      if (inNames && this.named[at] < unit.named) this.named[at] = unit.named;
    }
  }
}

function raise(cover, unit, value) {
  for (let atom = unit.start; atom < unit.end; atom++) cover[atom] = Math.max(cover[atom], value);
}

/** The share of the query's mass that is covered by a row of `cover`. */
function covered({ masses }, cover, row = 0) {
  let mass = 0;
  let sum = 0;
  for (let atom = 0; atom < masses.length; atom++) {
    mass += masses[atom];
    sum += masses[atom] * cover[row + atom];
  }
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
  if (query.kinds.has(entry.kind)) value *= figures.asked_kinds[entry.kind];
  const guessed = scored.surest < figures.sure && scored.coverage < figures.guess_coverage;
  const strong = value >= figures.strong * query.unknown && !guessed;
  const needed = strong ? figures.strong_coverage : figures.named_coverage;
  const answers = scored.named >= needed || most >= figures.part_coverage;
  return { score: value, entry, part: chosen, answers };
}

/** True if a query asks for a time limit, or names it. */
const isAsked = (query, limit) => limit !== "" && (query.asksHowLong || query.text.includes(limit));

/** A document in one spelling, worked out once. */
function cleanedEntry(entry, lexicon) {
  entry.cleaned ??= clean(entry, lexicon);
  return entry.cleaned;
}

function clean(entry, lexicon) {
  // All at once: that takes a fraction of the time of text by text. No text has this character.
  const between = "\u0001";
  const texts = [
    [entry.title, ...entry.names].join("\n"),
    ...entry.parts.flatMap((part) => [
      [part.title, part.names].join("\n"),
      [part.text, part.who, part.limit, part.also].join("\n"),
      part.limit,
    ]),
  ];
  const [names, ...rest] = lexicon.clean(texts.join(between)).split(between);
  return {
    names,
    exact: names.split("\n").map(joined),
    parts: entry.parts.map((_, at) => ({ title: rest[3 * at], text: rest[3 * at + 1], limit: joined(rest[3 * at + 2]) })),
  };
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
