"""A group as its members see it: every commit is processed by every member, and all must agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cencomm.crypto.mls.public.framing import AuthenticatedContent
from cencomm.crypto.mls.public.group import stage_commit
from cencomm.crypto.mls.public.proposals import Add, Proposal
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState, create_group
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, LeafIdentity
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks
from cencomm.crypto.mls.secret.validation import RemovedFromGroup
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import DEFAULT_SUITE, CipherSuite
from tests.unit.crypto.mls.secret.helpers import LIFETIME, identity, key_package


class World:
    """`members` by leaf index; `gone` are the last states of those who were removed."""

    def __init__(self, size: int = 1, suite: CipherSuite = DEFAULT_SUITE) -> None:
        self.suite = suite
        first = create_group(suite, b"group", identity("member 0"), lifetime=LIFETIME)
        self.members: dict[int, GroupState] = {0: first}
        self.gone: list[GroupState] = []
        self._names = 0
        if size > 1:
            self.commit(0, add=size - 1)

    def __getitem__(self, leaf: int) -> GroupState:
        return self.members[leaf]

    def new_package(self) -> KeyPackageBundle:
        self._names += 1
        return key_package(f"member {self._names}", self.suite)

    def commit(
        self,
        committer: int,
        proposals: Sequence[Proposal] = (),
        *,
        add: int = 0,
        path: bool = True,
        psks: Psks = NO_PSKS,
        proposal_refs: Mapping[bytes, AuthenticatedContent] | None = None,
        new_identity: LeafIdentity | None = None,
    ) -> PendingCommit:
        bundles = [self.new_package() for _ in range(add)]
        refs = proposal_refs or {}
        pending = create_commit(
            self.members[committer],
            [*proposals, *(Add(bundle.key_package) for bundle in bundles)],
            path=path,
            psks=psks,
            proposal_refs=refs,
            new_identity=new_identity,
        )
        self.deliver(pending, psks=psks, proposal_refs=refs)
        for bundle in bundles:
            assert pending.welcome is not None
            joined = join_by_welcome(pending.welcome, bundle, psks=psks)
            self.members[joined.own_leaf_index] = joined
        self.agree()
        return pending

    def join(self, *, remove: int | None = None, who: LeafIdentity | None = None, info_from: int | None = None) -> int:
        """An external commit; gives the leaf of the one who joined."""
        source = next(iter(self.members)) if info_from is None else info_from
        joiner = identity("external") if who is None else who
        leaf = None if remove is None else self.members[remove].own_leaf_index
        pending = external_commit(self.members[source].group_info(), joiner, remove=leaf)
        self.deliver(pending, external=True)
        self.members[pending.state.own_leaf_index] = pending.state
        self.agree()
        return pending.state.own_leaf_index

    def deliver(
        self,
        pending: PendingCommit,
        *,
        external: bool = False,
        psks: Psks = NO_PSKS,
        proposal_refs: Mapping[bytes, AuthenticatedContent] | None = None,
    ) -> None:
        own = pending.state.own_leaf_index
        for leaf, state in list(self.members.items()):
            if leaf == own and not external:
                self.members[leaf] = pending.state
                continue
            staged = stage_commit(state.public, pending.commit, proposals=proposal_refs or {})
            try:
                self.members[leaf] = process_commit(state, staged, psks=psks)
            except RemovedFromGroup:
                self.gone.append(self.members.pop(leaf))

    def agree(self) -> None:
        states = list(self.members.values())
        assert len({state.epoch_authenticator for state in states}) == 1
        assert len({state.export("label", b"context", 32) for state in states}) == 1
        assert len({state.public.tree.tree_hash() for state in states}) == 1
        assert {leaf for leaf, _ in states[0].public.tree.leaves()} == set(self.members)
