"""Rules of what lies in the vault.

VI-001 what is sealed is opened by the same account, and says the same
VI-002 another account's, altered or swapped items are refused
VI-003 of the inner envelopes the newest counts
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.errors import ServerMisbehaved
from cencomm.client.model import CheckpointRow
from cencomm.client.vault_items import (
    INNER_ITEM_ID,
    EpochKey,
    Kept,
    newest_inner,
    open_kept,
    seal_kept,
)
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import seal_item
from cencomm.wire.http import StoredVaultItem, VaultItem
from tests.unit.client.stand import Stand, api_of

KEY = Secret(bytes(range(32)))
KEPT = Kept(b"c" * 16, (EpochKey(b"g" * 16, 3, b"k" * 32),), CheckpointRow(b"c" * 16, 9, b"h" * 32, b"g" * 16, 3))


def stored(item: VaultItem, position: int = 1) -> StoredVaultItem:
    return StoredVaultItem(item_id=item.item_id, version=item.version, data=item.data, position=position)


class TestItems:
    def test_what_is_sealed_is_opened(self) -> None:
        """VI-001"""
        assert open_kept(KEY, "KE/otieno", stored(seal_kept(KEY, "KE/otieno", KEPT))) == KEPT

    def test_what_does_not_belong_is_refused(self) -> None:
        """VI-002"""
        item = seal_kept(KEY, "KE/otieno", KEPT)
        other = seal_kept(KEY, "KE/otieno", KEPT)
        swapped = item.model_copy(update={"data": other.data})
        altered = item.model_copy(update={"data": item.data[:-1] + b"\0"})
        for account, wrong in (("FR/dupont", item), ("KE/otieno", swapped), ("KE/otieno", altered)):
            with pytest.raises(ServerMisbehaved):
                open_kept(KEY, account, stored(wrong))
        nonsense = seal_item(KEY, account="KE/otieno", item_id=item.item_id, version=1, plaintext=b"\xc1")
        with pytest.raises(ServerMisbehaved):
            open_kept(KEY, "KE/otieno", stored(item.model_copy(update={"data": nonsense.encode()})))

    def test_keys_are_not_shown(self) -> None:
        assert "kkkk" not in repr(KEPT)

    async def test_the_newest_inner_envelope_counts(self, tmp_path: Path) -> None:
        """VI-003"""
        stand = Stand(tmp_path)
        api, fake = api_of(stand, stand.device("KE/otieno"))
        assert await newest_inner(api, KEY, "KE/otieno") is None
        for position, version in enumerate((1, 3, 2), start=1):
            item = seal_item(
                KEY, account="KE/otieno", item_id=INNER_ITEM_ID, version=version, plaintext=b"%d" % version
            )
            body = VaultItem(item_id=INNER_ITEM_ID, version=version, data=item.encode())
            fake.items.append(stored(body, position))
        found = await newest_inner(api, KEY, "KE/otieno")
        assert found is not None
        assert (found.version, found.sealed) == (3, b"3")
