"""Rules of a device at the server (PROTOCOL §1.1).

RG-001 the chain is kept once it leads from the pinned root to this device
RG-002 certificates that are absent, for another key, or not under the root give no device
RG-003 the session is bound by the device's signature over the token; a new device is registered with it
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.api import Client
from cencomm.client.errors import IdentityChanged, NotCertified, ServerMisbehaved
from cencomm.client.registration import bind_session, learn_chain
from cencomm.client.vault_sync import read_account
from cencomm.crypto.certificates import Certificate, Kind, issue
from cencomm.crypto.primitives import new_signature_key
from tests.unit.client.accounts_stand import PASSWORD, FakeAccounts
from tests.unit.client.test_enrol import officer


def certified(server: FakeAccounts, subject: str, kind: Kind, seed: bytes, public_key: bytes) -> None:
    server.certificates_of[subject] = issue(
        seed,
        deployment_id=server.root.deployment_id,
        kind=kind,
        subject=subject,
        display_name=subject,
        public_key=public_key,
        not_before_s=0,
        not_after_s=2**40,
    )


class TestChain:
    async def test_it_must_lead_to_the_root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """RG-001, RG-002, RG-003"""
        server, _ = await officer(tmp_path, monkeypatch)
        root_seed, root_public = new_signature_key()
        ncp_seed, ncp_public = new_signature_key()
        server.root = replace(server.root, root_public_key=root_public)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            row = read_account(client.profile)
            with pytest.raises(NotCertified):
                await learn_chain(client.api, client.profile, client.clock)
            certified(server, "KE", Kind.NCP, root_seed, ncp_public)
            certified(server, "KE/otieno", Kind.OFFICER, ncp_seed, bytes(32))
            with pytest.raises(IdentityChanged):
                await learn_chain(client.api, client.profile, client.clock)
            certified(server, "KE/otieno", Kind.OFFICER, ncp_seed, row.identity_public_key)
            with pytest.raises(ServerMisbehaved):
                await learn_chain(client.api, client.profile, client.clock)
            assert read_account(client.profile).chain == b""

    async def test_the_session_is_bound(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """RG-003"""
        server, _ = await officer(tmp_path, monkeypatch)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            row = read_account(client.profile)
            await bind_session(client.api, row)
            assert server.bound == "KE/otieno/laptop"
            (device,) = server.devices_of["KE/otieno"]
            assert Certificate.decode(device.certificate).public_key
            server.bound = None
            await bind_session(client.api, row)
            assert server.bound == "KE/otieno/laptop"
            assert len(server.devices_of["KE/otieno"]) == 1
