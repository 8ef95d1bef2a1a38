"""Inviting, signing in, ending: who vouches for whom, and what ends when.

CP-01 a contact point invites officers of its member, the secretariat everybody else, and nobody anybody more
CP-02 a link works once, for seven days, and for somebody active only; a new one replaces the old
CP-03 a wrong name and a wrong password are the same refusal
CP-04 a session ends after twelve hours, at the sign-out, with the access, and with a new password
CP-05 level and role count as they are now, not as they were at the sign-in
CP-06 every refusal leaves everything as it was
"""

from __future__ import annotations

import pytest

from cen_core.api import CenPeople, Level, Role, Wanted
from cen_core.errors import (
    InvitationInvalid,
    NotAllowed,
    NotSignedIn,
    PasswordWeak,
    PersonExists,
    PersonInvalid,
    PersonUnknown,
    SignInRefused,
)
from cen_core.model.principal import Principal
from cen_core.services.people import INVITATION_MS, SESSION_MS
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.unit.edge.web import PASSWORD, quick_passwords
from tests.cen_core.world import FOREIGN_NCP, NCP, OFFICER, RILO, SECRETARY, Stand

NEW = Wanted("KE/njeri", Role.OFFICER, Level.READ_ONLY, "KE")


def people_of(stand: Stand) -> CenPeople:
    return CenPeople(sql_units_of_work(stand.engine), quick_passwords(), now_ms=lambda: stand.now_ms)


async def test_who_follows_the_link_chooses_a_password_and_signs_in(stand: Stand) -> None:
    people = people_of(stand)
    link = await people.invite(NCP, NEW)
    assert await people.invited(link) == "KE/njeri"
    assert await people.accept(link, PASSWORD) == "KE/njeri"
    token, person = await people.sign_in("KE/njeri", PASSWORD)
    assert person.principal == Principal("KE", Level.READ_ONLY, "esa", "KE/njeri")
    assert (await people.session_of(token)).officer == "KE/njeri"
    with pytest.raises(InvitationInvalid):  # CP-02
        await people.accept(link, PASSWORD)


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        (OFFICER, NEW),
        (RILO, NEW),
        (FOREIGN_NCP, NEW),
        (NCP, Wanted("KE/second", Role.NCP, Level.UNLIMITED, "KE")),
        (NCP, Wanted("secretariat/me", Role.SECRETARIAT, Level.UNLIMITED)),
        (SECRETARY, NEW),
        (Principal("KE", Level.READ_ONLY, "esa", "KE/ncp", Role.NCP), NEW),
    ],
)
async def test_nobody_vouches_for_others_than_his_own(stand: Stand, by: Principal, wanted: Wanted) -> None:
    with pytest.raises(NotAllowed):
        await people_of(stand).invite(by, wanted)
    assert (await stand.counts())["cen_people"] == 0


async def test_the_secretariat_invites_contact_points_and_rilos(stand: Stand) -> None:
    people = people_of(stand)
    await people.invite(SECRETARY, Wanted("EG/ncp", Role.NCP, Level.UNLIMITED, "EG", "mena"))
    await people.invite(SECRETARY, Wanted("rilo-mena/samir", Role.RILO, Level.READ_ONLY, "", "mena"))
    await people.found(Wanted("secretariat/first", Role.SECRETARIAT, Level.UNLIMITED))
    assert [person.officer for person in await people.people(SECRETARY)] == [
        "EG/ncp",
        "rilo-mena/samir",
        "secretariat/first",
    ]
    assert await people.people(NCP) == []


async def test_a_name_of_another_member_cannot_be_invited(stand: Stand) -> None:
    with pytest.raises(PersonInvalid):
        await people_of(stand).invite(NCP, Wanted("FR/njeri", Role.OFFICER, Level.UNLIMITED, "KE"))
    assert (await stand.counts())["cen_people"] == 0


async def test_a_new_link_replaces_the_old_and_the_password_stays_until_it_is_used(stand: Stand) -> None:
    people = people_of(stand)
    first = await people.invite(NCP, NEW)
    second = await people.invite(NCP, NEW)
    with pytest.raises(InvitationInvalid):
        await people.invited(first)
    await people.accept(second, PASSWORD)
    await people.invite(NCP, NEW)
    await people.sign_in("KE/njeri", PASSWORD)
    with pytest.raises(PersonExists):
        await people.invite(NCP, Wanted("KE/njeri", Role.OFFICER, Level.UNLIMITED, "KE"))


async def test_a_link_ends_after_seven_days(stand: Stand) -> None:
    people = people_of(stand)
    link = await people.invite(NCP, NEW)
    stand.now_ms += INVITATION_MS
    with pytest.raises(InvitationInvalid):
        await people.accept(link, PASSWORD)


async def test_a_weak_password_leaves_the_link_as_it_was(stand: Stand) -> None:
    people = people_of(stand)
    link = await people.invite(NCP, NEW)
    with pytest.raises(PasswordWeak):
        await people.accept(link, "short")
    await people.accept(link, PASSWORD)


@pytest.mark.parametrize(("officer", "password"), [("KE/njeri", "another one 123"), ("KE/nobody", PASSWORD), ("", "")])
async def test_a_wrong_name_and_a_wrong_password_are_the_same_refusal(
    stand: Stand, officer: str, password: str
) -> None:
    people = people_of(stand)
    await people.accept(await people.invite(NCP, NEW), PASSWORD)
    with pytest.raises(SignInRefused) as refused:
        await people.sign_in(officer, password)
    assert refused.value.facts == {}
    assert (await stand.counts())["cen_sessions"] == 0


async def test_who_was_invited_and_has_not_accepted_cannot_sign_in(stand: Stand) -> None:
    people = people_of(stand)
    await people.invite(NCP, NEW)
    for password in ("", PASSWORD):
        with pytest.raises(SignInRefused):
            await people.sign_in("KE/njeri", password)


async def test_a_session_ends_after_twelve_hours(stand: Stand) -> None:
    people = people_of(stand)
    await people.accept(await people.invite(NCP, NEW), PASSWORD)
    token, _ = await people.sign_in("KE/njeri", PASSWORD)
    stand.now_ms += SESSION_MS
    with pytest.raises(NotSignedIn):
        await people.session_of(token)
    await people.sign_in("KE/njeri", PASSWORD)
    assert (await stand.counts())["cen_sessions"] == 1  # what had expired is gone


async def test_a_session_ends_at_the_sign_out_and_with_a_new_password(stand: Stand) -> None:
    people = people_of(stand)
    await people.accept(await people.invite(NCP, NEW), PASSWORD)
    first, _ = await people.sign_in("KE/njeri", PASSWORD)
    await people.sign_out(first)
    second, _ = await people.sign_in("KE/njeri", PASSWORD)
    await people.accept(await people.invite(NCP, NEW), "eight calm herons")
    for token in (first, second, "never given"):
        with pytest.raises(NotSignedIn):
            await people.session_of(token)


async def test_another_level_counts_at_once_and_the_end_of_access_too(stand: Stand) -> None:
    people = people_of(stand)
    await people.accept(await people.invite(NCP, NEW), PASSWORD)
    token, _ = await people.sign_in("KE/njeri", PASSWORD)
    await people.change(NCP, "KE/njeri", Level.LIMITED, active=True)
    assert (await people.session_of(token)).level is Level.LIMITED
    await people.change(NCP, "KE/njeri", Level.LIMITED, active=False)
    with pytest.raises(NotSignedIn):
        await people.session_of(token)
    with pytest.raises(SignInRefused):
        await people.sign_in("KE/njeri", PASSWORD)


async def test_nobody_changes_himself_or_people_of_others(stand: Stand) -> None:
    people = people_of(stand)
    await people.invite(NCP, NEW)
    await people.invite(SECRETARY, Wanted("KE/ncp", Role.NCP, Level.UNLIMITED, "KE", "esa"))
    await people.found(Wanted(SECRETARY.officer, Role.SECRETARIAT, Level.UNLIMITED))
    refused: list[tuple[Principal, str, type[Exception]]] = [
        (FOREIGN_NCP, "KE/njeri", PersonUnknown),
        (NCP, "KE/nobody", PersonUnknown),
        (NCP, "KE/ncp", NotAllowed),
        (SECRETARY, "KE/njeri", NotAllowed),
        (SECRETARY, SECRETARY.officer, NotAllowed),
        (OFFICER, "KE/njeri", NotAllowed),
    ]
    for by, officer, error in refused:
        with pytest.raises(error):
            await people.change(by, officer, Level.LIMITED, active=False)
    assert all(person.active for person in await people.people(SECRETARY))
