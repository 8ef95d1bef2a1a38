/** Installing the app on a device: the browser's offer, kept until the person takes it up in the settings. */

import { signal } from "@preact/signals";

/** Chromium's event; other browsers have none. */
interface InstallOffer extends Event {
  prompt(): Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

/** `offered`: one press installs it; `by_hand`: the browser's own menu does; `none`: neither is possible here. */
export type Installing = "installed" | "offered" | "by_hand" | "none";

export const installing = signal<Installing>("none");
let offer: InstallOffer | null = null;

/** To be called before the browser makes its offer, which is early and only once. */
export function watchInstallOffer(): void {
  const standalone = matchMedia("(display-mode: standalone)").matches;
  installing.value = standalone ? "installed" : isApple() ? "by_hand" : "none";
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
    installing.value = "offered";
  });
  addEventListener("appinstalled", () => {
    offer = null;
    installing.value = "installed";
  });
}

export async function install(): Promise<void> {
  const made = offer;
  if (made === null) return;
  const { outcome } = await made.prompt();
  // An offer can be taken up once; the browser makes another when it likes.
  offer = null;
  installing.value = outcome === "accepted" ? "installed" : "none";
}

/** Safari on a phone or tablet knows `standalone`, whether or not it is. */
function isApple(): boolean {
  return "standalone" in navigator && navigator.maxTouchPoints > 0;
}
