// What there is to learn: the index, and for each procedure and role a file with its questions.

const ROOT = new URL("../training/data/", import.meta.url);
const opened = new Map();

/** The index: settings, words, documents with the digests of their parts, the path of each role. */
export const openIndex = () => open("index");

/** The questions and the parts of a procedure or role. */
export const openDocument = (number) => open(number);

function open(name) {
  if (!opened.has(name)) {
    opened.set(
      name,
      // What the browser has kept may be of an earlier build, and its questions of an earlier version.
      fetch(new URL(`${encodeURIComponent(name)}.json`, ROOT), { cache: "no-cache" }).then((response) => {
        if (!response.ok) throw new Error(`${name}: ${response.status}`);
        return response.json();
      }),
    );
    opened.get(name).catch(() => opened.delete(name));
  }
  return opened.get(name);
}

/** The address of a page of the handbook, from anywhere. */
export const page = (path) => new URL(`../${path}`, import.meta.url).href;

/** The address of a document's training page. */
export const trainingPage = (number, hash = "") => page(`training/${encodeURIComponent(number)}/${hash}`);

/** A sentence of the index with its `{blanks}` filled in. */
export function say(index, key, values = {}) {
  return (index.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
