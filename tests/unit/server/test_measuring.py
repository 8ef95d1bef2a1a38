"""Requests are counted and traced by route, status and code, and by nothing else."""

from __future__ import annotations

import json

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from cencomm.server.measuring import route_of
from cencomm.wire.http import SignInFinishIn
from tests.accounts_world import KEY, World
from tests.measured import since_now
from tests.unit.server.rig import served
from tests.unit.test_tracing import exporter

__all__ = ["exporter"]

SECRETS = ("secretariat", "192.0.2.9", "KE/otieno", "c0ffee" * 5)


async def test_requests_are_counted_by_route_and_status(world: World) -> None:
    well = since_now("cencomm_http_requests_total", route="deployment", status="200")
    timed = since_now("cencomm_http_seconds_count", route="deployment")
    denied = since_now("cencomm_http_requests_total", route="session", status="401")
    why = since_now("cencomm_http_refused_total", route="session", code="accounts.not_signed_in")
    lost = since_now("cencomm_http_requests_total", route="other", status="404")
    foreign = since_now("cencomm_http_requests_total", route="other", status="403")
    async with served(world) as rig:
        await rig.ask("GET", "/v1/deployment")
        await rig.ask("GET", "/v1/session")
        await rig.ask("GET", "/KE/otieno")
        await rig.ask("GET", "/v1/deployment", headers={"Origin": "https://evil.example"})
    assert (well(), timed(), denied(), why(), lost(), foreign()) == (1, 1, 1, 1, 1, 1)


async def test_sign_ins_are_counted_by_what_became_of_them(world: World) -> None:
    await world.secretariat()
    outcomes = {
        name: since_now("cencomm_sign_ins_total", outcome=name) for name in ("signed_in", "refused", "locked_out")
    }
    async with served(world) as rig:
        for key in (KEY, *([b"w" * 32] * 7)):
            body = SignInFinishIn(account="secretariat", authentication_key=key)
            await rig.ask("POST", "/v1/sign-in/finish", body)
    assert {name: count() for name, count in outcomes.items()} == {"signed_in": 1, "refused": 6, "locked_out": 1}


async def test_traces_and_metrics_hold_no_name_address_or_path(world: World, exporter: InMemorySpanExporter) -> None:
    await world.secretariat()
    async with served(world) as rig:
        await rig.ask("POST", "/v1/sign-in/finish", SignInFinishIn(account="secretariat", authentication_key=KEY))
        await rig.ask("GET", f"/v1/cugs/{SECRETS[3]}aa")
        await rig.ask("GET", "/KE/otieno?q=KE/otieno")
        await rig.ask("DELETE", "/v1/deployment")
    spans = exporter.get_finished_spans()
    told = [
        (span.attributes["http.route"], span.attributes["http.response.status_code"])
        for span in spans
        if span.attributes
    ]
    assert told == [("sign_in_finish", 201), ("cug", 401), ("other", 404), ("other", 405)]
    written = json.dumps([span.to_json() for span in spans]) + generate_latest().decode()
    assert not [secret for secret in SECRETS if secret in written]


def test_what_a_stranger_types_is_no_label() -> None:
    assert route_of({"type": "http", "path": "/wp-admin"}) == "other"
    assert route_of({"type": "http", "path": "/healthz"}) == "healthz"
    assert route_of({"type": "websocket", "path": "/x"}) == "websocket"
