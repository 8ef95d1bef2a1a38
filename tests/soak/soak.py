"""Clients write, read, commit and reconnect under faults; after each round everything must be there, once and in order.

round:  bursts of faults, while everybody talks and the witness holds what clients read against the store
        after each burst: how long until everybody is live again
        then silence: all is flushed, and every view of the round is checked against the store
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from cencomm.client.cug import Cug
from cencomm.errors import DomainError
from tests.e2e.world import World, operation
from tests.soak.checking import said_after, seen_differ, states_differ, views_differ
from tests.soak.nemesis import Nemesis
from tests.soak.outcome import Outcome
from tests.soak.stands import Stand, stand
from tests.soak.witness import Store, Witness

NAMES = ("NL/organiser", "KE/otieno", "NL/visser", "KE/mwangi")
OUTSTANDING = 8
COMMIT_SHARE = 0.01
LOOK_SECONDS = 0.25
RECOVERY_LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 180.0
LIVE_AGAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """How long, and how much at once."""

    is_over: Callable[[Outcome], bool]
    """Asked after each round."""
    bursts: int
    """In a round."""
    faults: int
    """In a burst."""
    officers: int = len(NAMES)
    processes: int = 3
    """In the form that has several."""
    longest_fault_seconds: float = 2.0
    pace_seconds: float = 0.0
    """Between two records of one client, about."""
    calm_seconds: float = 0.0
    """In which everybody talks and nothing breaks, after each burst."""
    live_again_within: float = PATIENCE_SECONDS
    """Later is a violation."""


@dataclass
class Talk:
    """What every client said in this round, and whether they may go on."""

    cugs: Mapping[str, Cug]
    operations: Counter[str]
    violations: list[str]
    sent: dict[str, list[str]] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    spoken: Counter[str] = field(default_factory=Counter)

    async def say(self, name: str) -> str:
        text = f"{name} {self.spoken[name]}"
        self.spoken[name] += 1
        self.sent[name].append(text)
        await self.cugs[name].send_text(text)
        self.operations["records"] += 1
        return text

    async def keep_talking(self, name: str, random: Random, pace_seconds: float) -> None:
        cug = self.cugs[name]
        while not self.stop.is_set():
            if cug.waiting() >= OUTSTANDING:
                await asyncio.sleep(0.01)
            elif random.random() < COMMIT_SHARE:
                await self._commit(name)
            else:
                await self.say(name)
                await asyncio.sleep(random.uniform(0, 2 * pace_seconds))

    async def _commit(self, name: str) -> None:
        try:
            await self.cugs[name].renew()
        except DomainError as error:
            self.violations.append(f"{name} could not commit: {error!r}")
        self.operations["commits"] += 1


async def soak(form: str, folder: Path, plan: Plan, *, seed: int, told: Callable[[str], None] = print) -> Outcome:
    """A whole run of that form (`stands.FORMS`) in an empty folder."""
    outcome, random, began = Outcome(form), Random(seed), time.monotonic()
    async with (
        stand(form, folder, random, plan.processes) as made,
        _people(made, folder, NAMES[: plan.officers]) as cugs,
    ):
        [cug_id] = {cug.id for cug in cugs.values()}
        witness = Witness(Store(made.database_url), cug_id)
        nemesis = Nemesis(made.faults, made.processes, random, plan.longest_fault_seconds)
        talk = Talk(cugs, outcome.operations, outcome.violations)
        while not outcome.rounds or not plan.is_over(outcome):
            if not await _round_ended(plan, nemesis, talk, witness, outcome):
                break
            outcome.seconds = time.monotonic() - began
            told(outcome.line())
        outcome.seconds = time.monotonic() - began
        outcome.faults = nemesis.injected
        doubled = await witness.store.doubled(cug_id)
        if doubled:
            outcome.violations.append(f"{doubled} events are stored twice")
    return outcome


@contextlib.asynccontextmanager
async def _people(made: Stand, folder: Path, names: Sequence[str]) -> AsyncIterator[dict[str, Cug]]:
    async with contextlib.AsyncExitStack() as stack:
        first, *others = [process.server for process in made.processes]
        world = await World.found(folder, first, server_url=made.front)
        for server in others:
            await server.start_async()
        clients = [await stack.enter_async_context(world.officer(name)) for name in names]
        yield dict(zip(names, await operation(*clients), strict=True))


async def _round_ended(plan: Plan, nemesis: Nemesis, talk: Talk, witness: Witness, outcome: Outcome) -> bool:
    """Whether a round came to its end, so that another one can begin."""
    try:
        await _round(plan, nemesis, talk, witness, outcome)
    except (DomainError, TimeoutError) as error:
        outcome.violations += [*nemesis.found, *witness.found, f"the round did not end: {error!r}"]
        return False
    return True


async def _round(plan: Plan, nemesis: Nemesis, talk: Talk, witness: Witness, outcome: Outcome) -> None:
    from_seq = min(cug.last_seq for cug in talk.cugs.values())
    talk.sent = {name: [] for name in talk.cugs}
    talk.stop.clear()
    tasks = [
        asyncio.create_task(talk.keep_talking(name, Random(nemesis.random.random()), plan.pace_seconds))
        for name in talk.cugs
    ]
    watching = asyncio.create_task(_keep_looking(witness, talk))
    try:
        for _ in range(plan.bursts):
            await nemesis.burst(plan.faults)
            outcome.recovery_seconds.append(await _live_again(talk))
            if outcome.recovery_seconds[-1] > plan.live_again_within:
                outcome.violations.append(f"all were live again only after {outcome.recovery_seconds[-1]:.1f} s")
            await asyncio.sleep(plan.calm_seconds)
    finally:
        talk.stop.set()
        await asyncio.gather(*tasks)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await _all_have_everything(talk.cugs)
    await _check(talk, witness, outcome, from_seq)
    outcome.violations += [*nemesis.found, *witness.found]
    nemesis.found.clear()
    witness.found.clear()
    outcome.faults = nemesis.injected
    outcome.rounds += 1
    outcome.memory_mb.append(psutil.Process().memory_info().rss // 1024**2)


async def _keep_looking(witness: Witness, talk: Talk) -> None:
    while True:
        await witness.look(talk.cugs)
        await asyncio.sleep(LOOK_SECONDS)


async def _live_again(talk: Talk) -> float:
    """Seconds until every client has written, and read what every other has written from now on."""
    began = time.monotonic()
    position = {name: cug.last_seq for name, cug in talk.cugs.items()}
    wanted = {await talk.say(name) for name in talk.cugs}
    missing = {name: set(wanted) for name in talk.cugs}
    while any(missing.values()):
        for name, cug in talk.cugs.items():
            for seq, _, text in said_after(cug, position[name]):
                position[name] = seq
                missing[name].discard(text)
        if any(missing.values()):
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise TimeoutError(f"not live again within {PATIENCE_SECONDS} s: {missing}")
            await asyncio.sleep(RECOVERY_LOOK_SECONDS)
    return time.monotonic() - began


async def _all_have_everything(cugs: Mapping[str, Cug]) -> None:
    for cug in cugs.values():
        await cug.flush(PATIENCE_SECONDS)
    last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in cugs.values()])
    for cug in cugs.values():
        await cug.wait_seq(last, PATIENCE_SECONDS)


async def _check(talk: Talk, witness: Witness, outcome: Outcome, from_seq: int) -> None:
    cugs = talk.cugs
    while not await witness.look(cugs):
        await asyncio.sleep(LOOK_SECONDS)
    reader = list(cugs.values())[outcome.rounds % len(cugs)]
    opened, mismatches = await seen_differ(reader, witness, from_seq)
    outcome.violations += [*views_differ(cugs, talk.sent, from_seq), *states_differ(cugs, witness), *mismatches]
    outcome.operations["events read by every client"] += (witness.head.n - from_seq) * len(cugs)
    outcome.operations["heads compared with the store"] += witness.compared
    outcome.operations["`seen` compared with the store"] += opened
    witness.compared = 0
    witness.forget(from_seq)
