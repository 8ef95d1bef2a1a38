/** The engine as a page holds it: every call goes to the worker, every event comes from there. */

import { type EngineApi, type EngineCalls, EngineError, type EngineEvent, type Listener } from "../engine/api.ts";
import { type Call, METHODS, type Method, type Port, messageOf } from "./messages.ts";

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly fail: (error: EngineError) => void;
}

/** `worker` is this tab's, running `worker.ts`. */
export function engineOf(worker: Port): EngineApi {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<Listener>();
  let lastId = 0;

  const call = (method: Method, args: readonly unknown[]): Promise<unknown> =>
    new Promise((done, fail) => {
      const id = ++lastId;
      waiting.set(id, { done, fail });
      worker.postMessage({ type: "call", tab: "", id, method, args } satisfies Call);
    });

  const tell = (event: EngineEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };

  worker.addEventListener("message", (event) => {
    const message = messageOf(event);
    if (message.type === "event") return tell(message.event);
    if (message.type !== "answer") return;
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) asked?.done(message.value);
    else asked?.fail(new EngineError(message.error));
  });

  const methods = Object.keys(METHODS) as Method[];
  const calls = Object.fromEntries(methods.map((method) => [method, (...args: readonly unknown[]) => call(method, args)]));
  return {
    ...(calls as unknown as EngineCalls),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
