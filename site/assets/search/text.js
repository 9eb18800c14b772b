// What a text becomes before it is looked up: one spelling, and runs of one script.
// The same as generator/sopbook/search/text.py; a test compares the two.

const RUN = /[\u3400-\u9fff]+|[a-z]+|[0-9]+/g;
const BETWEEN = /^[ \t\r\n\-_./·#:]*$/;

export const isChinese = (text) => text[0] >= "\u3400";
export const isNumber = (text) => /^[0-9]/.test(text);

// Characters that stay as they are when accents are taken apart: most texts have no others.
const PLAIN = /^[\u0000-\u007f\u2010-\u2027\u3000-\u303f\u3400-\u9fff]*$/;

/** Replaces traditional characters: made of a string of pairs, traditional and simplified. */
export function simplifier(pairs) {
  const table = new Map();
  for (let at = 0; at < pairs.length; at += 2) table.set(pairs[at], pairs[at + 1]);
  if (table.size === 0) return (text) => text;
  const any = new RegExp(`[${[...table.keys()].join("")}]`, "g");
  return (text) => text.replace(any, (char) => table.get(char));
}

/** One spelling: half width, lower case, no accents, simplified characters. */
export function normalise(text, simplified) {
  let letters = text.normalize("NFKC").toLowerCase();
  if (!PLAIN.test(letters)) letters = letters.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  return simplified(letters);
}

/** The runs of a normalised text; `close` if only a space, hyphen or the like stands before it. */
export function runs(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(RUN)) {
    const close = found.length > 0 && BETWEEN.test(text.slice(end, match.index));
    found.push({ text: match[0], close, chinese: isChinese(match[0]), number: isNumber(match[0]) });
    end = match.index + match[0].length;
  }
  return found;
}

/** The runs without what stands between them, to compare names. */
export const joined = (text) => runs(text).map((run) => run.text).join("");

export const canonicalNumber = (pieces) =>
  pieces.map((piece) => (isNumber(piece) ? piece.replace(/^0+/, "") || "0" : piece)).join("");

/** Pinyin as people mix it up: zh/z, ch/c, sh/s, and final ng/n are the same. */
export const foldPinyin = (letters) =>
  letters.replaceAll("zh", "z").replaceAll("ch", "c").replaceAll("sh", "s").replace(/([aei])ng/g, "$1n").replaceAll("v", "u");

// The stem of an English word: M. F. Porter, "An algorithm for suffix stripping", 1980.
// "y" is a consonant at the beginning of a word and after a vowel.
const CONSONANTS = "[^aeiou][^aeiouy]*";
const VOWELS = "[aeiouy][aeiou]*";
const MORE_THAN_0 = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}`);
const EXACTLY_1 = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}(${VOWELS})?$`);
const MORE_THAN_1 = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`);
const HAS_VOWEL = new RegExp(`^(${CONSONANTS})?[aeiouy]`);
const SHORT_END = new RegExp(`^${CONSONANTS}[aeiouy][^aeiouwxy]$`);
const STEP_2 = {
  ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", abli: "able", alli: "al", entli: "ent",
  eli: "e", ousli: "ous", ization: "ize", ation: "ate", ator: "ate", alism: "al", iveness: "ive", fulness: "ful",
  ousness: "ous", aliti: "al", iviti: "ive", biliti: "ble",
};
const STEP_3 = { icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" };
const ending = (table) => new RegExp(`^(.+?)(${table.join("|")})$`);
const ENDS_2 = ending(["ational", "tional", "enci", "anci", "izer", "abli", "alli", "entli", "eli", "ousli", "ization",
  "ation", "ator", "alism", "iveness", "fulness", "ousness", "aliti", "iviti", "biliti"]);
const ENDS_3 = ending(["icate", "ative", "alize", "iciti", "ical", "ful", "ness"]);
const ENDS_4 = ending(["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ou", "ism",
  "ate", "iti", "ous", "ive", "ize"]);

export function stem(word) {
  if (word.length < 3) return word;
  const startsWithY = word[0] === "y";
  let w = startsWithY ? `Y${word.slice(1)}` : word;
  if (w.endsWith("sses") || w.endsWith("ies")) w = w.slice(0, -2);
  else if (w.endsWith("s") && w.at(-2) !== "s") w = w.slice(0, -1);

  let match;
  if (w.endsWith("eed")) {
    if (MORE_THAN_0.test(w.slice(0, -3))) w = w.slice(0, -1);
  } else if ((match = /^(.*)(ed|ing)$/.exec(w)) && HAS_VOWEL.test(match[1])) {
    w = match[1];
    if (/(at|bl|iz)$/.test(w)) w += "e";
    else if (/([bdfgmnprt])\1$/.test(w)) w = w.slice(0, -1);
    else if (SHORT_END.test(w)) w += "e";
  }
  if (w.endsWith("y") && HAS_VOWEL.test(w.slice(0, -1))) w = `${w.slice(0, -1)}i`;
  if ((match = ENDS_2.exec(w)) && MORE_THAN_0.test(match[1])) w = match[1] + STEP_2[match[2]];
  if ((match = ENDS_3.exec(w)) && MORE_THAN_0.test(match[1])) w = match[1] + STEP_3[match[2]];
  if ((match = ENDS_4.exec(w))) {
    if (MORE_THAN_1.test(match[1])) w = match[1];
  } else if ((match = /^(.+?)(s|t)(ion)$/.exec(w)) && MORE_THAN_1.test(match[1] + match[2])) {
    w = match[1] + match[2];
  }
  if ((match = /^(.+?)e$/.exec(w))) {
    if (MORE_THAN_1.test(match[1]) || (EXACTLY_1.test(match[1]) && !SHORT_END.test(match[1]))) w = match[1];
  }
  if (w.endsWith("ll") && MORE_THAN_1.test(w)) w = w.slice(0, -1);
  return startsWithY ? `y${w.slice(1)}` : w;
}
