"""Who may see and send what in a CUG: the only place that answers it.

Asked at subscription, at every sending, at every read over HTTP and again at every delivery.

    role                               records, rejections, seals, commits, successors   closing   files
    organiser                          yes                                               yes       yes
    ocu, ncp, officer, rilo, liaison   yes                                               no        yes
    observer, auditor                  no: they have no leaf in the group                no        no

Which commits and successors a role may make is the commit policy's question (`crypto.policy`). Every member reads the
log from its first event: past content is kept from him by its keys, not by the server, and the head chain has no gap.

Files are ciphertext beside the log, and no chain hangs on them: they are given to present members only, and one that
was attached before somebody was admitted only where the history policy then in force shared the past with newcomers.
"""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.group_context import Role, holds_leaf
from cencomm.groups.model import CugState, GroupView, Membership
from cencomm.ids import OfficerId
from cencomm.wire.frames import EventKind

NOTHING = 0
EVERYTHING = 2**62

_OF_MEMBERS = frozenset({EventKind.RECORD, EventKind.COMMIT, EventKind.GROUP, EventKind.REJECTION, EventKind.SEAL})


@dataclass(frozen=True, slots=True)
class Access:
    """`visible_to` is the highest seq that may be seen; `sends` the kinds of event that may be sent."""

    visible_to: int
    sends: frozenset[EventKind]
    attaches: bool = False
    """Whether files may be uploaded."""
    files_from: int | None = None
    """The event from which on files are his to read that are not shared with newcomers; None: no file is."""

    def reads_file(self, seq: int, *, shared: bool) -> bool:
        """Whether he may have a file that was attached after event `seq`; `shared`: under history policy `full`."""
        return self.files_from is not None and (shared or seq >= self.files_from)

    def sees(self, seq: int) -> bool:
        return seq <= self.visible_to

    @property
    def any(self) -> bool:
        return self.visible_to > NOTHING

    @property
    def is_current(self) -> bool:
        """Whether he sees what is still to come."""
        return self.visible_to == EVERYTHING


NO_ACCESS = Access(NOTHING, frozenset())


def access(state: CugState, membership: Membership | None) -> Access:
    """What one officer may see and send in a CUG of that state; `membership` is None for a stranger."""
    if membership is None:
        return NO_ACCESS
    if membership.removed_seq is not None:
        return Access(membership.removed_seq, frozenset())
    role = Role(membership.role)
    files_from = membership.admitted_seq if holds_leaf(role) else None
    if state is CugState.CLOSED:
        return Access(EVERYTHING, frozenset(), files_from=files_from)
    return Access(EVERYTHING, _sends(role), attaches=holds_leaf(role), files_from=files_from)


def access_in(view: GroupView, account_id: OfficerId) -> Access:
    """The same in that view; of its members it is remembered there, since it is asked for every record and reader."""
    known = view.accesses.get(account_id)
    if known is None:
        membership = view.members.get(account_id)
        known = access(view.state, membership)
        if membership is not None:
            view.accesses[account_id] = known
    return known


def _sends(role: Role) -> frozenset[EventKind]:
    if not holds_leaf(role):
        return frozenset()
    return _OF_MEMBERS | {EventKind.CLOSED} if role is Role.ORGANISER else _OF_MEMBERS
