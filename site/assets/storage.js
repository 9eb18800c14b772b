// What is kept on this device. Storage may be forbidden (private windows, full disks): then
// nothing is remembered beyond the page, and nothing fails.

/** The value kept under a key, or `otherwise`. */
export function recall(key, otherwise) {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

/** Keeps a value under a key; null forgets it. */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing to do: the page goes on without a memory.
  }
}
