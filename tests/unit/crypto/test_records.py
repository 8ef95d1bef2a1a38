"""Records (PROTOCOL §3.1 to §3.3): what opens, what is refused and with which reason.

RC-01 key_id is compared before opening: one ciphertext for two keys opens to nobody
RC-02 the header is bound to every part
RC-03 the signature binds header, group context, time, head and both parts
RC-04 an observer verifies with the public part alone
RC-05 padding hides lengths and is checked
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.crypto import records
from cencomm.crypto.head import start
from cencomm.crypto.labels import expand_with_label
from cencomm.crypto.primitives import Secret, sha256, xchacha_open, xchacha_seal
from cencomm.crypto.records import (
    Audience,
    KeyMissing,
    OpenedRecord,
    PartHeader,
    RecordHeader,
    RecordRefused,
    key_id,
    key_ring,
    open_record,
    padded_length,
    read_header,
    seal_record,
)
from cencomm.crypto.tls import DecodeError, Writer, vector
from cencomm.ids import ClientRef, CugId, GroupId
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA, repeatable
from tests.unit.crypto.salamander import two_keys

CUG, GROUP, REF = CugId(b"c" * 16), GroupId(b"g" * 16), ClientRef(b"r" * 16)
KEY, OBSERVERS = Secret(b"k" * 32), Secret(b"o" * 32)
CONTEXT = sha256(b"context")
SEEN = start(CUG)


def seal(
    public: bytes | None = b"public",
    personal: bytes | None = b"personal",
    *,
    signature_seed: Secret = OTIENO.device_seed,
    public_key: Secret | None = None,
    sent_at_ms: int = NOW_MS,
) -> bytes:
    return seal_record(
        cug_id=CUG,
        group_id=GROUP,
        epoch=7,
        context_hash=CONTEXT,
        leaf_index=2,
        client_ref=REF,
        content_key=KEY,
        public=public,
        personal=personal,
        sent_at_ms=sent_at_ms,
        seen=SEEN,
        signature_seed=signature_seed,
        public_key=public_key,
        random=repeatable("record"),
    )


def opened(
    body: bytes,
    *,
    keys: Mapping[bytes, Secret] | None = None,
    context_hash: bytes = CONTEXT,
    signature_key: bytes = OTIENO.device_key,
) -> OpenedRecord:
    return open_record(
        body, keys=key_ring(KEY) if keys is None else keys, context_hash=context_hash, signature_key=signature_key
    )


def reason(
    body: bytes,
    *,
    keys: Mapping[bytes, Secret] | None = None,
    context_hash: bytes = CONTEXT,
    signature_key: bytes = OTIENO.device_key,
) -> str:
    with pytest.raises(RecordRefused) as caught:
        opened(body, keys=keys, context_hash=context_hash, signature_key=signature_key)
    return str(caught.value.facts["reason"])


class TestOpening:
    @pytest.mark.parametrize(("public", "personal"), [(b"a", b"b"), (None, b"b"), (b"a", None), (b"", b"")])
    def test_what_was_sent_comes_out(self, public: bytes | None, personal: bytes | None) -> None:
        record = opened(seal(public, personal))
        assert (record.public, record.personal) == (public, personal)
        assert (record.sent_at_ms, record.seen) == (NOW_MS, SEEN)
        header = record.header
        assert (header.cug_id, header.group_id, header.epoch, header.leaf_index, header.client_ref) == (
            CUG,
            GROUP,
            7,
            2,
            REF,
        )

    def test_the_header_reads_without_a_key(self) -> None:
        assert read_header(seal()) == opened(seal()).header
        survives(read_header, seal())

    def test_hostile_bytes_raise_their_own_errors_only(self) -> None:
        def decode(data: bytes) -> None:
            try:
                opened(data)
            except (RecordRefused, KeyMissing):
                return

        survives(decode, seal())

    def test_nothing_is_sealed_without_a_part(self) -> None:
        with pytest.raises(RecordRefused, match="empty"):
            seal(None, None)

    def test_content_is_not_shown(self) -> None:
        record = opened(seal(b"ours alone", b"ours alone, too"))
        shown = repr(record) + repr(record.signed.parts)
        assert "ours" not in shown
        assert KEY.hex() not in shown

    @given(st.binary(max_size=3000), st.binary(max_size=3000))
    def test_any_content_round_trips(self, public: bytes, personal: bytes) -> None:
        record = opened(seal(public, personal))
        assert (record.public, record.personal) == (public, personal)


class TestKeys:
    def test_the_content_key_comes_from_the_exporter_of_its_group(self) -> None:
        def export(label: str, context: bytes, length: int) -> Secret:
            return expand_with_label(b"exporter", label, context, length)

        key = records.content_key(export, GROUP)
        assert key == expand_with_label(b"exporter", "CENcomm content v1", GROUP, 32)
        assert len(key_id(key)) == 32

    def test_no_key_is_not_a_refusal(self) -> None:
        with pytest.raises(KeyMissing):
            opened(seal(), keys={})
        with pytest.raises(KeyMissing):
            opened(seal(), keys=key_ring(OBSERVERS))

    def test_rc_01_a_key_under_a_foreign_key_id_is_refused_before_opening(self) -> None:
        body = seal()
        ids = {part.key_id for part in read_header(body).parts}
        assert reason(body, keys=dict.fromkeys(ids, OBSERVERS)) == "key_id"

    def test_rc_04_an_observer_reads_and_verifies_the_public_part_alone(self) -> None:
        body = seal(public_key=OBSERVERS)
        record = opened(body, keys=key_ring(OBSERVERS))
        assert (record.public, record.personal) == (b"public", None)
        assert record.signed.parts[1].hash == opened(body, keys=key_ring(KEY, OBSERVERS)).signed.parts[1].hash
        with pytest.raises(KeyMissing):
            opened(body, keys=key_ring(KEY))

    def test_equal_contents_have_different_hashes(self) -> None:
        first, second = opened(seal(b"same", b"same")).signed.parts
        assert first.salt != second.salt
        assert first.hash != second.hash


class TestSignature:
    def test_rc_03_another_leaf_or_group_context_is_refused(self) -> None:
        assert reason(seal(), signature_key=SILVA.device_key) == "signature"
        assert reason(seal(), context_hash=bytes(32)) == "signature"
        assert reason(seal(signature_seed=SILVA.device_seed)) == "signature"

    def test_rc_02_every_byte_of_the_record_is_bound(self) -> None:
        body = seal()
        keys = key_ring(KEY)
        for position in range(len(body)):
            changed = bytearray(body)
            changed[position] ^= 1
            with pytest.raises((RecordRefused, KeyMissing, DecodeError)):
                opened(bytes(changed), keys=keys)

    def test_parts_of_two_records_do_not_mix(self) -> None:
        header = read_header(seal()).encode()
        ours, theirs = seal(b"public", b"personal"), seal(b"other!", b"another!")
        split = len(header) + (len(ours) - len(header)) // 2
        assert len(ours) == len(theirs)
        assert ours[:split] + theirs[split:] != ours
        assert reason(ours[:split] + theirs[split:]) == "part_hash"


def body_of(parts: list[tuple[Audience, bytes]], key: Secret = KEY) -> bytes:
    """A record from a hostile member: any plaintext, sealed correctly."""
    header = RecordHeader(1, CUG, GROUP, 7, 2, REF, tuple(PartHeader(audience, key_id(key)) for audience, _ in parts))
    encoded = header.encode()
    nonce = bytes(24)
    return encoded + b"".join(vector(nonce + xchacha_seal(key, nonce, encoded, plain)) for _, plain in parts)


def part(content: bytes, statement: bytes | None) -> bytes:
    plain = Writer().raw(bytes(32)).vector(content).optional(statement, bytes).bytes()
    return plain.ljust(padded_length(len(plain)), b"\x00")


def statement(hashes: int) -> bytes:
    return Writer().u64(0).raw(SEEN.encode()).vector(bytes(32 * hashes)).raw(bytes(64)).bytes()


class TestHostileMember:
    def test_rc_01_one_ciphertext_for_two_keys_reaches_one_reader_only(self) -> None:
        header = RecordHeader(1, CUG, GROUP, 7, 2, REF, (PartHeader(Audience.PERSONAL, key_id(KEY)),)).encode()
        nonce = bytes(24)
        ciphertext = two_keys(KEY, OBSERVERS, nonce, header, 256)
        assert xchacha_open(KEY, nonce, header, ciphertext) != xchacha_open(OBSERVERS, nonce, header, ciphertext)
        body = header + vector(nonce + ciphertext)
        with pytest.raises(KeyMissing):
            opened(body, keys=key_ring(OBSERVERS))
        assert reason(body, keys={key_id(KEY): OBSERVERS}) == "key_id"

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ([(Audience.PUBLIC, part(b"x", None))], "statement_place"),
            ([(Audience.PUBLIC, part(b"x", statement(1))), (Audience.PERSONAL, part(b"y", statement(1)))],
             "statement_place"),
            ([(Audience.PUBLIC, part(b"x", statement(2)))], "parts"),
            ([(Audience.PUBLIC, part(b"x", statement(1))), (Audience.PERSONAL, part(b"y", None))], "parts"),
            ([(Audience.PUBLIC, part(b"x", statement(1)))], "part_hash"),
            ([(Audience.PERSONAL, b"\xff" * 256)], "part_malformed"),
            ([(Audience.PERSONAL, b"")], "part_malformed"),
            ([(Audience.PERSONAL, part(b"x", statement(1))[:-1])], "padding"),
            ([(Audience.PERSONAL, part(b"x", statement(1)) + bytes(256))], "padding"),
            ([(Audience.PERSONAL, part(b"x", statement(1))[:-1] + b"\x01")], "padding"),
        ],
    )  # fmt: skip
    def test_well_sealed_nonsense_is_refused(self, parts: list[tuple[Audience, bytes]], expected: str) -> None:
        assert reason(body_of(parts)) == expected

    @pytest.mark.parametrize(
        "audiences",
        [[], [2, 1], [1, 1], [2, 2], [3], [1, 2, 2]],
    )
    def test_parts_are_one_or_two_in_order(self, audiences: list[int]) -> None:
        head = Writer().u16(1).raw(CUG).raw(GROUP).u64(7).u32(2).raw(REF)
        head.vector(b"".join(bytes([audience]) + bytes(32) for audience in audiences))
        with pytest.raises(DecodeError):
            read_header(head.bytes() + vector(bytes(300)) * len(audiences))

    def test_a_part_shorter_than_its_nonce_does_not_open(self) -> None:
        header = RecordHeader(1, CUG, GROUP, 7, 2, REF, (PartHeader(Audience.PUBLIC, key_id(KEY)),)).encode()
        for sealed in (b"", bytes(23), bytes(24), bytes(39), bytes(300)):
            assert reason(header + vector(sealed)) == "does_not_open"
