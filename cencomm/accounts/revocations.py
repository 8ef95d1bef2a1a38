"""Signed revocation lists: numbered, never rolled back (PROTOCOL §1.5).

Members trust the signatures, not us. Publishing a list also ends, here and at once, the devices that it revokes.
"""

from __future__ import annotations

from cencomm.accounts import access, certification, devices
from cencomm.accounts.errors import RevocationListRefused
from cencomm.accounts.model import Deployment, Device, Session, StoredRevocationList
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.certificates import Certificate
from cencomm.crypto.revocation import (
    ROOT,
    RevocationInvalid,
    RevocationList,
    Revoked,
    verify_list,
    verify_newer,
)
from cencomm.ids import DeviceId


async def newest(session: Session, uow: UnitOfWork) -> list[StoredRevocationList]:
    """The newest list of each issuer."""
    access.require(session, "revocations")
    async with uow:
        return await uow.revocations.newest_of_all()


async def publish(
    session: Session, data: bytes, deployment: Deployment, uow: UnitOfWork, now_ms: int
) -> tuple[DeviceId, ...]:
    """Publish the issuer's next list; gives the devices that it ended. The same bytes again are harmless.

    Raises:
        DecodeError, NotAllowed, RevocationListRefused: nothing is stored.
    """
    offered = RevocationList.decode(data)
    access.require(session, "publish_revocations", offered.issuer)
    async with uow:
        await uow.revocations.begin_publishing()
        key = await _issuer_key(offered.issuer, deployment, uow)
        stored = await uow.revocations.newest(offered.issuer)
        if stored is not None and stored.data == data:
            return ()
        known = None if stored is None else RevocationList.decode(stored.data)
        _check(offered, known, key, deployment)
        row = StoredRevocationList(offered.issuer, offered.number, data, now_ms)
        if not await uow.revocations.add(row):
            raise RevocationListRefused(reason="rolled_back")
        before = frozenset(known.entries) if known is not None else frozenset[Revoked]()
        ended = [
            device.device_id
            for entry in offered.entries
            if entry not in before
            for device in await _devices_under(entry, uow)
        ]
        for device_id in ended:
            await devices.end(device_id, uow, now_ms)
        await uow.commit()
    return tuple(ended)


async def _issuer_key(issuer: str, deployment: Deployment, uow: UnitOfWork) -> bytes:
    if issuer == ROOT:
        return deployment.root_public_key
    return (await certification.ncp_certificate_of(issuer, uow)).public_key


def _check(offered: RevocationList, known: RevocationList | None, key: bytes, deployment: Deployment) -> None:
    try:
        verify_list(offered, key, deployment.deployment_id)
        if known is not None:
            verify_newer(known, offered)
    except RevocationInvalid as invalid:
        raise RevocationListRefused(reason=invalid.facts.get("reason")) from None


async def _devices_under(entry: Revoked, uow: UnitOfWork) -> list[Device]:
    """Devices whose chain holds the revoked certificate."""
    if entry.subject.count("/") == 2:
        device = await uow.devices.get(DeviceId(entry.subject))
        found = [] if device is None or Certificate.decode(device.certificate).serial != entry.serial else [device]
    elif not await _is_certificate_of(entry, uow):
        found = []
    elif "/" in entry.subject:
        found = await uow.devices.of_account(entry.subject)
    else:
        found = await uow.devices.of_administration(entry.subject)
    return [device for device in found if device.revoked_ms is None]


async def _is_certificate_of(entry: Revoked, uow: UnitOfWork) -> bool:
    account = await uow.accounts.get(entry.subject)
    if account is None or account.certificate is None:
        return False
    return Certificate.decode(account.certificate).serial == entry.serial
