"""What must be true in the end, over every client's view and the store; each thing that is not is a violation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cencomm.client.cug import Cug
from cencomm.groups.model import LoggedEvent
from cencomm.ids import CugId
from cencomm.store.cugs import CugReader
from cencomm.store.database import Database
from tests.e2e.world import messages, text_of


async def stored_events(database_url: str, cug_id: CugId) -> list[LoggedEvent]:
    """The whole log, as the database has it."""
    database = Database.open(database_url)
    try:
        reader = CugReader(database.engine)
        events: list[LoggedEvent] = []
        while page := await reader.events_after(cug_id, len(events) and events[-1].seq):
            events += page
        return events
    finally:
        await database.close()


def violations(cugs: Mapping[str, Cug], sent: Mapping[str, Sequence[str]], stored: Sequence[LoggedEvent]) -> list[str]:
    """In words; `sent` is what each client queued and later knew to be acknowledged."""
    found = [*_of_log(stored)]
    views = {name: [(item.seq, item.sender, text_of(item)) for item in messages(cug)] for name, cug in cugs.items()}
    wanted = sorted(text for texts in sent.values() for text in texts)
    at = {event.seq: event.sender for event in stored}
    first = next(iter(views.values()))
    for name, view in views.items():
        said = Counter(text for _, _, text in view)
        found += [f"{name} has {count} times: {text}" for text, count in said.items() if count > 1]
        missing = Counter(wanted) - said
        found += [f"{name} lacks: {text}" for text in sorted(missing)]
        found += [f"{name} has what nobody sent: {text}" for text in sorted(said - Counter(wanted))]
        found += [f"{name} read {seq}, which is not durable" for seq, sender, _ in view if at.get(seq) != sender]
        if view != first:
            found.append(f"{name} has another order than {next(iter(views))}")
    found += [f"{name}: {alarm}" for name, cug in cugs.items() for alarm in cug.alarms()]
    for what, values in (
        ("epochs", {cug.epoch for cug in cugs.values()}),
        ("authenticators", {cug.epoch_authenticator for cug in cugs.values()}),
        ("heads", {cug.head_hash for cug in cugs.values()}),
    ):
        if len(values) != 1:
            found.append(f"{len(values)} different {what}")
    return found


def _of_log(stored: Sequence[LoggedEvent]) -> list[str]:
    found: list[str] = []
    if [event.seq for event in stored] != list(range(1, len(stored) + 1)):
        found.append("the log has gaps")
    if [event.server_time_ms for event in stored] != sorted(event.server_time_ms for event in stored):
        found.append("time goes back in the log")
    twice = Counter((event.sender, event.client_ref) for event in stored)
    found += [f"stored {count} times: {key}" for key, count in twice.items() if count > 1]
    return found
