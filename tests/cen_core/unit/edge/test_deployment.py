"""The core beside a server: its files, its key, its application."""

from __future__ import annotations

from pathlib import Path

import httpx2

from cen_core.edge.deployment import Place, fingerprint_key, running
from cencomm.bulk.core_tables import CoreTables
from cencomm.crypto.primitives import argon2id


def place(folder: Path, url: str = "sqlite:///elsewhere.sqlite3") -> Place:
    return Place(folder, url, "https://cen.example", behind_tls=True)


def test_on_sqlite_it_has_a_file_of_its_own_on_postgresql_tables_beside_the_others(tmp_path: Path) -> None:
    assert place(tmp_path).core_url == f"sqlite:///{tmp_path / 'cen.sqlite3'}"
    assert place(tmp_path, "postgresql://h/d").core_url == "postgresql://h/d"


def test_the_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    key = fingerprint_key(tmp_path / "new")
    assert len(key) == 32
    assert fingerprint_key(tmp_path / "new") == key
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["cen.key"]
    assert (tmp_path / "new" / "cen.key").stat().st_mode & 0o077 == 0


async def test_it_runs(tmp_path: Path) -> None:
    async with (
        running(place(tmp_path), argon2id, CoreTables()) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://cen.example") as http,
    ):
        assert (await http.get("/cen/sign-in")).status_code == 200
    assert (tmp_path / "cen.sqlite3").exists()
