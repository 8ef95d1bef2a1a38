"""Hostile text as messages, names and form values: it comes out as it went in, everywhere, and runs nowhere."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook

from cencomm.client.extraction import extract
from cencomm.client.verify import verify
from cencomm.export.csv import read_csv
from cencomm.export.xlsx import LONG_TEXT
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from tests.e2e.world import PASSWORD, World, operation, texts
from tests.effort import effort
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture
from tests.unit.export.hostile import HOSTILE, bad_lines

PATIENCE_SECONDS = 120
EVERY = effort(27, 9)
"""Of the collections one line in so many goes through the group; `tests/unit/export` writes and reads them all."""
NAMES = {"KE/otieno": '=HYPERLINK("http://example.org")', "BR/silva": "<script>alert(1)</script>\u202e'; DROP TABLE"}


async def test_hostile_text_comes_out_as_it_went_in(world: World, tmp_path: Path) -> None:
    said = [*HOSTILE, *bad_lines()[::EVERY]]
    remarks = [text for text in HOSTILE if len(text) < 1000]
    template = standard("simplified_seizure")
    async with contextlib.AsyncExitStack() as stack:
        organiser = await stack.enter_async_context(world.officer("NL/organiser"))
        for name, display_name in NAMES.items():
            await world.enrol_officer(name, display_name)
        otieno, silva = [await stack.enter_async_context(world.officer(name)) for name in NAMES]
        cug, here, there = await operation(organiser, otieno, silva, title=HOSTILE[1])
        assert here.title == there.title == HOSTILE[1]
        assert {member.display_name for member in here.members()} >= set(NAMES.values())
        await cug.publish_template(template)
        await cug.flush(PATIENCE_SECONDS)
        await here.caught_up(PATIENCE_SECONDS)
        for text in said:
            await here.send_text(text)
        for sample, remark in zip(sample_records(len(remarks), seed=3), remarks, strict=True):
            await here.submit(template.hash, {**sample.answers, "remarks": remark})
        await here.flush(PATIENCE_SECONDS)
        await there.caught_up(PATIENCE_SECONDS)
        assert texts(there) == said
        await extract(organiser, cug, tmp_path / "out", PASSWORD)

    assert verify(tmp_path / "out").ok
    _check_tables(tmp_path / "out", said, remarks)


def _check_tables(folder: Path, said: list[str], remarks: list[str]) -> None:
    chat = list(read_csv(_one(folder, "chat.csv")))
    assert [row["text"] for row in chat] == said
    assert {row["name"] for row in chat} == {NAMES["KE/otieno"]}
    forms = list(read_csv(_one(folder, "simplified_seizure-*.csv")))
    assert [row["remarks"] for row in forms] == remarks
    book = _one(folder, "*.xlsx")
    with zipfile.ZipFile(book) as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets
    assert LONG_TEXT in CalamineWorkbook.from_path(str(book)).sheet_names


def _one(folder: Path, pattern: str) -> Path:
    return min(folder.rglob(pattern), key=lambda path: len(path.name))
