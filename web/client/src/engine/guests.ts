/** Officers to be admitted: what the server hands out of them, each proven from the pinned root (PROTOCOL §1.1). */

import { equal, utf8 } from "../crypto/bytes.ts";
import { Certificate, CertificateInvalid, type Chain, Kind, verifyCertificate, verifyChain } from "../crypto/certificates.ts";
import { DomainError } from "../crypto/errors.ts";
import { ARCHIVE_EXTENSION, ArchiveKey, type Role, mayExtract } from "../crypto/group_context.ts";
import { find } from "../crypto/mls/public/extensions.ts";
import { decodeMessage } from "../crypto/mls/public/framing.ts";
import { KeyPackage } from "../crypto/mls/public/key_package.ts";
import { chainOf, deviceOf } from "../crypto/policy.ts";
import { index, isRevoked, revokedEntry } from "../crypto/revocation.ts";
import { DecodeError } from "../crypto/tls.ts";
import type { Profile } from "../store/profile.ts";
import type { AccountKeyPackages } from "../wire/http.ts";
import type { Device } from "./device.ts";
import type { CugEngine } from "./engine.ts";
import { ClientError } from "../store/errors.ts";
import { IdentityChanged, KeyPackageForged, OfficerUnknown } from "./errors.ts";
import type { Api } from "./http.ts";
import { administrationOf } from "./ids.ts";
import { OFFICER, tables, unpackRow } from "./model.ts";
import { knownLists } from "./revocations.ts";

const ACCOUNTS_AT_ONCE = 100;

/** A device whose key package has been checked. */
export interface GuestDevice {
  readonly chain: Chain;
  readonly keyPackage: KeyPackage;
  readonly archiveKey: ArchiveKey | null;
}

/** An officer to be admitted; his devices without a key package join from outside when they connect. */
export interface Guest {
  readonly identityKey: Uint8Array;
  readonly archiveKey: ArchiveKey | null;
  readonly devices: readonly GuestDevice[];
}

/**
 * Whoever of `officers` is not in the roster yet, with his devices.
 *
 * Throws OfficerUnknown, KeyPackageForged, IdentityChanged (unless `acceptNewIdentity`).
 */
export async function inviteGuests(
  engine: CugEngine,
  api: Api,
  profile: Profile,
  officers: ReadonlyMap<string, Role>,
  acceptNewIdentity: boolean,
): Promise<Map<string, Guest>> {
  const devices = await takeDevices(engine, api, profile, [...officers.keys()]);
  const guests = new Map<string, Guest>();
  for (const [name, role] of officers) {
    const guest = await guestOf(engine, api, profile, name, role, devices.get(name) ?? []);
    if (!acceptNewIdentity) await requireSameIdentity(profile, name, guest.identityKey);
    guests.set(name, guest);
  }
  return guests;
}

async function takeDevices(engine: CugEngine, api: Api, profile: Profile, names: readonly string[]): Promise<Map<string, GuestDevice[]>> {
  const revoked = index(await knownLists(profile));
  const devices = new Map<string, GuestDevice[]>();
  for (let start = 0; start < names.length; start += ACCOUNTS_AT_ONCE) {
    for (const answer of await api.takeKeyPackages(engine.cugId, names.slice(start, start + ACCOUNTS_AT_ONCE))) {
      const found = checkGuests(engine.memory.device, answer, engine.clock.nowMs());
      devices.set(answer.account, found.filter((guest) => !isRevoked(guest.chain, revoked)));
    }
  }
  return devices;
}

async function guestOf(
  engine: CugEngine,
  api: Api,
  profile: Profile,
  name: string,
  role: Role,
  devices: readonly GuestDevice[],
): Promise<Guest> {
  const first = devices[0];
  if (first !== undefined) return { identityKey: first.chain.identityKey, archiveKey: first.archiveKey, devices };
  if (mayExtract(role)) throw new OfficerUnknown({ officer: name, reason: "no_archive_key" });
  return { identityKey: await certifiedIdentity(engine, api, profile, name), archiveKey: null, devices: [] };
}

/** The identity key that the officer's NCP vouches for, from the pinned root down. */
async function certifiedIdentity(engine: CugEngine, api: Api, profile: Profile, name: string): Promise<Uint8Array> {
  const said = await api.certificates(name);
  if (said.ncpCertificate === null || said.officerCertificate === null) throw new OfficerUnknown({ officer: name });
  const { trust } = engine.memory.device;
  const nowS = Math.floor(engine.clock.nowMs() / 1000);
  let ncp: Certificate;
  let officer: Certificate;
  try {
    ncp = Certificate.decode(said.ncpCertificate);
    officer = Certificate.decode(said.officerCertificate);
    verifyCertificate(ncp, trust.rootPublicKey, trust.deploymentId, nowS);
    verifyCertificate(officer, ncp.publicKey, trust.deploymentId, nowS);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof CertificateInvalid)) throw error;
    throw new KeyPackageForged({ officer: name, reason: error.code });
  }
  if (ncp.kind !== Kind.NCP || officer.kind !== Kind.OFFICER || officer.subject !== name) {
    throw new KeyPackageForged({ officer: name, reason: "other_officer" });
  }
  if (ncp.subject !== administrationOf(name)) throw new KeyPackageForged({ officer: name, reason: "other_administration" });
  const revoked = index(await knownLists(profile));
  if (revokedEntry(ncp, revoked) !== null || revokedEntry(officer, revoked) !== null) {
    throw new OfficerUnknown({ officer: name, reason: "revoked" });
  }
  return officer.publicKey;
}

async function requireSameIdentity(profile: Profile, name: string, identityKey: Uint8Array): Promise<void> {
  const data = await profile.read().get(tables.officers, utf8(name));
  if (data !== null && !equal(unpackRow(OFFICER, data).identityKey, identityKey)) throw new IdentityChanged({ officer: name });
}

/**
 * The devices of one officer, each proven by its own chain.
 *
 * Throws KeyPackageForged: one is not what the server says, or they do not share one identity.
 */
export function checkGuests(device: Device, answer: AccountKeyPackages, nowMs: number): GuestDevice[] {
  const guests = answer.keyPackages.map((given) => checkGuest(device, answer.account, given.deviceId, given.keyPackage, nowMs));
  const first = guests[0]?.chain.identityKey;
  if (guests.some((guest) => first !== undefined && !equal(guest.chain.identityKey, first))) {
    throw new KeyPackageForged({ officer: answer.account, reason: "several_identities" });
  }
  return guests;
}

function checkGuest(device: Device, account: string, deviceId: string, message: Uint8Array, nowMs: number): GuestDevice {
  try {
    const body = decodeMessage(message);
    if (!(body instanceof KeyPackage)) throw new KeyPackageForged({ officer: account, reason: "not_a_key_package" });
    const chain = chainOf(body.leafNode);
    verifyChain(chain, device.trust, Math.floor(nowMs / 1000));
    const data = find(body.leafNode.extensions, ARCHIVE_EXTENSION);
    const archiveKey = data === null ? null : ArchiveKey.decode(data);
    archiveKey?.verify(chain.officerId, chain.identityKey);
    if (chain.officerId !== account || chain.deviceId !== deviceId || deviceOf(body.leafNode) !== deviceId) {
      throw new KeyPackageForged({ officer: account, reason: "other_officer" });
    }
    if (!equal(body.leafNode.signatureKey, chain.device.publicKey)) {
      throw new KeyPackageForged({ officer: account, reason: "other_key" });
    }
    return { chain, keyPackage: body, archiveKey };
  } catch (error) {
    if (!(error instanceof DomainError) || error instanceof ClientError) throw error;
    throw new KeyPackageForged({ officer: account, reason: error.code });
  }
}
