"""One member of a group, run by the project's Python, who speaks in lines of JSON (test/crypto/interop).

A line in is [command, arguments]; a line out is {"ok": answer} or {"refused": {"code": ..., "facts": ...}}. Bytes are
hexadecimal. The people are those of tests.unit.crypto.people; test/crypto/people.ts has the same keys.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cencomm.crypto import replay as replaying
from cencomm.crypto.archive import seals_for
from cencomm.crypto.events import GroupStart
from cencomm.crypto.group_context import CencommGroup, Role, RosterEntry, sorted_roster
from cencomm.crypto.head import start
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group import (
    check_group_info,
    check_welcome_recipients,
    public_group_from_group_info,
    stage_commit,
)
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.proposals import Add, Proposal
from cencomm.crypto.mls.public.welcome import Welcome
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.policy import chain_of, device_of, judge_commit
from cencomm.crypto.records import content_key, key_ring, open_record, read_header, seal_record
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, GroupId, OfficerId
from cencomm.wire.frames import Event, EventKind
from tests.unit.crypto.groups import CUG, changed, data, entry, group_of, identity, key_package, leaf_of, started
from tests.unit.crypto.people import NOW_MS, TRUST, Person


class Peer:
    """The commands, each by its name."""

    def __init__(self) -> None:
        self._person: Person | None = None
        self._bundle: KeyPackageBundle | None = None
        self._state: GroupState | None = None
        self._pending: PendingCommit | None = None

    @property
    def state(self) -> GroupState:
        assert self._state is not None
        return self._state

    @property
    def person(self) -> Person:
        assert self._person is not None
        return self._person

    def be(self, officer_id: str, device: str) -> None:
        self._person = Person(OfficerId(officer_id), device)

    def create(self) -> str:
        self._state = started(group_of(entry(self.person, Role.ORGANISER)), by=self.person)
        return GroupStart(GroupId(self.state.group_id), self.state.group_info()).encode().hex()

    def key_package(self) -> str:
        self._bundle = key_package(self.person)
        return self._bundle.message().hex()

    def join(self, welcome: str) -> None:
        assert self._bundle is not None
        self._state = join_by_welcome(bytes.fromhex(welcome), self._bundle)

    def admit(self, packages: list[str]) -> dict[str, str | None]:
        adds: list[Add] = []
        roster = list(CencommGroup.of(self.state.public).roster)
        for message in packages:
            package = decode_message(bytes.fromhex(message)).body
            assert isinstance(package, KeyPackage)
            adds.append(Add(package))
            chain = chain_of(package.leaf_node)
            roster.append(RosterEntry(chain.officer_id, chain.identity_key, Role.OFFICER))
        return self._commit(changed(self.state, roster=sorted_roster(roster)), *adds)

    def remove(self, officer_id: str, device_id: str) -> dict[str, str | None]:
        roster = [one for one in CencommGroup.of(self.state.public).roster if one.officer_id != officer_id]
        return self._commit(changed(self.state, roster=tuple(roster)), leaf_of(self.state, device_id))  # type: ignore[arg-type]

    def renew(self) -> dict[str, str | None]:
        return self._commit()

    def _commit(self, *proposals: Proposal) -> dict[str, str | None]:
        return self._made(create_commit(self.state, proposals, authenticated_data=data()))

    def join_from_outside(self, group_info: str) -> dict[str, str | None]:
        info, ours = bytes.fromhex(group_info), self.person.device_id
        leaves = public_group_from_group_info(info).tree.leaves()
        old = next((index for index, leaf in leaves if device_of(leaf) == ours), None)
        return self._made(external_commit(info, identity(self.person), remove=old, authenticated_data=data()))

    def _made(self, pending: PendingCommit) -> dict[str, str | None]:
        self._pending = PendingCommit.decode(pending.encode())
        return {
            "commit": pending.commit.hex(),
            "welcome": None if pending.welcome is None else pending.welcome.hex(),
            "groupInfo": pending.group_info.hex(),
        }

    def accepted(self) -> None:
        assert self._pending is not None
        self._state, self._pending = self._pending.state, None

    def lost(self) -> None:
        self._pending = None

    def process(self, commit: str, group_info: str, welcome: str | None) -> dict[str, Any]:
        staged = stage_commit(self.state.public, bytes.fromhex(commit))
        check_group_info(staged.next(), bytes.fromhex(group_info))
        if welcome is not None:
            recipients = decode_message(bytes.fromhex(welcome)).body
            assert isinstance(recipients, Welcome)
            check_welcome_recipients(staged, recipients)
        judged = judge_commit(self.state.public, staged, TRUST, last_time_ms=NOW_MS)
        self._state = GroupState.decode(process_commit(self.state, staged).encode())
        return {"committer": judged.committer, "added": list(judged.added), "removed": list(judged.removed)}

    def status(self) -> dict[str, Any]:
        state, group = self.state, CencommGroup.of(self.state.public)
        key = content_key(state.export, GroupId(state.group_id))
        seals = seals_for(
            state.export,
            group_id=GroupId(state.group_id),
            epoch=state.epoch,
            content_key=key,
            archive_keys=group.archive_keys,
        )
        return {
            "epoch": state.epoch,
            "members": state.public.tree.member_count,
            "contextHash": state.public.context_hash().hex(),
            "authenticator": state.epoch_authenticator.hex(),
            "exported": state.export("interoperation", b"context", 48).hex(),
            "contentKey": key.hex(),
            "seals": [seal.encode().hex() for seal in seals],
        }

    def write(self, client_ref: str, public: str, personal: str) -> str:
        state = self.state
        return seal_record(
            cug_id=CUG,
            group_id=GroupId(state.group_id),
            epoch=state.epoch,
            context_hash=state.public.context_hash(),
            leaf_index=state.own_leaf_index,
            client_ref=ClientRef(bytes.fromhex(client_ref)),
            content_key=content_key(state.export, GroupId(state.group_id)),
            public=public.encode(),
            personal=personal.encode(),
            sent_at_ms=NOW_MS,
            seen=start(CUG),
            signature_seed=state.signature_seed,
        ).hex()

    def read(self, body: str) -> list[str]:
        state, encoded = self.state, bytes.fromhex(body)
        leaf = state.public.tree.leaf(read_header(encoded).leaf_index)  # type: ignore[arg-type]
        assert leaf is not None
        opened = open_record(
            encoded,
            keys=key_ring(content_key(state.export, GroupId(state.group_id))),
            context_hash=state.public.context_hash(),
            signature_key=leaf.signature_key,
        )
        return [(opened.public or b"").decode(), (opened.personal or b"").decode()]

    def replay(self, events: list[list[Any]]) -> list[list[str]]:
        told, now = [], replaying.start(CUG, TRUST)
        for seq, (kind, sender, client_ref, body) in enumerate(events, start=1):
            event = Event(seq, NOW_MS + seq, EventKind(kind), sender, bytes.fromhex(client_ref), bytes.fromhex(body))
            now = replaying.step(now, event)
            assert now.group is not None
            told.append([type(now.outcome).__name__.lower(), now.head.hash.hex(), now.group.context_hash().hex()])
            now = replaying.Replay.decode(now.encode(), TRUST)
        return told


def main() -> None:
    peer = Peer()
    for line in sys.stdin:
        command, arguments = json.loads(line)
        try:
            answer = {"ok": getattr(peer, command)(*arguments)}
        except DomainError as refused:
            answer = {"refused": {"code": refused.code, "facts": refused.facts}}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
