"""A sheet on paper before the camera: nothing is typed but the password."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from playwright.async_api import expect

from tests.browser.person import NEW_DEVICE, PATIENCE_MS
from tests.browser.stage import PHONE, Stage
from tests.e2e.world import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH, HEIGHT = 1280, 720
PAPER, INK, GREY = b"\xeb", b"\x10", b"\x80"


def film(text: str) -> bytes:
    """One picture of the code of `text`, as a camera sees it, in the YUV4MPEG2 form (4:2:0) that Chromium plays."""
    modules = [bytes(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    size = min(WIDTH, HEIGHT) // len(modules)
    rows = []
    for row in modules:
        drawn = b"".join((INK if dark else PAPER) * size for dark in row)
        margin = (WIDTH - len(drawn)) // 2
        rows += [PAPER * margin + drawn + PAPER * (WIDTH - margin - len(drawn))] * size
    blank = PAPER * WIDTH
    above = (HEIGHT - len(rows)) // 2
    luma = b"".join([blank] * above + rows + [blank] * (HEIGHT - above - len(rows)))
    colour = GREY * (WIDTH // 2 * (HEIGHT // 2))
    return f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\nFRAME\n".encode() + luma + colour * 2


async def test_a_sheet_before_the_camera_signs_in(stage: Stage, tmp_path: Path) -> None:
    await stage.enrol("KE/wanjiru")
    seen = tmp_path / "sheet.y4m"
    seen.write_bytes(film(stage.sheet("KE/wanjiru")))
    camera = (
        "--use-fake-ui-for-media-stream",  # a browser without windows cannot ask for leave, even where it is given
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={seen}",
    )
    async with stage.at_browser(
        "KE/wanjiru", "en", PHONE, profile=tmp_path / "profile", arguments=camera, permissions=["camera"]
    ) as wanjiru:
        wanjiru.watch.expect(*NEW_DEVICE)
        await wanjiru.open()
        await wanjiru.click("gate.begin")
        await wanjiru.click("gate.scan")
        await wanjiru.sees("gate.way_device")
        await wanjiru.field("gate.password").fill(PASSWORD)
        await wanjiru.click("gate.do_device")
        await wanjiru.is_in()


async def test_without_a_camera_one_is_told_and_can_type(stage: Stage) -> None:
    await stage.enrol("FR/moreau")
    async with stage.at_browser("FR/moreau", "en", PHONE) as moreau:
        await moreau.open()
        await moreau.click("gate.begin")
        await moreau.click("gate.scan")
        await expect(moreau.page.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)
        await moreau.field("gate.sheet_text").fill(stage.sheet("FR/moreau"))
        await moreau.click("gate.continue")
        await moreau.sees("gate.way_device")
