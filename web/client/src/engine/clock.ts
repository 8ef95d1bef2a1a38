/** What time the server has, as far as this device knows: the signed times of commits follow it (PROTOCOL §2.3). */

/** The local clock, corrected by what the server said last; nothing is judged by it. */
export class ServerClock {
  #aheadMs = 0;

  learn(serverTimeMs: number): void {
    this.#aheadMs = serverTimeMs - Date.now();
  }

  /** The server said how far ahead of its own time ours is; it may have changed since it was learnt. */
  correct(apartSeconds: number): void {
    this.#aheadMs -= apartSeconds * 1000;
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** The later one of both times: what must not be old is held against it. */
  latestMs(): number {
    return Math.max(Date.now(), this.nowMs());
  }
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}

/** Any time between the two, so that not all devices act at once; not a secret. */
export function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}

/** About so many seconds: half to one and a half. */
export function jittered(seconds: number): number {
  return between(seconds * 0.5, seconds * 1.5);
}
