"""Logs carry ids and codes, never secrets.

LG-01 a value whose name is that of a secret is hidden, whoever logs it
LG-02 a value that is not plain and short is hidden
LG-03 an exception is its type and places, never its message
LG-04 libraries' lines pass the same way
LG-05 a whole use of the server leaves no token, code, key or name of an account in the log
"""

from __future__ import annotations

import base64
import json
import logging as standard_logging
from collections.abc import Iterator

import pytest
import structlog

from cencomm.accounts.errors import VaultConflict
from cencomm.server import logging
from cencomm.wire.http import EnrolIn, KdfParameters, SignInFinishIn
from tests.accounts_world import World
from tests.unit.server.rig import served


@pytest.fixture
def configured() -> Iterator[None]:
    root = standard_logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    standard_logging.getLogger("uvicorn.access").disabled = False


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("name", ["token", "new_password", "authorization", "wraps", "private_KEY", "text", "body"])
def test_lg_01_values_named_like_secrets_are_hidden(name: str) -> None:
    assert logging.hide_secrets(None, "", {name: "s3cret", "event": "x"}) == {name: logging.HIDDEN, "event": "x"}


@pytest.mark.parametrize("value", [b"bytes", "x" * 301, ["a"], {"a": 1}, object()])
def test_lg_02_values_that_are_not_plain_and_short_are_hidden(value: object) -> None:
    assert logging.hide_secrets(None, "", {"cug": value}) == {"cug": logging.HIDDEN}


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "short"])
def test_lg_02_plain_values_are_shown(value: object) -> None:
    assert logging.hide_secrets(None, "", {"cug": value}) == {"cug": value}


def test_lg_02_error_is_its_code() -> None:
    event = logging.hide_secrets(None, "", {"error": VaultConflict(expected=1)})
    assert event == {"error": "accounts.vault_conflict"}


def test_lg_03_exception_is_type_and_places(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("info")
    try:
        raise ValueError("s3cret in a message")
    except ValueError as error:
        logging.log_fault(error, path="/v1/session")
        structlog.get_logger("x").exception("went wrong")
    first, second = said(capsys)
    assert first["fault"] == second["fault"] == "ValueError"
    assert "test_logging.py" in str(first["places"])
    assert "s3cret" not in json.dumps([first, second])


def test_lg_04_lines_of_libraries_pass_the_same_way(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("info")
    try:
        raise ValueError("s3cret in a message")
    except ValueError:
        standard_logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = said(capsys)
    assert (line["event"], line["fault"]) == ("Exception in ASGI application", "ValueError")
    assert "s3cret" not in json.dumps(line)


def test_level_is_obeyed(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("error")
    structlog.get_logger("x").info("quiet")
    structlog.get_logger("x").error("loud")
    assert [line["event"] for line in said(capsys)] == ["loud"]


async def test_lg_05_use_of_the_server_leaves_no_secret(
    configured: None, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.configure("debug")
    key, wrong = bytes(range(32)), bytes(range(1, 33))
    code = await world.invite_first()
    async with served(world) as rig:
        enrol = EnrolIn(
            account="secretariat",
            invitation_code=code,
            kdf=KdfParameters(salt=b"s" * 16, ops_limit=3, memory_bytes=64 * 1024 * 1024),
            authentication_key=key,
            wraps=b"sealed wraps of the vault",
        )
        token = (await rig.ask("POST", "/v1/enrolments", enrol)).json()["token"]
        for tried in (key, wrong):
            finish = SignInFinishIn(account="secretariat", authentication_key=tried)
            await rig.ask("POST", "/v1/sign-in/finish", finish)
        await rig.ask("GET", "/v1/session", token=token)
        await rig.ask("GET", "/v1/session", token="stolen-token")
        await rig.http.post("/v1/enrolments", content=enrol.model_dump_json()[:-1] + ', "x": "s3cret"}')
    captured = capsys.readouterr()
    for secret in (code, token, "stolen-token", "s3cret", *map(_base64, (key, wrong)), key.hex(), "sealed wraps"):
        assert secret not in captured.out + captured.err


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
