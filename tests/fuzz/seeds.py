"""What fuzzing begins with: every value of the project's own vectors and standard templates, as bytes.

Each decoder gets all of them. What one does not know costs it a moment; what it does know takes the fuzzer to where
random bytes never come.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from cencomm.client.bundle import Announcement, FileEntry, Manifest, ManifestSignature
from cencomm.crypto import head
from cencomm.crypto.mls.public.proposals import Add, encode_proposal
from cencomm.crypto.policy import CommitData
from cencomm.crypto.replay import Replay
from cencomm.ids import CugId
from cencomm.store.node_messages import Look, NodeMessage, encode_message
from cencomm.store.passing_messages import PassingMessage, Typist, encode_passing
from cencomm.templates_forms.model import STANDARD, standard
from cencomm.wire import frames
from cencomm.wire.content import Chat, encode_content
from cencomm.wire.frames import encode_frame
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA, TRUST
from tests.unit.groups.members import Member
from tests.unit.templates_forms.forms import small

VECTORS = Path(__file__).parent.parent / "vectors" / "own"
MAX_SEED = 64 * 1024
ID = b"i" * 16
MESSAGE_HEAD = 4
"""Bytes of an MLSMessage before what it holds."""

MANIFEST = Manifest(
    format=1,
    cug_id="ab" * 16,
    deployment_id="cd" * 16,
    root_public_key="ef" * 32,
    title="Tiger",
    operation_code="TIGER",
    extracted_by="KE/otieno/laptop",
    at_ms=1,
    up_to_seq=2,
    head="ab" * 32,
    language="en",
    records=1,
    forms=0,
    unopened=0,
    key_ids={"ab/1": "cd" * 32},
    files=(FileEntry("records.bin", 1, "ab" * 32),),
)


@cache
def seeds() -> tuple[bytes, ...]:
    """Each once, the short ones first."""
    made = (*_of_vectors(), *_of_templates(), *_of_frames(), _archive(), _form())
    found = {seed for seed in made if len(seed) <= MAX_SEED}
    return tuple(sorted(found, key=lambda seed: (len(seed), seed)))


def _of_vectors() -> Iterator[bytes]:
    for path in sorted(VECTORS.glob("*.json")):
        yield from _values(json.loads(path.read_text()))


def _values(given: Any) -> Iterator[bytes]:
    if isinstance(given, dict):
        for value in given.values():
            yield from _values(value)
    elif isinstance(given, list):
        for value in given:
            yield from _values(value)
    elif isinstance(given, str):
        yield given.encode()
        try:
            yield bytes.fromhex(given)
        except ValueError:
            return


def _of_templates() -> Iterator[bytes]:
    yield small().encode()
    for name in STANDARD:
        yield standard(name).encode()


def _of_frames() -> Iterator[bytes]:
    event = frames.Event(1, 2, frames.EventKind.RECORD, "KE/otieno/laptop", ID, b"body")
    said: list[frames.ClientFrame | frames.ServerFrame] = [
        frames.Subscribe(ID, 7),
        frames.Send(ID, ID, frames.EventKind.RECORD, b"body"),
        frames.Commit(ID, ID, b"body", b"info", (frames.WelcomeFor("KE/otieno/laptop", b"r" * 32, b"welcome"),)),
        frames.StartGroup(ID, ID, b"body"),
        frames.Ping(1),
        frames.Events(ID, (event,)),
        frames.Refused(ID, None, "wire.malformed", {"limit": 1}),
        frames.Notice(frames.NoticeKind.CLOSED, ID),
        frames.Typing(ID),
        frames.Present(ID, ("KE/otieno",)),
    ]
    yield from map(encode_frame, said)
    yield encode_content(Chat("text"))
    yield encode_message(NodeMessage(b"n" * 8, {ID: 7}, (Look.MEMBERS,)))
    yield encode_passing(PassingMessage(b"n" * 8, (Typist(ID, b"t" * 16),), moved=True))
    yield Announcement((event,), b"signed", b"s" * 64).encode()
    yield MANIFEST.encode()
    yield ManifestSignature(b"chain", b"s" * 64).encode()
    yield Replay(CugId(ID), TRUST, head.start(CugId(ID))).encode()
    yield b'{"reference":"1","goods":[{"product":"cocaine","quantity":"1.5","unit":"kg"}]}'


def _archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", MANIFEST.encode())
        archive.writestr("records.bin", b"record" * 50)
    return held.getvalue()


def _form() -> bytes:
    """A form in a workbook."""
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        survey, choices = book.add_worksheet("survey"), book.add_worksheet("choices")
        survey.write_row(0, 0, ["type", "name", "label::English (en)", "relevant", "choice_filter"])
        survey.write_row(1, 0, ["begin repeat", "goods", "Goods"])
        survey.write_row(2, 0, ["select_one kinds", "kind", "Kind", "position(..) > 1", "group = 'a'"])
        survey.write_row(3, 0, ["end repeat"])
        choices.write_row(0, 0, ["list_name", "name", "label", "group"])
        choices.write_row(1, 0, ["kinds", "cocaine", "Cocaine", "a"])
    return held.getvalue()


def grown() -> Iterator[bytes]:
    """Of a living group, so they are never the same twice: for the fuzzer, not for a test."""
    organiser = Member.opening(OTIENO, CugId(ID))
    made = organiser.admitting(SILVA)
    (_, bundle) = made.bundles[0]
    yield from (organiser.state.encode(), organiser.state.group_info(), organiser.start_body())
    yield from (made.pending.encode(), made.frame.body, made.frame.group_info, made.frame.welcomes[0].welcome)
    yield made.frame.welcomes[0].welcome[MESSAGE_HEAD:]
    yield CommitData(NOW_MS, head.start(CugId(ID))).encode()
    yield from (bundle.encode(), bundle.key_package.encode())
    yield made.pending.commit
    yield encode_proposal(Add(bundle.key_package))
    organiser.merge(made)
    yield organiser.state.encode()
    yield organiser.record()[1]
