/** The names of things that travel between parts (twin of `cencomm.ids`). */

import { randomBytes } from "../crypto/primitives.ts";

export const ID_BYTES = 16;

/** 16 random bytes: a new cug_id, group_id or client_ref. */
export function newId(): Uint8Array {
  return randomBytes(ID_BYTES);
}

/** The officer who holds the device. */
export function officerOf(deviceId: string): string {
  return deviceId.slice(0, Math.max(0, deviceId.lastIndexOf("/")));
}

/** The administration (ISO 3166-1 alpha-2) at the start of an officer or device id. */
export function administrationOf(name: string): string {
  return name.split("/", 1)[0] ?? "";
}
