/** The rules for the leaves and the roster of a group (P14-P18, P20-P29): asked of every state a commit makes. */

import { equal, toHex, utf8 } from "./bytes.ts";
import {
  CHAIN_EXTENSION,
  CertificateInvalid,
  Chain,
  type Trust,
  verifyChain,
  verifyChainSignatures,
} from "./certificates.ts";
import {
  ARCHIVE_EXTENSION,
  ArchiveKey,
  CENCOMM_GROUP,
  type CencommGroup,
  GroupContextInvalid,
  type RosterEntry,
  holdsLeaf,
  mayExtract,
} from "./group_context.ts";
import { Capabilities, Extension, type Extensions, find } from "./mls/public/extensions.ts";
import { MLS10 } from "./mls/public/key_package.ts";
import { Credential, CredentialType, type LeafNode } from "./mls/public/leaf_node.ts";
import { isPublicKey } from "./mls/public/public_keys.ts";
import { same } from "./mls/public/struct.ts";
import type { RatchetTree } from "./mls/public/tree.ts";
import { type PolicyRefused, refuse } from "./policy_rules.ts";
import { CipherSuite } from "./primitives.ts";
import {
  ROOT,
  RevocationInvalid,
  type RevocationList,
  type RevokedIndex,
  index,
  isRevoked,
  verifyList,
  verifyNewer,
} from "./revocation.ts";
import { DecodeError } from "./tls.ts";

export const MAX_DEVICES = 10;

/** What every leaf says that it supports. */
export const LEAF_CAPABILITIES = new Capabilities(
  [MLS10],
  [CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519, CipherSuite.X25519_AES128GCM_SHA256_ED25519],
  [CENCOMM_GROUP, CHAIN_EXTENSION, ARCHIVE_EXTENSION],
  [],
  [CredentialType.BASIC],
);

/** The credential of a leaf with this chain: the device certificate's subject. */
export function credentialFor(chain: Chain): Credential {
  return new Credential(CredentialType.BASIC, utf8(chain.deviceId));
}

/** The extensions of a leaf with this chain; with the officer's archive key where he has one to offer. */
export function leafExtensions(chain: Chain, archiveKey: ArchiveKey | null = null): Extensions {
  const carried = new Extension(CHAIN_EXTENSION, chain.encode());
  return archiveKey === null ? [carried] : [carried, new Extension(ARCHIVE_EXTENSION, archiveKey.encode())];
}

/** The archive key that a leaf offers, signed by the officer. Throws DecodeError, GroupContextInvalid, P20. */
export function archiveKeyOf(leaf: LeafNode): ArchiveKey | null {
  const data = find(leaf.extensions, ARCHIVE_EXTENSION);
  if (data === null) return null;
  const archiveKey = ArchiveKey.decode(data);
  const chain = chainOf(leaf);
  archiveKey.verify(chain.officerId, chain.identityKey);
  return archiveKey;
}

const chains = new WeakMap<LeafNode, Chain>();

/** The certificates that a leaf carries, not verified. Throws PolicyRefused P20. */
export function chainOf(leaf: LeafNode): Chain {
  let chain = chains.get(leaf);
  if (chain === undefined) {
    chain = readChain(leaf);
    chains.set(leaf, chain);
  }
  return chain;
}

function readChain(leaf: LeafNode): Chain {
  const data = find(leaf.extensions, CHAIN_EXTENSION);
  if (data === null) throw refuse("P20", { reason: "absent" });
  try {
    return Chain.decode(data);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse("P20", { reason: "malformed" });
    throw error;
  }
}

/** The device that a leaf says it is; true of every leaf of a judged group. Throws PolicyRefused P20. */
export function deviceOf(leaf: LeafNode): string {
  return chainOf(leaf).deviceId;
}

/** All devices in the group. */
export function devices(tree: RatchetTree): ReadonlySet<string> {
  return new Set(Array.from(tree.leaves(), ([, leaf]) => deviceOf(leaf)));
}

const flaws = new WeakMap<Trust, WeakMap<Chain, string | null>>();

/** Why a chain proves nothing, apart from the time; a pure question, asked of every leaf at every commit. */
function flawOf(chain: Chain, trust: Trust): string | null {
  let known = flaws.get(trust);
  if (known === undefined) flaws.set(trust, (known = new WeakMap()));
  let flaw = known.get(chain);
  if (flaw === undefined) known.set(chain, (flaw = findFlaw(chain, trust)));
  return flaw;
}

function findFlaw(chain: Chain, trust: Trust): string | null {
  try {
    verifyChainSignatures(chain, trust);
  } catch (error) {
    if (error instanceof CertificateInvalid) return error.reason;
    throw error;
  }
  return null;
}

/** Every leaf of a group, but for the time: P20, P21, P23-P28. Throws PolicyRefused. */
export function checkLeaves(tree: RatchetTree, group: CencommGroup, trust: Trust): void {
  const roster = new Map(group.roster.map((entry) => [entry.officerId, entry]));
  const revoked = index(group.revocations);
  const found = Array.from(tree.leaves(), ([, leaf]) => checkedChain(leaf, trust));
  for (const chain of found) checkPlace(chain, roster.get(chain.officerId) ?? null, revoked);
  checkCounts(found);
}

function checkedChain(leaf: LeafNode, trust: Trust): Chain {
  const chain = chainOf(leaf);
  const device = { device_id: chain.deviceId };
  const flaw = flawOf(chain, trust);
  if (flaw !== null) throw refuse("P20", { ...device, reason: flaw });
  if (!same(leaf.credential, credentialFor(chain))) throw refuse("P21", { ...device, field: "credential" });
  if (!equal(leaf.signatureKey, chain.device.publicKey)) throw refuse("P21", { ...device, field: "signature_key" });
  return chain;
}

function checkPlace(chain: Chain, entry: RosterEntry | null, revoked: RevokedIndex): void {
  const device = { device_id: chain.deviceId };
  if (entry === null) throw refuse("P23", device);
  if (!equal(entry.identityKey, chain.identityKey)) throw refuse("P24", device);
  if (!holdsLeaf(entry.role)) throw refuse("P28", { ...device, role: entry.role });
  if (isRevoked(chain, revoked)) throw refuse("P25", device);
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function checkCounts(found: readonly Chain[]): void {
  for (const [deviceId, leaves] of counted(found.map((chain) => chain.deviceId))) {
    if (leaves > 1) throw refuse("P27", { device_id: deviceId });
  }
  for (const [officerId, count] of counted(found.map((chain) => chain.officerId))) {
    if (count > MAX_DEVICES) throw refuse("P26", { officer_id: officerId, devices: count });
  }
}

/**
 * Leaves that come or change now: P22, P29. Throws PolicyRefused.
 *
 * A leaf that stays as it is may have expired meanwhile: that must not stop the others from committing. It can neither
 * commit nor have its records accepted until its certificate is renewed.
 */
export function checkTime(leaves: Iterable<LeafNode>, trust: Trust, timeMs: number): void {
  const atS = Math.floor(timeMs / 1000);
  for (const leaf of leaves) {
    const chain = chainOf(leaf);
    const device = { device_id: chain.deviceId };
    try {
      verifyChain(chain, trust, atS);
    } catch (error) {
      if (error instanceof CertificateInvalid) throw refuse("P22", { ...device, reason: error.reason });
      throw error;
    }
    if (leaf.lifetime !== null && !leaf.lifetime.includes(atS)) throw refuse("P29", device);
  }
}

/** P15-P18. Throws PolicyRefused. */
export function checkRoster({ roster }: CencommGroup): void {
  if (!isOrdered(roster.map(({ officerId }) => officerId))) throw refuse("P15", { field: "officer_id" });
  if (new Set(roster.map(({ identityKey }) => toHex(identityKey))).size !== roster.length) {
    throw refuse("P15", { field: "identity_key" });
  }
  if (!roster.some(({ role }) => role === "organiser")) throw refuse("P16");
  for (const entry of roster) checkArchiveKey(entry);
}

/** Whether the names rise from the first to the last, each once. */
function isOrdered(names: readonly string[]): boolean {
  return names.every((name, place) => place === 0 || names[place - 1]! < name);
}

function checkArchiveKey({ archiveKey, identityKey, officerId, role }: RosterEntry): void {
  if (archiveKey === null) return;
  if (!mayExtract(role)) throw refuse("P17", { officer_id: officerId, reason: "role" });
  if (!isPublicKey(archiveKey.publicKey)) throw refuse("P18", { officer_id: officerId });
  try {
    archiveKey.verify(officerId, identityKey);
  } catch (error) {
    if (error instanceof GroupContextInvalid) throw refuse("P17", { officer_id: officerId, reason: "signature" });
    throw error;
  }
}

/**
 * P14: each issuer's list at most once and in order, signed, newer or the same. Throws PolicyRefused.
 *
 * `among` are the chains of the leaves before and after, verified; an administration's list is checked with the key of
 * an NCP certificate among them.
 */
export function checkRevocations(
  before: readonly RevocationList[],
  after: readonly RevocationList[],
  trust: Trust,
  among: readonly Chain[],
): void {
  const issuers = after.map(({ issuer }) => issuer);
  if (!isOrdered(issuers)) throw refuse("P14", { reason: "order" });
  if (!before.every(({ issuer }) => issuers.includes(issuer))) throw refuse("P14", { reason: "dropped" });
  const known = new Map(before.map((list) => [list.issuer, list]));
  for (const list of after) {
    const older = known.get(list.issuer) ?? null;
    if (older === null || !same(older, list)) checkList(older, list, trust, among);
  }
}

/** The keys that may have signed a list, each once; a key that stands for two administrations speaks for the last. */
function issuerKeys(issuer: string, trust: Trust, among: readonly Chain[]): readonly Uint8Array[] {
  if (issuer === ROOT) return [trust.rootPublicKey];
  const issuers = new Map(among.map(({ ncp }) => [toHex(ncp.publicKey), ncp]));
  return [...issuers.values()].filter(({ subject }) => subject === issuer).map(({ publicKey }) => publicKey);
}

function checkList(older: RevocationList | null, newer: RevocationList, trust: Trust, among: readonly Chain[]): void {
  let refusal: PolicyRefused = refuse("P14", { issuer: newer.issuer, reason: "issuer_unknown" });
  for (const key of issuerKeys(newer.issuer, trust, among)) {
    try {
      verifyList(newer, key, trust.deploymentId);
      if (older !== null) verifyNewer(older, newer);
      return;
    } catch (error) {
      if (!(error instanceof RevocationInvalid)) throw error;
      refusal = refuse("P14", { issuer: newer.issuer, reason: error.reason });
    }
  }
  throw refusal;
}
