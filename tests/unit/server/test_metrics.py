"""The listener for Prometheus: the figures and nothing else, and with a token only for who brings it."""

from __future__ import annotations

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cencomm.server.metrics import build_metrics

TOKEN = "a token that is long"


async def ask(path: str, token: str = "", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=build_metrics(token))
    async with httpx2.AsyncClient(transport=transport, base_url="http://metrics") as client:
        return await client.get(path, headers=headers)


async def test_figures_in_prometheus_format() -> None:
    answer = await ask("/metrics")
    assert answer.status_code == 200
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"cencomm_writer_queue_events", "cencomm_connections", "process_open_fds"} <= names


async def test_with_a_token_only_for_who_brings_it() -> None:
    assert (await ask("/metrics", TOKEN, authorization=f"Bearer {TOKEN}")).status_code == 200
    for wrong in ("", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN):
        answer = await ask("/metrics", TOKEN, authorization=wrong)
        assert (answer.status_code, answer.content) == (401, b"")
    assert (await ask("/metrics", TOKEN)).status_code == 401


@pytest.mark.parametrize("path", ["/", "/v1/deployment", "/healthz"])
async def test_nothing_else_is_there(path: str) -> None:
    assert (await ask(path)).status_code == 404
