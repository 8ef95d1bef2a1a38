/**
 * The frames of a WebSocket session: MessagePack arrays that begin with a tag (twin of `cencomm.wire.frames`).
 *
 *     client                                   server
 *       |  <------------------------ Ready       once, first
 *       |  Subscribe(cug, after_seq) ------->
 *       |  <------------------------ Events …    everything after `after_seq`, gapless, then
 *       |  <------------------------ CaughtUp    and from here on each new event as it is stored
 *       |  Send / Commit / StartGroup ------>
 *       |  <------------------------ Stored      durable: its `seq`; the event itself also comes in Events
 *       |  <------------------------ Refused     nothing was stored
 *       |  <------------------------ Notice      something to look at; carries no content
 *       |  Watch(cug) ---------------------->
 *       |  <------------------------ Present     who of the CUG is on line, again when that changes
 *       |  Typing(cug) --------------------->
 *       |  <------------------------ Writes      somebody else types
 *
 * The last four are in passing (docs/adr/0019): kept nowhere, and said to nobody who has not asked.
 */

import type { Fact } from "../crypto/errors.ts";
import { Malformed, pack, unpack } from "./encoding.ts";
import { array, bytes, count, fields, hash32, id16, listOf, name, orNull, textOf } from "./shape.ts";

export const SUBPROTOCOL = "cencomm.v1";
export const SESSION_PATH = "/v1/session";

/** What the server takes as one record; clients refuse a longer one before they queue it. */
export const RECORD_BYTES = 256 * 1024;

/** A client says at most so often that its officer types in a CUG. */
export const TYPING_EVERY_MS = 3_000;
/** Of whom nothing is heard for so long, he types no more. */
export const TYPING_LASTS_MS = 6_000;

/** What an event of a CUG's log is; the body is encoded by `crypto/events.ts`. */
export enum EventKind {
  GROUP = 1,
  COMMIT = 2,
  RECORD = 3,
  REJECTION = 4,
  SEAL = 5,
  CLOSED = 6,
}

/** A Welcome (RFC 9420 §12.4.3.1) and the device it is for. */
export interface WelcomeFor {
  readonly deviceId: string;
  readonly keyPackageRef: Uint8Array;
  readonly welcome: Uint8Array;
}

/** One entry of a CUG's log. */
export interface LogEvent {
  readonly seq: number;
  /** Milliseconds since 1970, UTC; never decreases within a CUG. */
  readonly serverTime: number;
  readonly kind: EventKind;
  /** Device id. */
  readonly sender: string;
  readonly clientRef: Uint8Array;
  readonly body: Uint8Array;
  /** Only where closing the CUG has cut seals out of `body`: H(event) as it was. */
  readonly eventHash: Uint8Array | null;
}

export interface Limits {
  readonly recordBytes: number;
  readonly handshakeBytes: number;
  readonly keyPackages: number;
  readonly subscriptions: number;
}

export type ClientFrame =
  | { readonly frame: "subscribe"; readonly cugId: Uint8Array; readonly afterSeq: number }
  | { readonly frame: "unsubscribe"; readonly cugId: Uint8Array }
  | {
      readonly frame: "send";
      readonly cugId: Uint8Array;
      readonly clientRef: Uint8Array;
      readonly kind: EventKind;
      readonly body: Uint8Array;
    }
  | {
      readonly frame: "commit";
      readonly cugId: Uint8Array;
      readonly clientRef: Uint8Array;
      readonly body: Uint8Array;
      readonly groupInfo: Uint8Array;
      readonly welcomes: readonly WelcomeFor[];
    }
  | { readonly frame: "start_group"; readonly cugId: Uint8Array; readonly clientRef: Uint8Array; readonly body: Uint8Array }
  | { readonly frame: "ping"; readonly token: number }
  | { readonly frame: "watch"; readonly cugId: Uint8Array }
  | { readonly frame: "unwatch"; readonly cugId: Uint8Array }
  | { readonly frame: "typing"; readonly cugId: Uint8Array };

export enum NoticeKind {
  ADMITTED = 1,
  REMOVED = 2,
  CLOSED = 3,
  KEY_PACKAGES_LOW = 4,
  REVOCATIONS = 5,
}

export interface Events {
  readonly frame: "events";
  readonly cugId: Uint8Array;
  readonly events: readonly LogEvent[];
}

export interface Stored {
  readonly frame: "stored";
  readonly cugId: Uint8Array;
  readonly clientRef: Uint8Array;
  readonly seq: number;
  readonly serverTime: number;
}

export interface Refused {
  readonly frame: "refused";
  /** Null, like `clientRef`, where the refusal is not of a sending. */
  readonly cugId: Uint8Array | null;
  readonly clientRef: Uint8Array | null;
  readonly code: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

export interface Notice {
  readonly frame: "notice";
  readonly kind: NoticeKind;
  readonly cugId: Uint8Array | null;
  readonly count: number | null;
}

/** The members who are on line and do not hide it: all of them, each time. */
export interface Present {
  readonly frame: "present";
  readonly cugId: Uint8Array;
  readonly officers: readonly string[];
}

/** A member types; TYPING_LASTS_MS after the last of these he does not. */
export interface Writes {
  readonly frame: "writes";
  readonly cugId: Uint8Array;
  readonly officer: string;
}

export type ServerFrame =
  | { readonly frame: "ready"; readonly serverTime: number; readonly deviceId: string; readonly limits: Limits }
  | Events
  | { readonly frame: "caught_up"; readonly cugId: Uint8Array; readonly seq: number }
  | Stored
  | Refused
  | Notice
  | { readonly frame: "pong"; readonly token: number }
  | Present
  | Writes;

// ---------------------------------------------------------------- encoding

/** `frame` as the bytes of one binary message. */
export function encodeFrame(frame: ClientFrame): Uint8Array {
  switch (frame.frame) {
    case "subscribe":
      return pack([1, frame.cugId, frame.afterSeq]);
    case "unsubscribe":
      return pack([2, frame.cugId]);
    case "send":
      return pack([3, frame.cugId, frame.clientRef, frame.kind, frame.body]);
    case "commit": {
      const welcomes = frame.welcomes.map((one) => [one.deviceId, one.keyPackageRef, one.welcome]);
      return pack([4, frame.cugId, frame.clientRef, frame.body, frame.groupInfo, welcomes]);
    }
    case "start_group":
      return pack([5, frame.cugId, frame.clientRef, frame.body]);
    case "ping":
      return pack([6, frame.token]);
    case "watch":
      return pack([7, frame.cugId]);
    case "unwatch":
      return pack([8, frame.cugId]);
    case "typing":
      return pack([9, frame.cugId]);
  }
}

/** One event as it is kept: the same bytes that it has inside an Events frame. */
export function encodeEvent(event: LogEvent): Uint8Array {
  return pack(eventFields(event));
}

/** The fields of an event in the order in which they travel. */
export function eventFields(event: LogEvent): readonly unknown[] {
  return [event.seq, event.serverTime, event.kind, event.sender, event.clientRef, event.body, event.eventHash];
}

// ---------------------------------------------------------------- decoding

export function decodeEvent(data: Uint8Array): LogEvent {
  return readEvent(unpack(data));
}

function readEvent(value: unknown): LogEvent {
  const [seq, serverTime, kind, sender, clientRef, body, eventHash] = array(value, 6, 7);
  return {
    seq: count(seq),
    serverTime: count(serverTime),
    kind: readKind(kind),
    sender: name(sender),
    clientRef: id16(clientRef),
    body: bytes(body),
    eventHash: orNull(bytes)(eventHash),
  };
}

function readKind(value: unknown): EventKind {
  const kind = count(value);
  if (EventKind[kind] === undefined) throw new Malformed();
  return kind;
}

function readWelcome(value: unknown): WelcomeFor {
  const [deviceId, keyPackageRef, welcome] = array(value, 3, 3);
  return { deviceId: name(deviceId), keyPackageRef: hash32(keyPackageRef), welcome: bytes(welcome) };
}

function readLimits(value: unknown): Limits {
  const [recordBytes, handshakeBytes, keyPackages, subscriptions] = array(value, 4);
  return {
    recordBytes: count(recordBytes),
    handshakeBytes: count(handshakeBytes),
    keyPackages: count(keyPackages),
    subscriptions: count(subscriptions),
  };
}

function readFacts(value: unknown): Record<string, Fact> {
  const facts: Record<string, Fact> = {};
  for (const [key, fact] of Object.entries(fields(value))) {
    if (fact !== null && !["string", "number", "boolean"].includes(typeof fact)) throw new Malformed();
    facts[key] = fact as Fact;
  }
  return facts;
}

/** The frame the server sent. Throws Malformed. */
export function decodeServerFrame(data: Uint8Array): ServerFrame {
  const [tag, ...rest] = array(unpack(data), 1);
  switch (tag) {
    case 65: {
      const [serverTime, deviceId, limits] = array(rest, 3);
      return { frame: "ready", serverTime: count(serverTime), deviceId: name(deviceId), limits: readLimits(limits) };
    }
    case 66: {
      const [cugId, events] = array(rest, 2);
      return { frame: "events", cugId: id16(cugId), events: listOf(readEvent)(events) };
    }
    case 67: {
      const [cugId, seq] = array(rest, 2);
      return { frame: "caught_up", cugId: id16(cugId), seq: count(seq) };
    }
    case 68: {
      const [cugId, clientRef, seq, serverTime] = array(rest, 4);
      return { frame: "stored", cugId: id16(cugId), clientRef: id16(clientRef), seq: count(seq), serverTime: count(serverTime) };
    }
    case 69: {
      const [cugId, clientRef, code, facts] = array(rest, 3);
      return {
        frame: "refused",
        cugId: orNull(id16)(cugId),
        clientRef: orNull(id16)(clientRef),
        code: textOf(200)(code),
        facts: facts === undefined ? {} : readFacts(facts),
      };
    }
    case 70: {
      const [kind, cugId, number] = array(rest, 1);
      const read = count(kind);
      if (NoticeKind[read] === undefined) throw new Malformed();
      return { frame: "notice", kind: read, cugId: orNull(id16)(cugId), count: orNull(count)(number) };
    }
    case 71:
      return { frame: "pong", token: rest.length === 0 ? 0 : count(rest[0]) };
    case 72: {
      const [cugId, officers] = array(rest, 2);
      return { frame: "present", cugId: id16(cugId), officers: listOf(name)(officers) };
    }
    case 73: {
      const [cugId, officer] = array(rest, 2);
      return { frame: "writes", cugId: id16(cugId), officer: name(officer) };
    }
    default:
      throw new Malformed();
  }
}

/** A frame of ours as it was kept. Throws Malformed. */
export function decodeClientFrame(data: Uint8Array): ClientFrame {
  const [tag, ...rest] = array(unpack(data), 1);
  switch (tag) {
    case 4: {
      const [cugId, clientRef, body, groupInfo, welcomes] = array(rest, 5, 5);
      return {
        frame: "commit",
        cugId: id16(cugId),
        clientRef: id16(clientRef),
        body: bytes(body),
        groupInfo: bytes(groupInfo),
        welcomes: listOf(readWelcome)(welcomes),
      };
    }
    case 5: {
      const [cugId, clientRef, body] = array(rest, 3, 3);
      return { frame: "start_group", cugId: id16(cugId), clientRef: id16(clientRef), body: bytes(body) };
    }
    default:
      throw new Malformed();
  }
}
