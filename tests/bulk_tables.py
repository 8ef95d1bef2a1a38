"""The real tables for which mappings ship, and an independent count of each, by none of the project's code."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path

from tests.shared_data import shared_path

Totals = dict[tuple[str, str], tuple[int, Decimal]]
"""(year, canonical unit) -> lines with an amount, and their sum."""
Counted = Iterator[tuple[str, str, Decimal]]
"""Year, canonical unit and amount of each line that has one."""


@dataclass(frozen=True)
class RealTable:
    """`records` of the rows become records, the others are left out by the mapping."""

    mapping: str
    file: str
    rows: int
    records: int
    count: Callable[[Path, int], Counted]
    """Of every so manieth row."""

    def path(self) -> Path:
        return shared_path("data", "seizures", self.file)


def totals(lines: Counted) -> Totals:
    found: defaultdict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    with localcontext(prec=80):
        for year, unit, amount in lines:
            number, total = found[year, unit]
            found[year, unit] = (number + 1, total + amount)
    return dict(found)


def _csv(path: Path, delimiter: str = ",", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


_THOUSANDTH = Decimal("0.001")
_POUND = Decimal("0.45359237")
UNODC_UNITS: Mapping[str, tuple[str, Decimal]] = {
    "Kilogram": ("KGM", Decimal(1)),
    "Gram": ("KGM", _THOUSANDTH),
    "Litre": ("LTR", Decimal(1)),
    "Millilitre": ("LTR", _THOUSANDTH),
    "Cc": ("LTR", _THOUSANDTH),
    "Cubic Centimeter": ("LTR", _THOUSANDTH),
    "Tablet": ("x_tablet", Decimal(1)),
    "Capsule": ("x_tablet", Decimal(1)),
    "Pill": ("x_tablet", Decimal(1)),
    "Piece": ("H87", Decimal(1)),
    "Unit": ("x_unit", Decimal(1)),
    "Barette": ("x_unit", Decimal(1)),
}
"""How the file's units are read: written here anew, so that a mistake in a mapping shows."""
_PRECURSORS = frozenset({"Dimethylamine", "Piperidine", "Other precursors", "Non-specified precursors"})


def _unodc(path: Path, step: int) -> Counted:
    for row in _csv(path, ";")[::step]:
        unit, factor = UNODC_UNITS[row["DRUG_UNIT"]]
        amount = Decimal(row["AMOUNT"])
        if unit in {"H87", "x_tablet"} and amount % 1:
            unit = "x_unit"
        yield row["SEIZURE_DATE"][:4], unit, amount * factor


def _brazil_pf(path: Path, step: int) -> Counted:
    for row in _csv(path, ";")[::step]:
        if row["QUANTIDADE"]:
            amount = Decimal(row["QUANTIDADE"].replace(",", "."))
            year = row["DATA"][-4:]
            if row["UNIDADE_MEDIDA"] == "gramas":
                yield year, "KGM", amount * _THOUSANDTH
            else:
                is_tablet = row["UNIDADE_MEDIDA"] == "comprimidos" and amount % 1 == 0
                yield year, "x_tablet" if is_tablet else "x_unit", amount


def _us_cbp(path: Path, step: int) -> Counted:
    for row in _csv(path)[::step]:
        year = int(row["FY"]) - (row["Month (abbv)"] in {"OCT", "NOV", "DEC"})
        yield str(year), "KGM", Decimal(row["Sum Qty (lbs)"]) * _POUND


def _us_lemis(path: Path, step: int) -> Counted:
    factors = {"GM": _THOUSANDTH, "KG": Decimal(1), "LB": _POUND, "MG": Decimal("0.000001")}
    for row in _csv(path)[::step]:
        amount = Decimal(row["Qty"])
        counted = row["Unit"] == "NO"
        yield row["Disp Date"][:4], "H87" if counted else "KGM", amount if counted else amount * factors[row["Unit"]]


def _colombia(path: Path, step: int) -> Counted:
    for row in json.loads(path.read_text(encoding="utf-8"))[::step]:
        yield row["fecha"][:4], "KGM", Decimal(row["cantidad"]) * _THOUSANDTH


def _cites(path: Path, step: int) -> Counted:
    units = {"": ("H87", Decimal(1)), "g": ("KGM", _THOUSANDTH), "kg": ("KGM", Decimal(1)), "ml": ("LTR", _THOUSANDTH)}
    for row in _csv(path)[::step]:
        if row["source"] == "I" and row["unit"] in units:
            unit, factor = units[row["unit"]]
            amount = Decimal(row["quantity"])
            if not (unit == "H87" and amount % 1):
                yield row["year"], unit, amount * factor


def _sinesp(path: Path, step: int) -> Counted:
    for row in _csv(path, ";", "latin-1")[::step]:
        if row["evento"].startswith("Apreensão") and row["total_peso"] not in {"", "0"}:
            yield row["data_referencia"][-4:], "KGM", Decimal(row["total_peso"])


def _cigarettes(path: Path, step: int) -> Counted:
    """By another reader than the project's own."""
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415  it brings no types

    rows = load_workbook(path, read_only=True).active.iter_rows(min_row=2, values_only=True)
    for row in list(rows)[::step]:
        if row[6]:
            yield str(row[5]), "x_cig", Decimal(str(row[6])) * 20


def _vapes(path: Path, step: int) -> Counted:
    for row in _csv(path, ";")[::step]:
        if row["Quantidade"] != "0":
            yield row["Ano"], "H87", Decimal(row["Quantidade"])


REAL_TABLES = (
    RealTable("unodc_ids", "unodc_ids_border_2011_2016.csv", 8_950, 8_950, _unodc),
    RealTable("brazil_pf", "PF_Apreensoes_Portos_Aeroportos.csv", 6_089, 6_089, _brazil_pf),
    RealTable("us_cbp", "nationwide-drugs-fy20-fy23.csv", 9_924, 9_924, _us_cbp),
    RealTable("us_lemis", "us_lemis_wildlife_refused.csv", 457, 457, _us_lemis),
    RealTable("colombia", "colombia_drugs_2018.json", 1_000, 1_000, _colombia),
    RealTable("cites_trade", "cites_pangolin_trade.csv", 3_631, 548, _cites),
    RealTable("brazil_sinesp", "SINESP_Apreensoes.csv", 8_712, 4_550, _sinesp),
    RealTable("brazil_prf_cigarettes", "PRF_ApreensoesCigarro.xlsx", 81, 74, _cigarettes),
    RealTable("brazil_prf_vapes", "PRF_ApreensoesVape.csv", 69, 52, _vapes),
)
