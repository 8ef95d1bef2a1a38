"""Account work outside CUGs, in one place: ceremony, invitations, enrolment, certification, devices, passwords (§1)."""

from __future__ import annotations

from cencomm.client import model
from cencomm.client.api import Client
from cencomm.client.ceremony import (
    CLOCKS_MAY_DIFFER_SECONDS,
    RootInfo,
    certify_ncp,
    first_sheet,
    new_root,
    read_root,
    revoke_by_root,
)
from cencomm.client.enrol import enrol, recover, sign_in_new_device
from cencomm.client.errors import NotCertified, OfficerUnknown, RequestForged
from cencomm.client.identity import open_envelope
from cencomm.client.model import InvitedRow, pack, unpack
from cencomm.client.password_change import change_password
from cencomm.client.requests import PendingRequest
from cencomm.client.revocations import fetch_revocations, keep_own_list, known_lists
from cencomm.client.vault_sync import read_account
from cencomm.crypto.certificates import Certificate, Kind, issue
from cencomm.crypto.enrolment import (
    CertificateRequest,
    RequestInvalid,
    Sheet,
    new_secret_r,
    request_mac_key,
    verify_request_mac,
)
from cencomm.crypto.primitives import Secret, forget_signing_keys
from cencomm.crypto.revocation import Revoked, sign_list
from cencomm.crypto.tls import DecodeError
from cencomm.ids import DeviceId
from cencomm.wire.http import CertificationRequest, DeviceOut

__all__ = [
    "PendingRequest",
    "RootInfo",
    "certify",
    "certify_ncp",
    "change_password",
    "devices",
    "enrol",
    "first_sheet",
    "invite",
    "new_root",
    "pending_requests",
    "publish_certificate",
    "read_root",
    "recover",
    "revoke",
    "revoke_by_root",
    "revoke_device",
    "sign_in_new_device",
]

OFFICER_YEARS = 3
_YEAR_SECONDS = 365 * 24 * 3600


async def invite(client: Client, account: str, display_name: str) -> Sheet:
    """Invite (secretariat: NCPs and secretariat accounts; NCP: its officers) and make the sheet to print.

    Keeps what recognises the holder's certificate request; the secret R is only on the sheet.

    Raises:
        ServerRefused, ServerUnreachable.
    """
    invited = await client.api.invite(account, display_name)
    row = read_account(client.profile)
    secret_r = new_secret_r()
    kept = InvitedRow(account, invited.kind, display_name, request_mac_key(secret_r))
    with client.profile.transaction(durable=True) as tx:
        tx.put(model.INVITED, account.encode(), pack(kept))
    return Sheet(
        server_url=row.server_url,
        deployment_id=row.deployment_id,
        root_public_key=row.root_public_key,
        account=account,
        display_name=display_name,
        invitation_code=invited.invitation_code,
        secret_r=secret_r,
    )


async def pending_requests(client: Client) -> list[PendingRequest]:
    """Requests waiting for this account, MAC and signature checked.

    Raises:
        RequestForged: one does not come from the holder of the sheet that was made here.
    """
    return [_checked(client, said) for said in await client.api.certification_requests()]


def _checked(client: Client, said: CertificationRequest) -> PendingRequest:
    data = client.profile.read().get(model.INVITED, said.account.encode())
    if data is None:
        raise RequestForged(account=said.account, reason="not_invited_here")
    invited = unpack(InvitedRow, data)
    try:
        request = CertificateRequest.decode(said.certificate_request)
        verify_request_mac(Secret(invited.request_mac_key), request, said.request_mac)
        request.verify()
    except (DecodeError, RequestInvalid) as error:
        raise RequestForged(account=said.account, reason=error.code) from None
    deployment_id = read_account(client.profile).deployment_id
    if request.subject != said.account or request.deployment_id != deployment_id:
        raise RequestForged(account=said.account, reason="other_subject")
    return PendingRequest(said.account, invited.kind, invited.display_name, request, said.requested_at_ms)


async def certify(client: Client, request: PendingRequest, password: str) -> Certificate:
    """An NCP certifies an officer of its administration and publishes that.

    Raises:
        WrongPassword; NotCertified: not an NCP; RequestForged: not an officer's request of this administration.
    """
    row = read_account(client.profile)
    asked = request.request
    if row.kind != "ncp":
        raise NotCertified(account=row.account)
    if asked.kind is not Kind.OFFICER or asked.subject.partition("/")[0] != row.account:
        raise RequestForged(account=request.account, reason="other_administration")
    envelope = await open_envelope(client.api, row, password)
    now = client.clock.now_ms() // 1000
    certificate = issue(
        envelope.identity_seed,
        deployment_id=row.deployment_id,
        kind=Kind.OFFICER,
        subject=asked.subject,
        display_name=request.display_name,
        public_key=asked.public_key,
        not_before_s=now - CLOCKS_MAY_DIFFER_SECONDS,
        not_after_s=now + OFFICER_YEARS * _YEAR_SECONDS,
    )
    forget_signing_keys()
    await client.api.certify(certificate.encode())
    return certificate


async def publish_certificate(client: Client, certificate: Certificate) -> None:
    """The secretariat publishes an NCP's certificate."""
    await client.api.certify(certificate.encode())


async def devices(client: Client) -> tuple[DeviceOut, ...]:
    """The account's devices as the server knows them."""
    return await client.api.devices()


async def revoke_device(client: Client, device_id: DeviceId) -> None:
    """End a device's sessions at the server; members trust only the NCP's signed list (`revoke`)."""
    await client.api.revoke_device(device_id)


async def revoke(client: Client, subject: str, password: str, *, compromised_since_ms: int | None = None) -> None:
    """An NCP revokes an officer (`KE/otieno`) or a device (`KE/otieno/laptop`) in its signed list and publishes it.

    If an unlocked device was stolen, revoke the officer, not only the device (PROTOCOL §1.4).

    Raises:
        WrongPassword, NotCertified; OfficerUnknown: no such certificate in this administration.
    """
    row = read_account(client.profile)
    if row.kind != "ncp":
        raise NotCertified(account=row.account)
    certificate = await _certificate_of(client, subject)
    await fetch_revocations(client.api, client.profile, client.clock)
    before = next((known for known in known_lists(client.profile) if known.issuer == row.account), None)
    now_ms = client.clock.now_ms()
    entry = Revoked(certificate.serial, subject, now_ms if compromised_since_ms is None else compromised_since_ms)
    envelope = await open_envelope(client.api, row, password)
    signed = sign_list(
        envelope.identity_seed,
        deployment_id=row.deployment_id,
        issuer=row.account,
        number=1 if before is None else before.number + 1,
        issued_at_ms=now_ms,
        entries=(*(() if before is None else before.entries), entry),
    )
    forget_signing_keys()
    await client.api.publish_revocations(signed.encode())
    keep_own_list(client.profile, signed)


async def _certificate_of(client: Client, subject: str) -> Certificate:
    account, _, device = subject.partition("/")[2].partition("/")
    owner = f"{subject.partition('/')[0]}/{account}"
    known = await client.api.certificates(owner)
    if not device and known.officer_certificate is not None:
        return Certificate.decode(known.officer_certificate)
    for found in known.devices:
        if found.device_id == subject:
            return Certificate.decode(found.certificate)
    raise OfficerUnknown(officer=subject)
