"""Many cases at once.

CB-01 a dry run names every cell that has an error, and stores nothing
CB-02 one bad row, and nothing of the upload is stored
CB-03 exact duplicates are counted and left out: of cases, and of rows above
CB-04 an upload waits for a second person
CB-05 an upload is undone whole; its versions stay
CB-06 one member's uploads are unknown to another
CB-07 a crash in mid-upload leaves nothing
CB-08 the national case number is not stored
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from cen_core.api import Change, Level, Principal, Question, Role, Row
from cen_core.errors import (
    AuthorMayNotJudge,
    CaseMalformed,
    NotAllowed,
    UploadRefused,
    UploadTooLarge,
    UploadUnknown,
    WrongState,
)
from cen_core.model.case import State
from cen_core.model.results import CaseView
from cen_core.model.upload import CellError, UploadState
from cen_core.services import bulk
from cen_core.store.cases import SqlCases
from tests.cen_core.world import (
    COLLEAGUE,
    FOREIGN_NCP,
    LIMITED,
    NCP,
    OFFICER,
    READER,
    RILO,
    SECOND_SECRETARY,
    SECRETARY,
    Stand,
    data,
    import_data,
    line,
)


def rows(*given: dict[str, Any]) -> list[Row]:
    return [Row(number, f"KE-2024-{number}", one) for number, one in enumerate(given, 1)]


GOOD = rows(data(), data(occurred_on="2024-04-01"), data(detection_method="random"))


async def test_cb_01_errors_by_cell(stand: Stand) -> None:
    bad = [
        Row(2, "a", data(detection_method="magic", traffic_type="?"), {"detection_method": "F2"}),
        Row(3, "b", data(family_name="X")),
        Row(4, "c", data(goods=[line(quantity="much")]), {"goods[0].quantity": "K4"}),
        Row(5, "d", data(narrative="text", narrative_language="en")),
        Row(6, "e", import_data("ES", "BR")),
        Row(7, "f", data()),
    ]
    dry = await stand.core.dry_run(OFFICER, bad)
    assert dry.errors == (
        CellError(2, "traffic_type", "not_in_list"),
        CellError(2, "F2", "not_in_list"),
        CellError(3, "family_name", "nominal_field"),
        CellError(4, "K4", "malformed"),
        CellError(5, "narrative", "words_unread"),
        CellError(6, "reporting_country", "not_own_member"),
    )
    assert (dry.rows, dry.creates, dry.rows_with_errors) == (6, 1, 5)
    assert sum((await stand.counts()).values()) == 0


async def test_cb_02_all_or_nothing(stand: Stand) -> None:
    with pytest.raises(UploadRefused) as refused:
        await stand.core.upload(OFFICER, [*GOOD, Row(9, "x", data(direction="up"))], "march")
    assert refused.value.facts == {"rows": 1, "cells": 1}
    assert sum((await stand.counts()).values()) == 0


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\x00"])
async def test_cb_02_name_is_one_line(stand: Stand, name: str) -> None:
    with pytest.raises(CaseMalformed):
        await stand.core.upload(OFFICER, GOOD, name)
    assert sum((await stand.counts()).values()) == 0


async def test_cb_02_too_many_rows(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_ROWS", 2)
    for act in (stand.core.dry_run(OFFICER, GOOD), stand.core.upload(OFFICER, GOOD, "march")):
        with pytest.raises(UploadTooLarge) as refused:
            await act
        assert refused.value.facts == {"limit": 2}
    assert sum((await stand.counts()).values()) == 0


@pytest.mark.parametrize("who", [LIMITED, READER, RILO])
async def test_cb_02_who_may_not_upload(stand: Stand, who: Principal) -> None:
    for act in (stand.core.dry_run(who, GOOD), stand.core.upload(who, GOOD, "march")):
        with pytest.raises(NotAllowed):
            await act
    assert sum((await stand.counts()).values()) == 0


async def test_cb_03_duplicates_of_cases_and_of_rows(stand: Stand) -> None:
    first, report = await stand.core.upload(OFFICER, [*GOOD, Row(8, "KE-2024-1", data(direction="unknown"))], "march")
    assert (first.created, first.duplicates, report.duplicates) == (3, 1, (8,))
    before = await stand.counts()
    second, report = await stand.core.upload(COLLEAGUE, GOOD, "march again")
    assert (second.created, report.duplicates) == (0, (1, 2, 3))
    assert await stand.counts() == before | {"cen_uploads": 2}


async def test_cb_03_rows_without_a_number_are_known_by_their_content(stand: Stand) -> None:
    given = [Row(1, "", data()), Row(2, "", data()), Row(3, "", data(direction="unknown"))]
    _, report = await stand.core.upload(OFFICER, given, "march")
    assert (report.creates, report.duplicates) == (2, (2,))
    assert (await stand.core.dry_run(OFFICER, given)).duplicates == (1, 2, 3)


async def test_cb_03_any_text_is_a_number(stand: Stand) -> None:
    given = [Row(1, "\ud800", data()), Row(2, "\x00", data()), Row(3, "\u0000x", data())]
    _, report = await stand.core.upload(OFFICER, given, "odd")
    assert report.creates == 3


async def test_cb_03_same_number_of_two_members_is_no_duplicate(stand: Stand) -> None:
    given = [Row(1, "7", import_data("ES", "BR")), Row(2, "7", import_data("PT", "BR"))]
    _, report = await stand.core.upload(SECRETARY, given, "both")
    assert report.creates == 2


async def test_cb_04_second_person(stand: Stand) -> None:
    mine, _ = await stand.core.upload(NCP, GOOD, "march")
    loaded, _ = await stand.core.upload(SECRETARY, rows(import_data("ES", "BR")), "table")
    before = await stand.counts()
    for who, upload, refusal in (
        (NCP, mine, AuthorMayNotJudge),
        (OFFICER, mine, NotAllowed),
        (SECRETARY, loaded, AuthorMayNotJudge),
        (SECRETARY, mine, UploadUnknown),
        (NCP, loaded, UploadUnknown),
    ):
        with pytest.raises(refusal):
            await stand.core.validate_upload(who, upload.upload_id)
    assert await stand.counts() == before
    assert (await stand.core.search(READER, Question({}))).total == 0
    done = await stand.core.validate_upload(SECOND_SECRETARY, loaded.upload_id)
    assert done.state is UploadState.VALIDATED
    assert (await stand.core.search(READER, Question({}))).total == 1
    with pytest.raises(WrongState):
        await stand.core.validate_upload(SECOND_SECRETARY, loaded.upload_id)


async def test_cb_04_cases_that_went_their_own_way_stay_as_they_are(stand: Stand) -> None:
    upload, _ = await stand.core.upload(OFFICER, GOOD, "march")
    first, second, third = await stand.core.worklist(OFFICER)
    case = await stand.core.amend(OFFICER, _seen(first), data(detection_method="routine"))
    await stand.core.send_back(NCP, _seen(second), "incomplete")
    await stand.core.validate_upload(NCP, upload.upload_id)
    states = {view.case_id: view.state for view in await stand.core.worklist(OFFICER, tuple(State))}
    assert states == {
        case.case_id: State.DRAFT,
        second.case_id: State.RETURNED,
        third.case_id: State.VALIDATED,
    }


def _seen(view: CaseView) -> Change:
    return Change(view.case_id, view.revision)


async def test_cb_05_undo_of_a_whole_upload(stand: Stand) -> None:
    upload, _ = await stand.core.upload(OFFICER, GOOD, "march")
    await stand.core.validate_upload(NCP, upload.upload_id)
    with pytest.raises(WrongState):
        await stand.core.undo_upload(OFFICER, upload.upload_id)
    with pytest.raises(NotAllowed):
        await stand.core.undo_upload(COLLEAGUE, upload.upload_id)
    assert (await stand.core.search(READER, Question({}))).total == 3
    undone = await stand.core.undo_upload(NCP, upload.upload_id)
    assert undone.state is UploadState.UNDONE
    counts = await stand.counts()
    assert (counts["cen_facts"], counts["cen_versions"], counts["cen_cases"]) == (0, 3, 3)
    views = await stand.core.worklist(OFFICER, (State.WITHDRAWN,))
    assert len(views) == 3
    log = await stand.core.log(NCP, views[0].case_id)
    assert [entry.action for entry in log] == ["upload", "validate", "undo_upload"]
    with pytest.raises(WrongState):
        await stand.core.undo_upload(NCP, upload.upload_id)
    _, report = await stand.core.upload(OFFICER, GOOD, "again")
    assert report.creates == 3


async def test_cb_05_uploader_undoes_what_nobody_validated(stand: Stand) -> None:
    upload, _ = await stand.core.upload(OFFICER, GOOD, "march")
    assert (await stand.core.undo_upload(OFFICER, upload.upload_id)).state is UploadState.UNDONE
    with pytest.raises(WrongState):
        await stand.core.validate_upload(NCP, upload.upload_id)


async def test_cb_06_uploads_of_another_member(stand: Stand) -> None:
    upload, _ = await stand.core.upload(OFFICER, GOOD, "march")
    before = await stand.counts()
    for act in (stand.core.validate_upload, stand.core.undo_upload):
        for upload_id in (upload.upload_id, "0" * 32):
            with pytest.raises(UploadUnknown):
                await act(FOREIGN_NCP, upload_id)
    assert await stand.counts() == before
    assert await stand.core.upload_log(FOREIGN_NCP) == []
    assert [one.name for one in await stand.core.upload_log(COLLEAGUE)] == ["march"]
    with pytest.raises(NotAllowed):
        await stand.core.upload_log(RILO)


async def test_cb_07_crash_in_mid_upload(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(SqlCases, "append_log", crash)
    with pytest.raises(ConnectionResetError):
        await stand.core.upload(OFFICER, GOOD, "march")
    assert sum((await stand.counts()).values()) == 0


async def test_cb_08_number_is_not_stored(stand: Stand) -> None:
    await stand.core.upload(OFFICER, [Row(1, "SECRET-NUMBER-77", data())], "march")
    async with stand.engine.connect() as connection:
        for table in await stand.counts():
            for found in await connection.execute(text(f"SELECT * FROM {table}")):
                assert "SECRET-NUMBER" not in str(found)


async def test_words_of_a_whole_upload(stand: Stand) -> None:
    given = [Row(1, "a", data(narrative="Tusks", narrative_language="en"))]
    with pytest.raises(UploadRefused):
        await stand.core.upload(OFFICER, given, "march", words_read=True)
    await stand.core.upload(NCP, given, "march", words_read=True)
    second = Principal("KE", Level.UNLIMITED, "", "KE/second", Role.NCP)
    await stand.core.validate_upload(second, (await stand.core.upload_log(NCP))[0].upload_id)
    assert (await stand.core.search(READER, Question({"text": ["tusks"]}))).total == 1


async def test_empty_upload_is_logged_and_nothing_else(stand: Stand) -> None:
    upload, _ = await stand.core.upload(OFFICER, [], "empty")
    await stand.core.validate_upload(NCP, upload.upload_id)
    await stand.core.undo_upload(NCP, upload.upload_id)
    assert {name: n for name, n in (await stand.counts()).items() if n} == {"cen_uploads": 1}
