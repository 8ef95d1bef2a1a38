"""Invitation, a further device, a forgotten password, removal: who gets in, and what a screen says of it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from tests.browser.person import PATIENCE_MS
from tests.browser.stage import Stage
from tests.e2e.world import texts

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER_PASSWORD = "nine calm boats at anchor"


async def test_an_invited_officer_enrols_waits_for_his_certificate_and_is_admitted(stage: Stage) -> None:
    sheet = await stage.invite("KE/wanjiru", "A. Wanjiru")
    async with stage.at_browser("KE/wanjiru", "en") as wanjiru, stage.world.officer("FR/moreau") as moreau:
        await wanjiru.enrol(sheet)
        await wanjiru.sees("line.not_certified")
        await stage.certify("KE")
        await wanjiru.sees("list.empty")

        cug = await moreau.open_cug("Compass", operation_code="CP26")
        await cug.admit(OfficerId("KE/wanjiru"), Role.OFFICER)
        await cug.send_text("Welcome aboard.")
        await wanjiru.enter("Compass")
        await wanjiru.reads("Welcome aboard.")
        await wanjiru.write("Good to be here.")
        await wanjiru.is_stored("Good to be here.")
        assert texts(cug) == ["Welcome aboard.", "Good to be here."]


async def test_a_new_device_reads_what_was_said_before_and_a_forgotten_password_is_replaced(stage: Stage) -> None:
    async with stage.officer("ES/ferrer", "es") as desk, stage.world.officer("FR/moreau") as moreau:
        cug = await moreau.open_cug("Sextant", operation_code="SX26")
        await cug.admit(OfficerId("ES/ferrer"), Role.OFFICER)
        await cug.send_text("Premier message.")
        await desk.enter("Sextant")
        await desk.reads("Premier message.")

        async with stage.at_browser("ES/ferrer", "es") as tablet:
            await tablet.add_device(stage.sheet("ES/ferrer"))
            await tablet.enter("Sextant")
            await tablet.reads("Premier message.")
            await tablet.write("Desde la tableta.")
            await desk.reads("Desde la tableta.")

        desk.watch.expect("answer 401")  # the password is another one now
        async with stage.at_browser("ES/ferrer", "es") as phone:
            await phone.recover(stage.sheet("ES/ferrer"), OTHER_PASSWORD)
            await phone.enter("Sextant")
            await phone.reads("Desde la tableta.")

        async with stage.at_browser("ES/ferrer", "es") as stranger:
            stranger.watch.expect("answer 401", "console: .* 401")
            await stranger.follow_link(stage.sheet("ES/ferrer"))
            await stranger.sees("gate.way_device")
            await stranger.field("gate.password").fill("the password of before")
            await stranger.click("gate.do_device")
            await expect(stranger.page.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_removed_member_sees_nothing_new_and_is_told(stage: Stage) -> None:
    async with stage.officer("PT/almeida", "pt") as almeida, stage.world.officer("FR/moreau") as moreau:
        cug = await moreau.open_cug("Anchor", operation_code="AN26")
        await cug.admit(OfficerId("PT/almeida"), Role.OFFICER)
        await cug.send_text("avant")
        await almeida.enter("Anchor")
        await almeida.reads("avant")

        await cug.remove(OfficerId("PT/almeida"))
        await cug.send_text("après")
        await cug.flush()
        await almeida.sees("room.closed_to_you_removed")
        await expect(almeida.composer).to_be_hidden()
        await almeida.reads("avant")

        await almeida.page.reload()
        await almeida.unlock()
        await expect(almeida.group("Anchor")).to_contain_text(str(almeida.words("list.state_removed")))
        await almeida.group("Anchor").click()
        await almeida.reads("avant")
        await expect(almeida.entry("après")).to_have_count(0)


async def test_who_has_just_enrolled_is_told_what_comes_next_and_goes_on_by_himself(stage: Stage) -> None:
    sheet = await stage.invite("AO/costa", "J. Costa")
    async with stage.at_browser("AO/costa", "pt") as costa:
        await costa.enrol(sheet)
        await costa.sees("waiting.title")
        await costa.sees("waiting.text", administration="AO")
        await costa.sees("line.not_certified")
        await stage.certify("AO")
        await expect(costa.text("list.empty").first).to_be_visible(timeout=3 * PATIENCE_MS)
        await costa.sees("line.online")
