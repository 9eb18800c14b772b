// Queries that found nothing, and queries that were put another way: kept on this device only, for
// the author. Nothing leaves the device by itself; the page of results says so, exports and clears.

const KEY = "sop-search-log";
const OFF = "sop-search-log-off";
const LAST = "sop-search-last";
const MOST = 300;
const SOON = 3 * 60 * 1000; // Milliseconds within which another query is the same question again.

/** Remember a query as it was meant. `chosen`: a result was opened, so it was answered. */
export function keepQuery(text, count, chosen) {
  const query = text.trim().slice(0, 200);
  if (!query || read(localStorage, OFF)) return;
  const now = Date.now();
  const last = read(sessionStorage, LAST);
  if (count === 0 && last?.query !== query) add({ query, results: 0, then: "" });
  // A longer form of the same words is still being typed, not asked again.
  const again = last && !last.chosen && now - last.at < SOON && !query.startsWith(last.query) && !last.query.startsWith(query);
  if (again) add({ query: last.query, results: last.count, then: query });
  write(sessionStorage, LAST, chosen ? null : { query, count, chosen, at: now });
}

function add(row) {
  const rows = read(localStorage, KEY) ?? [];
  const day = new Date().toISOString().slice(0, 10);
  const same = rows.find((old) => old.query === row.query && old.then === row.then);
  if (same) Object.assign(same, { times: same.times + 1, day });
  else {
    // The same query without a successor says less than with one.
    const first = rows.findIndex((old) => old.query === row.query && old.then === "");
    if (row.then && first >= 0) rows.splice(first, 1);
    rows.push({ ...row, day, times: 1 });
  }
  write(localStorage, KEY, rows.slice(-MOST));
}

/** The panel that shows how much is kept, exports it and clears it. */
export function startLog(panel, words) {
  const button = (name) => panel.querySelector(`[data-log="${name}"]`);
  const show = () => {
    const rows = read(localStorage, KEY) ?? [];
    panel.querySelector(".sop-log__count").textContent = words.log_count.replace("{n}", rows.length);
    button("export").disabled = button("clear").disabled = rows.length === 0;
    button("switch").textContent = read(localStorage, OFF) ? words.log_on : words.log_off;
  };
  button("export").addEventListener("click", () => download("search-log.csv", table(read(localStorage, KEY) ?? [])));
  button("clear").addEventListener("click", () => {
    write(localStorage, KEY, null);
    write(sessionStorage, LAST, null);
    show();
  });
  button("switch").addEventListener("click", () => {
    write(localStorage, OFF, read(localStorage, OFF) ? null : true);
    show();
  });
  show();
}

function table(rows) {
  const lines = rows.map((row) => [row.query, row.results, row.then, row.times, row.day]);
  return [["query", "results", "asked_again_as", "times", "last_day"], ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
}

/** A cell that no spreadsheet takes for a formula. */
function cell(value) {
  const text = String(value).replace(/^([=+\-@\t\r])/, "'$1");
  return `"${text.replaceAll('"', '""')}"`;
}

function download(name, text) {
  const link = document.createElement("a");
  // The byte-order mark tells spreadsheets that it is UTF-8.
  link.href = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Storage may be forbidden (private windows, full disks): then nothing is remembered.
function read(store, key) {
  try {
    return JSON.parse(store.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(store, key, value) {
  try {
    if (value === null) store.removeItem(key);
    else store.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing to do.
  }
}
