"""`cencomm verify`: an extraction checked again from its proofs alone, offline (PROTOCOL §4.3).

Everything is checked even after something failed, as far as it can be; every failure is listed. What passes proves
which device sent each record, under which certificates, and that the log was not cut, mixed or altered up to the
announcement. It proves a device, not a person; and times are the server's, bounded from above where officers of
another administration signed later that they had seen the event (`witnessed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.bundle import Announcement, Bundle, Manifest, ManifestSignature, RecordEntry, Revocations
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction_formats import Format
from cencomm.client.extraction_layout import layout_of
from cencomm.client.verify_checks import Failure, Finding, Notice, failure, notice
from cencomm.client.verify_log import Examination, Progress, examine
from cencomm.client.verify_revocations import doubtful
from cencomm.client.verify_rows import RecordRow
from cencomm.client.verify_tables import compare_tables, without_what_is_missing
from cencomm.crypto.certificates import CertificateInvalid, Chain, Trust, verify_chain
from cencomm.crypto.group_context import may_extract
from cencomm.crypto.labels import verify_with_label
from cencomm.crypto.primitives import BadSignature, sha256
from cencomm.crypto.records import RecordRefused, SignedRecord
from cencomm.crypto.tls import DecodeError
from cencomm.export.profiles import Profile
from cencomm.ids import CugId, DeviceId, OfficerId, officer_of
from cencomm.wire.content import Extraction, decode_content
from cencomm.wire.encoding import Malformed
from cencomm.wire.frames import Event, EventKind


@dataclass(slots=True)
class Verdict:
    """What a verification found; `checked` counts what was looked at, by name."""

    title: str
    extracted_by: str
    root_public_key: bytes
    failures: list[Failure] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    records: list[RecordRow] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.failures


def verify(path: Path, *, root_public_key: bytes | None = None, on_progress: Progress | None = None) -> Verdict:
    """Verify the extraction at `path`, a folder or zip file.

    Args:
        root_public_key: the root that the reader trusts; without it the bundle's own is taken, and shown to compare.

    Raises:
        BundleDamaged: there is nothing that could be verified.
    """
    with bundle.open_bundle(path) as opened:
        return _Verification(opened, root_public_key).run(on_progress)


class _Verification:
    def __init__(self, opened: Bundle, root_public_key: bytes | None) -> None:
        self._bundle = opened
        self._encoded = opened.read(bundle.MANIFEST)
        self._manifest = Manifest.decode(self._encoded)
        try:
            own_root = bytes.fromhex(self._manifest.root_public_key)
            deployment_id = bytes.fromhex(self._manifest.deployment_id)
            self._cug_id = CugId(bytes.fromhex(self._manifest.cug_id))
        except ValueError:
            raise BundleDamaged(reason="manifest") from None
        self._trust = Trust(deployment_id, root_public_key or own_root)
        self._extractor = DeviceId(self._manifest.extracted_by)
        self._verdict = Verdict(self._manifest.title, self._manifest.extracted_by, own_root)
        if own_root != self._trust.root_public_key:
            self._fail("root_key", bundle.MANIFEST)

    def run(self, on_progress: Progress | None) -> Verdict:
        chain = self._signature()
        self._files()
        if self._manifest.profile == Profile.STATISTICAL:
            self._without_records(chain)
            return self._verdict
        examination = self._log(on_progress)
        self._manifest_agrees(examination)
        self._extractor_may(examination)
        self._tables(examination)
        found = examination.found
        self._verdict.records = list(found.records)
        self._announcement(examination, chain)
        self._verdict.failures += found.failures
        self._verdict.notices += found.notices
        self._verdict.checked |= found.checked
        self._verdict.checked["events witnessed by another administration"] = found.witnessed_seq
        self._verdict.checked["records not in the extraction"] = found.unopened
        if self._manifest.profile != Profile.FULL:
            self._verdict.checked["records that stay in the group"] = found.withheld
        return self._verdict

    def _without_records(self, chain: Chain | None) -> None:
        """For statistics only: there is no log, so signature, hashes and announcement are all that can be checked."""
        for name in sorted(bundle.PROOFS & self._bundle.names):
            self._fail("beyond_profile", name, reason="proofs")
        self._note("no_records", bundle.MANIFEST)
        announcement = self._read_announcement()
        if announcement is None or chain is None:
            return
        self._announcement_signature(announcement, chain)
        said = _announced_without_log(announcement, chain)
        if said is None or announcement.events:
            self._fail("announcement", bundle.ANNOUNCEMENT, reason="not an announcement")
            return
        for reason in self._says_else(said):
            self._fail("announcement", bundle.ANNOUNCEMENT, reason=reason)

    # ------------------------------------------------------------ manifest and files

    def _signature(self) -> Chain | None:
        try:
            signature = ManifestSignature.decode(self._bundle.read(bundle.SIGNATURE))
            chain = bundle.verify_manifest(self._encoded, signature)
            verify_chain(chain, self._trust, self._manifest.at_ms // 1000)
        except (BundleDamaged, BadSignature, DecodeError, CertificateInvalid) as error:
            self._fail("manifest_signature", bundle.SIGNATURE, reason=error.code)
            return None
        if chain.device_id != self._extractor:
            self._fail("manifest_signature", bundle.SIGNATURE, reason="other_device")
        return chain

    def _files(self) -> None:
        listed = {entry.name: entry for entry in self._manifest.files}
        for name in sorted(self._bundle.names - listed.keys() - bundle.NOT_IN_MANIFEST):
            self._fail("file_unlisted", name)
        if len(listed) != len(self._manifest.files):
            self._fail("manifest_says_else", bundle.MANIFEST, said="one file twice", found="")
        for name, entry in sorted(listed.items()):
            if name not in self._bundle.names:
                self._fail("file_missing", name)
                continue
            try:
                data = self._bundle.read(name)
            except BundleDamaged as error:
                self._fail("file_unreadable", name, reason=error.facts["reason"])
                continue
            if (len(data), sha256(data).hex()) != (entry.bytes, entry.sha256):
                self._fail("file_altered", name)
        self._verdict.checked["files"] = len(listed)

    def _values(self, name: str) -> bytes:
        try:
            return self._bundle.read(name)
        except BundleDamaged as error:
            self._fail("file_unreadable", name, reason=error.facts["reason"])
            return b""

    # ------------------------------------------------------------ the log

    def _log(self, on_progress: Progress | None) -> Examination:
        events = self._events()
        entries = self._entries()
        examination = examine(
            events,
            entries,
            cug_id=self._cug_id,
            trust=self._trust,
            extractor=self._extractor,
            total=len(events),
            on_progress=on_progress,
            profile=Profile(self._manifest.profile),
        )
        known = {event.seq for event in events}
        for seq in sorted(entries.keys() - known):
            self._fail("entry_of_nothing", f"no. {seq}")
        self._revocations(examination)
        return examination

    def _events(self) -> list[Event]:
        try:
            return bundle.unpack_all(Event, self._values(bundle.LOG), "log")
        except BundleDamaged as error:
            self._fail("file_unreadable", bundle.LOG, reason=error.facts["reason"])
            return []

    def _entries(self) -> dict[int, RecordEntry]:
        try:
            found = bundle.unpack_all(RecordEntry, self._values(bundle.RECORDS), "records")
        except BundleDamaged as error:
            self._fail("file_unreadable", bundle.RECORDS, reason=error.facts["reason"])
            return {}
        entries: dict[int, RecordEntry] = {}
        for entry in found:
            if entry.seq in entries:
                self._fail("entry_twice", f"no. {entry.seq}")
            entries[entry.seq] = entry
        return entries

    def _revocations(self, examination: Examination) -> None:
        try:
            lists = bundle.unpack_all(Revocations, self._values(bundle.REVOCATIONS), "revocations")
        except BundleDamaged as error:
            self._fail("file_unreadable", bundle.REVOCATIONS, reason=error.facts["reason"])
            return
        encoded = [data for each in lists for data in each.lists]
        for finding in doubtful(encoded, examination, self._trust):
            if isinstance(finding, Failure):
                self._verdict.failures.append(finding)
            else:
                self._verdict.notices.append(finding)
        self._verdict.checked["revocation lists"] = len(encoded)

    def _manifest_agrees(self, examination: Examination) -> None:
        found, said = examination.found, self._manifest
        pairs: tuple[tuple[object, object], ...] = (
            (said.up_to_seq, examination.head.n),
            (said.records, len(found.records)),
            (said.forms, found.forms),
            (said.unopened, found.unopened),
            (said.withheld, found.withheld),
            (said.title, found.title),
            (said.operation_code, found.operation_code),
            (said.at_ms, found.events[-1].at_ms if found.events else 0),
            (said.key_ids, found.key_ids_as_text()),
        )
        for ours, theirs in pairs:
            if ours != theirs:
                self._fail("manifest_says_else", bundle.MANIFEST, said=str(ours), found=str(theirs))
        if said.head != examination.head.hash.hex():
            self._fail("head", bundle.MANIFEST)

    def _extractor_may(self, examination: Examination) -> None:
        epoch = examination.epoch
        if epoch is None:
            return
        entry = epoch.group.entry(OfficerId(officer_of(self._extractor)))
        if entry is None or not may_extract(entry.role):
            self._fail("may_not_extract", bundle.MANIFEST)

    def _tables(self, examination: Examination) -> None:
        number = 0
        unknown = sorted(set(self._manifest.formats) - set(Format))
        if unknown:
            self._fail("manifest_says_else", bundle.MANIFEST, said=", ".join(unknown), found="")
            return
        layout, beyond = without_what_is_missing(layout_of(self._manifest))
        for name in sorted(name for name in self._bundle.names if Path(name).suffix in beyond):
            self._note("not_compared", name)
        for name, reason in compare_tables(self._bundle, examination.found, layout, beyond):
            number += 1
            if reason:
                self._fail("table_altered", name, reason=reason)
        self._verdict.checked["tables"] = number

    # ------------------------------------------------------------ announcement

    def _announcement(self, examination: Examination, chain: Chain | None) -> None:
        """Go on along the log to the announcement; its record must be the extractor's and name this manifest."""
        announcement = self._read_announcement()
        if announcement is None:
            return
        if chain is not None:
            self._announcement_signature(announcement, chain)
        row = self._announced(examination, announcement)
        if row is None or not isinstance(row.content, Extraction):
            self._fail("announcement", bundle.ANNOUNCEMENT, reason="not an announcement")
            return
        for reason in self._announcement_differs(row, row.content):
            self._fail("announcement", bundle.ANNOUNCEMENT, reason=reason)

    def _read_announcement(self) -> Announcement | None:
        if bundle.ANNOUNCEMENT not in self._bundle.names:
            self._fail("announcement_missing", bundle.ANNOUNCEMENT)
            return None
        try:
            return Announcement.decode(self._bundle.read(bundle.ANNOUNCEMENT))
        except BundleDamaged as error:
            self._fail("announcement", bundle.ANNOUNCEMENT, reason=error.facts["reason"])
            return None

    def _announcement_signature(self, announcement: Announcement, chain: Chain) -> None:
        key = chain.device.public_key
        try:
            verify_with_label(key, bundle.ANNOUNCEMENT_LABEL, announcement.tbs(), announcement.signature)
        except BadSignature as error:
            self._fail("announcement", bundle.ANNOUNCEMENT, reason=error.code)

    def _announced(self, examination: Examination, announcement: Announcement) -> RecordRow | None:
        row: RecordRow | None = None
        for number, event in enumerate(announcement.events, start=1):
            is_last = number == len(announcement.events)
            entry = RecordEntry(event.seq, announcement.signed) if is_last and event.kind is EventKind.RECORD else None
            row = examination.take(event, entry, sealed=True)
        return row

    def _announcement_differs(self, row: RecordRow, said: Extraction) -> Iterator[str]:
        if row.device != self._extractor:
            yield "by another device"
        yield from self._says_else(said)

    def _says_else(self, said: Extraction) -> Iterator[str]:
        """What the announcement says that the manifest does not."""
        if said.manifest_hash != sha256(self._encoded):
            yield "of another manifest"
        if said.count != self._manifest.records:
            yield "of another number of records"
        if said.up_to_seq != self._manifest.up_to_seq:
            yield "up to another event"
        profile = self._manifest.profile
        if said.scope != (bundle.EVERYTHING if profile == Profile.FULL else profile):
            yield "of another profile"

    def _fail(self, check: str, where: str, **facts: Finding) -> None:
        self._verdict.failures.append(failure(check, where, **facts))

    def _note(self, check: str, where: str, **facts: Finding) -> None:
        self._verdict.notices.append(notice(check, where, **facts))


def _announced_without_log(announcement: Announcement, chain: Chain) -> Extraction | None:
    """What the extracting device announced, by its own signature; None where it announced nothing."""
    try:
        signed = SignedRecord.decode(announcement.signed)
        signed.verify(chain.device.public_key)
        contents = [decode_content(part.content) for part in signed.parts if part.content is not None]
    except (DecodeError, RecordRefused, Malformed):
        return None
    return contents[0] if len(contents) == 1 and isinstance(contents[0], Extraction) else None
