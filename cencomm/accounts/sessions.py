"""Signing in and out: a bearer token for who knows the account's authentication key (PROTOCOL §1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.accounts import access, lockout, tokens
from cencomm.accounts.errors import DeviceRevoked, DeviceUnknown, NotSignedIn, SignInRefused
from cencomm.accounts.model import Account, AccountKind, Deployment, Device, Kdf, Session, kind_of
from cencomm.accounts.ports import UnitOfWork
from cencomm.crypto.labels import verify_with_label
from cencomm.ids import DeviceId
from cencomm.wire.http import DEVICE_PROOF_LABEL

RECOVERY_SESSION_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; the token is shown this once."""

    token: str = field(repr=False)
    session: Session


@dataclass(frozen=True, slots=True)
class SignIn:
    account_id: str
    key: bytes = field(repr=False)
    method: str
    address: str


async def start(account_id: str, deployment: Deployment, uow: UnitOfWork) -> Kdf:
    """The parameters to stretch the password with; for an unknown account made-up ones, always the same."""
    made_up, _ = tokens.disguise(deployment.disguise_key, account_id)
    async with uow:
        account = await uow.accounts.get(account_id)
    return made_up if account is None else account.kdf


async def finish(command: SignIn, deployment: Deployment, uow: UnitOfWork, now_ms: int, hours: int) -> SignedIn:
    """A session for who sent the right key; the same work and the same refusal for an unknown account.

    Raises:
        SignInRefused: no such account or another key; it is counted.
        LockedOut: too many of these.
    """
    async with uow:
        attempt = await lockout.begin_attempt(uow, command.account_id, command.address, now_ms)
        account = await uow.accounts.get(command.account_id)
        if not _fits(account, command, deployment) or account is None:
            await attempt.wrong()
            await uow.commit()
            raise SignInRefused
        await attempt.right()
        lifetime_ms = RECOVERY_SESSION_MS if command.method == access.RECOVERY else hours * 3_600_000
        signed_in = await open_session(account.account_id, uow, now_ms + lifetime_ms, method=command.method)
        await uow.sessions.drop_expired(now_ms)
        await uow.failures.drop_older(now_ms - lockout.FORGET_MS)
        await uow.commit()
        return signed_in


def _fits(account: Account | None, command: SignIn, deployment: Deployment) -> bool:
    _, verifier = tokens.disguise(deployment.disguise_key, command.account_id)
    if account is not None:
        known = account.recovery if command.method == access.RECOVERY else account.verifier
        verifier = known if known is not None else verifier
    return tokens.fits(verifier, command.key)


async def open_session(account_id: str, uow: UnitOfWork, expires_ms: int, *, method: str = access.PASSWORD) -> SignedIn:
    """A new session in the caller's unit of work."""
    token = tokens.new_token()
    session = Session(tokens.hash_token(token), account_id, kind_of(account_id), method, None, expires_ms)
    await uow.sessions.add(session)
    return SignedIn(token, session)


async def session_of(token: str, uow: UnitOfWork, now_ms: int) -> Session:
    """The session of a token. Raises NotSignedIn."""
    return await live_session(tokens.hash_token(token), uow, now_ms)


async def live_session(token_hash: bytes, uow: UnitOfWork, now_ms: int) -> Session:
    """The session, if it has not ended. Raises NotSignedIn."""
    async with uow:
        session = await uow.sessions.get(token_hash)
    if session is None or session.expires_ms <= now_ms:
        raise NotSignedIn
    return session


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session and what its holder is told of the account."""

    session: Session
    display_name: str
    certified: bool


async def view(session: Session, uow: UnitOfWork) -> SessionView:
    async with uow:
        return await view_within(session, uow)


async def view_within(session: Session, uow: UnitOfWork) -> SessionView:
    """As `view`, in the caller's unit of work. Raises NotSignedIn."""
    account = await uow.accounts.get(session.account_id)
    if account is None:
        raise NotSignedIn
    certified = account.certificate is not None or account.kind is AccountKind.SECRETARIAT
    return SessionView(session, account.display_name, certified)


async def sign_out(session: Session, uow: UnitOfWork) -> None:
    async with uow:
        await uow.sessions.end(session.token_hash)
        await uow.commit()


async def sign_out_everywhere(session: Session, uow: UnitOfWork) -> None:
    """End every session of the account, this one too."""
    access.require(session, "sign_out_everywhere")
    async with uow:
        await uow.sessions.end_of_account(session.account_id)
        await uow.commit()


async def bind_device(session: Session, device_id: DeviceId, proof: bytes, uow: UnitOfWork) -> SessionView:
    """Bind the session to a registered device, which proves itself by a signature over the token's hash.

    Raises:
        NotAllowed, DeviceUnknown, DeviceRevoked, BadSignature: the session stays as it was.
    """
    access.require(session, "bind_device", device_id)
    async with uow:
        device = await uow.devices.get(device_id, for_update=True)
        if device is None or device.account_id != session.account_id:
            raise DeviceUnknown(device=device_id)
        bound = await bind(session, device, proof, uow)
        seen = await view_within(bound, uow)
        await uow.commit()
        return seen


async def bind(session: Session, device: Device, proof: bytes, uow: UnitOfWork) -> Session:
    """Bind in the caller's unit of work. Raises DeviceRevoked, BadSignature."""
    if device.revoked_ms is not None:
        raise DeviceRevoked(device=device.device_id)
    verify_with_label(device.public_key, DEVICE_PROOF_LABEL, session.token_hash, proof)
    await uow.sessions.bind(session.token_hash, device.device_id)
    return Session(
        session.token_hash, session.account_id, session.kind, session.method, device.device_id, session.expires_ms
    )
