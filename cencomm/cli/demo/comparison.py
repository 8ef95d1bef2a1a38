"""Records in = records out: in number per country, year and unit, and field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.cli.demo.wanted import Place, Wanted, place_of
from cencomm.client.extraction_tables import csv_path, stem_of
from cencomm.client.verify_rows import RecordRow
from cencomm.export import read_csv
from cencomm.export.forms import cell
from cencomm.export.table import as_text
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Answers, Form

_SHOWN = 20


@dataclass(slots=True)
class Comparison:
    """What went in and what came out."""

    sent: Counter[Place] = field(default_factory=Counter)
    extracted: Counter[Place] = field(default_factory=Counter)
    differing: set[int] = field(default_factory=set)
    """Numbers of records that are missing, doubled or altered."""
    said: list[str] = field(default_factory=list)

    @property
    def total_sent(self) -> int:
        return self.sent.total()

    @property
    def total_extracted(self) -> int:
        return self.extracted.total()

    @property
    def differ(self) -> int:
        """Records that differ, and places whose numbers do although no record does."""
        places = self.sent.keys() | self.extracted.keys()
        return max(len(self.differing), sum(abs(self.sent[place] - self.extracted[place]) for place in places))

    def differs(self, number: int, what: str) -> None:
        self.differing.add(number)
        if len(self.said) < _SHOWN:
            self.said.append(f"record {number}: {what}")


def compare(
    template: Template,
    sent: Mapping[bytes, Wanted],
    rows: Iterable[RecordRow],
    csv_answers: Mapping[bytes, Answers],
) -> Comparison:
    """Compare what was sent, by client_ref, with the verified records of the extraction and with its CSV files."""
    found = Comparison()
    found.sent.update(wanted.place for wanted in sent.values())
    forms = [row for row in rows if isinstance(row.content, Form)]
    found.extracted.update(place_of(_answers(row)) for row in forms)
    came: Counter[bytes] = Counter(row.client_ref for row in forms)
    by_ref = {row.client_ref: row for row in forms}
    for reference, wanted in sent.items():
        if came[reference] != 1:
            found.differs(wanted.number, f"came {came[reference]} times")
            continue
        _compare_one(found, wanted, by_ref[reference])
        for key in compare_csv(template, wanted, csv_answers.get(reference, {})):
            found.differs(wanted.number, f"{key} in the CSV files is not what was sent")
    for reference in came.keys() - sent.keys():
        found.differs(-len(found.differing) - 1, f"never sent: {reference.hex()}")
    return found


def _answers(row: RecordRow) -> Answers:
    assert isinstance(row.content, Form)
    return row.content.answers


def _compare_one(found: Comparison, wanted: Wanted, row: RecordRow) -> None:
    if row.officer.partition("/")[0] != wanted.administration:
        found.differs(wanted.number, f"came from {row.officer}")
    if not row.valid:
        found.differs(wanted.number, "is not valid any more")
    if row.standing != "verified":
        found.differs(wanted.number, f"stands as {row.standing}")
    came = _answers(row)
    if came != wanted.answers:
        for key in sorted(came.keys() | wanted.answers.keys()):
            if came.get(key) != wanted.answers.get(key):
                found.differs(wanted.number, f"{key} is not what was sent")


def compare_csv(template: Template, wanted: Wanted, in_csv: Answers) -> list[str]:
    """Fields whose text in the CSV files is not that of the answer."""
    expected = as_texts(template, wanted.answers)
    return sorted(key for key in expected.keys() | in_csv.keys() if expected.get(key) != in_csv.get(key))


def as_texts(template: Template, answers: Mapping[str, object]) -> Answers:
    """Answers as the CSV files hold them: every value as text, the rows of a repeat as a list."""
    texts: Answers = {}
    for key, value in answers.items():
        field_of_key = template.fields.get(key)
        if field_of_key is not None:
            texts[key] = as_text(cell(field_of_key, value))
        elif isinstance(value, list):
            texts[key] = [as_texts(template, row) for row in value if isinstance(row, dict)]
    return texts


def read_tables(folder: Path, template: Template) -> dict[bytes, Answers]:
    """Every form in the CSV files of an extraction, by client_ref, each answer as its text."""
    stem = stem_of(template)
    forms: dict[bytes, Answers] = {}
    by_seq: dict[str, bytes] = {}
    for row in read_csv(folder / csv_path(stem)):
        reference = bytes.fromhex(row["client_ref"])
        by_seq[row["seq"]] = reference
        forms[reference] = _fields(template, row)
    for number, repeat in enumerate(_repeats(template), start=1):
        for row in read_csv(folder / csv_path(f"{stem}-{number}")):
            rows = forms[by_seq[row["seq"]]].setdefault(repeat, [])
            assert isinstance(rows, list)
            rows.append(_fields(template, row))
    return forms


def _fields(template: Template, row: Mapping[str, str]) -> Answers:
    """What was answered; derived values follow from it and were never sent."""
    sent = {key for key, field in template.fields.items() if field.type != "derived"}
    return {key: value for key, value in row.items() if value and key in sent}


def _repeats(template: Template) -> list[str]:
    return [group.key for group in template.all_groups() if group.repeat is not None]
