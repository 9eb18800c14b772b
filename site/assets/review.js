// Marks what is due for review. The page is the same every day; what is overdue depends on today,
// so this device's clock decides.

const SOON_DAYS = 60;

/** Marks the rows of `table` whose day has come or comes soon. */
export function start(table) {
  const today = Date.now();
  for (const row of table.tBodies[0].rows) {
    const time = row.querySelector("time");
    const days = (Date.parse(time.dateTime) - today) / 86_400_000;
    if (days > SOON_DAYS) continue;
    const mark = document.createElement("span");
    mark.className = days < 0 ? "sop-chip sop-chip--critical" : "sop-chip";
    mark.textContent = days < 0 ? table.dataset.overdue : table.dataset.soon;
    time.after(" ", mark);
  }
}
