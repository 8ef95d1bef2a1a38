/** The engine as a page holds it: every call goes to the worker, every event comes from there. */

import { type EngineApi, type EngineCalls, EngineError, type EngineEvent, type Listener } from "../engine/api.ts";
import { type Call, METHODS, type Method, type Port, messageOf } from "./messages.ts";

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly fail: (error: EngineError) => void;
}

/** The worker's script could not be loaded or begun. */
const NO_WORKER = { code: "client.fault", facts: { name: "worker" } };

/** `worker` is this tab's, running `worker.ts`. */
export function engineOf(worker: Port): EngineApi {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<Listener>();
  let early: Call[] | null = [];
  let failed = false;
  let lastId = 0;

  const send = (one: Call): void => {
    if (early === null) worker.postMessage(one);
    else early.push(one);
  };

  const call = (method: Method, args: readonly unknown[]): Promise<unknown> =>
    new Promise((done, fail) => {
      if (failed) return fail(new EngineError(NO_WORKER));
      const id = ++lastId;
      waiting.set(id, { done, fail });
      send({ type: "call", tab: "", id, method, args });
    });

  const tell = (event: EngineEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };

  worker.addEventListener("message", (event) => {
    const message = messageOf(event);
    if (message.type === "event") return tell(message.event);
    if (message.type === "here") {
      for (const one of early ?? []) worker.postMessage(one);
      early = null;
    }
    if (message.type !== "answer") return;
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) asked?.done(message.value);
    else asked?.fail(new EngineError(message.error));
  });

  worker.addEventListener("error", () => {
    if (early === null) return; // a fault in a worker that runs is answered call by call
    failed = true;
    for (const one of waiting.values()) one.fail(new EngineError(NO_WORKER));
    waiting.clear();
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
