"""A commit of somebody else: what only a member can check, and the epoch that it opens (RFC 9420 §12.4.2)."""

from __future__ import annotations

from dataclasses import replace

from cencomm.crypto.mls.public.framing import Sender, WireFormat
from cencomm.crypto.mls.public.group import StagedCommit
from cencomm.crypto.mls.secret.group import GroupState, check_confirmation_tag, enter_epoch
from cencomm.crypto.mls.secret.key_schedule import (
    NO_COMMIT_SECRET,
    CommitSecret,
    InitSecret,
    derive_epoch,
    epoch_secret,
    joiner_secret,
    receive_external_init,
)
from cencomm.crypto.mls.secret.messages import check_membership_tag
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks, psk_secret
from cencomm.crypto.mls.secret.treekem import TreeKeys, decrypt_path, standing_keys
from cencomm.crypto.mls.secret.validation import refuse, removed
from cencomm.crypto.primitives import Secret


def with_own(psks: Psks, state: GroupState) -> Psks:
    """`psks` with the resumption key of the present epoch, which every member has."""
    return psks.with_resumption(state.group_id, state.epoch, state.resumption_psk)


def process_commit(state: GroupState, staged: StagedCommit, *, psks: Psks = NO_PSKS) -> GroupState:
    """Our state after a commit of somebody else (§12.4.2).

    Args:
        state: the epoch that the commit was made in; it is not changed.
        staged: the commit after all checks that need no secret, made from `state.public`.
        psks: the pre-shared keys that it names; that of this epoch we have ourselves.

    Raises:
        RemovedFromGroup: the commit removes us (V453).
        MlsError: V430, V450, V452, V454..V459.
    """
    if staged.before != state.public:
        raise refuse("V458")
    if staged.sender == Sender.member(state.own_leaf_index):
        raise refuse("V454")
    if staged.authenticated.wire_format is WireFormat.PUBLIC_MESSAGE and not staged.external:
        check_membership_tag(state, staged.authenticated, staged.membership_tag)
    if any(index == state.own_leaf_index for index, _ in staged.removed):
        raise removed()
    keys, state_seed = _after_own_update(state, staged)
    keys, commit_secret = _path_secrets(state, staged, standing_keys(keys, staged.applied.tree))
    context = staged.context.encode()
    joiner = joiner_secret(_init_secret(state, staged), commit_secret, context)
    derived = derive_epoch(epoch_secret(joiner, psk_secret(staged.psks, with_own(psks, state)), context))
    public = staged.next()
    check_confirmation_tag(public, derived[0], "V452")
    return enter_epoch(public, keys, derived, state_seed)


def _init_secret(state: GroupState, staged: StagedCommit) -> InitSecret:
    if staged.external_init is None:
        return state.secrets.init_secret
    return receive_external_init(state.suite, staged.external_init.kem_output, state.secrets.external_secret)


def _after_own_update(state: GroupState, staged: StagedCommit) -> tuple[TreeKeys, Secret]:
    """Our keys and seed if the commit takes up an Update that we proposed."""
    for index, leaf in staged.updated:
        if index == state.own_leaf_index:
            ours = next((each for each in state.updates if each.encryption_key == leaf.encryption_key), None)
            if ours is None:
                raise refuse("V459")
            return TreeKeys(index, ours.encryption_private), ours.signature_seed
    return state.keys, state.signature_seed


def _path_secrets(state: GroupState, staged: StagedCommit, keys: TreeKeys) -> tuple[TreeKeys, CommitSecret]:
    if staged.path is None:
        return keys, NO_COMMIT_SECRET
    provisional = replace(
        staged.context, confirmed_transcript_hash=state.public.context.confirmed_transcript_hash
    ).encode()
    steps, commit_secret = decrypt_path(
        state.suite,
        staged.tree,
        keys,
        staged.committer_leaf_index,
        staged.path.nodes,
        added=[index for index, _ in staged.added],
        group_context=provisional,
    )
    learned = {step.node: step.private_key for step in steps}
    held = TreeKeys(keys.own_leaf, keys.leaf_private, {**keys.nodes, **learned})
    return standing_keys(held, staged.tree), commit_secret
