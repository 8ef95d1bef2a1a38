"""Content codings: which are made, and which a browser is given."""

from __future__ import annotations

import gzip

import pytest

from cencomm.server.content_codings import IDENTITY, accepted, encoded, is_known

TEXT = b"the same words again and again, " * 40
BOTH = {"br": b"", "gzip": b""}


def test_a_text_is_offered_in_gzip_and_in_the_brotli_of_the_build() -> None:
    made = encoded(TEXT, ".js", b"brotli")
    assert made["br"] == b"brotli"
    assert gzip.decompress(made["gzip"]) == TEXT


def test_the_same_text_gives_the_same_bytes_at_every_start() -> None:
    assert encoded(TEXT, ".js", None) == encoded(TEXT, ".js", None)


def test_what_does_not_become_shorter_is_not_offered() -> None:
    assert encoded(b"{}", ".json", b"longer than it") == {}
    assert encoded(TEXT, ".woff2", b"short") == {}


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("br; q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", IDENTITY),
        ("br;q=nonsense", IDENTITY),
        ("identity", IDENTITY),
        ("", IDENTITY),
    ],
)
def test_the_best_coding_that_is_allowed_is_chosen(header: str, coding: str) -> None:
    assert accepted(header, BOTH) == coding


def test_a_coding_that_is_not_there_is_not_chosen() -> None:
    assert accepted("br, gzip", {"gzip": b""}) == "gzip"
    assert accepted("br, gzip", {}) == IDENTITY


@pytest.mark.parametrize(
    ("header", "known"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("a", False), ("", False)],
)
def test_an_etag_is_known_when_the_browser_names_it(header: str, known: bool) -> None:
    assert is_known(header, '"a"') is known
