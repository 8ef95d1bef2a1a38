"""What a request has at hand."""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.accounts.errors import NoDevice, NotSignedIn
from cencomm.accounts.model import AccountKind, Session
from cencomm.ids import DeviceId
from cencomm.server.context import RequestContext


def context(session: Session | None) -> RequestContext:
    services: Any = None
    return RequestContext(services, "192.0.2.1", session)


def test_without_session_there_is_no_account() -> None:
    with pytest.raises(NotSignedIn):
        _ = context(None).account_id


def test_without_device_there_is_no_device() -> None:
    session = Session(b"h" * 32, "KE/otieno", AccountKind.OFFICER, "password", None, 0)
    assert context(session).officer_id == "KE/otieno"
    with pytest.raises(NoDevice):
        _ = context(session).device_id


def test_device_of_the_session() -> None:
    device_id = DeviceId("KE/otieno/laptop")
    session = Session(b"h" * 32, "KE/otieno", AccountKind.OFFICER, "password", device_id, 0)
    assert context(session).device_id == device_id
