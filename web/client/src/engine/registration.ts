/** This device at the server: its chain to the root, and the session bound to its key (PROTOCOL §1.1). */

import { equal } from "../crypto/bytes.ts";
import { Certificate, CertificateInvalid, Chain, verifyChain } from "../crypto/certificates.ts";
import { signWithLabel } from "../crypto/labels.ts";
import { DecodeError } from "../crypto/tls.ts";
import type { Profile } from "../store/profile.ts";
import { DEVICE_PROOF_LABEL } from "../wire/http.ts";
import { changeAccount, readAccount } from "./account_row.ts";
import type { ServerClock } from "./clock.ts";
import { trustOf } from "./device.ts";
import { IdentityChanged, NotCertified, ServerMisbehaved, ServerRefused } from "./errors.ts";
import type { Api } from "./http.ts";
import type { AccountRow } from "./model.ts";

/**
 * Fetch the certificates above this device's own, verify the chain from the pinned root, and keep it.
 *
 * Throws NotCertified: they are not there yet; IdentityChanged: another key was certified than this account's;
 * ServerMisbehaved: they do not lead to the root. Nothing is kept then.
 */
export async function learnChain(api: Api, profile: Profile, clock: ServerClock): Promise<AccountRow> {
  const row = await readAccount(profile);
  const said = await api.certificates(row.account);
  if (said.ncpCertificate === null || said.officerCertificate === null) throw new NotCertified({ account: row.account });
  let chain: Chain;
  try {
    chain = new Chain(
      Certificate.decode(said.ncpCertificate),
      Certificate.decode(said.officerCertificate),
      Certificate.decode(row.deviceCertificate),
    );
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ServerMisbehaved({ reason: "certificates" });
  }
  if (chain.officer.subject !== row.account || !equal(chain.identityKey, row.identityPublicKey)) {
    throw new IdentityChanged({ officer: row.account });
  }
  try {
    verifyChain(chain, trustOf(row), Math.floor(clock.nowMs() / 1000));
  } catch (error) {
    if (!(error instanceof CertificateInvalid)) throw error;
    throw new ServerMisbehaved({ reason: `certificates:${String(error.facts["reason"])}` });
  }
  return await changeAccount(profile, { chain: chain.encode(), displayName: chain.officer.displayName });
}

/** Bind the session to this device by its signature over the token's hash; a new device is registered with that. */
export async function bindSession(api: Api, row: AccountRow): Promise<void> {
  const { deviceId, sessionId } = await api.session();
  if (deviceId === row.deviceId) return;
  const proof = signWithLabel(row.deviceSeed, DEVICE_PROOF_LABEL, sessionId);
  try {
    await api.bindDevice(row.deviceId, proof);
  } catch (error) {
    if (!(error instanceof ServerRefused) || error.serverCode !== "accounts.device_unknown") throw error;
    await api.registerDevice(row.deviceCertificate, proof);
  }
}
