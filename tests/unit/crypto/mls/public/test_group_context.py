"""The group context: every field is in its bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.mls.public.group_context import GroupContext

CONTEXT = GroupContext(1, 3, b"group", 7, b"tree hash", b"transcript hash", (Extension(0xF0C0, b"data"),))


def test_bytes() -> None:
    assert CONTEXT.encode() == (
        b"\x00\x01\x00\x03\x05group" + (7).to_bytes(8, "big") + b"\x09tree hash\x0ftranscript hash\x07\xf0\xc0\x04data"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"cipher_suite": 1},
        {"group_id": b"g"},
        {"epoch": 8},
        {"tree_hash": b"t"},
        {"confirmed_transcript_hash": b"c"},
        {"extensions": ()},
    ],
)
def test_every_field_counts(change: dict[str, Any]) -> None:
    CONTEXT.encode()
    changed = replace(CONTEXT, **change)
    assert changed.encode() != CONTEXT.encode()
    assert GroupContext.decode(changed.encode()) == changed
