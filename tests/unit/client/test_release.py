"""Release to the CEN core, from a group's side.

RC-01 a record's fingerprint is the same in all versions and tells nothing; a version's key tells versions apart
RC-02 where a record stands follows from the receipts of its own administration
RC-03 a record that breaks its rules, or whose template is not here, is not prepared
RC-04 the receipt names what left; asked again, it is the same receipt
RC-05 where the core refuses, the group is told nothing
"""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.client.core import CoreCase
from cencomm.client.errors import RecordNotReleasable, ServerRefused, TemplateUnknown
from cencomm.client.model import FindingRow, Item, ItemKind, Standing
from cencomm.client.release import Where, prepare, releasable, release, source_key, withdraw
from cencomm.wire.content import Released, encode_content
from tests.unit.cli.fakes import FakeCug, form_item
from tests.unit.templates_forms.forms import good

RECORD = b"\x01" * 16


def receipt(seq: int, version: int, state: str = "submitted", sender: str = "KE/otieno/laptop", **changes: Any) -> Item:
    content = Released(RECORD, bytes([version]) * 16, "0c" * 16, state)
    given: dict[str, Any] = {"kind": ItemKind.RELEASED, "standing": Standing.VERIFIED, "client_ref": bytes([seq]) * 16}
    return Item(seq=seq, at_ms=0, sender=sender, personal=encode_content(content), **(given | changes))


def group(*found: Item) -> FakeCug:
    return FakeCug([], found=list(found))


class FakeCore:
    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.asked: list[tuple[Any, ...]] = []

    async def release(self, content: Any, key_of_source: str, key: str, *, words_read: bool) -> CoreCase:
        return self._answer("submitted", dict(content), key_of_source, key, words_read)

    async def withdraw_release(self, key_of_source: str, reason: str) -> CoreCase:
        return self._answer("withdrawn", key_of_source, reason)

    def _answer(self, state: str, *asked: Any) -> CoreCase:
        self.asked.append(asked)
        if self.refusal:
            raise ServerRefused(self.refusal)
        return CoreCase(case_id="0c" * 16, member="KE", state=state, revision=1, version=1, published=None)


def test_rc_01_fingerprints() -> None:
    first, second = form_item(3, good()), form_item(4, good(persons_arrested=1))
    made = [
        prepare(group(item), releasable([item])[0], words_read=words)  # type: ignore[arg-type]
        for item in (first, second)
        for words in (False, True)
    ]
    assert {one.source_key for one in made} == {source_key(RECORD)}
    assert len({one.key for one in made}) == 4
    assert all(RECORD.hex() not in one.source_key + one.key for one in made)
    assert source_key(b"\x02" * 16) != source_key(RECORD)


@pytest.mark.parametrize(
    ("receipts", "where"),
    [
        ([], Where.HERE),
        ([receipt(5, 3)], Where.RELEASED),
        ([receipt(5, 2)], Where.CHANGED),
        ([receipt(5, 3), receipt(6, 3, "withdrawn")], Where.WITHDRAWN),
        ([receipt(5, 3, sender="KE/wanjiru/phone")], Where.RELEASED),
        ([receipt(5, 3, sender="FR/martin/phone")], Where.HERE),
        ([receipt(5, 3, standing=Standing.NOT_YET_VERIFIED)], Where.HERE),
        ([receipt(5, 3, kind=ItemKind.REFUSED)], Where.HERE),
    ],
)
def test_rc_02_where_a_record_stands(receipts: list[Item], where: Where) -> None:
    (found,) = releasable([form_item(3, good()), *receipts])
    assert found.where is where


def test_rc_02_only_seizures_in_their_newest_version() -> None:
    items = [form_item(2, {}, name="warning"), form_item(3, good()), form_item(4, good(), replaces=b"\x03" * 16)]
    assert [one.item.seq for one in releasable(items)] == [4]


def test_rc_03_not_prepared() -> None:
    wrong = form_item(3, good(), (FindingRow("required", "error", "offence_at"),))
    with pytest.raises(RecordNotReleasable):
        prepare(group(), releasable([wrong])[0])  # type: ignore[arg-type]
    long = form_item(3, good(), name="long_seizure")
    with pytest.raises(TemplateUnknown):
        prepare(group(), releasable([long])[0])  # type: ignore[arg-type]


async def test_rc_04_the_group_is_told_once() -> None:
    item = form_item(3, good())
    cug, core = group(item), FakeCore()
    prepared = prepare(cug, releasable([item])[0])  # type: ignore[arg-type]
    for _ in range(2):
        await release(cug, core, prepared)  # type: ignore[arg-type]
    told = [call for call in cug.calls if call[0] == "receipt"]
    assert told[0] == told[1]
    said = told[0][1]
    assert isinstance(said, Released)
    assert (said.record_id, said.version, said.state) == (RECORD, item.client_ref, "submitted")
    assert said.fields == tuple(one.path for one in prepared.projection.leaving)
    assert core.asked[0] == (prepared.projection.data, prepared.source_key, prepared.key, False)


async def test_rc_04_a_withdrawal_is_told() -> None:
    item = form_item(3, good())
    cug, core = group(item), FakeCore()
    await withdraw(cug, core, releasable([item])[0], "mistake")  # type: ignore[arg-type]
    assert core.asked == [(source_key(RECORD), "mistake")]
    assert isinstance(cug.calls[0][1], Released)
    assert cug.calls[0][1].state == "withdrawn"


async def test_rc_05_a_refusal_is_not_told() -> None:
    item = form_item(3, good())
    cug = group(item)
    prepared = prepare(cug, releasable([item])[0])  # type: ignore[arg-type]
    with pytest.raises(ServerRefused):
        await release(cug, FakeCore("cen.case_invalid"), prepared)  # type: ignore[arg-type]
    assert cug.calls == []
