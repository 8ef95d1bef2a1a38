/**
 * The HTTP half of the wire: requests as they are written, answers as they are checked (twin of `cencomm.wire.http`).
 *
 * JSON; bytes are base64url with padding; a cug_id in a path is 32 hexadecimal digits.
 */

import { Malformed } from "./encoding.ts";
import { type Fields, type Read, count, fields, flag, listOf, orNull, textOf } from "./shape.ts";

export const DEVICE_PROOF_LABEL = "CENcommSession";
/** With it the session is, or becomes, a cookie that no script sees (ADR 6); a page of another site cannot send it. */
export const BY_COOKIE = { "CENcomm-Session": "cookie" } as const;

/** `bytes` as base64url with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_");
}

const BASE64 = /^[A-Za-z0-9_-]*={0,2}$/;

/** Throws Malformed. */
export function fromBase64(text: string): Uint8Array {
  if (!BASE64.test(text) || text.length % 4 !== 0) throw new Malformed("json");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

const text = textOf(1_000_000);
const blob: Read<Uint8Array> = (value) => fromBase64(text(value));

function blobOf(length: number): Read<Uint8Array> {
  return (value) => {
    const read = blob(value);
    if (read.length !== length) throw new Malformed("json");
    return read;
  };
}

export interface Kdf {
  readonly salt: Uint8Array;
  readonly opsLimit: number;
  readonly memoryBytes: number;
}

export function readKdf(value: unknown): Kdf {
  const from = fields(value);
  return { salt: blobOf(16)(from["salt"]), opsLimit: count(from["ops_limit"]), memoryBytes: count(from["memory_bytes"]) };
}

export function kdfOut(kdf: Kdf): Fields {
  return { salt: toBase64(kdf.salt), ops_limit: kdf.opsLimit, memory_bytes: kdf.memoryBytes };
}

export interface Deployment {
  readonly deploymentId: Uint8Array;
  readonly rootPublicKey: Uint8Array;
  readonly name: string;
  readonly serverTimeMs: number;
  readonly kdfOpsLimit: number;
  readonly kdfMemoryBytes: number;
  /** What the ciphertext of one file may take. */
  readonly fileBytes: number;
}

export function readDeployment(value: unknown): Deployment {
  const from = fields(value);
  return {
    deploymentId: blobOf(16)(from["deployment_id"]),
    rootPublicKey: blobOf(32)(from["root_public_key"]),
    name: text(from["name"]),
    serverTimeMs: count(from["server_time_ms"]),
    kdfOpsLimit: count(from["kdf_ops_limit"]),
    kdfMemoryBytes: count(from["kdf_memory_bytes"]),
    fileBytes: count(from["file_bytes"]),
  };
}

/** `received` chunks of an upload are at the server; `stored`: the file is whole, and can be named in a record. */
export interface UploadSaid {
  readonly stored: boolean;
  readonly received: number;
}

export function readUpload(value: unknown): UploadSaid {
  const from = fields(value);
  return { stored: flag(from["stored"]), received: count(from["received"]) };
}

/** The account that is signed in; its token came as a cookie. */
export function readSession(value: unknown): string {
  return text(fields(value)["account"]);
}

export function readRedeemed(value: unknown): boolean {
  return flag(fields(value)["redeemed"]);
}

export interface SessionInfo {
  readonly account: string;
  readonly deviceId: string | null;
  /** The hash of the token: what the device signs. */
  readonly sessionId: Uint8Array;
  readonly certified: boolean;
}

export function readSessionInfo(value: unknown): SessionInfo {
  const from = fields(value);
  return {
    account: text(from["account"]),
    deviceId: orNull(text)(from["device_id"]),
    sessionId: blobOf(32)(from["session_id"]),
    certified: flag(from["certified"]),
  };
}

export interface Device {
  readonly deviceId: string;
  readonly certificate: Uint8Array;
  readonly registeredAtMs: number;
  readonly revoked: boolean;
}

function readDevice(value: unknown): Device {
  const from = fields(value);
  return {
    deviceId: text(from["device_id"]),
    certificate: blob(from["certificate"]),
    registeredAtMs: count(from["registered_at_ms"]),
    revoked: flag(from["revoked"]),
  };
}

export function readDevices(value: unknown): Device[] {
  return listOf(readDevice)(fields(value)["devices"]);
}

/** Whether the members of the officer's CUGs may see that he is on line. */
export function readShown(value: unknown): boolean {
  return flag(fields(value)["shown"]);
}

export interface Certificates {
  readonly account: string;
  readonly ncpCertificate: Uint8Array | null;
  readonly officerCertificate: Uint8Array | null;
}

export function readCertificates(value: unknown): Certificates {
  const from = fields(value);
  return {
    account: text(from["account"]),
    ncpCertificate: orNull(blob)(from["ncp_certificate"]),
    officerCertificate: orNull(blob)(from["officer_certificate"]),
  };
}

export type AccountKind = "secretariat" | "ncp" | "officer";

function readAccountKind(value: unknown): AccountKind {
  if (value !== "secretariat" && value !== "ncp" && value !== "officer") throw new Malformed("json");
  return value;
}

export interface DirectoryEntry {
  readonly account: string;
  readonly kind: AccountKind;
  readonly displayName: string;
  readonly certified: boolean;
}

function readDirectoryEntry(value: unknown): DirectoryEntry {
  const from = fields(value);
  return {
    account: text(from["account"]),
    kind: readAccountKind(from["kind"]),
    displayName: text(from["display_name"]),
    certified: flag(from["certified"]),
  };
}

/** One page of a list; `next` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

function pageOf<T>(key: string, read: Read<T>): Read<Page<T>> {
  return (value) => {
    const from = fields(value);
    return { items: listOf(read)(from[key]), next: orNull(text)(from["next"]) };
  };
}

export const readDirectory = pageOf("entries", readDirectoryEntry);

export interface RevocationListSaid {
  readonly issuer: string;
  readonly number: number;
  readonly data: Uint8Array;
}

export function readRevocations(value: unknown): RevocationListSaid[] {
  return listOf((item) => {
    const from = fields(item);
    return { issuer: text(from["issuer"]), number: count(from["number"]), data: blob(from["data"]) };
  })(fields(value)["lists"]);
}

export interface KeyPackageCount {
  readonly count: number;
  readonly lastResort: boolean;
  readonly lowWater: number;
}

export function readKeyPackageCount(value: unknown): KeyPackageCount {
  const from = fields(value);
  return { count: count(from["count"]), lastResort: flag(from["last_resort"]), lowWater: count(from["low_water"]) };
}

export interface AccountKeyPackages {
  readonly account: string;
  readonly keyPackages: readonly { readonly deviceId: string; readonly keyPackage: Uint8Array }[];
}

export function readKeyPackages(value: unknown): AccountKeyPackages[] {
  const one = (item: unknown) => {
    const from = fields(item);
    return { deviceId: text(from["device_id"]), keyPackage: blob(from["key_package"]) };
  };
  return listOf((item) => {
    const from = fields(item);
    return { account: text(from["account"]), keyPackages: listOf(one)(from["key_packages"]) };
  })(fields(value)["accounts"]);
}

export function readWraps(value: unknown): { version: number; wraps: Uint8Array } {
  const from = fields(value);
  return { version: count(from["version"]), wraps: blob(from["wraps"]) };
}

export interface VaultItemBody {
  readonly itemId: Uint8Array;
  readonly version: number;
  readonly data: Uint8Array;
}

export interface StoredVaultItem extends VaultItemBody {
  readonly position: number;
}

export function vaultItemOut(item: VaultItemBody): Fields {
  return { item_id: toBase64(item.itemId), version: item.version, data: toBase64(item.data) };
}

export function readVaultItems(value: unknown): { items: StoredVaultItem[]; more: boolean } {
  const from = fields(value);
  const one = (item: unknown): StoredVaultItem => {
    const stored = fields(item);
    return {
      itemId: blobOf(16)(stored["item_id"]),
      version: count(stored["version"]),
      data: blob(stored["data"]),
      position: count(stored["position"]),
    };
  };
  return { items: listOf(one)(from["items"]), more: flag(from["more"]) };
}

export interface CugSaid {
  readonly cugId: Uint8Array;
  readonly member: boolean;
}

export const readCugs = pageOf("cugs", (item: unknown): CugSaid => {
  const from = fields(item);
  return { cugId: blobOf(16)(from["cug_id"]), member: flag(from["member"]) };
});

export interface GroupInfoSaid {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly seq: number;
  readonly groupInfo: Uint8Array;
}

export function readGroupInfo(value: unknown): GroupInfoSaid {
  const from = fields(value);
  return {
    groupId: blobOf(16)(from["group_id"]),
    epoch: count(from["epoch"]),
    seq: count(from["seq"]),
    groupInfo: blob(from["group_info"]),
  };
}

export interface WelcomeSaid {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly seq: number;
  readonly keyPackageRef: Uint8Array;
  readonly welcome: Uint8Array;
}

export function readWelcome(value: unknown): WelcomeSaid {
  const from = fields(value);
  return {
    groupId: blobOf(16)(from["group_id"]),
    epoch: count(from["epoch"]),
    seq: count(from["seq"]),
    keyPackageRef: blobOf(32)(from["key_package_ref"]),
    welcome: blob(from["welcome"]),
  };
}
