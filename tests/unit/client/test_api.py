"""Rules of the client's front.

AP-001 a profile is opened with its password, and says who it is
AP-002 signing in keeps a token that holds, and gets another one when it does not
AP-003 a CUG is found by id, hexadecimal digits, title or code; an unclear name is refused
AP-004 without a certificate there is no device, and no connection
AP-005 the server must serve the pinned deployment
AP-006 a CUG that the server refuses to begin leaves nothing; one whose answer was lost is opened by the next connection
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import model
from cencomm.client.api import Client
from cencomm.client.errors import (
    NotCertified,
    ProfileAbsent,
    ServerRefused,
    ServerUnreachable,
    UnknownGroup,
    WrongDeployment,
    WrongPassword,
)
from cencomm.client.vault_sync import read_account
from cencomm.crypto.certificates import Chain
from cencomm.crypto.labels import verify_with_label
from cencomm.errors import DomainError
from cencomm.ids import CugId, OfficerId
from cencomm.wire.content import Profile, encode_content
from cencomm.wire.http import OpenCugIn
from tests.unit.client.accounts_stand import PASSWORD
from tests.unit.client.stand import PASSWORD as STAND_PASSWORD
from tests.unit.client.stand import Stand
from tests.unit.client.test_enrol import officer


class TestAccount:
    async def test_a_profile_says_who_it_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AP-001, AP-004"""
        await officer(tmp_path, monkeypatch)
        with pytest.raises(ProfileAbsent):
            async with Client.open(tmp_path / "nowhere", PASSWORD):
                pass
        with pytest.raises(WrongPassword):
            async with Client.open(tmp_path / "laptop", "not the password"):
                pass
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            account = client.account
            assert (account.account, account.kind, account.certified) == ("KE/otieno", "officer", False)
            assert client.cugs() == ()
            assert not client.is_connected
            with pytest.raises(NotCertified):
                _ = client.device
            with pytest.raises(NotCertified):
                await client.connect()
            assert client.officer_name(OfficerId("FR/dupont")) == "FR/dupont"

    async def test_signing_in_keeps_a_token_that_holds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AP-002, AP-005"""
        server, _ = await officer(tmp_path, monkeypatch)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            assert read_account(client.profile).inner_uploaded
            server.token = "a token that has ended"
            server.ends_sessions = True
            await client.sign_in()
            assert client.token() == read_account(client.profile).token == "token of KE/otieno"
            server.root = replace(server.root, deployment_id=bytes(16))
            with pytest.raises(WrongDeployment):
                await client.sign_in()


class TestCugs:
    async def test_a_cug_is_found_by_what_it_is_called(self, tmp_path: Path) -> None:
        """AP-003"""
        stand = Stand(tmp_path)
        here, _ = stand.operation("KE/otieno", "FR/dupont")
        here.queue(personal=encode_content(Profile("Operation Tiger", "OT26")))
        stand.run()
        async with Client.open(tmp_path / "KE-otieno-laptop", STAND_PASSWORD) as client:
            (cug,) = client.cugs()
            assert client.cug(stand.cug_id) is cug
            for name in (stand.cug_id.hex(), stand.cug_id.hex().upper(), "Operation Tiger", "OT26"):
                assert client.cug(name) is cug
            for wrong in ("", "Operation", "00"):
                with pytest.raises(UnknownGroup):
                    client.cug(wrong)
            assert client.officer_name(OfficerId("FR/dupont")) == "Name of FR/dupont"
            assert await client.wait_for_cug(seconds=1) is cug
            with pytest.raises(UnknownGroup):
                await client.wait_for_cug(cug_id=None if not cug else type(cug.id)(b"?" * 16), seconds=0.01)
            signed = client.sign_as_device("Label", b"content")
            chain = Chain.decode(signed.chain)
            verify_with_label(chain.device.public_key, "Label", b"content", signed.signature)

    async def test_a_cug_that_may_not_begin_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AP-006"""
        stand = Stand(tmp_path)
        stand.profile(stand.device("KE/otieno"))
        asked: list[OpenCugIn] = []
        answers: list[DomainError] = [ServerRefused("groups.not_allowed"), ServerUnreachable(), ServerUnreachable()]

        async def open_cug(request: OpenCugIn) -> None:
            asked.append(request)
            raise answers.pop(0)

        folder = tmp_path / "KE-otieno-laptop"
        async with Client.open(folder, STAND_PASSWORD) as client:
            monkeypatch.setattr(client.api, "open_cug", open_cug)
            with pytest.raises(ServerRefused):
                await client.open_cug("Refused")
            assert client.cugs() == ()
            assert client.profile.read().count(model.CUGS) == 0
            assert client.profile.read().count(model.outbox(CugId(asked[0].cug_id))) == 0
            with pytest.raises(ServerUnreachable):
                await client.open_cug("Kept")
        async with Client.open(folder, STAND_PASSWORD) as client:
            monkeypatch.setattr(client.api, "open_cug", open_cug)
            with pytest.raises(ServerUnreachable):
                await client._finish_openings()
            assert asked[1] == asked[2]
            assert [cug.id for cug in client.cugs()] == [asked[1].cug_id]
