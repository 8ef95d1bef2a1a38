/** Revocation lists: fetched, verified, kept, never rolled back; how fresh they are (PROTOCOL §1.5). */

import { equal, utf8 } from "../crypto/bytes.ts";
import { Certificate, verifySignature } from "../crypto/certificates.ts";
import { ROOT, RevocationInvalid, RevocationList, verifyList, verifyNewer } from "../crypto/revocation.ts";
import type { Profile } from "../store/profile.ts";
import type { RevocationListSaid } from "../wire/http.ts";
import { changeAccount, readAccount } from "./account_row.ts";
import type { ServerClock } from "./clock.ts";
import { trustOf } from "./device.ts";
import { RevocationsStale, ServerMisbehaved } from "./errors.ts";
import type { Api } from "./http.ts";
import { type AccountRow, tables } from "./model.ts";

const DAY_MS = 24 * 3600 * 1000;
export const WARN_AFTER_MS = 7 * DAY_MS;
export const STOP_AFTER_MS = 30 * DAY_MS;
/** A device that stays connected asks again so often; notices tell it sooner. */
const ASK_AFTER_MS = DAY_MS / 2;

/** Fetch and keep what is newer. Throws ServerMisbehaved: a list is not its issuer's, or takes something back. */
export async function fetchRevocations(api: Api, profile: Profile, clock: ServerClock): Promise<void> {
  const account = await readAccount(profile);
  const known = new Map((await knownLists(profile)).map((list) => [list.issuer, list]));
  const newer: RevocationList[] = [];
  for (const said of await api.revocations()) {
    const older = known.get(said.issuer);
    if (older === undefined || !equal(said.data, older.encode())) newer.push(await checked(api, account, said, older));
  }
  await profile.transaction((tx) => {
    for (const list of newer) tx.put(tables.revocations, utf8(list.issuer), list.encode());
  });
  await changeAccount(profile, { revocationsAtMs: clock.nowMs() });
}

/**
 * Publish a contact point's own newest list again where the server has forgotten it (it was restored): members who know
 * that list accept no older one. One that another device of the account has published is learned, so that this browser
 * can hand it back, too. Whether there was anything to hand back.
 *
 * Throws ServerMisbehaved: the server shows what is not the account's own list, or takes something back. Nothing is kept.
 */
export async function handBackOwnList(api: Api, profile: Profile): Promise<boolean> {
  const account = await readAccount(profile);
  if (account.kind !== "ncp") return false;
  const own = (await knownLists(profile)).find((list) => list.issuer === account.account);
  const said = (await api.revocations()).filter((list) => list.issuer === account.account);
  const newest = said.sort((one, other) => other.number - one.number)[0];
  const number = newest?.number ?? 0;
  if (newest !== undefined && number > (own?.number ?? 0)) {
    const learned = await checked(api, account, newest, own);
    await profile.transaction((tx) => tx.put(tables.revocations, utf8(learned.issuer), learned.encode()), true);
    return false;
  }
  if (own === undefined || number === own.number) return false;
  await api.publishRevocations(own.encode());
  return true;
}

/** What the server shows, if its issuer signed it and it takes nothing back of the one that is known. */
async function checked(
  api: Api,
  account: AccountRow,
  said: RevocationListSaid,
  older: RevocationList | undefined,
): Promise<RevocationList> {
  const given = RevocationList.decode(said.data);
  if (said.issuer !== given.issuer || said.number !== given.number) throw new ServerMisbehaved({ reason: "revocations:label" });
  const key = given.issuer === ROOT ? account.rootPublicKey : await issuerKey(api, account, given.issuer);
  try {
    verifyList(given, key, account.deploymentId);
    if (older !== undefined) verifyNewer(older, given);
  } catch (error) {
    if (!(error instanceof RevocationInvalid)) throw error;
    throw new ServerMisbehaved({ reason: `revocations:${String(error.facts["reason"])}` });
  }
  return given;
}

async function issuerKey(api: Api, account: AccountRow, issuer: string): Promise<Uint8Array> {
  const said = (await api.certificates(issuer)).ncpCertificate;
  if (said === null) throw new ServerMisbehaved({ reason: "revocations:issuer" });
  const ncp = Certificate.decode(said);
  const trust = trustOf(account);
  verifySignature(ncp, trust.rootPublicKey, trust.deploymentId);
  if (ncp.subject !== issuer) throw new ServerMisbehaved({ reason: "revocations:issuer" });
  return ncp.publicKey;
}

/** The newest verified list of each issuer. */
export async function knownLists(profile: Profile): Promise<RevocationList[]> {
  return (await profile.read().rows(tables.revocations)).map((row) => RevocationList.decode(row.value));
}

/** Fetch them if they were last shown half a day ago. */
export async function refreshRevocations(api: Api, profile: Profile, clock: ServerClock): Promise<void> {
  if ((await revocationsAgeMs(profile, clock)) > ASK_AFTER_MS) await fetchRevocations(api, profile, clock);
}

/** Since the server last showed its lists to this device. */
export async function revocationsAgeMs(profile: Profile, clock: ServerClock): Promise<number> {
  return clock.nowMs() - (await readAccount(profile)).revocationsAtMs;
}

/** Before admitting anybody. Throws RevocationsStale, ServerMisbehaved. */
export async function requireFresh(api: Api, profile: Profile, clock: ServerClock): Promise<void> {
  await fetchRevocations(api, profile, clock);
  if ((await revocationsAgeMs(profile, clock)) > STOP_AFTER_MS) throw new RevocationsStale();
}
