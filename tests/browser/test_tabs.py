"""Two tabs of one profile, and a browser that dies in the middle of a commit."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import signal
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Page

from cencomm.client.cug import CugState
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from tests.browser.person import Person
from tests.browser.stage import DESK, Stage
from tests.e2e.world import texts

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE_SECONDS = 30


async def _writers(page: Page) -> list[int]:
    """How many tabs hold the profile's lock, and how many stand in line for it."""
    found: list[int] = await page.evaluate("""async () => {
      const {held, pending} = await navigator.locks.query();
      return [held, pending].map((locks) => locks.filter(({name}) => name === "cencomm").length);
    }""")
    return found


async def test_two_tabs_are_both_live_and_the_second_goes_on_when_the_first_closes(stage: Stage) -> None:
    async with stage.officer("KE/otieno", "en") as first, stage.world.officer("FR/moreau") as moreau:
        cug = await moreau.open_cug("Twin", operation_code="TW26")
        await cug.admit(OfficerId("KE/otieno"), Role.OFFICER)
        await first.enter("Twin")
        second = dataclasses.replace(first, page=await first.context.new_page())
        await second.open()
        await second.enter("Twin")
        assert await _writers(second.page) == [1, 1]

        await first.write("from the first tab")
        await second.is_stored("from the first tab")
        await second.write("from the second tab")
        await first.is_stored("from the second tab")
        await cug.send_text("à tous les deux")
        await first.reads("à tous les deux")
        await second.reads("à tous les deux")

        await first.page.close()
        await second.sees("gate.unlock_title")
        await second.sees("gate.tab_gone")
        await second.unlock()
        await second.enter("Twin")
        assert await _writers(second.page) == [1, 0]
        await second.write("alone now")
        await second.is_stored("alone now")
        await cug.caught_up()
        assert texts(cug) == ["from the first tab", "from the second tab", "à tous les deux", "alone now"]


async def test_a_browser_that_dies_in_the_middle_of_a_commit_goes_on_where_it_stood(
    stage: Stage, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    await stage.enrol("SN/diop", "Diop")
    async with stage.world.officer("KE/wanjiru") as wanjiru, stage.world.officer("PT/almeida") as almeida:
        with contextlib.suppress(_Died):
            async with stage.at_browser("SN/diop", "en", DESK, profile=profile) as diop:
                await diop.add_device(stage.sheet("SN/diop"))
                await diop.open_new_group("Reef")
                await diop.admit("Wanjiru", "Almeida")
                hers = await wanjiru.wait_for_cug()
                his = await almeida.wait_for_cug()
                await diop.write("before")
                await diop.is_stored("before")

                stage.server.pause()
                rows = await _stored_values(diop)
                await diop.begin_removing("Almeida")
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while await _stored_values(diop) == rows:
                        await diop.page.evaluate("new Promise(requestAnimationFrame)")
                _kill(profile)
                raise _Died
        stage.server.resume()

        async with stage.at_browser("SN/diop", "en", DESK, profile=profile) as diop:
            await diop.open()
            await diop.unlock()
            await diop.enter("Reef")
            await diop.reads("before")
            await diop.sees("event.removed", names="Almeida")
            await diop.write("after the crash")
            await diop.is_stored("after the crash")
        await hers.caught_up()
        await his.caught_up()
        assert texts(hers) == ["before", "after the crash"]
        assert texts(his) == ["before"]
        assert his.state is CugState.REMOVED
        assert {member.officer_id for member in hers.members()} == {"SN/diop", "KE/wanjiru"}


class _Died(Exception):
    """The browser is gone, as the test wanted."""


async def _stored_values(person: Person) -> int:
    """How many sealed values lie in the databases of this browser."""
    count: int = await person.page.evaluate("""async () => {
      const answer = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
      });
      let count = 0;
      for (const {name} of await indexedDB.databases()) {
        const database = await answer(indexedDB.open(name));
        if (database.objectStoreNames.contains("value")) {
          count += await answer(database.transaction("value").objectStore("value").count());
        }
        database.close();
      }
      return count;
    }""")
    return count


def _kill(profile: Path) -> None:
    """`kill -9` to every process of the browser with this profile, and to no other."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if f"--user-data-dir={profile}" in " ".join(process.cmdline()):
                process.send_signal(signal.SIGKILL)
