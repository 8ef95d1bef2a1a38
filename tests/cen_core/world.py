"""People, cases and a core to use them with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cen_core.api import CenCore, Change, Entry, Level, NewPicture, PictureChange, Principal, Role
from cen_core.model.case import Case, Move
from cen_core.model.picture import Picture
from cen_core.store.database import open_engine
from cen_core.store.picture_folder import PictureFolder
from cen_core.store.tables import metadata
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.drawn import NearCleaner, written

FINGERPRINT_KEY = b"a secret of this test, 32 bytes."
NOW_MS = 1_735_689_600_000
"""2025-01-01."""

OFFICER = Principal("KE", Level.UNLIMITED, "esa", "KE/otieno")
COLLEAGUE = Principal("KE", Level.UNLIMITED, "esa", "KE/wanjiru")
READER = Principal("KE", Level.READ_ONLY, "esa", "KE/mwangi")
LIMITED = Principal("KE", Level.LIMITED, "esa", "KE/achieng")
NCP = Principal("KE", Level.UNLIMITED, "esa", "KE/ncp", Role.NCP)
FOREIGNER = Principal("FR", Level.UNLIMITED, "europe", "FR/martin")
FOREIGN_NCP = Principal("FR", Level.UNLIMITED, "europe", "FR/ncp", Role.NCP)
RILO = Principal("", Level.READ_ONLY, "esa", "rilo-esa/abebe", Role.RILO)
SECRETARY = Principal("", Level.UNLIMITED, "", "secretariat/one", Role.SECRETARIAT)
SECOND_SECRETARY = Principal("", Level.UNLIMITED, "", "secretariat/two", Role.SECRETARIAT)

_DATA: dict[str, Any] = {
    "form": "simplified",
    "reporting_country": "KE",
    "occurred_on": "2024-03-01",
    "country": "KE",
    "location_type": "seaport",
    "location": "KEMBA",
    "direction": "export",
    "route": [
        {"part": "departure", "country": "KE", "location": "KEMBA"},
        {"part": "transit", "country": "SG", "reached": False},
        {"part": "destination", "country": "VN", "location": "VNHPH"},
    ],
    "transport_mode": "1",
    "traffic_type": "cargo",
    "goods": [{"heading": "fauna_flora", "product": "ivory_raw", "quantity": "512.5", "unit": "KGM"}],
    "detection_method": "risk_profile",
}


def line(**changes: Any) -> dict[str, Any]:
    """A valid goods line with these fields changed."""
    given: dict[str, Any] = deepcopy(_DATA["goods"][0])
    return given | changes


def data(**changes: Any) -> dict[str, Any]:
    """A valid case with these fields changed; None takes one out."""
    changed = deepcopy(_DATA) | changes
    return {name: value for name, value in changed.items() if value is not None}


def import_data(country: str, departure: str, **changes: Any) -> dict[str, Any]:
    """A valid import into `country`, as its own administration reports it."""
    route = [{"part": "departure", "country": departure}, {"part": "destination", "country": country}]
    given: dict[str, Any] = {
        "reporting_country": country,
        "country": country,
        "location_type": "airport",
        "location": None,
        "direction": "import",
        "route": route,
        "transport_mode": "4",
        "traffic_type": "passenger",
        "goods": [{"heading": "drugs", "product": "cocaine", "quantity": "1", "unit": "KGM"}],
    }
    return data(**(given | changes))


def picture_data(**changes: Any) -> dict[str, Any]:
    """What is validly said about a picture, with these fields changed; None takes one out."""
    given: dict[str, Any] = {
        "kind": "photo",
        "heading": "drugs",
        "product": "cocaine",
        "conveyance_type": "container_ship",
        "concealment": ["container_structure"],
        "detection_method": "risk_profile",
        "detection_aids": ["xray_cargo"],
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


_KEYS: Iterator[int] = count(1)


def entry(given: dict[str, Any] | None = None, **options: Any) -> Entry:
    """An entry with a key of its own."""
    options.setdefault("key", f"key-{next(_KEYS):08d}")
    return Entry(data() if given is None else given, **options)


def new_picture(given: dict[str, Any] | None = None, sent: bytes = b"", **options: Any) -> NewPicture:
    """A picture with a key of its own."""
    options.setdefault("key", f"key-{next(_KEYS):08d}")
    return NewPicture(sent or written(), picture_data() if given is None else given, **options)


def picture_change(picture: Picture) -> PictureChange:
    return PictureChange(picture.picture_id, picture.revision)


def change(case: Case) -> Change:
    return Change(case.case_id, case.revision)


@dataclass
class Stand:
    """A core on an empty database, its clock in the test's hand, its pictures cleaned in this process."""

    engine: AsyncEngine
    folder: Path
    now_ms: int = NOW_MS
    core: CenCore = field(init=False)

    def __post_init__(self) -> None:
        ids = count(1)
        self.core = CenCore(
            sql_units_of_work(self.engine),
            FINGERPRINT_KEY,
            PictureFolder(self.folder),
            cleaner=NearCleaner(),
            now_ms=lambda: self.now_ms,
            new_id=lambda: f"{next(ids):032x}",
        )

    async def counts(self) -> dict[str, int]:
        """How many rows every table has: what a refusal must leave as it is."""
        async with self.engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }

    async def submitted(self, given: dict[str, Any] | None = None, by: Principal = OFFICER) -> Case:
        return await self.core.create(by, entry(given, submit=True))

    async def published(self, given: dict[str, Any] | None = None) -> Case:
        """A validated case: entered by an officer of its member, validated by the contact point."""
        given = data() if given is None else given
        member = given["reporting_country"]
        officer = Principal(member, Level.UNLIMITED, "", f"{member}/officer")
        contact_point = Principal(member, Level.UNLIMITED, "", f"{member}/ncp", Role.NCP)
        case = await self.submitted(given, officer)
        return await self.core.validate(contact_point, change(case))

    async def pictured(self, given: dict[str, Any] | None = None, sent: bytes = b"") -> Picture:
        """A validated picture of Kenya's."""
        picture = await self.core.cpdb.add(OFFICER, new_picture(given, sent, submit=True))
        return await self.core.cpdb.move(NCP, Move.VALIDATE, picture_change(picture), looked=True)

    def stored(self) -> list[str]:
        """The files of pictures."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


@asynccontextmanager
async def new_stand(database_url: str) -> AsyncIterator[Stand]:
    async with open_engine(database_url) as engine:
        with TemporaryDirectory(prefix="cen-pictures-") as folder:
            yield Stand(engine, Path(folder))
