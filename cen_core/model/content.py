"""What a case holds: coded, non-nominal facts. Anything that this schema does not name is refused by its name.

Dates have no time and places no coordinates ("coarse" in the dictionary). Free text stands in four fields only
(`WORDS`), and a case is stored with it only when a national contact point says that it was read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from cen_core.errors import CaseMalformed, NominalField, UnknownField
from cen_core.model.nominal import NOMINAL_FIELDS

MAX_GOODS = 100
MAX_STAGES = 50
MAX_CODES = 30
MAX_PERSONS = 100_000

Code = Annotated[str, Meta(max_length=64)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
Location = Annotated[str, Meta(pattern=r"^([A-Z]{2}[A-Z2-9]{3}|[A-Z]{3})?\Z")]
"""A UN/LOCODE, or the three letters of an airport."""
Codes = Annotated[tuple[Code, ...], Meta(max_length=MAX_CODES)]
ShortWords = Annotated[str, Meta(max_length=200)]
LongWords = Annotated[str, Meta(max_length=4_000)]
OperationCode = Annotated[str, Meta(pattern=r"^([A-Z0-9][A-Z0-9_-]{0,31})?\Z")]
ScientificName = Annotated[str, Meta(pattern=r"^([A-Z][a-z]{1,30}( (x )?[a-z-]{2,30}){0,2}( spp\.)?)?\Z")]
"""A genus, species or subspecies. A person's name does not have this shape: its second word is a capital."""


class _Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a case share: immutable, nothing unknown, defaults left out."""


class GoodsLine(_Node, frozen=True, kw_only=True):
    """One kind of goods. `quantity` in `unit` (Rec 20, or ours), `value` in `currency` (ISO 4217)."""

    heading: Code
    product: Code
    product_other: ShortWords = ""
    species: ScientificName = ""
    hs6: Annotated[str, Meta(pattern=r"^([0-9]{6})?\Z")] = ""
    quantity: Decimal | None = None
    unit: Code = ""
    quantity_basis: Code = "unknown"
    quantity_missing: Code = ""
    value: Decimal | None = None
    currency: Code = ""
    value_basis: Code = ""


class Stage(_Node, frozen=True, kw_only=True):
    """One point of the route. The place of detection is not a stage: it is the case's own place."""

    part: Literal["departure", "transit", "destination"]
    country: Country
    location: Location = ""
    reached: bool = True


class Content(_Node, frozen=True, kw_only=True):
    """One version of a case. The route is in order: departure, transits, destination."""

    form: Literal["simplified", "long"]
    reporting_country: Country
    operation_code: OperationCode = ""
    occurred_on: date
    country: Country
    location_type: Code
    location: Location = ""
    place_text: ShortWords = ""
    direction: Code
    route: Annotated[tuple[Stage, ...], Meta(max_length=MAX_STAGES)] = ()
    transport_mode: Code
    conveyance_type: Code = ""
    traffic_type: Code
    goods: Annotated[tuple[GoodsLine, ...], Meta(max_length=MAX_GOODS)]
    detection_method: Code
    detection_aids: Codes = ()
    concealment: Codes = ()
    concealment_text: LongWords = ""
    goods_outcome: Codes = ()
    case_outcome: Code = ""
    persons_arrested: Annotated[int, Meta(ge=0, le=MAX_PERSONS)] | None = None
    narrative: LongWords = ""
    narrative_language: Annotated[str, Meta(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?\Z")] = ""


WORDS: Final = ("place_text", "concealment_text", "narrative")
"""The free text of a case; each goods line has `product_other` besides."""
LINE_WORDS: Final = "product_other"

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: nobody types them, and neither databases nor sheets take them."""
_DECIMALS = frozenset({"quantity", "value"})
_INSIDE: Mapping[str, type[_Node]] = {"goods": GoodsLine, "route": Stage}


def parse(data: Mapping[str, Any]) -> Content:
    """The content that a mapping of JSON values holds; decimals are text or whole numbers, dates `YYYY-MM-DD`.

    Raises:
        NominalField, UnknownField: a field that the schema does not have, named by its path.
        CaseMalformed: a field of another shape, named by its path.
    """
    _check_names(data, Content, "")
    try:
        return msgspec.convert(data, Content)
    except msgspec.ValidationError as error:
        raise CaseMalformed(field=_place(str(error))) from None


def _check_names(data: Mapping[str, Any], node: type[_Node], prefix: str) -> None:
    for key, value in data.items():
        path = f"{prefix}{str(key)[:64]}"
        if key not in node.__struct_fields__:
            raise NominalField(field=path) if key in NOMINAL_FIELDS else UnknownField(field=path)
        if key in _INSIDE and node is Content:
            _check_rows(value, _INSIDE[key], path)
        elif _is_not_text(value) or (key in _DECIMALS and _is_not_decimal(value)):
            raise CaseMalformed(field=path)


def _check_rows(rows: object, node: type[_Node], path: str) -> None:
    if not isinstance(rows, (list, tuple)):
        raise CaseMalformed(field=path)
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise CaseMalformed(field=f"{path}[{number}]")
        _check_names(row, node, f"{path}[{number}].")


def _is_not_text(value: object) -> bool:
    return isinstance(value, str) and _NOT_TEXT.search(value) is not None


def _is_not_decimal(value: object) -> bool:
    """A float has lost digits already; nobody weighs with more than 80, and reading them would only cost time."""
    return isinstance(value, (float, bool)) or (isinstance(value, str) and len(value) > 80)


def _place(message: str) -> str:
    """The path at the end of msgspec's message, without its `$.`; a missing field is named by the message itself."""
    text, _, place = message.rpartition(" - at `")
    path = place.rstrip("`").removeprefix("$").removeprefix(".") if text else ""
    if "required field `" in message:
        field = message.partition("required field `")[2].partition("`")[0]
        return f"{path}.{field}" if path else field
    return path


def encode(content: Content) -> bytes:
    """The canonical bytes: JSON with sorted keys, no spaces, defaults left out. One content has one encoding."""
    plain = msgspec.to_builtins(content)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(data: bytes) -> Content:
    """The content in bytes that `encode` made."""
    return _DECODER.decode(data)


def words_of(content: Content) -> Iterator[tuple[str, str]]:
    """Every free text that is there, with the path of its field."""
    for field in WORDS:
        text: str = getattr(content, field)
        if text:
            yield field, text
    for number, line in enumerate(content.goods):
        if line.product_other:
            yield f"goods[{number}].{LINE_WORDS}", line.product_other


_DECODER = msgspec.json.Decoder(Content)
