"""The vault over HTTP."""

from __future__ import annotations

import pytest

from cencomm.server import http_vault
from cencomm.wire.http import VaultItem, VaultItemsIn, VaultItemsOut, VaultWrapsIn, VaultWrapsOut
from tests.accounts_world import World
from tests.unit.server.rig import Rig, served


def item(number: int, data: bytes = b"sealed") -> VaultItem:
    return VaultItem(item_id=b"%016d" % number, version=1, data=data)


async def token_of(world: World) -> str:
    return (await world.enrol("secretariat", await world.invite_first())).token


async def page(rig: Rig, token: str, query: str = "") -> VaultItemsOut:
    return VaultItemsOut.model_validate_json((await rig.ask("GET", f"/v1/vault/items{query}", token=token)).content)


async def test_wraps_are_read_and_swapped(world: World) -> None:
    token = await token_of(world)
    async with served(world) as rig:
        read = VaultWrapsOut.model_validate_json((await rig.ask("GET", "/v1/vault/wraps", token=token)).content)
        assert (read.version, read.wraps) == (1, b"wraps of secretariat")
        swap = VaultWrapsIn(expected_version=1, wraps=b"newer")
        assert (await rig.ask("PUT", "/v1/vault/wraps", swap, token)).json() == {"version": 2}
        again = await rig.ask("PUT", "/v1/vault/wraps", swap, token)
        assert (again.status_code, again.json()["code"]) == (409, "accounts.vault_conflict")


async def test_items_are_appended_and_read_in_pages(world: World) -> None:
    token = await token_of(world)
    async with served(world) as rig:
        answer = await rig.ask("POST", "/v1/vault/items", VaultItemsIn(items=tuple(map(item, range(3)))), token)
        assert (answer.status_code, answer.json()) == (201, {"position": 3})
        first = await page(rig, token, "?limit=2")
        assert ([one.position for one in first.items], first.more) == ([1, 2], True)
        second = await page(rig, token, "?after=2")
        assert ([one.item_id for one in second.items], second.more) == ([b"%016d" % 2], False)


async def test_page_ends_early_where_items_are_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await token_of(world)
    monkeypatch.setattr(http_vault, "PAGE_BYTES", 25)
    async with served(world) as rig:
        items = VaultItemsIn(items=tuple(item(n, bytes(20)) for n in range(3)))
        await rig.ask("POST", "/v1/vault/items", items, token)
        assert [(len(p.items), p.more) for p in [await page(rig, token, f"?after={n}") for n in range(3)]] == [
            (1, True),
            (1, True),
            (1, False),
        ]


@pytest.mark.parametrize("after", ["x", "-1", "1e3", "9" * 19, "٣"])
async def test_position_that_is_none_is_refused(world: World, after: str) -> None:
    token = await token_of(world)
    async with served(world) as rig:
        answer = await rig.ask("GET", "/v1/vault/items", token=token, params={"after": after})
        assert (answer.status_code, answer.json()) == (400, {"code": "wire.malformed", "facts": {"what": "after"}})
