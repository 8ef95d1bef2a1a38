"""Closed user groups over HTTP: opening, closing, and reading what a session needs before it follows the log."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cencomm.groups.access import access
from cencomm.groups.delivery import Sending
from cencomm.groups.errors import CugUnknown, NotMember, NoWelcome
from cencomm.groups.log import Receipt
from cencomm.groups.model import Cug, CugState, Membership
from cencomm.ids import ClientRef, CugId, officer_of
from cencomm.server.context import Handler, RequestContext
from cencomm.wire.encoding import Malformed, TooLarge
from cencomm.wire.frames import EventKind, Send
from cencomm.wire.http import (
    CloseCugIn,
    CugOut,
    CugsOut,
    GroupInfoOut,
    MemberOut,
    MembersOut,
    OpenCugIn,
    StoredOut,
    WelcomeOut,
)


async def open_cug(context: RequestContext, request: OpenCugIn) -> StoredOut:
    limit = context.services.foundation.limits.handshake_bytes
    if len(request.group_start) > limit:
        raise TooLarge(limit=limit)
    sending = Sending(
        CugId(request.cug_id),
        context.device_id,
        ClientRef(request.client_ref),
        EventKind.GROUP,
        request.group_start,
    )
    return _stored(await context.services.delivery.open_cug(sending))


async def close_cug(context: RequestContext, request: CloseCugIn, *, cug_id: CugId) -> StoredOut:
    limit = context.services.foundation.limits.record_bytes
    if len(request.body) > limit:
        raise TooLarge(limit=limit)
    closing = Send(cug_id, request.client_ref, EventKind.CLOSED, request.body)
    return _stored(await context.services.delivery.send(context.device_id, closing))


async def cugs(context: RequestContext, *, after: str | None, limit: int) -> CugsOut:
    reader = context.services.delivery.reader
    found = await reader.cugs_of(context.officer_id, _after_cug(after), limit)
    return CugsOut(
        cugs=tuple(_cug(cug, membership) for cug, membership in found),
        next=_cursor(found[-1][0].cug_id) if len(found) == limit else None,
    )


async def cug(context: RequestContext, *, cug_id: CugId) -> CugOut:
    return _cug(*await _place_in(context, cug_id))


async def members(context: RequestContext, *, cug_id: CugId, after: str | None, limit: int) -> MembersOut:
    await _current_member(context, cug_id)
    delivery = context.services.delivery
    found = await delivery.reader.members(cug_id, _after_account(after), limit)
    devices = await delivery.devices(cug_id)
    return MembersOut(
        members=tuple(
            MemberOut(
                account=named.membership.account_id,
                display_name=named.display_name,
                role=named.membership.role,
                admitted_seq=named.membership.admitted_seq,
                removed_seq=named.membership.removed_seq,
                devices=tuple(device for device in devices if officer_of(device) == named.membership.account_id),
            )
            for named in found
        ),
        next=found[-1].membership.account_id if len(found) == limit else None,
    )


async def group_info(context: RequestContext, *, cug_id: CugId) -> GroupInfoOut:
    await _current_member(context, cug_id)
    stored = await context.services.delivery.reader.group(cug_id)
    assert stored is not None
    return GroupInfoOut(
        group_id=stored.cug.group_id,
        epoch=stored.cug.epoch,
        seq=stored.made_by.seq,
        server_time_ms=stored.made_by.server_time_ms,
        group_info=stored.group_info,
    )


async def welcome(context: RequestContext, *, cug_id: CugId) -> WelcomeOut:
    await _current_member(context, cug_id)
    found = await context.services.delivery.reader.welcome(cug_id, context.device_id)
    if found is None:
        raise NoWelcome
    return WelcomeOut(
        group_id=found.group_id,
        epoch=found.epoch,
        seq=found.seq,
        key_package_ref=found.key_package_ref,
        welcome=found.welcome,
    )


async def _place_in(context: RequestContext, cug_id: CugId) -> tuple[Cug, Membership]:
    """The CUG and the officer's place in it, past or present. Raises CugUnknown, for strangers too."""
    found = await context.services.delivery.reader.cug_of(context.officer_id, cug_id)
    if found is None or not access(found[0].state, found[1]).any:
        raise CugUnknown
    return found


async def _current_member(context: RequestContext, cug_id: CugId) -> None:
    """Raises CugUnknown, or NotMember for one who was removed."""
    cug, membership = await _place_in(context, cug_id)
    if not access(cug.state, membership).is_current:
        raise NotMember


def _stored(receipt: Receipt) -> StoredOut:
    return StoredOut(seq=receipt.seq, server_time_ms=receipt.server_time_ms)


def _cug(cug: Cug, membership: Membership) -> CugOut:
    allowed = access(cug.state, membership)
    return CugOut(
        cug_id=cug.cug_id,
        state="open" if cug.state is CugState.OPEN else "closed",
        role=membership.role,
        member=allowed.is_current,
        group_id=cug.group_id,
        epoch=cug.epoch,
        last_seq=min(cug.last_seq, allowed.visible_to),
        opened_at_ms=cug.opened_ms,
        admitted_seq=membership.admitted_seq,
        removed_seq=membership.removed_seq,
    )


def _cursor(cug_id: CugId) -> str:
    return base64.urlsafe_b64encode(cug_id).decode()


def _after_cug(cursor: str | None) -> bytes:
    try:
        return base64.b64decode(cursor or "", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(what="after") from None


def _after_account(cursor: str | None) -> str:
    if cursor and not cursor.isprintable():
        raise Malformed(what="after")
    return cursor or ""


HANDLERS: Mapping[str, Handler] = {
    "open_cug": open_cug,
    "close_cug": close_cug,
    "cugs": cugs,
    "cug": cug,
    "members": members,
    "group_info": group_info,
    "welcome": welcome,
}
