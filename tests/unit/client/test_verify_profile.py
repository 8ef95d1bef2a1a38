"""What may stand in an extraction below the full profile, and why the rest may not."""

from __future__ import annotations

import pytest

from cencomm.client.verify_profile import beyond_profile
from cencomm.crypto.records import Audience, SignedRecord
from cencomm.wire.content import Chat, Content, Extraction, Form, HistoryKeys, HistoryRequest, Left, Profile, Template
from tests.unit.client.verify_world import LONG, Log, a_marked_operation, long_answers

LOG: Log = a_marked_operation()
SIGNED = SignedRecord.decode(LOG.entries[12].signed)
TEMPLATES = {LONG.hash: LONG}


def form(answers: dict[str, object]) -> Form:
    return Form(LONG.hash, LONG.id, "1", b"r" * 16, answers)


def public_only() -> SignedRecord:
    parts = tuple(
        part if part.audience is Audience.PUBLIC else part._replace(salt=b"", content=None) for part in SIGNED.parts
    )
    return SignedRecord(SIGNED.header, SIGNED.context_hash, 0, SIGNED.seen, parts, SIGNED.signature)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (Profile("Tiger"), ""),
        (Template(LONG.encode()), ""),
        (form({"handling": "amber", "direction": "import"}), ""),
        (form({"handling": "red"}), "handling"),
        (form({"remarks": "a name"}), "not clean"),
        (form({"direction": "a name"}), "not clean"),
        (Form(bytes(32), "x", "1", b"r" * 16, {}), "template unknown"),
        (Chat("a name"), "no form"),
        (HistoryKeys(()), "no form"),
        (HistoryRequest(), "no form"),
        (Extraction(bytes(32), 1, 1, "a name"), "no form"),
        (Left("a name"), "no form"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_only_title_templates_and_clean_forms_leave(content: Content, reason: str) -> None:
    assert beyond_profile(public_only(), content, TEMPLATES) == reason


def test_a_personal_part_never_leaves() -> None:
    assert [part.audience for part in SIGNED.parts] == [Audience.PUBLIC, Audience.PERSONAL]
    open_answers = {"handling": long_answers("amber")["handling"]}
    assert beyond_profile(SIGNED, form(open_answers), TEMPLATES) == "personal part"
