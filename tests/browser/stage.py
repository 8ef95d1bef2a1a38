"""One real server with people on it, and a browser: what the tests of a module share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright

from cencomm.client import account
from tests.browser.browsers import Watch, chromium_or_say
from tests.browser.building import ROOT
from tests.browser.person import Person
from tests.e2e.world import PASSWORD, World
from tests.servers import RunningServer
from tools.chromium import ARGUMENTS

PHONE = {"width": 360, "height": 780}
DESK = {"width": 1280, "height": 900}
FAILURES = ROOT / "build" / "browser-failures"
_REGIONS = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU", "ar": "ar-EG", "pt": "pt-PT"}
TIMEOUT_MS = 20_000


@dataclass
class Stage:
    """`world` enrols people and has their sheets; those at a browser come from `person`."""

    playwright: Playwright
    browser: Browser
    server: RunningServer
    world: World

    @classmethod
    async def found(cls, playwright: Playwright, browser: Browser, folder: Path, **environment: str) -> Stage:
        """A new deployment on a running server, with its secretariat; `environment` is the server's."""
        server = RunningServer(folder / "server", f"sqlite:///{folder / 'cencomm.sqlite3'}", environment=environment)
        return cls(playwright, browser, server, await World.found(folder, server))

    # ------------------------------------------------------------ accounts

    async def invite(self, name: str, display_name: str) -> str:
        """The sheet of an officer who will enrol in the browser."""
        administration = name.partition("/")[0]
        await self.world.contact_point(administration)
        async with self.world.signed_in(administration) as ncp:
            sheet = await account.invite(ncp, name, display_name)
        self.world.sheets[name] = sheet
        return sheet.text()

    async def certify(self, administration: str) -> None:
        """The contact point certifies everybody who waits for it."""
        async with self.world.signed_in(administration) as ncp:
            for request in await account.pending_requests(ncp):
                await account.certify(ncp, request, PASSWORD)

    async def enrol(self, name: str, display_name: str = "") -> None:
        """An officer, enrolled on the Python client and certified, who has signed in there once."""
        await self.world.enrol_officer(name, display_name)
        async with self.world.signed_in(name):
            pass

    def sheet(self, name: str, through: str = "") -> str:
        """`through`: another address at which the sheet says that the server is."""
        sheet = self.world.sheets[name]
        return replace(sheet, server_url=through or sheet.server_url).text()

    # ------------------------------------------------------------ people at browsers

    @contextlib.asynccontextmanager
    async def at_browser(
        self,
        name: str,
        language: str,
        size: dict[str, int] = DESK,
        *,
        profile: Path | None = None,
        arguments: Sequence[str] = (),
        through: str = "",
        **options: Any,
    ) -> AsyncIterator[Person]:
        """A browser profile of its own, with nothing open yet; where `profile` is given, on disk and in a browser of
        its own, which may have further `arguments`.

        `through` is the address of a proxy that stands for the server.

        At the end the test fails if anything went wrong on the pages that `person.watch` was not told to expect.
        """
        options = {"locale": _REGIONS[language], "viewport": size, "timezone_id": "Europe/Paris", **options}
        async with self._context(profile, arguments, options) as context:
            context.set_default_timeout(TIMEOUT_MS)
            url = through or self.server.url
            watch = Watch(url)
            await watch.over(context)
            page = context.pages[0] if context.pages else await context.new_page()
            person = Person(name, language, url, context, page, watch)
            try:
                yield person
            except BaseException as error:
                await _picture(person)
                for line in watch.seen:
                    error.add_note(f"{name}: {line}")
                raise
        watch.check()

    @contextlib.asynccontextmanager
    async def officer(
        self,
        name: str,
        language: str,
        size: dict[str, int] = DESK,
        *,
        display_name: str = "",
        through: str = "",
        **options: Any,
    ) -> AsyncIterator[Person]:
        """An officer, enrolled and certified, who has just signed in at a browser by the link of his sheet."""
        if name not in self.world.sheets:
            await self.enrol(name, display_name)
        async with self.at_browser(name, language, size, through=through, **options) as person:
            await person.add_device(self.sheet(name, through))
            await person.sees("line.online")
            yield person

    @contextlib.asynccontextmanager
    async def _context(
        self, profile: Path | None, arguments: Sequence[str], options: dict[str, Any]
    ) -> AsyncIterator[BrowserContext]:
        if profile is None:
            context = await self.browser.new_context(**options)
        else:
            context = await self.playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium_or_say(), args=[*ARGUMENTS, *arguments], **options
            )
        try:
            yield context
        finally:
            await context.close()


async def _picture(person: Person) -> None:
    """What the screen showed when the test failed, into build/browser-failures/."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(person.context.pages):
        name = re.sub(r"\W+", "-", f"{person.account} {number}")
        with contextlib.suppress(Exception):
            await page.screenshot(path=FAILURES / f"{name}.png")
