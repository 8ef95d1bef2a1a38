"""The database: there, of this program's schema, durable, and agreeing about the time."""

from __future__ import annotations

from collections.abc import Iterator

from cencomm.server.doctor.finding import Finding, ok, warning, wrong
from cencomm.store.diagnosis import Diagnosis
from cencomm.store.schema import knows, newest_revision

OLDEST_POSTGRES = 14
CLOCKS_APART_MS = 2_000
UTC = frozenset(
    {"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Etc/UCT", "UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"}
)


def examine_database(found: Diagnosis | None, now_ms: int) -> Iterator[Finding]:
    """`now_ms` is this machine's clock at the moment of `found`."""
    if found is None:
        yield wrong("database_unreachable")
        return
    if not found.is_whole:
        yield wrong("database_damaged")
        return
    yield ok("database_answers", kind=found.kind, version=found.version)
    if found.kind == "postgresql":
        yield from _postgres(found)
    yield wrong("not_durable", setting=found.careless) if found.careless else ok("durable")
    yield _schema(found.revision)
    yield _deployment(found)
    yield from _clock(found, now_ms)


def _postgres(found: Diagnosis) -> Iterator[Finding]:
    major = found.version.partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST_POSTGRES:
        yield warning("postgresql_old", version=found.version, wanted=OLDEST_POSTGRES)
    if found.isolation != "read committed":
        yield wrong("isolation_other", found=found.isolation)
    if found.encoding != "UTF8":
        yield wrong("encoding_other", found=found.encoding)
    if found.time_zone not in UTC:
        yield warning("time_zone_other", found=found.time_zone)


def _schema(revision: str | None) -> Finding:
    if revision is None:
        return wrong("schema_none")
    if revision == newest_revision():
        return ok("schema_newest", revision=revision)
    if knows(revision):
        return warning("schema_old", found=revision, wanted=newest_revision())
    return wrong("schema_unknown", found=revision, wanted=newest_revision())


def _deployment(found: Diagnosis) -> Finding:
    if found.deployment is None:
        return wrong("deployment_none")
    return ok("deployment_there", deployment=found.deployment[0], name=found.deployment[1])


def _clock(found: Diagnosis, now_ms: int) -> Iterator[Finding]:
    apart = 0 if found.clock_ms is None else now_ms - found.clock_ms
    if abs(apart) > CLOCKS_APART_MS:
        yield wrong("clocks_apart", seconds=abs(apart) // 1000)
    elif found.newest_event_ms > now_ms + CLOCKS_APART_MS:
        yield wrong("clock_behind", seconds=(found.newest_event_ms - now_ms) // 1000)
    else:
        yield ok("clock_right")
