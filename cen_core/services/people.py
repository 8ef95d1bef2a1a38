"""Who may sign in: a contact point invites officers of its member, the secretariat everybody else.

An invitation is a link that works once, for seven days; who follows it chooses a password. A session belongs to a
person, not to what he was allowed when it began: level and role are read anew with each request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cen_core.errors import (
    InvitationInvalid,
    NotAllowed,
    NotSignedIn,
    PersonExists,
    PersonUnknown,
    SignInRefused,
)
from cen_core.model.person import MAX_PEOPLE, Invitation, Person, Session, token_hash
from cen_core.model.principal import Level, Principal, Role
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.passwords import Passwords
from cen_core.services.ports import UnitOfWork

INVITATION_MS: Final = 7 * 24 * 3_600_000
SESSION_MS: Final = 12 * 3_600_000
VOUCHES_FOR: Final[Mapping[Role, frozenset[Role]]] = {
    Role.NCP: frozenset({Role.OFFICER}),
    Role.SECRETARIAT: frozenset({Role.NCP, Role.RILO, Role.SECRETARIAT}),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be invited. An officer has the member and the region of the contact point that invites him."""

    officer: str
    role: Role
    level: Level
    member: str = ""
    region: str = ""


async def invite(principal: Principal, wanted: Wanted, uow: UnitOfWork, now_ms: int, token: str) -> Person:
    """The person, who signs in as soon as the link with `token` was followed. Somebody who is there gets a new link;
    his password stays until he follows it.

    Raises:
        NotAllowed: the principal does not vouch for such people.
        PersonInvalid, PersonExists.
    """
    _require(principal, "invite", wanted.role, wanted.member)
    member, region = wanted.member, wanted.region
    if principal.role is Role.NCP:
        region = principal.region
    person = Person(wanted.officer, member, region, wanted.role, wanted.level, "", True, principal.officer, now_ms)
    person.check()
    async with uow:
        known = await uow.people.get(wanted.officer, for_update=True)
        if known is not None and (known.role, known.level, known.active) != (person.role, person.level, True):
            raise PersonExists
        if known is None:
            await uow.people.put(person)
        await uow.people.invite(Invitation(wanted.officer, token_hash(token), now_ms + INVITATION_MS))
        await uow.commit()
    return known or person


async def found(wanted: Wanted, uow: UnitOfWork, now_ms: int, token: str) -> None:
    """The operator's own invitation, from the machine itself: how the first of the secretariat comes in.

    Raises:
        PersonInvalid, PersonExists.
    """
    operator = Principal("", Level.UNLIMITED, "", "secretariat/operator", Role.SECRETARIAT)
    await invite(operator, wanted, uow, now_ms, token)


def _require(principal: Principal, action: str, role: Role, member: str) -> None:
    access.require(principal, action, Resource(member))
    if role not in VOUCHES_FOR.get(principal.role, frozenset()):
        raise NotAllowed(action=action)


async def invited(token: str, uow: UnitOfWork, now_ms: int) -> str:
    """Whom the link is for. Raises InvitationInvalid."""
    async with uow:
        return (await _invitation(token, uow, now_ms)).officer


async def _invitation(token: str, uow: UnitOfWork, now_ms: int) -> Invitation:
    invitation = await uow.people.invitation(token_hash(token))
    if invitation is None or invitation.expires_ms <= now_ms:
        raise InvitationInvalid
    return invitation


async def accept(token: str, kept_password: str, uow: UnitOfWork, now_ms: int) -> str:
    """The officer has this password from now on; the link is used up and his sessions end. Raises InvitationInvalid."""
    async with uow:
        invitation = await _invitation(token, uow, now_ms)
        person = await uow.people.get(invitation.officer, for_update=True)
        if person is None or not person.active:
            raise InvitationInvalid
        await uow.people.put(replace(person, password=kept_password, changed_ms=now_ms))
        await uow.people.forget_invitation(person.officer)
        await uow.people.end_sessions(person.officer)
        await uow.commit()
    return person.officer


async def known_password(officer: str, uow: UnitOfWork) -> str:
    """The hash to try a password against; empty where nobody of this name may sign in."""
    async with uow:
        person = await uow.people.get(officer)
    return person.password if person is not None and person.active else ""


async def sign_in(
    officer: str, password: str, passwords: Passwords, uows: tuple[UnitOfWork, UnitOfWork], now_ms: int, token: str
) -> Person:
    """A new session for `token`. The password is tried between two transactions: no lock is held for so long.

    Raises:
        SignInRefused: wrong name, wrong password, not active or not yet accepted; always after the same work.
    """
    first, second = uows
    kept = await known_password(officer, first)
    if not await passwords.fits(password, kept):
        raise SignInRefused
    async with second:
        person = await second.people.get(officer, for_update=True)
        if person is None or not person.active or person.password != kept:
            raise SignInRefused
        await second.people.forget_expired(now_ms)
        await second.people.open_session(Session(token_hash(token), officer, now_ms + SESSION_MS))
        await second.commit()
    return person


async def session_of(token: str, uow: UnitOfWork, now_ms: int) -> Person:
    """Whose session it is, as he is now. Raises NotSignedIn."""
    async with uow:
        session = await uow.people.session(token_hash(token))
        person = await uow.people.get(session.officer) if session is not None else None
    if session is None or person is None or not person.active or session.expires_ms <= now_ms:
        raise NotSignedIn
    return person


async def sign_out(token: str, uow: UnitOfWork) -> None:
    async with uow:
        await uow.people.end_session(token_hash(token))
        await uow.commit()


async def change(
    principal: Principal, officer: str, level: Level, *, active: bool, uow: UnitOfWork, now_ms: int
) -> Person:
    """Another level, or signing in no more; then his sessions and his link end at once.

    Raises:
        NotAllowed: the principal does not vouch for such people, or it is himself.
        PersonUnknown.
    """
    access.require(principal, "change_person")
    async with uow:
        person = await uow.people.get(officer, for_update=True)
        if person is None or not access.may(principal, "people", Resource(person.member)):
            raise PersonUnknown
        _require(principal, "change_person", person.role, person.member)
        if person.officer == principal.officer:
            raise NotAllowed(action="change_person")
        changed = replace(person, level=level, active=active, vouched_by=principal.officer, changed_ms=now_ms)
        await uow.people.put(changed)
        if not active:
            await uow.people.end_sessions(officer)
            await uow.people.forget_invitation(officer)
        await uow.commit()
    return changed


async def people(principal: Principal, uow: UnitOfWork) -> Sequence[Person]:
    """Those for whom the principal vouches. Raises NotAllowed."""
    access.require(principal, "people", Resource(principal.member))
    async with uow:
        return await uow.people.of(VOUCHES_FOR.get(principal.role, frozenset()), principal.member, MAX_PEOPLE)
