"""The vault (PROTOCOL §1.3, §1.4): what opens it, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto import vault
from cencomm.crypto.enrolment import account_key, recovery_inner_key, recovery_key
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import Kdf, KdfRefused, VaultWraps, WrongKey
from tests.unit.crypto.hostile import survives

ACCOUNT = "KE/otieno"
FLOOR = Kdf(b"s" * 16, vault.FLOOR_OPS_LIMIT, vault.FLOOR_MEMORY_BYTES)
R = Secret(b"R" * 32)
AK = account_key(R)
STRETCHED, OTHER = Secret(b"p" * 32), Secret(b"q" * 32)
KEYS = vault.new_vault_keys()
WRAPS = vault.create_wraps(KEYS, account=ACCOUNT, kdf=FLOOR, stretched=STRETCHED, secret_r=R, account_key=AK)
ITEM_ID = b"i" * 16


class TestStretch:
    def test_composed_and_decomposed_passwords_are_one(self) -> None:
        once = vault.stretch("Achie\u0301ng", FLOOR)
        assert once == vault.stretch("Achi\u00e9ng", FLOOR)
        assert once != vault.stretch("Achieng", FLOOR)
        assert isinstance(once, Secret)

    @pytest.mark.parametrize(
        ("kdf", "reason"),
        [
            (replace(FLOOR, ops_limit=1), "too_cheap"),
            (replace(FLOOR, memory_bytes=vault.FLOOR_MEMORY_BYTES - 1), "too_cheap"),
            (replace(FLOOR, ops_limit=0), "too_cheap"),
            (replace(FLOOR, ops_limit=17), "too_dear"),
            (replace(FLOOR, memory_bytes=2**40), "too_dear"),
        ],
    )
    def test_parameters_have_a_floor_and_a_ceiling(self, kdf: Kdf, reason: str) -> None:
        with pytest.raises(KdfRefused, match=reason):
            vault.stretch("password", kdf)
        with pytest.raises(KdfRefused, match=reason):
            VaultWraps.decode(replace(WRAPS, kdf=kdf).encode())
        with pytest.raises(KdfRefused, match=reason):
            vault.create_wraps(KEYS, account=ACCOUNT, kdf=kdf, stretched=STRETCHED, secret_r=R, account_key=AK)
        with pytest.raises(KdfRefused, match=reason):
            vault.rewrap(WRAPS, KEYS, kdf=kdf, stretched=STRETCHED, account_key=AK)

    def test_the_defaults_lie_within(self) -> None:
        vault.check_kdf(Kdf(bytes(16)))


class TestWraps:
    def test_round_trip_and_hostile_bytes(self) -> None:
        assert VaultWraps.decode(WRAPS.encode()) == WRAPS

        def decode(data: bytes) -> None:
            try:
                VaultWraps.decode(data)
            except KdfRefused:
                return

        survives(decode, WRAPS.encode())

    def test_the_password_opens_the_outer_and_the_inner_wrap(self) -> None:
        opened = vault.open_with_password(WRAPS, ACCOUNT, stretched=STRETCHED, account_key=AK)
        inner = vault.open_inner_with_password(WRAPS, ACCOUNT, stretched=STRETCHED, account_key=AK)
        assert (opened, inner) == (KEYS.vault_key, KEYS.inner_key)
        assert opened != inner

    def test_the_sheet_opens_both_without_the_password(self) -> None:
        assert vault.open_with_recovery(WRAPS, ACCOUNT, secret_r=R) == KEYS
        with pytest.raises(WrongKey):
            vault.open_with_recovery(WRAPS, ACCOUNT, secret_r=Secret(bytes(32)))

    def test_neither_password_nor_sheet_alone_nor_another_account_opens(self) -> None:
        for open_wrap in (vault.open_with_password, vault.open_inner_with_password):
            for account, stretched, ak in (
                (ACCOUNT, OTHER, AK),
                (ACCOUNT, STRETCHED, Secret(bytes(32))),
                ("KE/other", STRETCHED, AK),
            ):
                with pytest.raises(WrongKey):
                    open_wrap(WRAPS, account, stretched=stretched, account_key=ak)

    def test_what_a_device_keeps_does_not_open_the_inner_wrap(self) -> None:
        kept = (AK, KEYS.vault_key)
        for key in kept:
            with pytest.raises(WrongKey):
                vault.open_inner_with_password(WRAPS, ACCOUNT, stretched=key, account_key=AK)

    def test_wraps_cannot_be_swapped_with_each_other(self) -> None:
        swapped = replace(WRAPS, password_wrap=WRAPS.inner_wrap, recovery_wrap=WRAPS.inner_recovery_wrap)
        with pytest.raises(WrongKey):
            vault.open_with_password(swapped, ACCOUNT, stretched=STRETCHED, account_key=AK)
        with pytest.raises(WrongKey):
            vault.open_with_recovery(swapped, ACCOUNT, secret_r=R)

    def test_the_key_check_is_compared_before_opening(self) -> None:
        wrong = replace(WRAPS, password_wrap=replace(WRAPS.password_wrap, key_check=bytes(32)))
        with pytest.raises(WrongKey):
            vault.open_with_password(wrong, ACCOUNT, stretched=STRETCHED, account_key=AK)

    def test_a_new_password_shuts_the_old_one_out_and_keeps_recovery(self) -> None:
        after = vault.rewrap(WRAPS, KEYS, kdf=replace(FLOOR, salt=bytes(16)), stretched=OTHER, account_key=AK)
        assert vault.open_with_password(after, ACCOUNT, stretched=OTHER, account_key=AK) == KEYS.vault_key
        assert vault.open_inner_with_password(after, ACCOUNT, stretched=OTHER, account_key=AK) == KEYS.inner_key
        assert vault.open_with_recovery(after, ACCOUNT, secret_r=R) == KEYS
        with pytest.raises(WrongKey):
            vault.open_with_password(after, ACCOUNT, stretched=STRETCHED, account_key=AK)

    def test_every_derived_key_is_different(self) -> None:
        derived = {
            bytes(key)
            for key in (
                vault.wrap_key(STRETCHED, AK),
                vault.inner_wrap_key(STRETCHED, AK),
                vault.authentication_key(STRETCHED, AK),
                recovery_key(R),
                recovery_inner_key(R),
                AK,
            )
        }
        assert len(derived) == 6
