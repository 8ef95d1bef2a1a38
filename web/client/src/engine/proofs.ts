/**
 * What is typed, scanned or in a link, as what it is: an enrolment sheet or another device's code (PROTOCOL §1.3).
 *
 * Both say where, which root to trust and which account, and give AK; only the sheet can begin or recover an account.
 */

import { DEVICE_CODE_PREFIX, type DeviceCode, parseDeviceCode } from "../crypto/device_code.ts";
import { SHEET_PREFIX, type Sheet, SheetInvalid, parseSheet } from "../crypto/enrolment.ts";
import { DomainError } from "../crypto/errors.ts";
import { placeOfMistake } from "../crypto/printed.ts";
import type * as screen from "./api.ts";
import { requireDeployment } from "./enrol.ts";
import { OtherServer } from "./errors.ts";
import type { Api } from "./http.ts";

export type Proof = Sheet | DeviceCode;

/** Codes are printed and typed in groups of so many letters. */
const GROUP = 5;
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
  return isDeviceCode(code) ? parseDeviceCode(code) : parseSheet(code);
}

function isDeviceCode(code: string): boolean {
  return code.replace(/[\s-]/g, "").toLowerCase().startsWith(DEVICE_CODE_PREFIX);
}

/** As `parseProof`, and says where one mistyped letter is: `place`, and the `letters` around it. */
export function readProof(text: string): Proof {
  try {
    return parseProof(text);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const code = codeIn(text);
    const prefix = isDeviceCode(code) ? DEVICE_CODE_PREFIX : SHEET_PREFIX;
    const reason = error.facts["reason"];
    const place = reason === "letters" || reason === "checksum" ? placeOfMistake(prefix, code) : null;
    if (place === null) throw error;
    const body = code.replace(/[\s-]/g, "").slice(prefix.length);
    const group = place - (place % GROUP);
    throw new DomainError(error.code, { ...error.facts, place, letters: body.slice(group, group + GROUP) });
  }
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
