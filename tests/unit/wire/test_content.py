"""What a record says, once it is opened."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.wire.content import (
    MAX_ANSWER_DEPTH,
    MAX_ATTACHMENTS,
    Attachment,
    Chat,
    Content,
    Extraction,
    Form,
    HistoryKey,
    HistoryKeys,
    HistoryRequest,
    Left,
    Profile,
    Released,
    Template,
    decode_content,
    encode_content,
)
from cencomm.wire.encoding import Malformed

REF, HASH = b"r" * 16, b"h" * 32
FORM = Form(HASH, "simplified_seizure", "1", REF, {"unit": "kg", "items": [{"code": "0101", "n": 3, "yes": True}]})

CONTENTS: tuple[Content, ...] = (
    Chat("привет مرحبا 👋🏽", "ru", REF, ("KE/otieno",)),
    Chat("see the picture", files=(Attachment(HASH, 272, HASH, 9, "seal.jpg", "image/jpeg"),)),
    FORM,
    Template(b"{}"),
    Profile("Operation", "OP-1"),
    HistoryKeys((HistoryKey(REF, 3, HASH),)),
    HistoryRequest(((REF, 1),)),
    Extraction(HASH, 8950, 9000),
    Released(REF, REF, "0" * 32, "submitted", ("reporting_country", "item[0].product")),
    Left("done"),
)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: type(content).__name__)
class TestEveryKind:
    def test_round_trip(self, content: Content) -> None:
        assert decode_content(encode_content(content)) == content

    def test_cut_at_each_byte(self, content: Content) -> None:
        data = encode_content(content)
        for length in range(len(data)):
            with pytest.raises(Malformed):
                decode_content(data[:length])

    def test_byte_too_many(self, content: Content) -> None:
        with pytest.raises(Malformed):
            decode_content(encode_content(content) + b"\x00")

    def test_field_of_a_later_version_is_passed_over(self, content: Content) -> None:
        fields = msgspec.msgpack.decode(encode_content(content)) | {"later": 1}
        assert decode_content(msgspec.msgpack.encode(fields)) == content


@given(st.binary(max_size=200))
def test_random_bytes_are_malformed_or_content(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_content(data)


def form_with(answers: object) -> bytes:
    fields = msgspec.msgpack.decode(encode_content(FORM)) | {"answers": answers}
    return msgspec.msgpack.encode(fields)


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = {"inner": value}
    return value


@pytest.mark.parametrize("value", [None, 1.5, b"bytes", [None], {"a": {"b": None}}, msgspec.msgpack.Ext(1, b"")])
def test_value_that_no_template_can_have_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        decode_content(form_with({"field": value}))


def test_answers_nest_only_so_deep() -> None:
    decode_content(form_with(nested(MAX_ANSWER_DEPTH)))
    with pytest.raises(Malformed):
        decode_content(form_with(nested(MAX_ANSWER_DEPTH + 1)))


def test_key_hides_itself() -> None:
    assert "hhhh" not in repr(HistoryKeys((HistoryKey(REF, 3, HASH),)))


def test_more_attachments_than_a_message_may_name_are_refused() -> None:
    file = Attachment(HASH, 272, HASH, 9, "seal.jpg")
    with pytest.raises(Malformed):
        decode_content(encode_content(Chat("", files=(file,) * (MAX_ATTACHMENTS + 1))))


def test_an_attachment_does_not_show_its_key() -> None:
    assert "key" not in repr(Attachment(HASH, 272, b"k" * 32, 9, "seal.jpg"))
    assert "kkk" not in repr(Chat("", files=(Attachment(HASH, 272, b"k" * 32, 9, "seal.jpg"),)))
