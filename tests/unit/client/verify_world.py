"""A log with real MLS groups and records, made without a server, and the extraction that its organiser makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.bundle import RecordEntry
from cencomm.client.extraction_files import DEFAULT_SCOPE, Collected, Extractor, Scope, write_files
from cencomm.client.extraction_scope import reduced
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
from cencomm.export.profiles import Profile as Scale
from cencomm.ids import ClientRef
from cencomm.templates_forms.model import Template as FormTemplate
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.parts import split
from cencomm.wire.content import Answers, Chat, Content, Extraction, Form, Profile, Template, encode_content
from cencomm.wire.frames import Event, EventKind
from tests.unit.crypto.groups import CUG, GROUP, changed, commit, entry, group_of, key_package, leaf_of, started
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, TRUST, Person

TEMPLATE = standard("simplified_seizure")
STEP_MS = 1000
REMOVED_AT = 9


def _named(seq: int) -> bytes:
    """16 bytes that stand for the event of this number."""
    return bytes([seq]) * 16 if seq < 256 else seq.to_bytes(16, "big")


@dataclass
class Log:
    """A CUG's log as a server would hold it, and the members' states."""

    events: list[Event] = field(default_factory=list)
    entries: dict[int, RecordEntry] = field(default_factory=dict)
    states: dict[str, GroupState] = field(default_factory=dict)
    head: Head = field(default_factory=lambda: heads.start(CUG))

    def append(self, kind: EventKind, sender: Person, body: bytes, client_ref: bytes = b"") -> Event:
        seq = len(self.events) + 1
        event = Event(seq, NOW_MS + seq * STEP_MS, kind, sender.device_id, client_ref or _named(seq), body)
        self.events.append(event)
        hashed = heads.event_hash(kind, event.sender, ClientRef(event.client_ref), body)
        self.head = heads.advance(self.head, seq, event.server_time, hashed)
        return event

    def record(self, sender: Person, *, public: Content | None = None, personal: Content | None = None) -> Event:
        """Seal, store, and open again as the extractor would."""
        state = self.states[sender.device_id]
        reference = ClientRef(_named(len(self.events) + 1))
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

    def form(
        self,
        sender: Person,
        answers: Answers,
        *,
        template: FormTemplate = TEMPLATE,
        record_id: bytes = b"",
        replaces: bytes | None = None,
    ) -> Event:
        public, personal = split(template, answers)
        number = record_id or _named(len(self.events) + 1)

        def part(given: Answers) -> Form | None:
            version = str(template.version)
            return Form(template.hash, template.id, version, number, given, replaces) if given else None

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


LONG = standard("long_seizure")
SECRET = "Ivan Petrovich Secret"
"""A name that stands in every personal place of the operation below."""


def a_marked_operation() -> Log:
    """The same officers on the long form: amber with a person in it, red, corrected to red, careless, and talk."""
    log = an_operation()
    log.record(OTIENO, personal=Template(LONG.encode()))
    log.form(SILVA, long_answers("amber"), template=LONG)
    log.form(SILVA, long_answers("red"), template=LONG)
    first = log.form(SILVA, long_answers("green"), template=LONG, record_id=b"c" * 16)
    log.form(SILVA, long_answers("red"), template=LONG, record_id=b"c" * 16, replaces=first.client_ref)
    log.record(SILVA, public=Form(LONG.hash, LONG.id, "1", b"m" * 16, {"direction": SECRET}))
    log.record(SILVA, public=Form(LONG.hash, LONG.id, "1", b"n" * 16, {"remarks": SECRET}))
    log.record(SILVA, personal=Profile(SECRET, "X"))
    log.record(SILVA, personal=Chat(f"arrested: {SECRET}", "en"))
    return log


def long_answers(handling: str) -> Answers:
    return {
        "reporting_country": "BR",
        "handling": handling,
        "offence_at": "2026-01-02T03:04:00Z",
        "offence_country": "BR",
        "offence_lat": "-23.9608",
        "offence_lon": "-46.3336",
        "item": [
            {
                "heading": "drugs",
                "product": "heroin",
                "quantity": "2500",
                "unit": "GRM",
                "value": "10",
                "value_currency": "USD",
            },
            {
                "heading": "fauna_flora",
                "product": "pangolin_scale",
                "quantity": "3",
                "unit": "KGM",
                "species": "Manis tricuspis",
            },
        ],
        "person": [{"person_role": "courier", "family_name": SECRET, "sex": "m"}],
        "remarks": f"seen with {SECRET}",
    }


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


def extract_to(
    folder: Path, log: Log, *, extractor: Extractor = EXTRACTOR, scope: Scope = DEFAULT_SCOPE, language: str = "en"
) -> Log:
    """Write the bundle of `log` into the empty `folder`, announced as the real one is; gives the longer log."""
    events, entries = list(log.events), dict(log.entries)
    device = extractor.chain.device_id
    examination = examine(events, entries, cug_id=CUG, trust=TRUST, extractor=device)
    if scope.profile is not Scale.FULL:
        entries = reduced(examination.found, entries)
        examination = examine(events, entries, cug_id=CUG, trust=TRUST, extractor=device, profile=scope.profile)
    manifest, encoded = write_files(
        folder,
        Collected(events, entries),
        examination,
        cug_id=CUG,
        extractor=extractor,
        revocations=(),
        language=language,
        scope=scope,
    )
    log.record(SILVA, personal=Chat("between"))
    said = bundle.EVERYTHING if scope.profile is Scale.FULL else str(scope.profile)
    announced = log.record(OTIENO, personal=Extraction(sha256(encoded), manifest.records, len(events), said))
    after = () if scope.profile is Scale.STATISTICAL else tuple(log.events[len(events) :])
    made = bundle.sign_announcement(after, log.entries[announced.seq].signed, extractor.signature_seed)
    (folder / bundle.ANNOUNCEMENT).write_bytes(made.encode())
    return log
