/** The names of things that travel between parts (twin of `cencomm.ids`). */

import { ID_BYTES } from "../crypto/ids.ts";
import { randomBytes } from "../crypto/primitives.ts";

export { ID_BYTES, officerOf } from "../crypto/ids.ts";

/** 16 random bytes: a new cug_id, group_id or client_ref. */
export function newId(): Uint8Array {
  return randomBytes(ID_BYTES);
}

/** The administration (ISO 3166-1 alpha-2) at the start of an officer or device id. */
export function administrationOf(name: string): string {
  return name.split("/", 1)[0] ?? "";
}
