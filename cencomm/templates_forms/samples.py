"""Made-up seizure records for demonstrations and tests: plausible, the same for a seed, about nobody and nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cencomm.templates_forms.model import Answers

FIRST_DAY = date(2024, 1, 1)
DAYS = 365


@dataclass(frozen=True, slots=True)
class Sample:
    """One made-up record and the administration (ISO 3166-1 alpha-2) that reports it."""

    administration: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class _Place:
    airport: str
    seaport: str
    language: str


PLACES = {
    "AE": _Place("DXB", "AEJEA", "ar"),
    "AO": _Place("AOZZZ", "AOLAD", "pt"),
    "BR": _Place("GRU", "BRSSZ", "pt"),
    "CO": _Place("BOG", "COCTG", "es"),
    "EG": _Place("CAI", "EGALY", "ar"),
    "ES": _Place("MAD", "ESALG", "es"),
    "FR": _Place("CDG", "FRLEH", "fr"),
    "KE": _Place("NBO", "KEMBA", "en"),
    "KZ": _Place("ALA", "KZAAU", "ru"),
    "MX": _Place("MEX", "MXZLO", "es"),
    "NL": _Place("AMS", "NLRTM", "en"),
    "NG": _Place("LOS", "NGAPP", "en"),
    "PT": _Place("LIS", "PTSIE", "pt"),
    "RU": _Place("SVO", "RULED", "ru"),
    "SN": _Place("DSS", "SNDKR", "fr"),
    "VN": _Place("SGN", "VNSGN", "en"),
}
"""The administrations that report, with an airport, a sea port and the language of their remarks."""

_GOODS = (
    ("drugs", "cocaine_hcl", "KGM", 400, 3),
    ("drugs", "heroin", "GRM", 9_000, 1),
    ("drugs", "captagon", "x_tablet", 500_000, 0),
    ("tobacco", "cigarettes", "x_cig", 3_000_000, 0),
    ("tobacco", "cigarettes", "x_cig_carton", 4_000, 0),
    ("fauna_flora", "pangolin_scale", "KGM", 900, 2),
    ("fauna_flora", "live", "HEA", 120, 0),
    ("fauna_flora", "timber", "MTQ", 60, 2),
    ("ipr", "footwear", "H87", 12_000, 0),
    ("ipr", "medicines", "H87", 50_000, 0),
    ("precursors", "acetic_anhydride", "LTR", 2_000, 1),
    ("weapons", "ammunition", "H87", 2_500, 0),
    ("currency", "notes", "H87", 3_000, 0),
    ("hazmat", "waste_e", "TNE", 45, 2),
    ("ods", "hcfc22", "KGM", 1_500, 1),
    ("other_prohibited", "cultural", "H87", 30, 0),
)
"""Heading, product, unit, largest quantity and places after the point."""

_REMARKS = {
    "en": "Found during the examination of a mixed load.",
    "fr": "Découvert lors de la visite d’un chargement mixte.",
    "es": "Hallado durante el reconocimiento de una carga mixta.",
    "ru": "Обнаружено при досмотре сборного груза.",
    "ar": "عُثر عليها أثناء تفتيش شحنة مختلطة.",
    "pt": "Encontrado durante a verificação de uma carga mista.",
}

_SELECTED = ("routine", "random", "risk_profile", "officer_targeting", "intelligence", "partner_agency")


def sample_records(count: int, seed: int = 0, administrations: int = len(PLACES)) -> list[Sample]:
    """`count` records of that many administrations in turn, each valid under the simplified seizure form."""
    random = Random(seed)  # noqa: S311  made-up data, no secret
    return list(_records(count, random, sorted(PLACES)[:administrations]))


def _records(count: int, random: Random, countries: Sequence[str]) -> Iterator[Sample]:
    for number in range(count):
        country = countries[number % len(countries)]
        yield Sample(country, _answers(number, country, random))


def _answers(number: int, country: str, random: Random) -> Answers:
    day = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    answers: Answers = {
        "reporting_country": country,
        "national_case_ref": f"{country}-{day.year}-{number + 1:05d}",
        "sharing_targets": ["group", "cen"] if random.random() < 0.3 else ["group"],
        "offence_at": f"{day.isoformat()}T{random.randrange(24):02d}:{random.randrange(60):02d}Z",
        "offence_country": country,
        **_movement(country, random),
        **_transport(PLACES[country], random),
        "item": [_item(random) for _ in range(1 if random.random() < 0.85 else 2)],
        "detection_method": random.choice(_SELECTED),
    }
    if random.random() < 0.4:
        answers["persons_arrested"] = random.randrange(4)
    if random.random() < 0.25:
        answers["remarks"] = _REMARKS[PLACES[country].language]
    return answers


def _movement(country: str, random: Random) -> Answers:
    """A route that the rules on customs territories agree with: the other ends lie far away."""
    others = [other for other in ("AO", "BR", "CO", "EG", "KE", "MX", "NG", "SN", "VN") if other != country]
    first, second = random.sample(others, 2)
    direction = random.choice(("import", "import", "export", "transit"))
    departure, destination = {
        "import": (first, country),
        "export": (country, second),
        "transit": (first, second),
    }[direction]
    return {"direction": direction, "departure_country": departure, "destination_country": destination}


def _transport(place: _Place, random: Random) -> Answers:
    if random.random() < 0.5:
        traffic = random.choice(("cargo", "passenger", "express"))
        return _at("airport", place.airport, "4", traffic)
    return _at("seaport", place.seaport, "1", "cargo")


def _at(kind: str, location: str, mode: str, traffic: str) -> Answers:
    answers = {"location_type": kind, "offence_location": location, "transport_mode": mode, "traffic_type": traffic}
    if location.endswith("ZZZ"):
        answers["offence_place"] = "International airport"
    return answers


def _item(random: Random) -> Answers:
    heading, product, unit, most, places = random.choice(_GOODS)
    return {
        "heading": heading,
        "product": product,
        "quantity": _quantity(random.randrange(1, most * 10**places + 1), places),
        "unit": unit,
        "quantity_basis": "weighed" if places else "counted",
    }


def _quantity(digits: int, places: int) -> str:
    """`digits` with the point before the last `places` of them: exact, without floating point."""
    if not places:
        return str(digits)
    text = str(digits).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}"
