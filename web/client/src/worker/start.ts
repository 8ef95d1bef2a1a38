/// <reference types="vite/client" />
/** Starts this tab's worker and gives the page its engine. */

import type { EngineApi } from "../engine/api.ts";
import { engineOf } from "./page.ts";
import address from "./worker.ts?worker&url";

/** Call once for each page. */
export function startEngine(): EngineApi {
  return engineOf(new Worker(address, { type: "module" }));
}
