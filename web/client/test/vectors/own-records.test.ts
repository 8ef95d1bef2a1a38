import { expect, test } from "vitest";

import { ArchiveSeal, checkSeals, openSeal, sealsFor } from "../../src/crypto/archive.ts";
import { Closing, CommitBody, GroupStart, Rejection, SealBody } from "../../src/crypto/events.ts";
import * as heads from "../../src/crypto/head.ts";
import { Head } from "../../src/crypto/head.ts";
import { Secret, ed25519Public } from "../../src/crypto/primitives.ts";
import * as records from "../../src/crypto/records.ts";
import { sealedLength } from "../../src/crypto/record_format.ts";
import { SignedRecord } from "../../src/crypto/records.ts";
import { hex, text } from "./mls.ts";
import { exporterOf, given, ownVectors } from "./own.ts";

interface HeadEvent {
  readonly n: number;
  readonly kind: number;
  readonly sender: string;
  readonly client_ref: string;
  readonly server_time_ms: number;
  readonly body: string;
  readonly event_hash: string;
  readonly head: string;
  readonly encoded: string;
}

test("head", () => {
  const vectors = ownVectors<{ cug_id: string; start: string; events: readonly HeadEvent[] }>("head");
  let head = heads.start(hex(vectors.cug_id));
  expect(text(head.hash)).toBe(vectors.start);
  for (const event of vectors.events) {
    const hashed = heads.eventHash(event.kind, event.sender, hex(event.client_ref), hex(event.body));
    expect(text(hashed)).toBe(event.event_hash);
    head = heads.advance(head, event.n, event.server_time_ms, hashed);
    expect(text(head.hash)).toBe(event.head);
    expect(text(head.encode())).toBe(event.encoded);
  }
  expect(() => heads.advance(head, head.n, 0, head.hash)).toThrow(heads.HeadGap);
});

type EventFields =
  | "signature_seed"
  | "cug_id"
  | "group_id"
  | "seal"
  | "group_start"
  | "commit_body"
  | "rejection"
  | "seal_body"
  | "closing";

test("events", () => {
  const vector = ownVectors<Readonly<Record<EventFields, string>>>("events");
  const seed = hex(vector.signature_seed);
  const signed = [
    [Rejection.decode(hex(vector.rejection)), vector.rejection],
    [SealBody.decode(hex(vector.seal_body)), vector.seal_body],
    [Closing.decode(hex(vector.closing)), vector.closing],
  ] as const;
  for (const [body, encoded] of signed) {
    body.verify(ed25519Public(seed));
    expect(text(body.signed(seed).encode())).toBe(encoded);
    expect(() => body.verify(new Uint8Array(32))).toThrow("events.invalid");
  }
  const seal = ArchiveSeal.decode(hex(vector.seal));
  const { groupInfo, groupId } = GroupStart.decode(hex(vector.group_start));
  expect(text(new GroupStart(groupId, groupInfo, [seal]).encode())).toBe(vector.group_start);
  const { epoch, mlsMessage } = CommitBody.decode(hex(vector.commit_body));
  expect(text(new CommitBody(groupId, epoch, mlsMessage, [seal, seal]).encode())).toBe(vector.commit_body);
});

interface ArchiveVector {
  readonly exporter_secret: string;
  readonly group_id: string;
  readonly epoch: number;
  readonly content_key: string;
  readonly seals: readonly Readonly<Record<"private_key" | "public_key" | "archive_key_id" | "encoded", string>>[];
}

test("archive", () => {
  const vector = ownVectors<ArchiveVector>("archive");
  const exporter = exporterOf(vector.exporter_secret);
  const sealedEpoch = { groupId: hex(vector.group_id), epoch: vector.epoch };
  const key = records.contentKey(exporter, sealedEpoch.groupId);
  expect(text(key)).toBe(vector.content_key);
  const holders = vector.seals.map((seal) => {
    return { publicKey: hex(seal.public_key), privateKey: new Secret<"archive">(hex(seal.private_key)) };
  });
  const seals = sealsFor(exporter, sealedEpoch, key, holders.map(({ publicKey }) => publicKey));
  expect(seals.map((seal) => text(seal.encode()))).toEqual(vector.seals.map(({ encoded }) => encoded));
  seals.forEach((seal, place) => expect(text(openSeal(seal, holders[place]!, sealedEpoch))).toBe(vector.content_key));
  expect(() => openSeal(seals[0]!, holders[1]!, sealedEpoch)).toThrow("archive.seal_invalid");
  expect(checkSeals(seals, seals.slice(1)).map(text)).toEqual([vector.seals[0]!.archive_key_id]);
});

interface RecordVector {
  readonly name: string;
  readonly client_ref: string;
  readonly public_key: string;
  readonly random: readonly string[];
  readonly public: string | null;
  readonly personal: string | null;
  readonly header: string;
  readonly signature: string;
  readonly body: string;
  readonly signed_record: string;
}

type RecordFields =
  | "exporter_secret"
  | "content_key"
  | "key_id"
  | "cug_id"
  | "group_id"
  | "context_hash"
  | "signature_seed"
  | "signature_key"
  | "seen";

interface RecordVectors extends Readonly<Record<RecordFields, string>> {
  readonly epoch: number;
  readonly leaf_index: number;
  readonly sent_at_ms: number;
  readonly padding: readonly (readonly [number, number])[];
  readonly records: readonly RecordVector[];
}

const orNull = (value: string | null): Uint8Array | null => (value === null ? null : hex(value));

test("records", () => {
  const vectors = ownVectors<RecordVectors>("records");
  const groupId = hex(vectors.group_id);
  const contentKey = records.contentKey(exporterOf(vectors.exporter_secret), groupId);
  expect([text(contentKey), text(records.keyId(contentKey))]).toEqual([vectors.content_key, vectors.key_id]);
  for (const [length, padded] of vectors.padding) expect(records.paddedLength(length)).toBe(padded);
  const contextHash = hex(vectors.context_hash);
  const signatureKey = hex(vectors.signature_key);
  for (const vector of vectors.records) {
    const publicKey = new Secret<"content">(hex(vector.public_key));
    const record = {
      cugId: hex(vectors.cug_id),
      groupId,
      epoch: vectors.epoch,
      contextHash,
      leafIndex: vectors.leaf_index,
      clientRef: hex(vector.client_ref),
      public: orNull(vector.public),
      personal: orNull(vector.personal),
      sentAtMs: vectors.sent_at_ms,
      seen: Head.decode(hex(vectors.seen)),
    };
    const keys = { contentKey, publicKey, signatureSeed: new Secret(hex(vectors.signature_seed)) };
    const body = records.sealRecord(record, keys, given(...vector.random.map(hex)));
    expect(text(body), vector.name).toBe(vector.body);
    const lengths = [record.public, record.personal].flatMap((part) => (part === null ? [] : [part.length]));
    expect(sealedLength(lengths)).toBe(body.length);
    expect(text(records.readHeader(body).encode())).toBe(vector.header);
    const opening = { keys: records.keyRing(contentKey, publicKey), contextHash, signatureKey };
    const opened = records.openRecord(body, opening);
    expect([opened.public, opened.personal].map((part) => (part === null ? null : text(part)))).toEqual([
      vector.public,
      vector.personal,
    ]);
    expect(text(opened.signature)).toBe(vector.signature);
    expect(text(opened.signed.encode())).toBe(vector.signed_record);
    SignedRecord.decode(hex(vector.signed_record)).verify(signatureKey);
    expect(() => records.openRecord(body, { ...opening, contextHash: signatureKey })).toThrow("records.refused");
    expect(() => records.openRecord(body, { ...opening, keys: new Map() })).toThrow(records.KeyMissing);
  }
});
