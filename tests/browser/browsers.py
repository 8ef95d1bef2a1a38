"""Browsers that are really installed, started without a window, and what a page may never do."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    Request,
    Response,
    async_playwright,
)

from tools.chromium import ARGUMENTS, NoChromium, chromium

FIREFOX = Path("/usr/bin/firefox-esr")
"""Debian's; Playwright speaks WebDriver BiDi with it."""

CONTENT_POLICY = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`content policy: ${event.violatedDirective} stopped ${event.blockedURI}`);
});"""
_NAVIGATED_AWAY = re.compile("net::ERR_ABORTED|NS_BINDING_ABORTED")


@contextlib.asynccontextmanager
async def playing() -> AsyncIterator[Playwright]:
    """Playwright's own driver, which needs no Node beside it."""
    async with async_playwright() as playwright:
        yield playwright


def chromium_or_say() -> Path:
    """Chromium's program; without one a run fails in CI and says elsewhere what it did not run."""
    try:
        return chromium()
    except NoChromium as missing:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"no Chromium: {missing}")
        pytest.skip(f"no Chromium: {missing}")


@contextlib.asynccontextmanager
async def started(playwright: Playwright, name: str) -> AsyncIterator[Browser]:
    """`chromium` or `firefox`, until the block ends."""
    if name == "chromium":
        browser = await playwright.chromium.launch(executable_path=chromium_or_say(), args=ARGUMENTS)
    else:
        if not FIREFOX.exists():
            pytest.skip("no Firefox: apt install firefox-esr")
        browser = await playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
    try:
        yield browser
    finally:
        await browser.close()


@dataclass
class Watch:
    """Everything that went wrong on the pages of a context, and is not among what the test expects."""

    origin: str
    expected: list[re.Pattern[str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def over(self, context: BrowserContext) -> None:
        await context.add_init_script(CONTENT_POLICY)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expect(self, *patterns: str) -> None:
        """From now on, what matches one of these regular expressions is no fault."""
        self.expected += [re.compile(pattern) for pattern in patterns]

    def check(self) -> None:
        assert not self.seen, "\n".join(self.seen)

    def _note(self, what: str) -> None:
        if not any(pattern.search(what) for pattern in self.expected):
            self.seen.append(what)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self._note(f"asked another origin: {request.method} {request.url}")

    def _failed(self, request: Request) -> None:
        if request.url.startswith(self.origin) and not _NAVIGATED_AWAY.search(request.failure or ""):
            self._note(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.url.startswith(self.origin) and response.status >= 400:
            self._note(f"answer {response.status}: {response.request.method} {response.url}")
