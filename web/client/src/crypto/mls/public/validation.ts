/** Everything that the public half of MLS refuses, each rule with its number and its source. */

import { DomainError, type Fact } from "../../errors.ts";

/** One rule: what must hold, and the section of RFC 9420 that says so. */
export interface Check {
  readonly number: string;
  readonly says: string;
  readonly source: string;
}

/** An MLS object that is well formed but not valid; `check` is the number of the rule that it breaks. */
export class MlsError extends DomainError {
  readonly check: string;

  constructor(check: string, facts: Record<string, Fact> = {}, code = "mls.refused") {
    super(code, { check, ...facts });
    this.check = check;
  }
}

/** A message of another epoch than the one the group is in. */
export class WrongEpoch extends MlsError {
  constructor(sent: number, current: number) {
    super("V146", { sent, current }, "mls.wrong_epoch");
  }
}

const TABLE: readonly (readonly [string, string, string])[] = [
  // Versions, suites and key packages
  ["V100", "the protocol version is mls10", "§6, §10.1"],
  ["V101", "the cipher suite is one that we implement", "§17.1"],
  ["V102", "a key package has the version and the cipher suite of the group", "§10.1"],
  ["V103", "a key package is signed by the key in its leaf", "§10.1"],
  ["V104", "a key package's init key differs from its leaf's encryption key", "§10.1"],
  ["V105", "a key package's init key is a public key of the suite", "§10.1"],
  // Leaf nodes
  ["V110", "a leaf is signed by its own signature key, for its place", "§7.3"],
  ["V111", "a leaf comes from where it stands: key package, update or commit", "§7.3"],
  ["V112", "a leaf supports the protocol version of the group", "§7.2, §7.3"],
  ["V113", "a leaf supports the cipher suite of the group", "§7.2, §7.3"],
  ["V114", "a leaf supports what the group's required_capabilities list", "§7.3, §11.1"],
  ["V115", "a leaf supports its own type of credential", "§7.2"],
  ["V116", "every member supports every type of credential in use in the group", "§7.3"],
  ["V117", "a leaf supports the types of its own extensions", "§7.3"],
  ["V118", "a lifetime does not end before it begins", "§7.3"],
  ["V119", "no two leaves have the same encryption key", "§7.3"],
  ["V120", "no two leaves have the same signature key", "§7.3"],
  ["V121", "a leaf's encryption key is a public key of the suite", "§7.3"],
  ["V122", "a leaf's signature key is a public key of the suite", "§7.3"],
  ["V123", "every member supports the types of the extensions of the group context", "§7.2, §12.1.7, §13.4"],
  ["V124", "no list of extensions has two of one type", "§13.4"],
  // Messages
  ["V140", "a message is signed by its sender", "§6.1"],
  ["V141", "what a message says is what its kind of sender may say", "§6, §12.1.8"],
  ["V142", "application data does not travel as a PublicMessage", "§6.2"],
  ["V143", "only a PublicMessage can be checked without the secrets of the group", "§6.3"],
  ["V144", "the sender is a member", "§6.1"],
  ["V145", "the message is for this group", "§6"],
  ["V146", "the message is for this epoch", "§12.4.2, §14"],
  ["V147", "an external sender is listed in the group context", "§12.1.8.1"],
  ["V148", "the message is a commit", "§12.4.2"],
  ["V149", "a confirmation tag is as long as the hash", "§6.1, §8.1"],
  ["V150", "a membership tag is as long as the hash", "§6.2"],
  // Trees and GroupInfo
  ["V200", "a GroupInfo is signed by its signer", "§12.4.3.1"],
  ["V201", "the signer of a GroupInfo is a member", "§12.4.3.1"],
  ["V202", "the tree has the tree hash of the group context", "§12.4.3.1"],
  ["V203", "every parent is parent-hash valid", "§7.9.2, §12.4.3.1"],
  ["V204", "the last node that a tree lists is not blank", "§12.4.3.3"],
  ["V205", "unmerged leaves are members below their node, in order, each once", "§7.1, §12.4.3.1"],
  ["V206", "between a parent and its unmerged leaf, every node names the leaf as unmerged", "§12.4.3.1"],
  ["V207", "leaves stand at even places of a tree and parents at odd ones", "§12.4.3.3"],
  ["V208", "no two nodes have the same encryption key", "§12.4.3.1"],
  ["V209", "the ratchet tree is at hand", "§12.4.3.3"],
  ["V210", "a parent's encryption key is a public key of the suite", "§7.1"],
  ["V211", "the message is a GroupInfo", "§12.4.3"],
  // What comes with a commit
  ["V220", "a commit's GroupInfo has the group context of the new epoch", "§12.4.3"],
  ["V221", "a commit's GroupInfo has the confirmation tag of the commit", "§12.4.3"],
  ["V222", "a commit's GroupInfo has the tree of the new epoch", "§12.4.3.3"],
  ["V223", "a commit's GroupInfo lets others join by external commit: it has an external_pub", "§12.4.3.2"],
  ["V224", "a Welcome has the cipher suite of the group", "§12.4.3.1"],
  ["V225", "a Welcome is for the members that the commit adds, each once, and for nobody else", "§12.4.3.1"],
  ["V226", "a Welcome's encrypted group secrets have a KEM output of the suite", "§12.4.3.1"],
  // Lists of proposals
  ["V300", "a commit does not hold an update of its own sender", "§12.2"],
  ["V301", "a commit does not remove its own sender", "§12.2"],
  ["V302", "a leaf is updated or removed at most once", "§12.2"],
  ["V303", "a client is added at most once", "§12.2"],
  ["V304", "the leaf that is removed or updated is a member", "§12.1.2, §12.1.3"],
  ["V305", "a pre-shared key is named at most once", "§12.2"],
  ["V306", "the extensions of the group are replaced at most once", "§12.2"],
  ["V307", "a ReInit stands alone", "§12.2"],
  ["V308", "only an external commit holds an ExternalInit", "§12.2"],
  ["V311", "a commit has a path unless it only adds, names keys or re-initialises", "§12.4"],
  ["V312", "a pre-shared key is external or an application's resumption key", "§12.2"],
  ["V313", "the nonce of a pre-shared key is as long as the hash", "§12.1.4"],
  ["V314", "a ReInit does not lower the protocol version", "§12.1.5"],
  ["V315", "a proposal named by reference is known", "§12.4.2"],
  ["V316", "a proposal is named by reference at most once", "§12.2"],
  ["V317", "a proposal named by reference was made in this epoch of this group", "§12.4"],
  ["V318", "an Update changes the leaf's encryption key", "§7.3, §12.1.2"],
  // External commits
  ["V320", "an external commit has exactly one ExternalInit", "§12.2"],
  ["V321", "an external commit removes at most one leaf", "§12.2"],
  ["V322", "an external commit holds only ExternalInit, Remove and PreSharedKey", "§12.2"],
  ["V323", "an external commit names no proposal by reference", "§12.4.3.2"],
  ["V324", "an external commit has a path", "§12.4.3.2"],
  ["V325", "an ExternalInit has a KEM output of the suite", "§12.1.6"],
  // Update paths
  ["V330", "the leaf of a path comes from a commit", "§7.3, §12.4.2"],
  ["V331", "the leaf of a path has a new encryption key", "§12.4.2"],
  ["V332", "a path has one node for each of the sender's filtered direct path", "§7.9, §12.4.2"],
  ["V333", "a path node has one ciphertext for each node it must reach", "§7.6, §12.4.2"],
  ["V334", "the leaf of a path has the parent hash of the path", "§7.9.2"],
  ["V335", "the public keys of a path stand nowhere in the tree", "§12.4.2"],
  ["V336", "the public keys of a path are public keys of the suite", "§7.6"],
  ["V337", "a ciphertext of a path has the size of an encrypted path secret", "§7.6"],
  // The group
  ["V340", "the epoch can still be counted", "§8"],
  ["V341", "a group that was re-initialised takes no more commits", "§11.2"],
  ["V342", "a tree has room for the leaf", "§7.7"],];

/** A table of rules by their numbers. */
export function checksOf(table: readonly (readonly [string, string, string])[]): ReadonlyMap<string, Check> {
  return new Map(table.map(([number, says, source]) => [number, { number, says, source }]));
}

/** Every rule by its number. */
export const CHECKS = checksOf(TABLE);

/** The error for a broken rule of `checks`; an unknown number is a fault of ours. */
export function refusal(checks: ReadonlyMap<string, Check>, number: string, facts: Record<string, Fact>): MlsError {
  if (!checks.has(number)) throw new RangeError(`no check ${number}`);
  return new MlsError(number, facts);
}

/** The error for a broken rule, to be thrown. */
export function refuse(number: string, facts: Record<string, Fact> = {}): MlsError {
  return refusal(CHECKS, number, facts);
}
