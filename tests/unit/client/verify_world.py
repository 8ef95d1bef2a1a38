"""A log with real MLS groups and records, made without a server, and the extraction that its organiser makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.bundle import RecordEntry
from cencomm.client.extraction_files import Collected, Extractor, write_files
from cencomm.client.verify_log import examine
from cencomm.crypto import head as heads
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.head import Head
from cencomm.crypto.mls.public.group import stage_commit
from cencomm.crypto.mls.public.proposals import Add, Proposal, Remove
from cencomm.crypto.mls.secret.commit import process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import sha256
from cencomm.crypto.records import content_key, key_ring, open_record, seal_record
from cencomm.ids import ClientRef
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.parts import split
from cencomm.wire.content import Answers, Chat, Content, Extraction, Form, Profile, Template, encode_content
from cencomm.wire.frames import Event, EventKind
from tests.unit.crypto.groups import CUG, GROUP, changed, commit, entry, group_of, key_package, leaf_of, started
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, TRUST, Person

TEMPLATE = standard("simplified_seizure")
STEP_MS = 1000
REMOVED_AT = 9


@dataclass
class Log:
    """A CUG's log as a server would hold it, and the members' states."""

    events: list[Event] = field(default_factory=list)
    entries: dict[int, RecordEntry] = field(default_factory=dict)
    states: dict[str, GroupState] = field(default_factory=dict)
    head: Head = field(default_factory=lambda: heads.start(CUG))

    def append(self, kind: EventKind, sender: Person, body: bytes, client_ref: bytes = b"") -> Event:
        seq = len(self.events) + 1
        event = Event(seq, NOW_MS + seq * STEP_MS, kind, sender.device_id, client_ref or bytes([seq]) * 16, body)
        self.events.append(event)
        hashed = heads.event_hash(kind, event.sender, ClientRef(event.client_ref), body)
        self.head = heads.advance(self.head, seq, event.server_time, hashed)
        return event

    def record(self, sender: Person, *, public: Content | None = None, personal: Content | None = None) -> Event:
        """Seal, store, and open again as the extractor would."""
        state = self.states[sender.device_id]
        reference = ClientRef(bytes([len(self.events) + 1]) * 16)
        key = content_key(state.export, GROUP)
        body = seal_record(
            cug_id=CUG,
            group_id=GROUP,
            epoch=state.epoch,
            context_hash=state.public.context_hash(),
            leaf_index=state.own_leaf_index,
            client_ref=reference,
            content_key=key,
            public=encode_content(public) if public is not None else None,
            personal=encode_content(personal) if personal is not None else None,
            sent_at_ms=NOW_MS,
            seen=self.head,
            signature_seed=sender.device_seed,
        )
        event = self.append(EventKind.RECORD, sender, body, reference)
        opened = open_record(
            body,
            keys=key_ring(key),
            context_hash=state.public.context_hash(),
            signature_key=sender.device_key,
        )
        self.entries[event.seq] = RecordEntry(event.seq, opened.signed.encode())
        return event

    def form(self, sender: Person, answers: Answers) -> Event:
        public, personal = split(TEMPLATE, answers)
        number = bytes([len(self.events) + 1]) * 16

        def part(given: Answers) -> Form | None:
            return Form(TEMPLATE.hash, TEMPLATE.id, str(TEMPLATE.version), number, given) if given else None

        return self.record(sender, public=part(public), personal=part(personal))


def an_operation() -> Log:
    """Otieno opens; Silva and Dubois report and talk; Dubois is removed; Silva goes on."""
    log = Log()
    first = started(group_of(entry(OTIENO, Role.ORGANISER)))
    log.append(EventKind.GROUP, OTIENO, GroupStart(GROUP, first.group_info()).encode())
    bundles = [key_package(person) for person in (SILVA, DUBOIS)]
    roster = group_of(entry(OTIENO, Role.ORGANISER), entry(SILVA), entry(DUBOIS)).roster
    proposals: list[Proposal] = [*(Add(each.key_package) for each in bundles), changed(first, roster=roster)]
    admitted = commit(first, *proposals)
    log.append(EventKind.COMMIT, OTIENO, CommitBody(GROUP, first.epoch, admitted.commit).encode())
    assert admitted.welcome is not None
    log.states = {
        OTIENO.device_id: admitted.state,
        SILVA.device_id: join_by_welcome(admitted.welcome, bundles[0]),
        DUBOIS.device_id: join_by_welcome(admitted.welcome, bundles[1]),
    }
    log.record(OTIENO, personal=Profile("Operation Tiger", "OT26"))
    log.record(OTIENO, personal=Template(TEMPLATE.encode()))
    log.record(DUBOIS, personal=Chat('=HYPERLINK("x")', "fr"))
    log.form(SILVA, {"reporting_country": "BR", "source_text": "seen at the quay"})
    log.record(SILVA, personal=Chat("Olá", "pt"))
    log.form(DUBOIS, {"reporting_country": "FR", "item": [{"unit": "KGM", "quantity": "1.50"}]})
    remove(log, DUBOIS)
    log.record(SILVA, personal=Chat("good bye", "en"))
    return log


def remove(log: Log, person: Person) -> None:
    """Otieno removes a member."""
    before = log.states[OTIENO.device_id]
    roster = tuple(each for each in CencommGroup.of(before.public).roster if each.officer_id != person.officer_id)
    leaf: Remove = leaf_of(before, person.device_id)
    pending = commit(before, leaf, changed(before, roster=roster))
    log.append(EventKind.COMMIT, OTIENO, CommitBody(GROUP, before.epoch, pending.commit).encode())
    staged = stage_commit(before.public, pending.commit)
    del log.states[person.device_id]
    for device, state in log.states.items():
        log.states[device] = pending.state if device == OTIENO.device_id else process_commit(state, staged)


EXTRACTOR = Extractor(TRUST, OTIENO.chain, OTIENO.device_seed)


def extract_to(folder: Path, log: Log, *, extractor: Extractor = EXTRACTOR) -> Log:
    """Write the bundle of `log` into the empty `folder`, announced as the real one is; gives the longer log."""
    events, entries = list(log.events), dict(log.entries)
    examination = examine(events, entries, cug_id=CUG, trust=TRUST, extractor=extractor.chain.device_id)
    manifest, encoded = write_files(
        folder,
        Collected(events, entries),
        examination,
        cug_id=CUG,
        extractor=extractor,
        revocations=(),
        language="en",
    )
    log.record(SILVA, personal=Chat("between"))
    announced = log.record(OTIENO, personal=Extraction(sha256(encoded), manifest.records, len(events)))
    made = bundle.sign_announcement(
        tuple(log.events[len(events) :]), log.entries[announced.seq].signed, extractor.signature_seed
    )
    (folder / bundle.ANNOUNCEMENT).write_bytes(made.encode())
    return log
