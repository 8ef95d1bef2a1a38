"""Files at a browser: attached, shown where they are pictures, saved, and harmless whatever they are called."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, expect

from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from tests.browser.person import PATIENCE_MS
from tests.browser.stage import PHONE, Stage
from tests.browser.test_offline import WITHOUT_A_LINE
from tests.e2e.world import messages

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Seal 26"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'taken\'"><script>alert(1)</script></svg>'


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\x80" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_pictures_go_both_ways_and_hostile_files_do_nothing(stage: Stage, tmp_path: Path) -> None:
    async with (
        stage.officer("EG/karim", "ar", PHONE, display_name="كريم") as karim,
        stage.world.officer("FR/moreau") as moreau,
    ):
        cug = await moreau.open_cug(TITLE)
        await cug.admit_all({OfficerId("EG/karim"): Role.OFFICER})
        await karim.enter(TITLE)

        chosen: list[FilePayload] = [
            {"name": "seal.png", "mimeType": "image/png", "buffer": png(40, 30)},
            {"name": "not this one.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
        ]
        karim.watch.expect(*WITHOUT_A_LINE)
        await karim.context.set_offline(True)
        picker = karim.page.locator("input[type=file]")
        await picker.set_input_files(chosen)
        await karim.click("file.remove", file="not this one.pdf")
        await karim.click("room.send")
        await expect(karim.text("file.uploading").first).to_be_visible(timeout=PATIENCE_MS)
        await karim.context.set_offline(False)
        await karim.sees("entry.stored")
        await cug.caught_up()
        [sent] = [item for item in messages(cug) if item.files]
        assert [file.name for file in sent.files] == ["seal.png"]
        assert (await cug.save_file(sent.files[0], tmp_path)).read_bytes() == png(40, 30)

        hostile = tmp_path / "hostile\u202egnp.png"
        hostile.write_bytes(SCRIPT)
        picture = tmp_path / "picture.png"
        picture.write_bytes(png(64, 48))
        await cug.send_files([hostile, picture], "two files")
        await cug.flush()
        entry = karim.entry("two files")
        await entry.get_by_role("button", name=karim.words("file.show", file="picture.png"), exact=True).click()
        shown = entry.get_by_role("img", name=karim.words("file.picture", file="picture.png"))
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)
        await expect(shown).to_have_js_property("naturalWidth", 64)
        await entry.get_by_role("button", name=karim.words("file.show", file="hostilegnp.png"), exact=True).click()
        await karim.sees("file.no_picture")
        await expect(entry.locator("img")).to_have_count(1)
        async with karim.page.expect_download() as coming:
            await entry.get_by_role("button", name=karim.words("file.save", file="hostilegnp.png"), exact=True).click()
        saved = await coming.value
        assert saved.suggested_filename == "hostilegnp.png"
        assert Path(await saved.path()).read_bytes() == SCRIPT
        assert await karim.page.title() != "taken"
