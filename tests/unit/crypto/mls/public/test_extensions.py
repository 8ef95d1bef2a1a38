"""Extensions and what clients support."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.extensions import (
    MAX_EXTENSIONS,
    Capabilities,
    Extension,
    ExtensionType,
    RequiredCapabilities,
    check_unique,
    find,
    read_extensions,
    write_extensions,
)
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError, Writer, decode_all

LISTED = Capabilities((1,), (3,), (0xF0C0,), (0xF001,), (1,))


def test_find_gives_the_data_of_the_type() -> None:
    extensions = (Extension(7, b"seven"), Extension(8, b""))
    assert find(extensions, 7) == b"seven"
    assert find(extensions, 8) == b""
    assert find(extensions, 9) is None


def test_two_of_one_type_are_refused() -> None:
    check_unique((Extension(7, b""), Extension(8, b"")))
    with pytest.raises(MlsError) as refusal:
        check_unique((Extension(7, b"a"), Extension(7, b"b")))
    assert refusal.value.check == "V124"


def test_list_may_not_be_longer_than_its_bound() -> None:
    def encoded(count: int) -> bytes:
        return write_extensions(Writer(), [Extension(number, b"") for number in range(count)]).bytes()

    assert len(decode_all(encoded(MAX_EXTENSIONS), read_extensions)) == MAX_EXTENSIONS
    with pytest.raises(DecodeError, match="too_many_items"):
        decode_all(encoded(MAX_EXTENSIONS + 1), read_extensions)


def test_list_of_capabilities_may_not_be_longer_than_its_bound() -> None:
    with pytest.raises(DecodeError, match="too_many_items"):
        Capabilities.decode(Capabilities(tuple(range(1025)), ()).encode())


def test_odd_number_of_bytes_is_no_list_of_types() -> None:
    with pytest.raises(DecodeError, match="truncated"):
        RequiredCapabilities.decode(b"\x03\x00\x01\x02\x00\x00")


@pytest.mark.parametrize("default", list(ExtensionType))
def test_default_extensions_are_supported_without_a_word(default: ExtensionType) -> None:
    assert LISTED.supports_extension(default)


def test_default_proposals_are_supported_without_a_word() -> None:
    assert all(LISTED.supports_proposal(default) for default in range(1, 8))


def test_others_are_supported_when_listed() -> None:
    assert LISTED.supports_extension(0xF0C0)
    assert not LISTED.supports_extension(0xF0C1)
    assert LISTED.supports_proposal(0xF001)
    assert not LISTED.supports_proposal(0xF002)


@pytest.mark.parametrize(
    ("required", "satisfied"),
    [
        (RequiredCapabilities(), True),
        (RequiredCapabilities((1, 0xF0C0), (1, 0xF001), (1,)), True),
        (RequiredCapabilities((0xF0C1,)), False),
        (RequiredCapabilities((), (0xF002,)), False),
        (RequiredCapabilities((), (), (2,)), False),
    ],
)
def test_required_capabilities(required: RequiredCapabilities, satisfied: bool) -> None:
    assert LISTED.satisfies(required) is satisfied


def test_required_capabilities_of_a_group() -> None:
    required = RequiredCapabilities((7,))
    assert RequiredCapabilities.of(()) is None
    assert RequiredCapabilities.of((Extension(ExtensionType.REQUIRED_CAPABILITIES, required.encode()),)) == required
    with pytest.raises(DecodeError):
        RequiredCapabilities.of((Extension(ExtensionType.REQUIRED_CAPABILITIES, b"\x01"),))
