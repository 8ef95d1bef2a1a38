/**
 * The engine of one CUG: every transition is one profile transaction; frames go out only after it is written.
 *
 *     frames in  ──> apply (transaction) ──> frames out, effects, what screens show, waiters
 *     requests   ──> queue or prepare (transaction) ──> frames out
 */

import { equal, toHex } from "../crypto/bytes.ts";
import type { CencommGroup } from "../crypto/group_context.ts";
import type { LeafIndex } from "../crypto/mls/public/tree_math.ts";
import { Mutex } from "../store/lock.ts";
import type { Profile } from "../store/profile.ts";
import type { Transaction } from "../store/transaction.ts";
import { type ClientFrame, EventKind, type Refused, type ServerFrame, decodeClientFrame } from "../wire/frames.ts";
import { type ServerClock, jittered } from "./clock.ts";
import { type Intent, makeCommit, makeExternalCommit, makeStart } from "./committing.ts";
import type { Device } from "./device.ts";
import type { Effect } from "./effects.ts";
import { NotYetJoined, ServerUnreachable } from "./errors.ts";
import { newId } from "./ids.ts";
import { Memory, type Touched } from "./memory.ts";
import type { PendingRow } from "./model.ts";
import { requireSize } from "./outbox.ts";
import { applyEvents, tellMissing } from "./receive.ts";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS } from "./repair.ts";
import { pump, unsealed } from "./sending.ts";
import { wantsLeaf } from "./standing.ts";
import { Waiters } from "./waiters.ts";

const STALE: ReadonlySet<string> = new Set(["groups.stale_epoch", "mls.wrong_epoch"]);
/** Somebody else's commit closed the epoch. */
const LOST: ReadonlySet<string> = new Set([...STALE, "groups.epoch_taken"]);
/** Nothing is wrong with the sending: it goes out again. */
export const LATER: ReadonlySet<string> = new Set([
  "server.too_many_requests",
  "server.too_slow",
  "server.not_ready",
  "groups.not_stored",
]);
const RETRY_SECONDS = 1;
const FAULT_SECONDS = 20;
/** Who was admitted a moment ago is often greeted: so long the past waits for the first entry that can be read ahead of it. */
const GREETING_SECONDS = 0.4;

export const WON = "won";
export const LOST_TO_ANOTHER = "lost";
/** Nothing came of it, and it can be made anew at once. */
export const AGAIN = "again";

/** What an engine tells the client about; called after each transition that is written. */
export interface Observer {
  send(frame: ClientFrame): void;
  effects(engine: CugEngine, effects: readonly Effect[]): void;
  touched(engine: CugEngine, touched: Touched): void;
}

/** What a step wants sent once it is written, and what became of handshakes, by client_ref. */
interface Outcome<T> {
  readonly result: T;
  readonly out: readonly ClientFrame[];
  readonly ended: ReadonlyMap<string, string>;
}

const NOTHING_ENDED: ReadonlyMap<string, string> = new Map();

/** One CUG of the profile. */
export class CugEngine {
  readonly cugId: Uint8Array;
  readonly memory: Memory;
  readonly clock: ServerClock;
  /** Up to where the server said that we have caught up, on this connection; -1 before that. */
  caughtUpSeq = -1;
  /** The code of what stopped the last batch; empty when all is well. */
  fault = "";
  readonly #profile: Profile;
  readonly #observer: Observer;
  readonly #mutex = new Mutex();
  readonly #waiters = new Waiters();
  readonly #handshakes = new Map<string, (outcome: string) => void>();
  #sound = false;
  /** `memory` was loaded once. */
  #known = false;
  #stopped = false;
  #catchUps = 0;
  /** The handshake that was pending at the last look. */
  #nudged = "";
  /** The subscription is to what is read ahead; the past comes after that. */
  #readsAhead = false;
  /** All that was stored when the subscription to it began. */
  #aheadCame = false;
  #isReplaying = false;
  #readWaitMs = FIRST_WAIT_MS;
  #readAfterMs = 0;

  constructor(cugId: Uint8Array, device: Device, profile: Profile, observer: Observer, clock: ServerClock) {
    this.cugId = cugId;
    this.memory = new Memory(cugId, device);
    this.clock = clock;
    this.#profile = profile;
    this.#observer = observer;
  }

  // -------------------------------------------------------------- transactions

  /** A transaction with `memory` in step with the rows; saved at the end, loaded again after a failure. */
  changing<T>(work: (tx: Transaction) => Promise<T> | T, durable = false): Promise<T> {
    return this.#step(async (tx) => ({ result: await work(tx), out: [], ended: NOTHING_ENDED }), durable);
  }

  /** A transaction for reads, when `memory` is in step with the rows. */
  reading(): Promise<Transaction> {
    if (this.#sound) return Promise.resolve(this.#profile.read());
    return this.#mutex.run(async () => {
      const tx = this.#profile.read();
      if (!this.#sound) await this.memory.load(tx); // nothing is written: what was only looked at leaves no row
      this.#sound = this.#known = true;
      return tx;
    });
  }

  /** A transaction for what screens show: the rows as they were stored last, without waiting for a long step to end. */
  looking(): Promise<Transaction> {
    return this.#known ? Promise.resolve(this.#profile.read()) : this.reading();
  }

  #step<T>(work: (tx: Transaction) => Promise<Outcome<T>>, durable = false): Promise<T> {
    return this.#mutex.run(async () => {
      const done = await this.#profile.transaction(async (tx) => {
        if (!this.#sound) await this.memory.load(tx);
        this.#sound = false;
        const outcome = await work(tx);
        this.memory.save(tx);
        return outcome;
      }, durable);
      this.#sound = this.#known = true;
      this.memory.outbox.written();
      this.#after(done.out, done.ended);
      return done.result;
    });
  }

  #after(out: readonly ClientFrame[], ended: ReadonlyMap<string, string>): void {
    for (const frame of out) this.#observer.send(frame);
    for (const [name, outcome] of ended) {
      this.#handshakes.get(name)?.(outcome);
      this.#handshakes.delete(name);
    }
    const effects = this.memory.takeEffects();
    if (effects.some(({ effect }) => effect === "read_again")) this.#readAfterMs = 0;
    if (effects.some(({ effect }) => effect === "catch_up_again")) this.#later(() => this.#subscribeAgain());
    if (effects.length > 0) this.#observer.effects(this, effects);
    this.#observer.touched(this, this.memory.takeTouched());
    this.#waiters.wake();
  }

  // -------------------------------------------------------------- the session

  /** What a fresh connection owes: the subscription, a pending handshake, the outbox. */
  resume(): Promise<readonly ClientFrame[]> {
    return this.changing(async (tx) => {
      this.caughtUpSeq = -1;
      this.fault = "";
      this.memory.outbox.disconnected();
      const { ahead, row } = this.memory;
      this.#readsAhead = ahead !== null && ahead.seq > row.headN + 1;
      this.#aheadCame = false;
      this.#isReplaying = true;
      const afterSeq = ahead !== null && this.#readsAhead ? ahead.seq - 1 : this.#position;
      const frames: ClientFrame[] = [{ frame: "subscribe", cugId: this.cugId, afterSeq }];
      const pending = this.memory.pending;
      if (pending !== null && !this.opensCug(pending)) frames.push(decodeClientFrame(pending.frame));
      return [...frames, ...(await pump(this.memory, tx, this.clock.nowMs()))];
    });
  }

  /** The first group of a CUG goes out over HTTP. */
  opensCug(pending: PendingRow): boolean {
    return pending.kind === "start" && this.memory.row.headN === 0;
  }

  /** From where a subscription goes on: before a handshake that could not be followed, it may be shown otherwise now. */
  get #position(): number {
    const { refusedSeq, closedSeq, headN } = this.memory.row;
    return refusedSeq > 0 && closedSeq === 0 ? refusedSeq - 1 : headN;
  }

  /** What came could not be taken, by a fault of ours or of the rows: told, and tried again from the rows. */
  failed(code: string): void {
    if (this.fault === "") this.#later(() => void this.#recover(), FAULT_SECONDS);
    this.fault = code;
  }

  async #recover(): Promise<void> {
    for (const frame of await this.resume()) this.#observer.send(frame);
  }

  /** Events of this connection are still coming: the server has not said yet that these are all. */
  get isReplaying(): boolean {
    return this.#isReplaying;
  }

  disconnected(): void {
    this.caughtUpSeq = -1;
    this.#isReplaying = false;
    this.memory.outbox.disconnected();
    this.#waiters.wake();
  }

  /** Everything that came for this CUG, in order, in one transaction. */
  async receive(frames: readonly ServerFrame[]): Promise<void> {
    await this.#step(async (tx) => {
      const ended = new Map<string, string>();
      const before = this.memory.pending;
      for (const frame of frames) await this.#take(tx, frame, ended);
      this.#settle(before, frames, ended);
      return { result: undefined, out: [...this.#beginReplay(frames), ...(await pump(this.memory, tx, this.clock.nowMs()))], ended };
    });
  }

  async #take(tx: Transaction, frame: ServerFrame, ended: Map<string, string>): Promise<void> {
    const memory = this.memory;
    switch (frame.frame) {
      case "events":
        return await applyEvents(memory, tx, frame.events);
      case "stored":
        memory.outbox.acknowledged(tx, frame.clientRef, frame.seq);
        if (frame.seq <= memory.row.headN) tellMissing(memory, tx);
        return;
      case "caught_up":
        if (this.#readsAhead) return;
        this.#isReplaying = false;
        this.caughtUpSeq = frame.seq;
        this.#catchUps++;
        if (frame.seq < memory.row.headN) memory.alarm(tx, "rolled_back", { known: memory.row.headN, said: frame.seq });
        if (wantsLeaf(memory)) memory.effects.push({ effect: "join" }); // a new device need not wait for the upkeep
        return;
      case "refused":
        if (frame.clientRef !== null) this.#refused(tx, frame, frame.clientRef, ended);
        return;
      default:
        return;
    }
  }

  /** What can be read ahead has come: now the past, from where the replay stands. */
  #beginReplay(frames: readonly ServerFrame[]): ClientFrame[] {
    const { ahead, row } = this.memory;
    if (!this.#readsAhead) return [];
    if (frames.some(({ frame }) => frame === "caught_up")) {
      this.#aheadCame = true;
      this.#later(() => this.#pastNow().forEach((frame) => this.#observer.send(frame)), GREETING_SECONDS);
    }
    const hasRead = ahead === null || ahead.itemsAfter(row.headN).length > 0;
    return ahead?.isFull === true || (this.#aheadCame && hasRead) ? this.#pastNow() : [];
  }

  #pastNow(): ClientFrame[] {
    if (!this.#readsAhead) return [];
    this.#readsAhead = false;
    return [{ frame: "subscribe", cugId: this.cugId, afterSeq: this.#position }];
  }

  #refused(tx: Transaction, frame: Refused, clientRef: Uint8Array, ended: Map<string, string>): void {
    const { pending, outbox } = this.memory;
    if (pending !== null && equal(pending.clientRef, clientRef)) {
      if (LATER.has(frame.code)) {
        this.#later(() => this.#observer.send(decodeClientFrame(pending.frame)));
      } else {
        this.memory.putPending(tx, null);
        ended.set(toHex(clientRef), this.#whyRefused(frame));
      }
    } else if (STALE.has(frame.code)) {
      const row = outbox.stale(clientRef);
      if (row !== undefined) outbox.put(tx, unsealed(row));
    } else if (LATER.has(frame.code)) {
      if (outbox.rest(clientRef)) this.#later(() => void this.#pushRested());
    } else if (frame.code !== "groups.client_ref_reused") {
      outbox.refused(tx, clientRef, frame.code); // a reused one is in the log already: it comes back
    }
  }

  #whyRefused({ code, facts }: Refused): string {
    if (code === "groups.clock_apart" && typeof facts.apart_seconds === "number") {
      this.clock.correct(facts.apart_seconds);
      return AGAIN;
    }
    return LOST.has(code) ? LOST_TO_ANOTHER : code;
  }

  /** What became of the handshake that was under way when this batch came. */
  #settle(before: PendingRow | null, frames: readonly ServerFrame[], ended: Map<string, string>): void {
    if (before === null) return;
    const after = this.memory.pending;
    const name = toHex(before.clientRef);
    if ((after !== null && equal(after.clientRef, before.clientRef)) || ended.has(name)) return;
    const cameBack = frames.some(
      (frame) =>
        frame.frame === "events" &&
        frame.events.some((event) => event.sender === this.memory.device.deviceId && equal(event.clientRef, before.clientRef)),
    );
    ended.set(name, cameBack ? WON : LOST_TO_ANOTHER);
  }

  /** The log once more from the handshake that could not be followed, where one was: at once, then ever more seldom. */
  readAgain(): void {
    const { refusedSeq, closedSeq } = this.memory.row;
    const nowMs = this.clock.nowMs();
    if (refusedSeq === 0 || closedSeq > 0 || this.caughtUpSeq < 0 || nowMs < this.#readAfterMs) return;
    this.#readWaitMs = this.#readAfterMs === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, 2 * this.#readWaitMs);
    this.#readAfterMs = nowMs + this.#readWaitMs;
    this.#observer.send({ frame: "subscribe", cugId: this.cugId, afterSeq: refusedSeq - 1 });
  }

  #subscribeAgain(): void {
    this.#observer.send({ frame: "subscribe", cugId: this.cugId, afterSeq: this.memory.row.headN });
  }

  #later(action: () => void, seconds = RETRY_SECONDS): void {
    setTimeout(() => {
      if (!this.#stopped) action();
    }, jittered(seconds) * 1000);
  }

  // -------------------------------------------------------------- requests

  /** A record into the outbox, sealed and on its way at once where that is possible; gives its client_ref. Throws RecordTooLarge. */
  async queue(parts: { readonly public?: Uint8Array; readonly personal?: Uint8Array }): Promise<Uint8Array> {
    requireSize(parts);
    return await this.#queue(EventKind.RECORD, parts);
  }

  /** A rejection or seal into the outbox. */
  queueEvent(kind: EventKind, body: Uint8Array): Promise<Uint8Array> {
    return this.#queue(kind, { body });
  }

  #queue(kind: EventKind, fields: object): Promise<Uint8Array> {
    const clientRef = newId();
    return this.#step(async (tx) => {
      this.memory.outbox.add(tx, kind, { clientRef, ...fields });
      return { result: clientRef, out: await pump(this.memory, tx, this.clock.nowMs()), ended: NOTHING_ENDED };
    });
  }

  /** Send a handshake again that nobody answered for a while: the same bytes are harmless. */
  nudge(): void {
    const pending = this.memory.pending;
    const name = pending === null || this.opensCug(pending) ? "" : toHex(pending.clientRef);
    if (pending !== null && name !== "" && name === this.#nudged) this.#observer.send(decodeClientFrame(pending.frame));
    this.#nudged = name;
  }

  async #pushRested(): Promise<void> {
    this.memory.outbox.rested();
    await this.push();
  }

  /** Send what has become due. */
  async push(): Promise<void> {
    await this.#step(async (tx) => ({
      result: undefined,
      out: await pump(this.memory, tx, this.clock.nowMs()),
      ended: NOTHING_ENDED,
    }));
  }

  /**
   * Commit what `build` wants in the present epoch, while nothing is pending: `won`, `lost` to another's, the server's
   * code, or null where there is nothing to do.
   */
  commit(build: (memory: Memory, tx: Transaction) => Promise<Intent | null> | Intent | null): Promise<string | null> {
    return this.#handshake(async (tx) => {
      const secret = this.memory.secret;
      if (secret === null) throw new NotYetJoined({ cug: toHex(this.cugId) });
      const intent = await build(this.memory, tx);
      return intent === null ? null : makeCommit(this.memory, tx, secret, intent, this.clock.nowMs());
    });
  }

  /** As `commit`, joining from outside in the epoch of that GroupInfo; null where it is not the present one any more. */
  commitExternal(groupInfo: Uint8Array, epoch: number, remove: () => LeafIndex | null): Promise<string | null> {
    return this.#handshake((tx) => {
      if (this.memory.secret !== null || this.memory.group?.epoch !== epoch) return null;
      return makeExternalCommit(this.memory, tx, groupInfo, remove(), this.clock.nowMs());
    });
  }

  /**
   * The first group of a CUG, written down as pending together with what its first records will say; it goes out over
   * HTTP, and they once it has come back.
   */
  prepareStart(groupId: Uint8Array, group: CencommGroup, records: readonly Uint8Array[]): Promise<PendingRow> {
    return this.changing((tx) => {
      for (const personal of records) this.memory.outbox.add(tx, EventKind.RECORD, { clientRef: newId(), personal });
      return makeStart(this.memory, tx, groupId, group, this.clock.nowMs());
    }, true);
  }

  /** As `commit`, with a successor of the present group. */
  startSuccessor(build: (memory: Memory) => { groupId: Uint8Array; group: CencommGroup } | null): Promise<string | null> {
    return this.#handshake((tx) => {
      const wanted = build(this.memory);
      if (wanted === null) return null;
      return decodeClientFrame(makeStart(this.memory, tx, wanted.groupId, wanted.group, this.clock.nowMs()).frame);
    });
  }

  async #handshake(make: (tx: Transaction) => Promise<ClientFrame | null> | ClientFrame | null): Promise<string | null> {
    let ended: Promise<string> | null = null;
    await this.#step(async (tx) => {
      const frame = await make(tx);
      const pending = this.memory.pending;
      if (frame === null || pending === null) return { result: undefined, out: [], ended: NOTHING_ENDED };
      ended = new Promise((done) => this.#handshakes.set(toHex(pending.clientRef), done));
      return { result: undefined, out: [frame], ended: NOTHING_ENDED };
    }, true);
    return await (ended as Promise<string> | null);
  }

  // -------------------------------------------------------------- waiting

  /** Have everything that the server has now. Throws ServerUnreachable after `seconds`. */
  async catchUp(seconds: number): Promise<void> {
    const before = this.#catchUps;
    if (this.caughtUpSeq >= 0) this.#subscribeAgain();
    await this.waitFor(() => this.#catchUps > before, seconds);
    await this.waitFor(() => this.memory.row.headN >= this.caughtUpSeq, seconds);
  }

  /** Resolves when `condition` holds after some step. Throws ServerUnreachable after `seconds`, or when stopped. */
  waitFor(condition: () => boolean, seconds: number): Promise<void> {
    if (this.#stopped) throw new ServerUnreachable({ stopped: true });
    return this.#waiters.wait(condition, seconds);
  }

  /** Overwrite the keys in memory; only after `stop`, when nothing is under way. */
  wipe(): void {
    this.#sound = false;
    this.memory.wipe();
  }

  stop(): void {
    this.#stopped = true;
    for (const done of this.#handshakes.values()) done("client.server_unreachable");
    this.#handshakes.clear();
    this.#waiters.stop();
  }

  get stopped(): boolean {
    return this.#stopped;
  }
}
