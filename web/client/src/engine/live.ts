/** The session's handler: hands each CUG's frames to its engine, in slices that leave room for the others. */

import { toHex } from "../crypto/bytes.ts";
import type { ClientFrame, Notice, ServerFrame } from "../wire/frames.ts";
import type { ServerClock } from "./clock.ts";
import type { Handler } from "./session.ts";
import type { Engines } from "./vault_sync.ts";

/** Events in one transaction: long enough to share its cost, short enough not to keep screens waiting. */
export const EVENTS_AT_ONCE = 200;

/** One session's frames; `engines` is the client's own, and may grow. */
export class Live implements Handler {
  readonly #engines: Engines;
  readonly #clock: ServerClock;
  readonly #onNotice: (notice: Notice) => void;
  readonly #onReady: () => void;

  constructor(engines: Engines, clock: ServerClock, onNotice: (notice: Notice) => void, onReady: () => void) {
    this.#engines = engines;
    this.#clock = clock;
    this.#onNotice = onNotice;
    this.#onReady = onReady;
  }

  async resume(): Promise<readonly ClientFrame[]> {
    const frames: ClientFrame[] = [];
    for (const engine of [...this.#engines.values()]) frames.push(...(await engine.resume()));
    return frames;
  }

  /** Everything that has come, each CUG's in its order. */
  async receive(frames: readonly ServerFrame[]): Promise<void> {
    for (const [name, some] of this.#byCug(frames)) {
      const engine = this.#engines.get(name);
      if (engine === undefined) continue;
      for (const piece of slices(some, EVENTS_AT_ONCE)) await engine.receive(piece);
    }
  }

  disconnected(): void {
    for (const engine of this.#engines.values()) engine.disconnected();
  }

  #byCug(frames: readonly ServerFrame[]): Map<string, ServerFrame[]> {
    const found = new Map<string, ServerFrame[]>();
    for (const frame of frames) {
      if (frame.frame === "ready") {
        this.#clock.learn(frame.serverTime);
        this.#onReady();
      } else if (frame.frame === "notice") {
        this.#onNotice(frame);
      } else if (frame.frame !== "pong" && frame.cugId !== null) {
        const name = toHex(frame.cugId);
        found.set(name, [...(found.get(name) ?? []), frame]);
      }
    }
    return found;
  }
}

/** The frames in their order, in lists that hold about so many events. */
export function* slices(frames: readonly ServerFrame[], eventsAtOnce: number): Generator<ServerFrame[]> {
  let some: ServerFrame[] = [];
  let count = 0;
  for (const frame of frames) {
    some.push(frame);
    count += frame.frame === "events" ? frame.events.length : 1;
    if (count >= eventsAtOnce) {
      yield some;
      some = [];
      count = 0;
    }
  }
  if (some.length > 0) yield some;
}
