/** A newer build of the app: kept beside this one until the reader wants it, then taken as a whole. */

import { signal } from "@preact/signals";

const LOOK_MS = 3_600_000;

/** A newer build is here, or has been taken in another tab: reloading shows it. */
export const updateReady = signal(false);

let registration: ServiceWorkerRegistration | null = null;
let asked = false;

/** Keep the app for times without a network, and look now and then whether there is a newer one. */
export async function keepApp(container: ServiceWorkerContainer, reload: () => void): Promise<void> {
  const before = container.controller;
  container.addEventListener("controllerchange", () => {
    if (asked) reload();
    else if (before !== null) updateReady.value = true;
  });
  const kept = await container.register("/service-worker.js");
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
