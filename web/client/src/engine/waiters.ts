/** Those who wait until something holds. */

import { ServerUnreachable } from "./errors.ts";

interface Waiter {
  readonly condition: () => boolean;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves as soon as `condition` holds. Throws ServerUnreachable after `seconds`. */
  wait(condition: () => boolean, seconds: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        fail(new ServerUnreachable({ waited_seconds: seconds }));
      }, seconds * 1000);
      const ended = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        condition,
        done: () => (ended(), done()),
        fail: (error) => (ended(), fail(error)),
      };
      this.#waiting.add(waiter);
    });
  }

  /** Something has changed. */
  wake(): void {
    for (const waiter of [...this.#waiting]) if (waiter.condition()) waiter.done();
  }

  /** Nothing will change any more. */
  stop(): void {
    for (const waiter of [...this.#waiting]) waiter.fail(new ServerUnreachable({ stopped: true }));
  }
}
