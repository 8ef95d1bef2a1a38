"""The small rules that the model itself holds."""

from __future__ import annotations

from typing import cast

from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.groups.model import EpochView, LoggedEvent
from cencomm.ids import ClientRef, DeviceId
from cencomm.wire.frames import EventKind

DEVICE = DeviceId("KE/otieno/laptop")


def test_a_device_has_one_leaf_or_none() -> None:
    epoch = EpochView(cast(PublicGroup, None), 0, {0: DEVICE, 3: DeviceId("FR/petit/laptop")})
    assert epoch.leaf_of(DeviceId("FR/petit/laptop")) == 3
    assert epoch.leaf_of(DeviceId("FR/petit/phone")) is None


def test_no_body_stands_in_a_repr() -> None:
    event = LoggedEvent(1, 2, EventKind.RECORD, DEVICE, ClientRef(b"r" * 16), b"sealed bytes")
    assert "sealed" not in repr(event)
