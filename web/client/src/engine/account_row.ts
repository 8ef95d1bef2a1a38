/** The account's row: who this profile is. */

import type { Profile } from "../store/profile.ts";
import { NotSignedIn } from "./errors.ts";
import { ACCOUNT, type AccountRow, SELF, packRow, tables, unpackRow } from "./model.ts";

/** Throws NotSignedIn; a profile is made together with its account. */
export async function readAccount(profile: Profile): Promise<AccountRow> {
  const data = await profile.read().get(tables.account, SELF);
  if (data === null) throw new NotSignedIn();
  return unpackRow(ACCOUNT, data);
}

/** Set fields of the account's row; gives the row as it is now. */
export function changeAccount(profile: Profile, fields: Partial<AccountRow>): Promise<AccountRow> {
  return profile.transaction(async (tx) => {
    const data = await tx.get(tables.account, SELF);
    if (data === null) throw new NotSignedIn();
    const row = { ...unpackRow(ACCOUNT, data), ...fields };
    tx.put(tables.account, SELF, packRow(row));
    return row;
  }, true);
}
