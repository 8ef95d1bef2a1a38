"""The door of the CEN core: every use, for a principal. CENcomm's server enters here and nowhere else.

The core never learns from which group a case came: what enters is the content, a fingerprint and a principal.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from cen_core.cpdb import Cpdb
from cen_core.cws import Cws
from cen_core.imaging.worker import PictureCleaner
from cen_core.model.case import Case, LogEntry, Move, State, Version
from cen_core.model.findings import Finding
from cen_core.model.person import Person
from cen_core.model.principal import Level, Principal, Role
from cen_core.model.projection import project, source_key
from cen_core.model.quality import Quality
from cen_core.model.results import CaseView, Found, Results, Statistics
from cen_core.model.saved import Kind as SavedKind
from cen_core.model.saved import Measured, Saved, Watched
from cen_core.model.trends import Trend
from cen_core.model.upload import DryRun, Row, Upload
from cen_core.services import bulk, cases, people, quality, releases, saved, search, trends
from cen_core.services.bulk import Bulk
from cen_core.services.cases import OPEN, Change, Entry
from cen_core.services.entry import day_of
from cen_core.services.passwords import Passwords
from cen_core.services.people import Wanted
from cen_core.services.picture_files import Cleaner, PictureFiles
from cen_core.services.pictures import Means, NewPicture, PictureChange
from cen_core.services.ports import NewUnitOfWork
from cen_core.services.saved import WantedSearch
from cen_core.services.search import Question
from cen_core.store.database import open_engine
from cen_core.store.unit_of_work import sql_units_of_work

__all__ = [
    "CenCore",
    "CenPeople",
    "Change",
    "Cpdb",
    "Entry",
    "Level",
    "NewPicture",
    "Passwords",
    "PictureChange",
    "PictureFiles",
    "Principal",
    "Question",
    "Role",
    "Row",
    "SavedKind",
    "Wanted",
    "WantedSearch",
    "open_both",
    "open_core",
    "project",
    "source_key",
]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _new_id() -> str:
    return secrets.token_hex(16)


class CenCore:
    """Errors are those of the service functions of the same names; each refusal leaves everything as it was."""

    def __init__(
        self,
        new_uow: NewUnitOfWork,
        fingerprint_key: bytes,
        files: PictureFiles,
        *,
        cleaner: Cleaner | None = None,
        now_ms: Callable[[], int] = _now_ms,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        """`files` is where the bytes of pictures lie."""
        self._new_uow = new_uow
        self._fingerprint_key = fingerprint_key
        self._now_ms = now_ms
        self._new_id = new_id
        self.cws = Cws(new_uow, now_ms, new_id)
        self.cpdb = Cpdb(Means(new_uow, files, cleaner or PictureCleaner()), now_ms, new_id)

    async def create(self, principal: Principal, entry: Entry) -> Case:
        return await cases.create(principal, entry, self._new_uow(), self._now_ms(), self._new_id())

    async def release(self, principal: Principal, entry: Entry) -> Case:
        return await releases.release(principal, entry, self._new_uow(), self._now_ms(), self._new_id())

    async def withdraw_release(self, principal: Principal, source_key: str, reason: str = "") -> Case:
        return await releases.withdraw_release(principal, source_key, reason, self._new_uow(), self._now_ms())

    async def amend(
        self,
        principal: Principal,
        change: Change,
        data: Mapping[str, Any],
        *,
        words_read: bool = False,
        submit: bool = False,
    ) -> Case:
        return await cases.amend(
            principal, change, data, self._new_uow(), self._now_ms(), words_read=words_read, submit=submit
        )

    async def add_words(self, principal: Principal, change: Change, words: Mapping[str, str]) -> Case:
        return await cases.add_words(principal, change, words, self._new_uow(), self._now_ms())

    async def submit(self, principal: Principal, change: Change) -> Case:
        return await self._move(principal, Move.SUBMIT, change)

    async def discard(self, principal: Principal, change: Change) -> Case:
        return await self._move(principal, Move.DISCARD, change)

    async def validate(self, principal: Principal, change: Change) -> Case:
        return await self._move(principal, Move.VALIDATE, change)

    async def send_back(self, principal: Principal, change: Change, reason: str) -> Case:
        """Return the case for correction."""
        return await self._move(principal, Move.RETURN, change, reason)

    async def withdraw(self, principal: Principal, change: Change, reason: str) -> Case:
        return await self._move(principal, Move.WITHDRAW, change, reason)

    async def _move(self, principal: Principal, move: Move, change: Change, reason: str = "") -> Case:
        return await cases.move(principal, move, change, self._new_uow(), self._now_ms(), reason)

    def check(self, principal: Principal, data: Mapping[str, Any]) -> Sequence[Finding]:
        """Everything that `create` or `amend` would find wrong in the fields, not only the first; nothing is stored."""
        return cases.check(principal, data, self._now_ms())

    async def read(self, principal: Principal, case_id: str) -> CaseView:
        return await cases.read(principal, case_id, self._new_uow(), self._now_ms())

    async def history(self, principal: Principal, case_id: str) -> Sequence[Version]:
        return await cases.history(principal, case_id, self._new_uow(), self._now_ms())

    async def log(self, principal: Principal, case_id: str) -> Sequence[LogEntry]:
        return await cases.log(principal, case_id, self._new_uow(read_only=True))

    async def worklist(
        self, principal: Principal, states: Sequence[State] = OPEN, limit: int = 100
    ) -> Sequence[CaseView]:
        return await cases.worklist(principal, self._new_uow(read_only=True), states, limit)

    async def search(self, principal: Principal, question: Question) -> Results:
        return await search.search(principal, question, self._new_uow(read_only=True))

    def export(self, principal: Principal, given: Mapping[str, Sequence[str]]) -> AsyncIterator[Found]:
        return search.export(principal, given, self._new_uow(read_only=True))

    async def statistics(
        self, principal: Principal, given: Mapping[str, Sequence[str]], dimensions: Sequence[str]
    ) -> Statistics:
        return await search.statistics(principal, given, dimensions, self._new_uow(read_only=True))

    async def over_time(
        self, principal: Principal, given: Mapping[str, Sequence[str]], *, period: str = "month", by: str = ""
    ) -> Statistics:
        return await search.over_time(principal, given, self._new_uow(read_only=True), period=period, by=by)

    async def trend(self, principal: Principal, given: Mapping[str, Sequence[str]]) -> Trend:
        return await trends.trend(principal, given, self._new_uow(read_only=True), day_of(self._now_ms()))

    async def quality(self, principal: Principal, given: Mapping[str, Sequence[str]]) -> Sequence[Quality]:
        return await quality.board(principal, given, self._new_uow(read_only=True))

    async def save_search(self, principal: Principal, wanted: WantedSearch) -> Saved:
        return await saved.save(principal, wanted, self._new_uow(), self._now_ms(), self._new_id())

    async def searches(self, principal: Principal) -> Sequence[Watched]:
        return await saved.listed(principal, self._new_uow(read_only=True))

    async def search_seen(self, principal: Principal, saved_id: str) -> Saved:
        return await saved.seen(principal, saved_id, self._new_uow(), self._now_ms())

    async def share_search(self, principal: Principal, saved_id: str, *, shared: bool) -> Saved:
        return await saved.share(principal, saved_id, self._new_uow(), shared=shared)

    async def forget_search(self, principal: Principal, saved_id: str) -> None:
        await saved.forget(principal, saved_id, self._new_uow())

    async def measure(self, principal: Principal, saved_id: str) -> Measured:
        return await saved.measure(principal, saved_id, self._new_uow(read_only=True))

    async def dry_run(self, principal: Principal, rows: Sequence[Row], *, words_read: bool = False) -> DryRun:
        return await bulk.dry_run(
            principal, self._bulk(rows, words_read), self._new_uow(read_only=True), self._now_ms()
        )

    async def upload(
        self,
        principal: Principal,
        rows: Sequence[Row],
        name: str,
        *,
        words_read: bool = False,
        key: str | None = None,
    ) -> tuple[Upload, DryRun]:
        return await bulk.upload(
            principal, self._bulk(rows, words_read), name, self._new_uow(), self._now_ms(), self._new_id, key
        )

    def _bulk(self, rows: Sequence[Row], words_read: bool) -> Bulk:
        return Bulk(rows, self._fingerprint_key, words_read)

    async def validate_upload(self, principal: Principal, upload_id: str) -> Upload:
        return await bulk.validate(principal, upload_id, self._new_uow(), self._now_ms())

    async def undo_upload(self, principal: Principal, upload_id: str) -> Upload:
        return await bulk.undo(principal, upload_id, self._new_uow(), self._now_ms())

    async def upload_log(self, principal: Principal, limit: int = 100) -> Sequence[Upload]:
        return await bulk.log(principal, self._new_uow(read_only=True), limit)


class CenPeople:
    """Who may sign in. Errors are those of the functions of `services.people` with the same names."""

    def __init__(
        self,
        new_uow: NewUnitOfWork,
        passwords: Passwords,
        *,
        now_ms: Callable[[], int] = _now_ms,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._new_uow = new_uow
        self._passwords = passwords
        self._now_ms = now_ms
        self._new_token = new_token

    async def invite(self, principal: Principal, wanted: Wanted) -> str:
        """The token of the link, which is nowhere else."""
        token = self._new_token()
        await people.invite(principal, wanted, self._new_uow(), self._now_ms(), token)
        return token

    async def found(self, wanted: Wanted) -> str:
        """As `invite`, by the operator of the machine: never behind a route."""
        token = self._new_token()
        await people.found(wanted, self._new_uow(), self._now_ms(), token)
        return token

    async def invited(self, token: str) -> str:
        return await people.invited(token, self._new_uow(), self._now_ms())

    async def accept(self, token: str, password: str) -> str:
        """The officer. Raises InvitationInvalid, PasswordWeak."""
        kept = await self._passwords.hashed(password, await self.invited(token))
        return await people.accept(token, kept, self._new_uow(), self._now_ms())

    async def sign_in(self, officer: str, password: str) -> tuple[str, Person]:
        """The new session's token, and whose it is."""
        token = self._new_token()
        uows = (self._new_uow(read_only=True), self._new_uow())
        person = await people.sign_in(officer, password, self._passwords, uows, self._now_ms(), token)
        return token, person

    async def session_of(self, token: str) -> Person:
        return await people.session_of(token, self._new_uow(read_only=True), self._now_ms())

    async def sign_out(self, token: str) -> None:
        await people.sign_out(token, self._new_uow())

    async def change(self, principal: Principal, officer: str, level: Level, *, active: bool) -> Person:
        return await people.change(principal, officer, level, active=active, uow=self._new_uow(), now_ms=self._now_ms())

    async def people(self, principal: Principal) -> Sequence[Person]:
        return await people.people(principal, self._new_uow(read_only=True))


@asynccontextmanager
async def open_core(
    database_url: str,
    fingerprint_key: bytes,
    files: PictureFiles,
    *,
    now_ms: Callable[[], int] = _now_ms,
    new_id: Callable[[], str] = _new_id,
) -> AsyncIterator[CenCore]:
    """The core on its database, brought to the newest schema. `fingerprint_key` is a secret of the deployment; with
    another one, records that came before are not known again. Raises DatabaseUrlInvalid."""
    async with open_engine(database_url) as engine:
        yield CenCore(sql_units_of_work(engine), fingerprint_key, files, now_ms=now_ms, new_id=new_id)


@asynccontextmanager
async def open_both(
    database_url: str, fingerprint_key: bytes, passwords: Passwords, files: PictureFiles
) -> AsyncIterator[tuple[CenCore, CenPeople]]:
    """As `open_core`, with its people. Raises DatabaseUrlInvalid."""
    async with open_engine(database_url) as engine:
        units = sql_units_of_work(engine)
        yield CenCore(units, fingerprint_key, files), CenPeople(units, passwords)
