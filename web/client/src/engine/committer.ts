/** Committing an intent: build, send, and build anew from the intent when another commit won (PROTOCOL §2.6). */

import { equal, toHex } from "../crypto/bytes.ts";
import { Mutex } from "../store/lock.ts";
import type { Transaction } from "../store/transaction.ts";
import { between, sleep } from "./clock.ts";
import type { Intent } from "./committing.ts";
import { AGAIN, type CugEngine, LOST_TO_ANOTHER, WON } from "./engine.ts";
import { CommitKeptLosing, GroupClosed, NotMember, NotYetJoined, SendRefused, ServerUnreachable } from "./errors.ts";
import type { Memory } from "./memory.ts";

export const TRIES = 60;
const PATIENCE_SECONDS = 120;
const FIRST_WAIT_SECONDS = 0.03;
const LONGEST_WAIT_SECONDS = 2;

/** Looks at the present state; null when there is nothing left to do. */
export type Build = (memory: Memory, tx: Transaction) => Promise<Intent | null> | Intent | null;

/** Serialises the handshakes of one CUG. */
export class Committer {
  readonly #engine: CugEngine;
  readonly #mutex = new Mutex();

  constructor(engine: CugEngine) {
    this.#engine = engine;
  }

  /** Whether a commit was made. Throws CommitKeptLosing, SendRefused, ServerUnreachable, and what `build` throws. */
  commit(build: Build): Promise<boolean> {
    return this.attempt(() => {
      requireMember(this.#engine);
      return this.#engine.commit(build);
    });
  }

  /** Run `oneTry` until it wins, with jitter; it answers the outcome, or null if there is nothing to do. */
  attempt(oneTry: () => Promise<string | null>): Promise<boolean> {
    return this.#mutex.run(() => this.#attempt(oneTry));
  }

  async #attempt(oneTry: () => Promise<string | null>): Promise<boolean> {
    const engine = this.#engine;
    for (let number = 0; number < TRIES; number++) {
      await engine.waitFor(() => engine.memory.pending === null && engine.caughtUpSeq >= 0, PATIENCE_SECONDS);
      const { groupId, epoch } = engine.memory.row;
      const outcome = await within(PATIENCE_SECONDS, oneTry());
      if (outcome === null) return false;
      if (outcome === WON) return true;
      if (outcome !== LOST_TO_ANOTHER && outcome !== AGAIN) throw new SendRefused({ reason: outcome });
      // The winner's commit is on its way: nothing can be built before it has come.
      const overtaken = () => outcome === AGAIN || engine.memory.row.epoch !== epoch || !equal(engine.memory.row.groupId, groupId);
      await engine.waitFor(overtaken, PATIENCE_SECONDS);
      await sleep(between(0, Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(number, 10))));
    }
    throw new CommitKeptLosing({ tries: TRIES });
  }
}

/** Throws GroupClosed, NotMember or NotYetJoined unless this device can act in the CUG. */
export function requireMember(engine: CugEngine): void {
  const row = engine.memory.row;
  const cug = row.title === "" ? toHex(engine.cugId) : row.title;
  if (row.closedSeq > 0) throw new GroupClosed({ cug });
  if (row.removedSeq > 0) throw new NotMember({ cug });
  if (engine.memory.secret === null) throw new NotYetJoined({ cug });
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new ServerUnreachable({ waited_seconds: seconds })), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
