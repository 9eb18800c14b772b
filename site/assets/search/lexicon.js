// The index, fetched piece by piece. Written by generator/sopbook/search/shards.py.

import { isChinese, normalise, simplifier } from "./text.js";

export const PINYIN = "~";
export const INITIALS = "^";
export const NUMBER = "#";
export const ALONE = "=";
export const WORD = 1;
export const NAME = 2;

const MARKS = PINYIN + INITIALS + NUMBER;
const HAS_LIST = "!";
const FILTER_PLACES = 5;
const UNTIL_SHOWN = 500; // Milliseconds: what the first result does not need must not hold it up.

/** What tokens are kept together by. */
export function keyOf(token) {
  if (token[0] === NUMBER) {
    return token.length > 3 && /^[0-9]{2}$/.test(token.slice(-2)) ? token.slice(0, -2) : token.replace(/[0-9]$/, "");
  }
  if (token[0] === PINYIN || token[0] === INITIALS) return token.slice(0, 5);
  if (token[0] === ALONE) return token[1];
  if (!isChinese(token)) return token.slice(0, 3);
  return token.length === 1 ? token : token[0] + (token.charCodeAt(1) % 8);
}

class Lexicon {
  constructor(core, folder) {
    this.core = core;
    this.folder = folder;
    this.figures = core.relevance;
    this.unknown = core.unknown;
    this.stop = new Set(core.stop);
    this.particles = new Set(core.particles);
    this.limits = new Set(core.limits);
    this.kinds = core.asked_kinds;
    this.simplified = simplifier(core.simplified);
    this.tokens = new Map();
    this.keys = new Map();
    this.pieces = new Map();
    this.files = new Map();
    this.documents = new Map();
    this.missing = new Set();
    this.ahead = undefined;
    this.later = undefined;
  }

  /** The piece with that key if it is here; else it is noted as missing. */
  #pieceOf(key) {
    const number = this.#shard(key);
    const piece = this.pieces.get(number);
    if (!piece) this.missing.add(number);
    return piece;
  }

  /** True if the piece with that key is here; else it is noted as missing. */
  has(key) {
    return this.#pieceOf(key) !== undefined;
  }

  get(text) {
    const piece = this.#pieceOf(keyOf(text));
    if (!piece || !Object.hasOwn(piece.t, text)) return undefined;
    let token = this.tokens.get(text);
    if (!token) {
      const [idf, flags, forms, home] = piece.t[text];
      token = { text, idf, flags, forms: forms ? forms.split("\n") : [], home };
      this.tokens.set(text, token);
    }
    return token;
  }

  /** A token that nobody typed, but may have meant. */
  guessed(text) {
    return this.mayHave(text) ? this.get(text) : undefined;
  }

  /**
   * False if nothing is found by a guess (see generator/sopbook/search/guesses.py): a Bloom filter, once there is a first
   * result. Else most pieces would be fetched only to learn that they do not have it.
   */
  mayHave(guess) {
    if (!this.ahead) return true;
    const { guesses } = this.ahead;
    const value = hashOf(guess);
    const step = (value >>> 16) | 1;
    for (let place = 0; place < FILTER_PLACES; place++) {
      const bit = (value + place * step) % (8 * guesses.length);
      if (!((guesses.charCodeAt(bit >> 3) >> (bit & 7)) & 1)) return false;
    }
    return true;
  }

  /** Every token with that key, in order. */
  starting(key) {
    const piece = this.#pieceOf(key);
    if (!piece) return [];
    let found = this.keys.get(key);
    if (!found) {
      found = Object.keys(piece.t).filter((text) => keyOf(text) === key).sort((a, b) => (a < b ? -1 : 1)).map((text) => this.get(text));
      this.keys.set(key, found);
    }
    return found;
  }

  character(char) {
    const known = this.#pieceOf(char)?.c[char];
    if (known === undefined) return undefined;
    const [reading, like = ""] = known.split(" ");
    return { reading, like };
  }

  /** The characters with which a word of a name begins that has `char` as its second one, commonest first. */
  before(char) {
    return this.#pieceOf(char)?.b[char] ?? "";
  }

  /** The second characters of the words of names that begin with `char`, commonest first. */
  after(char) {
    return this.#pieceOf(char)?.a[char] ?? "";
  }

  clean(text) {
    return normalise(text, this.simplified);
  }

  /** Fetch what a reading of a query missed. */
  async fetchMissing() {
    const wanted = [...this.missing];
    this.missing.clear();
    await Promise.all(wanted.map((number) => this.#piece(number)));
  }

  /**
   * Fetch the long lists of postings of tokens that a query is about to ask for, once there is a first result: together
   * with the piece that has the token, since that would only tell to fetch them afterwards.
   */
  fetchListsAhead(tokens) {
    if (!this.ahead) return;
    const { lists, starts } = this.ahead;
    for (const text of tokens) {
      const number = this.#shard(keyOf(text));
      if (lists[number] === "0" || !this.mayHave(HAS_LIST + text)) continue;
      const home = (starts[number] ?? []).filter((start) => start <= text).length;
      this.fetch(`p${number}-${home}`).catch(() => undefined);
    }
  }

  /** Have the postings of tokens ready, as a flat list: position and strength in turns. */
  async fetchPostings(tokens) {
    await Promise.all(
      tokens.map(async (token) => {
        if (token.postings) return;
        const { home } = token;
        const steps = typeof home === "number" ? (await this.fetch(`p${this.#shard(keyOf(token.text))}-${home}`))[token.text] : home;
        token.postings = fromSteps(steps);
      }),
    );
  }

  async fetchDocuments(positions) {
    await Promise.all(
      positions.map(async (position) => {
        if (!this.documents.has(position)) this.documents.set(position, readEntry(await this.fetch(`d${position}`)));
      }),
    );
    this.later ??= setTimeout(() => this.#fetchWhatTellsAhead(), UNTIL_SHOWN);
  }

  #fetchWhatTellsAhead() {
    const keep = (file) => (this.ahead = { ...file, guesses: atob(file.guesses) });
    this.fetch("ahead").then(keep, () => (this.later = undefined)); // Try again after the next query.
  }

  entry(position) {
    return this.documents.get(position);
  }

  facets() {
    return this.fetch("facets");
  }

  /** A file of the index, fetched once. */
  fetch(name) {
    let file = this.files.get(name);
    if (!file) {
      file = fetchJson(new URL(`${name}.json`, this.folder));
      this.files.set(name, file);
      file.catch(() => this.files.delete(name)); // Try again next time.
    }
    return file;
  }

  #shard(key) {
    return hashOf(MARKS.includes(key[0]) ? key.slice(1) : key) % this.core.shards;
  }

  async #piece(number) {
    // What is in it is taken out as it is asked for: a query needs a few tokens of a hundred.
    this.pieces.set(number, await this.fetch(`v${number}`));
  }
}

/** Open the index in a folder (a URL that ends with a slash). */
export async function openLexicon(folder) {
  return new Lexicon(await fetchJson(new URL("core.json", folder)), folder);
}

/** FNV-1a. */
function hashOf(text) {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}

/** A file as JSON. A key waits for several small ones, and this way each takes four fifths of the time of `fetch`. */
async function fetchJson(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url);
  await new Promise((ended) => {
    request.onloadend = ended;
    request.send();
  });
  if (request.status !== 200) throw new Error(`${url.pathname}: ${request.status || "offline"}`);
  return JSON.parse(request.responseText);
}

/** Positions instead of how far on the next one is. */
function fromSteps(steps) {
  const found = Int32Array.from(steps);
  for (let at = 2; at < found.length; at += 2) found[at] += found[at - 2];
  return found;
}

function readEntry(file) {
  const parts = (file.parts ?? []).map((row) => {
    const [type, anchor = "", title = "", text = "", names = "", who = "", limit = "", also = ""] = row;
    return { type, anchor, title, text, names, who, limit, also };
  });
  return { department: "", names: [], roles: [], summary: "", actions: [], calls: [], urgent: false, ...file, parts };
}
