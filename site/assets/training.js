// The training parts of the site. Each place that needs one says which in `data-part`; its module is
// fetched with the index of the training's data, which says what there is to learn.

import { openIndex } from "./training-data.js";

const PARTS = {
  home: "./training-home.js",
  role: "./training-role.js",
  procedure: "./training-procedure.js",
  review: "./training-review.js",
  certificate: "./training-certificate.js",
  document: "./training-document.js",
};

/** Starts the part that `element` (`.sop-training`) names. */
export async function start(element) {
  try {
    const [{ start: begin }, index] = await Promise.all([import(PARTS[element.dataset.part]), openIndex()]);
    await begin(element, index);
    element.hidden = false;
  } catch (error) {
    // No network and no copy on this device: the page's own words stay.
    console.warn(error);
  }
}
