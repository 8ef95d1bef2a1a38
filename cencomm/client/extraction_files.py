"""The files of an extraction, written from an examined log; neither network nor profile is needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cencomm.client import bundle
from cencomm.client.bundle import Manifest, RecordEntry, Revocations
from cencomm.client.extraction_formats import DEFAULT, Format, write_formats
from cencomm.client.extraction_layout import layout_of
from cencomm.client.verify_log import Examination
from cencomm.crypto.certificates import Chain, Trust
from cencomm.crypto.primitives import Secret
from cencomm.export.profiles import Profile
from cencomm.ids import CugId
from cencomm.wire.frames import Event


@dataclass(slots=True)
class Collected:
    """A stretch of a log, each record with its signed plaintext or the reason why there is none."""

    events: list[Event] = field(default_factory=list)
    entries: dict[int, RecordEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much leaves the group, and as what."""

    profile: Profile = Profile.FULL
    formats: tuple[Format, ...] = DEFAULT


DEFAULT_SCOPE = Scope()


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
    scope: Scope = DEFAULT_SCOPE,
) -> tuple[Manifest, bytes]:
    """Write everything but the announcement into the empty `folder`; gives the manifest and its bytes.

    `collected` and `examination` hold no more than the scope's profile lets leave.
    """
    if scope.profile is not Profile.STATISTICAL:
        _write(folder / bundle.LOG, collected.events)
        _write(folder / bundle.RECORDS, [collected.entries[seq] for seq in sorted(collected.entries)])
        _write(folder / bundle.REVOCATIONS, [Revocations(tuple(revocations))])
    begun = _manifest(folder, examination, cug_id, extractor, language, scope)
    write_formats(folder, examination.found, layout_of(begun))
    manifest = msgspec.structs.replace(begun, files=bundle.describe_files(folder))
    encoded = manifest.encode()
    (folder / bundle.MANIFEST).write_bytes(encoded)
    signature = bundle.sign_manifest(encoded, extractor.chain.encode(), extractor.signature_seed)
    (folder / bundle.SIGNATURE).write_bytes(signature.encode())
    return manifest, encoded


def _write(path: Path, values: Sequence[Event | RecordEntry | Revocations]) -> None:
    with path.open("wb") as file:
        file.writelines(bundle.pack_all(values))


def _manifest(
    folder: Path, examination: Examination, cug_id: CugId, extractor: Extractor, language: str, scope: Scope
) -> Manifest:
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
        profile=str(scope.profile),
        formats=tuple(map(str, scope.formats)),
        withheld=found.withheld,
    )
