"""Rules of rows and items.

MO-001 what is packed is unpacked; anything else is damage
MO-002 a form's answers are those of both parts
MO-003 what cannot be read has no content
MO-004 no row shows a key
"""

from __future__ import annotations

import pytest

from cencomm.client import model
from cencomm.client.errors import ProfileDamaged
from cencomm.client.model import Item, ItemKind, KeyRow, OutboxRow, Standing, pack, unpack
from cencomm.crypto.primitives import Secret
from cencomm.ids import CugId
from cencomm.wire.content import Chat, Form, encode_content


def item(kind: ItemKind, public: bytes = b"", personal: bytes = b"") -> Item:
    return Item(1, 2, kind, Standing.VERIFIED, sender="KE/otieno/laptop", public=public, personal=personal)


class TestRows:
    def test_what_is_packed_is_unpacked(self) -> None:
        """MO-001"""
        row = KeyRow(Secret(b"k" * 32), in_vault=True)
        assert unpack(KeyRow, pack(row)) == KeyRow(b"k" * 32, in_vault=True)
        for wrong in (b"", b"\xc1", pack(row)[:-1], pack(OutboxRow(b"x" * 16, 1, 3))):
            with pytest.raises(ProfileDamaged):
                unpack(KeyRow, wrong)

    def test_no_row_shows_a_key(self) -> None:
        """MO-004"""
        shown = repr(
            [KeyRow(b"k" * 32), model.StateRow(secret=b"k" * 32), model.InvitedRow("KE", "ncp", "x", b"k" * 32)]
        )
        assert "kkkk" not in shown

    def test_tables_of_two_cugs_differ(self) -> None:
        one, two = CugId(b"1" * 16), CugId(b"2" * 16)
        makers = (model.epochs, model.items, model.locked, model.outbox, model.pending, model.alarms, model.templates)
        names = {maker(cug) for maker in makers for cug in (one, two)}
        assert len(names) == 2 * len(makers)


class TestItems:
    def test_answers_are_those_of_both_parts(self) -> None:
        """MO-002"""

        def part(answers: dict[str, object]) -> bytes:
            return encode_content(Form(bytes(32), "x", "1", bytes(16), answers))

        both = item(ItemKind.FORM, part({"a": 1}), part({"b": "two"}))
        assert both.answers == {"a": 1, "b": "two"}
        assert item(ItemKind.FORM, part({"a": 1})).answers == {"a": 1}
        assert item(ItemKind.FORM, b"", part({"b": 2})).answers == {"b": 2}
        assert both.officer == "KE/otieno"

    def test_what_cannot_be_read_has_no_content(self) -> None:
        """MO-003"""
        assert item(ItemKind.CHAT, b"", encode_content(Chat("hello"))).content == Chat("hello")
        for kind in (ItemKind.LOCKED, ItemKind.REFUSED, ItemKind.UNKNOWN):
            assert item(kind, b"", b"\xc1").content is None
            assert item(kind, b"", b"\xc1").answers == {}
        assert item(ItemKind.MEMBERS).content is None
