/** This device as a member: its names, its leaf and what it pins. */

import { CHAIN_EXTENSION, Chain, type Trust } from "../crypto/certificates.ts";
import { utf8 } from "../crypto/bytes.ts";
import { ARCHIVE_EXTENSION, ArchiveKey, CENCOMM_GROUP } from "../crypto/group_context.ts";
import { Capabilities, Extension } from "../crypto/mls/public/extensions.ts";
import { Credential, Lifetime } from "../crypto/mls/public/leaf_node.ts";
import { LeafIdentity } from "../crypto/mls/secret/key_package.ts";
import { CipherSuite, DEFAULT_SUITE, Secret } from "../crypto/primitives.ts";
import { NotCertified } from "./errors.ts";
import { officerOf } from "./ids.ts";
import type { AccountRow } from "./model.ts";

export const SUITE = DEFAULT_SUITE;
const SUITES = [CipherSuite.X25519_AES128GCM_SHA256_ED25519, CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519];
const MLS_10 = 1;
const BASIC = 1;
const CLOCKS_MAY_DIFFER_SECONDS = 3600;
/** A leaf in a key package must not be used after twelve weeks; in a group it is renewed every week of use. */
const LEAF_LIFETIME_SECONDS = 84 * 24 * 3600;

/** What every CUG needs to know of the device that it runs on. */
export interface Device {
  readonly deviceId: string;
  readonly officerId: string;
  readonly trust: Trust;
  readonly chain: Chain;
  readonly signatureSeed: Secret;
  readonly archiveKey: ArchiveKey | null;
}

/** The leaf that this device puts into a group or a key package. */
export function leafIdentity(device: Device): LeafIdentity {
  const extensions = [new Extension(CHAIN_EXTENSION, device.chain.encode())];
  if (device.archiveKey !== null) extensions.push(new Extension(ARCHIVE_EXTENSION, device.archiveKey.encode()));
  const types = [CENCOMM_GROUP, CHAIN_EXTENSION, ARCHIVE_EXTENSION];
  const credential = new Credential(BASIC, utf8(device.deviceId));
  const capabilities = new Capabilities([MLS_10], SUITES, types, [], [BASIC]);
  return new LeafIdentity(credential, device.signatureSeed, device.chain.device.publicKey, capabilities, extensions);
}

export function lifetime(nowMs: number): Lifetime {
  const now = Math.floor(nowMs / 1000);
  return new Lifetime(BigInt(now - CLOCKS_MAY_DIFFER_SECONDS), BigInt(now + LEAF_LIFETIME_SECONDS));
}

export function trustOf(account: AccountRow): Trust {
  return { deploymentId: account.deploymentId, rootPublicKey: account.rootPublicKey };
}

/** Throws NotCertified while the chain to the root is not there. */
export function deviceOfAccount(account: AccountRow): Device {
  if (account.chain.length === 0) throw new NotCertified({ account: account.account });
  return {
    deviceId: account.deviceId,
    officerId: officerOf(account.deviceId),
    trust: trustOf(account),
    chain: Chain.decode(account.chain),
    signatureSeed: new Secret(account.deviceSeed),
    archiveKey: account.archiveKey.length > 0 ? ArchiveKey.decode(account.archiveKey) : null,
  };
}
