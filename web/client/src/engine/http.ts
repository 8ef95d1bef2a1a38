/** The HTTP half of the server, as typed calls (twin of `cencomm.client.http`); it holds no rule. */

import { toHex } from "../crypto/bytes.ts";
import type { Fact } from "../crypto/errors.ts";
import type { FileName } from "../crypto/files.ts";
import { Malformed } from "../wire/encoding.ts";
import * as wire from "../wire/http.ts";
import { type Read, count, fields, textOf } from "../wire/shape.ts";
import { ServerMisbehaved, ServerRefused, ServerUnreachable } from "./errors.ts";

const TIMEOUT_MS = 30_000;
/** Nobody waits longer for what he is leaving. */
const SIGN_OUT_MS = 3_000;
const PAGE = 100;
const VAULT_PAGE = 500;

type Json = Readonly<Record<string, unknown>>;
/** A file's chunk travels as it is. */
type Sent = Json | Uint8Array<ArrayBuffer>;
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** What an enrolment sends; the server cannot read the wraps or the request. */
export interface Enrolment {
  readonly account: string;
  readonly invitationCode: string;
  readonly kdf: wire.Kdf;
  readonly authenticationKey: Uint8Array;
  readonly recoveryAuthenticationKey: Uint8Array;
  readonly certificateRequest: Uint8Array | null;
  readonly requestMac: Uint8Array | null;
  readonly wraps: Uint8Array;
  readonly innerEnvelope: wire.VaultItemBody;
}

export interface PasswordChange {
  /** The old one; null in a `recovery` session. */
  readonly authenticationKey: Uint8Array | null;
  readonly newKdf: wire.Kdf;
  readonly newAuthenticationKey: Uint8Array;
  readonly expectedWrapsVersion: number;
  readonly wraps: Uint8Array;
}

/**
 * One server, and whoever is signed in there: the session is a cookie that the browser keeps and no script sees.
 *
 * Every call throws ServerUnreachable, ServerRefused (with the server's code) or ServerMisbehaved.
 */
export class Api {
  readonly serverUrl: string;
  readonly #fetch: Fetch;
  readonly #leaving = new AbortController();

  constructor(serverUrl: string, fetcher: Fetch = (url, options) => fetch(url, options)) {
    this.serverUrl = serverUrl.replace(/\/+$/, "");
    this.#fetch = fetcher;
  }

  // -------------------------------------------------------------- deployment, signing in

  deployment(): Promise<wire.Deployment> {
    return this.#ask("GET", "/v1/deployment", wire.readDeployment);
  }

  /** Gives the account that is signed in from now on. */
  enrol(one: Enrolment): Promise<string> {
    const request = {
      account: one.account,
      invitation_code: one.invitationCode,
      kdf: wire.kdfOut(one.kdf),
      authentication_key: wire.toBase64(one.authenticationKey),
      recovery_authentication_key: wire.toBase64(one.recoveryAuthenticationKey),
      certificate_request: one.certificateRequest === null ? null : wire.toBase64(one.certificateRequest),
      request_mac: one.requestMac === null ? null : wire.toBase64(one.requestMac),
      wraps: wire.toBase64(one.wraps),
      inner_envelope: wire.vaultItemOut(one.innerEnvelope),
    };
    return this.#ask("POST", "/v1/enrolments", wire.readSession, request);
  }

  /** Whether the account of that invitation has begun; the server says it only to who has the code. */
  isRedeemed(account: string, invitationCode: string): Promise<boolean> {
    return this.#ask("POST", "/v1/enrolments/state", wire.readRedeemed, { account, invitation_code: invitationCode });
  }

  signInStart(account: string): Promise<wire.Kdf> {
    return this.#ask("POST", "/v1/sign-in/start", wire.readKdf, { account });
  }

  /** Gives the account that is signed in from now on. */
  signInFinish(account: string, authenticationKey: Uint8Array, method: "password" | "recovery"): Promise<string> {
    const request = { account, authentication_key: wire.toBase64(authenticationKey), method };
    return this.#ask("POST", "/v1/sign-in/finish", wire.readSession, request);
  }

  session(): Promise<wire.SessionInfo> {
    return this.#ask("GET", "/v1/session", wire.readSessionInfo);
  }

  /** Ends the session, and its cookie goes. What is under way is given up before: a sign-in must not come after it. */
  async signOut(): Promise<void> {
    this.#leaving.abort();
    const response = await this.#send("DELETE", "/v1/session", AbortSignal.timeout(SIGN_OUT_MS));
    if (response.status !== 204) throw new ServerMisbehaved({ reason: "answer:/v1/session" });
  }

  async bindDevice(deviceId: string, proof: Uint8Array): Promise<void> {
    await this.#ask("POST", "/v1/session/device", wire.readSessionInfo, { device_id: deviceId, proof: wire.toBase64(proof) });
  }

  async registerDevice(certificate: Uint8Array, proof: Uint8Array): Promise<void> {
    const request = { certificate: wire.toBase64(certificate), proof: wire.toBase64(proof) };
    await this.#ask("POST", "/v1/devices", wire.readSessionInfo, request);
  }

  changePassword(change: PasswordChange): Promise<void> {
    return this.#do("PUT", "/v1/account/password", {
      authentication_key: change.authenticationKey === null ? null : wire.toBase64(change.authenticationKey),
      new_kdf: wire.kdfOut(change.newKdf),
      new_authentication_key: wire.toBase64(change.newAuthenticationKey),
      expected_wraps_version: change.expectedWrapsVersion,
      wraps: wire.toBase64(change.wraps),
    });
  }

  isShown(): Promise<boolean> {
    return this.#ask("GET", "/v1/account/presence", wire.readShown);
  }

  setShown(shown: boolean): Promise<void> {
    return this.#do("PUT", "/v1/account/presence", { shown });
  }

  // -------------------------------------------------------------- accounts and certificates

  certificates(account: string): Promise<wire.Certificates> {
    return this.#ask("GET", `/v1/certificates?account=${encodeURIComponent(account)}`, wire.readCertificates);
  }

  directory(administration = ""): Promise<wire.DirectoryEntry[]> {
    const query = administration === "" ? "" : `administration=${encodeURIComponent(administration)}`;
    return this.#all("/v1/directory", query, wire.readDirectory);
  }

  devices(): Promise<wire.Device[]> {
    return this.#ask("GET", "/v1/devices", wire.readDevices);
  }

  revokeDevice(deviceId: string): Promise<void> {
    return this.#do("POST", "/v1/devices/revoke", { device_id: deviceId });
  }

  revocations(): Promise<wire.RevocationListSaid[]> {
    return this.#ask("GET", "/v1/revocations", wire.readRevocations);
  }

  publishRevocations(list: Uint8Array): Promise<void> {
    return this.#do("POST", "/v1/revocations", { data: wire.toBase64(list) });
  }

  // -------------------------------------------------------------- key packages and vault

  countKeyPackages(): Promise<wire.KeyPackageCount> {
    return this.#ask("GET", "/v1/key-packages", wire.readKeyPackageCount);
  }

  async uploadKeyPackages(keyPackages: readonly Uint8Array[], lastResort: Uint8Array | null): Promise<void> {
    const last = lastResort === null ? null : wire.toBase64(lastResort);
    const request = { key_packages: keyPackages.map(wire.toBase64), last_resort: last };
    await this.#ask("POST", "/v1/key-packages", wire.readKeyPackageCount, request);
  }

  takeKeyPackages(cugId: Uint8Array, accounts: readonly string[]): Promise<wire.AccountKeyPackages[]> {
    return this.#ask("POST", "/v1/key-packages/take", wire.readKeyPackages, { cug_id: wire.toBase64(cugId), accounts });
  }

  vaultWraps(): Promise<{ version: number; wraps: Uint8Array }> {
    return this.#ask("GET", "/v1/vault/wraps", wire.readWraps);
  }

  /** Every item appended after that position. */
  async *vaultItems(after = 0): AsyncGenerator<wire.StoredVaultItem> {
    for (let position = after, more = true; more; ) {
      const page = await this.#ask("GET", `/v1/vault/items?after=${position}&limit=${VAULT_PAGE}`, wire.readVaultItems);
      yield* page.items;
      position = page.items.at(-1)?.position ?? position;
      more = page.more;
    }
  }

  async appendVaultItems(items: readonly wire.VaultItemBody[]): Promise<void> {
    const position = (value: unknown) => count(fields(value)["position"]);
    await this.#ask("POST", "/v1/vault/items", position, { items: items.map(wire.vaultItemOut) });
  }

  // -------------------------------------------------------------- closed user groups

  async openCug(cugId: Uint8Array, clientRef: Uint8Array, groupStart: Uint8Array): Promise<void> {
    const ids = { cug_id: wire.toBase64(cugId), client_ref: wire.toBase64(clientRef) };
    await this.#ask("POST", "/v1/cugs", fields, { ...ids, group_start: wire.toBase64(groupStart) });
  }

  cugs(): Promise<wire.CugSaid[]> {
    return this.#all("/v1/cugs", "", wire.readCugs);
  }

  groupInfo(cugId: Uint8Array): Promise<wire.GroupInfoSaid> {
    return this.#ask("GET", `/v1/cugs/${toHex(cugId)}/group-info`, wire.readGroupInfo);
  }

  welcome(cugId: Uint8Array): Promise<wire.WelcomeSaid> {
    return this.#ask("GET", `/v1/cugs/${toHex(cugId)}/welcome`, wire.readWelcome);
  }

  async closeCug(cugId: Uint8Array, clientRef: Uint8Array, body: Uint8Array): Promise<void> {
    const request = { client_ref: wire.toBase64(clientRef), body: wire.toBase64(body) };
    await this.#ask("POST", `/v1/cugs/${toHex(cugId)}/close`, fields, request);
  }

  // -------------------------------------------------------------- encrypted files

  beginUpload(cugId: Uint8Array, file: FileName): Promise<wire.UploadSaid> {
    const request = { file_hash: wire.toBase64(file.hash), length: file.length };
    return this.#ask("POST", filesPath(cugId), wire.readUpload, request);
  }

  uploadChunk(cugId: Uint8Array, hash: Uint8Array, index: number, chunk: Uint8Array): Promise<wire.UploadSaid> {
    return this.#ask("PUT", `${filesPath(cugId)}/${toHex(hash)}/${index}`, wire.readUpload, new Uint8Array(chunk));
  }

  finishUpload(cugId: Uint8Array, hash: Uint8Array): Promise<wire.UploadSaid> {
    return this.#ask("POST", `${filesPath(cugId)}/${toHex(hash)}/finish`, wire.readUpload);
  }

  cancelUpload(cugId: Uint8Array, hash: Uint8Array): Promise<void> {
    return this.#do("DELETE", `${filesPath(cugId)}/${toHex(hash)}`);
  }

  async fileChunk(cugId: Uint8Array, hash: Uint8Array, index: number): Promise<Uint8Array> {
    const response = await this.#request("GET", `${filesPath(cugId)}/${toHex(hash)}/${index}`);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch {
      throw new ServerUnreachable({ address: this.serverUrl });
    }
  }

  // -------------------------------------------------------------- the wire

  async #all<T>(path: string, query: string, read: Read<wire.Page<T>>): Promise<T[]> {
    const found: T[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const parts: string[] = [query, `limit=${PAGE}`, after === "" ? "" : `after=${encodeURIComponent(after)}`];
      const page: wire.Page<T> = await this.#ask("GET", `${path}?${parts.filter((part) => part !== "").join("&")}`, read);
      found.push(...page.items);
      after = page.next;
    }
    return found;
  }

  async #ask<T>(method: string, path: string, read: Read<T>, body?: Sent): Promise<T> {
    const response = await this.#request(method, path, body);
    try {
      return read(await response.json());
    } catch (error) {
      if (error instanceof Malformed || error instanceof SyntaxError) throw new ServerMisbehaved({ reason: `answer:${path}` });
      throw new ServerUnreachable({ address: this.serverUrl });
    }
  }

  async #do(method: string, path: string, body?: Sent): Promise<void> {
    const response = await this.#request(method, path, body);
    if (response.status !== 204) throw new ServerMisbehaved({ reason: `answer:${path}` });
  }

  async #request(method: string, path: string, body?: Sent): Promise<Response> {
    const given = new AbortController();
    const patience = AbortSignal.timeout(TIMEOUT_MS);
    const giveUp = () => given.abort();
    patience.addEventListener("abort", giveUp);
    this.#leaving.signal.addEventListener("abort", giveUp, { signal: patience });
    if (this.#leaving.signal.aborted) giveUp();
    return await this.#send(method, path, given.signal, body);
  }

  async #send(method: string, path: string, signal: AbortSignal, body?: Sent): Promise<Response> {
    const headers: Record<string, string> = { ...wire.BY_COOKIE };
    const isBytes = body instanceof Uint8Array;
    if (body !== undefined) headers["Content-Type"] = isBytes ? "application/octet-stream" : "application/json";
    const options: RequestInit = {
      method,
      headers,
      body: body === undefined ? null : isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal,
    };
    let response: Response;
    try {
      response = await this.#fetch(this.serverUrl + path, options);
    } catch {
      throw new ServerUnreachable({ address: this.serverUrl });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

function filesPath(cugId: Uint8Array): string {
  return `/v1/cugs/${toHex(cugId)}/files`;
}

async function refusal(response: Response): Promise<ServerRefused | ServerMisbehaved> {
  try {
    const said = fields(await response.json());
    return new ServerRefused(textOf(200)(said["code"]), readFacts(said["facts"] ?? {}));
  } catch {
    return new ServerMisbehaved({ reason: `status:${response.status}` });
  }
}

function readFacts(value: unknown): Record<string, Fact> {
  const plain = (fact: unknown) => fact === null || ["string", "number", "boolean"].includes(typeof fact);
  return Object.fromEntries(Object.entries(fields(value)).filter(([, fact]) => plain(fact))) as Record<string, Fact>;
}
