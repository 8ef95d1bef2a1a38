"""The pages of the CEN core in a real browser: used with scripts switched off, and without a finding of axe.

Every language sees one page on a phone; between them every page is looked at.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect

from cen_core import demo
from cen_core.edge.deployment import Place, opened, running
from cencomm.bulk.core_tables import CoreTables
from cencomm.crypto.primitives import Secret, argon2id
from cencomm.i18n import LANGUAGES
from tests.browser.axe import violations
from tests.browser.person import PATIENCE_MS
from tests.browser.stage import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "seven calm herons"
PAGES = (
    ("cases/new", "notices", "pictures"),
    ("statistics?by=heading&then=country", "notice?in=all", "pictures/new"),
    ("people", "trends", "quality", "notices/new", "pictures/albums"),
    ("search", "notices/worklist", "saved", "picture"),
    ("case", "uploads", "notice/history"),
    ("case/history", "notice/amend", "notices/feeds", "forum", "proposal", "picture/marks", "picture?zoom=2"),
)
"""For each language. `case`, `notice`, `proposal` and `picture` are the first of their lists."""


def _quick(password: bytes, salt: bytes, *, ops_limit: int, memory_bytes: int, length: int) -> Secret:
    """The same function with the least work that it takes."""
    assert ops_limit and memory_bytes
    return argon2id(password, salt, ops_limit=1, memory_bytes=8 * 1024, length=length)


@asynccontextmanager
async def _served(folder: Path) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        place = Place(folder, "sqlite:///unused", address, behind_tls=False)
        async with opened(place, _quick) as (core, people):
            await demo.fill(core, people, PASSWORD, datetime.now(UTC).date())
        async with running(place, _quick, CoreTables()) as app:
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield f"{address}/cen"
            finally:
                server.should_exit = True
                await task


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cen(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with _served(tmp_path_factory.mktemp("cen")) as address:
        yield address


async def _signs_in(page: Page, cen: str, officer: str) -> None:
    await page.goto(f"{cen}/sign-in?officer={officer}")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.wait_for_url("**/cen/search")


async def _address(page: Page, cen: str, wanted: str) -> str:
    first = (
        ("case", "cases", "table a"),
        ("notice", "notices?owner=KE", ".notices a"),
        ("proposal", "forum", ".notices a"),
        ("picture", "pictures?member=KE", ".pictures a"),
    )
    for name, listed, link in first:
        if wanted in {name, f"{name}?in=all", f"{name}?zoom=2"} or wanted.startswith(f"{name}/"):
            await page.goto(f"{cen}/{listed}")
            found = await page.locator(link).first.get_attribute("href")
            return f"{cen}{str(found).removeprefix('/cen')}{wanted.removeprefix(name)}"
    return f"{cen}/{wanted}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_are_accessible_on_a_phone(browser: Browser, cen: str, language: str) -> None:
    context = await browser.new_context(locale=language, viewport={"width": PHONE["width"], "height": PHONE["height"]})
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text))
        await _signs_in(page, cen, "KE/ncp")
        await expect(page.locator(f"html[lang={language}]")).to_be_attached(timeout=PATIENCE_MS)
        for name in PAGES[LANGUAGES.index(language)]:
            await page.goto(await _address(page, cen, name))
            assert [*problems, *(await violations(page))] == []
    finally:
        await context.close()


async def test_a_case_goes_from_entry_to_everybody_without_a_script(browser: Browser, cen: str) -> None:
    context = await browser.new_context(locale="en", java_script_enabled=False)
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        await _signs_in(page, cen, "KE/analyst")
        await page.goto(f"{cen}/cases/new")
        await page.get_by_label("Date of detection").fill("2024-05-06")
        for label, word in (
            ("Kind of place", "Sea port"),
            ("Direction", "Import"),
            ("Country of departure", "Ecuador"),
            ("Country of destination", "Kenya"),
            ("Mode of transport", "Maritime"),
            ("Traffic", "Commercial cargo"),
            ("How selected", "Routine control"),
        ):
            await page.get_by_label(label).select_option(label=word)
        await page.locator("#goods-0-product").select_option("drugs:cocaine")
        await page.get_by_role("button", name="Submit for validation").click()
        await expect(page.get_by_role("alert")).to_contain_text("is missing", timeout=PATIENCE_MS)
        await page.locator("#goods-0-quantity").fill("4321")
        await page.locator("#goods-0-unit").select_option("KGM")
        await page.get_by_role("button", name="Submit for validation").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("4,321 kg", timeout=PATIENCE_MS)
        case = page.url
        await page.get_by_role("button", name="Sign out").click()
        await _signs_in(page, cen, "KE/ncp")
        await page.goto(case)
        await page.get_by_role("button", name="Validate").click()
        await expect(page.locator("main")).to_contain_text("Validated", timeout=PATIENCE_MS)
        await page.get_by_role("button", name="Sign out").click()
        await _signs_in(page, cen, "FR/analyst")
        await page.get_by_role("searchbox").fill("cocaine")
        await page.locator("input[name=quantity_min]").fill("4321")
        await page.locator("select[name=quantity_unit]").select_option("KGM")
        await page.get_by_role("button", name="Apply the conditions").click()
        await expect(page.locator("main")).to_contain_text("Seizures: 1", timeout=PATIENCE_MS)
        await page.locator("table a").first.click()
        await expect(page.locator("main")).not_to_contain_text("KE/analyst", timeout=PATIENCE_MS)
    finally:
        await context.close()
