// Asks the search (engine.js) in its worker; in the page if the browser cannot run it in one.

const ENGINE = new URL("engine.js", import.meta.url);

const waiting = new Map();
let last = 0;
let worker;
let here;
let said;

/** What documents answer a text; see `search` of engine.js. */
export const search = (text, options) => ask("search", text, options);

/** The words of the page, and the names of the kinds of documents. */
export function texts() {
  said ??= ask("texts").catch((error) => {
    said = undefined;
    throw error;
  });
  return said;
}

/** What documents can be filtered by. */
export const filters = () => ask("filters");

function ask(...question) {
  if (!worker && !here) start();
  if (here) return askHere(question);
  return new Promise((resolve, reject) => {
    waiting.set(++last, { question, resolve, reject });
    worker.postMessage([last, ...question]);
  });
}

function start() {
  try {
    worker = new Worker(ENGINE, { type: "module" });
    worker.onmessage = ({ data }) => answered(...data);
    worker.onerror = doWithout;
  } catch {
    doWithout();
  }
}

function answered(number, answer, problem) {
  const { resolve, reject } = waiting.get(number);
  waiting.delete(number);
  if (problem === undefined) resolve(answer);
  else reject(new Error(problem));
}

/** An older browser; or there is no network, then this fails too, and the next key tries again. */
function doWithout() {
  worker?.terminate();
  worker = undefined;
  here = import(ENGINE).catch(() => {
    here = undefined;
    throw new Error(`${ENGINE.pathname}: offline`);
  });
  for (const { question, resolve, reject } of waiting.values()) askHere(question).then(resolve, reject);
  waiting.clear();
}

async function askHere([name, ...given]) {
  return (await here)[name](...given);
}
