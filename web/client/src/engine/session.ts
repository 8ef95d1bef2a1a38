/**
 * One device's WebSocket session: connects, reconnects and moves frames; it holds no rule (DESIGN §3).
 *
 *     connect ──> handler.resume(): the frames to send first (subscriptions from the last seq, the outbox)
 *       │          then, until the connection breaks:
 *       │            frames in  ──> handler.receive(all that have come, in order)   one call per batch
 *       │            frames out <── Session.send
 *     broken ──> handler.disconnected(), wait with jitter, connect again
 *
 * First connection, reconnection and live delivery are one path. What was queued for sending is dropped when the
 * connection breaks, because `resume` says afresh what is still owed.
 */

import { DomainError } from "../crypto/errors.ts";
import { StorageFailed, StorageFull } from "../store/errors.ts";
import { type ClientFrame, SESSION_PATH, type ServerFrame, decodeServerFrame, encodeFrame } from "../wire/frames.ts";
import { between } from "./clock.ts";
import { ServerMisbehaved, ServerUnreachable } from "./errors.ts";

const FIRST_DELAY_SECONDS = 0.2;
/** Everybody is back within ten seconds of the end of any outage, however long it was. */
const LONGEST_DELAY_SECONDS = 5;
const PING_SECONDS = 20;
const SILENCE_MS = 65_000;

/** What a session is for; one call at a time. */
export interface Handler {
  resume(): Promise<readonly ClientFrame[]>;
  receive(frames: readonly ServerFrame[]): Promise<void>;
  disconnected(): void;
}

/** Asked before each attempt after one that was not let in: a session that holds, bound to this device. */
export type Renew = () => Promise<void>;

/** Opens a socket to the address; the session travels as the browser's cookie. */
export type OpenSocket = (address: string) => WebSocket;

export type SessionState = "connecting" | "online" | "waiting" | "refused";

/** The session's address on a server known by its HTTP address. */
export function socketAddress(serverUrl: string): string {
  return serverUrl.replace(/^http/, "ws").replace(/\/+$/, "") + SESSION_PATH;
}

/** How long to wait before the attempt of that number (from 0): doubles, with full jitter, at most 5 s. */
export function backoffSeconds(attempt: number, uniform: (low: number, high: number) => number = between): number {
  const ceiling = Math.min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(attempt, 16));
  return uniform(FIRST_DELAY_SECONDS / 2, ceiling);
}

/** Keeps one connection alive from `start` until `stop`. */
export class Session {
  readonly #address: string;
  readonly #renew: Renew;
  readonly #handler: Handler;
  readonly #open: OpenSocket;
  readonly #onState: (state: SessionState, failure: DomainError | null) => void;
  #socket: WebSocket | null = null;
  #online = false;
  #stopped = true;
  #attempt = 0;
  #hurry: (() => void) | null = null;
  #giveUp: (() => void) | null = null;

  constructor(
    serverUrl: string,
    renew: Renew,
    handler: Handler,
    open: OpenSocket,
    onState: (state: SessionState, failure: DomainError | null) => void,
  ) {
    this.#address = socketAddress(serverUrl);
    this.#renew = renew;
    this.#handler = handler;
    this.#open = open;
    this.#onState = onState;
  }

  get isConnected(): boolean {
    return this.#online;
  }

  /** Whether it gave up, or was stopped. */
  get hasEnded(): boolean {
    return this.#stopped;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.close();
    this.#hurry?.();
  }

  /** The network is gone: a line that cannot answer any more is not waited for. */
  lineGone(): void {
    this.#giveUp?.();
  }

  /** Try now instead of waiting. */
  hurry(): void {
    this.#attempt = 0;
    this.#hurry?.();
  }

  /** Dropped without a connection: `resume` then owes it. */
  send(frame: ClientFrame): void {
    if (this.#online) this.#socket?.send(owned(encodeFrame(frame)));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#onState("connecting", null);
      const failure = await this.#connectOnce();
      if (this.#stopped) return;
      if (!mayPass(failure)) {
        this.#stopped = true;
        this.#onState("refused", failure);
        return;
      }
      this.#onState("waiting", failure);
      await this.#wait(backoffSeconds(this.#attempt++));
    }
  }

  /** Until the connection breaks, and why it did. */
  async #connectOnce(): Promise<DomainError> {
    const pump = new Pump(this.#handler);
    try {
      // A browser does not say why a socket was not let in, so a session that may have ended is renewed beforehand.
      if (this.#attempt > 0) await this.#renew();
      await this.#serve(pump);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    } finally {
      if (this.#online) {
        this.#online = false;
        if (pump.failure === null) this.#attempt = 0;
        this.#handler.disconnected();
      }
    }
    return pump.failure ?? new ServerUnreachable();
  }

  async #serve(pump: Pump): Promise<void> {
    const socket = this.#open(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    const over = new AbortController();
    const { signal } = over;
    const ended = new Promise<void>((done) => {
      socket.addEventListener("close", () => done(), { signal });
      // A socket without a network may take a minute to close: nothing that it still says is heard.
      this.#giveUp = () => {
        over.abort();
        socket.close();
        done();
      };
    });
    socket.addEventListener("error", () => socket.close(), { signal });
    socket.addEventListener("open", () => void this.#opened(socket, pump), { signal });
    socket.addEventListener("message", (message: MessageEvent<unknown>) => pump.take(message.data), { signal });
    pump.onFailure = () => socket.close();
    const beat = setInterval(() => this.#beat(pump), PING_SECONDS * 1000);
    await ended;
    clearInterval(beat);
    this.#socket = null;
    this.#giveUp = null;
    await pump.drained();
  }

  async #opened(socket: WebSocket, pump: Pump): Promise<void> {
    this.#online = true;
    this.#onState("online", null);
    await pump.start((frame) => {
      if (socket.readyState === socket.OPEN) socket.send(owned(encodeFrame(frame)));
    });
  }

  /** A line that says nothing any more is a broken line. */
  #beat(pump: Pump): void {
    if (Date.now() - pump.heardMs > SILENCE_MS) this.lineGone();
    else if (this.#online) this.send({ frame: "ping", token: 0 });
  }

  #wait(seconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      this.#hurry = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

/** Whether it is of use to try again: an account that is refused, or a server that breaks the protocol, would do so again. */
function mayPass(failure: DomainError): boolean {
  return failure instanceof ServerUnreachable || failure instanceof StorageFull || failure instanceof StorageFailed;
}

/** Hands what has come to the handler, batch by batch, after `resume` has been sent. */
class Pump {
  readonly #handler: Handler;
  #waiting: ServerFrame[] = [];
  #working: Promise<void> = Promise.resolve();
  #busy = true;
  failure: DomainError | null = null;
  heardMs = Date.now();
  onFailure: () => void = () => undefined;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  async start(send: (frame: ClientFrame) => void): Promise<void> {
    this.#working = this.#guard(async () => {
      for (const frame of await this.#handler.resume()) send(frame);
      await this.#work();
    });
    await this.#working;
  }

  take(data: unknown): void {
    this.heardMs = Date.now();
    try {
      if (!(data instanceof ArrayBuffer)) throw new ServerMisbehaved({ reason: "text_frame" });
      this.#waiting.push(decodeServerFrame(new Uint8Array(data)));
    } catch (error) {
      this.#fail(error instanceof ServerMisbehaved ? error : new ServerMisbehaved({ reason: "malformed_frame" }));
      return;
    }
    if (!this.#busy) this.#working = this.#guard(() => this.#work());
  }

  drained(): Promise<void> {
    return this.#working;
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && this.failure === null) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#handler.receive(batch);
    }
  }

  #fail(error: DomainError): void {
    this.failure ??= error;
    this.onFailure();
  }
}

/** Bytes over an ArrayBuffer of their own, as sockets want them. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
