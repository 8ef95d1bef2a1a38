"""What of a simplified seizure record enters the core, where it comes as a whole row and not through CENcomm's client:
the fields that the standard template lets leave, and nothing else (`cencomm.templates_forms.release`).

Free text never comes this way: it is put into the case by the contact point who read it. The national case number
stays behind; a keyed fingerprint goes instead, so that a later amendment or withdrawal finds its case.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from cen_core.model.codes import form
from cencomm.templates_forms.release import projected

_PATHS: Final[Mapping[str, str]] = {
    "occurred_on": "offence_at",
    "country": "offence_country",
    "location": "offence_location",
    "route": "departure_country",
    "route[0].country": "departure_country",
    "route[1].country": "destination_country",
}
_LABEL: Final = b"cen source key v1"


def project(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a case, to be given to `content.parse`, from the answers of a simplified seizure record.

    Raises:
        NominalInWords: a value that would leave is the national case number.
    """
    return dict(projected(form(), answers).data)


def column_of(field: str) -> str:
    """The path in the record that a path in the case came from, so that a finding stands at the cell it is about."""
    if field.startswith("goods["):
        return f"item[{field.removeprefix('goods[')}"
    return "item" if field == "goods" else _PATHS.get(field, field)


def source_key(key: bytes, member: str, reference: str) -> str:
    """The fingerprint (64 hexadecimal digits) of a member's own case number; without `key` nobody can try numbers."""
    text = b"\0".join((_LABEL, member.encode(), reference.encode("utf-8", "surrogatepass")))
    return hmac.new(key, text, hashlib.sha256).hexdigest()
