/** Who somebody is, from an officer id such as `KE/otieno`. Pure. */

import type { Member } from "../engine/api.ts";

export function administrationOf(officerId: string): string {
  return officerId.split("/")[0]!;
}

/** By officer id. */
export type People = ReadonlyMap<string, Pick<Member, "displayName">>;

/** The name in the certificate; of those never seen here, what the id says. */
export function nameOf(people: People, officerId: string): string {
  const known = people.get(officerId)?.displayName ?? "";
  return known === "" ? (officerId.split("/").at(-1) ?? officerId) : known;
}
