/**
 * What is typed, scanned or in a link, as what it is: an enrolment sheet or another device's code (PROTOCOL §1.3).
 *
 * Both say where, which root to trust and which account, and give AK; only the sheet can begin or recover an account.
 */

import { DEVICE_CODE_PREFIX, type DeviceCode, parseDeviceCode } from "../crypto/device_code.ts";
import { type Sheet, SheetInvalid, parseSheet } from "../crypto/enrolment.ts";
import type * as screen from "./api.ts";
import { requireDeployment } from "./enrol.ts";
import { OtherServer } from "./errors.ts";
import type { Api } from "./http.ts";

export type Proof = Sheet | DeviceCode;

const IN_LINK = /#\/?(?:sheet|code)=([^&\s]+)/i;

/** The code in a whole link, or the text itself. */
function codeIn(text: string): string {
  const linked = IN_LINK.exec(text)?.[1];
  if (linked === undefined) return text;
  try {
    return decodeURIComponent(linked);
  } catch {
    return linked;
  }
}

/** Throws SheetInvalid, DeviceCodeInvalid. */
export function parseProof(text: string): Proof {
  const code = codeIn(text);
  const begins = code.replace(/[\s-]/g, "").toLowerCase();
  return begins.startsWith(DEVICE_CODE_PREFIX) ? parseDeviceCode(code) : parseSheet(code);
}

/** The sheet; a device's code is none: it neither begins nor recovers an account. Throws SheetInvalid. */
export function parseSheetOnly(text: string): Sheet {
  const proof = parseProof(text);
  if (!isSheet(proof)) throw new SheetInvalid("prefix");
  return proof;
}

export function isSheet(proof: Proof): proof is Sheet {
  return "secretR" in proof;
}

/** Throws OtherServer: this page can only speak to the server that it comes from. */
export function requireOwnServer(proof: Proof, origin: string | undefined): void {
  if (origin !== undefined && originOf(proof.serverUrl) !== origin) throw new OtherServer({ address: proof.serverUrl });
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}

/**
 * What is to be done with it, as the server knows.
 *
 * Throws WrongDeployment, ServerRefused (the invitation has expired, or was replaced), ServerUnreachable.
 */
export async function wayOf(proof: Proof, api: Api): Promise<screen.CodeView["way"]> {
  await requireDeployment(api, proof);
  if (!isSheet(proof)) return "device";
  return (await api.isRedeemed(proof.account, proof.invitationCode)) ? "device" : "enrol";
}
