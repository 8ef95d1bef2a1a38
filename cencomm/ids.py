"""The names of things that travel between parts, each its own type so that they cannot be mixed up."""

from __future__ import annotations

import secrets
from typing import NewType

CugId = NewType("CugId", bytes)
"""16 random bytes; shown as 32 hexadecimal digits."""

GroupId = NewType("GroupId", bytes)
"""The MLS `group_id` (RFC 9420 §8.1): 16 random bytes."""

ClientRef = NewType("ClientRef", bytes)
"""16 random bytes chosen by the sender; makes a resend harmless."""

OfficerId = NewType("OfficerId", str)
"""`administration/officer`, for example `KE/otieno`."""

DeviceId = NewType("DeviceId", str)
"""`administration/officer/device`: the subject of a device certificate and the MLS basic credential."""

ID_BYTES = 16


def new_cug_id() -> CugId:
    return CugId(secrets.token_bytes(ID_BYTES))


def new_group_id() -> GroupId:
    return GroupId(secrets.token_bytes(ID_BYTES))


def new_client_ref() -> ClientRef:
    return ClientRef(secrets.token_bytes(ID_BYTES))


def officer_of(device: DeviceId) -> OfficerId:
    """The officer who holds `device`."""
    return OfficerId(device.rpartition("/")[0])


def administration_of(name: OfficerId | DeviceId) -> str:
    """The administration (ISO 3166-1 alpha-2) at the start of an officer or device id."""
    return name.partition("/")[0]
