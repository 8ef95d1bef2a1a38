"""The log of a CUG examined from its first event, with nothing but public data, signed plaintext and the pinned root.

Used twice: an extraction examines what it is about to write, and `verify` examines what it reads. For every event, in
order (PROTOCOL §4.3):

    chain       numbers without a gap, times that never go back, the head hash of each event
    handshake   group starts and commits by the same rules as server and clients (`crypto.replay`)
    record      its clear header is the signed one; epoch in force at its place; the leaf of that epoch's tree is the
                sender's; its certificates lead to the root at the server's time; one key_id for all of an epoch;
                the signature and each part; `seen` is what the chain had; no second one under the same reference
    content     both parts say the same kind of thing; the template's rules are run again

What does not hold is a Failure; what cannot be known from here is a Notice. Neither stops the examination.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import msgspec

from cencomm.client.bundle import RecordEntry
from cencomm.client.engine.forms import judge_record
from cencomm.client.model import FindingRow
from cencomm.client.verify_checks import Finding, failure, notice
from cencomm.client.verify_epochs import EpochFacts, Leaf, facts_of
from cencomm.client.verify_profile import beyond_profile
from cencomm.client.verify_rows import EventRow, Examined, RecordRow, answers_of, kind_of
from cencomm.crypto import head as heads
from cencomm.crypto import replay as replaying
from cencomm.crypto.certificates import CertificateInvalid, Chain, Trust, verify_chain
from cencomm.crypto.group_context import Role
from cencomm.crypto.head import Head
from cencomm.crypto.records import Audience, RecordHeader, RecordRefused, SignedRecord
from cencomm.crypto.replay import Closed, Committed, Outcome, Recorded, Refused, ReplayRefused, Started
from cencomm.crypto.tls import DecodeError
from cencomm.errors import DomainError
from cencomm.export.profiles import Profile as Scope
from cencomm.ids import ClientRef, CugId, DeviceId, administration_of, officer_of
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Content, Form, Profile, decode_content
from cencomm.wire.content import Template as TemplateContent
from cencomm.wire.encoding import Malformed
from cencomm.wire.frames import Event, EventKind

Progress = Callable[[int, int], None]
"""Called with (done, total) now and then."""

LOCKED = "locked"
WITHHELD = "withheld"
"""The reason of a record that the profile of an extraction keeps in the group (`extraction_scope`)."""
_SHOWN_BY_THE_LOG = frozenset({"", "stale_epoch", "other_place", "other_sender", "other_cug", "repeated"})
"""Refusals that anybody can see in the log itself; said of a record that stands well, they hide it."""
_PROGRESS_EVENTS = 200
_ORGANISERS_ONLY = (TemplateContent, Profile)


class Examination:
    """Feed it the events in order with `take`; `found` holds what came of it."""

    def __init__(self, cug_id: CugId, trust: Trust, extractor: DeviceId, profile: Scope = Scope.FULL) -> None:
        self.found = Examined()
        self._is_full = profile is Scope.FULL
        self.head = heads.start(cug_id)
        self.epoch: EpochFacts | None = None
        self.chains: dict[tuple[str, bytes, int], Chain] = {}
        """The certificates of each sender, by device, group and epoch."""
        self._trust = trust
        self._extractor = extractor
        self._replay = replaying.start(cug_id, trust)
        self._hashes = [self.head.hash]
        self._time_ms = 0
        self._is_after = False
        """Whether the event came after the extraction: its announcement is bound by no profile."""
        self._taken: set[tuple[str, bytes]] = set()

    def take(self, event: Event, entry: RecordEntry | None, *, sealed: bool = False) -> RecordRow | None:
        """Examine the next event; `sealed` for records after the extraction, of which there is no plaintext."""
        failed_before = len(self.found.failures)
        self._is_after = sealed
        event_hash = self._chain(event)
        outcome = self._follow(event)
        row: RecordRow | None = None
        unopened = ""
        if event.kind is EventKind.RECORD:
            if entry is not None or not sealed:
                row, unopened = self._record(event, outcome, entry)
        else:
            self._handshake(event, outcome)
            if entry is not None:
                self._fail("entry_of_no_record", event.seq)
        standing = "unopened" if unopened else "verified"
        if len(self.found.failures) > failed_before:
            standing = "failing"
        if row is not None:
            row = replace(row, standing=standing)
            self.found.records.append(row)
        said = unopened or (kind_of(row.content) if row is not None else event.kind.name.lower())
        self.found.events.append(self._event_row(event, standing, said, event_hash))
        self.found.checked["events"] += 1
        return row

    def _event_row(self, event: Event, standing: str, says: str, event_hash: bytes) -> EventRow:
        return EventRow(
            seq=event.seq,
            at_ms=event.server_time,
            kind=event.kind.name.lower(),
            device=event.sender,
            epoch=self.epoch.epoch if self.epoch is not None else 0,
            standing=standing,
            says=says,
            event_hash=event_hash,
        )

    # ------------------------------------------------------------ chain and handshake

    def _chain(self, event: Event) -> bytes:
        """The event's hash; the head goes on even over a gap, so that every later difference is found, too."""
        try:
            made = replaying.hash_of(event)
            if event.event_hash is not None:
                self._note("seals_cut", event.seq)
        except ReplayRefused:
            self._fail("hash_instead", event.seq)
            made = heads.event_hash(event.kind, event.sender, ClientRef(event.client_ref), event.body)
        if event.seq != self.head.n + 1:
            self._fail("sequence", event.seq, expected=self.head.n + 1)
        if event.server_time < self._time_ms:
            self._fail("time_goes_back", event.seq)
        self._time_ms = max(self._time_ms, event.server_time)
        self.head = heads.advance(self.head, self.head.n + 1, event.server_time, made)
        self._hashes.append(self.head.hash)
        return made

    def _follow(self, event: Event) -> Outcome:
        """What the event is by the public rules; one that breaks them changes nothing."""
        try:
            self._replay = replaying.follow(self._replay, event)
        except DomainError as error:
            return Refused(error)
        outcome = self._replay.outcome
        assert outcome is not None
        return outcome

    def _handshake(self, event: Event, outcome: Outcome) -> None:
        if isinstance(outcome, Refused):
            self._fail("handshake", event.seq, reason=_reason(outcome.error))
        elif isinstance(outcome, Started | Committed):
            self.epoch = facts_of(outcome.group)
            self.found.checked["group changes"] += 1
            if isinstance(outcome, Committed):
                self._seen(event, outcome.judged.seen)
        elif isinstance(outcome, Closed):
            self._seen(event, outcome.closing.seen)

    # ------------------------------------------------------------ records

    def _record(self, event: Event, outcome: Outcome, entry: RecordEntry | None) -> tuple[RecordRow | None, str]:
        """The row of a record, or why there is none."""
        if entry is None:
            self._fail("record_missing", event.seq)
            return None, "missing"
        if not isinstance(outcome, Recorded):
            assert isinstance(outcome, Refused)
            return None, self._unopened(event, entry, _reason(outcome.error))
        if (event.sender, event.client_ref) in self._taken:
            return None, self._unopened(event, entry, "repeated")
        if not entry.signed:
            return None, self._unopened(event, entry, "")
        assert self.epoch is not None  # what was recorded stands in an epoch
        self._taken.add((event.sender, event.client_ref))
        leaf = self.epoch.leaves[outcome.header.leaf_index]
        self.chains[(leaf.device, outcome.header.group_id, outcome.header.epoch)] = leaf.chain
        return self._opened(event, outcome, entry.signed, leaf), ""

    def _unopened(self, event: Event, entry: RecordEntry, refused: str) -> str:
        """A record without plaintext: does the reason hold? `refused` is the public rule that it breaks, or empty."""
        if not self._is_full and not entry.signed and entry.reason == WITHHELD:
            self.found.withheld += 1
            return WITHHELD
        self.found.unopened += 1
        if entry.signed:
            self._fail("refused_but_given", event.seq, reason=refused)
        elif not refused and entry.reason == LOCKED and self._held_the_key():
            self._fail("withheld", event.seq)
        elif not refused and entry.reason in _SHOWN_BY_THE_LOG:
            self._fail("refusal_unfounded", event.seq, reason=entry.reason or "no reason")
        else:
            self._note("unopened", event.seq, reason=refused or entry.reason)
        return f"not opened: {refused or entry.reason}"

    def _held_the_key(self) -> bool:
        """Whether the extractor was in this epoch, or its content key was sealed to his archive key."""
        assert self.epoch is not None
        entry = self.epoch.group.entry(officer_of(self._extractor))
        was_sealed = (
            entry is not None
            and entry.archive_key is not None
            and entry.archive_key.public_key in self.epoch.group.archive_keys
        )
        return was_sealed or any(leaf.device == self._extractor for leaf in self.epoch.leaves.values())

    def _opened(self, event: Event, place: Recorded, data: bytes, leaf: Leaf) -> RecordRow:
        header = place.header
        content: Content | None = None
        findings: tuple[FindingRow, ...] = ()
        sent_at_ms = 0
        try:
            signed = SignedRecord.decode(data)
        except DecodeError as error:
            self._fail("signed_record", event.seq, reason=str(error.facts["reason"]))
        else:
            sent_at_ms = signed.sent_at_ms
            self._signature(event, place, signed)
            self._seen(event, signed.seen)
            content, findings = self._content(event, signed, leaf)
        self._certificates(event, leaf)
        self._key_id(event, header)
        self.found.checked["records"] += 1
        return RecordRow(
            seq=event.seq,
            at_ms=event.server_time,
            device=event.sender,
            name=leaf.name,
            client_ref=event.client_ref,
            sent_at_ms=sent_at_ms,
            group_id=header.group_id,
            epoch=header.epoch,
            standing="verified",
            content=content,
            findings=findings,
        )

    def _signature(self, event: Event, place: Recorded, signed: SignedRecord) -> None:
        if signed.header != place.header:
            self._fail("other_header", event.seq)
        if signed.context_hash != place.context_hash:
            self._fail("other_group", event.seq)
        if any(part.content is None and self._must_be_there(part.audience) for part in signed.parts):
            self._fail("part_missing", event.seq)
        try:
            signed.verify(place.signature_key)
            self.found.checked["signatures"] += 1
        except RecordRefused as error:
            self._fail("signature", event.seq, reason=str(error.facts["reason"]))

    def _must_be_there(self, audience: Audience) -> bool:
        return self._is_full or audience is not Audience.PERSONAL

    def _certificates(self, event: Event, leaf: Leaf) -> None:
        try:
            verify_chain(leaf.chain, self._trust, event.server_time // 1000)
            self.found.checked["certificate chains"] += 1
        except CertificateInvalid as error:
            self._fail("certificate", event.seq, reason=str(error.facts["reason"]))

    def _key_id(self, event: Event, header: RecordHeader) -> None:
        ids = {part.key_id for part in header.parts}
        known = self.found.key_ids.setdefault((header.group_id, header.epoch), min(ids))
        if ids != {known}:
            self._fail("key_id", event.seq)

    def _seen(self, event: Event, seen: Head) -> None:
        """The sender's head must be the chain's: else he was shown another log, or this one was altered."""
        if seen.n >= event.seq or seen.n >= len(self._hashes) or self._hashes[seen.n] != seen.hash:
            self._fail("seen", event.seq, seen=seen.n)
            return
        self.found.checked["heads compared"] += 1
        if administration_of(DeviceId(event.sender)) != administration_of(self._extractor):
            self.found.witnessed_seq = max(self.found.witnessed_seq, seen.n)

    def _content(self, event: Event, signed: SignedRecord, leaf: Leaf) -> tuple[Content | None, tuple[FindingRow, ...]]:
        contents = [part.content for part in signed.parts if part.content is not None]
        try:
            decoded = [decode_content(content) for content in contents]
        except Malformed:
            self._note("unknown_content", event.seq)
            return None, ()
        if not decoded or len({type(each) for each in decoded}) != 1:
            self._fail("parts_disagree", event.seq)
            return None, ()
        content = decoded[0]
        if not (self._is_full or self._is_after) and (reason := beyond_profile(signed, content, self.found.templates)):
            self._fail("beyond_profile", event.seq, reason=reason)
        if isinstance(content, Form):
            return self._form(event, signed, [each for each in decoded if isinstance(each, Form)])
        if isinstance(content, _ORGANISERS_ONLY) and leaf.role is not Role.ORGANISER:
            self._note("beyond_role", event.seq)
            if not self._is_full:
                self._fail("beyond_profile", event.seq, reason="beyond role")
        else:
            self._take_effect(event, content)
        return content, ()

    def _form(
        self, event: Event, signed: SignedRecord, forms: list[Form]
    ) -> tuple[Content | None, tuple[FindingRow, ...]]:
        """The form with the answers of both parts, judged at the server's time."""
        first = forms[0]
        if len({(form.template_hash, form.record_id) for form in forms}) != 1:
            self._fail("parts_disagree", event.seq)
            return None, ()
        by_audience = {part.audience: part.content for part in signed.parts}
        public, personal = by_audience.get(Audience.PUBLIC) or b"", by_audience.get(Audience.PERSONAL) or b""
        both = (first if public else None, forms[-1] if personal else None)
        template = self.found.templates.get(first.template_hash)
        findings: tuple[FindingRow, ...] = ()
        if self._is_full:  # nobody can judge a part
            findings = judge_record(template, public, personal, both, event.server_time)
        if template is None:
            self._note("template_unknown", event.seq)
        self.found.checked["forms judged"] += 1
        return msgspec.structs.replace(first, answers=answers_of(both)), findings

    def _take_effect(self, event: Event, content: Content) -> None:
        if isinstance(content, TemplateContent):
            try:
                template = Template.decode(content.document)
            except DomainError as error:
                self._fail("template", event.seq, reason=error.code)
                return
            self.found.templates[template.hash] = template
        elif isinstance(content, Profile):
            self.found.title, self.found.operation_code = content.title, content.operation_code

    def _fail(self, check: str, seq: int, **facts: Finding) -> None:
        self.found.failures.append(failure(check, f"no. {seq}", **facts))

    def _note(self, check: str, seq: int, **facts: Finding) -> None:
        self.found.notices.append(notice(check, f"no. {seq}", **facts))


def examine(
    events: Iterable[Event],
    entries: Mapping[int, RecordEntry],
    *,
    cug_id: CugId,
    trust: Trust,
    extractor: DeviceId,
    total: int = 0,
    on_progress: Progress | None = None,
    profile: Scope = Scope.FULL,
) -> Examination:
    """Examine a whole log; `entries` holds the plaintext of its records by seq, as much of it as `profile` has."""
    examination = Examination(cug_id, trust, extractor, profile)
    for number, event in enumerate(events, start=1):
        examination.take(event, entries.get(event.seq))
        if on_progress is not None and number % _PROGRESS_EVENTS == 0:
            on_progress(number, total)
    return examination


def _reason(error: DomainError) -> str:
    """A stable word: the reason or rule that the error names, else its code."""
    said = error.facts.get("reason") or error.facts.get("rule") or error.facts.get("check")
    return f"{error.code}: {said}" if said else error.code
