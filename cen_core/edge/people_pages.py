"""The contact point's page of people: who may do what, inviting, changing, ending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from starlette.responses import RedirectResponse, Response

from cen_core.api import Level, Role, Wanted
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.rendering import options, sentence, shown
from cen_core.edge.requests import one
from cen_core.errors import CenError, PersonInvalid, RequestMalformed
from cen_core.model.person import REGIONS
from cen_core.services.people import VOUCHES_FOR

SEE_OTHER: Final = 303


async def people_page(context: Context) -> Response:
    return await _people(context)


async def _people(context: Context, status: int = 200, *, problem: str = "", link: str = "", who: str = "") -> Response:
    principal = context.principal
    return shown(
        context,
        "people.html",
        status,
        place="people_page",
        problem=problem,
        link=link,
        who=who,
        people=await context.people.people(principal),
        roles=[role.value for role in Role if role in VOUCHES_FOR.get(principal.role, frozenset())],
        levels=[level.value for level in Level],
        regions=REGIONS,
        countries=options("country", context.view.language),
        is_contact_point=principal.role is Role.NCP,
    )


async def invite(context: Context) -> Response:
    """The link stands on the page that answers, once; nobody can look it up again."""
    try:
        wanted = _wanted(context)
        token = await context.people.invite(context.principal, wanted)
    except CenError as refused:
        if status_of(refused.code) not in {403, 409, 422}:
            raise
        return await _people(context, status_of(refused.code), problem=sentence(context, refused))
    link = f"{context.services.origin}/cen/invitation/{token}"
    return await _people(context, link=link, who=wanted.officer)


def _wanted(context: Context) -> Wanted:
    """Raises PersonInvalid, RequestMalformed."""
    principal, name = context.principal, one(context.form, "name").lower()
    role = _one_of(Role, one(context.form, "role"), "role")
    level = _one_of(Level, one(context.form, "level"), "level")
    member, region = one(context.form, "member"), one(context.form, "region")
    if principal.role is Role.NCP:
        member = principal.member
    owner = {Role.RILO: f"rilo-{region}", Role.SECRETARIAT: "secretariat"}.get(role, member)
    of_member = role in {Role.OFFICER, Role.NCP}
    return Wanted(f"{owner}/{name}", role, level, member if of_member else "", region)


Code = TypeVar("Code", Role, Level)


def _one_of(kind: type[Code], value: str, field: str) -> Code:
    try:
        return kind(value)
    except ValueError:
        raise PersonInvalid(field=field) from None


async def change_person(context: Context) -> Response:
    officer, active = one(context.form, "officer"), one(context.form, "active")
    if active not in {"yes", "no"}:
        raise RequestMalformed(what="active")
    try:
        level = Level(one(context.form, "level"))
        await context.people.change(context.principal, officer, level, active=active == "yes")
    except ValueError:
        raise RequestMalformed(what="level") from None
    except CenError as refused:
        if status_of(refused.code) not in {403, 404}:
            raise
        return await _people(context, status_of(refused.code), problem=sentence(context, refused))
    return RedirectResponse("/cen/people", SEE_OTHER)


HANDLERS: Final[Mapping[str, Handler]] = {
    "people_page": people_page,
    "invite": invite,
    "change_person": change_person,
}
