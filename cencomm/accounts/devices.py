"""An officer's devices: registered with a certificate, ended for good by revocation (PROTOCOL §1.1, §1.5)."""

from __future__ import annotations

from cencomm.accounts import access, certification, sessions
from cencomm.accounts.errors import CertificateRefused, DeviceRevoked, DeviceUnknown, TooManyDevices
from cencomm.accounts.model import Account, Deployment, Device, Session
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.certificates import Certificate, CertificateInvalid, Chain, Kind, Trust, verify_chain
from cencomm.crypto.policy import MAX_DEVICES
from cencomm.crypto.revocation import is_revoked
from cencomm.ids import DeviceId


async def register(
    session: Session, data: bytes, proof: bytes, deployment: Deployment, uow: UnitOfWork, now_ms: int
) -> sessions.SessionView:
    """Publish a device certificate of the session's officer, and bind the session to it. A new certificate for the same
    device and key replaces the old one.

    Raises:
        DecodeError, NotAllowed, CertificateRefused, DeviceRevoked, TooManyDevices, BadSignature: nothing is stored.
    """
    certificate = Certificate.decode(data)
    access.require(session, "register_device", certificate.subject)
    async with uow:
        account = await uow.accounts.get(session.account_id, for_update=True)
        await _check_chain(account, certificate, deployment, uow, now_ms)
        device = Device(
            device_id=DeviceId(certificate.subject),
            account_id=session.account_id,
            public_key=certificate.public_key,
            certificate=data,
            registered_ms=now_ms,
        )
        await _store(device, uow)
        bound = await sessions.bind(session, device, proof, uow)
        seen = await sessions.view_within(bound, uow)
        await uow.commit()
        return seen


async def _check_chain(
    account: Account | None, certificate: Certificate, deployment: Deployment, uow: UnitOfWork, now_ms: int
) -> None:
    if certificate.kind is not Kind.DEVICE:
        raise CertificateRefused(reason="kind")
    if account is None or account.certificate is None:
        raise CertificateRefused(reason="issuer_not_certified")
    ncp = await certification.ncp_certificate_of(account.administration, uow)
    chain = Chain(ncp, Certificate.decode(account.certificate), certificate)
    try:
        verify_chain(chain, Trust(deployment.deployment_id, deployment.root_public_key), now_ms // 1000)
    except CertificateInvalid as invalid:
        raise CertificateRefused(reason=invalid.facts.get("reason")) from None
    if is_revoked(chain, await certification.revoked_certificates(uow)):
        raise CertificateRefused(reason="revoked")


async def _store(device: Device, uow: UnitOfWork) -> None:
    known = await uow.devices.get(device.device_id, for_update=True)
    if known is None:
        alive = [other for other in await uow.devices.of_account(device.account_id) if other.revoked_ms is None]
        if len(alive) >= MAX_DEVICES:
            raise TooManyDevices(limit=MAX_DEVICES)
        await uow.devices.add(device)
        return
    if known.revoked_ms is not None:
        raise DeviceRevoked(device=device.device_id)
    if known.public_key != device.public_key:
        raise CertificateRefused(reason="device_exists")
    if Certificate.decode(device.certificate).not_before_s < Certificate.decode(known.certificate).not_before_s:
        raise CertificateRefused(reason="older")
    await uow.devices.set_certificate(device.device_id, device.certificate)


async def devices(session: Session, uow: UnitOfWork) -> list[Device]:
    """The account's devices, the revoked ones too."""
    access.require(session, "devices")
    async with uow:
        return await uow.devices.of_account(session.account_id)


async def revoke(session: Session, device_id: DeviceId, uow: UnitOfWork, now_ms: int) -> None:
    """End a device: its sessions, its key packages, its name. Harmless when it is revoked already.

    Raises:
        NotAllowed, DeviceUnknown: nothing is changed.
    """
    access.require(session, "revoke_device", device_id)
    async with uow:
        if await uow.devices.get(device_id) is None:
            raise DeviceUnknown(device=device_id)
        await end(device_id, uow, now_ms)
        await uow.commit()


async def end(device_id: DeviceId, uow: UnitOfWork, now_ms: int) -> None:
    """As `revoke`, in the caller's unit of work and without asking who does it."""
    await uow.devices.revoke(device_id, now_ms)
    await uow.key_packages.drop_of_device(device_id)
    await uow.sessions.end_of_device(device_id)
