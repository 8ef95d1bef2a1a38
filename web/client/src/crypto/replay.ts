/**
 * The public replay of a CUG: its log from the first event, judged with nothing but the pinned root (PROTOCOL §2.5).
 *
 *     GROUP      started      the first group, or the successor of the group so far
 *     COMMIT     committed    staged by MLS, judged by the policy, made by the event's sender
 *     RECORD     recorded     its header names this CUG and epoch, and a leaf of the tree that is the sender's
 *     REJECTION  rejected     signed by the sender's leaf; counts towards a successor
 *     SEAL       sealed       signed by the sender's leaf
 *     CLOSED     closed       signed by an organiser's leaf; nothing follows
 *     any        refused      breaks a rule: it stays in the head chain and changes nothing else
 *
 * `step` is for whoever follows the whole log; `follow` judges one event without the head chain. Both are pure. A
 * replay is never changed: what is refused leaves the one before as it was.
 */

import { EventKind, type LogEvent } from "../wire/frames.ts";
import { concat, equal, toHex } from "./bytes.ts";
import { CertificateInvalid, type Trust, verifyTime } from "./certificates.ts";
import { DomainError, type Fact } from "./errors.ts";
import { Closing, CommitBody, GroupStart, Rejection, SealBody, readAscii } from "./events.ts";
import { CencommGroup } from "./group_context.ts";
import * as heads from "./head.ts";
import { Head } from "./head.ts";
import { ID_BYTES, officerOf } from "./ids.ts";
import { PublicGroup, publicGroupFromGroupInfo, stageCommit } from "./mls/public/group.ts";
import type { LeafNode } from "./mls/public/leaf_node.ts";
import { type Judged, type JudgedStart, chainOf, deviceOf, judgeCommit, judgeStart } from "./policy.ts";
import { HASH_BYTES } from "./primitives.ts";
import { type RecordHeader, readHeader } from "./records.ts";
import { DecodeError, type Reader, Writer, decodeAll, vector } from "./tls.ts";

const VERSION = 1;
const MAX_OFFICER_BYTES = 140;
const MAX_REJECTIONS = 4096;

/** An event that does not fit the log before it; `reason` is a stable word. */
export class ReplayRefused extends DomainError {
  constructor(reason: string, seq: number, facts: Record<string, Fact> = {}) {
    super("replay.refused", { reason, seq, ...facts });
  }
}

// ---------------------------------------------------------------- outcomes

export interface Started {
  readonly outcome: "started";
  readonly judged: JudgedStart;
  readonly group: PublicGroup;
  readonly body: GroupStart;
}

export interface Committed {
  readonly outcome: "committed";
  readonly judged: Judged;
  /** The epoch that the commit made. */
  readonly group: PublicGroup;
  readonly body: CommitBody;
}

/** All that `openRecord` needs besides the key. */
export interface Recorded {
  readonly outcome: "recorded";
  readonly header: RecordHeader;
  readonly signatureKey: Uint8Array;
  readonly contextHash: Uint8Array;
}

export interface Rejected {
  readonly outcome: "rejected";
  readonly rejection: Rejection;
}

/** `body` is null where closing the CUG has cut the seal out. */
export interface Sealed {
  readonly outcome: "sealed";
  readonly body: SealBody | null;
}

export interface Closed {
  readonly outcome: "closed";
  readonly closing: Closing;
}

/** The log has it, and no honest member counts it. */
export interface Refused {
  readonly outcome: "refused";
  readonly error: DomainError;
}

export type Outcome = Started | Committed | Recorded | Rejected | Sealed | Closed | Refused;

// ---------------------------------------------------------------- the replay

/** Who rejected which commit. */
export interface RejectionEntry {
  readonly commitHash: Uint8Array;
  readonly officerId: string;
}

export interface ReplayFields {
  readonly cugId: Uint8Array;
  readonly trust: Trust;
  readonly head: Head;
  readonly serverTimeMs: number;
  /** The newest epoch of the newest group. */
  readonly group: PublicGroup | null;
  /** The signed time of the last commit or start. */
  readonly commitTimeMs: number;
  /** Of the commit that made the newest epoch. */
  readonly rejections: readonly RejectionEntry[];
  /** Ids of the groups that were succeeded: none comes back. */
  readonly pastGroups: readonly Uint8Array[];
  readonly closed: boolean;
  /** What the last event was. */
  readonly outcome: Outcome | null;
}

/** What the events so far have made of the CUG. */
export class Replay implements ReplayFields {
  readonly cugId: Uint8Array;
  readonly trust: Trust;
  readonly head: Head;
  readonly serverTimeMs: number;
  readonly group: PublicGroup | null;
  readonly commitTimeMs: number;
  readonly rejections: readonly RejectionEntry[];
  readonly pastGroups: readonly Uint8Array[];
  readonly closed: boolean;
  readonly outcome: Outcome | null;

  constructor(fields: ReplayFields) {
    this.cugId = fields.cugId;
    this.trust = fields.trust;
    this.head = fields.head;
    this.serverTimeMs = fields.serverTimeMs;
    this.group = fields.group;
    this.commitTimeMs = fields.commitTimeMs;
    this.rejections = fields.rejections;
    this.pastGroups = fields.pastGroups;
    this.closed = fields.closed;
    this.outcome = fields.outcome;
  }

  /** The largest set of officers who rejected one and the same commit. */
  get rejectedBy(): ReadonlySet<string> {
    const byCommit = new Map<string, Set<string>>();
    for (const { commitHash, officerId } of this.rejections) {
      const name = toHex(commitHash);
      byCommit.set(name, (byCommit.get(name) ?? new Set()).add(officerId));
    }
    return [...byCommit.values()].reduce((most, officers) => (officers.size >= most.size ? officers : most), new Set());
  }

  /** The same with some fields replaced. */
  with(changes: Partial<ReplayFields>): Replay {
    return new Replay({ ...this, ...changes });
  }

  /** The checkpoint that goes into the vault; the root is not in it, whoever decodes it has pinned that. */
  encode(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.cugId).raw(this.head.encode()).u64(this.serverTimeMs);
    writer.u64(this.commitTimeMs).u8(this.closed ? 1 : 0).vectorOf(this.rejections, encodeRejection);
    writer.vector(concat(...this.pastGroups));
    return writer.optional(this.group, (group) => vector(group.encode())).bytes();
  }

  /** Throws DecodeError, or MlsError if tree and context do not fit together. */
  static decode(data: Uint8Array, trust: Trust): Replay {
    return decodeAll(data, (reader) => readReplay(reader, trust));
  }
}

function encodeRejection({ commitHash, officerId }: RejectionEntry): Uint8Array {
  return new Writer().raw(commitHash).text(officerId).bytes();
}

function readRejection(reader: Reader): RejectionEntry {
  return { commitHash: reader.raw(HASH_BYTES), officerId: readAscii(reader, MAX_OFFICER_BYTES, "replay_officer") };
}

function readReplay(reader: Reader, trust: Trust): Replay {
  if (reader.u16() !== VERSION) throw new DecodeError("replay_version");
  const cugId = reader.raw(ID_BYTES);
  const head = Head.read(reader);
  const serverTimeMs = reader.safeU64();
  const commitTimeMs = reader.safeU64();
  const closed = reader.u8();
  if (closed > 1) throw new DecodeError("boolean_invalid");
  return new Replay({
    cugId,
    trust,
    head,
    serverTimeMs,
    commitTimeMs,
    closed: closed === 1,
    rejections: reader.vectorOf(readRejection, MAX_REJECTIONS),
    pastGroups: reader.vectorOf((inner) => inner.raw(ID_BYTES)),
    group: reader.optional((inner) => PublicGroup.decode(inner.vector())),
    outcome: null,
  });
}

/** Before the first event. */
export function start(cugId: Uint8Array, trust: Trust): Replay {
  return new Replay({
    cugId,
    trust,
    head: heads.start(cugId),
    serverTimeMs: 0,
    group: null,
    commitTimeMs: 0,
    rejections: [],
    pastGroups: [],
    closed: false,
    outcome: null,
  });
}

/**
 * The replay after the next event of the log; an event that breaks a rule has the outcome `refused`.
 *
 * Throws HeadGap: the event is not the next one; ReplayRefused: the server's time runs backwards, or the event's hash
 * is not that of its content.
 */
export function step(replay: Replay, event: LogEvent): Replay {
  if (event.serverTime < replay.serverTimeMs) throw new ReplayRefused("server_time", event.seq);
  const head = heads.advance(replay.head, event.seq, event.serverTime, hashOf(event));
  return followed(replay, event).with({ head, serverTimeMs: event.serverTime });
}

function followed(replay: Replay, event: LogEvent): Replay {
  try {
    return follow(replay, event);
  } catch (error) {
    if (error instanceof DomainError) return replay.with({ outcome: { outcome: "refused", error } });
    throw error;
  }
}

/**
 * H(event): made of what is there, or taken from the event where closing the CUG has cut out its seals.
 *
 * Throws ReplayRefused: a hash is given for a kind of event that never loses anything.
 */
export function hashOf({ body, clientRef, eventHash, kind, sender, seq }: LogEvent): Uint8Array {
  if (eventHash === null) return heads.eventHash(kind, sender, clientRef, body);
  if (![EventKind.GROUP, EventKind.COMMIT, EventKind.SEAL].includes(kind)) throw new ReplayRefused("event_hash", seq);
  return eventHash;
}

/**
 * The replay after `event`, the head left as it was.
 *
 * Throws DecodeError, MlsError, PolicyRefused, EventInvalid, GroupContextInvalid, ReplayRefused: nothing of it counts.
 */
export function follow(replay: Replay, event: LogEvent): Replay {
  if (replay.closed) throw new ReplayRefused("closed", event.seq);
  switch (event.kind) {
    case EventKind.GROUP:
      return started(replay, event);
    case EventKind.COMMIT:
      return committed(replay, event);
    case EventKind.RECORD:
      return replay.with({ outcome: recorded(replay, event) });
    case EventKind.REJECTION:
      return rejected(replay, event);
    case EventKind.SEAL:
      return replay.with({ outcome: sealed(replay, event) });
    case EventKind.CLOSED:
      return closedBy(replay, event);
  }
}

// ---------------------------------------------------------------- groups and commits

function started(replay: Replay, event: LogEvent): Replay {
  const { seq } = event;
  const body = GroupStart.decode(event.body);
  checkCut(event, body);
  const group = publicGroupFromGroupInfo(body.groupInfo);
  if (!equal(group.groupId, body.groupId)) throw new ReplayRefused("other_group", seq);
  const { commitTimeMs: lastTimeMs, group: predecessor, pastGroups, rejectedBy } = replay;
  const judged = judgeStart(group, replay.trust, { predecessor, lastTimeMs, rejectedBy });
  if (!equal(judged.after.cugId, replay.cugId)) throw new ReplayRefused("other_cug", seq);
  if (pastGroups.some((past) => equal(past, body.groupId))) throw new ReplayRefused("group_came_back", seq);
  if (judged.committer !== event.sender) throw new ReplayRefused("other_sender", seq);
  return replay.with({
    group,
    commitTimeMs: judged.timeMs,
    rejections: [],
    pastGroups: predecessor === null ? pastGroups : [...pastGroups, predecessor.groupId],
    outcome: { outcome: "started", judged, group, body },
  });
}

function committed(replay: Replay, event: LogEvent): Replay {
  const { seq } = event;
  const before = groupOf(replay, event);
  const body = CommitBody.decode(event.body);
  checkCut(event, body);
  if (!equal(body.groupId, before.groupId) || body.epoch !== before.epoch) {
    throw new ReplayRefused("stale_epoch", seq, { epoch: body.epoch });
  }
  const staged = stageCommit(before, body.mlsMessage);
  const judged = judgeCommit(before, staged, replay.trust, replay.commitTimeMs);
  if (judged.committer !== event.sender) throw new ReplayRefused("other_sender", seq);
  const group = staged.next();
  const outcome: Committed = { outcome: "committed", judged, group, body };
  return replay.with({ group, commitTimeMs: judged.timeMs, rejections: [], outcome });
}

/** The server may give a hash in place of content only where it has cut the seals out. */
function checkCut({ eventHash, seq }: LogEvent, { seals }: GroupStart | CommitBody): void {
  if (eventHash !== null && seals.length > 0) throw new ReplayRefused("event_hash", seq);
}

function groupOf({ group }: Replay, { seq }: LogEvent): PublicGroup {
  if (group === null) throw new ReplayRefused("no_group", seq);
  return group;
}

// ---------------------------------------------------------------- everything else

function recorded(replay: Replay, event: LogEvent): Recorded {
  const { seq } = event;
  const group = groupOf(replay, event);
  const header = readHeader(event.body);
  if (!equal(header.cugId, replay.cugId)) throw new ReplayRefused("other_cug", seq);
  if (!equal(header.clientRef, event.clientRef)) throw new ReplayRefused("client_ref", seq);
  if (!equal(header.groupId, group.groupId) || header.epoch !== group.epoch) {
    throw new ReplayRefused("stale_epoch", seq, { epoch: header.epoch });
  }
  const leaf = group.tree.leaf(header.leafIndex);
  if (leaf === null || deviceOf(leaf) !== event.sender) throw new ReplayRefused("other_sender", seq);
  checkValidAt(leaf, event);
  return { outcome: "recorded", header, signatureKey: leaf.signatureKey, contextHash: group.contextHash() };
}

/** A leaf may outlive its certificates until somebody removes it; what it writes then does not count. */
function checkValidAt(leaf: LeafNode, { seq, serverTime }: LogEvent): void {
  try {
    for (const certificate of chainOf(leaf).certificates) verifyTime(certificate, Math.floor(serverTime / 1000));
  } catch (error) {
    if (error instanceof CertificateInvalid) throw new ReplayRefused("certificate", seq, { why: error.reason });
    throw error;
  }
}

function leafOfSender(group: PublicGroup, { sender, seq }: LogEvent): LeafNode {
  for (const [, leaf] of group.tree.leaves()) if (deviceOf(leaf) === sender) return leaf;
  throw new ReplayRefused("other_sender", seq);
}

function rejected(replay: Replay, event: LogEvent): Replay {
  const group = groupOf(replay, event);
  const rejection = Rejection.decode(event.body);
  const { commitHash, epoch, groupId } = rejection;
  const isPast = equal(groupId, group.groupId) && epoch < group.epoch;
  if (!isPast) throw new ReplayRefused("other_epoch", event.seq, { epoch });
  rejection.verify(leafOfSender(group, event).signatureKey);
  const officerId = officerOf(event.sender);
  const isKnown = replay.rejections.some((one) => one.officerId === officerId && equal(one.commitHash, commitHash));
  const counts = epoch + 1 === group.epoch && !isKnown;
  const rejections = counts ? [...replay.rejections, { commitHash, officerId }] : replay.rejections;
  return replay.with({ rejections, outcome: { outcome: "rejected", rejection } });
}

function sealed(replay: Replay, event: LogEvent): Sealed {
  const group = groupOf(replay, event);
  if (event.eventHash !== null && event.body.length === 0) return { outcome: "sealed", body: null };
  const body = SealBody.decode(event.body);
  const { epoch } = body;
  if (!equal(body.groupId, group.groupId) || epoch > group.epoch) {
    throw new ReplayRefused("other_epoch", event.seq, { epoch });
  }
  body.verify(leafOfSender(group, event).signatureKey);
  return { outcome: "sealed", body };
}

function closedBy(replay: Replay, event: LogEvent): Replay {
  const group = groupOf(replay, event);
  const closing = Closing.decode(event.body);
  if (!equal(closing.cugId, replay.cugId)) throw new ReplayRefused("other_cug", event.seq);
  closing.verify(leafOfSender(group, event).signatureKey);
  if (CencommGroup.of(group).entry(officerOf(event.sender))?.role !== "organiser") {
    throw new ReplayRefused("beyond_role", event.seq);
  }
  return replay.with({ closed: true, outcome: { outcome: "closed", closing } });
}
