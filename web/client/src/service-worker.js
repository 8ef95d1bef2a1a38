/** The app opens without a network: its own files are kept, everything else goes past. Built into /service-worker.js.
 *
 *     install     every file of this build, each by its hash: all of them or nothing, so that no page is of two builds
 *     wait        pages of the build before go on undisturbed, until one of them is told to reload ("take_over")
 *     activate    builds older than the one before are forgotten: open pages may still want a file of that one
 *
 * The page and its files come from what is kept, never half from the network: a newer build comes as a whole.
 */

const FILES = /* files of the build */ {};
const FONT = /^\/assets\/[\w.-]+\.woff2$/u;
const KEPT = `cencomm ${/* name of the build */ ""}`;

self.addEventListener("install", (event) => event.waitUntil(keep()));

self.addEventListener("message", (event) => {
  if (event.data?.type === "take_over") void self.skipWaiting();
  if (event.data?.type === "keep_fonts") event.waitUntil(keepFonts(event.data.paths));
});

self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === "/" || pathname.startsWith("/assets/") || Object.hasOwn(FILES, pathname)) event.respondWith(file(event.request, pathname));
});

async function keep() {
  const cache = await caches.open(KEPT);
  try {
    await Promise.all(Object.entries(FILES).map(([path, hash]) => keepOne(cache, path, hash)));
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

/** Past the browser's own cache; a file of another build, while the server changes, ends the attempt. */
async function keepOne(cache, path, hash) {
  const answer = await fetch(new Request(path, { cache: "no-cache" }));
  if (!answer.ok || (await hashOf(answer.clone())) !== hash) throw new TypeError(`another build: ${path}`);
  await cache.put(path, answer);
}

/** Those that a page fetched before it had a worker; the browser still has them. Without them it looks plainer offline, no more. */
async function keepFonts(paths) {
  const cache = await caches.open(KEPT);
  for (const path of paths.filter((one) => FONT.test(one))) {
    if ((await cache.match(path)) !== undefined) continue;
    const answer = await fetch(new Request(path)).catch(() => null);
    if (answer !== null && answer.ok) await cache.put(path, answer);
  }
}

async function hashOf(answer) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function forget() {
  const others = (await caches.keys()).filter((name) => name.startsWith("cencomm ") && name !== KEPT);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** Of this build; else of the one before, for a page that is still open; else from the network, and fonts are kept then. */
async function file(request, pathname) {
  const options = { ignoreVary: true, ignoreSearch: true };
  const own = await caches.open(KEPT);
  const kept = (await own.match(pathname, options)) ?? (await caches.match(pathname, options));
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok && pathname.startsWith("/assets/")) await own.put(pathname, answer.clone());
  return answer;
}
