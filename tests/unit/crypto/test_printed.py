"""Bytes as a line that people type."""

import pytest

from cencomm.crypto import printed


def test_the_bytes_come_back_however_they_were_typed() -> None:
    text = printed.to_text("x1:", b"some bytes")
    assert printed.from_text("x1:", text) == b"some bytes"
    assert printed.from_text("x1:", f" {text[:7].upper()}-\n{text[7:]} ") == b"some bytes"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("y1:aaaa", "prefix"), ("", "prefix"), ("x1:!!", "letters"), ("x1:", "checksum"), ("x1:aaaaaaaaaaaa", "checksum")],
)
def test_what_was_not_printed_is_refused_by_a_word(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        printed.from_text("x1:", text)
