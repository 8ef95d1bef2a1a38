"""UNODC's Individual Drug Seizures (a `;`-separated table) as records of the simplified seizure form.

Nothing is dropped and nothing is guessed: every column stays, word for word, in `source_text`; amounts keep their
digits; where the table has no answer or contradicts itself, the form says that it is not known, and why.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cencomm.templates_forms.errors import TableMalformed
from cencomm.templates_forms.model import Answers, standard
from cencomm.templates_forms.unodc_words import (
    COUNTED,
    COUNTRIES,
    FREIGHT_PLACES,
    LOCATION_TYPES,
    NO_ANSWER,
    PERSONAL_PLACES,
    PRODUCTS,
    TRANSPORT_MODES,
    UNITS,
    UNSTATED_UNIT,
)
from cencomm.templates_forms.values import Moment, parse_date

COLUMNS = (
    "REGION",
    "SUBREGION",
    "COUNTRY",
    "ADMINISTRATIVE_DIVISION",
    "PLACE",
    "SEIZURE_DATE",
    "DRUG_NAME",
    "AMOUNT",
    "DRUG_UNIT",
    "HIDING_PLACE",
    "INSTALLATION",
    "TRANSPORT",
    "PRODUCING_COUNTRY",
    "DEPARTURE_COUNTRY",
    "DESTINATION_COUNTRY",
    "ROUTING",
)
UNKNOWN_COUNTRY = "XX"
NOT_STATED = "Not stated"
_AMOUNT = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")
_DIRECTIONS = {
    "Border - inbound": "import",
    "Border - outbound": "export",
    "Border - transit/free trade zone": "transit",
}


@dataclass(frozen=True, slots=True)
class UnodcRow:
    """One seizure. `number` counts the rows from 1, `line` is where it ends in the file; `country` is ISO 3166-1
    alpha-2, `unit` and `amount` as written; `values` holds every column as written."""

    number: int
    line: int
    country: str
    year: int
    unit: str
    amount: str
    values: Mapping[str, str]


def read_unodc(path: Path) -> list[UnodcRow]:
    """Every row of the file.

    Raises:
        TableMalformed: with the line and the column of the first row that cannot be read.
    """
    with path.open("rb") as file:
        return list(rows_of(file))


def rows_of(lines: Iterable[bytes]) -> Iterator[UnodcRow]:
    """The rows one by one, from the lines of a file; the first line names the columns.

    Raises:
        TableMalformed: as `read_unodc`.
    """
    reader = csv.reader(_decoded(lines), delimiter=";", strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise TableMalformed(line=1, column="", reason="columns")
        for number, cells in enumerate(reader, 1):
            yield _row(number, reader.line_num, cells)
    except csv.Error:
        raise TableMalformed(line=reader.line_num, column="", reason="quoting") from None


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise TableMalformed(line=number, column="", reason="not_utf8") from None


def _row(number: int, line: int, cells: list[str]) -> UnodcRow:
    if len(cells) != len(COLUMNS):
        raise TableMalformed(line=line, column="", reason="cell_count")
    values = dict(zip(COLUMNS, cells, strict=True))
    for column, value in values.items():
        if len(value) > 1_000 or "\n" in value or "\r" in value:
            raise TableMalformed(line=line, column=column, reason="cell_text")
    country = COUNTRIES.get(values["COUNTRY"])
    if country is None:
        raise TableMalformed(line=line, column="COUNTRY", reason="unknown_country")
    if not isinstance(parse_date(values["SEIZURE_DATE"]), Moment):
        raise TableMalformed(line=line, column="SEIZURE_DATE", reason="date")
    if _AMOUNT.fullmatch(values["AMOUNT"]) is None:
        raise TableMalformed(line=line, column="AMOUNT", reason="amount")
    if not values["DRUG_NAME"].strip():
        raise TableMalformed(line=line, column="DRUG_NAME", reason="empty")
    if values["ROUTING"] not in _DIRECTIONS:
        raise TableMalformed(line=line, column="ROUTING", reason="unknown_routing")
    year = int(values["SEIZURE_DATE"][:4])
    return UnodcRow(number, line, country, year, values["DRUG_UNIT"], values["AMOUNT"], values)


def answers_for(row: UnodcRow) -> Answers:
    """The row as answers to the simplified seizure form, without an error finding."""
    values = row.values
    return {
        "reporting_country": row.country,
        "national_case_ref": f"UNODC-IDS-{row.number:06d}",
        "sharing_targets": ["group"],
        "offence_at": values["SEIZURE_DATE"],
        "offence_country": row.country,
        **_place(row),
        **_movement(row),
        "transport_mode": TRANSPORT_MODES.get(values["TRANSPORT"], "0"),
        "traffic_type": _traffic(values),
        "item": [_item(row)],
        "detection_method": "unknown",
        "source_text": "\n".join(f"{column}: {values[column]}" for column in COLUMNS),
    }


def original_values(answers: Mapping[str, object]) -> dict[str, str]:
    """The columns as they were written, from answers that `answers_for` made; of other answers, nothing."""
    text = answers.get("source_text")
    lines = text.split("\n") if isinstance(text, str) else []
    cells = [line.partition(": ")[::2] for line in lines]
    return dict(cells) if tuple(column for column, _ in cells) == COLUMNS else {}


def _place(row: UnodcRow) -> Answers:
    values = row.values
    kind = LOCATION_TYPES.get(values["INSTALLATION"], "unknown")
    named = [values[column].strip() for column in ("PLACE", "ADMINISTRATIVE_DIVISION")]
    place: Answers = {"location_type": kind, "offence_place": ", ".join(filter(None, named))[:500] or NOT_STATED}
    if kind in {"airport", "seaport"}:
        # The table names ports in words only; ZZZ is the form's "code not known" of a country.
        place["offence_location"] = f"{row.country}ZZZ"
    return place


def _movement(row: UnodcRow) -> Answers:
    """Direction and both ends. What contradicts the rules of a route is said to be unknown, with the reason."""
    direction = _DIRECTIONS[row.values["ROUTING"]]
    reasons: list[str] = []
    departure = _country(row, "DEPARTURE_COUNTRY", reasons)
    destination = _country(row, "DESTINATION_COUNTRY", reasons)
    if departure == destination != UNKNOWN_COUNTRY:
        reasons.append(f"The source gives {departure} as departure and as destination.")
        if direction == "import":
            departure = UNKNOWN_COUNTRY
        else:
            destination = UNKNOWN_COUNTRY
    here = _territory(row.country)
    if direction == "transit" and here in {_territory(departure), _territory(destination)}:
        direction = "unknown"
        reasons.append("The source says transit, but the route begins or ends in the territory of the seizure.")
    movement: Answers = {
        "direction": direction,
        "departure_country": departure,
        "destination_country": destination,
    }
    if reasons:
        movement["unknown_reason"] = " ".join(reasons)
    return movement


def _country(row: UnodcRow, column: str, reasons: list[str]) -> str:
    name = row.values[column]
    code = COUNTRIES.get(name, UNKNOWN_COUNTRY)
    if code == UNKNOWN_COUNTRY:
        said = "does not state it" if name in NO_ANSWER else "has a name without a code"
        reasons.append(f"{column}: the source {said}.")
    return code


def _territory(country: str) -> str:
    for table in standard("simplified_seizure").tables:
        if table.key == "customs_territory":
            return table.rows.get(country, {}).get("territory", country)
    return country


def _traffic(values: Mapping[str, str]) -> str:
    place, transport = values["HIDING_PLACE"], values["TRANSPORT"]
    if values["INSTALLATION"] == "Post Office" or place == "Postal" or transport == "Mail":
        return "mail"
    if transport.startswith("Private"):
        return "private"
    if place in FREIGHT_PLACES:
        return "cargo"
    return "passenger" if place in PERSONAL_PLACES or transport == "Pedestrian" else "unknown"


def _item(row: UnodcRow) -> Answers:
    name = row.values["DRUG_NAME"].strip()
    heading, product = PRODUCTS.get(name, ("drugs", "other"))
    item: Answers = {
        "heading": heading,
        "product": product,
        "quantity": row.amount,
        "unit": _unit(row, heading),
        "quantity_basis": "unknown",
    }
    if product == "other":
        item["product_other"] = name if len(name) >= 3 else f"{name} (name of the source)"
    if not Decimal(row.amount):
        item["quantity_missing"] = "not_stated"
    return item


def _unit(row: UnodcRow, heading: str) -> str:
    unit = UNITS.get(row.unit, UNSTATED_UNIT)
    in_parts = unit in COUNTED and Decimal(row.amount) % 1 != 0
    if in_parts or (unit == "H87" and heading == "precursors"):
        return UNSTATED_UNIT
    return unit
