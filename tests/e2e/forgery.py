"""Devices that nobody enrolled: chains and key packages made by a hostile server, or by a hostile contact point."""

from __future__ import annotations

import base64
from typing import Any

from cencomm.client.api import Client
from cencomm.client.engine.device import Device
from cencomm.client.identity import open_envelope
from cencomm.client.model import ACCOUNT, AccountRow, unpack
from cencomm.crypto.certificates import Certificate, Chain, Kind, Trust, issue
from cencomm.crypto.mls.secret.key_package import new_key_package
from cencomm.crypto.primitives import Secret, new_signature_key
from cencomm.ids import DeviceId, administration_of, officer_of
from tests.e2e.world import PASSWORD

_DAY = 86_400


def _issue(trust: Trust, issuer: Secret, kind: Kind, subject: str, public_key: bytes, now_s: int) -> Certificate:
    return issue(
        issuer,
        deployment_id=trust.deployment_id,
        kind=kind,
        subject=subject,
        display_name=subject,
        public_key=public_key,
        not_before_s=now_s - _DAY,
        not_after_s=now_s + _DAY,
    )


def forged_device(trust: Trust, device_id: str, ncp: Certificate, ncp_seed: Secret, now_ms: int) -> Device:
    """A device of an officer of that contact point, under a fresh identity key that it certifies."""
    now_s = now_ms // 1000
    identity_seed, identity_key = new_signature_key()
    device_seed, device_key = new_signature_key()
    officer = _issue(trust, ncp_seed, Kind.OFFICER, officer_of(DeviceId(device_id)), identity_key, now_s)
    device = _issue(trust, identity_seed, Kind.DEVICE, device_id, device_key, now_s)
    return Device(DeviceId(device_id), trust, Chain(ncp, officer, device), device_seed, None)


def ghost_device(trust: Trust, device_id: str, now_ms: int) -> Device:
    """A device with a chain from a root that the server made up."""
    root_seed, _ = new_signature_key()
    ncp_seed, ncp_key = new_signature_key()
    ncp = _issue(trust, root_seed, Kind.NCP, administration_of(DeviceId(device_id)), ncp_key, now_ms // 1000)
    return forged_device(trust, device_id, ncp, ncp_seed, now_ms)


def key_package_answer(device: Device, now_ms: int) -> dict[str, Any]:
    """The device's key package as the directory hands it out, in JSON."""
    bundle = new_key_package(device.suite, device.leaf_identity(), lifetime=device.lifetime(now_ms))
    data = base64.urlsafe_b64encode(bundle.message()).decode()
    return {"device_id": device.device_id, "key_package": data, "last_resort": False}


async def identity_seed_of(client: Client) -> Secret:
    """The identity key of an account whose password we know: what a hostile contact point has of itself."""
    data = client.profile.read().get(ACCOUNT, b"self")
    assert data is not None
    envelope = await open_envelope(client.api, unpack(AccountRow, data), PASSWORD)
    return envelope.identity_seed
