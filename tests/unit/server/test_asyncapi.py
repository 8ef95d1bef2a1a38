"""The AsyncAPI page: valid, complete, and true of what Python and the browser write."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft7Validator

from cencomm.server.asyncapi import document
from cencomm.wire import frames
from cencomm.wire.frames import ClientFrame, ServerFrame, encode_frame
from tests.accounts_world import World
from tests.unit.server.rig import ORIGIN, served

CLIENT = Path(__file__).parents[3] / "web" / "client"
SPECIFICATION = CLIENT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
PEER = CLIENT / "test" / "python" / "wire_peer.py"
"""Its frames are compared byte for byte with the browser's (web/client/test/wire/python-peer.test.ts)."""


def samples() -> dict[str, frames.ClientFrame | frames.ServerFrame]:
    spec = importlib.util.spec_from_file_location("wire_peer", PEER)
    assert spec is not None
    assert spec.loader is not None
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    return {**peer.CLIENT, **peer.SERVER}


def as_json(value: Any) -> Any:
    """What MessagePack says, with one character for each byte where it says bytes."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return {name: as_json(one) for name, one in value.items()} if isinstance(value, dict) else value


def fits(name: str, value: Any) -> bool:
    page = {"$ref": f"#/components/schemas/{name}", **document(ORIGIN)}
    return bool(Draft7Validator({**page, "components": page["components"]}).is_valid(value))


async def test_the_server_shows_it(world: World) -> None:
    async with served(world) as rig:
        answer = await rig.ask("GET", "/v1/asyncapi.json")
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(document(ORIGIN)))


def test_it_keeps_the_specification() -> None:
    if not SPECIFICATION.exists():
        absent = "the specification's schema comes with the browser client's development packages: run `make web`"
        if os.environ.get("CI") == "true":
            pytest.fail(absent)
        pytest.skip(f"DID NOT RUN: {absent}")
    validator = Draft7Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8")))
    errors = [error.message for error in validator.iter_errors(document(ORIGIN))]
    assert errors == []
    broken = {**document(ORIGIN), "channels": {"session": {"messages": 1}}}
    assert not validator.is_valid(broken)


def test_every_frame_is_in_it_and_nothing_else() -> None:
    page = document(ORIGIN)
    sent = {frame.__name__ for frame in get_args(ClientFrame)}
    said = {frame.__name__ for frame in get_args(ServerFrame)}
    assert set(page["components"]["messages"]) == sent | said
    listed = {
        name: {message["$ref"].rpartition("/")[2] for message in operation["messages"]}
        for name, operation in page["operations"].items()
    }
    assert listed == {"toServer": sent, "toDevice": said}


@pytest.mark.parametrize("name", sorted(samples()))
def test_what_python_and_the_browser_write_fits(name: str) -> None:
    frame = samples()[name]
    written = as_json(msgspec.msgpack.decode(encode_frame(frame)))
    assert fits(type(frame).__name__, written)
    assert not fits(type(frame).__name__, [0, *written[1:]])
    assert fits(type(frame).__name__, written[:1]) is (type(frame).__name__ in {"Ping", "Pong"})


def test_every_frame_has_a_sample() -> None:
    assert {type(frame) for frame in samples().values()} == {*get_args(ClientFrame), *get_args(ServerFrame)}


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("https://c.example/sub", {"host": "c.example", "protocol": "wss", "pathname": "/sub"}),
        ("http://127.0.0.1:8440", {"host": "127.0.0.1:8440", "protocol": "ws"}),
    ],
)
def test_the_address_is_the_servers_own(address: str, server: dict[str, str]) -> None:
    found = dict(document(address)["servers"]["here"])
    found.pop("security")
    assert found == server
