"""What a record says once it is opened: MessagePack of tagged structs, one per part (protocol page, "Records").

The server never sees these. Each part of a record (`public`, `personal`) holds one content, encoded by
`encode_content`; both parts of a record hold the same kind. Fields are named, so that a later version may add some:
an older reader keeps the rest, and shows a kind that it does not know as unknown instead of dropping the record.

A value that was not answered is absent: `None` is never stored. Decimals and dates are strings (ISO 8601), so that
nothing is rounded on the way.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cencomm.wire.encoding import Malformed, decode_with, encode

MAX_TEXT = 100_000
MAX_ATTACHMENTS = 20
MAX_RELEASED = 2_000
MAX_ANSWER_DEPTH = 6
"""Answers nest as sections hold repeats that hold fields of several choices; nothing in a template goes deeper."""

Id16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(max_length=400)]
FileLabel = Annotated[str, Meta(max_length=255)]
Language = Annotated[str, Meta(max_length=35)]
Count = Annotated[int, Meta(ge=0, le=2**62)]

Answers = dict[str, object]
"""By field key: str, int, bool, a list of these (several choices), or a list of Answers (a repeat)."""


class Attachment(Struct, frozen=True, omit_defaults=True):
    """A file that a record names: where its ciphertext lies, and the key that opens it (`crypto.files`).

    Name and media type are what the sender says: shown as text, never trusted for anything.
    """

    hash: Hash32
    """SHA-256 of the ciphertext."""
    length: Count
    """Of the ciphertext."""
    key: Hash32
    size: Count
    """Of the file itself."""
    name: FileLabel
    media_type: FileLabel = ""

    def __repr__(self) -> str:
        return f"Attachment(hash={self.hash.hex()}, length={self.length})"


class Chat(Struct, frozen=True, omit_defaults=True, tag="chat", tag_field="t"):
    """A message. Always in the personal part."""

    text: Text
    lang: Language = ""
    reply_to: Id16 | None = None
    """The client_ref of the record answered."""
    mentions: tuple[Name, ...] = ()
    """Officer ids."""
    files: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()


class Form(Struct, frozen=True, omit_defaults=True, tag="form", tag_field="t"):
    """A filled-in template; each part carries the answers of its own audience (`templates_forms.split`)."""

    template_hash: Hash32
    template_id: Name
    version: Name
    record_id: Id16
    """Stays the same when a corrected form replaces an earlier one."""
    answers: Answers
    replaces: Id16 | None = None
    """The client_ref of the record that this one replaces."""


class Template(Struct, frozen=True, tag="template", tag_field="t"):
    """A template published into the CUG: canonical JSON, named by its hash."""

    document: bytes


class Profile(Struct, frozen=True, omit_defaults=True, tag="profile", tag_field="t"):
    """How the operation shows itself: the server does not know its title. The newest one counts."""

    title: Name
    operation_code: Name = ""
    about: Text = ""


class HistoryKey(Struct, frozen=True, array_like=True):
    group_id: Id16
    epoch: Count
    key: Hash32

    def __repr__(self) -> str:
        return f"HistoryKey(group_id={self.group_id.hex()}, epoch={self.epoch}, key=…)"


class HistoryKeys(Struct, frozen=True, tag="history_keys", tag_field="t"):
    """The content keys a newcomer is entitled to, in one record (history policy `full`)."""

    keys: tuple[HistoryKey, ...]


class HistoryRequest(Struct, frozen=True, omit_defaults=True, tag="history_request", tag_field="t"):
    """Asks the others for the keys of these epochs: (group_id, epoch)."""

    epochs: tuple[tuple[Id16, Count], ...] = ()


class Extraction(Struct, frozen=True, omit_defaults=True, tag="extraction", tag_field="t"):
    """Announces an extraction to everybody in the group."""

    manifest_hash: Hash32
    count: Count
    up_to_seq: Count
    scope: Name = "all"


class Released(Struct, frozen=True, omit_defaults=True, tag="released", tag_field="t"):
    """The CEN core's receipt: a version of a record left for the core, or its case was withdrawn there."""

    record_id: Id16
    """Of the record in every version."""
    version: Id16
    """The client_ref of the version that left."""
    case_id: Name
    """The case that it is in the core."""
    state: Name
    """What became of the case, in the core's word."""
    fields: Annotated[tuple[Name, ...], Meta(max_length=MAX_RELEASED)] = ()
    """The paths of the answers that left in clear."""


class Left(Struct, frozen=True, omit_defaults=True, tag="left", tag_field="t"):
    """Its sender wishes to leave; an organiser removes him."""

    reason: Text = ""


Content = Chat | Form | Template | Profile | HistoryKeys | HistoryRequest | Extraction | Released | Left

_decoder: msgspec.msgpack.Decoder[Content] = msgspec.msgpack.Decoder(Content)


def encode_content(content: Content) -> bytes:
    """The plaintext of one part."""
    return encode(content)


def decode_content(plaintext: bytes) -> Content:
    """What one part says. Raises Malformed, also for a form with a value that no template can have."""
    content = decode_with(_decoder, plaintext)
    if isinstance(content, Form):
        _require_plain(content.answers, MAX_ANSWER_DEPTH)
    return content


def _require_plain(value: object, depth: int) -> None:
    if isinstance(value, bool | int | str):
        return
    if depth == 0:
        raise Malformed(what="answers_depth")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise Malformed(what="answers_key")
            _require_plain(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _require_plain(inner, depth - 1)
    else:
        raise Malformed(what="answers_value")
