// What this device remembers of somebody's training, and the file in which it travels.
//
// The file's checksum (CRC-32) finds damage and careless edits. It is no signature: whoever wants to
// forge a file can compute the checksum too (docs/training.md).

import { keep, recall } from "./storage.js";
import { today } from "./training-dom.js";

const KEY = `sop-training:${new URL("../", import.meta.url).pathname}`;
const FORMAT = 1;
const LARGEST = 5_000_000;
const EMPTY = { person: { name: "", number: "" }, read: {}, practised: {}, passed: {}, roles: {}, cards: {} };

let inMemory = null;

/** What is remembered; a fresh object each time. */
export function progress() {
  const kept = recall(KEY, null) ?? inMemory;
  return { ...structuredClone(EMPTY), ...(isProgress(kept) ? kept : {}) };
}

/** Changes what is remembered: `change` gets the newest state, which another tab may have written. */
export function update(change) {
  const state = progress();
  change(state);
  inMemory = state;
  keep(KEY, state);
  return state;
}

/** False if this device forgets everything when the page is closed. */
export function remembers() {
  keep(`${KEY}:probe`, 1);
  const works = recall(`${KEY}:probe`, null) === 1;
  keep(`${KEY}:probe`, null);
  return works;
}

/** A test under way: `{document, …}` or null. */
export const unfinished = () => recall(`${KEY}:test`, null);
export const keepUnfinished = (test) => keep(`${KEY}:test`, test);

/** Where somebody stands with a document: what they read, practised and passed, and whether it changed since. */
export function standing(state, index, number) {
  const about = index.documents[number];
  const read = state.read[number];
  const passed = state.passed[number];
  return {
    about,
    read: read?.version === about.version ? read : null,
    readBefore: read && read.version !== about.version ? read : null,
    practised: state.practised[number] ?? null,
    passed: passed ?? null,
    changed: passed ? changedParts(passed, about) : [],
  };
}

/** The anchors of the parts that changed, came or went since a test was passed and the change was noted. */
export function changedParts(passed, about) {
  const known = passed.noted ?? Object.fromEntries(Object.entries(passed.parts).map(([anchor, [digest]]) => [anchor, digest]));
  const anchors = new Set([...Object.keys(known), ...Object.keys(about.parts)]);
  return [...anchors].filter((anchor) => known[anchor] !== about.parts[anchor]);
}

// ------------------------------------------------------------------------------------- the file

/** The text of the file that carries this device's progress. */
export function written(index) {
  const data = JSON.stringify({ ...progress(), handbook: index.handbook.title, exported: new Date().toISOString() });
  return `${JSON.stringify({ sopbook: "training-progress", format: FORMAT, crc32: crc32(data), data }, null, 1)}\n`;
}

/** The name of that file: whose it is and of which day. */
export function fileName() {
  const { name, number } = progress().person;
  const who = [name, number].filter(Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu, "_").slice(0, 60);
  return `training-${who || "progress"}-${today()}.json`;
}

/** What a file holds. Throws an Error whose message is the key of a sentence: what is wrong with it. */
export function read(text) {
  if (text.length > LARGEST) throw new Error("file_too_large");
  let outer;
  try {
    outer = JSON.parse(text);
  } catch {
    throw new Error("file_unreadable");
  }
  if (outer?.sopbook !== "training-progress" || typeof outer.data !== "string") throw new Error("file_foreign");
  if (outer.format !== FORMAT) throw new Error("file_newer");
  if (outer.crc32 !== crc32(outer.data)) throw new Error("file_damaged");
  let data;
  try {
    data = JSON.parse(outer.data);
  } catch {
    throw new Error("file_unreadable");
  }
  if (!isProgress(data)) throw new Error("file_foreign");
  return data;
}

/** Adds a file's progress to this device's: of each record the one further on stays. */
export function merge(data) {
  return update((state) => {
    for (const key of ["name", "number"]) state.person[key] ||= String(data.person?.[key] ?? "").slice(0, 80);
    for (const part of ["read", "practised", "passed", "roles"]) {
      for (const [number, record] of Object.entries(data[part])) {
        const mine = state[part][number];
        if (!mine || String(record.on) > String(mine.on)) state[part][number] = record;
      }
    }
    for (const [id, card] of Object.entries(data.cards)) {
      const mine = state.cards[id];
      if (!mine || card.last > mine.last) state.cards[id] = card;
    }
  });
}

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const SHAPES = {
  read: (record) => typeof record.version === "string" && typeof record.on === "string",
  practised: (record) => typeof record.version === "string" && typeof record.on === "string",
  passed: (record) =>
    typeof record.version === "string" &&
    typeof record.on === "string" &&
    Number.isFinite(record.score) &&
    isRecord(record.parts) &&
    Object.values(record.parts).every((part) => Array.isArray(part) && Array.isArray(part[1])),
  roles: (record) => typeof record.on === "string" && Number.isFinite(record.score),
  cards: (card) =>
    typeof card.document === "string" && [card.stability, card.difficulty, card.last, card.due].every(Number.isFinite),
};

// No record may go by a name that means something to the language.
const isName = (key) => key.length <= 300 && key !== "__proto__";

/** True for what looks like progress: nothing else is taken from a file or from storage. */
function isProgress(value) {
  return (
    isRecord(value) &&
    isRecord(value.person) &&
    Object.entries(SHAPES).every(
      ([part, fits]) =>
        isRecord(value[part]) && Object.entries(value[part]).every(([key, record]) => isName(key) && isRecord(record) && fits(record)),
    )
  );
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309, as in zip files) of a text's UTF-8, in hexadecimal. */
export function crc32(text) {
  let value = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return ((value ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}
