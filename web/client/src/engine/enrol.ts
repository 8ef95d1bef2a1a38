/**
 * Becoming somebody in a browser: redeeming a sheet, a further device, a forgotten password (PROTOCOL §1.3, §1.4).
 *
 * The identity key exists in memory only here, while the password has just been typed: it signs the device's certificate
 * and the archive key, goes into the inner envelope, and is dropped. Devices keep their own key, AK and the vault key.
 */

import { equal } from "../crypto/bytes.ts";
import { type ArchivePrivate, newArchiveKey } from "../crypto/archive.ts";
import { Kind, issue } from "../crypto/certificates.ts";
import {
  type Sheet,
  accountKey,
  newRequest,
  recoveryAuthenticationKey,
  requestMac,
  requestMacKey,
} from "../crypto/enrolment.ts";
import { signArchiveKey } from "../crypto/group_context.ts";
import { Secret, ed25519Public, forgetSigningKeys, newSignatureKey } from "../crypto/primitives.ts";
import {
  InnerEnvelope,
  type VaultKeys,
  VaultWraps,
  WrongKey,
  createWraps,
  newVaultKeys,
  openInner,
  openWithRecovery,
  rewrap,
  sealInner,
  sealItem,
} from "../crypto/vault.ts";
import { ProfileExists, WrongPassword } from "../store/errors.ts";
import { DEFAULT_COST, type PasswordCost } from "../store/keys.ts";
import { Profile } from "../store/profile.ts";
import type { Deployment } from "../wire/http.ts";
import { IdentityAbsent, ServerMisbehaved, ServerUnreachable, WrongDeployment } from "./errors.ts";
import { Api, type Enrolment, type Fetch } from "./http.ts";
import type { Proof } from "./proofs.ts";
import { ACCOUNT, type AccountRow, SELF, packRow, tables } from "./model.ts";
import { Stretched, kdfOf, newKdf, requireStrength } from "./passwords.ts";
import { INNER_ITEM_ID, innerItem, newestInner } from "./vault_items.ts";

const YEAR_SECONDS = 365 * 24 * 3600;
const DEVICE_YEARS = 2;
const CLOCKS_MAY_DIFFER_SECONDS = 3600;

/** Where a profile is made, and what its password costs. */
export interface Place {
  /** The database's name. */
  readonly name: string;
  readonly cost?: PasswordCost;
  readonly fetch?: Fetch;
}

/** What was typed with a sheet, or with another device's code. */
export interface Typed<P extends Proof = Sheet> {
  readonly proof: P;
  readonly password: string;
  /** The device's short name, for example `laptop`. */
  readonly device: string;
}

/** What only an enrolment or a fresh password has in hand. */
interface Identity {
  readonly seed: Secret<"identity">;
  readonly archive: ArchivePrivate | null;
}

/**
 * Redeem a sheet: make the profile, the identity key and the vault; for an officer also the device's certificate.
 *
 * Throws WeakPassword, ProfileExists, WrongDeployment, ServerRefused, ServerUnreachable; nothing is left
 * behind then.
 */
export async function enrol(place: Place, typed: Typed): Promise<Profile> {
  requireStrength(typed.password);
  const sheet = typed.proof;
  await requireFree(place);
  const api = new Api(sheet.serverUrl, place.fetch);
  const deployment = await requireDeployment(api, sheet);
  const stretched = new Stretched(typed.password, newKdf(deployment));
  const keys = newVaultKeys();
  const identity: Identity = { seed: new Secret(newSignatureKey().seed), archive: newArchiveKey() };
  const row = firstRow(sheet, stretched, keys, identity, typed.device);
  const request = enrolment(sheet, stretched, keys, identity.seed, row);
  forgetSigningKeys();
  await redeem(api, request);
  return await newProfile(place, typed.password, { ...row, innerUploaded: true });
}

/**
 * Make a profile in another browser of an enrolled account; needs the password, and the sheet or the code that another
 * device shows (PROTOCOL §1.3).
 *
 * Throws ProfileExists, WrongDeployment, WrongPassword, ServerRefused, ServerUnreachable; nothing is left behind then.
 */
export async function signInNewDevice(place: Place, typed: Typed<Proof>): Promise<Profile> {
  const { proof } = typed;
  await requireFree(place);
  const api = new Api(proof.serverUrl, place.fetch);
  await requireDeployment(api, proof);
  const stretched = new Stretched(typed.password, kdfOf(await api.signInStart(proof.account)));
  return await settleDevice(api, place, proof, stretched, typed);
}

/**
 * As `signInNewDevice`, for a forgotten password: the sheet opens the vault and sets a new one.
 *
 * Throws WeakPassword, and as `signInNewDevice`; WrongPassword means that the sheet is another one.
 */
export async function recover(place: Place, typed: Typed): Promise<Profile> {
  requireStrength(typed.password);
  const sheet = typed.proof;
  await requireFree(place);
  const api = new Api(sheet.serverUrl, place.fetch);
  const deployment = await requireDeployment(api, sheet);
  const recovery = recoveryAuthenticationKey(sheet.secretR);
  await api.signInFinish(sheet.account, recovery, "recovery");
  const stored = await api.vaultWraps();
  const wraps = VaultWraps.decode(stored.wraps);
  const stretched = new Stretched(typed.password, newKdf(deployment));
  const ak = accountKey(sheet.secretR);
  const again = rewrap(wraps, recoveredKeys(wraps, sheet), stretched.from(ak));
  await api.changePassword({
    authenticationKey: null,
    newKdf: stretched.kdf,
    newAuthenticationKey: stretched.authenticationKey(ak),
    expectedWrapsVersion: stored.version,
    wraps: again.encode(),
  });
  return await settleDevice(api, place, sheet, stretched, typed);
}

/** Throws WrongDeployment unless the server serves the pinned deployment (PROTOCOL §1.2). */
export async function requireDeployment(
  api: Api,
  pinned: { readonly deploymentId: Uint8Array; readonly rootPublicKey: Uint8Array },
): Promise<Deployment> {
  const said = await api.deployment();
  if (!equal(said.deploymentId, pinned.deploymentId) || !equal(said.rootPublicKey, pinned.rootPublicKey)) {
    throw new WrongDeployment({ name: said.name });
  }
  return said;
}

/** A new session, which this browser keeps from now on. */
export async function signIn(api: Api, account: string, authenticationKey: Uint8Array): Promise<void> {
  const signedIn = await api.signInFinish(account, authenticationKey, "password");
  if (signedIn !== account) throw new ServerMisbehaved({ reason: "account" });
}

// ---------------------------------------------------------------- the parts

async function requireFree(place: Place): Promise<void> {
  if (await Profile.exists(place.name)) throw new ProfileExists();
}

function recoveredKeys(wraps: VaultWraps, sheet: Sheet): VaultKeys {
  try {
    return openWithRecovery(wraps, sheet.account, sheet.secretR);
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error;
    throw new WrongPassword();
  }
}

function enrolment(sheet: Sheet, stretched: Stretched, keys: VaultKeys, seed: Secret, row: AccountRow): Enrolment {
  const ak = accountKey(sheet.secretR);
  const wraps = createWraps(keys, sheet.account, stretched.from(ak), sheet.secretR);
  const kind = { secretariat: null, ncp: Kind.NCP, officer: Kind.OFFICER }[accountKind(sheet.account)];
  const request = kind === null ? null : newRequest(seed, { deploymentId: sheet.deploymentId, kind, subject: sheet.account });
  return {
    account: sheet.account,
    invitationCode: sheet.invitationCode,
    kdf: stretched.kdf,
    authenticationKey: stretched.authenticationKey(ak),
    recoveryAuthenticationKey: recoveryAuthenticationKey(sheet.secretR),
    certificateRequest: request?.encode() ?? null,
    requestMac: request === null ? null : requestMac(requestMacKey(sheet.secretR), request),
    wraps: wraps.encode(),
    innerEnvelope: innerItem(row),
  };
}

/** What the account's name says. */
function accountKind(account: string): AccountRow["kind"] {
  const [administration, officer] = account.split("/");
  if (administration === "secretariat") return "secretariat";
  return officer === undefined ? "ncp" : "officer";
}

function firstRow(sheet: Sheet, stretched: Stretched, keys: VaultKeys, identity: Identity, device: string): AccountRow {
  const { seed, archive } = identity;
  const account = sheet.account;
  const envelope = new InnerEnvelope(seed, archive === null ? [] : [archive]);
  const plaintext = sealInner(keys.innerKey, envelope, { account, version: 1 });
  const item = sealItem(keys.vaultKey, { account, itemId: INNER_ITEM_ID, version: 1 }, plaintext);
  const row = { ...bareRow(sheet, stretched, keys), innerEnvelope: item.encode(), innerVersion: 1 };
  return withDevice(row, identity, device);
}

function bareRow(proof: Proof, stretched: Stretched, keys: VaultKeys): AccountRow {
  const ak = proof.accountKey;
  return {
    ...ACCOUNT,
    deploymentId: proof.deploymentId,
    rootPublicKey: proof.rootPublicKey,
    serverUrl: proof.serverUrl,
    account: proof.account,
    kind: accountKind(proof.account),
    displayName: proof.displayName,
    accountKey: ak,
    authenticationKey: stretched.authenticationKey(ak),
    vaultKey: keys.vaultKey,
  };
}

/** The officer certifies a device of his own. */
function withDevice(row: AccountRow, identity: Identity, device: string): AccountRow {
  const known = { ...row, identityPublicKey: ed25519Public(identity.seed) };
  if (row.kind !== "officer") return known;
  const { seed, publicKey } = newSignatureKey();
  const now = Math.floor(Date.now() / 1000);
  const certificate = issue(identity.seed, {
    deploymentId: row.deploymentId,
    kind: Kind.DEVICE,
    subject: `${row.account}/${device}`,
    displayName: row.displayName,
    publicKey,
    notBeforeS: now - CLOCKS_MAY_DIFFER_SECONDS,
    notAfterS: now + DEVICE_YEARS * YEAR_SECONDS,
  });
  const archiveKey = identity.archive === null ? null : signArchiveKey(identity.seed, row.account, identity.archive.publicKey);
  return {
    ...known,
    deviceId: certificate.subject,
    deviceSeed: seed,
    deviceCertificate: certificate.encode(),
    archiveKey: archiveKey?.encode() ?? new Uint8Array(),
  };
}

/** The account exists and the password is at hand: make this device's key and profile. */
async function settleDevice(api: Api, place: Place, proof: Proof, stretched: Stretched, typed: Typed<Proof>): Promise<Profile> {
  const ak = proof.accountKey;
  await signIn(api, proof.account, stretched.authenticationKey(ak));
  const wraps = VaultWraps.decode((await api.vaultWraps()).wraps);
  const keys = stretched.vaultKeys(wraps, proof.account, ak);
  let row = bareRow(proof, stretched, keys);
  const found = await newestInner(api, keys.vaultKey, proof.account);
  if (found !== null) {
    const envelope = openInner(keys.innerKey, found.sealed, { account: proof.account, version: found.version });
    row = { ...row, innerEnvelope: found.item, innerVersion: found.version, innerUploaded: true };
    row = withDevice(row, { seed: envelope.identitySeed, archive: envelope.archiveKeys.at(-1) ?? null }, typed.device);
    forgetSigningKeys();
  } else if (row.kind !== "secretariat") {
    throw new IdentityAbsent({ account: row.account });
  }
  return await newProfile(place, typed.password, row);
}

async function redeem(api: Api, request: Enrolment): Promise<void> {
  try {
    await api.enrol(request);
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    // The answer was lost, perhaps not the enrolment: if the account exists now, it is ours.
    await signIn(api, request.account, request.authenticationKey);
  }
}

function newProfile(place: Place, password: string, row: AccountRow): Promise<Profile> {
  return Profile.create(place.name, password, (tx) => tx.put(tables.account, SELF, packRow(row)), place.cost ?? DEFAULT_COST);
}
