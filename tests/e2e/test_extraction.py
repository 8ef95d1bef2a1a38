"""Extraction through a real server: on a fresh device, by those who may, announced, no alteration unseen."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path

import pytest

from cencomm.client import bundle
from cencomm.client.cug import Cug
from cencomm.client.errors import BundleDamaged, MayNotExtract, WrongPassword
from cencomm.client.extraction import extract
from cencomm.client.model import ItemKind
from cencomm.client.verify import verify
from cencomm.crypto.group_context import History, Role
from cencomm.ids import OfficerId
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Form
from tests.e2e.world import PASSWORD, World, operation
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture

ALTERATIONS = 6
"""Random places in each file."""


def kinds(cug: Cug) -> list[ItemKind]:
    return [item.kind for item in cug.items()]


async def test_an_organiser_extracts_everything_on_a_fresh_device(world: World, tmp_path: Path) -> None:
    forms = [sample.answers for sample in sample_records(12, 5)]
    async with world.officer("NL/organiser") as chief, world.officer("KE/otieno") as otieno:
        cug, his = await operation(chief, otieno)
        template = standard("simplified_seizure")
        await cug.publish_template(template)
        await cug.flush()
        await his.wait_seq(cug.last_seq)
        for answers in forms:
            await his.submit(template.hash, answers)
        await his.send_text("=cmd|' /C calc'!A0", "en")
        await his.flush()
        with pytest.raises(MayNotExtract):
            await extract(otieno, his, tmp_path / "his", PASSWORD)
        assert not (tmp_path / "his").exists()
        assert ItemKind.EXTRACTION not in kinds(cug)

    async with world.officer("NL/organiser", "fresh") as fresh, world.officer("KE/otieno") as otieno:
        cug = await fresh.wait_for_cug()
        with pytest.raises(WrongPassword):
            await extract(fresh, cug, tmp_path / "wrong", "not the password")
        assert not (tmp_path / "wrong").exists()
        (tmp_path / "taken").write_text("mine")
        with pytest.raises(BundleDamaged):
            await extract(fresh, cug, tmp_path / "taken", PASSWORD)
        assert ItemKind.EXTRACTION not in kinds(cug)
        told: list[tuple[int, int]] = []
        made = await extract(fresh, cug, tmp_path / "out", PASSWORD, on_progress=lambda *step: told.append(step))
        his = await otieno.wait_for_cug(cug.id)
        await his.wait_seq(made.announced_seq)
        assert kinds(his)[-1] is ItemKind.EXTRACTION

    assert (made.forms, made.unopened, made.failures) == (len(forms), 0, 0)
    verdict = verify(tmp_path / "out", root_public_key=world.sheets["NL/organiser"].root_public_key)
    assert verdict.failures == []
    assert verdict.extracted_by == "NL/organiser/fresh"
    came = [row.content.answers for row in verdict.records if isinstance(row.content, Form)]
    assert came == forms
    alter_everywhere(tmp_path / "out", tmp_path)


def alter_everywhere(honest: Path, tmp_path: Path) -> None:
    """One bit in a file at a time: none goes unnoticed."""
    chosen = random.Random(7)
    for path in sorted(path for path in honest.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for _ in range(ALTERATIONS):
            place = chosen.randrange(len(data))
            altered = bytearray(data)
            altered[place] ^= 1 << chosen.randrange(8)
            folder = Path(shutil.copytree(honest, tmp_path / "altered"))
            (folder / path.relative_to(honest)).write_bytes(altered)
            with contextlib.suppress(BundleDamaged):
                assert not verify(folder).ok, f"{path.name}, byte {place}"
            shutil.rmtree(folder)


async def test_an_analyst_extracts_and_members_who_left_stay_in_it(world: World, tmp_path: Path) -> None:
    async with (
        world.officer("NL/organiser") as chief,
        world.officer("BE/analyst") as analyst,
        world.officer("KE/otieno") as otieno,
    ):
        cug, _, his = await operation(chief, analyst, otieno, role=Role.OCU)
        await his.send_text("before I left")
        await his.flush()
        await cug.remove(OfficerId("KE/otieno"))
        await cug.send_text("after he left")
        await cug.flush()
        hers = await analyst.wait_for_cug(cug.id)
        await hers.wait_seq(cug.last_seq)
        made = await extract(analyst, hers, tmp_path / "out.zip", PASSWORD)
    verdict = verify(tmp_path / "out.zip")
    assert verdict.failures == []
    assert made.unopened == 0
    assert {row.officer for row in verdict.records} == {"NL/organiser", "KE/otieno"}


async def test_what_policy_keeps_from_an_analyst_is_listed_and_not_hidden(world: World, tmp_path: Path) -> None:
    async with world.officer("NL/organiser") as chief, world.officer("BE/analyst") as analyst:
        cug = await chief.open_cug("Operation Tiger", history=History.FROM_JOIN)
        await cug.send_text("before she came")
        await cug.flush()
        await cug.admit(OfficerId("BE/analyst"), Role.OCU)
        hers = await analyst.wait_for_cug(cug.id)
        await cug.send_text("for everybody")
        await cug.flush()
        await hers.wait_seq(cug.last_seq)
        made = await extract(analyst, hers, tmp_path / "out", PASSWORD)
    verdict = verify(tmp_path / "out")
    assert verdict.failures == []
    assert made.unopened == len([each for each in verdict.notices if each.check == "unopened"]) > 0
    with bundle.open_bundle(tmp_path / "out") as opened:
        assert b"before she came" not in b"".join(opened.read(name) for name in opened.names)
