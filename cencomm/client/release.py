"""Release to the CEN core: what would leave is shown, it leaves, and the receipt comes back into the group (DESIGN §4).

The core gets the projection and two fingerprints: of the record, so that amendments and a withdrawal find their case,
and of the version, so that a resend is harmless. Both are made with the record's own number, which stands only inside
of sealed records: neither the server nor the core can tell from them the record, or the group.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cencomm.client.core import CoreApi, CoreCase
from cencomm.client.cug import Cug
from cencomm.client.errors import RecordNotReleasable, TemplateUnknown
from cencomm.client.model import Item, ItemKind, Standing
from cencomm.client.newest import newest
from cencomm.ids import ClientRef
from cencomm.templates_forms.chain import SEIZURES
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.release import Projection, projected
from cencomm.wire.content import Form, Released

_RECORD_LABEL: Final = b"cen release v1"
_VERSION_LABEL: Final = b"cen release version v1"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record as it would leave; nothing has left yet."""

    record_id: bytes
    version: ClientRef
    template: Template
    projection: Projection
    words_read: bool

    @property
    def source_key(self) -> str:
        return source_key(self.record_id)

    @property
    def key(self) -> str:
        """Of this version with this much of it: the free text is another release."""
        said = _VERSION_LABEL + bytes([self.words_read]) + self.version
        return hmac.new(self.record_id, said, hashlib.sha256).hexdigest()


class Where(Enum):
    """How a record stands to the core."""

    HERE = "here"
    """It never left."""
    RELEASED = "released"
    CHANGED = "changed"
    """An earlier version left."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Releasable:
    """A seizure in its newest version, and the newest receipt of it."""

    item: Item
    form: Form
    receipt: Released | None

    @property
    def where(self) -> Where:
        if self.receipt is None:
            return Where.HERE
        if self.receipt.state == WITHDRAWN:
            return Where.WITHDRAWN
        return Where.RELEASED if self.receipt.version == self.item.client_ref else Where.CHANGED


def source_key(record_id: bytes) -> str:
    """64 hexadecimal digits, the same for every version of a record and for everybody who can read it."""
    return hmac.new(record_id, _RECORD_LABEL, hashlib.sha256).hexdigest()


def releasable(items: Iterable[Item]) -> tuple[Releasable, ...]:
    """Every seizure of the group, in the order of the log, with where it stands. A receipt counts only when it is of
    the administration of the record."""
    known = tuple(items)
    receipts: dict[tuple[str, bytes], Released] = {}
    for item in known:
        content = item.content if item.kind is ItemKind.RELEASED and item.standing is Standing.VERIFIED else None
        if isinstance(content, Released):
            receipts[_administration(item), content.record_id] = content
    found = []
    for item in newest(known):
        form = item.content
        if isinstance(form, Form) and form.template_id in SEIZURES:
            found.append(Releasable(item, form, receipts.get((_administration(item), form.record_id))))
    return tuple(found)


def _administration(item: Item) -> str:
    return item.officer.partition("/")[0]


def prepare(cug: Cug, record: Releasable, *, words_read: bool = False) -> Prepared:
    """What would leave of it; `words_read` is the contact point's word that he has read its free text.

    Raises:
        TemplateUnknown; RecordNotReleasable: it breaks its template's rules.
        NotReleasable, NominalInWords: as `templates_forms.release`.
    """
    template = next((one for one in cug.templates() if one.hash == record.form.template_hash), None)
    if template is None:
        raise TemplateUnknown(template=record.form.template_hash.hex())
    if any(finding.level == "error" for finding in record.item.findings):
        raise RecordNotReleasable(reason="findings")
    found = projected(template, record.item.answers, words=words_read)
    return Prepared(record.form.record_id, ClientRef(record.item.client_ref), template, found, words_read)


async def release(cug: Cug, core: CoreApi, prepared: Prepared) -> CoreCase:
    """Let it leave, and tell the group. Asked again after a break, neither the case nor the receipt is made twice.

    Raises:
        ServerRefused, ServerUnreachable, SendRefused, and what `Cug` raises on sending.
    """
    case = await core.release(
        prepared.projection.data, prepared.source_key, prepared.key, words_read=prepared.words_read
    )
    paths = tuple(one.path for one in prepared.projection.leaving)
    await _tell(cug, prepared.record_id, prepared.version, case, paths)
    return case


async def withdraw(cug: Cug, core: CoreApi, record: Releasable, reason: str = "") -> CoreCase:
    """Withdraw the case of a record, and tell the group. Raises as `release`."""
    case = await core.withdraw_release(source_key(record.form.record_id), reason)
    await _tell(cug, record.form.record_id, ClientRef(record.item.client_ref), case, ())
    return case


async def _tell(cug: Cug, record_id: bytes, version: ClientRef, case: CoreCase, paths: tuple[str, ...]) -> None:
    receipt = Released(record_id, version, case.case_id, case.state, paths)
    named = _RECORD_LABEL + version + case.state.encode() + str(case.version).encode()
    reference = ClientRef(hmac.new(record_id, named, hashlib.sha256).digest()[: len(version)])
    await cug.send_receipt(receipt, reference)
    await cug.flush()
