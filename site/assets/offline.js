// Lets the service worker keep the handbook on this device, and tells the reader when it has
// fetched new content.

const ROOT = new URL("../", import.meta.url);

/** Shows `notice` (`.sop-update`) when a newer build has taken over while this page was open. */
export async function start(notice) {
  if (!("serviceWorker" in navigator) || location.protocol === "file:") return;
  const had = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    notice.hidden = !had;
  });
  notice.querySelector("button").addEventListener("click", () => location.reload());
  try {
    const registration = await navigator.serviceWorker.register(new URL("sw.js", ROOT), { scope: ROOT.pathname });
    await registration.update();
  } catch {
    // No network, or a builder that made no list of files: the page works all the same.
  }
}
