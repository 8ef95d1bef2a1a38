"""The client's notes never mix with a result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from cencomm.cli import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_nothing_is_noted_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure({})
    structlog.get_logger().error("session.refused")
    said = capsys.readouterr()
    assert said.out == said.err == ""


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure({"CENCOMM_LOG": "info"})
    structlog.get_logger().debug("hidden")
    structlog.get_logger().info("session.refused")
    said = capsys.readouterr()
    assert said.out == ""
    assert "session.refused" in said.err
    assert "hidden" not in said.err
