// Tells a reader at the top of a page what changed since the version that they saw last. The first
// version seen is only noted: to a newcomer nothing is new.

import { keep, recall } from "./storage.js";

/** Shows `notice` (`.sop-news`) until the reader says that they know. */
export function start(notice) {
  const { document: number, version, text } = notice.dataset;
  const key = `sop-seen:${number}`;
  const seen = recall(key, null);
  if (seen === null) keep(key, version);
  if (seen === null || seen === version) return;
  const rows = [...notice.querySelectorAll("li[data-version]")];
  const last = rows.findIndex((row) => row.dataset.version === seen);
  if (last >= 0) rows.slice(last).forEach((row) => row.remove());
  notice.querySelector(".sop-news__text").textContent = text.replace("{seen}", seen);
  notice.querySelector("button").addEventListener("click", () => {
    keep(key, version);
    notice.hidden = true;
  });
  notice.hidden = false;
}
