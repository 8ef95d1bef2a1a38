"""Every decoder gets changed examples of everything that it may be sent, and gives a value or its own refusal.

The inputs with which coverage-guided fuzzing broke one stand here for good.
"""

from __future__ import annotations

import io
import zipfile
from random import Random

import pytest

from tests.effort import effort
from tests.fuzz.decoders import DECODERS, survives
from tests.fuzz.seeds import grown, seeds

CHANGED = effort(short=150, full=20_000)

HARD = {"backup", "bundle", "device_code", "mls_external_senders", "vault_envelope", "pending_request", "core_content"}
"""For these there is no whole example among the seeds."""


def archive(name: str, place: bytes, changed: bytes) -> bytes:
    """A ZIP file in which something else stands at a place."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, b"{}" * 100)
    whole = held.getvalue()
    at = whole.rindex(place)
    return whole[:at] + changed + whole[at + len(changed) :]


BROKEN: list[tuple[str, bytes]] = [
    ("bundle", archive("manifest.json", b"\xab\xae", b"\xff\xff\xff\xff")),
    ("bundle", archive("manifest.json", b"PK\x01\x02", b"PK\x01\x02\xff\xff\xff\xff")),
    ("backup", archive("manifest.json", b"PK\x05\x06", b"PK\x05\x06" + bytes(12) + b"\xff\xff\x00\x00")),
]
"""What a decoder did not survive once: damaged compression, a version that nobody has, a place before the beginning."""


@pytest.mark.parametrize(("name", "data"), BROKEN)
def test_what_broke_a_decoder_once_does_not_again(name: str, data: bytes) -> None:
    survives(DECODERS[name], data)


@pytest.mark.parametrize("name", DECODERS)
def test_changed_examples_are_taken_or_refused(name: str) -> None:
    source = Random(name)
    for _ in range(CHANGED):
        survives(DECODERS[name], changed(source.choice(seeds()), source))


@pytest.fixture(scope="module")
def planted() -> list[bytes]:
    return [*seeds(), *grown()]


@pytest.mark.parametrize("name", sorted(set(DECODERS) - HARD))
def test_the_seeds_lead_in(planted: list[bytes], name: str) -> None:
    """Else the fuzzer would have to find the whole structure by itself."""
    assert any(survives(DECODERS[name], seed) for seed in planted)


def changed(seed: bytes, source: Random) -> bytes:
    """Some bytes altered, cut out, doubled or put in."""
    data = bytearray(seed)
    for _ in range(source.randrange(1, 4)):
        place = source.randrange(len(data) + 1)
        match source.randrange(4):
            case 0 if place < len(data):
                data[place] ^= source.randrange(1, 256)
            case 1:
                del data[place : place + source.randrange(1, 9)]
            case 2:
                data[place:place] = data[place : place + source.randrange(1, 33)]
            case _:
                data[place:place] = source.randbytes(source.randrange(1, 5))
    return bytes(data)
