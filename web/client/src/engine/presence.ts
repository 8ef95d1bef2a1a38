/**
 * Who of a CUG is on line and who types, as far as the server says it: for screens only, never stored, never believed
 * (twin of `cencomm.client.presence`).
 *
 *     attend ──> watch, again after each connection       typing ──> typing, TYPING_EVERY_MS apart
 *     present, writes ──> tell: who is on line (null: not known), who typed within TYPING_LASTS_MS
 */

import { fromHex, toHex } from "../crypto/bytes.ts";
import { type ClientFrame, type Present, TYPING_EVERY_MS, TYPING_LASTS_MS, type Writes } from "../wire/frames.ts";
import type { PresenceView } from "./api.ts";

/** CUGs, those looked at last: a server need not say more than somebody can see. */
export const MOST_ATTENDED = 8;
const MOST_TYPISTS = 20;

interface Known {
  present: readonly string[] | null;
  /** Officer, and when he was last heard of; whoever began first comes first. */
  readonly writing: Map<string, number>;
  saidMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** One session's. */
export class Presence {
  readonly #attended = new Map<string, Known>();
  readonly #send: (frame: ClientFrame) => void;
  readonly #tell: (cugId: string, view: PresenceView) => void;

  /** `send` drops what cannot be sent now; `tell` is called when a view is another one. */
  constructor(send: (frame: ClientFrame) => void, tell: (cugId: string, view: PresenceView) => void) {
    this.#send = send;
    this.#tell = tell;
  }

  /** From now on ask about that CUG, and about the last few others that were attended. */
  attend(cugId: string): PresenceView {
    const known = this.#attended.get(cugId);
    this.#attended.delete(cugId);
    this.#attended.set(cugId, known ?? { present: null, writing: new Map(), saidMs: -TYPING_EVERY_MS, timer: undefined });
    if (known === undefined) this.#send({ frame: "watch", cugId: fromHex(cugId) });
    for (const oldest of [...this.#attended.keys()].slice(0, -MOST_ATTENDED)) {
      clearTimeout(this.#attended.get(oldest)?.timer);
      this.#attended.delete(oldest);
      this.#send({ frame: "unwatch", cugId: fromHex(oldest) });
    }
    return this.#view(this.#attended.get(cugId)!);
  }

  /** The officer types: say so, unless it was said just now. */
  typing(cugId: string): void {
    this.attend(cugId);
    const known = this.#attended.get(cugId)!;
    const now = performance.now();
    if (now - known.saidMs < TYPING_EVERY_MS) return;
    known.saidMs = now;
    this.#send({ frame: "typing", cugId: fromHex(cugId) });
  }

  /** What a fresh connection is asked. */
  resume(): ClientFrame[] {
    return [...this.#attended.keys()].map((cugId) => ({ frame: "watch", cugId: fromHex(cugId) }));
  }

  disconnected(): void {
    for (const [cugId, known] of this.#attended) {
      known.present = null;
      known.writing.clear();
      this.#changed(cugId, known);
    }
  }

  stop(): void {
    for (const known of this.#attended.values()) clearTimeout(known.timer);
    this.#attended.clear();
  }

  take(frame: Present | Writes): void {
    const cugId = toHex(frame.cugId);
    const known = this.#attended.get(cugId);
    if (known === undefined) return;
    if (frame.frame === "present") known.present = frame.officers;
    else if (known.writing.size < MOST_TYPISTS || known.writing.has(frame.officer)) {
      const isNew = !known.writing.has(frame.officer);
      known.writing.set(frame.officer, performance.now());
      if (!isNew) return;
    }
    this.#changed(cugId, known);
  }

  /** What these officers typed has come. */
  said(cugId: string, officerIds: readonly string[]): void {
    const known = this.#attended.get(cugId);
    if (known === undefined) return;
    const gone = officerIds.filter((officerId) => known.writing.delete(officerId));
    if (gone.length > 0) this.#changed(cugId, known);
  }

  #changed(cugId: string, known: Known): void {
    clearTimeout(known.timer);
    if (known.writing.size > 0) known.timer = setTimeout(() => this.#expire(cugId, known), this.#untilNext(known));
    this.#tell(cugId, this.#view(known));
  }

  #untilNext(known: Known): number {
    return Math.max(0, Math.min(...known.writing.values()) + TYPING_LASTS_MS - performance.now());
  }

  #expire(cugId: string, known: Known): void {
    const before = known.writing.size;
    for (const [officerId, atMs] of known.writing) {
      if (performance.now() - atMs >= TYPING_LASTS_MS) known.writing.delete(officerId);
    }
    if (known.writing.size < before) this.#changed(cugId, known);
    else known.timer = setTimeout(() => this.#expire(cugId, known), this.#untilNext(known));
  }

  #view({ present, writing }: Known): PresenceView {
    return { present, writing: [...writing.keys()] };
  }
}
