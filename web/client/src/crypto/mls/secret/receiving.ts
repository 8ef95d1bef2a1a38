/** A commit of somebody else: what only a member can check, and the epoch that it opens (RFC 9420 §12.4.2). */

import { equal } from "../../bytes.ts";
import type { Secret } from "../../primitives.ts";
import { WireFormat } from "../public/framing.ts";
import type { StagedCommit } from "../public/group.ts";
import { type GroupState, checkConfirmationTag, enterEpoch } from "./group.ts";
import {
  type CommitSecret,
  type InitSecret,
  NO_COMMIT_SECRET,
  deriveEpoch,
  epochSecret,
  joinerSecret,
  receiveExternalInit,
} from "./key_schedule.ts";
import { checkMembershipTag } from "./messages.ts";
import { NO_PSKS, type Psks, pskSecret } from "./psk.ts";
import { TreeKeys, decryptPath, standingKeys } from "./treekem.ts";
import { RemovedFromGroup, refuse } from "./validation.ts";

/** `psks` with the resumption key of the present epoch, which every member has. */
export function withOwn(psks: Psks, state: GroupState): Psks {
  return psks.withResumption(state.groupId, state.epoch, state.resumptionPsk);
}

/**
 * Our state after a commit of somebody else (§12.4.2).
 *
 * `state` is the epoch that the commit was made in; it is not changed. `staged` is the commit after all checks that
 * need no secret, made from `state.public`. Throws `RemovedFromGroup`: the commit removes us (V453); `MlsError` V430,
 * V450, V452, V454..V459.
 */
export function processCommit(state: GroupState, staged: StagedCommit, psks: Psks = NO_PSKS): GroupState {
  if (!staged.before.equals(state.public)) throw refuse("V458");
  if (staged.sender.isMember(state.ownLeafIndex)) throw refuse("V454");
  if (staged.authenticated.wireFormat === WireFormat.PUBLIC_MESSAGE && !staged.external) {
    checkMembershipTag(state, staged.authenticated, staged.membershipTag);
  }
  if (staged.removed.some(([index]) => index === state.ownLeafIndex)) throw new RemovedFromGroup();
  const own = afterOwnUpdate(state, staged);
  const path = pathSecrets(state, staged, standingKeys(own.keys, staged.applied.tree));
  const context = staged.context.encode();
  const joiner = joinerSecret(initSecret(state, staged), path.commitSecret, context);
  const psk = pskSecret(staged.applied.psks, withOwn(psks, state));
  const derived = deriveEpoch(epochSecret(joiner, psk, context));
  const next = staged.next();
  checkConfirmationTag(next, derived.secrets, "V452");
  return enterEpoch(next, path.keys, derived, own.signatureSeed);
}

function initSecret(state: GroupState, { applied }: StagedCommit): InitSecret {
  if (applied.externalInit === null) return state.secrets.initSecret;
  return receiveExternalInit(state.suite, applied.externalInit.kemOutput, state.secrets.externalSecret);
}

/** Our keys and seed if the commit takes up an Update that we proposed. */
function afterOwnUpdate(state: GroupState, staged: StagedCommit): { keys: TreeKeys; signatureSeed: Secret } {
  const taken = staged.updated.find(([index]) => index === state.ownLeafIndex);
  if (taken === undefined) return { keys: state.keys, signatureSeed: state.signatureSeed };
  const [index, leaf] = taken;
  const ours = state.updates.find((each) => equal(each.encryptionKey, leaf.encryptionKey));
  if (ours === undefined) throw refuse("V459");
  return { keys: new TreeKeys(index, ours.encryptionPrivate), signatureSeed: ours.signatureSeed };
}

function pathSecrets(
  state: GroupState,
  staged: StagedCommit,
  keys: TreeKeys,
): { keys: TreeKeys; commitSecret: CommitSecret } {
  if (staged.path === null) return { keys, commitSecret: NO_COMMIT_SECRET };
  const { confirmedTranscriptHash } = state.public.context;
  const provisional = staged.context.with({ confirmedTranscriptHash });
  const { steps, commitSecret } = decryptPath(
    state.suite,
    staged.tree,
    keys,
    staged.committerLeafIndex,
    staged.path.nodes,
    { added: staged.added.map(([index]) => index), groupContext: provisional.encode() },
  );
  return { keys: standingKeys(keys.withSteps(steps), staged.tree), commitSecret };
}
