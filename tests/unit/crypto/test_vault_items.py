"""What lies in the vault (PROTOCOL §1.3, §1.4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto import vault
from cencomm.crypto.archive import new_archive_key
from cencomm.crypto.primitives import Secret
from cencomm.crypto.sealed import WrongKey
from cencomm.crypto.tls import DecodeError
from cencomm.crypto.vault_items import InnerEnvelope, ItemInvalid, VaultItem
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import OTIENO

ACCOUNT = "KE/otieno"
KEYS = vault.new_vault_keys()
ITEM_ID = b"i" * 16


class TestItems:
    def seal(self) -> VaultItem:
        return vault.seal_item(KEYS.vault_key, account=ACCOUNT, item_id=ITEM_ID, version=2, plaintext=b"epoch key")

    def test_round_trip_and_hostile_bytes(self) -> None:
        item = self.seal()
        assert VaultItem.decode(item.encode()) == item
        survives(VaultItem.decode, item.encode())
        opened = vault.open_item(KEYS.vault_key, item, account=ACCOUNT, item_id=ITEM_ID, version=2)
        assert opened == b"epoch key"
        assert isinstance(opened, Secret)

    def test_an_item_is_bound_to_account_id_and_version(self) -> None:
        item = self.seal()
        for account, item_id, version in (("KE/other", ITEM_ID, 2), (ACCOUNT, bytes(16), 2), (ACCOUNT, ITEM_ID, 1)):
            renamed = replace(item, item_id=item_id, version=version)
            for candidate in (item, renamed):
                with pytest.raises(ItemInvalid):
                    vault.open_item(KEYS.vault_key, candidate, account=account, item_id=item_id, version=version)

    def test_another_key_and_altered_bytes_are_refused(self) -> None:
        item = self.seal()
        altered = replace(item, sealed=replace(item.sealed, ciphertext=bytes(40)))
        for key, candidate in ((KEYS.inner_key, item), (KEYS.vault_key, altered)):
            with pytest.raises(ItemInvalid):
                vault.open_item(key, candidate, account=ACCOUNT, item_id=ITEM_ID, version=2)


class TestInnerEnvelope:
    ENVELOPE = InnerEnvelope(OTIENO.identity_seed, (new_archive_key(), new_archive_key()))

    def test_round_trip_and_hostile_bytes(self) -> None:
        assert InnerEnvelope.decode(self.ENVELOPE.encode()) == self.ENVELOPE
        survives(InnerEnvelope.decode, self.ENVELOPE.encode())
        sealed = vault.seal_inner(KEYS.inner_key, self.ENVELOPE, account=ACCOUNT, version=1)
        assert vault.open_inner(KEYS.inner_key, sealed, account=ACCOUNT, version=1) == self.ENVELOPE

    def test_the_vault_key_does_not_open_it(self) -> None:
        sealed = vault.seal_inner(KEYS.inner_key, self.ENVELOPE, account=ACCOUNT, version=1)
        for key, account, version in (
            (KEYS.vault_key, ACCOUNT, 1),
            (KEYS.inner_key, "KE/other", 1),
            (KEYS.inner_key, ACCOUNT, 2),
        ):
            with pytest.raises(WrongKey):
                vault.open_inner(key, sealed, account=account, version=version)
        with pytest.raises(DecodeError):
            vault.open_inner(KEYS.inner_key, sealed[:-1], account=ACCOUNT, version=1)

    def test_nothing_of_it_is_shown(self) -> None:
        shown = repr(self.ENVELOPE) + repr(KEYS)
        for secret in (OTIENO.identity_seed, KEYS.vault_key, KEYS.inner_key, self.ENVELOPE.archive_keys[0].private_key):
            assert bytes(secret).hex() not in shown
            assert repr(bytes(secret)) not in shown
