/** What comes faster than it can be drawn, handed on together: once for each frame. */

/** Beyond so many nobody waits for a frame: a hidden page has none. */
const MOST_WAITING = 500;

/** Of what waits, so much is drawn in one frame: as much as fits into one at least, and enough that a backlog of any length goes. */
export const AT_ONCE = 4;
const SHARE_DRAWN = 1 / 8;

export type Schedule = (then: () => void) => void;

/** When the next frame is drawn; soon, where nobody looks. */
export function nextFrame(then: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(then);
  else requestAnimationFrame(then);
}

/** Gives a function that takes one thing at a time; `deliver` gets all of a frame, in their order. */
export function eachFrame<T>(deliver: (some: readonly T[]) => void, schedule: Schedule = nextFrame): (one: T) => void {
  let waiting: T[] = [];
  const flush = (): void => {
    const some = waiting;
    waiting = [];
    if (some.length > 0) deliver(some);
  };
  return (one) => {
    waiting.push(one);
    if (waiting.length === 1) schedule(flush);
    else if (waiting.length >= MOST_WAITING) flush();
  };
}

/** Many things that came together, and that take long to draw: some now, the others in the frames that follow. */
export class Slices<T> {
  readonly #deliver: (some: readonly T[]) => void;
  readonly #schedule: Schedule;
  readonly #most: () => number;
  #waiting: readonly T[] = [];
  #scheduled = false;

  /** `deliver` gets a slice at a time, in their order; where more than `most` wait, all of them at once. */
  constructor(deliver: (some: readonly T[]) => void, schedule: Schedule = nextFrame, most = (): number => Infinity) {
    this.#deliver = deliver;
    this.#schedule = schedule;
    this.#most = most;
  }

  take(many: readonly T[]): void {
    this.#waiting = [...this.#waiting, ...many];
    if (!this.#scheduled) this.#flush();
  }

  /** What waits is delivered no more. */
  drop(): void {
    this.#waiting = [];
  }

  #flush(): void {
    this.#scheduled = this.#waiting.length > 0;
    if (!this.#scheduled) return;
    const { length } = this.#waiting;
    const count = length > this.#most() ? length : Math.max(AT_ONCE, Math.ceil(length * SHARE_DRAWN));
    const some = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#schedule(() => this.#flush());
    this.#deliver(some);
  }
}

/** Gives a function that runs `work`: one at a time, the last of those asked for meanwhile, and at most once in `everyMs`. */
export function atMostEvery(everyMs: number, work: () => Promise<void>, wait: (then: () => void, ms: number) => void = setTimeout): () => void {
  let busy = false;
  let again = false;
  const run = (): void => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    void work().finally(() =>
      wait(() => {
        busy = false;
        if (!again) return;
        again = false;
        run();
      }, everyMs),
    );
  };
  return run;
}
