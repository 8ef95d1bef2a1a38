"""Measures the browser's MLS beside npm `ts-mls`: the same scenario in suite 0x0001, in the same Chromium.

python -m tests.bench.mls
"""

from __future__ import annotations

import asyncio
import mimetypes
import subprocess
import sys

from playwright.async_api import Route

from tests.bench.figures import ROOT, Figure, no_slower, table, write
from tests.bench.page import chromium

MEMBERS = 200
RUNS = 3
PAGE = ROOT / "build" / "bench-page"
ADDRESS = "http://localhost/"
"""Nothing listens there: the page's files are handed to it, and only a secure origin has WebCrypto."""

_STEPS = {
    "key packages": "make 199 key packages",
    "admit": "create the group by one commit",
    "join": "join by Welcome",
    "first commit": "first commit with a path",
    "process it": "process the first commit",
    "next commit": "commit with a path",
    "process it next": "process a commit",
    "remove": "commit a removal",
    "process removal": "process a removal",
}


async def measure() -> list[Figure]:
    npm = [sys.executable, str(ROOT / "tools" / "npm.py")]
    build = ["exec", "--", "vite", "build", "--config", "test/bench/vite.config.ts", "--logLevel", "warn"]
    subprocess.run([*npm, *build], check=True)
    async with chromium() as browser:
        page = await browser.new_page()
        await page.route(f"{ADDRESS}**", _answer)
        await page.goto(ADDRESS)
        await page.wait_for_function("() => globalThis.benchCompare !== undefined")
        found = await page.evaluate("([members, runs]) => benchCompare(members, runs)", [MEMBERS, RUNS])
    ours, theirs = found["ours"], found["theirs"]
    return [
        no_slower(f"MLS, n = {MEMBERS}: {said}", ours[step], "ms", theirs[step], "ts-mls")
        for step, said in _STEPS.items()
    ]


async def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(ADDRESS) or "index.html"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    await route.fulfill(body=(PAGE / name).read_bytes(), content_type=kind)


def main() -> None:
    figures = asyncio.run(measure())
    write(figures)
    print(table(figures))


if __name__ == "__main__":
    main()
