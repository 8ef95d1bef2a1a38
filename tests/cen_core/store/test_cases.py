"""Cases under a race, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from cen_core.api import Change, Entry, Principal, Question
from cen_core.errors import CaseExists, CaseUnknown, KeyReused, UploadUnknown, VersionConflict
from cen_core.model.case import Case
from cen_core.store.cases import SqlCases
from tests.cen_core.world import COLLEAGUE, NCP, OFFICER, Stand, change, data, entry, line

KEY = "b" * 64


async def test_two_editors_at_once_one_wins(both: Stand) -> None:
    case = await both.core.create(OFFICER, entry())

    async def edit(who: Principal, method: str) -> Case | VersionConflict:
        try:
            return await both.core.amend(who, change(case), data(detection_method=method))
        except VersionConflict as refused:
            return refused

    done = await asyncio.gather(*(edit(COLLEAGUE, "random") for _ in range(4)), edit(OFFICER, "routine"))
    assert sum(isinstance(one, Case) for one in done) == 1
    assert [version.version for version in await both.core.history(OFFICER, case.case_id)] == [1, 2]


async def test_amending_and_validating_at_once(both: Stand) -> None:
    """What the contact point validates is what it saw."""
    case = await both.submitted()

    async def act(amends: bool) -> bool:
        try:
            if amends:
                await both.core.amend(OFFICER, change(case), data(detection_method="random"), submit=True)
            else:
                await both.core.validate(NCP, change(case))
        except VersionConflict:
            return False
        return True

    amended, validated = await asyncio.gather(act(True), act(False))
    assert amended != validated
    view = await both.core.read(OFFICER, case.case_id)
    assert (view.state.value, view.version) == (("validated", 1) if validated else ("submitted", 2))


async def test_one_key_many_times_at_once_makes_one_case(both: Stand) -> None:
    sent = entry(key="same-key-for-all")

    async def send(again: Entry) -> str:
        while True:
            try:
                return (await both.core.create(OFFICER, again)).case_id
            except KeyReused:
                continue

    made = await asyncio.gather(*(send(sent) for _ in range(8)))
    assert len(set(made)) == 1
    assert (await both.counts())["cen_cases"] == 1


async def test_one_record_many_times_at_once_makes_one_case(both: Stand) -> None:
    async def release(number: int) -> str | None:
        try:
            return (await both.core.release(OFFICER, entry(key=f"release-{number}", source_key=KEY))).case_id
        except CaseExists:
            return None

    made = await asyncio.gather(*(release(number) for number in range(8)))
    assert len({one for one in made if one is not None}) == 1
    assert (await both.counts())["cen_cases"] == 1


@pytest.mark.parametrize("name", ["", "\x00", "\ud800", "' OR 1=1 --", "A" * 32, "a" * 10_000])
async def test_what_names_no_case_is_unknown(both: Stand, name: str) -> None:
    for act in (both.core.read, both.core.history, both.core.log):
        with pytest.raises(CaseUnknown):
            await act(NCP, name)
    with pytest.raises(CaseUnknown):
        await both.core.submit(OFFICER, Change(name, 1))
    for undo in (both.core.undo_upload, both.core.validate_upload):
        with pytest.raises(UploadUnknown):
            await undo(NCP, name)


async def test_longest_values_fit_their_columns(both: Stand) -> None:
    species = f"A{'b' * 30} x {'c' * 30} x {'d' * 30} spp."
    given = data(goods=[line(species=species, quantity="9" * 17)], operation_code="O" * 32)
    await both.published(given)
    assert (await both.core.search(OFFICER, Question({"operation_code": ["O" * 32]}))).total == 1


async def test_numbers_are_given_once(both: Stand) -> None:
    async with both.engine.begin() as connection:
        cases = SqlCases(connection)
        first = list(await cases.new_numbers(3))
        assert len(set(first)) == 3
        if connection.dialect.name == "postgresql":
            assert not set(first) & set(await cases.new_numbers(3))


async def test_update_of_another_revision_changes_nothing(both: Stand) -> None:
    case = await both.core.create(OFFICER, entry())
    async with both.engine.begin() as connection:
        try:
            await SqlCases(connection).update(case)
        except VersionConflict as refused:
            assert refused.facts["sent"] == 0
        else:
            raise AssertionError("the stored revision is not the one before")


async def test_known_source_keys_belong_to_their_member(both: Stand) -> None:
    await both.core.create(OFFICER, entry(source_key=KEY))
    async with both.engine.connect() as connection:
        known = await SqlCases(connection).known_source_keys([("KE", KEY), ("FR", KEY), ("KE", "c" * 64)])
    assert known == {("KE", KEY)}
