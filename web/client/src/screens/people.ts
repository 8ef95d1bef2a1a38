/** Who somebody is, from an officer id such as `KE/otieno`. Pure. */

import type { Member } from "../engine/api.ts";

export function administrationOf(officerId: string): string {
  return officerId.split("/")[0]!;
}

/** The name in the roster; of those who have left, what the id says. */
export function nameOf(members: ReadonlyMap<string, Member>, officerId: string): string {
  const known = members.get(officerId)?.displayName ?? "";
  return known === "" ? (officerId.split("/").at(-1) ?? officerId) : known;
}
