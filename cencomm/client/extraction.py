"""Extraction: every record of a CUG in the clear, for analysis, with what proves it (PROTOCOL §4.3).

    1. read the whole log again from the server and open every record (archive seals give keys that this device lacks)
    2. examine it as a stranger would (`verify_log`), and write log, plaintext and tables beside the target
    3. sign the manifest, and announce its hash in the group: everybody sees who extracted and how much
    4. only when the announcement came back does the target appear

A failure at any step leaves no file. An announcement that did not reach the server is taken back; one that did
says what was prepared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.api import Client
from cencomm.client.bundle import EVERYTHING, Announcement, Manifest, RecordEntry
from cencomm.client.cug import Cug
from cencomm.client.errors import MayNotExtract, ServerMisbehaved
from cencomm.client.extraction_files import DEFAULT_SCOPE, Collected, Extractor, Scope, write_files
from cencomm.client.extraction_formats import check_formats
from cencomm.client.extraction_scope import reduced
from cencomm.client.model import ItemKind
from cencomm.client.verify_log import LOCKED, Examination, examine
from cencomm.crypto.primitives import sha256
from cencomm.export.profiles import Profile
from cencomm.wire.frames import EventKind

Progress = Callable[[int, int], None]
"""Called with (events done, events in all); each event is read once and examined once."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extraction holds."""

    path: Path
    records: int
    forms: int
    unopened: int
    withheld: int
    """Records that the profile, or their handling, keeps in the group."""
    failures: int
    """Checks that do not hold in the log itself; the bundle shows them, and so does `verify`."""
    up_to_seq: int
    announced_seq: int
    manifest_hash: bytes


async def extract(
    client: Client,
    cug: Cug,
    target: Path,
    password: str,
    *,
    language: str = "en",
    scope: Scope = DEFAULT_SCOPE,
    on_progress: Progress | None = None,
) -> Extracted:
    """Extract the whole CUG up to its newest event into `target` (a new folder, or a file ending in `.zip`).

    Raises:
        FormatNeedsRecords, FormatMissing: of `scope`; nothing was announced or written.
        MayNotExtract: neither organiser nor OCU analyst; nothing was announced or written.
        BundleDamaged: `target` exists.
        WrongPassword, ServerMisbehaved, ServerUnreachable.
    """
    if not cug.may_extract:
        raise MayNotExtract(role=str(cug.role))
    check_formats(scope.formats, scope.profile)
    up_to_seq = await cug.caught_up()
    extractor = Extractor(client.device.trust, client.device.chain, client.device.signature_seed)
    report = on_progress or _say_nothing
    with bundle.new_bundle(target) as folder:
        await client.unlock_archive(cug, password)
        collected = await _collect(cug, 0, up_to_seq, lambda done: report(done, 2 * up_to_seq))
        revocations = [each.data for each in await client.api.revocations()]

        def write() -> tuple[Examination, Manifest, bytes]:
            examination = _examine(cug, collected, extractor, report)
            if scope.profile is not Profile.FULL:
                collected.entries = reduced(examination.found, collected.entries)
                examination = _examine(cug, collected, extractor, report, scope.profile)
            manifest, encoded = write_files(
                folder,
                collected,
                examination,
                cug_id=cug.id,
                extractor=extractor,
                revocations=revocations,
                language=language,
                scope=scope,
            )
            return examination, manifest, encoded

        examination, manifest, encoded = await asyncio.to_thread(write)
        manifest_hash = sha256(encoded)
        announced_seq = await cug.announce_extraction(manifest_hash, manifest.records, up_to_seq, _said(scope.profile))
        after = await _collect(cug, up_to_seq, announced_seq, lambda _done: None)
        (folder / bundle.ANNOUNCEMENT).write_bytes(
            _announcement(after, announced_seq, extractor, scope.profile).encode()
        )
    return Extracted(
        path=target,
        records=manifest.records,
        forms=manifest.forms,
        unopened=manifest.unopened,
        withheld=manifest.withheld,
        failures=len(examination.found.failures),
        up_to_seq=up_to_seq,
        announced_seq=announced_seq,
        manifest_hash=manifest_hash,
    )


def _say_nothing(_done: int, _total: int) -> None:
    return


async def _collect(cug: Cug, after_seq: int, up_to_seq: int, on_progress: Callable[[int], None]) -> Collected:
    """The log as the server hands it out now, each record opened."""
    collected = Collected()
    async for entry in cug.log(up_to_seq=up_to_seq):
        if entry.event.seq <= after_seq:
            continue
        collected.events.append(entry.event)
        if entry.event.kind is EventKind.RECORD:
            if entry.record is not None:
                made = RecordEntry(entry.event.seq, entry.record.signed.encode())
            else:
                is_locked = entry.item is None or entry.item.kind is ItemKind.LOCKED
                reason = LOCKED if is_locked or entry.item is None else entry.item.reason or LOCKED
                made = RecordEntry(entry.event.seq, reason=reason)
            collected.entries[entry.event.seq] = made
        if entry.event.seq % 200 == 0:
            on_progress(entry.event.seq)
    return collected


def _said(profile: Profile) -> str:
    """How the announcement names what was extracted."""
    return EVERYTHING if profile is Profile.FULL else str(profile)


def _examine(
    cug: Cug, collected: Collected, extractor: Extractor, report: Progress, profile: Profile = Profile.FULL
) -> Examination:
    total = len(collected.events)
    return examine(
        collected.events,
        collected.entries,
        cug_id=cug.id,
        trust=extractor.trust,
        extractor=extractor.chain.device_id,
        total=total,
        on_progress=lambda done, _total: report(total + done, 2 * total),
        profile=profile,
    )


def _announcement(after: Collected, announced_seq: int, extractor: Extractor, profile: Profile) -> Announcement:
    """With the events since; an extraction for statistics holds none of a log."""
    entry = after.entries.get(announced_seq)
    if entry is None or not entry.signed:
        raise ServerMisbehaved(reason="announcement_absent")
    events = () if profile is Profile.STATISTICAL else tuple(after.events)
    return bundle.sign_announcement(events, entry.signed, extractor.signature_seed)
