/**
 * One worker of one tab. Whoever holds the lock has the engine; the others pass their page's calls on to it.
 *
 *     page A ── worker A (holds the lock: engine) ── BroadcastChannel ── worker B ── page B
 *
 * A tab that closes, or crashes, loses its lock, and the next worker in line makes an engine over the same rows. One that
 * was frozen or hangs keeps its lock and does not answer: another takes it away, and should the first wake up, its profile
 * stores nothing more (`store/profile.ts`). Calls that were under way with the one that went are answered with
 * `client.interrupted`: nobody knows what became of them.
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
  /** How often the writer is asked whether it is there; after a few times without an answer its lock is taken. */
  readonly askSeconds?: number;
}

const ASK_SECONDS = 4;
/** Counted, not timed: a computer that slept wakes all its tabs at once. */
const UNANSWERED = 4;

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
  /** Ends the present place in the line. */
  #queue = new AbortController();
  #stealing = false;
  #unanswered = 0;
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
    const asking = setInterval(() => this.#ask(), (this.#options.askSeconds ?? ASK_SECONDS) * 1000);
    try {
      while (!this.#leaving.signal.aborted) await this.#turn();
    } finally {
      clearInterval(asking);
    }
  }

  /** One place in the line, to its end: this tab left, its lock was taken, or it gave up waiting to take the lock. */
  async #turn(): Promise<void> {
    this.#queue = new AbortController();
    const options: LockOptions = this.#stealing ? { steal: true } : { signal: this.#queue.signal };
    this.#stealing = false;
    const hold = (): Promise<void> => {
      this.#write();
      return new Promise((done) => (this.#release = done));
    };
    try {
      await this.#options.locks.request(this.#options.name, options, hold);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      await this.#resign();
    }
  }

  /** Whether the writer is there: asked from time to time by those who wait. */
  #ask(): void {
    if (this.#engine !== null || this.#writer === null) return;
    if (++this.#unanswered > UNANSWERED) {
      this.#unanswered = 0;
      this.#stealing = true;
      this.#queue.abort();
    } else this.#options.others.postMessage({ type: "who" } satisfies Message);
  }

  /** Another tab has the lock now. */
  async #resign(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.lock();
  }

  /** Leave the line, or give the lock to the next in it. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await this.#resign();
    this.#release();
    this.#queue.abort();
  }

  #write(): void {
    const { page, others, makeEngine } = this.#options;
    const takesOver = this.#writer !== null;
    this.#interrupt();
    this.#writer = this.#tab;
    const tell = (event: EngineEvent): void => {
      if (this.#engine !== engine) return; // of one that had to go
      const message: Message = { type: "event", event };
      page.postMessage(message);
      others.postMessage(message);
    };
    const engine = makeEngine(tell);
    this.#engine = engine;
    // Pages still show the profile of the one that went; here it is locked.
    if (takesOver) void engine.status().then((status) => tell({ type: "status", status: status.profile === "locked" ? { ...status, tabGone: true } : status }));
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
    if (message.type === "writer" || message.type === "event" || message.type === "answer") this.#unanswered = 0;
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
