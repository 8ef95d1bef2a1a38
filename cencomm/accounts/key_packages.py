"""The directory of key packages (RFC 9420 §10, RFC 9750 §5.1): each is handed out once, a last-resort one stays.

Members check again what they are given; the server checks so that a package that nobody could use is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cencomm.accounts import access
from cencomm.accounts.errors import (
    AccountUnknown,
    DeviceRevoked,
    KeyPackageRefused,
    NoDevice,
    NotAllowed,
    TooManyKeyPackages,
)
from cencomm.accounts.model import AccountKind, Deployment, Device, Session, StoredKeyPackage
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.certificates import CHAIN_EXTENSION, CertificateInvalid, Chain, Trust, verify_chain
from cencomm.crypto.mls.public.extensions import find
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.key_package import KeyPackage, suite_of, verify_key_package
from cencomm.crypto.mls.public.leaf_node import CredentialType, LeafNode
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError
from cencomm.ids import CugId, DeviceId

LOW_WATER = 20
"""Below this a client uploads more."""
MAX_LIFETIME_S = 400 * 24 * 3600
"""No package is accepted for longer than a year and a month."""


@dataclass(frozen=True, slots=True)
class Stock:
    count: int
    last_resort: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What one account's devices gave."""

    account_id: str
    packages: tuple[StoredKeyPackage, ...] = field(repr=False)
    without: tuple[DeviceId, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    accounts: tuple[Taken, ...]
    low: tuple[tuple[DeviceId, int], ...]
    """Devices that should upload more, and how many they have left."""


async def upload(
    session: Session,
    packages: Sequence[bytes],
    last_resort: bytes | None,
    deployment: Deployment,
    uow: UnitOfWork,
    now_ms: int,
    limit: int,
) -> Stock:
    """Store packages of the session's device; a new last-resort one replaces the old.

    Raises:
        NoDevice, DeviceRevoked, KeyPackageRefused, TooManyKeyPackages: nothing is stored.
    """
    access.require(session, "upload_key_packages")
    trust = Trust(deployment.deployment_id, deployment.root_public_key)
    now_s = now_ms // 1000
    async with uow:
        device = await _device_of(session, uow)
        await uow.key_packages.drop_expired(device.device_id, now_s)
        count, _ = await uow.key_packages.counts(device.device_id, now_s)
        if count + len(packages) > limit:
            raise TooManyKeyPackages(limit=limit)
        for data in packages:
            package = _check(data, device, trust, now_s, last_resort=False)
            if not await uow.key_packages.add(package, now_ms):
                raise KeyPackageRefused(reason="seen_before")
        if last_resort is not None:
            package = _check(last_resort, device, trust, now_s, last_resort=True)
            if not await uow.key_packages.replace_last_resort(package, now_ms):
                raise KeyPackageRefused(reason="seen_before")
        stock = Stock(*await uow.key_packages.counts(device.device_id, now_s))
        await uow.commit()
        return stock


async def count(session: Session, uow: UnitOfWork, now_ms: int) -> Stock:
    """What the session's device has left."""
    access.require(session, "count_key_packages")
    if session.device_id is None:
        raise NoDevice
    async with uow:
        return Stock(*await uow.key_packages.counts(session.device_id, now_ms // 1000))


async def take(session: Session, cug_id: CugId, accounts: Sequence[str], uow: UnitOfWork, now_ms: int) -> Handed:
    """One package of each device of each account, for a CUG whose organiser the caller is.

    Raises:
        NotAllowed: the caller is not an organiser of that CUG; nothing is handed out.
        AccountUnknown: one of them is no officer's account; nothing is handed out.
    """
    access.require(session, "take_key_packages")
    async with uow:
        if await uow.roles.role_in(session.account_id, cug_id) != access.ORGANISER:
            raise NotAllowed(action="take_key_packages")
        low: dict[DeviceId, int] = {}
        taken = [await _take_of(name, uow, now_ms // 1000, low) for name in sorted(set(accounts))]
        await uow.commit()
    return Handed(tuple(taken), tuple(low.items()))


async def _take_of(account_id: str, uow: UnitOfWork, now_s: int, low: dict[DeviceId, int]) -> Taken:
    account = await uow.accounts.get(account_id)
    if account is None or account.kind is not AccountKind.OFFICER:
        raise AccountUnknown(account=account_id)
    packages: list[StoredKeyPackage] = []
    without: list[DeviceId] = []
    for device in await uow.devices.of_account(account_id):
        if device.revoked_ms is not None:
            continue
        package = await uow.key_packages.take(device.device_id, now_s)
        if package is None:
            without.append(device.device_id)
        else:
            packages.append(package)
        left, _ = await uow.key_packages.counts(device.device_id, now_s)
        if left < LOW_WATER:
            low[device.device_id] = left
    return Taken(account_id, tuple(packages), tuple(without))


async def _device_of(session: Session, uow: UnitOfWork) -> Device:
    if session.device_id is None:
        raise NoDevice
    device = await uow.devices.get(session.device_id, for_update=True)
    if device is None or device.account_id != session.account_id:
        raise NoDevice
    if device.revoked_ms is not None:
        raise DeviceRevoked(device=device.device_id)
    return device


def _check(data: bytes, device: Device, trust: Trust, now_s: int, *, last_resort: bool) -> StoredKeyPackage:
    """The package, if it is one of this device's that others can use now. Raises KeyPackageRefused."""
    try:
        package = decode_message(data).body
        if not isinstance(package, KeyPackage):
            raise KeyPackageRefused(reason="wire_format")
        verify_key_package(package, suite_of(package.cipher_suite))
        _check_leaf(package.leaf_node, device, trust, now_s)
    except DecodeError:
        raise KeyPackageRefused(reason="malformed") from None
    except MlsError as refused:
        raise KeyPackageRefused(reason="not_valid", check=refused.facts.get("check")) from None
    except CertificateInvalid as invalid:
        raise KeyPackageRefused(reason="chain", why=invalid.facts.get("reason")) from None
    lifetime = package.leaf_node.lifetime
    assert lifetime is not None
    return StoredKeyPackage(package.reference(), device.device_id, data, last_resort, lifetime.not_after_s)


def _check_leaf(leaf: LeafNode, device: Device, trust: Trust, now_s: int) -> None:
    credential = leaf.credential
    if credential.credential_type != CredentialType.BASIC or credential.identity != device.device_id.encode():
        raise KeyPackageRefused(reason="credential")
    if leaf.signature_key != device.public_key:
        raise KeyPackageRefused(reason="signature_key")
    lifetime = leaf.lifetime
    if lifetime is None or not lifetime.not_before_s <= now_s < lifetime.not_after_s:
        raise KeyPackageRefused(reason="lifetime")
    if lifetime.not_after_s - now_s > MAX_LIFETIME_S:
        raise KeyPackageRefused(reason="lifetime")
    encoded = find(leaf.extensions, CHAIN_EXTENSION)
    if encoded is None:
        raise KeyPackageRefused(reason="chain")
    chain = Chain.decode(encoded)
    if chain.device_id != device.device_id or chain.device.public_key != device.public_key:
        raise KeyPackageRefused(reason="chain")
    verify_chain(chain, trust, now_s)
