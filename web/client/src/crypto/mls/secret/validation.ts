/** The checks that need a member's secrets, one number each (V400..V599); the public ones are in `mls/public`. */

import type { Fact } from "../../errors.ts";
import { MlsError, checksOf, refusal } from "../public/validation.ts";

/** The commit removes us: there is no next state for this member (RFC 9420 §12.4.2). */
export class RemovedFromGroup extends MlsError {
  constructor() {
    super("V453", {}, "mls.removed");
  }
}

const TABLE: readonly (readonly [string, string, string])[] = [
  // The secret tree and PrivateMessage
  ["V410", "a message key is used once", "§9.2"],
  ["V411", "a generation is not too far ahead", "§9.2, §15.3"],
  ["V412", "the sender's leaf is in the secret tree", "§6.3.2"],
  ["V420", "a private message is of this group and epoch", "§6.3, §14"],
  ["V421", "the sender data opens", "§6.3.2"],
  ["V423", "the content of a private message opens", "§6.3.1"],
  ["V424", "padding is zero", "§6.3.1"],
  ["V425", "application data comes in a private message", "§6"],
  // Pre-shared keys
  ["V430", "we have the pre-shared key", "§8.4, §12.4.2"],
  ["V431", "a pre-shared key's nonce has the length of the hash", "§12.1.4"],
  ["V432", "no pre-shared key is named twice", "§12.2"],
  ["V433", "a reinit or branch key joins alone and at epoch 1", "§12.4.3.1"],
  // Processing a commit
  ["V450", "a member's public message carries the right membership tag", "§6.2"],
  ["V452", "the confirmation tag is right", "§8.1, §12.4.2"],
  ["V453", "the commit does not remove us", "§12.4.2"],
  ["V454", "our own commit is merged, not processed", "§12.4"],
  ["V455", "the path has a ciphertext that we can open", "§7.5, §7.6"],
  ["V456", "our path ciphertext opens", "§7.6"],
  ["V457", "the path secrets give the path's public keys", "§7.5, §12.4.2"],
  ["V458", "the commit was made in our group and epoch", "§12.4.2"],
  ["V459", "an update that we proposed comes with the key that we kept", "§12.4.2"],
  // Joining by Welcome
  ["V470", "the welcome is for our key package", "§12.4.3.1"],
  ["V471", "welcome, key package and group use one cipher suite", "§12.4.3.1"],
  ["V472", "our group secrets open", "§12.4.3.1"],
  ["V473", "the group info opens", "§12.4.3.1"],
  ["V474", "our leaf stands in the tree", "§12.4.3.1"],
  ["V475", "the welcome's path secret gives the tree's public keys", "§12.4.3.1"],
  ["V476", "the group info's confirmation tag is right", "§12.4.3.1"],
  ["V477", "the message is a welcome", "§12.4.3"],
  // Making commits, groups and key packages
  ["V500", "a new identity comes with a path", "§12.1.2, §12.4"],
  ["V502", "the group info gives an external public key", "§12.4.3.2"],
  ["V503", "the identity's signature key belongs to its seed", "§5.3"],
  // Stored state
  ["V520", "our leaf and keys belong to the stored tree", "sealed storage"],];

export const CHECKS = checksOf(TABLE);

/** The error of one check, to be thrown; a number that is not in the table is a fault of ours. */
export function refuse(number: string, facts: Record<string, Fact> = {}): MlsError {
  return refusal(CHECKS, number, facts);
}
