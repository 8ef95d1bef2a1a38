/// <reference types="vite/client" />
/** Starts this tab's worker and gives the page its engine. */

import type { EngineApi } from "../engine/api.ts";
import type { Message } from "./messages.ts";
import { engineOf } from "./page.ts";
import address from "./worker.ts?worker&url";

/** Call once for each page. */
export function startEngine(): EngineApi {
  const worker = new Worker(address, { type: "module" });
  for (const there of [true, false]) addEventListener(there ? "online" : "offline", () => worker.postMessage({ type: "network", there } satisfies Message));
  return engineOf(worker);
}
