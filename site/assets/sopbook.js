// What a page of the handbook does beyond showing text. Each part is a module of its own with a
// function `start(element)`, fetched only by pages that have something for it to do.

const PARTS = [
  [".sop-checklist", "./checklist.js"],
  [".sop-news", "./news.js"],
  [".sop-print", "./print.js"],
  ["[data-filters]", "./filter.js"],
  [".sop-review", "./review.js"],
  [".sop-update", "./offline.js"],
  [".sop-search", "./search.js"],
  [".sop-word[data-fill]", "./fill.js"],
  [".sop-training", "./training.js"],
];

for (const [selector, module] of PARTS) {
  const elements = document.querySelectorAll(selector);
  if (elements.length > 0) {
    import(module).then(({ start }) => elements.forEach((element) => start(element)));
  }
}
