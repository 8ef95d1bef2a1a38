"""Members by the hundred for measurements: devices that a real contact point has vouched for, without accounts.

Two hundred enrolments would take an hour of key stretching and measure nothing; what a joiner meets - certificates,
leaves, commits, Welcomes - is all real.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from cencomm.client.admit import Guest, GuestDevice, admission
from cencomm.client.api import Client
from cencomm.client.committer import Committer, Intent
from cencomm.client.cug import Cug
from cencomm.client.engine.device import Device
from cencomm.client.identity import open_envelope
from cencomm.client.vault_sync import read_account
from cencomm.crypto.certificates import Certificate, Chain, Kind, issue
from cencomm.crypto.group_context import Role
from cencomm.crypto.mls.secret.key_package import new_key_package
from cencomm.crypto.primitives import Secret, new_signature_key
from cencomm.ids import DeviceId, OfficerId
from tests.e2e.world import PASSWORD, World

YEAR_SECONDS = 365 * 24 * 3600


async def crowd(world: World, client: Client, count: int) -> list[Guest]:
    """So many officers of the client's administration, each with one device and its key package."""
    device = client_device(client)
    async with world.signed_in(device.chain.administration) as ncp:
        envelope = await open_envelope(ncp.api, read_account(ncp.profile), PASSWORD)
    names = [f"{device.chain.administration}/crowd-{number}" for number in range(count)]
    return [_guest(device, envelope.identity_seed, name) for name in names]


def client_device(client: Client) -> Device:
    device = client._device
    assert device is not None
    return device


def _guest(device: Device, ncp_seed: Secret, name: str) -> Guest:
    now = int(time.time())

    def certificate(seed: bytes, kind: Kind, subject: str, public_key: bytes) -> Certificate:
        return issue(
            seed,
            deployment_id=device.trust.deployment_id,
            kind=kind,
            subject=subject,
            display_name=f"Name of {subject}",
            public_key=public_key,
            not_before_s=now - 60,
            not_after_s=now + YEAR_SECONDS,
        )

    identity_seed, identity_key = new_signature_key()
    device_seed, device_key = new_signature_key()
    officer = certificate(ncp_seed, Kind.OFFICER, name, identity_key)
    its = certificate(identity_seed, Kind.DEVICE, f"{name}/laptop", device_key)
    one = Device(DeviceId(f"{name}/laptop"), device.trust, Chain(device.chain.ncp, officer, its), device_seed, None)
    bundle = new_key_package(one.suite, one.leaf_identity(), lifetime=one.lifetime(now * 1000))
    return Guest(identity_key, None, (GuestDevice(one.chain, bundle.key_package, None),))


async def admit_crowd(cug: Cug, guests: Sequence[Guest], at_once: int) -> None:
    """Into the CUG, so many in one commit."""
    engine = cug._engine
    committer = Committer(engine)
    for start in range(0, len(guests), at_once):
        some = {OfficerId(guest.devices[0].chain.officer_id): guest for guest in guests[start : start + at_once]}

        async def build(some: dict[OfficerId, Guest] = some) -> Intent | None:
            assert engine.memory.group is not None
            return admission(engine.memory.group, dict.fromkeys(some, Role.OFFICER), some)

        assert await committer.commit(build)
