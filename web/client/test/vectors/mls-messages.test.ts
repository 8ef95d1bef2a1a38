import { expect, test } from "vitest";

import { Commit } from "../../src/crypto/mls/public/commit.ts";
import {
  AuthenticatedContent,
  type Content,
  PublicMessage,
  authenticatedContentTbm,
  decodeMessage,
  encodeContent,
  encodeMessage,
  verifySignature,
} from "../../src/crypto/mls/public/framing.ts";
import { GroupContext } from "../../src/crypto/mls/public/group_context.ts";
import { MLS10 } from "../../src/crypto/mls/public/key_package.ts";
import * as proposals from "../../src/crypto/mls/public/proposals.ts";
import { confirmedTranscriptHash, interimTranscriptHash } from "../../src/crypto/mls/public/transcript.ts";
import { RatchetTree } from "../../src/crypto/mls/public/tree.ts";
import { hmacSha256 } from "../../src/crypto/primitives.ts";
import { Reader, decodeAll, varint } from "../../src/crypto/tls.ts";
import { allVectors, hex, ourVectors, text } from "./mls.ts";

test("deserialization", ({ skip }) => {
  for (const vector of allVectors<{ vlbytes_header: string; length: number }>("deserialization", skip)) {
    expect(decodeAll(hex(vector.vlbytes_header), (reader: Reader) => reader.varint())).toBe(vector.length);
    expect(text(varint(vector.length))).toBe(vector.vlbytes_header);
  }
});

const MESSAGES = [
  "mls_welcome",
  "mls_group_info",
  "mls_key_package",
  "public_message_application",
  "public_message_proposal",
  "public_message_commit",
  "private_message",
] as const;

const STRUCTURES = {
  add_proposal: proposals.Add,
  update_proposal: proposals.Update,
  remove_proposal: proposals.Remove,
  pre_shared_key_proposal: proposals.PreSharedKey,
  re_init_proposal: proposals.ReInit,
  external_init_proposal: proposals.ExternalInit,
  group_context_extensions_proposal: proposals.GroupContextExtensions,
  commit: Commit,
  ratchet_tree: RatchetTree,
} as const;

test("messages", ({ skip }) => {
  for (const vector of allVectors<Readonly<Record<string, string>>>("messages", skip)) {
    const field = (name: string): Uint8Array => hex(vector[name] ?? "");
    for (const name of MESSAGES) expect(text(encodeMessage(decodeMessage(field(name))))).toBe(vector[name]);
    for (const [name, kind] of Object.entries(STRUCTURES)) {
      const structure = decodeAll<{ encode(): Uint8Array }>(field(name), (reader) => kind.read(reader));
      expect(text(structure.encode())).toBe(vector[name]);
    }
  }
});

interface Transcript {
  readonly cipher_suite: number;
  readonly authenticated_content: string;
  readonly interim_transcript_hash_before: string;
  readonly confirmed_transcript_hash_after: string;
  readonly confirmation_key: string;
  readonly interim_transcript_hash_after: string;
}

test("transcript-hashes", ({ skip }) => {
  for (const vector of ourVectors<Transcript>("transcript-hashes", skip)) {
    const authenticated = AuthenticatedContent.decode(hex(vector.authenticated_content));
    expect(text(authenticated.encode())).toBe(vector.authenticated_content);
    const confirmed = confirmedTranscriptHash(hex(vector.interim_transcript_hash_before), authenticated);
    expect(text(confirmed)).toBe(vector.confirmed_transcript_hash_after);
    const tag = authenticated.auth.confirmationTag ?? new Uint8Array();
    expect(tag).toEqual(hmacSha256(hex(vector.confirmation_key), confirmed));
    expect(text(interimTranscriptHash(confirmed, tag))).toBe(vector.interim_transcript_hash_after);
  }
});

interface Protection {
  readonly cipher_suite: number;
  readonly group_id: string;
  readonly epoch: number;
  readonly tree_hash: string;
  readonly confirmed_transcript_hash: string;
  readonly signature_pub: string;
  readonly membership_key: string;
  readonly proposal: string;
  readonly proposal_pub: string;
  readonly commit: string;
  readonly commit_pub: string;
}

function checkPublic(vector: Protection, message: string, content: Content): void {
  const context = new GroupContext({
    version: MLS10,
    cipherSuite: vector.cipher_suite,
    groupId: hex(vector.group_id),
    epoch: vector.epoch,
    treeHash: hex(vector.tree_hash),
    confirmedTranscriptHash: hex(vector.confirmed_transcript_hash),
    extensions: [],
  });
  const body = decodeMessage(hex(message));
  if (!(body instanceof PublicMessage)) throw new Error("no public message");
  expect(encodeContent(body.content.content)).toEqual(encodeContent(content));
  verifySignature(body.authenticated, hex(vector.signature_pub), context);
  const covered = authenticatedContentTbm(body.authenticated, context);
  expect(body.membershipTag).toEqual(hmacSha256(hex(vector.membership_key), covered));
  expect(() => verifySignature(body.authenticated, new Uint8Array(32), context)).toThrow(/mls.refused/);
}

test("message-protection, public messages", ({ skip }) => {
  for (const vector of ourVectors<Protection>("message-protection", skip)) {
    checkPublic(vector, vector.proposal_pub, proposals.decodeProposal(hex(vector.proposal)));
    checkPublic(vector, vector.commit_pub, Commit.decode(hex(vector.commit)));
  }
});
