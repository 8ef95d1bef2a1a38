"""Revocation lists: fetched, verified, kept, never rolled back; how fresh they are (PROTOCOL §1.5)."""

from __future__ import annotations

import msgspec

from cencomm.client import model
from cencomm.client.clock import ServerClock
from cencomm.client.engine.device import Device, trust_of
from cencomm.client.errors import RevocationsStale, ServerMisbehaved
from cencomm.client.http import Api
from cencomm.client.model import AccountRow, pack, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.certificates import Certificate, verify_signature
from cencomm.crypto.revocation import ROOT, RevocationInvalid, RevocationList, verify_list, verify_newer
from cencomm.wire.http import RevocationListOut

_DAY_MS = 24 * 3600 * 1000
WARN_AFTER_MS = 7 * _DAY_MS
STOP_AFTER_MS = 30 * _DAY_MS
ASK_AFTER_MS = _DAY_MS // 2
"""A device that stays connected asks again so often; notices tell it sooner."""


async def fetch_revocations(api: Api, profile: Profile, clock: ServerClock) -> bool:
    """Fetch and keep what is newer; whether anything was.

    Raises:
        ServerMisbehaved: a list is not its issuer's, or takes something back. Nothing was kept then.
    """
    account = _account(profile)
    known = {entry.issuer: entry for entry in known_lists(profile)}
    newer: list[RevocationList] = []
    for said in await api.revocations():
        older = known.get(said.issuer)
        if older is None or said.data != older.encode():
            newer.append(await _checked(api, account, said, older))
    with profile.transaction() as tx:
        for entry in newer:
            tx.put(model.REVOCATIONS, entry.issuer.encode(), entry.encode())
        data = tx.get(model.ACCOUNT, model.SELF)
        assert data is not None
        row = unpack(AccountRow, data)
        tx.put(model.ACCOUNT, model.SELF, pack(msgspec.structs.replace(row, revocations_at_ms=clock.now_ms())))
    return bool(newer)


def keep_own_list(profile: Profile, signed: RevocationList) -> None:
    """What this account has just published, so that a restored server can be given it back."""
    with profile.transaction(durable=True) as tx:
        tx.put(model.REVOCATIONS, signed.issuer.encode(), signed.encode())


async def hand_back_own_list(api: Api, profile: Profile) -> bool:
    """Publish a contact point's own newest list again where the server has forgotten it (it was restored): members who
    know that list accept no older one. One that another device of the account has published is learned, so that this
    device can hand it back, too. Whether there was anything to hand back.

    Raises:
        ServerMisbehaved: the server shows what is not the account's own list, or takes something back. Nothing is kept.
    """
    account = _account(profile)
    if account.kind != "ncp":
        return False
    own = next((known for known in known_lists(profile) if known.issuer == account.account), None)
    known_number = 0 if own is None else own.number
    said = [entry for entry in await api.revocations() if entry.issuer == account.account]
    newest = max(said, key=lambda entry: entry.number, default=None)
    if newest is not None and newest.number > known_number:
        keep_own_list(profile, await _checked(api, account, newest, own))
    if own is None or (newest is not None and newest.number >= known_number):
        return False
    await api.publish_revocations(own.encode())
    return True


async def _checked(
    api: Api, account: AccountRow, said: RevocationListOut, older: RevocationList | None
) -> RevocationList:
    """What the server shows, if its issuer signed it and it takes nothing back of the one that is known."""
    given = RevocationList.decode(said.data)
    await _verify(api, account, said, given)
    try:
        if older is not None:
            verify_newer(older, given)
    except RevocationInvalid as error:
        raise ServerMisbehaved(reason=f"revocations:{error.facts.get('reason')}") from None
    return given


async def _verify(api: Api, account: AccountRow, said: RevocationListOut, given: RevocationList) -> None:
    key = account.root_public_key
    if said.issuer != given.issuer or said.number != given.number:
        raise ServerMisbehaved(reason="revocations:label")
    if given.issuer != ROOT:
        certificate = (await api.certificates(given.issuer)).ncp_certificate
        if certificate is None:
            raise ServerMisbehaved(reason="revocations:issuer")
        ncp = Certificate.decode(certificate)
        trust = trust_of(account)
        verify_signature(ncp, trust.root_public_key, trust.deployment_id)
        if ncp.subject != given.issuer:
            raise ServerMisbehaved(reason="revocations:issuer")
        key = ncp.public_key
    try:
        verify_list(given, key, account.deployment_id)
    except RevocationInvalid as error:
        raise ServerMisbehaved(reason=f"revocations:{error.facts.get('reason')}") from None


def known_lists(profile: Profile) -> tuple[RevocationList, ...]:
    """The newest verified list of each issuer."""
    return tuple([RevocationList.decode(row.value) for row in profile.read().rows(model.REVOCATIONS)])


async def refresh_revocations(api: Api, profile: Profile, clock: ServerClock) -> bool:
    """Fetch them if they were last shown half a day ago; whether anything was new."""
    return age_ms(profile, clock) > ASK_AFTER_MS and await fetch_revocations(api, profile, clock)


def age_ms(profile: Profile, clock: ServerClock) -> int:
    """Since the server last showed its lists to this device."""
    return clock.now_ms() - _account(profile).revocations_at_ms


async def require_fresh(api: Api, profile: Profile, device: Device, clock: ServerClock) -> None:
    """Before admitting anybody. Raises RevocationsStale, ServerMisbehaved."""
    await fetch_revocations(api, profile, clock)
    if age_ms(profile, clock) > STOP_AFTER_MS:
        raise RevocationsStale(device=device.device_id)


def _account(profile: Profile) -> AccountRow:
    data = profile.read().get(model.ACCOUNT, model.SELF)
    assert data is not None, "a profile is made together with its account"
    return unpack(AccountRow, data)
