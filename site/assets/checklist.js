// Ticks of a checklist: kept on this device, under the checklist's number and version, until they
// are cleared. A new version starts afresh, since its items may have changed.

import { keep, recall } from "./storage.js";

/** Keeps the ticks of the page's items and shows in `panel` (`.sop-checklist`) how many are done. */
export function start(panel) {
  const boxes = [...document.querySelectorAll(".sop-check input[type=checkbox]")];
  const done = panel.querySelector(".sop-done");
  const key = `sop-ticks:${panel.dataset.document}:${panel.dataset.version}`;
  const ticked = new Set(recall(key, []));

  function show() {
    const count = boxes.filter((box) => box.checked).length;
    panel.querySelector("progress").value = count;
    panel.querySelector("output").textContent = `${count} / ${boxes.length}`;
    done.hidden = count < boxes.length;
  }

  function remember() {
    const names = boxes.filter((box) => box.checked).map((box) => box.name);
    keep(key, names.length > 0 ? names : null);
    show();
  }

  // The page can be used before this script has come: such ticks count as well.
  const early = boxes.some((box) => box.checked && !ticked.has(box.name));
  for (const box of boxes) {
    box.checked ||= ticked.has(box.name);
    box.addEventListener("change", remember);
  }
  panel.querySelector(".sop-clear").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    remember();
  });
  panel.hidden = false;
  if (early) remember();
  else show();
}
