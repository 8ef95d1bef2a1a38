"""The edge: every route has a handler, and every request passes the checks in order."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cencomm.accounts import access, sessions
from cencomm.accounts.sessions import SignedIn
from cencomm.server import app as edge
from cencomm.wire.http import ROUTES, Auth, HttpRoute, InviteIn, SignInFinishIn, SignInStartIn
from tests.accounts_world import ADDRESS, HOURS, KEY, RECOVERY_KEY, World
from tests.unit.server.rig import ORIGIN, Rig, served


@pytest_asyncio.fixture
async def rig(world: World) -> AsyncIterator[Rig]:
    async with served(world) as made:
        yield made


def test_every_route_has_exactly_one_handler() -> None:
    assert set(edge.HANDLERS) == {route.name for route in ROUTES}
    assert set(edge.MAX_BODY_OF) <= {route.name for route in ROUTES}


class TestOpenRoutes:
    async def test_deployment_says_what_it_is(self, rig: Rig) -> None:
        answer = await rig.ask("GET", "/v1/deployment")
        assert answer.status_code == 200
        assert answer.json()["name"] == "Test"
        assert answer.json()["server_time_ms"] == rig.world.now_ms

    async def test_security_headers_are_on_every_answer(self, rig: Rig) -> None:
        for path in ("/v1/deployment", "/v1/session", "/nowhere", "/healthz"):
            headers = (await rig.ask("GET", path)).headers
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "server" not in headers


class TestSignedIn:
    @pytest.mark.parametrize("route", [r for r in ROUTES if r.auth is not Auth.NONE], ids=lambda r: r.name)
    async def test_without_a_session_every_other_route_is_refused(self, rig: Rig, route: HttpRoute) -> None:
        path = route.path.replace("{cug_id}", "0" * 32)
        before = await rig.world.snapshot()
        for token in (None, "nonsense"):
            answer = await rig.ask(route.method, path, token=token, params={"account": "KE"} if route.query else None)
            assert (answer.status_code, answer.json()["code"]) == (401, "accounts.not_signed_in")
            assert answer.headers["www-authenticate"] == "Bearer"
        assert await rig.world.snapshot() == before

    @pytest.mark.parametrize("route", [r for r in ROUTES if r.auth is not Auth.NONE], ids=lambda r: r.name)
    async def test_recovery_session_gets_no_further(self, rig: Rig, route: HttpRoute) -> None:
        if route.name in {"session", "sign_out", "vault_wraps", "change_password"}:
            return
        token = await recovery_token(rig.world)
        path = route.path.replace("{cug_id}", "0" * 32)
        before = await rig.world.snapshot()
        answer = await rig.ask(route.method, path, token=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "accounts.not_allowed")
        assert await rig.world.snapshot() == before

    @pytest.mark.parametrize("route", [r for r in ROUTES if r.auth is Auth.DEVICE], ids=lambda r: r.name)
    async def test_session_without_device_is_refused_where_one_is_needed(self, rig: Rig, route: HttpRoute) -> None:
        ncp = await rig.world.ncp(await rig.world.secretariat(), "KE")
        signed_in = await rig.world.officer(ncp, "KE/otieno")
        path = route.path.replace("{cug_id}", "0" * 32)
        before = await rig.world.snapshot()
        answer = await rig.ask(route.method, path, token=signed_in.token)
        assert (answer.status_code, answer.json()["code"]) == (403, "accounts.no_device")
        assert await rig.world.snapshot() == before

    async def test_expired_session_is_refused(self, rig: Rig) -> None:
        signed_in = await secretariat(rig.world)
        rig.world.now_ms = signed_in.session.expires_ms
        assert (await rig.ask("GET", "/v1/session", token=signed_in.token)).status_code == 401


class TestShape:
    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "body"),
            (b"{", "body"),
            (b"[]", "body"),
            (b"\xff\xfe", "body"),
            (b"{}", "account"),
            (b'{"account": 5}', "account"),
            (b'{"account": "ke"}', "account"),
            (b'{"account": "KE", "more": 1}', "more"),
            (b"[" * 100_000, None),
        ],
    )
    async def test_malformed_body_is_refused_without_repeating_it(
        self, rig: Rig, content: bytes, what: str | None
    ) -> None:
        answer = await rig.http.post("/v1/sign-in/start", content=content)
        if what is None:
            assert answer.status_code in (400, 413)
            return
        assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed")
        assert answer.json()["facts"]["what"] == what

    async def test_body_beyond_the_limit_is_refused_declared_or_not(self, rig: Rig) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" " * 1024

        for content in (b" " * (edge.MAX_BODY + 1), chunks()):
            answer = await rig.http.post("/v1/sign-in/start", content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "wire.too_large")
            assert answer.json()["facts"] == {"limit": edge.MAX_BODY}

    async def test_length_that_is_no_number_is_refused(self, rig: Rig) -> None:
        answer = await rig.http.post("/v1/sign-in/start", content=b"{}", headers={"content-length": "x"})
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=-1",
            "limit=x",
            "limit=9999999999",
            "more=1",
            "after=a&after=b&limit=1",
            "after=" + "x" * 401,
        ],
    )
    async def test_malformed_query_is_refused(self, rig: Rig, query: str) -> None:
        token = (await secretariat(rig.world)).token
        answer = await rig.ask("GET", f"/v1/invitations?{query}", token=token)
        assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed")

    async def test_missing_parameter_is_refused(self, rig: Rig) -> None:
        token = (await secretariat(rig.world)).token
        answer = await rig.ask("GET", "/v1/certificates", token=token)
        assert answer.json() == {"code": "wire.malformed", "facts": {"what": "account"}}

    @pytest.mark.parametrize("cug_id", ["0" * 31, "0" * 34, "A" * 32, "zz" * 16, "00 " * 16])
    async def test_malformed_cug_id_is_refused(self, rig: Rig, cug_id: str) -> None:
        ncp = await rig.world.ncp(await rig.world.secretariat(), "KE")
        token = (await rig.world.officer(ncp, "KE/otieno")).token
        answer = await rig.ask("GET", f"/v1/cugs/{cug_id}", token=token)
        assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed")

    async def test_page_is_bounded(self, rig: Rig) -> None:
        token = (await secretariat(rig.world)).token
        assert (await rig.ask("GET", "/v1/invitations?limit=100000", token=token)).status_code == 200


class TestElsewhere:
    async def test_unknown_page_and_method_have_codes(self, rig: Rig) -> None:
        assert (await rig.ask("GET", "/v2/x")).json() == {"code": "server.no_such_page", "facts": {}}
        refused = await rig.ask("PATCH", "/v1/sessions")
        assert refused.json() == {"code": "server.method_not_offered", "facts": {}}
        assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE")

    async def test_page_of_another_origin_is_refused_before_anything(self, rig: Rig) -> None:
        body = SignInStartIn(account="KE")
        answer = await rig.ask("POST", "/v1/sign-in/start", body, headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "server.origin_refused")
        assert (await rig.ask("POST", "/v1/sign-in/start", body, headers={"Origin": ORIGIN})).status_code == 200

    async def test_fault_answers_without_a_word_of_what_broke(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("what was sent stands here")

        monkeypatch.setattr(sessions, "view", broken)
        token = (await secretariat(rig.world)).token
        answer = await rig.ask("GET", "/v1/session", token=token)
        assert (answer.status_code, answer.json()) == (500, {"code": "internal", "facts": {}})
        assert answer.headers["x-content-type-options"] == "nosniff"
        said = capsys.readouterr()
        assert "what was sent" not in said.out + said.err

    async def test_refusal_of_a_handler_becomes_its_status(self, rig: Rig) -> None:
        token = (await secretariat(rig.world)).token
        answer = await rig.ask("POST", "/v1/invitations", InviteIn(account="KE/otieno", display_name="X"), token)
        assert (answer.status_code, answer.json()) == (
            403,
            {"code": "accounts.not_allowed", "facts": {"action": "invite"}},
        )


class TestRates:
    async def test_address_that_asks_too_often_is_refused_until_time_passes(self, world: World) -> None:
        async with served(world, requests_per_second=10) as rig:
            answers = [(await rig.ask("GET", "/v1/deployment")).status_code for _ in range(41)]
            assert answers == [200] * 40 + [429]
            refused = await rig.ask("GET", "/v1/deployment")
            assert refused.json() == {"code": "server.too_many_requests", "facts": {"retry_after_seconds": 1}}
            assert refused.headers["retry-after"] == "1"
            rig.steady_s += 1
            assert (await rig.ask("GET", "/v1/deployment")).status_code == 200

    async def test_signing_in_has_a_bucket_of_its_own(self, world: World) -> None:
        async with served(world, requests_per_second=5) as rig:
            body = SignInFinishIn(account="KE", authentication_key=KEY)
            for _ in range(10):
                await rig.ask("POST", "/v1/sign-in/start", SignInStartIn(account="KE"))
            before = await world.snapshot()
            assert (await rig.ask("POST", "/v1/sign-in/finish", body)).json()["code"] == "server.too_many_requests"
            assert await world.snapshot() == before
            assert (await rig.ask("GET", "/v1/deployment")).status_code == 200

    async def test_health_is_always_answered(self, world: World) -> None:
        async with served(world, requests_per_second=1) as rig:
            assert {(await rig.ask("GET", "/healthz")).status_code for _ in range(20)} == {200}


async def secretariat(world: World) -> SignedIn:
    return await world.enrol("secretariat", await world.invite_first())


async def recovery_token(world: World) -> str:
    ncp = await world.ncp(await world.secretariat(), "KE")
    await world.officer(ncp, "KE/otieno")
    command = sessions.SignIn("KE/otieno", RECOVERY_KEY, access.RECOVERY, ADDRESS)
    return (await sessions.finish(command, world.deployment, world.uow(), world.now_ms, HOURS)).token
