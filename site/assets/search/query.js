// Understanding a query: which tokens of the index it may mean, and how surely.
// The same as generator/sopbook/search/query.py, where the words are explained; a test asks both.

import { ALONE, INITIALS, NAME, NUMBER, PINYIN, WORD, keyOf } from "./lexicon.js";
import { canonicalNumber, foldPinyin, isNumber, joined, normalise, runs, stem } from "./text.js";

/** Read a query, fetching the pieces of the index that it needs. */
export async function understand(query, lexicon) {
  const characters = [...normalise(query, lexicon.simplified)].slice(0, lexicon.figures.longest_query);
  const text = characters.join("");
  // First everything that the letters themselves say is needed; what else, a reading finds out.
  const pieces = runs(text);
  const number = pieces.some((run) => run.chinese) ? [] : [NUMBER + canonicalNumber(pieces.map((run) => run.text))];
  const meant = pieces.map((run, at) => (run.chinese ? neighbours(run.text) : meaningsOf(run, pieces[at + 1])));
  for (const token of [...number, ...meant.flat()]) lexicon.has(keyOf(token));
  // What ends where the query ends is what its last key has made of it; what that key alone asks for first.
  if (pieces.length > 0) lexicon.fetchListsAhead([...number, ...endings(pieces, meant, lexicon.figures.longest_word)]);
  let understood;
  do {
    await lexicon.fetchMissing();
    understood = read(text, lexicon);
  } while (lexicon.missing.size > 0);
  return understood;
}

/** The characters of a text, and each with the one before it. */
const neighbours = (text) => text.split("").flatMap((char, at) => (at > 0 ? [char, text.slice(at - 1, at + 1)] : [char]));

/** What ends with the last run of a query: its last two characters, last three and so on, or what letters may mean or begin. */
function endings(pieces, meant, longest) {
  const { text, chinese } = pieces.at(-1);
  if (!chinese) return meant.at(-1).flatMap((token) => [token, keyOf(token)]);
  if (text.length === 1) return [ALONE + text, ...(pieces.at(-2)?.number ? meant.at(-2) : [])];
  return Array.from({ length: Math.min(longest, text.length) - 1 }, (_, at) => text.slice(-at - 2));
}

/** The tokens that letters or digits may mean, digits also with the unit that follows. */
function meaningsOf({ text, number }, follows) {
  if (number) return follows?.close && follows.chinese ? [text, text + follows.text[0]] : [text];
  return text.length > 1 ? [stem(text), PINYIN + foldPinyin(text), INITIALS + text] : [stem(text)];
}

function read(text, lexicon) {
  const found = runs(text);
  let reader = new Reader(lexicon, false);
  reader.read(found);
  if (!reader.masses.some(Boolean)) {
    // Nothing but words that say nothing: then they are the subject.
    reader = new Reader(lexicon, true);
    reader.read(found);
  }
  const spaced = ` ${found.map((run) => run.text).join(" ")} `;
  const standsIn = (phrase) => (phrase[0] > "\u2000" ? text.includes(phrase) : spaced.includes(` ${phrase} `));
  const asks = [...lexicon.limits].some(standsIn);
  const kinds = new Set(Object.keys(lexicon.kinds).filter((kind) => lexicon.kinds[kind].some(standsIn)));
  for (const unit of reader.units) {
    unit.weight = Math.max(0, ...unit.meanings.map(([token, quality]) => token.idf * quality));
  }
  const { masses, units } = reader;
  return { text: joined(text), masses, units, asksHowLong: asks, kinds, unknown: lexicon.unknown };
}

const spellingsOf = (token) =>
  [PINYIN, INITIALS, NUMBER, ALONE].includes(token.text[0]) ? token.forms : [token.text, ...token.forms];

const WEAK = ["gram", "known", "unknown"];
const WORDS = ["word", "name"];

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byCommonness = (a, b) => a.idf - b.idf || compare(a.text, b.text);

class Reader {
  constructor(lexicon, keepAll) {
    this.lexicon = lexicon;
    this.keepAll = keepAll;
    this.figures = lexicon.figures;
    this.masses = [];
    this.units = [];
  }

  read(found) {
    let at = 0;
    while (at < found.length) {
      const run = found[at];
      if (run.chinese) {
        this.chinese(run.text);
        at += 1;
        continue;
      }
      const follows = found[at + 1]?.close ? found[at + 1] : undefined;
      let end = at + 1;
      while (end < found.length && found[end].close && !found[end].chinese) end += 1;
      const taken = this.number(found.slice(at, end).map((piece) => piece.text), at === 0 && end === found.length);
      if (taken) {
        at += taken;
      } else if (run.number) {
        this.digits(run.text, follows?.chinese ? follows.text[0] : "");
        at += 1;
      } else {
        let last = at + 1;
        while (last < end && !found[last].number) last += 1;
        this.letters(found.slice(at, last).map((piece) => piece.text), last === found.length);
        at = last;
      }
    }
  }

  // ---------------------------------------------------------------------- numbers, digits

  number(pieces, alone) {
    for (let size = pieces.length; size > 0; size--) {
      const texts = pieces.slice(0, size);
      const digits = texts.some(isNumber);
      if (!(alone && size === pieces.length) && (isNumber(texts[0]) || !digits)) continue;
      if (texts.length === 1 && digits && texts[0].length > 4) continue;
      const token = this.lexicon.get(NUMBER + canonicalNumber(texts));
      if (!token) continue;
      if ((digits && !isNumber(texts[0])) || size > 1) {
        this.atom(this.lexicon.unknown, { meanings: [[token, 100]], cover: 100, named: 100, spellings: [] });
        return size;
      }
      const meant = isNumber(texts[0]) ? this.digitMeaning(texts[0]) : this.meanings(texts[0], true);
      const series = this.weighed([[token, "series"]]);
      this.atom(Math.max(this.lexicon.unknown, ...meant.meanings.map(([other]) => other.idf)), {
        meanings: [...meant.meanings, ...series.meanings],
        cover: Math.max(meant.cover, series.cover),
        named: Math.max(meant.named, series.named),
        spellings: meant.spellings,
      });
      return size;
    }
    return 0;
  }

  digitMeaning(text) {
    const token = this.lexicon.get(text);
    return token ? { meanings: [[token, 100]], cover: 100, named: 100, spellings: [text] } : this.weighed([]);
  }

  digits(text, unit) {
    const both = unit ? this.lexicon.get(text + unit) : undefined;
    const meant = this.digitMeaning(text);
    const [known] = meant.meanings;
    if (both) {
      // The next atom is that character.
      const start = this.masses.length;
      const certain = { cover: 100, named: 100 };
      this.masses.push(both.idf);
      this.units.push({ start, end: start + 2, meanings: [[both, 100]], spellings: [text + unit, `${text} ${unit}`], ...certain });
      if (known) {
        const meanings = [[known[0], this.figures.quality.gram]];
        this.units.push({ start, end: start + 1, meanings, spellings: [text], ...certain });
      }
    } else {
      this.atom(known ? known[0].idf : this.share("unknown_mass"), meant);
    }
  }

  atom(mass, meant) {
    const start = this.masses.length;
    this.masses.push(mass);
    if (meant.meanings.length > 0) this.units.push({ start, end: start + 1, ...meant });
  }

  share(name) {
    return Math.trunc(this.lexicon.unknown * this.figures[name]);
  }

  // ------------------------------------------------------------------------------ letters

  letters(words, ends) {
    const isKnown = (word, index) => this.known(word, ends && index === words.length - 1);
    if (words.length > 1 && !words.every(isKnown) && this.pieces(words.join(""))) return;
    words.forEach((word, index) => this.word(word, ends && index === words.length - 1));
  }

  known(word, last) {
    const { lexicon } = this;
    if (lexicon.stop.has(word)) return true;
    if (lexicon.get(stem(word)) || lexicon.get(word) || lexicon.get(PINYIN + foldPinyin(word))) return true;
    return last && word.length > 2 && this.completions(stem(word), word).length > 0;
  }

  word(word, ends) {
    if (this.lexicon.stop.has(word) && !this.keepAll) {
      this.atom(0, this.weighed([]));
      return;
    }
    let found = this.meanings(word, ends);
    if (found.meanings.length === 0 && this.pieces(word)) return;
    if (found.meanings.length === 0) found = this.mistyped(word, ends);
    if (found.meanings.length > 0) {
      this.atom(Math.max(...found.meanings.map(([token]) => token.idf)), found);
    } else {
      this.atom(word.length > 3 ? this.lexicon.unknown : this.share("unknown_mass"), found);
    }
  }

  meanings(word, ends) {
    let found = [];
    if (word.length > 1) {
      const ways = [[stem(word), "word"], [PINYIN + foldPinyin(word), "pinyin"], [INITIALS + word, "initials"]];
      found = ways.map(([text, how]) => [this.lexicon.get(text), how]).filter(([token]) => token);
    }
    if (ends && word.length > 2 && !found.some(([, how]) => how === "word")) {
      found.push(...this.completions(stem(word), word).map((token) => [token, "prefix"]));
      if (found.length === 0) {
        const folded = PINYIN + foldPinyin(word);
        found.push(...this.completions(folded, folded).map((token) => [token, "pinyin_prefix"]));
      }
    }
    return this.weighed(found);
  }

  weighed(found) {
    return {
      meanings: found.map(([token, how]) => [token, this.figures.quality[how]]),
      cover: Math.max(0, ...found.map(([, how]) => this.figures.cover[how])),
      named: Math.max(0, ...found.map(([, how]) => this.figures.named[how])),
      spellings: [...new Set(found.flatMap(([token]) => spellingsOf(token)))],
    };
  }

  completions(start, typed) {
    if (start.length < (start[0] === PINYIN ? 5 : 3)) return [];
    return this.lexicon
      .starting(keyOf(start))
      .filter((token) => token.text.startsWith(start) || token.forms.some((form) => form.startsWith(typed)))
      .sort(byCommonness)
      .slice(0, this.figures.prefix_expansions);
  }

  mistyped(word, ends) {
    if (word.length < 4) return this.weighed([]);
    const found = [];
    for (const [mark, text, size] of [["", stem(word), 3], [PINYIN, foldPinyin(word), 4]]) {
      if (mark && ends && word.length < this.figures.whole_pinyin) continue;
      for (const start of new Set(mistypedStarts(text, size))) {
        if (!this.lexicon.mayHave(mark + start)) continue;
        for (const token of this.lexicon.starting(mark + start)) {
          if (oneEdit(text, token.text.slice(mark.length)) && token.flags & WORD) found.push([token, "typo"]);
        }
      }
    }
    found.sort(([a], [b]) => byCommonness(a, b));
    return this.weighed(found.slice(0, this.figures.prefix_expansions));
  }

  pieces(letters) {
    const ways = [[PINYIN, foldPinyin(letters), 3, 24, "pinyin_part"], [INITIALS, letters, 2, 8, "initials_part"]];
    for (const [mark, text, shortest, longest, how] of ways) {
      const split = this.split(mark, text, shortest, longest);
      for (const token of split) this.atom(token.idf, this.weighed([[token, how]]));
      if (split.length > 0) return true;
    }
    return false;
  }

  split(mark, text, shortest, longest) {
    const best = [[]];
    for (let end = shortest; end <= text.length; end++) {
      for (let start = Math.max(0, end - longest); start <= end - shortest; start++) {
        const before = best[start];
        if (!before || (best[end] && before.length + 1 >= best[end].length)) continue;
        const part = mark + text.slice(start, end);
        // There are too many initials to say of each whether it is there.
        const token = mark === PINYIN ? this.lexicon.guessed(part) : this.lexicon.get(part);
        if (token) best[end] = [...before, token];
      }
    }
    return best[text.length] ?? [];
  }

  // ------------------------------------------------------------------------------ Chinese

  chinese(text) {
    let path = this.path(text, new Map());
    const weak = new Set();
    for (const span of path) {
      if (WEAK.includes(span.how)) for (let p = span.start; p < span.end; p++) weak.add(p);
    }
    // A reading with missing pieces would look for all sorts of things: wait until they are here.
    if (weak.size > 0 && this.lexicon.missing.size === 0) path = this.path(text, this.similar(text, weak, unlikelyStarts(path)));
    const base = this.masses.length;
    this.masses.push(...this.weights(path));
    for (const span of path) this.span(text, base, span);
  }

  path(text, similar) {
    const worth = this.figures.segment;
    const best = Array.from({ length: text.length + 1 }, () => ({ value: -1_000_000 }));
    best[0].value = 0;
    for (let start = 0; start < text.length; start++) {
      for (let end = Math.min(text.length, start + this.figures.longest_word); end > start; end--) {
        for (const [how, token] of this.ways(text.slice(start, end), similar.get(`${start} ${end}`))) {
          // Of two ways that are worth the same, the commoner words are meant.
          const rarity = token ? Math.floor(token.idf / 10) : 0;
          const value = best[start].value + 10 * worth[how] * (end - start) ** 2 - rarity;
          if (value > best[end].value) best[end] = { value, span: { start, end, how, token } };
        }
      }
    }
    const path = [];
    for (let end = text.length; end > 0; end = path.at(-1).start) path.push(best[end].span);
    return path.reverse();
  }

  ways(word, similar) {
    const { lexicon } = this;
    if (!this.keepAll && lexicon.limits.has(word)) return [["limit", undefined]];
    if (!this.keepAll && lexicon.stop.has(word)) return [["stop", undefined]];
    const token = lexicon.get(word);
    const found = [];
    if (word.length === 1) {
      const alone = lexicon.get(ALONE + word);
      found.push(alone ? ["word", alone] : [token ? "known" : "unknown", token]);
    } else if (token && token.flags & WORD) {
      found.push([token.flags & NAME ? "name" : "word", token]);
    } else if (token && !this.stops(word)) {
      found.push(["gram", token]);
    }
    if (similar) found.push(similar);
    return found;
  }

  stops(word) {
    return !this.keepAll && [...word].some((char) => this.lexicon.particles.has(char));
  }

  similar(text, weak, unlikely) {
    const found = new Map();
    for (let start = 0; start < text.length; start++) {
      for (let end = start + 2; end <= Math.min(text.length, start + 6); end++) {
        if (end === text.length && unlikely.has(start)) continue;
        const doubtful = [];
        for (let p = start; p < end; p++) if (weak.has(p)) doubtful.push(p);
        const word = text.slice(start, end);
        const exact = this.lexicon.get(word);
        if (doubtful.length === 0 || (exact && exact.flags & WORD)) continue;
        const split = weak.has(start) && weak.has(end - 1) ? this.splitWord(word) : undefined;
        const meant = split ?? this.sounding(word) ?? this.looking(word, start, doubtful) ?? this.near(word);
        if (meant) found.set(`${start} ${end}`, meant);
      }
    }
    return found;
  }

  /** A word of two characters that is parted by one that says nothing. */
  splitWord(word) {
    const token = this.lexicon.stop.has(word.slice(1, -1)) ? this.lexicon.guessed(word[0] + word.at(-1)) : undefined;
    return token && token.flags === (WORD | NAME) ? ["split", token] : undefined;
  }

  sounding(word) {
    const known = [...word].map((char) => this.lexicon.character(char));
    const token = known.every(Boolean) && this.lexicon.guessed(PINYIN + known.map((char) => char.reading).join(""));
    return token ? ["homophone", token] : undefined;
  }

  looking(word, start, doubtful) {
    let best;
    for (const position of doubtful) {
      const token = this.like(word, position - start);
      if (token && (!best || token.idf < best.idf)) best = token;
    }
    return best && ["shape", best];
  }

  /** The commonest word with another character in one place. */
  like(word, at) {
    const { lexicon } = this;
    const like = lexicon.character(word[at])?.like ?? "";
    // What begins otherwise is kept elsewhere: look only where there is such a word, for the commonest one first.
    const order = at === 0 ? lexicon.before(word[1]) : at === 1 ? lexicon.after(word[0]) : like;
    const missing = lexicon.missing.size;
    for (const other of order) {
      const token = like.includes(other) && lexicon.guessed(word.slice(0, at) + other + word.slice(at + 1));
      if (token && token.flags === (WORD | NAME)) return token;
      if (lexicon.missing.size > missing) return undefined; // The next one only if it is not this one.
    }
    return undefined;
  }

  near(word) {
    if (word.length < 4) return undefined;
    for (const token of this.lexicon.starting(keyOf(word))) {
      if (token.flags !== (WORD | NAME) || token.text.length !== word.length) continue;
      let differing = 0;
      for (let at = 0; at < word.length; at++) differing += token.text[at] !== word[at];
      if (differing === 1) return ["near", token];
    }
    return undefined;
  }

  weights(path) {
    const single = (span) => span && (span.how === "known" || span.how === "unknown");
    return path.flatMap((span, index) => {
      const size = span.end - span.start;
      if (span.how === "stop" || span.how === "limit") return Array(size).fill(0);
      if (single(span)) {
        const alone = !single(path[index - 1]) && !single(path[index + 1]);
        return [this.share(alone ? "lone_mass" : "unknown_mass")];
      }
      return Array(size).fill(Math.max(Math.floor((span.token?.idf ?? 0) / size), this.share("least_mass")));
    });
  }

  span(text, base, span) {
    if (span.token && span.how !== "known") this.unit(base, span.start, span.end, span.token, span.how);
    if (["word", "name", "near", "homophone", "shape"].includes(span.how)) this.nested(text, base, span);
    if (["known", "gram", "homophone", "shape", "near", "split"].includes(span.how)) {
      for (let at = span.start; at < span.end; at++) {
        const token = this.lexicon.get(text[at]);
        if (token && !this.lexicon.stop.has(text[at])) this.unit(base, at, at + 1, token, "char");
      }
    }
  }

  nested(text, base, span) {
    if (span.end - span.start < 3) return;
    for (let start = span.start; start < span.end - 1; start++) {
      for (let end = start + 2; end <= span.end; end++) {
        const token = this.lexicon.get(text.slice(start, end));
        if (token && token.flags & WORD && end - start < span.end - span.start) this.unit(base, start, end, token, "nested");
      }
    }
  }

  unit(base, start, end, token, how) {
    this.units.push({ start: base + start, end: base + end, ...this.weighed([[token, how]]) });
  }
}

/** Places inside words, and at the beginning of those that say nothing. */
function unlikelyStarts(path) {
  const found = new Set();
  for (const span of path.filter(({ how }) => !WEAK.includes(how))) {
    for (let at = span.start + Number(WORDS.includes(span.how)); at < span.end; at++) found.add(at);
  }
  return found;
}

/** What the first letters may have been: one left out, or two swapped, by mistake. */
function mistypedStarts(text, size) {
  const starts = [text.slice(0, size)];
  for (let at = 0; at < size; at++) starts.push(text.slice(0, at) + text.slice(at + 1, size + 1));
  for (let at = 0; at < Math.min(size, text.length) - 1; at++) {
    starts.push(text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2, size));
  }
  return starts;
}

/** True if one letter too many, too few, wrong, or swapped makes the difference. */
export function oneEdit(first, second) {
  if (Math.abs(first.length - second.length) > 1 || first === second) return false;
  let same = 0;
  while (same < Math.min(first.length, second.length) && first[same] === second[same]) same += 1;
  const a = first.slice(same);
  const b = second.slice(same);
  if (a.length === b.length) {
    return a.slice(1) === b.slice(1) || (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
  }
  return a.length > b.length ? a.slice(1) === b : a === b.slice(1);
}
