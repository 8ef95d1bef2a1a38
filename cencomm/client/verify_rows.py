"""What an examination of a log finds: a row for each record and event, and everything that does not hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cencomm.client.model import FindingRow
from cencomm.client.verify_checks import Failure, Notice
from cencomm.ids import DeviceId, officer_of
from cencomm.templates_forms.errors import PartsDisagree
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.parts import merge
from cencomm.wire.content import Answers, Content, Form


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record whose signature holds, and what the examination says of it."""

    seq: int
    at_ms: int
    device: str
    name: str
    client_ref: bytes
    sent_at_ms: int
    group_id: bytes
    epoch: int
    standing: str
    """`verified`, or `failing` where a check failed."""
    content: Content | None
    findings: tuple[FindingRow, ...] = ()

    @property
    def officer(self) -> str:
        return officer_of(DeviceId(self.device))

    @property
    def valid(self) -> bool | None:
        """Whether no rule of level error is broken; None for anything but a form."""
        if not isinstance(self.content, Form):
            return None
        return not any(finding.level == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the log, of whatever kind."""

    seq: int
    at_ms: int
    kind: str
    device: str
    epoch: int
    standing: str
    says: str
    event_hash: bytes


@dataclass(slots=True)
class Examined:
    """What the examination found; grows while it runs."""

    records: list[RecordRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    templates: dict[bytes, Template] = field(default_factory=dict)
    key_ids: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    title: str = ""
    operation_code: str = ""
    unopened: int = 0
    withheld: int = 0
    """Records that the extraction's profile, or their own handling, keeps in the group."""
    witnessed_seq: int = 0
    """The newest event that a later record of another administration than the extractor's has signed as seen."""

    @property
    def forms(self) -> int:
        return sum(isinstance(row.content, Form) for row in self.records)

    def key_ids_as_text(self) -> dict[str, str]:
        """As the manifest names them."""
        return {f"{group.hex()}/{epoch}": key.hex() for (group, epoch), key in self.key_ids.items()}


def answers_of(parts: tuple[Form | None, Form | None]) -> Answers:
    """The answers of both parts together; where they contradict each other, the personal ones as they are."""
    public, personal = (form.answers if form is not None else {} for form in parts)
    try:
        return merge(public, personal)
    except PartsDisagree:
        return {**public, "personal_part": personal}


def kind_of(content: Content | None) -> str:
    """A word for programs, the content's tag: chat, form, template, history_keys …"""
    return "unknown" if content is None else str(content.__struct_config__.tag)
