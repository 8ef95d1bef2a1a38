"""Building the view of a group: from the store, and from one stored event to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cencomm.crypto.events import CommitBody
from cencomm.crypto.group_context import CencommGroup
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.policy import CommitData
from cencomm.groups.delivery import devices_of
from cencomm.groups.log import CugEnds, NewEpoch, Submission, follow_roster
from cencomm.groups.model import START_OF_GROUP, Cug, CugState, EpochView, GroupView, LoggedEvent, Membership
from cencomm.wire.frames import EventKind, WelcomeFor


def read(cug: Cug, made_by: LoggedEvent, public_group: bytes, members: Iterable[Membership]) -> GroupView:
    """The view of what is stored; `made_by` is the event that made the newest epoch."""
    group = PublicGroup.decode(public_group)
    return GroupView(
        cug.cug_id,
        cug.state,
        cug.group_id,
        cug.epoch,
        made_by.seq,
        {member.account_id: member for member in members},
        EpochView(group, _time_ms(made_by, group), devices_of(group)),
    )


def _time_ms(made_by: LoggedEvent, group: PublicGroup) -> int:
    """The time that the event which made the epoch says of itself."""
    if made_by.kind is not EventKind.COMMIT:
        return CencommGroup.of(group).started_at_ms
    message = decode_message(CommitBody.decode(made_by.body).mls_message)
    assert isinstance(message.body, PublicMessage)
    return CommitData.decode(message.body.content.authenticated_data).time_ms


def after(view: GroupView | None, stored: Submission, seq: int) -> GroupView | None:
    """The view after a stored change; None where `view` was not of the epoch before, and must be read again."""
    match stored.effect:
        case NewEpoch(view=EpochView() as current) as epoch:
            if not _is_before(view, epoch):
                return None
            members = dict(view.members) if view is not None else {}
            members |= {member.account_id: member for member in follow_roster(members, epoch, seq)}
            return GroupView(stored.cug_id, CugState.OPEN, epoch.group_id, epoch.epoch, seq, members, current)
        case CugEnds():
            return replace(view, state=CugState.CLOSED) if view is not None else None
        case _:
            return view


def _is_before(view: GroupView | None, epoch: NewEpoch) -> bool:
    if view is None:
        return epoch.opens_cug
    return epoch.made_in == START_OF_GROUP or (view.group_id, view.epoch) == (epoch.group_id, epoch.made_in)


def welcomes(stored: Submission) -> tuple[WelcomeFor, ...]:
    """The Welcomes that came with the event."""
    return stored.effect.welcomes if isinstance(stored.effect, NewEpoch) else ()
