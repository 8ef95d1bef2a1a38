/**
 * The enrolment sheet, what is derived from its secret R, and the request for a certificate (PROTOCOL §1.2, §1.3).
 *
 *     R  (on paper only)  ->  AK  account key            kept by devices; mixed into everything made of the password
 *                         ->  recovery keys              open the vault when the password is forgotten
 *                         ->  recovery authentication    signs in to the server for that
 *                         ->  request MAC key            kept by the inviter: tells the sheet's holder from the server
 */

import { concat, utf8 } from "./bytes.ts";
import { Kind, MAX_NAME_BYTES, MAX_SUBJECT_BYTES, isSubject, readKind } from "./certificates.ts";
import { DomainError } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned, signWithLabel } from "./labels.ts";
import { Struct } from "./mls/public/struct.ts";
import {
  KEY_BYTES,
  type Random,
  SIGNATURE_BYTES,
  Secret,
  constantTimeEqual,
  ed25519Public,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  randomBytes,
} from "./primitives.ts";
import { fromText, toText } from "./printed.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export const VERSION = 1;
export const SHEET_PREFIX = "cencomm1:";
const SECRET_R_BYTES = 32;
const REQUEST_LABEL = "CENcommCertificateRequest";
export const MAX_URL_BYTES = 400;
const MAX_CODE_BYTES = 200;
const SALT = utf8("CENcomm enrolment v1");

/** A text that is not an enrolment sheet, or was mistyped. */
export class SheetInvalid extends DomainError {
  constructor(reason: string) {
    super("enrolment.sheet_invalid", { reason });
  }
}

/** A certificate request that its key did not sign, or that was not made with the sheet; `reason` says which. */
export class RequestInvalid extends DomainError {
  constructor(reason: string, subject: string) {
    super("enrolment.request_invalid", { reason, subject });
  }
}

// ---------------------------------------------------------------- what R gives

export function newSecretR(random: Random = randomBytes): Secret<"R"> {
  return new Secret<"R">(random(SECRET_R_BYTES));
}

/** HKDF(R, label), 32 bytes. */
function deriveFromR<K extends string>(secretR: Secret<"R">, label: string): Secret<K> {
  return new Secret<K>(hkdfExpand(hkdfExtract(SALT, secretR), utf8(label), KEY_BYTES));
}

/** AK: what devices keep of R. */
export function accountKey(secretR: Secret<"R">): Secret<"AK"> {
  return deriveFromR(secretR, "account");
}

/** Opens the vault's outer wrap when the password is forgotten. */
export function recoveryKey(secretR: Secret<"R">): Secret {
  return deriveFromR(secretR, "recovery");
}

/** Opens the wrap of the inner envelope when the password is forgotten. */
export function recoveryInnerKey(secretR: Secret<"R">): Secret {
  return deriveFromR(secretR, "recovery inner");
}

/** Sent to the server to set a new password. */
export function recoveryAuthenticationKey(secretR: Secret<"R">): Secret {
  return deriveFromR(secretR, "recovery authentication");
}

/** Kept by whoever printed the sheet. */
export function requestMacKey(secretR: Secret<"R">): Secret<"request MAC"> {
  return deriveFromR(secretR, "certificate request");
}

// ---------------------------------------------------------------- the sheet

/** What is handed over on paper: where, which root to trust, which account, and the two secrets. */
export class Sheet extends Struct {
  readonly #invitationCode: string;

  constructor(
    readonly serverUrl: string,
    readonly deploymentId: Uint8Array,
    readonly rootPublicKey: Uint8Array,
    readonly account: string,
    readonly displayName: string,
    invitationCode: string,
    readonly secretR: Secret<"R">,
  ) {
    super();
    this.#invitationCode = invitationCode;
  }

  get invitationCode(): string {
    return this.#invitationCode;
  }

  get accountKey(): Secret<"AK"> {
    return accountKey(this.secretR);
  }

  /** One line to print, scan or type: a prefix, then base32 with a checksum. */
  text(): string {
    return toText(SHEET_PREFIX, this.encode());
  }

  encode(): Uint8Array {
    const writer = new Writer().text(this.serverUrl).raw(this.deploymentId).raw(this.rootPublicKey);
    return writer.text(this.account).text(this.displayName).text(this.#invitationCode).raw(this.secretR).bytes();
  }

  static read(reader: Reader): Sheet {
    return new Sheet(
      reader.text(MAX_URL_BYTES),
      reader.raw(ID_BYTES),
      reader.raw(KEY_BYTES),
      reader.text(MAX_SUBJECT_BYTES),
      reader.text(MAX_NAME_BYTES),
      reader.text(MAX_CODE_BYTES),
      new Secret<"R">(reader.raw(SECRET_R_BYTES)),
    );
  }
}

/** The sheet that was typed or scanned; case, spaces, line breaks and hyphens do not matter. Throws SheetInvalid. */
export function parseSheet(text: string): Sheet {
  const encoded = fromText(SHEET_PREFIX, text, (misprint) => new SheetInvalid(misprint));
  try {
    return Sheet.decode(encoded);
  } catch (error) {
    if (error instanceof DecodeError) throw new SheetInvalid("content");
    throw error;
  }
}

// ---------------------------------------------------------------- the request for a certificate

/** "Certify this key for me", signed by the key itself. */
export class CertificateRequest extends Struct {
  constructor(
    readonly deploymentId: Uint8Array,
    readonly kind: Kind,
    readonly subject: string,
    readonly publicKey: Uint8Array,
    readonly signature: Uint8Array = new Uint8Array(),
  ) {
    super();
  }

  tbs(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.deploymentId).u8(this.kind);
    return writer.text(this.subject).raw(this.publicKey).bytes();
  }

  encode(): Uint8Array {
    return concat(this.tbs(), this.signature);
  }

  static read(reader: Reader): CertificateRequest {
    if (reader.u16() !== VERSION) throw new DecodeError("request_version");
    const deploymentId = reader.raw(ID_BYTES);
    const kind = readKind(reader);
    const subject = reader.text(MAX_SUBJECT_BYTES);
    if (!isSubject(kind, subject)) throw new DecodeError("request_subject");
    return new CertificateRequest(deploymentId, kind, subject, reader.raw(KEY_BYTES), reader.raw(SIGNATURE_BYTES));
  }

  /** Throws RequestInvalid unless the holder of `publicKey` signed it. */
  verify(): void {
    if (!isSigned(this.publicKey, REQUEST_LABEL, this.tbs(), this.signature)) {
      throw new RequestInvalid("signature", this.subject);
    }
  }
}

/** A request for the public key of `seed`, signed by it. */
export function newRequest(
  seed: Secret,
  asked: { readonly deploymentId: Uint8Array; readonly kind: Kind; readonly subject: string },
): CertificateRequest {
  const { deploymentId, kind, subject } = asked;
  const publicKey = ed25519Public(seed);
  const unsigned = new CertificateRequest(deploymentId, kind, subject, publicKey);
  const signature = signWithLabel(seed, REQUEST_LABEL, unsigned.tbs());
  return new CertificateRequest(deploymentId, kind, subject, publicKey, signature);
}

/** 32 bytes that only the holder of the sheet, and whoever printed it, can make. */
export function requestMac(macKey: Secret<"request MAC">, request: CertificateRequest): Uint8Array {
  return hmacSha256(macKey, request.encode());
}

/** Throws RequestInvalid unless the sheet's holder made the request. */
export function verifyRequestMac(macKey: Secret<"request MAC">, request: CertificateRequest, mac: Uint8Array): void {
  if (!constantTimeEqual(requestMac(macKey, request), mac)) throw new RequestInvalid("mac", request.subject);
}
