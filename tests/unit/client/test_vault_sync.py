"""Rules of keeping the vault (PROTOCOL §1.3).

VS-001 what one device saves another has: keys and checkpoint, also of a CUG that it has not replayed yet
VS-002 what was saved is not saved again
VS-003 the inner envelope goes up once, and the newest comes down
VS-004 under history policy `none` no key goes into the vault
VS-005 at a server that was put back everything is read again and saved again, and no device misses what comes then
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.model import CheckpointRow, unpack
from cencomm.client.vault_items import INNER_ITEM_ID
from cencomm.client.vault_sync import change_account, pull_vault, push_vault, read_account, upload_inner
from cencomm.crypto.group_context import History
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import seal_item
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand, api_of, texts


class TestVault:
    async def test_what_one_device_saves_another_has(self, tmp_path: Path) -> None:
        """VS-001, VS-002"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        talk(stand, here, "one")
        profile = stand.profile(here.memory.device)
        api, fake = api_of(stand, here.memory.device)
        assert await push_vault(api, profile, {stand.cug_id: here}) == 1
        assert await push_vault(api, profile, {stand.cug_id: here}) == 0
        assert len(fake.items) == 1

        phone_device = stand.device("KE/otieno", "phone")
        phone_profile = stand.profile(phone_device)
        assert await pull_vault(api, phone_profile, {}) == 1
        assert await pull_vault(api, phone_profile, {}) == 0
        data = phone_profile.read().get(model.VAULT, stand.cug_id)
        assert data is not None
        assert unpack(CheckpointRow, data).head_hash == here.memory.row.head_hash
        phone = stand.engine(phone_device)
        stand.run()
        assert texts(phone) == ["one"]
        assert await push_vault(api, phone_profile, {stand.cug_id: phone}) == 0

        tablet = stand.engine(stand.device("KE/otieno", "tablet"))
        stand.run()
        assert texts(tablet) == []
        await pull_vault(api, stand.profile(tablet.memory.device), {stand.cug_id: tablet})
        assert texts(tablet) == ["one"]

    async def test_a_vault_that_was_put_back_is_filled_and_read_again(self, tmp_path: Path) -> None:
        """VS-005"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        profile = stand.profile(here.memory.device)
        api, fake = api_of(stand, here.memory.device)
        phone_profile = stand.profile(stand.device("KE/otieno", "phone"))
        await push_vault(api, profile, {stand.cug_id: here})
        fake.items += [fake.items[0].model_copy(update={"position": position}) for position in (2, 3)]
        for known in (profile, phone_profile):
            await pull_vault(api, known, {})
            assert read_account(known).vault_position == 3
        for forgotten in (fake.items[:1], []):
            fake.items = list(forgotten)
            await pull_vault(api, profile, {stand.cug_id: here})
            assert await push_vault(api, profile, {stand.cug_id: here}) == 1
            assert await pull_vault(api, phone_profile, {}) == len(fake.items)
            assert read_account(phone_profile).vault_position == len(fake.items)
            assert await pull_vault(api, phone_profile, {}) == 0

    async def test_the_inner_envelope_goes_up_once(self, tmp_path: Path) -> None:
        """VS-003"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        await upload_inner(api, profile)
        assert fake.items == []
        key = Secret(read_account(profile).vault_key)

        def sealed(version: int) -> bytes:
            plaintext = b"envelope %d" % version
            return seal_item(
                key, account="KE/otieno", item_id=INNER_ITEM_ID, version=version, plaintext=plaintext
            ).encode()

        change_account(profile, inner_envelope=sealed(1), inner_version=1)
        await upload_inner(api, profile)
        await upload_inner(api, profile)
        assert len(fake.items) == 1
        fake.items.append(fake.items[0].model_copy(update={"version": 2, "data": sealed(2), "position": 2}))
        await pull_vault(api, profile, {})
        assert read_account(profile).inner_version == 2

    async def test_under_policy_none_nothing_goes_into_the_vault(self, tmp_path: Path) -> None:
        """VS-004"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno", history=History.NONE)
        api, fake = api_of(stand, here.memory.device)
        assert await push_vault(api, stand.profile(here.memory.device), {stand.cug_id: here}) == 0
        assert fake.items == []
