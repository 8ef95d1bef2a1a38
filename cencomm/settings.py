"""The server's settings: one frozen object, read from the environment once, in `main` (style guide §3).

CENCOMM_DATA_DIR          folder for what the server keeps; default `var`
CENCOMM_DATABASE_URL      sqlite:///path or postgresql://user@host/name; default a SQLite file in the data folder
CENCOMM_REDIS_URL         redis://host:port or rediss://…, where several processes serve one PostgreSQL; default none
CENCOMM_FILES             where encrypted files lie: a folder, or s3://bucket/folder; default `files` in the data folder
CENCOMM_FILE_MB           what one file may take, in megabytes; default 100
CENCOMM_CUG_FILES_MB      what all files of one group may take, in megabytes; default 10000
CENCOMM_HOST              address to listen on; default 127.0.0.1
CENCOMM_PORT              port to listen on; default 8440, 0 takes a free one
CENCOMM_PUBLIC_URL        how clients reach the server; default http://HOST:PORT. Browsers of other origins are refused
CENCOMM_TRUSTED_PROXIES   addresses, with commas between, whose X-Forwarded-For counts; default none
CENCOMM_LOG               debug, info, warning or error; default info
CENCOMM_SESSION_HOURS     how long a sign-in lasts; default 12
CENCOMM_RATE              requests a second that one address may send for long; default 50
CENCOMM_DEVICE_SOCKETS    sockets that one device may have at one process; default 16, older ones are closed
CENCOMM_BACKUP_DIR        folder for `cencomm admin backup`; default `backups` in the data folder
CENCOMM_METRICS_PORT      port on which Prometheus may ask for figures; default none: they are shown to nobody
CENCOMM_METRICS_HOST      address of that listener; default 127.0.0.1
CENCOMM_METRICS_TOKEN     what must be brought to see them; needed where that address is not this machine's loopback
CENCOMM_CEN               `on` serves the CEN core under /cen too; default `off`
CENCOMM_CLIENT_DIR        folder of the built browser client; default the one beside this program, if it was built
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from cencomm.errors import DomainError

DEFAULT_PORT = 8440
MAX_PORT = 65535
LOG_LEVELS = ("debug", "info", "warning", "error")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
MEGABYTE = 1_000_000
MAX_FILE_MB = 1_000
S3 = "s3://"
ON, OFF = "on", "off"
MIN_TOKEN = 16
"""Characters of a token: one that cannot be guessed."""
DATABASE_FILE = "cencomm.sqlite3"
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
CLIENT_PAGE = "index.html"
BUILT_CLIENTS = (
    Path(__file__).parent / "web_client",
    Path(__file__).parent.parent / "web" / "client" / "dist",
)
"""Where the browser client lies in a wheel, and in a checkout once `make client` has built it."""


class SettingsInvalid(DomainError):
    """A setting that cannot be; `setting` names it. Its value is not repeated: it may hold a password."""

    code = "settings.invalid"


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: Path
    database_url: str = field(repr=False)
    """May hold a password."""
    redis_url: str = field(default="", repr=False)
    """May hold a password; empty where there is no Redis."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "info"
    session_hours: int = 12
    requests_per_second: int = 50
    device_sockets: int = 16
    backup_dir: Path = Path("backups")
    metrics_port: int | None = None
    """None where nobody may see the figures."""
    metrics_host: str = "127.0.0.1"
    metrics_token: str = field(default="", repr=False)
    client_dir: Path | None = None
    """The built browser client; None where there is none to serve."""
    files_dir: Path | None = None
    """None: `files` in the data folder."""
    files_bucket: str = ""
    """`bucket/folder` of an S3-compatible store; empty where files lie in a folder."""
    file_bytes: int = 100 * MEGABYTE
    cug_files_bytes: int = 10_000 * MEGABYTE
    cen: bool = False
    """Whether the CEN core is served beside the groups."""

    @property
    def origin(self) -> str:
        """Scheme, host and port of `public_url`, as a browser's Origin header has it."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def behind_tls(self) -> bool:
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Raises SettingsInvalid."""
        data_dir = Path(environ.get("CENCOMM_DATA_DIR") or "var").resolve()
        host = environ.get("CENCOMM_HOST") or "127.0.0.1"
        port = _number(environ, "CENCOMM_PORT", DEFAULT_PORT, 0, MAX_PORT)
        log_level = environ.get("CENCOMM_LOG") or "info"
        if log_level not in LOG_LEVELS:
            raise SettingsInvalid(setting="CENCOMM_LOG")
        return cls(
            data_dir=data_dir,
            database_url=environ.get("CENCOMM_DATABASE_URL") or f"sqlite:///{data_dir / DATABASE_FILE}",
            redis_url=_redis_url(environ),
            host=host,
            port=port,
            public_url=_address(environ, host, port),
            trusted_proxies=_list(environ.get("CENCOMM_TRUSTED_PROXIES", "")),
            log_level=log_level,
            session_hours=_number(environ, "CENCOMM_SESSION_HOURS", 12, 1, 24 * 30),
            requests_per_second=_number(environ, "CENCOMM_RATE", 50, 1, 1_000_000),
            device_sockets=_number(environ, "CENCOMM_DEVICE_SOCKETS", 16, 1, 1_000_000),
            backup_dir=Path(environ.get("CENCOMM_BACKUP_DIR") or data_dir / "backups").resolve(),
            **_metrics(environ),
            client_dir=_client_dir(environ),
            **_files(environ),
            cen=_switch(environ, "CENCOMM_CEN"),
        )


def _switch(environ: Mapping[str, str], name: str) -> bool:
    given = environ.get(name) or OFF
    if given not in {ON, OFF}:
        raise SettingsInvalid(setting=name)
    return given == ON


def _client_dir(environ: Mapping[str, str]) -> Path | None:
    """The folder that was named, which must hold a built client; else the first built one beside this program."""
    given = environ.get("CENCOMM_CLIENT_DIR")
    if given:
        if not (Path(given) / CLIENT_PAGE).is_file():
            raise SettingsInvalid(setting="CENCOMM_CLIENT_DIR")
        return Path(given).resolve()
    return next((folder for folder in BUILT_CLIENTS if (folder / CLIENT_PAGE).is_file()), None)


class _Files(TypedDict):
    files_dir: Path | None
    files_bucket: str
    file_bytes: int
    cug_files_bytes: int


def _files(environ: Mapping[str, str]) -> _Files:
    given = environ.get("CENCOMM_FILES") or ""
    bucket = given.removeprefix(S3).strip("/") if given.startswith(S3) else ""
    if "://" in given and not bucket:
        raise SettingsInvalid(setting="CENCOMM_FILES")
    one = _number(environ, "CENCOMM_FILE_MB", 100, 1, MAX_FILE_MB)
    return {
        "files_dir": Path(given).resolve() if given and not bucket else None,
        "files_bucket": bucket,
        "file_bytes": one * MEGABYTE,
        "cug_files_bytes": _number(environ, "CENCOMM_CUG_FILES_MB", 10_000, one, 1_000_000_000) * MEGABYTE,
    }


def _redis_url(environ: Mapping[str, str]) -> str:
    given = environ.get("CENCOMM_REDIS_URL") or ""
    if given and not given.startswith(REDIS_SCHEMES):
        raise SettingsInvalid(setting="CENCOMM_REDIS_URL")
    return given


class _Metrics(TypedDict):
    metrics_port: int | None
    metrics_host: str
    metrics_token: str


def _metrics(environ: Mapping[str, str]) -> _Metrics:
    """Deny by default: nobody sees the figures, then this machine, then who brings the token."""
    host = environ.get("CENCOMM_METRICS_HOST") or "127.0.0.1"
    token = environ.get("CENCOMM_METRICS_TOKEN") or ""
    port = _number(environ, "CENCOMM_METRICS_PORT", 0, 0, MAX_PORT) if environ.get("CENCOMM_METRICS_PORT") else None
    if port is not None and not token and host not in LOOPBACK:
        raise SettingsInvalid(setting="CENCOMM_METRICS_TOKEN")
    if token and len(token) < MIN_TOKEN:
        raise SettingsInvalid(setting="CENCOMM_METRICS_TOKEN")
    return {"metrics_port": port, "metrics_host": host, "metrics_token": token}


def _number(environ: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    given = environ.get(name) or str(default)
    if not (given.isascii() and given.isdigit()) or not lowest <= int(given) <= highest:
        raise SettingsInvalid(setting=name)
    return int(given)


def _address(environ: Mapping[str, str], host: str, port: int) -> str:
    shown_host = f"[{host}]" if ":" in host else host
    given = environ.get("CENCOMM_PUBLIC_URL") or f"http://{shown_host}:{port}"
    try:
        parts = urlsplit(given)
    except ValueError:
        raise SettingsInvalid(setting="CENCOMM_PUBLIC_URL") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SettingsInvalid(setting="CENCOMM_PUBLIC_URL")
    return given.rstrip("/")


def _list(given: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",") if name.strip())
