"""Invitations and enrolment: an account begins with a code from a printed sheet (PROTOCOL §1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.accounts import access, lockout, sessions, tokens, vault
from cencomm.accounts.errors import AlreadyEnrolled, EnrolmentIncomplete, InvitationInvalid
from cencomm.accounts.model import Account, AccountKind, Invitation, Kdf, Session, administration_of_account, kind_of
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.primitives import constant_time_equal

INVITATION_MS = 14 * 24 * 3_600_000
FIRST_WRAPS_VERSION = 1
BOOTSTRAP = ""
"""Who invited the first secretariat account: nobody."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with its code, which is shown this once."""

    invitation: Invitation
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrol:
    account_id: str
    code: str = field(repr=False)
    kdf: Kdf
    authentication_key: bytes = field(repr=False)
    recovery_authentication_key: bytes | None = field(repr=False)
    certificate_request: bytes | None = field(repr=False)
    request_mac: bytes | None = field(repr=False)
    wraps: bytes = field(repr=False)
    inner_envelope: vault.Item | None = field(repr=False)
    """The first item of the vault (PROTOCOL §1.4)."""
    address: str


async def invite(session: Session, account_id: str, display_name: str, uow: UnitOfWork, now_ms: int) -> Invited:
    """Invite an account; inviting again before enrolment replaces the code.

    Raises:
        NotAllowed: this account does not invite that one.
        AlreadyEnrolled: nothing is changed.
    """
    access.require(session, "invite", account_id)
    async with uow:
        invited = await put_invitation(account_id, display_name, session.account_id, uow, now_ms)
        await uow.commit()
        return invited


async def put_invitation(account_id: str, display_name: str, by: str, uow: UnitOfWork, now_ms: int) -> Invited:
    """As `invite`, in the caller's unit of work and without asking who does it."""
    if await uow.accounts.get(account_id) is not None:
        raise AlreadyEnrolled(account=account_id)
    code = tokens.new_code()
    invitation = Invitation(
        account_id=account_id,
        kind=kind_of(account_id),
        display_name=display_name,
        code_hash=tokens.hash_token(code),
        invited_by=by,
        expires_ms=now_ms + INVITATION_MS,
    )
    await uow.invitations.put(invitation)
    return Invited(invitation, code)


async def invitations(session: Session, after: str, limit: int, uow: UnitOfWork) -> list[Invitation]:
    """What accounts of the caller's administration, or of the secretariat, have invited; in the order of names."""
    access.require(session, "invitations")
    async with uow:
        return await uow.invitations.of_inviters(administration_of_account(session.account_id), after, limit)


async def enrol(command: Enrol, uow: UnitOfWork, now_ms: int, hours: int) -> sessions.SignedIn:
    """Redeem an invitation: the account, the first item of its vault and its first session, in one step.

    Raises:
        InvitationInvalid: no invitation, another code, redeemed or expired; it is counted.
        LockedOut: too many of these.
        KdfNotOffered, EnrolmentIncomplete, TooLarge: the invitation stays.
    """
    _check_complete(command)
    async with uow:
        attempt = await lockout.begin_attempt(uow, command.account_id, command.address, now_ms)
        invitation = await uow.invitations.get(command.account_id, for_update=True)
        if not _redeems(invitation, command.code, now_ms) or invitation is None:
            await attempt.wrong()
            await uow.commit()
            raise InvitationInvalid
        if not await uow.accounts.add(_new_account(command, invitation, now_ms)):
            raise AlreadyEnrolled(account=command.account_id)
        if command.inner_envelope is not None:
            await vault.begin(command.account_id, command.inner_envelope, uow)
        await attempt.right()
        await uow.invitations.set_redeemed(command.account_id)
        signed_in = await sessions.open_session(command.account_id, uow, now_ms + hours * 3_600_000)
        await uow.commit()
        return signed_in


async def invitation_of(account_id: str, code: str, address: str, uow: UnitOfWork, now_ms: int) -> Invitation:
    """The invitation with this code, still open or redeemed: its holder learns whether the account has begun.

    It says nothing to who does not hold the code, and does not forget wrong keys: a sheet must not buy more guesses of
    the password.

    Raises:
        InvitationInvalid: no invitation, another code, or expired before it was redeemed; it is counted.
        LockedOut: too many of these.
    """
    async with uow:
        attempt = await lockout.begin_attempt(uow, account_id, address, now_ms)
        invitation = await uow.invitations.get(account_id)
        if not _fits(invitation, code) or invitation is None or not _lasts(invitation, now_ms):
            await attempt.wrong()
            await uow.commit()
            raise InvitationInvalid
        return invitation


def _check_complete(command: Enrol) -> None:
    tokens.check_kdf(command.kdf)
    if command.inner_envelope is not None:
        vault.check_size(command.inner_envelope)
    secretariat = kind_of(command.account_id) is AccountKind.SECRETARIAT
    given = (command.certificate_request is not None, command.request_mac is not None)
    if given != ((False, False) if secretariat else (True, True)):
        raise EnrolmentIncomplete(account=command.account_id)


def _redeems(invitation: Invitation | None, code: str, now_ms: int) -> bool:
    same = _fits(invitation, code)
    return same and invitation is not None and not invitation.redeemed and invitation.expires_ms > now_ms


def _lasts(invitation: Invitation, now_ms: int) -> bool:
    """Only what was not redeemed runs out."""
    return invitation.redeemed or invitation.expires_ms > now_ms


def _fits(invitation: Invitation | None, code: str) -> bool:
    given = tokens.hash_token(code)
    return constant_time_equal(given, invitation.code_hash if invitation is not None else bytes(len(given)))


def _new_account(command: Enrol, invitation: Invitation, now_ms: int) -> Account:
    recovery = command.recovery_authentication_key
    return Account(
        account_id=command.account_id,
        kind=invitation.kind,
        display_name=invitation.display_name,
        kdf=command.kdf,
        verifier=tokens.new_verifier(command.authentication_key),
        recovery=None if recovery is None else tokens.new_verifier(recovery),
        wraps=command.wraps,
        wraps_version=FIRST_WRAPS_VERSION,
        certificate_request=command.certificate_request,
        request_mac=command.request_mac,
        enrolled_ms=now_ms,
    )
