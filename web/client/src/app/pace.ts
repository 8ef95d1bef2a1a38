/** What comes faster than it can be drawn, handed on together: once for each frame. */

/** Beyond so many nobody waits for a frame: a hidden page has none. */
const MOST_WAITING = 500;

/** When the next frame is drawn; soon, where nobody looks. */
function nextFrame(then: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(then);
  else requestAnimationFrame(then);
}

/** Gives a function that takes one thing at a time; `deliver` gets all of a frame, in their order. */
export function eachFrame<T>(deliver: (some: readonly T[]) => void, schedule: (then: () => void) => void = nextFrame): (one: T) => void {
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
