/** The session's handler: hands each CUG's frames to its engine, in slices that leave room for the others. */

import { toHex } from "../crypto/bytes.ts";
import type { ClientFrame, Notice, ServerFrame } from "../wire/frames.ts";
import { ProfileLocked, ProfileTakenOver, StorageFailed, StorageFull } from "../store/errors.ts";
import type { ServerClock } from "./clock.ts";
import { crossing } from "./crossing.ts";
import type { CugEngine } from "./engine.ts";
import type { Presence } from "./presence.ts";
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
  readonly #presence: Presence;

  constructor(engines: Engines, clock: ServerClock, onNotice: (notice: Notice) => void, onReady: () => void, presence: Presence) {
    this.#engines = engines;
    this.#clock = clock;
    this.#onNotice = onNotice;
    this.#onReady = onReady;
    this.#presence = presence;
  }

  async resume(): Promise<readonly ClientFrame[]> {
    const frames: ClientFrame[] = [];
    for (const engine of [...this.#engines.values()]) {
      await alone(engine, async () => {
        frames.push(...(await engine.resume()));
      });
    }
    return [...frames, ...this.#presence.resume()];
  }

  /** Everything that has come, each CUG's in its order. */
  async receive(frames: readonly ServerFrame[]): Promise<void> {
    for (const [name, some] of this.#byCug(frames)) {
      const engine = this.#engines.get(name);
      if (engine === undefined || engine.fault !== "") continue;
      await alone(engine, async () => {
        for (const piece of slices(some, EVENTS_AT_ONCE)) await engine.receive(piece);
      });
    }
  }

  disconnected(): void {
    for (const engine of this.#engines.values()) engine.disconnected();
    this.#presence.disconnected();
  }

  #byCug(frames: readonly ServerFrame[]): Map<string, ServerFrame[]> {
    const found = new Map<string, ServerFrame[]>();
    for (const frame of frames) {
      if (frame.frame === "ready") {
        this.#clock.learn(frame.serverTime);
        this.#onReady();
      } else if (frame.frame === "notice") {
        this.#onNotice(frame);
      } else if (frame.frame === "present" || frame.frame === "writes") {
        this.#presence.take(frame);
      } else if (frame.frame !== "pong" && frame.cugId !== null) {
        const name = toHex(frame.cugId);
        found.set(name, [...(found.get(name) ?? []), frame]);
      }
    }
    return found;
  }
}

const CONCERN_ALL = [StorageFull, StorageFailed, ProfileLocked, ProfileTakenOver];

/** What one CUG brought, or a fault of ours over it, must not stop the others: it alone is told of, and tried again. */
async function alone(engine: CugEngine, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (CONCERN_ALL.some((kind) => error instanceof kind)) throw error;
    engine.failed(crossing(error).code);
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
