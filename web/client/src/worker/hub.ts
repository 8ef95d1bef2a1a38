/**
 * One worker of one tab. Whoever holds the lock has the engine; the others pass their page's calls on to it.
 *
 *     page A ── worker A (holds the lock: engine) ── BroadcastChannel ── worker B ── page B
 *
 * A tab that closes, or crashes, loses its lock, and the next worker in line makes an engine over the same rows. Calls
 * that were under way with the one that went are answered with `client.interrupted`: nobody knows what became of them.
 */

import type { EngineCalls, EngineEvent } from "../engine/api.ts";
import { crossing } from "../engine/crossing.ts";
import { type Answer, type Call, METHODS, type Message, type Port, messageOf } from "./messages.ts";

export interface HubOptions {
  /** This tab's page. */
  readonly page: Port;
  /** All workers of this origin. */
  readonly others: Port;
  readonly locks: LockManager;
  /** The database: also the lock's name. */
  readonly name: string;
  readonly makeEngine: (emit: (event: EngineEvent) => void) => EngineCalls;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #tab = crypto.randomUUID();
  #engine: EngineCalls | null = null;
  /** The writer that was last heard of; null before that. */
  #writer: string | null = null;
  /** Calls of this page that wait for a writer, or for its answer. */
  readonly #waiting = new Map<number, Call>();
  readonly #passedOn = new Set<number>();
  readonly #leaving = new AbortController();
  #release: () => void = () => undefined;

  constructor(options: HubOptions) {
    this.#options = options;
    options.page.addEventListener("message", (event) => this.#fromPage(messageOf(event)));
    options.others.addEventListener("message", (event) => this.#fromOthers(messageOf(event)));
    options.page.postMessage({ type: "here" } satisfies Message);
  }

  /** Stand in line; resolves when this tab is done. */
  async run(): Promise<void> {
    this.#options.others.postMessage({ type: "who" } satisfies Message);
    const hold = (): Promise<void> => {
      this.#write();
      return new Promise((done) => (this.#release = done));
    };
    try {
      await this.#options.locks.request(this.#options.name, { signal: this.#leaving.signal }, hold);
    } catch (error) {
      if (!this.#leaving.signal.aborted) throw error;
    }
  }

  /** Leave the line, or give the lock to the next in it. */
  async stop(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.lock();
    this.#release();
    this.#leaving.abort();
  }

  #write(): void {
    const { page, others, makeEngine } = this.#options;
    this.#interrupt();
    this.#writer = this.#tab;
    this.#engine = makeEngine((event) => {
      const message: Message = { type: "event", event };
      page.postMessage(message);
      others.postMessage(message);
    });
    others.postMessage({ type: "writer", writer: this.#tab } satisfies Message);
    for (const call of this.#waiting.values()) void this.#answer(call, page);
    this.#waiting.clear();
  }

  #fromPage(message: Message): void {
    if (message.type !== "call") return;
    const call = { ...message, tab: this.#tab };
    if (this.#engine !== null) {
      void this.#answer(call, this.#options.page);
    } else {
      this.#waiting.set(call.id, call);
      this.#passOn();
    }
  }

  #fromOthers(message: Message): void {
    const { page, others } = this.#options;
    if (message.type === "call") {
      if (this.#engine !== null) void this.#answer(message, others);
    } else if (message.type === "who") {
      if (this.#engine !== null) others.postMessage({ type: "writer", writer: this.#tab } satisfies Message);
    } else if (message.type === "writer") {
      if (this.#writer !== message.writer) this.#interrupt();
      this.#writer = message.writer;
      this.#passOn();
    } else if (message.type === "event") {
      page.postMessage(message);
    } else if (message.type === "answer" && message.tab === this.#tab && this.#waiting.delete(message.id)) {
      this.#passedOn.delete(message.id);
      page.postMessage(message);
    }
  }

  #passOn(): void {
    if (this.#writer === null) return;
    for (const [id, call] of this.#waiting) {
      if (this.#passedOn.has(id)) continue;
      this.#passedOn.add(id);
      this.#options.others.postMessage(call);
    }
  }

  /** The writer that had these calls is gone. */
  #interrupt(): void {
    for (const id of this.#passedOn) {
      this.#waiting.delete(id);
      const answer: Answer = { type: "answer", tab: this.#tab, id, error: { code: "client.interrupted", facts: {} } };
      this.#options.page.postMessage(answer);
    }
    this.#passedOn.clear();
  }

  async #answer(call: Call, to: Port): Promise<void> {
    const head = { type: "answer", tab: call.tab, id: call.id } as const;
    to.postMessage({ ...head, ...(await this.#outcome(call)) } satisfies Answer);
  }

  async #outcome({ method, args }: Call): Promise<Pick<Answer, "value" | "error">> {
    const engine = this.#engine;
    try {
      if (engine === null || !Object.hasOwn(METHODS, method)) throw new RangeError("no such call");
      const call = engine[method] as (...given: readonly unknown[]) => Promise<unknown>;
      return { value: await call.apply(engine, [...args]) };
    } catch (error) {
      return { error: crossing(error) };
    }
  }
}
