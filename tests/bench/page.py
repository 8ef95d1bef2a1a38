"""One page of the built client in Chromium, as the measurements drive it; nothing here waits longer than it must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Worker, async_playwright

from tools.chromium import ARGUMENTS
from tools.chromium import chromium as find_chromium

_ARGUMENTS = (
    *ARGUMENTS,
    "--enable-blink-features=ForceEagerMeasureMemory",  # a memory figure at once, after a collection
)
_PATIENCE_MS = 120_000
_FIELDS = "(times) => document.querySelectorAll('input[type=password]').length === times"

_WATCH = """
(() => {
  const seen = (globalThis.benchSeen = {});
  const marks = { door: ".door", app: ".app", entry: ".log .entry[data-seq]", said: ".log .entry .say" };
  const look = () => {
    for (const [name, selector] of Object.entries(marks)) {
      if (seen[name] === undefined && document.querySelector(selector) !== null) seen[name] = performance.now();
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const heads = (globalThis.benchHeads = {});
  new BroadcastChannel("cencomm").addEventListener("message", ({ data }) => {
    if (data.type === "event" && data.event.type === "cug") heads[data.event.cug.id] = data.event.cug.lastSeq;
  });
  globalThis.benchForget = () => { for (const name of Object.keys(seen)) delete seen[name]; };
})();
"""
"""Notes when a part of the page first stands there, and how far the worker is with each group."""

_FIRST_SCREEN = """
async (cug) => {
  benchForget();
  const began = performance.now();
  document.querySelector(`a.group[href="#/group/${cug}"]`).click();
  while (benchSeen.entry === undefined) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - began;
}
"""

_FRAMES = """
() => {
  const frames = (globalThis.benchFrames = { longest: 0, tasks: 0, count: 0 });
  let last = performance.now();
  const tick = (now) => {
    frames.longest = Math.max(frames.longest, now - last);
    frames.count++;
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) frames.tasks = Math.max(frames.tasks, task.duration);
  }).observe({ type: "longtask" });
}
"""

_ENTER_WHEN_TOLD = """
() => {
  const listed = document.querySelector("a.group");
  if (listed !== null) return listed.click();
  new BroadcastChannel("cencomm").addEventListener("message", ({ data }) => {
    const told = data.type === "event" && data.event.type === "cug";
    if (told && location.hash.length < 3) location.hash = `#/group/${data.event.cug.id}`;
  });
}
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Client:
    """A browser of its own: profile, cache and worker are nobody else's."""

    context: BrowserContext
    page: Page
    url: str

    @classmethod
    async def open(cls, browser: Browser, url: str, fragment: str = "") -> Client:
        context = await browser.new_context(locale="en-GB")
        context.set_default_timeout(_PATIENCE_MS)
        await context.add_init_script(_WATCH)
        client = cls(context, await context.new_page(), url)
        await client.page.goto(f"{url}/{fragment}")
        return client

    async def seen(self, mark: str) -> float:
        """When that part of the page first stood there, in milliseconds since the navigation began."""
        await self.page.wait_for_function("(name) => benchSeen[name] !== undefined", arg=mark)
        return float(await self.page.evaluate("(name) => benchSeen[name]", mark))

    async def transferred(self) -> int:
        """Bytes over the line so far, without fonts: the page, what it asked for, and what its worker asked for."""
        total = 0
        places: list[Page | Worker] = [self.page, *self.page.workers]
        for place in places:
            entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            sizes = await place.evaluate(f"{entries}.map(({{ name, transferSize }}) => [name, transferSize])")
            total += sum(size for name, size in sizes if not name.endswith(".woff2"))
        return total

    async def enter(self, password: str, times: int) -> None:
        """Through the door with the sheet in the link; a new password is typed twice."""
        fields = self.page.locator("input[type=password]")
        await self.page.wait_for_function(_FIELDS, arg=times)
        for field in await fields.all():
            await field.fill(password)
        await self.page.locator("button[type=submit]").click()

    async def unlock(self, password: str) -> None:
        await self.seen("door")
        await self.page.locator("input[type=password]").fill(password)
        await self.page.locator("button[type=submit]").click()
        await self.seen("app")

    async def first_screen(self, cug: str) -> float:
        """From the click on a group in the list until its newest entries are painted, in milliseconds."""
        await self.page.wait_for_selector(f'a.group[href="#/group/{cug}"]')
        return float(await self.page.evaluate(_FIRST_SCREEN, cug))

    async def enter_when_told(self) -> None:
        await self.page.evaluate(_ENTER_WHEN_TOLD)

    async def stored(self, cug: str, seq: int) -> None:
        """Wait until the browser has event `seq` of the group."""
        await self.page.wait_for_function("([cug, seq]) => (benchHeads[cug] ?? 0) >= seq", arg=[cug, seq])

    async def watch_frames(self) -> None:
        await self.page.evaluate(_FRAMES)

    async def frames(self) -> dict[str, float]:
        return dict(await self.page.evaluate("() => benchFrames"))

    async def memory(self) -> float:
        """What page and worker hold after a collection, in megabytes."""
        measured: Any = await self.page.evaluate("() => performance.measureUserAgentSpecificMemory()")
        return float(measured["bytes"]) / 1e6

    async def time_of(self, mark: str) -> float:
        """As `seen`, in milliseconds since 1970."""
        await self.seen(mark)
        return float(await self.page.evaluate("(name) => performance.timeOrigin + benchSeen[name]", mark))

    async def close(self) -> None:
        await self.context.close()
