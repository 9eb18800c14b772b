// Ticks of a checklist: kept on this device, under the checklist's number and version, until they
// are cleared. A new version starts afresh, since its items may have changed.

/** Keeps the ticks of the page's items and shows in `panel` (`.sop-checklist`) how many are done. */
export function start(panel) {
  const boxes = [...document.querySelectorAll(".sop-check input[type=checkbox]")];
  const done = panel.querySelector(".sop-done");
  const key = `sop-ticks:${panel.dataset.document}:${panel.dataset.version}`;
  const ticked = new Set(read(key));

  function show() {
    const count = boxes.filter((box) => box.checked).length;
    panel.querySelector("progress").value = count;
    panel.querySelector("output").textContent = `${count} / ${boxes.length}`;
    done.hidden = count < boxes.length;
  }

  function keep() {
    write(key, boxes.filter((box) => box.checked).map((box) => box.name));
    show();
  }

  for (const box of boxes) {
    box.checked = ticked.has(box.name);
    box.addEventListener("change", keep);
  }
  panel.querySelector(".sop-clear").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    keep();
  });
  panel.hidden = false;
  show();
}

// Storage may be forbidden (private windows, full disks): then ticks last as long as the page.
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

function write(key, names) {
  try {
    if (names.length > 0) localStorage.setItem(key, JSON.stringify(names));
    else localStorage.removeItem(key);
  } catch {
    // Nothing to do: the page shows the ticks anyhow.
  }
}
