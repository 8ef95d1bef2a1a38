"""Measures the browser client in Chromium, against a real server with officers on the Python client.

python -m tests.bench.browser                        everything
python -m tests.bench.browser --only join --records 2000
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser

from cencomm.client import account
from cencomm.client.api import Client as Officer
from cencomm.client.cug import Cug
from cencomm.client.errors import OfficerUnknown
from cencomm.crypto.enrolment import Sheet
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from tests.bench.crowd import admit_crowd, crowd
from tests.bench.figures import Figure, at_most, below, table, told, write
from tests.bench.page import Client, chromium
from tests.browser.building import built_client
from tests.e2e.world import PASSWORD, World
from tests.servers import RunningServer

ORGANISER = "KE/otieno"
CROWD = 198
"""With the organiser and the joiner: two hundred."""
AT_ONCE = 18
RENEWALS = 30
BURST = 500
RATE = 200
STREAM_SECONDS = 30
SETTLE_SECONDS = 3
LANGUAGES = "Ten kilos found in a container at the quay; the seal was cut, the driver is held. مرفق التقرير. "


class Bench:
    """One deployment, one organiser on the Python client, and browsers that come and go."""

    def __init__(self, world: World, organiser: Officer, browser: Browser, options: argparse.Namespace) -> None:
        self.world = world
        self.organiser = organiser
        self.browser = browser
        self.options = options

    async def invited(self, name: str) -> Sheet:
        administration = name.partition("/")[0]
        await self.world.contact_point(administration)
        async with self.world.signed_in(administration) as ncp:
            return await account.invite(ncp, name, name.partition("/")[2].title())

    async def certify(self, administration: str) -> None:
        """As soon as the browser has asked for it."""
        async with self.world.signed_in(administration) as ncp:
            while not (requests := await account.pending_requests(ncp)):
                await asyncio.sleep(0.05)
            for request in requests:
                await account.certify(ncp, request, PASSWORD)

    async def enrolled(self, name: str) -> tuple[Client, Sheet]:
        """An officer enrolled in a browser of his own, certified and connected."""
        sheet = await self.invited(name)
        client = await Client.open(self.browser, self.world.server_url, f"#sheet={sheet.text()}")
        await client.enter(PASSWORD, 2)
        await client.seen("app")
        await self.certify(name.partition("/")[0])
        await client.page.reload()
        await client.unlock(PASSWORD)
        async with self.world.signed_in(name.partition("/")[0]) as ncp:
            while not (await ncp.api.certificates(name)).officer_certificate:
                await asyncio.sleep(0.05)
        return client, sheet

    async def admit(self, cug: Cug, name: str) -> None:
        """Once his browser has published key packages."""
        while True:
            try:
                return await cug.admit(OfficerId(name), Role.OFFICER)
            except OfficerUnknown:
                await asyncio.sleep(0.1)

    # ------------------------------------------------------------ what is measured

    async def first_load(self) -> list[Figure]:
        loads, starts = [], []
        for _ in range(3):
            client = await Client.open(self.browser, self.world.server_url)
            starts.append(await client.seen("door"))
            loads.append(await client.transferred())
            await client.close()
        return [
            at_most("First load, compressed, without fonts", max(loads) / 1000, "kB", 350),
            below("Interactive, cold, on the loopback", min(starts) / 1000, "s", 1.5),
        ]

    async def big_group(self) -> list[Figure]:
        """10,000 records in the local store: catching up, unlocking, the first screen."""
        client, _ = await self.enrolled("FR/martin")
        cug = await self.organiser.open_cug("Operation Ocean", operation_code="OO26")
        await self.admit(cug, "FR/martin")
        await client.page.wait_for_selector(f'a.group[href="#/group/{cug.id.hex()}"]')
        began = time.monotonic()
        await _send(cug, self.options.records)
        sent = time.monotonic() - began
        last = cug.last_seq
        await client.stored(cug.id.hex(), last)
        caught_up = time.monotonic() - began
        clicks, unlocks = [], []
        for _ in range(3):
            await client.page.goto("about:blank")
            await client.page.goto(f"{self.world.server_url}/#/")
            await client.unlock(PASSWORD)
            clicks.append(await client.first_screen(cug.id.hex()))
            await client.page.goto("about:blank")
            await client.page.goto(f"{self.world.server_url}/#/group/{cug.id.hex()}")
            await client.unlock(PASSWORD)
            unlocks.append(await client.seen("entry") - await client.seen("app"))
        await client.close()
        return [
            below(f"First screen of {self.options.records:,} records, from the click", min(clicks), "ms", 300),
            below(f"First screen of {self.options.records:,} records, from unlocking", min(unlocks), "ms", 300),
            told(f"{self.options.records:,} records sent by Python and stored in the browser", caught_up, "s"),
            told(f"{self.options.records:,} records sent by Python and acknowledged", sent, "s"),
        ]

    async def stream(self) -> list[Figure]:
        """200 records a second for 30 s while the page shows the group."""
        client, _ = await self.enrolled("BR/silva")
        cug = await self.organiser.open_cug("Operation River")
        await self.admit(cug, "BR/silva")
        await client.first_screen(cug.id.hex())
        await _paced(cug, RATE, SETTLE_SECONDS)
        await client.stored(cug.id.hex(), cug.last_seq)
        before = await client.memory()
        await client.watch_frames()
        took = await _paced(cug, RATE, STREAM_SECONDS)
        await client.stored(cug.id.hex(), cug.last_seq)
        frames = await client.frames()
        growth = await client.memory() - before
        await client.close()
        return [
            at_most("Longest frame at 200 records/s for 30 s", frames["longest"], "ms", 100),
            told("Longest task of the page meanwhile", frames["tasks"], "ms"),
            told("Records a second sent", RATE * STREAM_SECONDS / took, "/s"),
            at_most("Memory of page and worker, growth over 6,000 records", growth, "MB", 10),
            told("Memory of page and worker before", before, "MB"),
        ]

    async def join(self) -> list[Figure]:
        """A CUG of 200 with a past: epochs and records before the joiner came."""
        welcomed, sheet = await self.enrolled("PT/costa")
        cug = await self.organiser.open_cug("Operation Tiger", operation_code="OT26")
        await admit_crowd(cug, await crowd(self.world, self.organiser, CROWD), AT_ONCE)
        for _ in range(RENEWALS):
            await cug.renew()
            await _send(cug, self.options.past // RENEWALS)
        await welcomed.enter_when_told()
        await welcomed.page.evaluate("benchForget()")
        await cug.admit(OfficerId("PT/costa"), Role.OFFICER)
        admitted = time.time() * 1000
        await cug.send_text("Welcome. Ten kilos so far; the next container is opened at noon.")
        by_welcome = await welcomed.time_of("said")
        await welcomed.stored(cug.id.hex(), cug.last_seq)
        replayed = time.time() * 1000
        await asyncio.sleep(3)  # his keys go into the vault a second after they are known
        second = await Client.open(self.browser, self.world.server_url, f"#sheet={sheet.text()}")
        await second.enter(PASSWORD, 1)
        opened = await second.time_of("app")
        await second.enter_when_told()
        from_outside = await second.time_of("said")
        await welcomed.close()
        await second.close()
        return [
            below("Join a CUG of 200 by Welcome, to the first readable record", (by_welcome - admitted) / 1000, "s", 1),
            told("The same, until the whole past is verified", (replayed - admitted) / 1000, "s"),
            below(
                "Join a CUG of 200 on a new device, to the first readable record",
                (from_outside - opened) / 1000,
                "s",
                1,
            ),
        ]


async def _send(cug: Cug, count: int) -> None:
    for start in range(0, count, BURST):
        for number in range(start, min(count, start + BURST)):
            await cug.send_text(f"{number} {LANGUAGES}")
        await cug.flush()


async def _paced(cug: Cug, rate: int, seconds: float) -> float:
    """So many records a second; gives how long it took until the last was acknowledged."""
    began = time.monotonic()
    sent = 0
    while sent < rate * seconds:
        due = int((time.monotonic() - began) * rate) + 1
        for _ in range(min(due, int(rate * seconds)) - sent):
            await cug.send_text(f"{sent} {LANGUAGES}")
            sent += 1
        await asyncio.sleep(0.005)
    await cug.flush()
    return time.monotonic() - began


PARTS: dict[str, Callable[[Bench], Awaitable[list[Figure]]]] = {
    "load": Bench.first_load,
    "big": Bench.big_group,
    "stream": Bench.stream,
    "join": Bench.join,
}


async def measure(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="cencomm-bench-") as folder:
        server = RunningServer(Path(folder) / "server", f"sqlite:///{folder}/cencomm.sqlite3")
        try:
            world = await World.found(Path(folder), server)
            async with world.officer(ORGANISER) as organiser, chromium() as browser:
                bench = Bench(world, organiser, browser, options)
                for name in options.only or PARTS:
                    figures += await PARTS[name](bench)
        finally:
            if server.is_running:
                server.kill()
    return figures


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    made.add_argument("--records", type=int, default=10_000, help="records of the big group")
    made.add_argument("--past", type=int, default=3_000, help="records before the joiner")
    return made


def main() -> None:
    built_client()
    figures = asyncio.run(measure(parser().parse_args()))
    write(figures)
    print(table(figures))


if __name__ == "__main__":
    main()
