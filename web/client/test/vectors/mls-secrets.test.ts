import { expect, test } from "vitest";

import { Commit } from "../../src/crypto/mls/public/commit.ts";
import {
  AuthenticatedContent,
  type Content,
  ContentType,
  FramedContent,
  FramedContentAuthData,
  PrivateMessage,
  Sender,
  WireFormat,
  decodeMessage,
  encodeContent,
  signContent,
  verifySignature,
} from "../../src/crypto/mls/public/framing.ts";
import { GroupContext } from "../../src/crypto/mls/public/group_context.ts";
import { MLS10 } from "../../src/crypto/mls/public/key_package.ts";
import { PreSharedKeyId, PskType, decodeProposal } from "../../src/crypto/mls/public/proposals.ts";
import * as ks from "../../src/crypto/mls/secret/key_schedule.ts";
import { openPrivate, sealPrivate } from "../../src/crypto/mls/secret/private_message.ts";
import { Psks, pskSecret } from "../../src/crypto/mls/secret/psk.ts";
import { RatchetKind, SecretTree, senderDataKey } from "../../src/crypto/mls/secret/secret_tree.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { hex, ourVectors, text } from "./mls.ts";

type Fields = Readonly<Record<string, string>>;

interface KeySchedule {
  readonly cipher_suite: number;
  readonly group_id: string;
  readonly initial_init_secret: string;
  readonly epochs: readonly (Fields & { readonly exporter: unknown })[];
}

interface Exporter {
  readonly label: string;
  readonly context: string;
  readonly length: number;
  readonly secret: string;
}

const EPOCH_SECRETS = {
  initSecret: "init_secret",
  senderDataSecret: "sender_data_secret",
  exporterSecret: "exporter_secret",
  externalSecret: "external_secret",
  confirmationKey: "confirmation_key",
  membershipKey: "membership_key",
  resumptionPsk: "resumption_psk",
  epochAuthenticator: "epoch_authenticator",
} as const;

test("key-schedule", ({ skip }) => {
  for (const vector of ourVectors<KeySchedule>("key-schedule", skip)) {
    let init = new Secret<"init">(hex(vector.initial_init_secret));
    vector.epochs.forEach((epoch, number) => {
      const field = (name: string): Uint8Array => hex(epoch[name] ?? "");
      const context = GroupContext.decode(field("group_context"));
      expect([context.cipherSuite, context.epoch]).toEqual([vector.cipher_suite, number]);
      expect(text(context.treeHash)).toBe(epoch["tree_hash"]);
      expect(text(context.encode())).toBe(epoch["group_context"]);
      const joiner = ks.joinerSecret(init, new Secret<"commit">(field("commit_secret")), context.encode());
      expect(text(joiner)).toBe(epoch["joiner_secret"]);
      const psk = new Secret<"psk">(field("psk_secret"));
      expect(text(ks.welcomeSecret(joiner, psk))).toBe(epoch["welcome_secret"]);
      const { encryption, secrets } = ks.deriveEpoch(ks.epochSecret(joiner, psk, context.encode()));
      expect(text(encryption)).toBe(epoch["encryption_secret"]);
      for (const name of Object.keys(EPOCH_SECRETS) as (keyof typeof EPOCH_SECRETS)[]) {
        expect(text(secrets[name]), name).toBe(epoch[EPOCH_SECRETS[name]]);
      }
      expect(text(ks.externalKeyPair(secrets.externalSecret).publicKey)).toBe(epoch["external_pub"]);
      const wanted = epoch.exporter as Exporter;
      const exported = ks.exportSecret(secrets.exporterSecret, wanted.label, hex(wanted.context), wanted.length);
      expect(text(exported)).toBe(wanted.secret);
      init = secrets.initSecret;
    });
  }
});

interface SecretTreeVector {
  readonly cipher_suite: number;
  readonly encryption_secret: string;
  readonly sender_data: Fields;
  readonly leaves: readonly (readonly (Fields & { readonly generation: never })[])[];
}

test("secret-tree", ({ skip }) => {
  for (const vector of ourVectors<SecretTreeVector>("secret-tree", skip)) {
    const sender = vector.sender_data;
    const secret = new Secret<"sender data">(hex(sender["sender_data_secret"] ?? ""));
    const { key, nonce } = senderDataKey(vector.cipher_suite, secret, hex(sender["ciphertext"] ?? ""));
    expect([text(key), text(nonce)]).toEqual([sender["key"], sender["nonce"]]);
    const encryption = new Secret<"encryption">(hex(vector.encryption_secret));
    let tree = SecretTree.fromEncryptionSecret(vector.cipher_suite, vector.leaves.length, encryption);
    vector.leaves.forEach((generations, leaf) => {
      for (const expected of generations) {
        for (const [kind, name] of [[RatchetKind.HANDSHAKE, "handshake"], [RatchetKind.APPLICATION, "application"]] as const) {
          const taken = tree.takeKey(leaf, kind, expected.generation);
          expect(text(taken.key.key)).toBe(expected[`${name}_key`]);
          expect(text(taken.key.nonce)).toBe(expected[`${name}_nonce`]);
          tree = taken.tree;
        }
      }
    });
    expect(tree.unconsumed).toBe(0);
  }
});

interface PskVector {
  readonly cipher_suite: number;
  readonly psks: readonly Fields[];
  readonly psk_secret: string;
}

test("psk_secret", ({ skip }) => {
  for (const vector of ourVectors<PskVector>("psk_secret", skip)) {
    const psks = new Psks(new Map(vector.psks.map((each) => [each["psk_id"] ?? "", new Secret(hex(each["psk"] ?? ""))])));
    const ids = vector.psks.map((each) => {
      return new PreSharedKeyId({ pskType: PskType.EXTERNAL, pskId: hex(each["psk_id"] ?? "") }, hex(each["psk_nonce"] ?? ""));
    });
    expect(text(pskSecret(ids, psks))).toBe(vector.psk_secret);
  }
});

type Protection = Fields & { readonly cipher_suite: never; readonly epoch: never };
const SENDER = 1;

test("message-protection, private messages", ({ skip }) => {
  for (const vector of ourVectors<Protection>("message-protection", skip)) {
    const field = (name: string): Uint8Array => hex(vector[name] ?? "");
    const context = new GroupContext({
      version: MLS10,
      cipherSuite: vector.cipher_suite,
      groupId: field("group_id"),
      epoch: vector.epoch,
      treeHash: field("tree_hash"),
      confirmedTranscriptHash: field("confirmed_transcript_hash"),
      extensions: [],
    });
    const encryption = new Secret<"encryption">(field("encryption_secret"));
    const tree = SecretTree.fromEncryptionSecret(vector.cipher_suite, 2, encryption);
    const senderData = new Secret<"sender data">(field("sender_data_secret"));
    const check = (body: unknown, content: Content): void => {
      if (!(body instanceof PrivateMessage)) throw new Error("no private message");
      const { opened } = openPrivate(body, tree, senderData);
      expect(text(encodeContent(opened.content.content))).toBe(text(encodeContent(content)));
      expect(opened.content.sender.isMember(SENDER)).toBe(true);
      verifySignature(opened, field("signature_pub"), context);
    };
    const contents = [
      ["proposal", ContentType.PROPOSAL, decodeProposal(field("proposal"))],
      ["commit", ContentType.COMMIT, Commit.decode(field("commit"))],
      ["application", ContentType.APPLICATION, field("application")],
    ] as const;
    for (const [name, contentType, content] of contents) {
      check(decodeMessage(field(`${name}_priv`)), content);
      const { groupId, epoch } = context;
      const sender = Sender.member(SENDER);
      const framed = new FramedContent({ groupId, epoch, sender, authenticatedData: new Uint8Array(), contentType, content });
      const signature = signContent(field("signature_priv").slice(0, 32), WireFormat.PRIVATE_MESSAGE, framed, context);
      const tag = contentType === ContentType.COMMIT ? new Uint8Array(32) : null;
      const mine = new AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, new FramedContentAuthData(signature, tag));
      check(sealPrivate(mine, tree, senderData, { padding: 5 }).message, content);
    }
  }
});
