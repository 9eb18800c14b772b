// The difference between two texts in words: what is gone and what is new.

import { say } from "./training-data.js";
import { make } from "./training-dom.js";

const MOST = 1500;

/** Texts as pieces that are compared: words, and each Chinese character by itself. */
const pieces = (text) => text.match(/[\p{Script=Han}]|[\p{L}\p{N}_.:/-]+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];

/** The steps from one list of pieces to another: `[kind, text]` with kind "same", "gone" or "new". */
export function difference(before, after) {
  const [old, now] = [pieces(before), pieces(after)];
  if (old.length > MOST || now.length > MOST) return [["gone", before], ["new", after]];
  const longest = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      longest[i][j] = old[i] === now[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const found = [];
  const add = (kind, text) => {
    if (found.at(-1)?.[0] === kind) found.at(-1)[1] += text;
    else found.push([kind, text]);
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      add("same", old[i++]);
      j++;
    } else if (j >= now.length || (i < old.length && longest[i + 1][j] >= longest[i][j + 1])) add("gone", old[i++]);
    else add("new", now[j++]);
  }
  return found;
}

const TAGS = { same: "span", gone: "del", new: "ins" };

/** The parts that changed since somebody passed, each with its difference; `passed.parts` is the text of then. */
export function changes(index, passed, file, anchors) {
  const now = new Map(file.parts.map((part) => [part.anchor, part]));
  return make(
    "div",
    { class: "sop-changed" },
    ...anchors.map((anchor) => {
      const before = passed.parts[anchor]?.[1];
      const part = now.get(anchor);
      const after = part ? [part.title, ...part.lines.slice(1)] : null;
      const title = part?.title ?? before?.[0] ?? anchor;
      const kind = before === undefined ? "part_new" : after === null ? "part_gone" : "part_changed";
      const steps = difference((before ?? []).join("\n"), (after ?? []).join("\n"));
      return make(
        "section",
        {},
        make("h3", {}, `${say(index, kind)}${say(index, "colon")}${title}`),
        make("p", { class: "sop-changed__text" }, ...steps.map(([step, text]) => make(TAGS[step], {}, text))),
      );
    }),
  );
}
