"""The files of an extraction, written from an examined log; neither network nor profile is needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.bundle import Manifest, RecordEntry, Revocations
from cencomm.client.extraction_tables import csv_file, named_tables
from cencomm.client.verify_log import Examination
from cencomm.crypto.certificates import Chain, Trust
from cencomm.crypto.primitives import Secret
from cencomm.export import write_csv, write_xlsx
from cencomm.i18n import is_right_to_left
from cencomm.ids import CugId
from cencomm.wire.frames import Event


@dataclass(frozen=True, slots=True)
class Collected:
    """A stretch of a log, each record with its signed plaintext or the reason why there is none."""

    events: list[Event] = field(default_factory=list)
    entries: dict[int, RecordEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extractor:
    """The device that extracts, and what it trusts."""

    trust: Trust
    chain: Chain
    signature_seed: Secret = field(repr=False)


def write_files(
    folder: Path,
    collected: Collected,
    examination: Examination,
    *,
    cug_id: CugId,
    extractor: Extractor,
    revocations: Sequence[bytes],
    language: str,
) -> tuple[Manifest, bytes]:
    """Write everything but the announcement into the empty `folder`; gives the manifest and its bytes."""
    _write(folder / bundle.LOG, collected.events)
    _write(folder / bundle.RECORDS, [collected.entries[seq] for seq in sorted(collected.entries)])
    _write(folder / bundle.REVOCATIONS, [Revocations(tuple(revocations))])
    (folder / bundle.TABLES).mkdir()
    write_tables(folder, examination, language)
    manifest = _manifest(folder, examination, cug_id, extractor, language)
    encoded = manifest.encode()
    (folder / bundle.MANIFEST).write_bytes(encoded)
    signature = bundle.sign_manifest(encoded, extractor.chain.encode(), extractor.signature_seed)
    (folder / bundle.SIGNATURE).write_bytes(signature.encode())
    return manifest, encoded


def _write(path: Path, values: Sequence[Event | RecordEntry | Revocations]) -> None:
    with path.open("wb") as file:
        file.writelines(bundle.pack_all(values))


def write_tables(folder: Path, examination: Examination, language: str) -> None:
    """XLSX and CSV files; the same examination always gives the same ones."""
    tables = named_tables(examination.found, language)
    for name, table in tables:
        write_csv(csv_file(folder, name), table)
    again = [table for _, table in named_tables(examination.found, language)]
    write_xlsx(folder / bundle.XLSX, again, right_to_left=is_right_to_left(language))


def _manifest(folder: Path, examination: Examination, cug_id: CugId, extractor: Extractor, language: str) -> Manifest:
    found = examination.found
    return Manifest(
        format=bundle.FORMAT,
        cug_id=cug_id.hex(),
        deployment_id=extractor.trust.deployment_id.hex(),
        root_public_key=extractor.trust.root_public_key.hex(),
        title=found.title,
        operation_code=found.operation_code,
        extracted_by=extractor.chain.device_id,
        at_ms=found.events[-1].at_ms if found.events else 0,
        up_to_seq=examination.head.n,
        head=examination.head.hash.hex(),
        language=language,
        records=len(found.records),
        forms=found.forms,
        unopened=found.unopened,
        key_ids=found.key_ids_as_text(),
        files=bundle.describe_files(folder),
    )
