/** The public half of a group: begin from a GroupInfo, judge commits, judge what comes with them (RFC 9420 §12.4). */

import { compare, equal, equalLists } from "../../bytes.ts";
import { decodeAll } from "../../tls.ts";
import type { StagedCommit } from "./commit_rules.ts";
import { ExtensionType, checkUnique, find } from "./extensions.ts";
import { ofType } from "./proposal_list.ts";
import { Add } from "./proposals.ts";
import { type PublicGroup, checkSigner, decodeGroupInfo } from "./public_group.ts";
import { isPublicKey } from "./public_keys.ts";
import { same } from "./struct.ts";
import { refuse } from "./validation.ts";
import type { Welcome } from "./welcome.ts";

export { NO_PROPOSALS, StagedCommit, stageAuthenticated, stageCommit } from "./commit_rules.ts";
export { PublicGroup, groupFrom, publicGroupFromGroupInfo } from "./public_group.ts";

/** That a Welcome is for exactly those whom the commit adds. Throws `MlsError` V224, V225 or V226. */
export function checkWelcomeRecipients(staged: StagedCommit, welcome: Welcome): void {
  const { cipherSuite, secrets } = welcome;
  if (cipherSuite !== staged.context.cipherSuite) throw refuse("V224", { cipher_suite: cipherSuite });
  const expected = ofType(staged.proposals, Add).map(({ keyPackage }) => keyPackage.reference()).sort(compare);
  const welcomed = secrets.map(({ newMember }) => newMember).sort(compare);
  if (expected.length === 0 || !equalLists(expected, welcomed)) {
    throw refuse("V225", { added: expected.length, welcomed: welcomed.length });
  }
  if (!secrets.every((entry) => isPublicKey(entry.encryptedGroupSecrets.kemOutput))) throw refuse("V226");
}

/**
 * That a GroupInfo (an MLSMessage) tells of this very epoch, tree included, and lets others join by external commit.
 *
 * `next` is the epoch that the commit begins. Throws `DecodeError`, or `MlsError` V124, V200, V201, V209, V211,
 * V220-V223.
 */
export function checkGroupInfo(next: PublicGroup, groupInfo: Uint8Array): void {
  const given = decodeGroupInfo(groupInfo);
  checkUnique(given.extensions);
  if (!same(given.groupContext, next.context)) throw refuse("V220", { epoch: given.groupContext.epoch });
  if (!equal(given.confirmationTag, next.confirmationTag)) throw refuse("V221");
  const tree = find(given.extensions, ExtensionType.RATCHET_TREE);
  if (tree === null) throw refuse("V209");
  if (!equal(tree, next.tree.encode())) throw refuse("V222");
  const externalPub = find(given.extensions, ExtensionType.EXTERNAL_PUB);
  if (externalPub === null || !isPublicKey(decodeAll(externalPub, (reader) => reader.vector()))) throw refuse("V223");
  checkSigner(given, next.tree);
}
