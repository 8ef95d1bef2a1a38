/**
 * The names of things that travel between parts (twin of `cencomm.ids`); ids of CUGs, groups and sendings are bytes.
 */

/** How long a cug_id, a group_id and a client_ref are. */
export const ID_BYTES = 16;

/** The officer who holds the device. */
export function officerOf(deviceId: string): string {
  return deviceId.slice(0, Math.max(0, deviceId.lastIndexOf("/")));
}
