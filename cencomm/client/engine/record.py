"""One received record: every check of PROTOCOL §3 on the reader's side, and the item that it becomes.

This is the hot path: a client receives each record of each member once. Nothing here encodes or decodes more than once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec

from cencomm.client import model
from cencomm.client.engine.effects import AnswerHistory, RemoveLeaver
from cencomm.client.engine.forms import judge_record
from cencomm.client.engine.memory import Memory
from cencomm.client.engine.refusals import RecordRefused
from cencomm.client.engine.seen import compare_seen
from cencomm.client.model import EpochRow, FindingRow, Item, ItemKind, LeafView, LockedRow, Standing, pack, unpack
from cencomm.client.profile import Transaction
from cencomm.crypto.group_context import Role
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import KeyMissing, OpenedRecord, RecordHeader, key_ring, open_record, read_header
from cencomm.ids import DeviceId, officer_of
from cencomm.templates_forms.model import Template
from cencomm.wire.content import (
    Chat,
    Content,
    Extraction,
    Form,
    HistoryKeys,
    HistoryRequest,
    Left,
    Profile,
    Released,
    decode_content,
)
from cencomm.wire.content import Template as TemplateContent
from cencomm.wire.encoding import Malformed, encode
from cencomm.wire.frames import Event

_KINDS: dict[type[Content], ItemKind] = {
    Chat: ItemKind.CHAT,
    Form: ItemKind.FORM,
    TemplateContent: ItemKind.TEMPLATE,
    Profile: ItemKind.PROFILE,
    HistoryKeys: ItemKind.HISTORY_KEYS,
    HistoryRequest: ItemKind.HISTORY_REQUEST,
    Extraction: ItemKind.EXTRACTION,
    Released: ItemKind.RELEASED,
    Left: ItemKind.LEFT,
}
_ORGANISERS_ONLY = frozenset({ItemKind.TEMPLATE, ItemKind.PROFILE})


_CONTENTS_REMEMBERED = 1024


@lru_cache(maxsize=_CONTENTS_REMEMBERED)
def _decoded(part: bytes) -> Content:
    """What a part says; several clients in one process ask the same of the same bytes. Raises Malformed."""
    return decode_content(part)


@dataclass(frozen=True, slots=True)
class Placed:
    """A record's header and what its place in the log says of it."""

    header: RecordHeader
    epoch: EpochRow
    leaf: LeafView


def receive_record(memory: Memory, tx: Transaction, event: Event) -> Item:
    """Check `event` against the epoch in force at its place; a record without a known key is kept for later.

    Raises:
        DecodeError, RecordRefused, and what `open_record` raises: the record proves nothing.
    """
    header = read_header(event.body)
    if (header.group_id, header.epoch) != (memory.row.group_id, memory.row.epoch):
        raise RecordRefused(reason="stale_epoch", epoch=header.epoch, current=memory.row.epoch)
    placed = place(memory, tx, event, header)
    key = memory.content_key(tx, header.group_id, header.epoch)
    if key is not None:
        try:
            return read_record(memory, tx, event, placed, key)
        except KeyMissing:
            if memory.secret is not None:
                raise
            memory.drop_key(tx, header.group_id, header.epoch)  # somebody said it, and it is not the right one
    tx.put(model.locked(memory.cug_id), _seq_key(event.seq), pack(LockedRow(encode(event))), number=event.seq)
    return _item(event, header, ItemKind.LOCKED, Standing.LOCKED)


def place(memory: Memory, tx: Transaction, event: Event, header: RecordHeader) -> Placed:
    """Header, log entry and the epoch's tree must say the same. Raises RecordRefused."""
    if header.cug_id != memory.cug_id or header.client_ref != event.client_ref:
        raise RecordRefused(reason="other_place")
    epoch = memory.epoch(tx, header.group_id, header.epoch)
    if epoch is None:
        raise RecordRefused(reason="unknown_epoch", epoch=header.epoch)
    leaf = epoch.leaves.get(header.leaf_index)
    if leaf is None or leaf.device_id != event.sender:
        raise RecordRefused(reason="other_sender", leaf_index=header.leaf_index)
    if event.server_time > leaf.valid_until_s * 1000:
        raise RecordRefused(reason="certificate_expired", device=leaf.device_id)
    return Placed(header, epoch, leaf)


def open_placed(event: Event, placed: Placed, key: Secret) -> OpenedRecord:
    return open_record(
        event.body, keys=key_ring(key), context_hash=placed.epoch.context_hash, signature_key=placed.leaf.signature_key
    )


def read_record(memory: Memory, tx: Transaction, event: Event, placed: Placed, key: Secret) -> Item:
    """Open, verify, and let the content take effect. Raises as `receive_record`."""
    opened = open_placed(event, placed, key)
    compare_seen(memory, tx, event, opened.seen)
    confirm(memory, placed)
    return _take(memory, tx, event, placed, opened)


def confirm(memory: Memory, placed: Placed) -> None:
    """Another officer's record in an epoch at or after a join from outside ends the doubt (PROTOCOL §2.5)."""
    if memory.row.confirmed or placed.epoch.made_seq < memory.row.joined_seq:
        return
    if officer_of(DeviceId(placed.leaf.device_id)) != memory.device.officer_id:
        memory.change(confirmed=True)


def _take(memory: Memory, tx: Transaction, event: Event, placed: Placed, opened: OpenedRecord) -> Item:
    public, personal = opened.public or b"", opened.personal or b""
    try:
        public_content = _decoded(public) if public else None
        personal_content = _decoded(personal) if personal else None
    except Malformed:
        return _item(event, placed.header, ItemKind.UNKNOWN, Standing.VERIFIED, opened)
    content = public_content or personal_content
    if content is None or (public_content and personal_content and type(public_content) is not type(personal_content)):
        raise RecordRefused(reason="parts_disagree")
    kind = _KINDS[type(content)]
    if kind in _ORGANISERS_ONLY and placed.leaf.role != Role.ORGANISER:
        raise RecordRefused(reason="beyond_role", role=placed.leaf.role)
    findings: tuple[FindingRow, ...] = ()
    if isinstance(content, Form):
        findings = _judge(memory, tx, event, public, personal, public_content, personal_content)
    else:
        _take_effect(memory, tx, event, placed, content)
    return _item(event, placed.header, kind, Standing.VERIFIED, opened, findings)


def _judge(
    memory: Memory,
    tx: Transaction,
    event: Event,
    public: bytes,
    personal: bytes,
    public_content: Content | None,
    personal_content: Content | None,
) -> tuple[FindingRow, ...]:
    first = public_content if isinstance(public_content, Form) else None
    second = personal_content if isinstance(personal_content, Form) else None
    if first and second and (first.template_hash, first.record_id) != (second.template_hash, second.record_id):
        raise RecordRefused(reason="parts_disagree")
    form = first or second
    assert form is not None
    template = memory.templates.get(form.template_hash)
    if template is None:
        name = form.template_hash + _seq_key(event.seq)
        tx.put(model.unjudged(memory.cug_id), name, model.item_key(event.sender, event.client_ref), number=event.seq)
    return judge_record(template, public, personal, (first, second), event.server_time)


def _take_effect(memory: Memory, tx: Transaction, event: Event, placed: Placed, content: Content) -> None:
    if isinstance(content, TemplateContent):
        template = Template.decode(content.document)
        memory.templates[template.hash] = template
        tx.put(model.templates(memory.cug_id), template.hash, content.document, number=event.seq)
        judge_again(memory, tx, template)
    elif isinstance(content, Profile):
        if event.seq > memory.row.profile_seq:
            memory.change(
                title=content.title,
                operation_code=content.operation_code,
                about=content.about,
                profile_seq=event.seq,
            )
    elif isinstance(content, HistoryKeys):
        memory.said_keys.append((event.seq, content))
        memory.said_epochs.update((entry.group_id, entry.epoch) for entry in content.keys)
    elif memory.secret is None:
        return  # what follows is asked of members only, not of one who replays the past
    elif isinstance(content, HistoryRequest) and event.sender != memory.device.device_id:
        memory.effects.append(AnswerHistory(event.seq, content.epochs))
    elif isinstance(content, Left):
        memory.effects.append(RemoveLeaver(officer_of(DeviceId(event.sender))))


def judge_again(memory: Memory, tx: Transaction, template: Template) -> None:
    """Forms that came before their template, for one who could not read it then."""
    for row in tx.rows(model.unjudged(memory.cug_id)):
        data = tx.get(model.items(memory.cug_id), row.value)
        if not row.key.startswith(template.hash) or data is None:
            continue
        item = unpack(Item, data)
        public, personal = (_decoded(part) if part else None for part in (item.public, item.personal))
        forms = (public if isinstance(public, Form) else None, personal if isinstance(personal, Form) else None)
        findings = judge_record(template, item.public, item.personal, forms, item.at_ms)
        memory.put_item(tx, msgspec.structs.replace(item, findings=findings))
        tx.delete(model.unjudged(memory.cug_id), row.key)


def _item(
    event: Event,
    header: RecordHeader,
    kind: ItemKind,
    standing: Standing,
    opened: OpenedRecord | None = None,
    findings: tuple[FindingRow, ...] = (),
) -> Item:
    return Item(
        seq=event.seq,
        at_ms=event.server_time,
        kind=kind,
        standing=standing,
        sender=event.sender,
        client_ref=event.client_ref,
        group_id=header.group_id,
        epoch=header.epoch,
        sent_at_ms=opened.sent_at_ms if opened else 0,
        public=(opened.public or b"") if opened else b"",
        personal=(opened.personal or b"") if opened else b"",
        findings=findings,
    )


def _seq_key(seq: int) -> bytes:
    return seq.to_bytes(8, "big")
