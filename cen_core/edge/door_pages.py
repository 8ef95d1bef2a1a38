"""Coming in: sign-in, invitation, sign-out; and how the reader wants the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response

from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import headers_of, status_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import address_of, forget_session, keep_session, keep_view, one
from cen_core.edge.routes import BASE
from cen_core.edge.words import Words
from cen_core.errors import CenError, NoSuchPage, PasswordWeak, RequestMalformed
from cen_core.model.person import Person
from cen_core.services import access
from cen_core.services.passwords import MAX_PASSWORD, MIN_PASSWORD
from cencomm.i18n import LANGUAGES

SEE_OTHER: Final = 303
PERMANENT: Final = 308
THEMES: Final = ("", "light", "dark")
FIRST_PAGE: Final = "/cen/search"
FIRST_OF_LIMITED: Final = "/cen/notices"
MAX_NAME: Final = 80


async def base(_context: Context) -> Response:
    """To the first page. Relative, so that it lands behind whatever prefix or name a proxy has put before."""
    return RedirectResponse(f"{BASE.rpartition('/')[2]}/", PERMANENT)


async def home(context: Context) -> Response:
    return RedirectResponse(_first_page(context.person) if context.person is not None else "/cen/sign-in", SEE_OTHER)


def _first_page(person: Person) -> str:
    """The cases; for whoever may not see them, the notices."""
    return FIRST_PAGE if access.may(person.principal, "search") else FIRST_OF_LIMITED


async def sign_in_page(context: Context) -> Response:
    return _door(context, one(context.query, "officer")[:MAX_NAME])


def _door(context: Context, officer: str, refused: CenError | None = None) -> Response:
    if refused is None:
        return shown(context, "sign_in.html", officer=officer, welcome=False)
    status, problem = status_of(refused.code), sentence(context, refused)
    response = shown(context, "sign_in.html", status, officer=officer, welcome=False, problem=problem)
    response.headers.update(headers_of(refused))
    return response


async def sign_in(context: Context) -> Response:
    officer, password = one(context.form, "officer")[:MAX_NAME], _password(context, "password")
    try:
        context.services.rates.sign_ins_of_address.take(address_of(context.request))
        context.services.rates.sign_ins_of_name.take(officer)
        token, person = await context.people.sign_in(officer, password)
    except CenError as refused:
        return _door(context, officer, refused)
    if context.token:
        await context.people.sign_out(context.token)
    response = RedirectResponse(_first_page(person), SEE_OTHER)
    keep_session(response, token)
    return response


def _password(context: Context, name: str) -> str:
    """As it was typed: spaces belong to it. Raises RequestMalformed."""
    found = context.form.get(name, [])
    if len(found) != 1 or len(found[0]) > MAX_PASSWORD:
        raise RequestMalformed(what=name)
    return found[0]


async def sign_out(context: Context) -> Response:
    if context.token:
        await context.people.sign_out(context.token)
    response = RedirectResponse("/cen/sign-in", SEE_OTHER)
    forget_session(response)
    return response


async def invitation_page(context: Context) -> Response:
    context.services.rates.sign_ins_of_address.take(address_of(context.request))
    officer = await context.people.invited(context.path["token"])
    return shown(context, "invitation.html", officer=officer, least=MIN_PASSWORD)


async def accept_invitation(context: Context) -> Response:
    context.services.rates.sign_ins_of_address.take(address_of(context.request))
    token, password = context.path["token"], _password(context, "password")
    if password != _password(context, "again"):
        problem = Words(context.view.language).say("cen.invitation.differ")
        return await _invitation_again(context, problem)
    try:
        officer = await context.people.accept(token, password)
    except PasswordWeak as refused:
        return await _invitation_again(context, sentence(context, refused))
    return shown(context, "sign_in.html", officer=officer, welcome=True)


async def _invitation_again(context: Context, problem: str) -> Response:
    officer = await context.people.invited(context.path["token"])
    return shown(context, "invitation.html", 422, officer=officer, least=MIN_PASSWORD, problem=problem)


async def set_view(context: Context) -> Response:
    """Language and theme, kept in a cookie that holds nothing else; back to where the reader was."""
    language = one(context.form, "language") or context.view.language
    theme = one(context.form, "theme") if "theme" in context.form else context.view.theme
    if language not in LANGUAGES or theme not in THEMES:
        raise RequestMalformed(what="view")
    response = RedirectResponse(_inside(one(context.form, "to")), SEE_OTHER)
    keep_view(response, f"{language}.{theme}")
    return response


def _inside(address: str) -> str:
    """The address, if it is a page of the core: nobody is sent anywhere else."""
    known = address.startswith("/cen/") and address.isprintable() and "\\" not in address and "//" not in address
    return address if known else FIRST_PAGE


async def style(context: Context) -> Response:
    found = context.services.pages.statics.get(context.path["name"])
    if found is None:
        raise NoSuchPage
    content, media_type = found
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=600"})


HANDLERS: Final[Mapping[str, Handler]] = {
    "base": base,
    "home": home,
    "sign_in_page": sign_in_page,
    "sign_in": sign_in,
    "sign_out": sign_out,
    "invitation_page": invitation_page,
    "accept_invitation": accept_invitation,
    "set_view": set_view,
    "style": style,
}
