"""The whole examination: every part in order, and settings that cannot be end it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.server.bootstrap import initialise
from cencomm.server.doctor import Level, examine
from cencomm.settings import Settings
from tests.postgres import free_port
from tests.unit.server.doctor.test_database import now_ms


async def test_every_part_is_looked_at_and_nothing_is_changed(tmp_path: Path) -> None:
    environ = {"CENCOMM_DATA_DIR": str(tmp_path), "CENCOMM_PORT": str(free_port())}
    await initialise(Settings.from_environment(environ), deployment_id=b"d" * 16, root_public_key=b"r" * 32, name="T")
    before = sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".sqlite3")
    found = [finding.code for finding in await examine(environ, now_ms)]
    assert found[0] == "settings_valid"
    assert {"backup_none", "deployment_there", "address_silent"} <= set(found)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".sqlite3") == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("CENCOMM_PORT", "x"), ("CENCOMM_DATABASE_URL", "mysql://u:p4ss@h/d"), ("OTEL_TRACES_EXPORTER", "zipkin")],
)
async def test_a_setting_that_cannot_be(name: str, value: str) -> None:
    (found,) = await examine({name: value}, now_ms)
    assert (found.level, found.code, found.facts) == (Level.WRONG, "settings_invalid", {"setting": name})
