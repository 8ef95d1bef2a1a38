"""Tests in a real browser: the built client, served by a real server, used through what stands on the screen.

How to write one:

    pytestmark = pytest.mark.asyncio(loop_scope="session")

    async def test_who_does_what(stage: Stage) -> None:
        async with (
            stage.officer("EG/karim", "ar") as karim,              # at a browser, signed in by his sheet's link
            stage.world.officer("KE/otieno") as otieno,            # on the Python client
        ):
            ...

`stage` is one server for all tests of a module: each test takes officers of its own names and opens a CUG of its own.
A page fails its test on an error on its console, an uncaught error, a stop by the content policy, or an answer or
request of our server that fails; `person.watch.expect("regular expression")` says what a test brings about on purpose.
What the screen showed at a failure lies in build/browser-failures/. Which Chromium is used: tools/chromium.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright

from tests.browser.browsers import playing, started
from tests.browser.building import built_client
from tests.browser.stage import Stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    built_client()
    async with playing() as driver:
        yield driver


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Chromium; each person has a context of his own in it."""
    async with started(playwright, "chromium") as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def firefox(playwright: Playwright) -> AsyncIterator[Browser]:
    """Where Debian's package is installed; else the test is not run, and the summary says so."""
    async with started(playwright, "firefox") as installed:
        yield installed


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(
    playwright: Playwright, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A server with its secretariat, for the tests of one module."""
    made = await Stage.found(playwright, browser, tmp_path_factory.mktemp("stage"))
    try:
        yield made
    finally:
        made.server.kill()
