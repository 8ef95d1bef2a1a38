/** What one writes is kept a moment after the last key, and at once when the screen closes or the page goes out of sight. */

import { useEffect, useRef } from "preact/hooks";

const SAVE_AFTER_MS = 600;

export interface Saving {
  /** In place of what was to be saved before. */
  soon(save: () => void): void;
  /** What was to be saved is not wanted any more. */
  drop(): void;
}

export class DelayedSaving implements Saving {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #save: (() => void) | null = null;

  soon(save: () => void): void {
    this.drop();
    this.#save = save;
    this.#timer = setTimeout(() => this.now(), SAVE_AFTER_MS);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#save = null;
  }

  now(): void {
    const save = this.#save;
    this.drop();
    save?.();
  }
}

/** For one screen. */
export function useSaving(): Saving {
  const saving = useRef<DelayedSaving>(null);
  saving.current ??= new DelayedSaving();
  useEffect(() => {
    const now = (): void => saving.current!.now();
    document.addEventListener("visibilitychange", now);
    return () => {
      document.removeEventListener("visibilitychange", now);
      now();
    };
  }, []);
  return saving.current;
}
