/**
 * The code that an old device shows to a new one of the same account: with the password, it takes the sheet's place.
 *
 * It carries AK, which every device of the account has, and not R: it opens nothing without the password, and cannot
 * recover a forgotten one (PROTOCOL §1.3).
 */

import { MAX_NAME_BYTES, MAX_SUBJECT_BYTES } from "./certificates.ts";
import { MAX_URL_BYTES } from "./enrolment.ts";
import { DomainError } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { Struct } from "./mls/public/struct.ts";
import { KEY_BYTES, Secret } from "./primitives.ts";
import { fromText, toText } from "./printed.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export const DEVICE_CODE_PREFIX = "cencommdevice1:";

/** A text that is not the code of another device, or was mistyped. */
export class DeviceCodeInvalid extends DomainError {
  constructor(reason: string) {
    super("enrolment.device_code_invalid", { reason });
  }
}

/** Where, which root to trust, which account, and AK. */
export class DeviceCode extends Struct {
  constructor(
    readonly serverUrl: string,
    readonly deploymentId: Uint8Array,
    readonly rootPublicKey: Uint8Array,
    readonly account: string,
    readonly displayName: string,
    readonly accountKey: Secret<"AK">,
  ) {
    super();
  }

  /** One line to show, scan or type. */
  text(): string {
    return toText(DEVICE_CODE_PREFIX, this.encode());
  }

  encode(): Uint8Array {
    const writer = new Writer().text(this.serverUrl).raw(this.deploymentId).raw(this.rootPublicKey);
    return writer.text(this.account).text(this.displayName).raw(this.accountKey).bytes();
  }

  static read(reader: Reader): DeviceCode {
    return new DeviceCode(
      reader.text(MAX_URL_BYTES),
      reader.raw(ID_BYTES),
      reader.raw(KEY_BYTES),
      reader.text(MAX_SUBJECT_BYTES),
      reader.text(MAX_NAME_BYTES),
      new Secret<"AK">(reader.raw(KEY_BYTES)),
    );
  }
}

/** The code that was scanned or typed. Throws DeviceCodeInvalid. */
export function parseDeviceCode(text: string): DeviceCode {
  const encoded = fromText(DEVICE_CODE_PREFIX, text, (misprint) => new DeviceCodeInvalid(misprint));
  try {
    return DeviceCode.decode(encoded);
  } catch (error) {
    if (error instanceof DecodeError) throw new DeviceCodeInvalid("content");
    throw error;
  }
}
