// The print button: hidden where there is no script to make it work.

/** Makes `button` print the page. */
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
