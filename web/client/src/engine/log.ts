/** The log of a CUG read once more from the server, for extraction (PROTOCOL §4.3; twin of `cencomm.client.log`). */

import { equal } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import { type Head, advance } from "../crypto/head.ts";
import { type OpenedRecord, keyRing, openRecord, readHeader } from "../crypto/records.ts";
import { type ClientFrame, EventKind, type LogEvent, type ServerFrame } from "../wire/frames.ts";
import type { CugEngine } from "./engine.ts";
import { ServerMisbehaved, ServerRefused, ServerUnreachable } from "./errors.ts";
import type { Api } from "./http.ts";
import { ITEM, type ItemRow, itemKey, numberKey, tables, unpackRow } from "./model.ts";
import { hashOf } from "./receive.ts";
import { place } from "./record.ts";
import { type Handler, type OpenSocket, Session } from "./session.ts";

/** Events that may wait here; beyond that the server is asked to pause. */
const MOST_WAITING = 1000;
const SILENCE_SECONDS = 60;

/** One event of the log as the server handed it out, and what this client made of it. */
export interface LogEntry {
  readonly event: LogEvent;
  /** Of what is not a verified record; null for events that show nothing (a corrected seal, an empty commit). */
  readonly item: ItemRow | null;
  /** The verified record, for kind RECORD with a known key. */
  readonly record: OpenedRecord | null;
}

export interface LogSource {
  readonly engine: CugEngine;
  readonly api: Api;
  readonly openSocket: OpenSocket;
}

/** A session that follows one CUG from where the reader is, and never far ahead of who takes the events. */
class Reader implements Handler {
  readonly #cugId: Uint8Array;
  readonly #waiting: LogEvent[] = [];
  #position: number;
  #failure: DomainError | null = null;
  #paused = false;
  #wake: () => void = () => undefined;
  send: (frame: ClientFrame) => void = () => undefined;

  constructor(cugId: Uint8Array, position: number) {
    this.#cugId = cugId;
    this.#position = position;
  }

  async resume(): Promise<readonly ClientFrame[]> {
    return this.#paused ? [] : [this.#subscription()];
  }

  async receive(frames: readonly ServerFrame[]): Promise<void> {
    for (const frame of frames) {
      if (frame.frame === "events") {
        this.#waiting.push(...frame.events);
        this.#position = frame.events.at(-1)?.seq ?? this.#position;
      } else if (frame.frame === "refused") this.fail(new ServerRefused(frame.code, frame.facts));
    }
    if (this.#waiting.length > MOST_WAITING && !this.#paused) {
      this.#paused = true;
      this.send({ frame: "unsubscribe", cugId: this.#cugId });
    }
    this.#wake();
  }

  disconnected(): void {
    return; // `resume` goes on from the position
  }

  fail(error: DomainError): void {
    this.#failure ??= error;
    this.#wake();
  }

  #subscription(): ClientFrame {
    return { frame: "subscribe", cugId: this.#cugId, afterSeq: this.#position };
  }

  /** The next events. Throws what ended the session; ServerUnreachable after a long silence. */
  async next(): Promise<readonly LogEvent[]> {
    if (this.#waiting.length === 0) {
      if (this.#paused) {
        this.#paused = false;
        this.send(this.#subscription());
      }
      await this.#something();
    }
    if (this.#failure !== null) throw this.#failure;
    return this.#waiting.splice(0);
  }

  async #something(): Promise<void> {
    if (this.#failure !== null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((done) => {
      this.#wake = done;
      timer = setTimeout(() => this.fail(new ServerUnreachable({ waited_seconds: SILENCE_SECONDS })), SILENCE_SECONDS * 1000);
    });
    clearTimeout(timer);
    this.#wake = () => undefined;
  }
}

/**
 * The events after `from` up to `upToSeq`.
 *
 * Throws ServerMisbehaved: the log differs from the one that was applied here; ServerRefused; ServerUnreachable.
 */
export async function* readLog({ engine, api, openSocket }: LogSource, from: Head, upToSeq: number): AsyncGenerator<LogEntry> {
  const reader = new Reader(engine.cugId, from.n);
  const renew = () => Promise.resolve(); // the client's own session does, and both travel by the same cookie
  const session = new Session(api.serverUrl, renew, reader, openSocket, (state, failure) => {
    if (state === "refused" && failure !== null) reader.fail(failure);
  });
  reader.send = (frame) => session.send(frame);
  session.start();
  try {
    let head = from;
    while (head.n < upToSeq) {
      for (const event of await reader.next()) {
        if (event.seq !== head.n + 1) continue;
        if (event.seq > upToSeq) return;
        head = advance(head, event.seq, event.serverTime, hashOf(event));
        yield await entryOf(engine, event, head);
      }
    }
  } finally {
    session.stop();
  }
}

async function entryOf(engine: CugEngine, event: LogEvent, head: Head): Promise<LogEntry> {
  const tx = await engine.reading();
  const known = await engine.memory.heads.at(tx, head.n);
  if (known === null || !equal(known, head.hash)) throw new ServerMisbehaved({ reason: "log_changed", seq: event.seq });
  const record = await opened(engine, event);
  return { event, item: record === null ? await itemOf(engine, event) : null, record };
}

/** What stands for this very event; a refusal lies under its place, beside what has the same client_ref. */
async function itemOf(engine: CugEngine, event: LogEvent): Promise<ItemRow | null> {
  const tx = await engine.reading();
  for (const name of [numberKey(event.seq), itemKey(event.sender, event.clientRef)]) {
    const data = await tx.get(tables.items(engine.cugId), name);
    const item = data === null ? null : unpackRow(ITEM, data);
    if (item?.seq === event.seq) return item;
  }
  return null;
}

async function opened(engine: CugEngine, event: LogEvent): Promise<OpenedRecord | null> {
  if (event.kind !== EventKind.RECORD) return null;
  const tx = await engine.reading();
  try {
    const header = readHeader(event.body);
    const key = await engine.memory.contentKey(tx, header.groupId, header.epoch);
    if (key === null) return null;
    const { epoch, leaf } = await place(engine.memory, tx, event, header);
    return openRecord(event.body, { keys: keyRing(key), contextHash: epoch.contextHash, signatureKey: leaf.signatureKey });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return null; // its item says why
  }
}
