"""Which forms of a log stand."""

from __future__ import annotations

import msgspec

from cencomm.client.model import Standing
from cencomm.client.newest import entry_of, newest
from cencomm.wire.content import Form, encode_content
from tests.unit.cli.fakes import chat_item, form_item


def test_a_record_stands_in_its_newest_version_and_only_its_own_officer_replaces_it() -> None:
    first, other = form_item(1, {"a": 1}), form_item(2, {"a": 2}, sender="BR/silva/laptop")
    newer = form_item(3, {"a": 3}, replaces=first.client_ref)
    stranger = form_item(4, {"a": 4}, sender="FR/petit/laptop", replaces=other.client_ref)
    assert newest([first, chat_item(5, "hello"), other, newer, stranger]) == (other, newer, stranger)


def test_what_is_not_verified_or_whose_parts_disagree_does_not_stand() -> None:
    item = form_item(1, {"a": 1})
    assert isinstance(item.content, Form)
    torn = msgspec.structs.replace(
        item, personal=encode_content(msgspec.structs.replace(item.content, answers={"a": 2}))
    )
    assert newest([msgspec.structs.replace(item, standing=Standing.LOCKED), torn]) == ()


def test_a_form_is_an_entry_of_its_chain() -> None:
    entry = entry_of(form_item(1, {"linked_warning": "BR-2026-17", "reporting_country": "KE"}))
    assert (entry.ref, entry.template, entry.number, entry.country) == (
        "01" * 16,
        "simplified_seizure",
        "BR-2026-17",
        "KE",
    )
