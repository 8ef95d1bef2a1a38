"""Certificates: who waits for one, publishing one, and what is needed to check an account's chains (PROTOCOL §1.1).

Members trust none of this: they check every chain against the root they have pinned. The server checks too, so that a
mistake is refused where it is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.accounts import access
from cencomm.accounts.errors import AccountUnknown, CertificateRefused
from cencomm.accounts.model import (
    Account,
    AccountKind,
    AccountSummary,
    Deployment,
    Device,
    Session,
    administration_of_account,
)
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.certificates import Certificate, CertificateInvalid, Kind, verify_certificate
from cencomm.crypto.revocation import RevocationList, RevokedIndex, index, revoked_entry

_KIND_OF_ACCOUNT = {AccountKind.NCP: Kind.NCP, AccountKind.OFFICER: Kind.OFFICER}


@dataclass(frozen=True, slots=True)
class Certificates:
    account: Account
    ncp_certificate: bytes | None = field(repr=False)
    officer_certificate: bytes | None = field(repr=False)
    devices: tuple[Device, ...]


async def requests(session: Session, after: str, limit: int, uow: UnitOfWork) -> list[Account]:
    """Accounts that wait for the caller's certification, in the order of their names."""
    access.require(session, "certification_requests")
    async with uow:
        if session.kind is AccountKind.SECRETARIAT:
            return await uow.accounts.uncertified(AccountKind.NCP, None, after, limit)
        return await uow.accounts.uncertified(AccountKind.OFFICER, session.account_id, after, limit)


async def publish(session: Session, data: bytes, deployment: Deployment, uow: UnitOfWork, now_ms: int) -> None:
    """Publish an account's certificate; the same bytes again are harmless.

    Raises:
        DecodeError, NotAllowed, AccountUnknown: nothing is stored.
        CertificateRefused: of another kind, not signed by its issuer, not in force, revoked, or older than the one that
            is known; nothing is stored.
    """
    certificate = Certificate.decode(data)
    access.require(session, "certify", certificate.subject)
    async with uow:
        account = await uow.accounts.get(certificate.subject, for_update=True)
        if account is None:
            raise AccountUnknown(account=certificate.subject)
        if account.certificate == data:
            return
        if certificate.kind is not _KIND_OF_ACCOUNT.get(account.kind):
            raise CertificateRefused(reason="kind")
        issuer_key = await issuer_key_of(account, deployment, uow)
        check(certificate, issuer_key, deployment, await revoked_certificates(uow), now_ms)
        if account.certificate is not None:
            _check_newer(Certificate.decode(account.certificate), certificate)
        await uow.accounts.set_certificate(account.account_id, data)
        await uow.commit()


def check(
    certificate: Certificate,
    issuer_key: bytes,
    deployment: Deployment,
    revoked: RevokedIndex,
    now_ms: int,
) -> None:
    """Raises CertificateRefused unless the issuer signed it, and it is in force and not revoked."""
    try:
        verify_certificate(certificate, issuer_key, deployment.deployment_id, now_ms // 1000)
    except CertificateInvalid as invalid:
        raise CertificateRefused(reason=invalid.facts.get("reason")) from None
    if revoked_entry(certificate, revoked) is not None:
        raise CertificateRefused(reason="revoked")


def _check_newer(known: Certificate, offered: Certificate) -> None:
    if offered.not_before_s < known.not_before_s:
        raise CertificateRefused(reason="older")


async def issuer_key_of(account: Account, deployment: Deployment, uow: UnitOfWork) -> bytes:
    """The key that certifies this account: the root's for an NCP, its NCP's for an officer.

    Raises:
        CertificateRefused: the NCP has no certificate itself.
    """
    if account.kind is AccountKind.NCP:
        return deployment.root_public_key
    return (await ncp_certificate_of(account.administration, uow)).public_key


async def ncp_certificate_of(administration: str, uow: UnitOfWork) -> Certificate:
    """Raises CertificateRefused if the administration's NCP has none."""
    ncp = await uow.accounts.get(administration)
    if ncp is None or ncp.certificate is None:
        raise CertificateRefused(reason="issuer_not_certified")
    return Certificate.decode(ncp.certificate)


async def revoked_certificates(uow: UnitOfWork) -> RevokedIndex:
    """What the newest list of each issuer revokes, until the unit of work ends."""
    await uow.revocations.hold()
    return index([RevocationList.decode(stored.data) for stored in await uow.revocations.newest_of_all()])


async def certificates(session: Session, account_id: str, uow: UnitOfWork) -> Certificates:
    """All that is needed to build and check the account's chains. Raises AccountUnknown."""
    access.require(session, "certificates")
    async with uow:
        account = await uow.accounts.get(account_id)
        if account is None:
            raise AccountUnknown(account=account_id)
        if account.kind is not AccountKind.OFFICER:
            return Certificates(account, account.certificate, None, ())
        ncp = await uow.accounts.get(administration_of_account(account_id))
        devices = await uow.devices.of_account(account_id)
    return Certificates(account, None if ncp is None else ncp.certificate, account.certificate, tuple(devices))


async def directory(
    session: Session, administration: str | None, after: str, limit: int, uow: UnitOfWork
) -> list[AccountSummary]:
    """Accounts, or those of one administration, in the order of their names."""
    access.require(session, "directory")
    async with uow:
        return await uow.accounts.summaries(administration, after, limit)
