"""Extraction: every record of a CUG in the clear, for analysis, with what proves it (PROTOCOL §4.3).

    1. read the whole log again from the server and open every record (archive seals give keys that this device lacks)
    2. examine it as a stranger would (`verify_log`), and write log, plaintext and tables beside the target
    3. sign the manifest, and announce its hash in the group: everybody sees who extracted and how much
    4. only when the announcement came back does the target appear

A failure at any step leaves no file. The announcement cannot be taken back; it says what was prepared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.api import Client
from cencomm.client.bundle import Announcement, Manifest, RecordEntry, Revocations
from cencomm.client.cug import Cug
from cencomm.client.errors import MayNotExtract, ServerMisbehaved
from cencomm.client.extraction_tables import csv_file, named_tables
from cencomm.client.model import ItemKind
from cencomm.client.verify_log import LOCKED, Examination, examine
from cencomm.crypto.certificates import Trust
from cencomm.crypto.primitives import sha256
from cencomm.export import write_csv, write_xlsx
from cencomm.i18n import is_right_to_left
from cencomm.ids import DeviceId
from cencomm.wire.frames import Event, EventKind

Progress = Callable[[int, int], None]
"""Called with (events done, events in all); each event is read once and examined once."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extraction holds."""

    path: Path
    records: int
    forms: int
    unopened: int
    failures: int
    """Checks that do not hold in the log itself; the bundle shows them, and so does `verify`."""
    up_to_seq: int
    announced_seq: int
    manifest_hash: bytes


@dataclass(frozen=True, slots=True)
class _Collected:
    events: list[Event]
    entries: dict[int, RecordEntry]


async def extract(
    client: Client,
    cug: Cug,
    target: Path,
    password: str,
    *,
    language: str = "en",
    on_progress: Progress | None = None,
) -> Extracted:
    """Extract the whole CUG up to its newest event into `target` (a new folder, or a file ending in `.zip`).

    Raises:
        MayNotExtract: neither organiser nor OCU analyst; nothing was announced or written.
        BundleDamaged: `target` exists.
        WrongPassword, ServerMisbehaved, ServerUnreachable.
    """
    if not cug.may_extract:
        raise MayNotExtract(role=str(cug.role))
    up_to_seq = await cug.caught_up()
    with bundle.new_bundle(target) as folder:
        await client.unlock_archive(cug, password)
        report = on_progress or _say_nothing
        collected = await _collect(cug, 0, up_to_seq, lambda done: report(done, 2 * up_to_seq))
        examination = await asyncio.to_thread(
            _examine, client, cug, collected, lambda done, _total: report(up_to_seq + done, 2 * up_to_seq)
        )
        revocations = await _revocations(client)
        await asyncio.to_thread(_write_files, folder, collected, examination, revocations, language)
        manifest = _manifest(client, cug, examination, folder, language)
        encoded = manifest.encode()
        (folder / bundle.MANIFEST).write_bytes(encoded)
        signature = bundle.sign_manifest(encoded, client.device.chain.encode(), client.device.signature_seed)
        (folder / bundle.SIGNATURE).write_bytes(signature.encode())
        manifest_hash = sha256(encoded)
        announced_seq = await cug.announce_extraction(manifest_hash, manifest.records, up_to_seq)
        after = await _collect(cug, up_to_seq, announced_seq, lambda _done: None)
        (folder / bundle.ANNOUNCEMENT).write_bytes(_announcement(client, after, announced_seq).encode())
    return Extracted(
        path=target,
        records=manifest.records,
        forms=manifest.forms,
        unopened=manifest.unopened,
        failures=len(examination.found.failures),
        up_to_seq=up_to_seq,
        announced_seq=announced_seq,
        manifest_hash=manifest_hash,
    )


def _say_nothing(_done: int, _total: int) -> None:
    return


async def _collect(cug: Cug, after_seq: int, up_to_seq: int, on_progress: Callable[[int], None]) -> _Collected:
    """The log as the server hands it out now, each record opened."""
    collected = _Collected([], {})
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


def _examine(client: Client, cug: Cug, collected: _Collected, on_progress: Progress) -> Examination:
    account = client.account
    return examine(
        collected.events,
        collected.entries,
        cug_id=cug.id,
        trust=Trust(account.deployment_id, account.root_public_key),
        extractor=DeviceId(account.device_id),
        total=len(collected.events),
        on_progress=on_progress,
    )


async def _revocations(client: Client) -> Revocations:
    """The newest list of each issuer, as the server has them; whoever verifies checks their signatures."""
    return Revocations(tuple([each.data for each in await client.api.revocations()]))


def _write_files(
    folder: Path, collected: _Collected, examination: Examination, revocations: Revocations, language: str
) -> None:
    _write(folder / bundle.LOG, collected.events)
    _write(folder / bundle.RECORDS, [collected.entries[seq] for seq in sorted(collected.entries)])
    _write(folder / bundle.REVOCATIONS, [revocations])
    (folder / bundle.TABLES).mkdir()
    write_tables(folder, examination, language)


def _write(path: Path, values: list[Event] | list[RecordEntry] | list[Revocations]) -> None:
    with path.open("wb") as file:
        file.writelines(bundle.pack_all(values))


def write_tables(folder: Path, examination: Examination, language: str) -> None:
    """XLSX and CSV files; the same examination always gives the same ones."""
    for name, table in named_tables(examination.found, language):
        write_csv(csv_file(folder, name), table)
    tables = [table for _, table in named_tables(examination.found, language)]
    write_xlsx(folder / bundle.XLSX, tables, right_to_left=is_right_to_left(language))


def _manifest(client: Client, cug: Cug, examination: Examination, folder: Path, language: str) -> Manifest:
    found, account = examination.found, client.account
    return Manifest(
        format=bundle.FORMAT,
        cug_id=cug.id.hex(),
        deployment_id=account.deployment_id.hex(),
        root_public_key=account.root_public_key.hex(),
        title=found.title,
        operation_code=found.operation_code,
        extracted_by=account.device_id,
        at_ms=found.events[-1].at_ms if found.events else 0,
        up_to_seq=examination.head.n,
        head=examination.head.hash.hex(),
        language=language,
        records=len(found.records),
        forms=found.forms,
        unopened=found.unopened,
        key_ids={f"{group.hex()}/{epoch}": key.hex() for (group, epoch), key in found.key_ids.items()},
        files=bundle.describe_files(folder),
    )


def _announcement(client: Client, after: _Collected, announced_seq: int) -> Announcement:
    entry = after.entries.get(announced_seq)
    if entry is None or not entry.signed:
        raise ServerMisbehaved(reason="announcement_absent")
    return bundle.sign_announcement(tuple(after.events), entry.signed, client.device.signature_seed)
