"""What of seizure records may leave, as the Python client says it.

Reads {}; writes {"templates": {id: document}, "cases": [{"template", "answers", "leaving": [[path, value, once_read]],
"named": [path, nominal] | null}]}: samples, hand-made records, and texts that hold a name in many writings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from cencomm.templates_forms.errors import NominalInWords
from cencomm.templates_forms.model import Answers, Template, standard
from cencomm.templates_forms.release import projected
from cencomm.templates_forms.samples import sample_records
from tests.unit.templates_forms.forms import good, good_item
from tests.unit.templates_forms.test_release import LONG

IDENTIFIED: Answers = {
    "person": [
        {"family_name": "Müller", "given_names": "A", "id_doc_no": "AB 12-345", "sex": "M", "nationality": ["DE"]},
        {"name_native": "王明", "alias": "Σωκράτης"},
        {"family_name": "Strauß", "given_names": "Nguyễn", "name_native": "สมชาย"},
    ],
    "vessel_name": "Aurora Star",
}
TEXTS = (
    "declared as timber",
    "Taken from MULLER, who fled",
    "Mu\u0308ller",
    "Mullerin",
    "papers AB12345 were false",
    "papers AB-1 2345",
    "aboard the aurora  star",
    "the star aurora",
    "司机王明逃走了",
    "ΣΩΚΡΆΤΗΣ",
    "strauss and sons",
    "STRAUẞ",
    "NGUYEN VAN",
    "นายสมชายหนี",
    "a man",
    "case_KE_NBO_2024_0817",
    "A\ufe0fB 12-345",
)


def written() -> Iterator[tuple[str, Answers]]:
    long = LONG | IDENTIFIED
    for text in TEXTS:
        yield "long_seizure", long | {"modus_operandi": text}
    yield "long_seizure", long | {"concealment_text": "by Müller", "text_language": None}
    yield "long_seizure", long | {"operation_code": "AB12345"}
    yield "long_seizure", {key: value for key, value in LONG.items() if key != "departure_country"}
    yield "long_seizure", LONG | {"modus_operandi": "", "detection_aids": [], "item": [], "persons_arrested": 0}
    yield "simplified_seizure", good(offence_place="near the yard", remarks="stays")
    yield "simplified_seizure", good(operation_code="AB-1234", national_case_ref="AB-1234")
    yield "simplified_seizure", good_item(product="other", product_other="KE 2026 1 resin")
    for sample in sample_records(20, seed=5):
        yield "simplified_seizure", sample.answers


def said(template: Template, answers: Answers) -> dict[str, Any]:
    """Of a record that holds a name what leaves is asked without its nominal answers, whose values leave nowhere."""
    try:
        projected(template, answers, words=True)
        named = None
    except NominalInWords as refusal:
        named = [refusal.facts["path"], refusal.facts["nominal"]]
    plain = {key: value for key, value in answers.items() if key not in {"person", "vessel_name", "national_case_ref"}}
    if named is not None:
        plain["item"] = [{key: value for key, value in row.items() if key != "serial_no"} for row in answers["item"]]
    at_once = {one.path for one in projected(template, plain).leaving}
    leaving = [[one.path, one.value, one.path not in at_once] for one in projected(template, plain, words=True).leaving]
    return {"leaving": leaving, "named": named}


def main() -> None:
    templates = {name: standard(name) for name in ("simplified_seizure", "long_seizure")}
    cases = []
    for name, answers in written():
        kept = {key: value for key, value in answers.items() if value is not None}
        cases.append({"template": name, "answers": kept} | said(templates[name], kept))
    documents = {name: template.encode().decode() for name, template in templates.items()}
    json.dump({"templates": documents, "cases": cases}, sys.stdout)


if __name__ == "__main__":
    main()
