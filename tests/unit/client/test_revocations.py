"""Rules of revocation lists (PROTOCOL §1.5).

RL-001 a list of the root, or of an NCP under the root, is kept
RL-002 one that is not its issuer's, or takes something back, is refused and nothing is kept
RL-003 nobody is admitted without a fresh look
RL-004 an issuer gives a server that was put back its own newest list again, and nothing else
RL-005 a device that stays connected asks again twice a day
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.errors import ServerMisbehaved, ServerUnreachable
from cencomm.client.http import Api
from cencomm.client.profile import Profile
from cencomm.client.revocations import (
    ASK_AFTER_MS,
    age_ms,
    fetch_revocations,
    hand_back_own_list,
    keep_own_list,
    known_lists,
    refresh_revocations,
    require_fresh,
)
from cencomm.client.vault_sync import change_account
from cencomm.crypto.revocation import ROOT, RevocationList, Revoked, sign_list
from cencomm.wire.http import RevocationListOut
from tests.unit.client.stand import NOW_MS, FakeApi, Stand, api_of


def signed(stand: Stand, issuer: str, number: int, *subjects: str, seed: bytes | None = None) -> RevocationList:
    key = seed or (stand.root_seed if issuer == ROOT else stand.ncp(issuer)[0])
    return sign_list(
        key,
        deployment_id=stand.trust.deployment_id,
        issuer=issuer,
        number=number,
        issued_at_ms=NOW_MS,
        entries=[Revoked(subject.encode().ljust(16), subject, NOW_MS) for subject in subjects],
    )


def out(known: RevocationList) -> RevocationListOut:
    return RevocationListOut(issuer=known.issuer, number=known.number, data=known.encode())


def chief_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Stand, Profile, Api, FakeApi, list[bytes]]:
    """The French contact point's device, and the lists that it publishes."""
    stand = Stand(tmp_path)
    device = stand.device("FR/chief")
    api, fake = api_of(stand, device)
    published: list[bytes] = []

    async def publish(data: bytes) -> None:
        published.append(data)

    monkeypatch.setattr(api, "publish_revocations", publish, raising=False)
    return stand, stand.profile(device), api, fake, published


class TestLists:
    async def test_what_its_issuer_signed_is_kept(self, tmp_path: Path) -> None:
        """RL-001"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        fake.lists = [out(signed(stand, ROOT, 1, "BR")), out(signed(stand, "FR", 4, "FR/dupont"))]
        assert await fetch_revocations(api, profile, stand.clock)
        assert {known.issuer: known.number for known in known_lists(profile)} == {ROOT: 1, "FR": 4}
        assert not await fetch_revocations(api, profile, stand.clock)
        fake.lists[1] = out(signed(stand, "FR", 5, "FR/dupont", "FR/durand"))
        assert await fetch_revocations(api, profile, stand.clock)

    async def test_what_is_not_is_refused(self, tmp_path: Path) -> None:
        """RL-002"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        fake.lists = [out(signed(stand, "FR", 4, "FR/dupont"))]
        await fetch_revocations(api, profile, stand.clock)
        mislabelled = out(signed(stand, "FR", 6, "FR/dupont")).model_copy(update={"issuer": "BR"})
        for wrong in (
            out(signed(stand, "FR", 3, "FR/dupont")),
            out(signed(stand, "FR", 5)),
            out(signed(stand, "FR", 5, "FR/dupont", seed=stand.ncp("BR")[0])),
            mislabelled,
        ):
            fake.lists = [out(signed(stand, ROOT, 1)), wrong]
            with pytest.raises(ServerMisbehaved):
                await fetch_revocations(api, profile, stand.clock)
            assert [known.number for known in known_lists(profile)] == [4]

    async def test_who_stays_connected_asks_again_twice_a_day(self, tmp_path: Path) -> None:
        """RL-005"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        fake.lists = [out(signed(stand, "FR", 4, "FR/dupont"))]
        assert not await refresh_revocations(api, profile, stand.clock)
        change_account(profile, revocations_at_ms=stand.clock.now_ms() - ASK_AFTER_MS - 1)
        assert await refresh_revocations(api, profile, stand.clock)
        assert age_ms(profile, stand.clock) == 0

    async def test_nobody_is_admitted_without_a_fresh_look(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """RL-003"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        change_account(profile, revocations_at_ms=0)
        await require_fresh(api, profile, device, stand.clock)
        assert age_ms(profile, stand.clock) == 0

        async def down() -> tuple[RevocationListOut, ...]:
            raise ServerUnreachable

        monkeypatch.setattr(fake, "revocations", down)
        with pytest.raises(ServerUnreachable):
            await require_fresh(api, profile, device, stand.clock)

    @pytest.mark.parametrize(
        ("at_server", "handed"), [((), True), ((2,), True), ((1, 2), True), ((3,), False), ((4,), False)]
    )
    async def test_a_forgotten_list_is_handed_back_by_its_issuer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_server: tuple[int, ...], handed: bool
    ) -> None:
        """RL-004"""
        stand, profile, api, fake, published = chief_of(tmp_path, monkeypatch)
        assert not await hand_back_own_list(api, profile)
        change_account(profile, account="FR", kind="ncp")
        own, other = signed(stand, "FR", 3, "FR/dupont"), signed(stand, "BR", 9, "BR/silva")
        for known in (own, other):
            keep_own_list(profile, known)
        fake.lists = [out(signed(stand, "FR", number, "FR/dupont")) for number in at_server]
        assert await hand_back_own_list(api, profile) is handed
        assert published == ([own.encode()] if handed else [])

    async def test_what_another_device_published_is_learned_to_be_handed_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """RL-004"""
        stand, profile, api, fake, published = chief_of(tmp_path, monkeypatch)
        change_account(profile, account="FR", kind="ncp")
        forged = signed(stand, "FR", 3, "FR/dupont", seed=stand.ncp("BR")[0])
        fake.lists = [out(forged)]
        with pytest.raises(ServerMisbehaved):
            await hand_back_own_list(api, profile)
        assert known_lists(profile) == ()
        own = signed(stand, "FR", 3, "FR/dupont")
        fake.lists = [out(own), out(signed(stand, "BR", 9, "BR/silva"))]
        assert not await hand_back_own_list(api, profile)
        assert known_lists(profile) == (own,)
        fake.lists = []
        assert await hand_back_own_list(api, profile)
        assert published == [own.encode()]
