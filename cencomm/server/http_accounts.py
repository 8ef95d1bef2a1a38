"""Accounts over HTTP: signing in, invitations, certificates, devices, revocations. Parse, call one service, render."""

from __future__ import annotations

from collections.abc import Sequence

from cencomm.accounts import certification, devices, enrolment, presence, revocations, sessions, tokens, vault
from cencomm.accounts.model import Device, Kdf
from cencomm.ids import DeviceId
from cencomm.server.context import Handler, RequestContext
from cencomm.wire.http import (
    BindDeviceIn,
    CertificatesOut,
    CertificationRequest,
    CertificationRequestsOut,
    CertifyIn,
    ChangePasswordIn,
    DeploymentOut,
    DeviceOut,
    DevicesOut,
    DirectoryEntry,
    DirectoryOut,
    EnrolIn,
    InvitationOut,
    InvitationsOut,
    InvitationStateIn,
    InvitationStateOut,
    InviteIn,
    KdfParameters,
    LimitsOut,
    PendingInvitation,
    PresenceSetting,
    PublishRevocationsIn,
    RegisterDeviceIn,
    RevocationListOut,
    RevocationsOut,
    RevokeDeviceIn,
    SessionInfo,
    SessionOut,
    SignInFinishIn,
    SignInStartIn,
    VaultItem,
)


async def deployment(context: RequestContext) -> DeploymentOut:
    foundation = context.services.foundation
    return DeploymentOut(
        deployment_id=foundation.deployment.deployment_id,
        root_public_key=foundation.deployment.root_public_key,
        name=foundation.deployment.name,
        server_time_ms=context.now_ms,
        kdf_ops_limit=tokens.KDF_OPS_LIMIT,
        kdf_memory_bytes=tokens.KDF_MEMORY_BYTES,
        limits=LimitsOut.of(foundation.limits),
        file_bytes=foundation.settings.file_bytes,
    )


# ---------------------------------------------------------------- signing in


async def enrol(context: RequestContext, request: EnrolIn) -> SessionOut:
    command = enrolment.Enrol(
        account_id=request.account,
        code=request.invitation_code,
        kdf=_kdf(request.kdf),
        authentication_key=request.authentication_key,
        recovery_authentication_key=request.recovery_authentication_key,
        certificate_request=request.certificate_request,
        request_mac=request.request_mac,
        wraps=request.wraps,
        inner_envelope=_first_item(request.inner_envelope),
        address=context.address,
    )
    return _signed_in(await enrolment.enrol(command, context.unit_of_work(), context.now_ms, context.session_hours))


def _first_item(item: VaultItem | None) -> vault.Item | None:
    return None if item is None else vault.Item(item.item_id, item.version, item.data)


async def invitation_state(context: RequestContext, request: InvitationStateIn) -> InvitationStateOut:
    found = await enrolment.invitation_of(
        request.account, request.invitation_code, context.address, context.unit_of_work(), context.now_ms
    )
    return InvitationStateOut(redeemed=found.redeemed)


async def sign_in_start(context: RequestContext, request: SignInStartIn) -> KdfParameters:
    deployment = context.services.foundation.deployment
    kdf = await sessions.start(request.account, deployment, context.unit_of_work(read_only=True))
    return KdfParameters(salt=kdf.salt, ops_limit=kdf.ops_limit, memory_bytes=kdf.memory_bytes)


async def sign_in_finish(context: RequestContext, request: SignInFinishIn) -> SessionOut:
    command = sessions.SignIn(request.account, request.authentication_key, request.method, context.address)
    deployment = context.services.foundation.deployment
    uow = context.unit_of_work()
    return _signed_in(await sessions.finish(command, deployment, uow, context.now_ms, context.session_hours))


async def session(context: RequestContext) -> SessionInfo:
    return _session_info(await sessions.view(context.session, context.unit_of_work(read_only=True)))


async def sign_out(context: RequestContext) -> None:
    await sessions.sign_out(context.session, context.unit_of_work())
    context.services.delivery.end_session(context.session.token_hash)


async def sign_out_everywhere(context: RequestContext) -> None:
    await sessions.sign_out_everywhere(context.session, context.unit_of_work())
    context.services.delivery.end_account(context.account_id)


async def bind_device(context: RequestContext, request: BindDeviceIn) -> SessionInfo:
    device_id = DeviceId(request.device_id)
    return _session_info(await sessions.bind_device(context.session, device_id, request.proof, context.unit_of_work()))


async def change_password(context: RequestContext, request: ChangePasswordIn) -> None:
    command = vault.ChangePassword(
        key=request.authentication_key,
        new_kdf=_kdf(request.new_kdf),
        new_key=request.new_authentication_key,
        expected_version=request.expected_wraps_version,
        wraps=request.wraps,
        address=context.address,
    )
    await vault.change_password(context.session, command, context.unit_of_work(), context.now_ms)
    context.services.delivery.end_account(context.account_id, except_token_hash=context.session.token_hash)


async def presence_setting(context: RequestContext) -> PresenceSetting:
    return PresenceSetting(shown=await presence.is_shown(context.session, context.unit_of_work(read_only=True)))


async def set_presence(context: RequestContext, request: PresenceSetting) -> None:
    await presence.set_shown(context.session, context.unit_of_work(), shown=request.shown)
    context.services.delivery.presence.show(context.officer_id, shown=request.shown)


# ---------------------------------------------------------------- invitations and certificates


async def invite(context: RequestContext, request: InviteIn) -> InvitationOut:
    invited = await enrolment.invite(
        context.session, request.account, request.display_name, context.unit_of_work(), context.now_ms
    )
    invitation = invited.invitation
    return InvitationOut(
        account=invitation.account_id,
        kind=invitation.kind.value,
        display_name=invitation.display_name,
        invitation_code=invited.code,
        expires_at_ms=invitation.expires_ms,
    )


async def invitations(context: RequestContext, *, after: str | None, limit: int) -> InvitationsOut:
    uow = context.unit_of_work(read_only=True)
    found = await enrolment.invitations(context.session, after or "", limit, uow)
    pending = [
        PendingInvitation(
            account=invitation.account_id,
            kind=invitation.kind.value,
            display_name=invitation.display_name,
            expires_at_ms=invitation.expires_ms,
            enrolled=invitation.redeemed,
        )
        for invitation in found
    ]
    return InvitationsOut(invitations=tuple(pending), next=_next([one.account for one in pending], limit))


async def certification_requests(context: RequestContext, *, after: str | None, limit: int) -> CertificationRequestsOut:
    uow = context.unit_of_work(read_only=True)
    found = await certification.requests(context.session, after or "", limit, uow)
    waiting = [
        CertificationRequest(
            account=account.account_id,
            kind=account.kind.value,
            display_name=account.display_name,
            certificate_request=account.certificate_request,
            request_mac=account.request_mac,
            requested_at_ms=account.enrolled_ms,
        )
        for account in found
        if account.certificate_request is not None and account.request_mac is not None
    ]
    return CertificationRequestsOut(requests=tuple(waiting), next=_next([one.account for one in waiting], limit))


async def certify(context: RequestContext, request: CertifyIn) -> None:
    deployment = context.services.foundation.deployment
    uow = context.unit_of_work()
    await certification.publish(context.session, request.certificate, deployment, uow, context.now_ms)


async def certificates(context: RequestContext, *, account: str) -> CertificatesOut:
    found = await certification.certificates(context.session, account, context.unit_of_work(read_only=True))
    return CertificatesOut(
        account=found.account.account_id,
        kind=found.account.kind.value,
        display_name=found.account.display_name,
        ncp_certificate=found.ncp_certificate,
        officer_certificate=found.officer_certificate,
        devices=tuple(_device(device) for device in found.devices),
    )


async def directory(
    context: RequestContext, *, administration: str | None, after: str | None, limit: int
) -> DirectoryOut:
    uow = context.unit_of_work(read_only=True)
    found = await certification.directory(context.session, administration, after or "", limit, uow)
    entries = [
        DirectoryEntry(
            account=entry.account_id, kind=entry.kind.value, display_name=entry.display_name, certified=entry.certified
        )
        for entry in found
    ]
    return DirectoryOut(entries=tuple(entries), next=_next([one.account for one in entries], limit))


# ---------------------------------------------------------------- devices and revocations


async def register_device(context: RequestContext, request: RegisterDeviceIn) -> SessionInfo:
    deployment = context.services.foundation.deployment
    seen = await devices.register(
        context.session, request.certificate, request.proof, deployment, context.unit_of_work(), context.now_ms
    )
    return _session_info(seen)


async def list_devices(context: RequestContext) -> DevicesOut:
    found = await devices.devices(context.session, context.unit_of_work(read_only=True))
    return DevicesOut(devices=tuple(_device(device) for device in found))


async def revoke_device(context: RequestContext, request: RevokeDeviceIn) -> None:
    device_id = DeviceId(request.device_id)
    await devices.revoke(context.session, device_id, context.unit_of_work(), context.now_ms)
    context.services.delivery.end_device(device_id)


async def list_revocations(context: RequestContext) -> RevocationsOut:
    found = await revocations.newest(context.session, context.unit_of_work(read_only=True))
    lists = [RevocationListOut(issuer=stored.issuer, number=stored.number, data=stored.data) for stored in found]
    return RevocationsOut(lists=tuple(lists))


async def publish_revocations(context: RequestContext, request: PublishRevocationsIn) -> None:
    deployment = context.services.foundation.deployment
    uow = context.unit_of_work()
    ended = await revocations.publish(context.session, request.data, deployment, uow, context.now_ms)
    delivery = context.services.delivery
    for device_id in ended:
        delivery.end_device(device_id)
    delivery.revocations_published()


# ---------------------------------------------------------------- rendering


def _kdf(given: KdfParameters) -> Kdf:
    return Kdf(given.salt, given.ops_limit, given.memory_bytes)


def _signed_in(signed_in: sessions.SignedIn) -> SessionOut:
    opened = signed_in.session
    return SessionOut(
        token=signed_in.token, account=opened.account_id, kind=opened.kind.value, expires_at_ms=opened.expires_ms
    )


def _session_info(seen: sessions.SessionView) -> SessionInfo:
    return SessionInfo(
        account=seen.session.account_id,
        kind=seen.session.kind.value,
        display_name=seen.display_name,
        device_id=seen.session.device_id,
        session_id=seen.session.token_hash,
        expires_at_ms=seen.session.expires_ms,
        certified=seen.certified,
    )


def _device(device: Device) -> DeviceOut:
    return DeviceOut(
        device_id=device.device_id,
        certificate=device.certificate,
        registered_at_ms=device.registered_ms,
        revoked=device.revoked_ms is not None,
    )


def _next(accounts: Sequence[str], limit: int) -> str | None:
    """Where the next page begins; a full page may be the last one, and then the next one is empty."""
    return accounts[-1] if len(accounts) >= limit else None


HANDLERS: dict[str, Handler] = {
    "deployment": deployment,
    "enrol": enrol,
    "invitation_state": invitation_state,
    "sign_in_start": sign_in_start,
    "sign_in_finish": sign_in_finish,
    "session": session,
    "sign_out": sign_out,
    "sign_out_everywhere": sign_out_everywhere,
    "bind_device": bind_device,
    "change_password": change_password,
    "presence": presence_setting,
    "set_presence": set_presence,
    "invite": invite,
    "invitations": invitations,
    "certification_requests": certification_requests,
    "certify": certify,
    "certificates": certificates,
    "directory": directory,
    "register_device": register_device,
    "devices": list_devices,
    "revoke_device": revoke_device,
    "revocations": list_revocations,
    "publish_revocations": publish_revocations,
}
