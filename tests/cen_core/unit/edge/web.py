"""The core behind its edge, people who have signed in, and browsers that only follow links and send forms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2

from cen_core.api import CenPeople, Passwords, Principal
from cen_core.edge.app import build_app
from cen_core.edge.context import Services
from cen_core.edge.pages import Pages
from cen_core.edge.rates import Buckets, Rate, Rates
from cen_core.edge.requests import SESSION_COOKIE
from cen_core.model.person import Person, Session, token_hash
from cen_core.store.unit_of_work import sql_units_of_work
from cencomm.bulk.core_tables import CoreTables
from cencomm.crypto.primitives import argon2id
from tests.cen_core.world import Stand

ORIGIN = "https://cen.example"
PASSWORD = "seven calm herons"
SMALLEST = 8 * 1024
SEEN = frozenset({"cen_people", "cen_sessions", "cen_log", "cen_notice_log", "cen_picture_log"})
"""Tables that signing in, being read and being seen change."""
_FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{128})"')
_PAGES = Pages()
"""Read once for all tests."""


def quick_passwords() -> Passwords:
    """The same function with the least work that it takes."""
    return Passwords(argon2id, ops=1, memory_bytes=SMALLEST)


@dataclass
class Browser:
    """Follows no redirect by itself."""

    http: httpx2.AsyncClient
    token: str = ""

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers={"Cookie": self._cookie(), **headers})

    def _cookie(self) -> str:
        return f"{SESSION_COOKIE}={self.token}"

    async def send(self, path: str, fields: Mapping[str, Any], *, page: str = "", **headers: str) -> httpx2.Response:
        """A form, with the token of the page that it stands on."""
        shown = await self.get(page or path)
        found = _FORM_TOKEN.search(shown.text)
        assert found is not None, shown.status_code
        return await self.post(path, {"form_token": found[1], **fields}, Origin=ORIGIN, **headers)

    async def send_file(
        self, path: str, fields: Mapping[str, Any], file: tuple[str, bytes] | None = None, *, page: str = ""
    ) -> httpx2.Response:
        """A form with a file, with the token of the page that it stands on."""
        shown = await self.get(page or path)
        found = _FORM_TOKEN.search(shown.text)
        assert found is not None, shown.status_code
        parts = {"form_token": found[1], **fields}
        files = {"file": file if file is not None else ("", b"")}
        headers = {"Cookie": self._cookie(), "Origin": ORIGIN}
        return await self.http.post(path, data=parts, files=files, headers=headers)

    async def post(self, path: str, fields: Mapping[str, Any], **headers: str) -> httpx2.Response:
        return await self.http.post(path, data=dict(fields), headers={"Cookie": self._cookie(), **headers})


@dataclass
class Program:
    """Uses the API with a bearer token."""

    http: httpx2.AsyncClient
    token: str = ""

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.http.request(method, f"/cen/v1{path}", json=body, headers={**given, **headers})


async def session_of(stand: Stand, who: Principal) -> str:
    """A session of this principal, as if he had been invited and had signed in."""
    token = re.sub(r"[^a-z0-9]", "-", f"browser-{who.officer}-{who.role}-{who.level}".lower())
    async with sql_units_of_work(stand.engine)() as uow:
        await uow.people.put(
            Person(who.officer, who.member, who.region, who.role, who.level, "-", True, "", stand.now_ms)
        )
        await uow.people.end_session(token_hash(token))
        await uow.people.open_session(Session(token_hash(token), who.officer, stand.now_ms + 3_600_000))
        await uow.commit()
    return token


class Web:
    def __init__(self, stand: Stand, http: httpx2.AsyncClient, rates: Rates, transport: httpx2.ASGITransport) -> None:
        self.stand = stand
        self.transport = transport
        self.http = http
        self.rates = rates

    async def counts(self) -> dict[str, int]:
        """Rows of every table but those that change whenever somebody reads."""
        counts = await self.stand.counts()
        return {name: rows for name, rows in counts.items() if name not in SEEN}

    async def browser(self, who: Principal | None = None) -> Browser:
        return Browser(self.http, "" if who is None else await self.token(who))

    async def token(self, who: Principal) -> str:
        return await session_of(self.stand, who)

    async def with_password(self, who: Principal) -> None:
        """Invited, and `PASSWORD` chosen."""
        kept = await quick_passwords().hashed(PASSWORD, who.officer)
        async with sql_units_of_work(self.stand.engine)() as uow:
            await uow.people.put(
                Person(who.officer, who.member, who.region, who.role, who.level, kept, True, "", self.stand.now_ms)
            )
            await uow.commit()

    async def program(self, who: Principal | None = None) -> Program:
        return Program(self.http, "" if who is None else await self.token(who))


def services_for(stand: Stand) -> Services:
    """All that the edge needs, with rates that no test reaches by itself."""
    people = CenPeople(sql_units_of_work(stand.engine), quick_passwords(), now_ms=lambda: stand.now_ms)
    rates = Rates(lambda: 0.0)
    rates.requests = rates.exports = rates.uploads = rates.pictures = rates.sign_ins_of_address = Buckets(
        Rate(1, 1e9), lambda: 0.0
    )
    return Services(stand.core, people, _PAGES, rates, ORIGIN, CoreTables())


@asynccontextmanager
async def served(stand: Stand) -> AsyncIterator[Web]:
    """The application on the stand's core."""
    services = services_for(stand)
    app = build_app(services, behind_tls=True)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=("192.0.2.9", 1))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield Web(stand, client, services.rates, transport)


def text_of(response: httpx2.Response) -> str:
    """What stands on the page, without its marks."""
    return unescape(re.sub(r"<[^>]*>", " ", response.text))
