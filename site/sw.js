// The handbook without a network: a copy of all its pages on the device, always of one and the same
// build. A new build is fetched in the background (only what changed in it) and then takes over.

const BUILD = "unknown"; // The compiler writes the build's digest here, so that this file changes with it.

const SCOPE = new URL(self.registration.scope);
const PREFIX = `sopbook ${SCOPE.pathname} `;
const LIST = "offline.json";
const AT_ONCE = 16; // Over HTTP/2 they share a connection; over HTTP/1.1 the browser queues them.

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const ours = url.origin === SCOPE.origin && url.pathname.startsWith(SCOPE.pathname);
  if (request.method === "GET" && ours && !request.headers.has("range")) event.respondWith(answer(request, url));
});

/** Fetches the files of this build; what an older build has unchanged is taken from its copy. */
async function fill() {
  const response = await fetch(new URL(LIST, SCOPE), { cache: "no-store" });
  if (!response.ok) throw new Error(`${LIST}: ${response.status}`);
  const files = Object.entries(await response.clone().json());
  const older = await copies();
  const cache = await caches.open(PREFIX + BUILD);
  const todo = files[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [path, digest] of todo) await fillOne(cache, older, new URL(path, SCOPE).href, path, digest);
    }),
  );
  await cache.put(new URL(LIST, SCOPE).href, response);
}

async function fillOne(cache, older, address, path, digest) {
  for (const { files, copy } of older) {
    const same = files[path] === digest && (await copy.match(address));
    if (same) return cache.put(address, same);
  }
  const response = await fetch(address, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return cache.put(address, response);
}

/** The copies of other builds on this device, each with its list of files. */
async function copies() {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const copy = await caches.open(name);
    const list = await copy.match(new URL(LIST, SCOPE).href);
    if (list) found.push({ files: await list.json(), copy });
  }
  return found;
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((n) => n.startsWith(PREFIX) && n !== PREFIX + BUILD).map((n) => caches.delete(n)));
  await self.clients.claim();
}

/** The copy of what is asked for; else the network; else, for a page, the handbook's own "not found". */
async function answer(request, url) {
  const cache = await caches.open(PREFIX + BUILD);
  const address = url.origin + url.pathname.replace(/\/index\.html$/, "/");
  const copy = await cache.match(address);
  if (copy) return copy;
  if (request.mode === "navigate" && !address.endsWith("/") && (await cache.match(`${address}/`))) {
    return Response.redirect(`${address}/${url.search}`, 302);
  }
  try {
    return await fetch(request);
  } catch (error) {
    const missing = request.mode === "navigate" && (await cache.match(new URL("404.html", SCOPE).href));
    if (missing) return missing;
    throw error;
  }
}
