/** A newer build of the app: kept beside this one until the reader wants it, then taken as a whole. */

import { signal } from "@preact/signals";

const LOOK_MS = 3_600_000;

/** A newer build is here, or has been taken in another tab: reloading shows it. */
export const updateReady = signal(false);

/** Whether the app opens without a network; null until the browser has said so. It may be told to keep no service worker. */
export const opensOffline = signal<boolean | null>(null);

/** Whether the reader has read that it does not. */
export const offlineTold = signal(false);

let registration: ServiceWorkerRegistration | null = null;
let asked = false;

/**
 * Keep the app for times without a network, and look now and then whether there is a newer one. Where the browser allows
 * none of it, the app works all the same, and says that it will not open offline.
 */
export async function keepApp(container: ServiceWorkerContainer | undefined, reload: () => void): Promise<void> {
  const kept = container === undefined ? null : await registered(container);
  opensOffline.value = kept !== null;
  if (container !== undefined && kept !== null) {
    follow(container, kept, reload);
    void keepFonts(container);
  }
}

/** Fonts of the very first visit come before there is a worker that keeps them: it is told of every font that has come. */
async function keepFonts(container: ServiceWorkerContainer): Promise<void> {
  const { active } = await container.ready;
  const tell = (entries: readonly { readonly name: string }[]): void => {
    const paths = entries.map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith(".woff2"));
    if (paths.length > 0) active?.postMessage({ type: "keep_fonts", paths });
  };
  new PerformanceObserver((list) => tell(list.getEntries())).observe({ type: "resource", buffered: true });
}

/** Null where service workers are blocked: browsers refuse, answer nothing, or have never heard of them. */
async function registered(container: ServiceWorkerContainer): Promise<ServiceWorkerRegistration | null> {
  try {
    const kept: ServiceWorkerRegistration | undefined = await container.register("/service-worker.js");
    return kept ?? null;
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    return null;
  }
}

function follow(container: ServiceWorkerContainer, kept: ServiceWorkerRegistration, reload: () => void): void {
  const before = container.controller;
  container.addEventListener("controllerchange", () => {
    if (asked) reload();
    else if (before !== null) updateReady.value = true;
  });
  registration = kept;
  const look = (): void => {
    if (kept.waiting !== null && container.controller !== null) updateReady.value = true;
  };
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", look));
  look();
  setInterval(() => void kept.update().catch(() => undefined), LOOK_MS); // without a network there is nothing newer
}

/** What the reader wants when a newer build is ready; what is being written is kept as a draft. */
export function takeUpdate(reload: () => void): void {
  asked = true;
  const waiting = registration?.waiting ?? null;
  if (waiting === null) reload();
  else waiting.postMessage({ type: "take_over" });
}
