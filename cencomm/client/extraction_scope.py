"""What of a log goes into an extraction below the full profile: the records that may leave, reduced to what may.

The tables of such an extraction are made from these entries alone, so that they cannot hold more.
"""

from __future__ import annotations

from collections.abc import Mapping

from cencomm.client.bundle import RecordEntry
from cencomm.client.engine.forms import UNKNOWN_TEMPLATE
from cencomm.client.verify_log import WITHHELD
from cencomm.client.verify_profile import beyond_profile
from cencomm.client.verify_rows import Examined, RecordRow
from cencomm.crypto.records import Audience, SignedRecord
from cencomm.crypto.tls import DecodeError
from cencomm.export.profiles import stays
from cencomm.wire.content import Content, Form, decode_content
from cencomm.wire.encoding import Malformed


def reduced(found: Examined, entries: Mapping[int, RecordEntry]) -> dict[int, RecordEntry]:
    """The entries of the same log as a lower profile has them; `found` is the examination of the whole."""
    kept = {seq: entry if not entry.signed else RecordEntry(seq, reason=WITHHELD) for seq, entry in entries.items()}
    staying = {_record(row) for row in found.records if _stays(found, row)}
    powerless = {notice.where for notice in found.notices if notice.check == "beyond_role"}
    for row in found.records:
        had_effect = row.content is not None and f"no. {row.seq}" not in powerless
        if had_effect and _record(row) not in staying and UNKNOWN_TEMPLATE not in row.findings:
            kept[row.seq] = _reduced(found, entries[row.seq])
    return kept


def _record(row: RecordRow) -> bytes | None:
    return row.content.record_id if isinstance(row.content, Form) else None


def _stays(found: Examined, row: RecordRow) -> bool:
    """Whether handling keeps this form in the group: then it keeps every version of the record."""
    if not isinstance(row.content, Form):
        return False
    template = found.templates.get(row.content.template_hash)
    return template is None or stays(template, row.content.answers)


def _reduced(found: Examined, entry: RecordEntry) -> RecordEntry:
    withheld = RecordEntry(entry.seq, reason=WITHHELD)
    try:
        signed = SignedRecord.decode(entry.signed)
        if any(part.audience is Audience.PUBLIC for part in signed.parts):
            signed = _without_personal(signed)
        content = _content(signed)
    except (DecodeError, Malformed):
        return withheld
    if content is None or beyond_profile(signed, content, found.templates):
        return withheld
    return RecordEntry(entry.seq, signed.encode())


def _without_personal(signed: SignedRecord) -> SignedRecord:
    """The hash of the part that is taken out stays, so the signature still holds."""
    parts = tuple(
        part if part.audience is Audience.PUBLIC else part._replace(salt=b"", content=None) for part in signed.parts
    )
    return SignedRecord(signed.header, signed.context_hash, signed.sent_at_ms, signed.seen, parts, signed.signature)


def _content(signed: SignedRecord) -> Content | None:
    contents = [part.content for part in signed.parts if part.content is not None]
    return decode_content(contents[0]) if contents else None
