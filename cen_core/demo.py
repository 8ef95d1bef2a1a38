"""Demonstration data, made here and by nobody seized: people of six administrations and the cases that they validated.

Everything goes in by the door that everybody uses, with the same rules and the same log.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from cen_core import demo_notices, demo_pictures
from cen_core.api import CenCore, CenPeople, Entry, Level, Principal, Role, Row, SavedKind, Wanted, WantedSearch

SEED: Final = 11
CASES: Final = 60
"""For each administration."""
WAITING: Final = 3
DAYS: Final = 600
MEMBERS: Final = {"KE": "esa", "FR": "europe", "BR": "americas", "EG": "mena", "SG": "asia_pacific", "GH": "wca"}
PORTS: Final = {"KE": "KEMBA", "FR": "FRLEH", "BR": "BRSSZ", "EG": "EGALY", "SG": "SGSIN", "GH": "GHTEM"}
AIRPORTS: Final = {"KE": "NBO", "FR": "CDG", "BR": "GRU", "EG": "CAI", "SG": "SIN", "GH": "ACC"}
ORIGINS: Final = ("CO", "EC", "TZ", "NG", "VN", "CN", "AE", "TR", "MA", "IN")
GOODS: Final = (
    ("drugs", "cocaine", "KGM", 1, 900),
    ("drugs", "heroin", "KGM", 1, 60),
    ("drugs", "cannabis_resin", "KGM", 5, 1_500),
    ("drugs", "methamphetamine", "GRM", 200, 9_000),
    ("tobacco", "cigarettes", "H87", 20_000, 9_000_000),
    ("fauna_flora", "ivory_raw", "KGM", 2, 800),
    ("fauna_flora", "pangolin_scale", "KGM", 5, 1_200),
    ("ipr", "clothing", "H87", 50, 20_000),
    ("precursors", "ephedrine", "KGM", 2, 300),
)
METHODS: Final = ("risk_profile", "officer_targeting", "routine", "intelligence", "random")


def principal(member: str, name: str, role: Role = Role.OFFICER) -> Principal:
    return Principal(member, Level.UNLIMITED, MEMBERS[member], f"{member}/{name}", role)


async def fill(core: CenCore, people: CenPeople, password: str, today: date) -> None:
    """People with this password, and cases of the time before `today`; once, on an empty core."""
    await _invite(people, password)
    await demo_notices.fill(core.cws)
    made = random.Random(SEED)  # noqa: S311  made-up seizures need no secrecy
    for member in MEMBERS:
        rows = [Row(number, f"DEMO-{number}", _case(member, made, today)) for number in range(1, CASES + 1)]
        officer = principal(member, "analyst")
        entered, _ = await core.upload(officer, rows, "demonstration")
        await core.validate_upload(principal(member, "ncp", Role.NCP), entered.upload_id)
        for number in range(WAITING):
            await core.create(officer, Entry(_case(member, made, today), f"demo-{member}-{number:04d}", submit=True))
    await demo_pictures.fill(core.cpdb, principal)
    await _save_searches(core, principal("KE", "ncp", Role.NCP))


async def _save_searches(core: CenCore, contact_point: Principal) -> None:
    watched = WantedSearch(SavedKind.WATCH, "Ivory", {"product": ["ivory_raw"]})
    indicator = WantedSearch(SavedKind.INDICATOR, "From Colombia", {"departure": ["CO"]}, {"heading": ["drugs"]})
    for wanted in (watched, indicator):
        kept = await core.save_search(contact_point, wanted)
    await core.share_search(contact_point, kept.saved_id, shared=True)


async def _invite(people: CenPeople, password: str) -> None:
    secretariat = "secretariat/desk"
    token = await people.found(Wanted(secretariat, Role.SECRETARIAT, Level.UNLIMITED))
    await people.accept(token, password)
    voucher = Principal("", Level.UNLIMITED, "", secretariat, Role.SECRETARIAT)
    others = (
        Wanted("secretariat/editor", Role.SECRETARIAT, Level.UNLIMITED),
        Wanted("rilo-esa/analyst", Role.RILO, Level.UNLIMITED, "", "esa"),
    )
    for wanted in others:
        await people.accept(await people.invite(voucher, wanted), password)
    for member, region in MEMBERS.items():
        contact_point = Wanted(f"{member}/ncp", Role.NCP, Level.UNLIMITED, member, region)
        await people.accept(await people.invite(voucher, contact_point), password)
        officer = Wanted(f"{member}/analyst", Role.OFFICER, Level.UNLIMITED, member)
        await people.accept(await people.invite(principal(member, "ncp", Role.NCP), officer), password)


def accounts() -> Iterator[tuple[str, str]]:
    """Who can sign in: the role and the name."""
    for member in MEMBERS:
        yield Role.NCP.value, f"{member}/ncp"
        yield Role.OFFICER.value, f"{member}/analyst"
    yield Role.RILO.value, "rilo-esa/analyst"
    yield Role.SECRETARIAT.value, "secretariat/desk"
    yield Role.SECRETARIAT.value, "secretariat/editor"


def _case(member: str, made: random.Random, today: date) -> dict[str, Any]:
    """A believable import or export; kilograms lie on the small side of their range, as seizures do."""
    heading, product, unit, least, most = made.choice(GOODS)
    by_sea = made.random() < 0.6
    far = made.choice(ORIGINS)
    inbound = made.random() < 0.7
    ends = (far, member) if inbound else (member, far)
    line: dict[str, Any] = {"heading": heading, "product": product, "unit": unit, "quantity_basis": "weighed"}
    line["quantity"] = str(round(least + (most - least) * made.random() ** 3))
    transit = [{"part": "transit", "country": made.choice(("NL", "PA", "ZA"))}] if made.random() < 0.3 else []
    return {
        "form": "simplified",
        "reporting_country": member,
        "occurred_on": (today - timedelta(days=made.randrange(DAYS))).isoformat(),
        "country": member,
        "location_type": "seaport" if by_sea else "airport",
        "location": PORTS[member] if by_sea else AIRPORTS[member],
        "direction": "import" if inbound else "export",
        "route": [{"part": "departure", "country": ends[0]}, *transit, {"part": "destination", "country": ends[1]}],
        "transport_mode": "1" if by_sea else "4",
        "traffic_type": "cargo" if by_sea else "passenger",
        "detection_method": made.choice(METHODS),
        "goods": [line],
    }
