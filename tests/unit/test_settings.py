"""Settings come from the environment, once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cencomm.settings import DEFAULT_PORT, Settings, SettingsInvalid


def test_nothing_set_is_a_server_for_this_machine_only() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port) == ("127.0.0.1", DEFAULT_PORT)
    assert settings.data_dir == Path("var").resolve()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/cencomm.sqlite3"
    assert settings.origin == f"http://127.0.0.1:{DEFAULT_PORT}"
    assert not settings.behind_tls


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    settings = Settings.from_environment(
        {
            "CENCOMM_DATA_DIR": "/srv/cencomm",
            "CENCOMM_DATABASE_URL": "postgresql://u@h/d",
            "CENCOMM_REDIS_URL": "rediss://h:6380",
            "CENCOMM_HOST": "::",
            "CENCOMM_PORT": "9000",
            "CENCOMM_PUBLIC_URL": "https://CENcomm.example/",
            "CENCOMM_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
            "CENCOMM_LOG": "debug",
            "CENCOMM_SESSION_HOURS": "8",
            "CENCOMM_RATE": "5",
            "CENCOMM_DEVICE_SOCKETS": "3",
            "CENCOMM_BACKUP_DIR": "/srv/backups",
            "CENCOMM_METRICS_PORT": "9100",
            "CENCOMM_METRICS_HOST": "0.0.0.0",
            "CENCOMM_METRICS_TOKEN": "a token that is long",
            "CENCOMM_CLIENT_DIR": str(tmp_path),
            "CENCOMM_FILES": "/srv/files",
            "CENCOMM_FILE_MB": "20",
            "CENCOMM_CUG_FILES_MB": "400",
            "CENCOMM_CEN": "on",
        }
    )
    assert settings == Settings(
        data_dir=Path("/srv/cencomm"),
        database_url="postgresql://u@h/d",
        redis_url="rediss://h:6380",
        host="::",
        port=9000,
        public_url="https://CENcomm.example",
        trusted_proxies=("10.0.0.1", "10.0.0.2"),
        log_level="debug",
        session_hours=8,
        requests_per_second=5,
        device_sockets=3,
        backup_dir=Path("/srv/backups"),
        metrics_port=9100,
        metrics_host="0.0.0.0",
        metrics_token="a token that is long",
        client_dir=tmp_path,
        files_dir=Path("/srv/files"),
        file_bytes=20_000_000,
        cug_files_bytes=400_000_000,
        cen=True,
    )
    assert settings.origin == "https://cencomm.example"
    assert settings.behind_tls


def test_figures_are_shown_to_nobody_unless_asked_for() -> None:
    assert Settings.from_environment({}).metrics_port is None
    assert Settings.from_environment({"CENCOMM_METRICS_PORT": "0"}).metrics_port == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7"])
def test_figures_beyond_this_machine_need_a_token(host: str) -> None:
    beyond = {"CENCOMM_METRICS_PORT": "9100", "CENCOMM_METRICS_HOST": host}
    for token in ("", "short"):
        with pytest.raises(SettingsInvalid) as refused:
            Settings.from_environment({**beyond, "CENCOMM_METRICS_TOKEN": token})
        assert refused.value.facts == {"setting": "CENCOMM_METRICS_TOKEN"}
    settings = Settings.from_environment({**beyond, "CENCOMM_METRICS_TOKEN": "a token that is long"})
    assert "a token" not in repr(settings)


def test_backups_lie_in_the_data_folder_unless_said_otherwise() -> None:
    assert Settings.from_environment({"CENCOMM_DATA_DIR": "/srv/c"}).backup_dir == Path("/srv/c/backups")


def test_ipv6_host_is_shown_in_brackets() -> None:
    assert Settings.from_environment({"CENCOMM_HOST": "::1", "CENCOMM_PORT": "1"}).public_url == "http://[::1]:1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CENCOMM_CLIENT_DIR", "/nowhere"),
        ("CENCOMM_REDIS_URL", "http://h"),
        ("CENCOMM_PORT", "x"),
        ("CENCOMM_PORT", "-1"),
        ("CENCOMM_PORT", "65536"),
        ("CENCOMM_PORT", "٣"),
        ("CENCOMM_LOG", "loud"),
        ("CENCOMM_SESSION_HOURS", "0"),
        ("CENCOMM_RATE", "0"),
        ("CENCOMM_DEVICE_SOCKETS", "0"),
        ("CENCOMM_METRICS_PORT", "x"),
        ("CENCOMM_PUBLIC_URL", "ftp://x"),
        ("CENCOMM_PUBLIC_URL", "cencomm.example"),
        ("CENCOMM_PUBLIC_URL", "https://x/?y=1"),
        ("CENCOMM_PUBLIC_URL", "http://[::1"),
    ],
)
def test_what_cannot_be_is_refused_by_name_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment({name: value})
    assert refused.value.facts == {"setting": name}


def test_addresses_of_the_database_and_of_redis_do_not_show() -> None:
    assert "p4ss" not in repr(Settings.from_environment({"CENCOMM_DATABASE_URL": "postgresql://u:p4ss@h/d"}))
    assert "p4ss" not in repr(Settings.from_environment({"CENCOMM_REDIS_URL": "redis://u:p4ss@h"}))


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.from_environment({}).port = 1  # type: ignore[misc]


def test_files_may_lie_in_a_bucket() -> None:
    assert Settings.from_environment({"CENCOMM_FILES": "s3://bucket/folder/"}).files_bucket == "bucket/folder"
    for wrong in ("s3://", "ftp://host/x"):
        with pytest.raises(SettingsInvalid) as error:
            Settings.from_environment({"CENCOMM_FILES": wrong})
        assert error.value.facts == {"setting": "CENCOMM_FILES"}


def test_a_group_has_room_for_one_file_at_least() -> None:
    with pytest.raises(SettingsInvalid):
        Settings.from_environment({"CENCOMM_FILE_MB": "200", "CENCOMM_CUG_FILES_MB": "100"})
    with pytest.raises(SettingsInvalid):
        Settings.from_environment({"CENCOMM_FILE_MB": "1001"})


def test_the_core_is_served_only_where_that_is_said() -> None:
    assert not Settings.from_environment({}).cen
    assert not Settings.from_environment({"CENCOMM_CEN": "off"}).cen
    with pytest.raises(SettingsInvalid):
        Settings.from_environment({"CENCOMM_CEN": "true"})
