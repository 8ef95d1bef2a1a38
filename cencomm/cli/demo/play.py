"""The operation itself: officers report while members come and go, and what each may read is checked.

all          submit their forms at the same time and chat beside it in six languages
one third    one officer is removed: his client must open nothing that came after
one half     one officer joins late: he must read what the history policy says (here: everything)
two thirds   one officer goes on from a new device: it must read what the old one could
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.cli.demo.cast import PASSWORD, Cast, at_once
from cencomm.cli.demo.checks import readable_forms, removed_at, removed_opens_nothing
from cencomm.cli.demo.wanted import Wanted
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.extraction import Extracted, extract
from cencomm.client.verify import Verdict, verify
from cencomm.crypto.group_context import History, Role
from cencomm.ids import CugId, OfficerId, administration_of
from cencomm.templates_forms.model import Template

TITLE = "Operation Demonstration"
CODE = "DEMO"
NEW_DEVICE = "tablet"
FRESH_DEVICE = "archive"
OUTSTANDING = 24
"""Forms that one officer has on the way at a time."""
_PATIENCE_SECONDS = 900.0
_LOOK_SECONDS = 0.05
_CHAT_EVERY = 50
_EXPECTED_ALARMS = frozenset({"not_confirmed"})
"""Said of every join by external commit until somebody else has written."""

CHAT = (
    ("en", "Container ship expected at berth 7 tonight; who has the manifest?"),
    ("fr", "Le manifeste est arrivé. Deux conteneurs à contrôler en priorité."),
    ("es", "Recibido. ¿Alguien conoce al consignatario de la segunda declaración?"),
    ("ru", "Этот получатель встречался в нашей сводке за прошлый месяц."),
    ("ar", "لدينا سجل سابق لهذا المرسل إليه، سنرسل التفاصيل فورًا."),
    ("pt", "Obrigado. Vamos reter a carga até à resposta do laboratório."),
)

Tell = Callable[[str], None]
Count = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Roles:
    """Who does what, beside reporting."""

    organiser: OfficerId
    reporters: tuple[OfficerId, ...]
    """One for each administration; he submits its records."""
    leaver: OfficerId
    latecomer: OfficerId
    mover: OfficerId
    """One of the reporters."""

    @property
    def everybody(self) -> list[tuple[OfficerId, str]]:
        special = {
            self.organiser: "N. Organiser",
            self.leaver: "R. Removed",
            self.latecomer: "L. Latecomer",
        }
        named = [(officer, f"Officer {administration_of(officer)}") for officer in self.reporters]
        return [*special.items(), *named]


def cast_roles(administrations: Sequence[str]) -> Roles:
    """At least three administrations; the first hosts the organiser."""
    reporters = tuple(OfficerId(f"{name}/officer") for name in administrations)
    return Roles(
        organiser=OfficerId(f"{administrations[0]}/organiser"),
        reporters=reporters,
        leaver=OfficerId(f"{administrations[1]}/removed"),
        latecomer=OfficerId(f"{administrations[2]}/latecomer"),
        mover=reporters[-1],
    )


@dataclass(slots=True)
class Outcome:
    """What happened, for the comparison and the report."""

    sent: dict[bytes, Wanted] = field(default_factory=dict)
    messages: int = 0
    wrong: list[str] = field(default_factory=list)
    """Checks that did not hold, each as a sentence."""
    checks: list[str] = field(default_factory=list)
    """Checks that held."""
    extracted: Extracted | None = None
    verdict: Verdict | None = None

    def check(self, holds: bool, says: str) -> None:
        (self.checks if holds else self.wrong).append(says)


class Play:
    """One operation from opening to extraction."""

    def __init__(
        self,
        cast: Cast,
        roles: Roles,
        wanted: Sequence[Wanted],
        template: Template,
        tell: Tell,
        *,
        all_stay: bool = False,
    ) -> None:
        """`all_stay`: nobody signs off before the end, so that any further device of anybody can read everything."""
        self.outcome = Outcome()
        self.cug_id: CugId | None = None
        self._cast = cast
        self._roles = roles
        self._template = template
        self._tell = tell
        self._all_stay = all_stay
        self._waiting: dict[OfficerId, list[Wanted]] = {officer: [] for officer in roles.reporters}
        for each in wanted:
            self._waiting[OfficerId(f"{each.administration}/officer")].append(each)
        self._total = len(wanted)
        self._clients: dict[OfficerId, Client] = {}
        self._lines: dict[OfficerId, AsyncExitStack] = {}
        """What signs an officer off."""
        self._signed_off: list[OfficerId] = []
        self._alarms: set[str] = set()
        self._cugs: dict[OfficerId, Cug] = {}
        self._sent_third, self._sent_half, self._sent_two_thirds = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(self, on_sent: Count) -> None:
        """Play it; leaves every client disconnected."""
        try:
            await self._connect_all()
            self._tell(f"{len(self._clients)} officers are connected, each on a client of his own")
            organiser = await self._open()
            await at_once([self._join(self._clients[officer], officer) for officer in self._first])
            self._tell(f"{len(self._cugs)} officers are in the group")
            async with asyncio.TaskGroup() as group:
                for officer in self._roles.reporters:
                    group.create_task(self._report(officer, on_sent))
                group.create_task(self._chat())
                group.create_task(self._events(organiser))
            await organiser.flush(_PATIENCE_SECONDS)
            await self._checks(organiser)
        finally:
            for line in self._lines.values():
                await line.aclose()

    # ------------------------------------------------------------ opening

    @property
    def _first(self) -> list[OfficerId]:
        """Who is admitted at the beginning."""
        return [*self._roles.reporters, self._roles.leaver]

    async def _connect_all(self) -> None:
        await at_once([self._connect(officer, "laptop") for officer, _ in self._roles.everybody])

    async def _connect(self, officer: OfficerId, device: str) -> None:
        """Bring an officer's device on line, until the play ends or he signs off."""
        line = self._lines.setdefault(officer, AsyncExitStack())
        self._clients[officer] = await line.enter_async_context(self._cast.connected(officer, device))

    async def _open(self) -> Cug:
        client = self._clients[self._roles.organiser]
        cug = await client.open_cug(TITLE, operation_code=CODE, history=History.FULL, templates=[self._template])
        self.cug_id = cug.id
        self._cugs[self._roles.organiser] = cug
        await cug.admit_all(dict.fromkeys(self._first, Role.OFFICER))
        self._tell(f"{self._roles.organiser} opened {TITLE} and admitted {len(self._first)} officers")
        return cug

    async def _join(self, client: Client, officer: OfficerId) -> None:
        cug = await client.wait_for_cug(self.cug_id, _PATIENCE_SECONDS)
        while self._template not in cug.templates():
            await cug.caught_up(_PATIENCE_SECONDS)
            await asyncio.sleep(_LOOK_SECONDS)
        self._cugs[officer] = cug

    # ------------------------------------------------------------ reporting

    async def _report(self, officer: OfficerId, on_sent: Count) -> None:
        """Submit the officer's records one after the other, on whatever device he is on; then sign off."""
        for wanted in self._waiting[officer]:
            cug = self._cugs[officer]
            while cug.waiting() >= OUTSTANDING:
                await asyncio.sleep(_LOOK_SECONDS)
                cug = self._cugs[officer]
            self.outcome.sent[await cug.submit(self._template.hash, wanted.answers)] = wanted
            on_sent(1)
            self._mark()
            await asyncio.sleep(0)
        await self._cugs[officer].flush(_PATIENCE_SECONDS)
        if officer != self._roles.mover and not self._all_stay:
            await self._sign_off(officer)

    async def _sign_off(self, officer: OfficerId) -> None:
        self._note_alarms(self._cugs.pop(officer))
        self._signed_off.append(officer)
        await self._lines.pop(officer).aclose()

    def _note_alarms(self, cug: Cug) -> None:
        self._alarms |= {alarm.code for alarm in cug.alarms() if alarm.code not in _EXPECTED_ALARMS}

    async def _chat(self) -> None:
        """A line now and then, each officer who is there in turn, in six languages; a few at least."""
        while self.outcome.messages < len(CHAT) or len(self.outcome.sent) < self._total:
            due = len(CHAT) + len(self.outcome.sent) // _CHAT_EVERY
            present = [officer for officer in self._roles.reporters if officer in self._cugs] or [self._roles.organiser]
            if self.outcome.messages < due:
                language, text = CHAT[self.outcome.messages % len(CHAT)]
                await self._cugs[present[self.outcome.messages % len(present)]].send_text(text, language)
                self.outcome.messages += 1
            await asyncio.sleep(_LOOK_SECONDS)

    # ------------------------------------------------------------ coming and going

    async def _events(self, organiser: Cug) -> None:
        await self._sent_third.wait()
        await self._remove(organiser)
        await self._sent_half.wait()
        await self._admit_late(organiser)
        await self._sent_two_thirds.wait()
        await self._move()

    def _mark(self) -> None:
        """Let the next turn of events happen once so many forms are on their way."""
        share = len(self.outcome.sent) / self._total
        for due, event in ((1 / 3, self._sent_third), (1 / 2, self._sent_half), (2 / 3, self._sent_two_thirds)):
            if share >= due:
                event.set()

    async def _remove(self, organiser: Cug) -> None:
        await organiser.remove(self._roles.leaver)
        self._tell(f"{self._roles.leaver} was removed while the others went on")

    async def _admit_late(self, organiser: Cug) -> None:
        officer = self._roles.latecomer
        await organiser.admit(officer, Role.OFFICER)
        await self._join(self._clients[officer], officer)
        self._tell(f"{officer} joined late")

    async def _move(self) -> None:
        """The mover goes on from a new device; what his old one has on the way still arrives."""
        officer = self._roles.mover
        old = self._cugs[officer]
        await self._cast.new_device(officer, NEW_DEVICE)
        await self._connect(officer, NEW_DEVICE)
        await self._join(self._clients[officer], officer)
        await old.flush(_PATIENCE_SECONDS)
        self._note_alarms(old)
        self._tell(f"{officer} went on from a new device")

    # ------------------------------------------------------------ checks

    async def _checks(self, organiser: Cug) -> None:
        last = await organiser.caught_up(_PATIENCE_SECONDS)
        outcome, roles = self.outcome, self._roles
        readers = [
            (roles.latecomer, "joined late and reads everything, as the policy says"),
            (roles.mover, "changed device and reads everything on the new one"),
        ]
        if self._all_stay:
            stayed = (officer for officer in roles.reporters if officer != roles.mover)
            readers += [(officer, "was there all the time and reads everything") for officer in stayed]
        else:
            back = self._signed_off[0]
            await self._connect(back, "laptop")
            await self._join(self._clients[back], back)
            readers.append((back, "came back at the end and reads everything he missed"))
        for officer, says in readers:
            await self._cugs[officer].wait_seq(last, _PATIENCE_SECONDS)
            outcome.check(await self._reads_all(self._cugs[officer], set(outcome.sent)), f"{officer} {says}")
        since = removed_at(organiser, roles.leaver)
        removed, profile = self._cugs[roles.leaver], self._cast.profile(roles.leaver)
        opened, after = await removed_opens_nothing(profile, PASSWORD, removed, organiser, since)
        says = f"{roles.leaver} can open none of the {after} records that came after his removal"
        outcome.check(opened == 0 and after > 0, says)
        for cug in self._cugs.values():
            self._note_alarms(cug)
        says = f"alarms: {', '.join(sorted(self._alarms))}" if self._alarms else "no client raised an alarm"
        outcome.check(not self._alarms, says)

    async def _reads_all(self, cug: Cug, sent: set[bytes]) -> bool:
        """History keys may come a moment later than the last record."""
        for _ in range(int(_PATIENCE_SECONDS / 10)):
            if readable_forms(cug) == sent:
                return True
            await asyncio.sleep(10 * _LOOK_SECONDS)
        return False

    async def extract(self, target: Path, on_progress: Callable[[int, int], None]) -> None:
        """The organiser extracts on a device that was never in the group, and the bundle is verified."""
        await self._cast.new_device(self._roles.organiser, FRESH_DEVICE)
        async with self._cast.connected(self._roles.organiser, FRESH_DEVICE) as client:
            cug = await client.wait_for_cug(self.cug_id, _PATIENCE_SECONDS)
            self.outcome.extracted = await extract(client, cug, target, PASSWORD, on_progress=on_progress)
        self._tell(f"{self._roles.organiser} extracted on a fresh device")
        self.outcome.verdict = await asyncio.to_thread(
            verify, target, root_public_key=self._cast.root.root_public_key, on_progress=on_progress
        )
        verdict = self.outcome.verdict
        for failure in verdict.failures:
            self.outcome.wrong.append(f"verify, {failure.where}: {failure.says}")
        self.outcome.check(verdict.ok, "the extraction verifies offline")
