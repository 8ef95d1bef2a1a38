"""Making a handshake: commit, seals, Welcomes and GroupInfo as one frame, written to disk before it goes out (§2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.client.engine.epochs import expected_seals
from cencomm.client.engine.memory import Memory
from cencomm.client.model import PendingKind, PendingRow
from cencomm.client.profile import Transaction
from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.crypto.group_context import CencommGroup, with_extension
from cencomm.crypto.mls.public.proposals import Proposal
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit
from cencomm.crypto.mls.secret.group import GroupState, create_group
from cencomm.crypto.policy import CommitData
from cencomm.crypto.records import content_key
from cencomm.ids import GroupId, new_client_ref
from cencomm.wire.frames import ClientFrame, Commit, StartGroup, WelcomeFor, encode_frame


@dataclass(frozen=True, slots=True)
class Invited:
    """A device that a commit adds: for whom the Welcome is kept."""

    device_id: str
    key_package_ref: bytes


def commit_data(memory: Memory, now_ms: int) -> bytes:
    """The commit's signed time, never before the last one's, and what its author has seen (PROTOCOL §2.3)."""
    return CommitData(max(now_ms, memory.row.commit_time_ms), memory.head).encode()


def make_commit(
    memory: Memory,
    tx: Transaction,
    proposals: Sequence[Proposal],
    invited: Sequence[Invited],
    now_ms: int,
    *,
    shares_history: bool = False,
) -> ClientFrame:
    """A commit of these proposals, with a path, pending from now on; `shares_history`: with the keys of the past."""
    assert memory.secret is not None
    made = create_commit(memory.secret, proposals, authenticated_data=commit_data(memory, now_ms))
    epoch = memory.secret.epoch
    return _pend(memory, tx, PendingKind.COMMIT, epoch, made, invited, shares_history=shares_history)


def make_external_commit(
    memory: Memory, tx: Transaction, group_info: bytes, remove: LeafIndex | None, now_ms: int
) -> ClientFrame:
    """A commit by which this device joins, replacing its own old leaf if it has one."""
    assert memory.group is not None
    made = external_commit(
        group_info, memory.device.leaf_identity(), remove=remove, authenticated_data=commit_data(memory, now_ms)
    )
    return _pend(memory, tx, PendingKind.EXTERNAL, memory.group.epoch, made, ())


def make_start(
    memory: Memory, tx: Transaction, group_id: GroupId, group: CencommGroup, now_ms: int
) -> tuple[PendingRow, GroupStart]:
    """A new group of which this device is the only member, pending from now on."""
    state = create_group(
        memory.device.suite,
        group_id,
        memory.device.leaf_identity(),
        lifetime=memory.device.lifetime(now_ms),
        extensions=with_extension((), group),
    )
    start = GroupStart(group_id, state.group_info(), seals_of(state, group))
    client_ref, body = new_client_ref(), start.encode()
    row = PendingRow(
        client_ref=client_ref,
        kind=PendingKind.START,
        group_id=group_id,
        epoch=0,
        frame=encode_frame(StartGroup(memory.cug_id, client_ref, body)),
        body=body,
        secret=state.encode(),
    )
    memory.put_pending(tx, row)
    return row, start


def seals_of(state: GroupState, group: CencommGroup) -> tuple[ArchiveSeal, ...]:
    """The archive seals that go with the epoch of `state`."""
    return expected_seals(state, group, content_key(state.export, GroupId(state.group_id)))


def _pend(
    memory: Memory,
    tx: Transaction,
    kind: PendingKind,
    epoch: int,
    made: PendingCommit,
    invited: Sequence[Invited],
    *,
    shares_history: bool = False,
) -> ClientFrame:
    after = CencommGroup.of(made.state.public)
    group_id = GroupId(made.state.group_id)
    body = CommitBody(group_id, epoch, made.commit, seals_of(made.state, after)).encode()
    client_ref = new_client_ref()
    welcomes = tuple(
        [WelcomeFor(guest.device_id, guest.key_package_ref, made.welcome) for guest in invited if made.welcome]
    )
    frame = Commit(memory.cug_id, client_ref, body, made.group_info, welcomes)
    memory.put_pending(
        tx,
        PendingRow(
            client_ref=client_ref,
            kind=kind,
            group_id=group_id,
            epoch=epoch,
            frame=encode_frame(frame),
            body=body,
            secret=made.state.encode(),
            shares_history=shares_history,
        ),
    )
    return frame
