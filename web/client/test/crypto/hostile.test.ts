/** No bytes lead a decoder to anything but its own refusal, and no structure has two byte forms. */

import { expect, test } from "vitest";

import { ArchiveSeal, sealsFor } from "../../src/crypto/archive.ts";
import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { Certificate, Chain, Kind } from "../../src/crypto/certificates.ts";
import { DeviceCode, parseDeviceCode } from "../../src/crypto/device_code.ts";
import { CertificateRequest, Sheet, newRequest, newSecretR, parseSheet } from "../../src/crypto/enrolment.ts";
import { DomainError } from "../../src/crypto/errors.ts";
import { Closing, CommitBody, GroupStart, Rejection, SealBody } from "../../src/crypto/events.ts";
import { ArchiveKey, CencommGroup, Predecessor, signArchiveKey } from "../../src/crypto/group_context.ts";
import { Head, start } from "../../src/crypto/head.ts";
import { Commit } from "../../src/crypto/mls/public/commit.ts";
import { type Body, decodeMessage, encodeMessage } from "../../src/crypto/mls/public/framing.ts";
import { PublicGroup } from "../../src/crypto/mls/public/group.ts";
import { GroupContext } from "../../src/crypto/mls/public/group_context.ts";
import { LeafNode } from "../../src/crypto/mls/public/leaf_node.ts";
import {
  Add,
  ExternalInit,
  PreSharedKeyId,
  PskType,
  ReInit,
  ResumptionUsage,
  decodeProposal,
  encodeProposal,
} from "../../src/crypto/mls/public/proposals.ts";
import { RatchetTree } from "../../src/crypto/mls/public/tree.ts";
import { PendingCommit, createCommit } from "../../src/crypto/mls/secret/commit.ts";
import { GroupState } from "../../src/crypto/mls/secret/group.ts";
import { KeyPackageBundle } from "../../src/crypto/mls/secret/key_package.ts";
import { protect } from "../../src/crypto/mls/secret/messages.ts";
import { GroupSecrets } from "../../src/crypto/mls/secret/welcome.ts";
import { CommitData } from "../../src/crypto/policy.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { SignedRecord, contentKey, keyRing, openRecord, sealRecord } from "../../src/crypto/records.ts";
import { Replay, start as startReplay } from "../../src/crypto/replay.ts";
import { RevocationList, Revoked, signList } from "../../src/crypto/revocation.ts";
import { DecodeError, decodeAll } from "../../src/crypto/tls.ts";
import * as vault from "../../src/crypto/vault.ts";
import { survives } from "./hostile.ts";
import { CUG, GROUP, NOW_MS, OTIENO, SILVA, archiveOf, commitData, deployment, groupOf, seed, started, trust } from "./people.ts";

const HASH = new Uint8Array(32).fill(7);

function grown(): { before: GroupState; pending: PendingCommit } {
  const before = started(groupOf(OTIENO.entry("organiser"), SILVA.entry()));
  const proposals = [new Add(SILVA.keyPackage().keyPackage)];
  return { before, pending: createCommit(before, proposals, { authenticatedData: commitData() }) };
}

test("messages", () => {
  const { before, pending } = grown();
  const again = (data: Uint8Array): { encode(): Uint8Array } => {
    const body: Body = decodeMessage(data);
    return { encode: () => encodeMessage(body) };
  };
  const application = protect(before, utf8("words"), { padding: 3 }).message;
  for (const message of [pending.commit, pending.welcome!, application, SILVA.keyPackage().message()]) {
    survives(again, message);
  }
  survives(again, pending.groupInfo);
});

test("proposals and commits", () => {
  const resumption = { pskType: PskType.RESUMPTION, usage: ResumptionUsage.BRANCH, groupId: GROUP, epoch: 3 } as const;
  survives((data) => PreSharedKeyId.decode(data), new PreSharedKeyId(resumption, HASH).encode());
  for (const proposal of [new ExternalInit(HASH), new ReInit(GROUP, 1, 3), new Add(SILVA.keyPackage().keyPackage)]) {
    survives((data) => {
      const decoded = decodeProposal(data);
      return { encode: () => encodeProposal(decoded) };
    }, encodeProposal(proposal));
  }
  survives((data) => Commit.decode(data), new Commit([new ExternalInit(HASH)], null).encode());
});

test("leaves, trees, groups and states", () => {
  const { before, pending } = grown();
  survives((data) => LeafNode.decode(data), before.ownLeaf.encode());
  survives((data) => RatchetTree.decode(data), pending.state.public.tree.encode(), DomainError);
  survives((data) => GroupContext.decode(data), before.public.context.encode());
  survives((data) => PublicGroup.decode(data), before.public.encode(), DomainError);
  survives((data) => GroupState.decode(data), before.encode(), DomainError);
  survives((data) => KeyPackageBundle.decode(data), SILVA.keyPackage().encode(), DomainError);
  survives((data) => PendingCommit.decode(data), createCommit(before, []).encode(), DomainError);
  const secrets = new GroupSecrets(new Secret<"joiner">(HASH), new Secret<"path">(HASH), []);
  survives((data) => GroupSecrets.decode(data), secrets.encode());
});

test("certificates, revocations and requests", () => {
  survives((data) => Certificate.decode(data), OTIENO.chain.device.encode());
  survives((data) => Chain.decode(data), OTIENO.chain.encode());
  const entries = [new Revoked(SILVA.chain.device.serial, SILVA.deviceId, NOW_MS)];
  const asked = { deploymentId: deployment(), issuer: "BR", number: 3, issuedAtMs: NOW_MS, entries };
  survives((data) => RevocationList.decode(data), signList(seed("BR"), asked).encode());
  const request = newRequest(OTIENO.identitySeed, { deploymentId: deployment(), kind: Kind.OFFICER, subject: OTIENO.officerId });
  survives((data) => CertificateRequest.decode(data), request.encode());
});

test("an enrolment sheet", () => {
  const sheet = new Sheet("https://cencomm.example", deployment(), HASH, OTIENO.officerId, "أتشينغ", "code", newSecretR());
  survives((data) => Sheet.decode(data), sheet.encode());
  const text = sheet.text();
  const typed = `  ${text.toUpperCase().replaceAll(/(.{7})/g, "$1 -\n")}\t`;
  expect(parseSheet(typed).text()).toBe(text);
  for (const wrong of ["", "cencomm1:", "cencomm2:aaaa", `${text}a`, text.slice(0, -3), text.replace("a", "1")]) {
    expect(() => parseSheet(wrong), wrong).toThrow("enrolment.sheet_invalid");
  }
});

test("the code of another device", () => {
  const accountKey = new Secret<"AK">(HASH);
  const code = new DeviceCode("https://cencomm.example", deployment(), HASH, OTIENO.officerId, "أتشينغ", accountKey);
  survives((data) => DeviceCode.decode(data), code.encode());
  expect(parseDeviceCode(` ${code.text().toUpperCase()}\n`).text()).toBe(code.text());
  for (const wrong of ["", "cencommdevice1:", `${code.text()}a`, "cencomm1:aaaa"]) {
    expect(() => parseDeviceCode(wrong), wrong).toThrow("enrolment.device_code_invalid");
  }
});

test("the vault", () => {
  const kdf = new vault.Kdf(new Uint8Array(16), vault.FLOOR_OPS_LIMIT, vault.FLOOR_MEMORY_BYTES);
  const password = { kdf, stretched: new Secret<"stretched">(HASH), accountKey: new Secret<"AK">(HASH) };
  const keys = vault.newVaultKeys();
  survives((data) => vault.VaultWraps.decode(data), vault.createWraps(keys, "KE/otieno", password, newSecretR()).encode(), DomainError);
  const place = { account: "KE/otieno", itemId: GROUP, version: 1 };
  survives((data) => vault.VaultItem.decode(data), vault.sealItem(keys.vaultKey, place, HASH).encode());
  const envelope = new vault.InnerEnvelope(new Secret<"identity">(HASH), [archiveOf()]);
  survives((data) => vault.InnerEnvelope.decode(data), envelope.encode());
  for (const cheap of [new vault.Kdf(kdf.salt, 1), new vault.Kdf(kdf.salt, 3, 1024), new vault.Kdf(kdf.salt, 17)]) {
    expect(() => vault.stretch("password", cheap)).toThrow("vault.kdf_refused");
  }
});

test("events and the group context", () => {
  const seal = new ArchiveSeal(HASH, HASH, new Uint8Array(48));
  const signature = OTIENO.deviceSeed;
  survives((data) => GroupStart.decode(data), new GroupStart(GROUP, HASH, [seal]).encode());
  survives((data) => CommitBody.decode(data), new CommitBody(GROUP, 4, HASH, [seal, seal]).encode());
  survives((data) => Rejection.decode(data), new Rejection(GROUP, 4, HASH, "mls.refused").signed(signature).encode());
  survives((data) => SealBody.decode(data), new SealBody(GROUP, 4, seal).signed(signature).encode());
  survives((data) => Closing.decode(data), new Closing(CUG, NOW_MS, start(CUG)).signed(signature).encode());
  survives((data) => Head.decode(data), start(CUG).encode());
  survives((data) => CommitData.decode(data), commitData());
  survives((data) => ArchiveKey.decode(data), signArchiveKey(signature, OTIENO.officerId, HASH).encode());
  const predecessor = new Predecessor(GROUP, 4, HASH);
  const group = groupOf(OTIENO.entry("organiser"), SILVA.entry()).with({ predecessor });
  survives((data) => CencommGroup.decode(data), group.encode());
  survives((data) => Replay.decode(data, trust()), startReplay(CUG, trust()).with({ group: started().public }).encode(), DomainError);
});

test("records", () => {
  const state = started();
  const exporter = state.export.bind(state);
  const key = contentKey(exporter, GROUP);
  expect(sealsFor(exporter, { groupId: GROUP, epoch: 0 }, key, [])).toEqual([]);
  const record = {
    cugId: CUG,
    groupId: GROUP,
    epoch: 0,
    contextHash: state.public.contextHash(),
    leafIndex: 0,
    clientRef: GROUP,
    public: utf8("open"),
    personal: utf8("personal"),
    sentAtMs: NOW_MS,
    seen: start(CUG),
  };
  const body = sealRecord(record, { contentKey: key, signatureSeed: state.signatureSeed });
  const opening = { keys: keyRing(key), contextHash: record.contextHash, signatureKey: state.ownLeaf.signatureKey };
  const opened = openRecord(body, opening);
  survives((data) => SignedRecord.decode(data), opened.signed.encode());
  for (let length = 0; length < body.length; length++) {
    expect(() => openRecord(body.slice(0, length), opening)).toThrow(DecodeError);
  }
  for (let place = 0; place < body.length; place += 3) {
    const changed = body.slice();
    changed[place]! ^= 0x40;
    expect(() => openRecord(changed, opening), `byte ${place}`).toThrow(DomainError);
  }
  const observer = new Secret<"content">(HASH);
  const parted = sealRecord(record, { contentKey: key, publicKey: observer, signatureSeed: state.signatureSeed });
  const seen = openRecord(parted, { ...opening, keys: keyRing(observer) });
  expect([seen.public, seen.personal]).toEqual([utf8("open"), null]);
  expect(() => openRecord(parted, { ...opening, keys: keyRing(key) })).toThrow("records.key_missing");
  const lying = new Map([...keyRing(key).keys()].map((name) => [name, observer]));
  expect(() => openRecord(body, { ...opening, keys: lying })).toThrow("records.refused");
  expect(() => sealRecord({ ...record, public: null, personal: null }, { contentKey: key, signatureSeed: seed("x") })).toThrow(
    "records.refused",
  );
});

test("a nesting of lengths cannot make a decoder work long", () => {
  const bomb = concat(...Array.from({ length: 1000 }, () => Uint8Array.of(0x7f, 0xff)));
  const began = performance.now();
  for (const decode of [decodeMessage, (data: Uint8Array) => RatchetTree.decode(data), (data: Uint8Array) => Commit.decode(data)]) {
    expect(() => decode(bomb)).toThrow(DomainError);
  }
  expect(() => decodeAll(bomb, (reader) => reader.vectorOf((inner) => inner.vector()))).toThrow(DecodeError);
  expect(performance.now() - began).toBeLessThan(1000);
});
