/** The inner envelope, opened by a password typed just now (PROTOCOL §1.4; twin of `cencomm.client.identity`). */

import { Secret } from "../crypto/primitives.ts";
import { type InnerEnvelope, VaultItem, VaultWraps, openInner, openItem } from "../crypto/vault.ts";
import type { Profile } from "../store/profile.ts";
import { readAccount } from "./account_row.ts";
import { IdentityAbsent } from "./errors.ts";
import type { Api } from "./http.ts";
import { Stretched } from "./passwords.ts";
import { newestInner } from "./vault_items.ts";

/**
 * The identity key and archive keys. Drop it at once, and call `forgetSigningKeys` after signing.
 *
 * Throws WrongPassword; IdentityAbsent: the vault does not have them; ServerRefused, ServerUnreachable.
 */
export async function openEnvelope(api: Api, profile: Profile, password: string): Promise<InnerEnvelope> {
  const row = await readAccount(profile);
  const { account, innerEnvelope, innerVersion } = row;
  const wraps = VaultWraps.decode((await api.vaultWraps()).wraps);
  const stretched = new Stretched(password, wraps.kdf);
  const { innerKey, vaultKey } = stretched.vaultKeys(wraps, account, new Secret<"AK">(row.accountKey));
  if (innerEnvelope.length > 0) {
    const item = VaultItem.decode(innerEnvelope);
    const sealed = openItem(vaultKey, item, { account, itemId: item.itemId, version: innerVersion });
    return openInner(innerKey, sealed, { account, version: innerVersion });
  }
  const found = await newestInner(api, row.vaultKey, account);
  if (found === null) throw new IdentityAbsent({ account });
  return openInner(innerKey, found.sealed, { account, version: found.version });
}
