"""The matrix of the edge, generated from the routes: role × level × route, asked over HTTP.

CE-01 every route has a rule, every rule a route and an action that there is
CE-02 a route that no rule names is refused to everybody
CE-03 a route with a rule is refused to exactly those whom the access table does not name, before anything is read
CE-04 without a session only the open routes answer; a page leads to the sign-in, the API says 401
"""

from __future__ import annotations

import pytest

from cen_core.edge import routes
from cen_core.edge.routes import OPEN, ROUTES, RULE_OF, SIGNED_IN, Kind, Route
from cen_core.errors import NotAllowed
from cen_core.model.principal import Level, Principal, Role
from cen_core.services import access
from tests.cen_core.unit.edge.web import Web
from tests.cen_core.world import NCP, OFFICER, RILO, SECRETARY

PEOPLE = {Role.OFFICER: OFFICER, Role.NCP: NCP, Role.RILO: RILO, Role.SECRETARIAT: SECRETARY}
OPEN_TO_ALL = {
    "api_openapi",
    "api_sign_in",
    "base",
    "home",
    "sign_in_page",
    "sign_in",
    "sign_out",
    "invitation_page",
    "accept_invitation",
    "set_view",
    "style",
}
"""Written out: whatever is added to the open routes is added here on purpose."""


def at(role: Role, level: Level) -> Principal:
    who = PEOPLE[role]
    return Principal(who.member, level, who.region, who.officer, role)


def address(route: Route) -> str:
    names = ("case_id", "upload_id", "notice_id", "file_id", "saved_id", "picture_id", "proposal_id", "album_id")
    ids = dict.fromkeys(names, "0" * 32)
    return route.path.format(**ids, size="thumb", format="csv", token="x", name="none.css", topic="all")


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert routes.without_rule() == []
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_a_route_without_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Route("api_new", "GET", "/cen/v1/new", Kind.API)
    monkeypatch.setattr(routes, "ROUTES", (*ROUTES, new))
    assert routes.without_rule() == ["api_new"]


def test_a_rule_of_no_action_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "RULE_OF", {**RULE_OF, "api_read": "fly"})
    assert routes.without_rule() == ["api_read"]


@pytest.mark.parametrize("role", Role)
def test_a_route_that_no_rule_names_is_refused_to_everybody(role: Role) -> None:
    with pytest.raises(NotAllowed):
        routes.require(at(role, Level.UNLIMITED), "api_new")


def test_the_open_routes_are_these() -> None:
    assert {name for name, rule in RULE_OF.items() if rule == OPEN} == OPEN_TO_ALL
    assert {name for name, rule in RULE_OF.items() if rule == SIGNED_IN} == {"api_sign_out"}


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("role", Role)
async def test_the_matrix_holds_over_http(web: Web, role: Role, level: Level) -> None:
    who = at(role, level)
    browser, program = await web.browser(who), await web.program(who)
    before = await web.counts()
    for route in ROUTES:
        if RULE_OF[route.name] in {OPEN, SIGNED_IN}:
            continue
        if route.kind is Kind.API:
            answer = await program.ask(route.method, address(route).removeprefix("/cen/v1"), {})
        elif route.kind is Kind.FORM:
            answer = await browser.post(address(route), {})
        else:
            answer = await browser.get(address(route))
        allowed = access.may(who, RULE_OF[route.name])
        # A form without its page's token is refused by another rule, which comes after the matrix.
        by_matrix = answer.status_code == 403 and (route.kind is not Kind.FORM or not allowed)
        assert by_matrix == (not allowed), (route.name, answer.status_code)
    assert await web.counts() == before


async def test_without_a_session_only_open_routes_answer(web: Web) -> None:
    browser, program = await web.browser(), await web.program()
    for route in ROUTES:
        if RULE_OF[route.name] == OPEN:
            continue
        if route.kind is Kind.API:
            answer = await program.ask(route.method, address(route).removeprefix("/cen/v1"), {})
            assert (answer.status_code, answer.json()["code"]) == (401, "cen.not_signed_in"), route.name
        elif route.kind is Kind.FEED:
            assert (await browser.get(address(route))).status_code == 401
        else:
            answer = await (browser.get(address(route)) if route.method == "GET" else browser.post(address(route), {}))
            assert (answer.status_code, answer.headers["location"]) == (303, "/cen/sign-in"), route.name
