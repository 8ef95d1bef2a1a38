"""Heads, versions and the log of pictures on SQL, and what everybody may ask about the published ones.

Looking alike is found by the pieces of a picture's hash (`model.picture_query`): an index over pieces gives some
thousand candidates among a hundred thousand pictures, and only those are compared bit by bit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    delete,
    distinct,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import VersionConflict
from cen_core.model import picture as contents
from cen_core.model.case import LogEntry, State, Version
from cen_core.model.picture import FoundPicture, Picture, PictureContent, PictureVersion
from cen_core.model.picture_query import SEVERAL, PictureFilter, bands, distance, near_values
from cen_core.model.query import MAX_BUCKETS
from cen_core.model.results import Bucket
from cen_core.store.batches import batches
from cen_core.store.tables import (
    cases,
    picture_bands,
    picture_codes,
    picture_facts,
    picture_log,
    picture_versions,
    pictures,
)

_HEAD = [column.name for column in pictures.columns]
_FIXED = frozenset(
    {"number", "picture_id", "member", "author", "sha256", "dhash", "width", "height", "erased", "created_ms"}
)


class SqlPictures:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def new_number(self) -> int:
        """One that nobody else gets: PostgreSQL's from a sequence, SQLite's because there is one writer."""
        if self._connection.dialect.name == "postgresql":
            return int((await self._connection.execute(text("SELECT nextval('cen_picture_numbers')"))).scalar_one())
        last = (await self._connection.execute(select(func.coalesce(func.max(pictures.c.number), 0)))).scalar_one()
        return int(last) + 1

    async def get(self, picture_id: str, *, for_update: bool = False) -> Picture | None:
        statement = select(pictures).where(pictures.c.picture_id == picture_id)
        if for_update:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _picture(row)

    async def linked(self, case_id: str) -> Sequence[Picture]:
        return [_picture(row) for row in await self._connection.execute(_linked_to(case_id))]

    async def counterparts(self, picture_id: str, named: str, limit: int) -> Sequence[Picture]:
        numbers = select(picture_versions.c.number).where(picture_versions.c.counterpart == picture_id)
        statement = (
            select(pictures)
            .where(or_(pictures.c.number.in_(numbers), pictures.c.picture_id == named))
            .order_by(pictures.c.number)
            .limit(limit)
        )
        return [_picture(row) for row in await self._connection.execute(statement)]

    async def worklist(self, member: str, states: Collection[State], limit: int) -> Sequence[Picture]:
        """A member's pictures in these states, the latest change first."""
        statement = (
            select(pictures)
            .where(pictures.c.member == member, pictures.c.state.in_([state.value for state in states]))
            .order_by(pictures.c.changed_ms.desc(), pictures.c.number.desc())
            .limit(limit)
        )
        return [_picture(row) for row in await self._connection.execute(statement)]

    async def add(self, picture: Picture, version: PictureVersion) -> None:
        await self._connection.execute(insert(pictures).values(**_head(picture)))
        await self.add_version(version)

    async def add_version(self, version: PictureVersion) -> None:
        await self._connection.execute(
            insert(picture_versions).values(
                number=version.number,
                version=version.version,
                content=contents.encode(version.content),
                case_id=version.content.case_id,
                counterpart=version.content.counterpart,
                editor=version.editor,
                at_ms=version.at_ms,
            )
        )

    async def version(self, number: int, version: int) -> PictureVersion | None:
        statement = select(picture_versions).where(
            picture_versions.c.number == number, picture_versions.c.version == version
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return PictureVersion(row.number, row.version, contents.decode(row.content), row.editor, row.at_ms)

    async def update(self, picture: Picture) -> None:
        changed = {name: value for name, value in _head(picture).items() if name not in _FIXED}
        statement = (
            update(pictures)
            .where(pictures.c.number == picture.number, pictures.c.revision == picture.revision - 1)
            .values(**changed)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise VersionConflict(sent=picture.revision - 1, current=picture.revision)

    async def append_log(self, entries: Sequence[tuple[int, LogEntry]]) -> None:
        rows = [
            {
                "number": number,
                "action": entry.action,
                "officer": entry.officer,
                "member": entry.member,
                "version": entry.version,
                "reason": entry.reason,
                "at_ms": entry.at_ms,
            }
            for number, entry in entries
        ]
        await self._connection.execute(insert(picture_log), rows)

    async def log(self, number: int) -> Sequence[LogEntry]:
        statement = select(picture_log).where(picture_log.c.number == number).order_by(picture_log.c.entry)
        return [
            LogEntry(row.action, row.officer, row.member, row.version, row.reason, row.at_ms)
            for row in await self._connection.execute(statement)
        ]

    async def publish(self, picture: Picture, content: PictureContent) -> None:
        number = picture.number
        await self._connection.execute(
            insert(picture_facts).values(
                number=number,
                picture_id=picture.picture_id,
                version=picture.version,
                member=picture.member,
                kind=content.kind,
                heading=content.heading,
                product=content.product,
                conveyance_type=content.conveyance_type,
                detection_method=content.detection_method,
                dhash=picture.dhash,
                at_ms=picture.changed_ms,
            )
        )
        said = {"concealment": content.concealment, "detection_aid": content.detection_aids}
        rows = [{"number": number, "kind": kind, "code": code} for kind, found in said.items() for code in found]
        await self._connection.execute(insert(picture_codes), rows)
        pieces = [{"band": band, "value": value, "number": number} for band, value in bands(picture.dhash)]
        await self._connection.execute(insert(picture_bands), pieces)

    async def hide(self, numbers: Sequence[int]) -> None:
        for table in (picture_bands, picture_codes, picture_facts):
            await self._connection.execute(delete(table).where(table.c.number.in_(numbers)))

    async def page(self, chosen: PictureFilter) -> tuple[Sequence[FoundPicture], str]:
        statement = found_statement().where(*_conditions(chosen))
        if chosen.after is not None:
            at_ms, picture_id = chosen.after
            facts = picture_facts.c
            later = and_(facts.at_ms == at_ms, facts.picture_id < picture_id)
            statement = statement.where(or_(facts.at_ms < at_ms, later))
        statement = statement.order_by(picture_facts.c.at_ms.desc(), picture_facts.c.picture_id.desc())
        rows = (await self._connection.execute(statement.limit(chosen.limit + 1))).all()
        shown = rows[: chosen.limit]
        after = f"{shown[-1].at_ms}.{shown[-1].picture_id}" if len(rows) > len(shown) else ""
        return [found_picture(row) for row in shown], after

    async def count(self, chosen: PictureFilter) -> int:
        statement = select(func.count()).select_from(picture_facts).where(*_conditions(chosen))
        return int((await self._connection.execute(statement)).scalar_one())

    async def facet(self, chosen: PictureFilter, name: str) -> Sequence[Bucket]:
        """The most frequent values among the pictures that fit all conditions but its own."""
        conditions = _conditions(chosen, without=name)
        if name in SEVERAL:
            column: ColumnElement[str] = picture_codes.c.code
            start: FromClause = picture_facts.join(picture_codes, picture_codes.c.number == picture_facts.c.number)
            conditions.append(picture_codes.c.kind == name)
        else:
            column, start = picture_facts.c[name], picture_facts
        count = func.count(distinct(picture_facts.c.number))
        statement = select(column, count).select_from(start).where(*conditions).group_by(column)
        found = await self._connection.execute(statement.order_by(count.desc(), column).limit(MAX_BUCKETS))
        return [Bucket(row[0], row[1]) for row in found]

    async def similar(self, dhash: str, but: int, most: int, limit: int) -> Sequence[FoundPicture]:
        pieces = or_(
            *(
                and_(picture_bands.c.band == band, picture_bands.c.value.in_(near_values(value)))
                for band, value in bands(dhash)
            )
        )
        candidates = (
            select(picture_facts.c.number, picture_facts.c.dhash)
            .distinct()
            .join(picture_bands, picture_bands.c.number == picture_facts.c.number)
            .where(pieces, picture_facts.c.number != but)
        )
        away = [(distance(dhash, row[1]), row[0]) for row in await self._connection.execute(candidates)]
        nearest = {number: apart for apart, number in sorted(pair for pair in away if pair[0] <= most)[:limit]}
        if not nearest:
            return []
        rows = await self._connection.execute(found_statement().where(picture_facts.c.number.in_(nearest)))
        found = {row.number: found_picture(row, nearest[row.number]) for row in rows}
        return [found[number] for number in nearest]

    async def to_erase(self, limit: int) -> Sequence[str]:
        statement = (
            select(pictures.c.picture_id)
            .where(pictures.c.state == State.WITHDRAWN.value, pictures.c.erased.is_(False))
            .limit(limit)
        )
        return [row.picture_id for row in await self._connection.execute(statement)]

    async def mark_erased(self, picture_ids: Sequence[str]) -> None:
        for some in batches(picture_ids):
            await self._connection.execute(update(pictures).where(pictures.c.picture_id.in_(some)).values(erased=True))

    async def known(self, picture_ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for some in batches(picture_ids):
            statement = select(pictures.c.picture_id).where(pictures.c.picture_id.in_(some))
            found.update(row.picture_id for row in await self._connection.execute(statement))
        return found


def _linked_to(case_id: str) -> Select[Any]:
    numbers = select(picture_versions.c.number).where(picture_versions.c.case_id == case_id)
    statement: Select[Any] = select(pictures).where(pictures.c.number.in_(numbers)).order_by(pictures.c.number)
    return statement


async def take_out(connection: AsyncConnection, version: Version) -> None:
    """Withdraw every picture that was ever linked to the case that this is a content of; whoever links one right now
    holds the case's row and is waited for."""
    of_number = select(cases.c.case_id, cases.c.member).where(cases.c.number == version.number).with_for_update()
    case = (await connection.execute(of_number)).one()
    store = SqlPictures(connection)
    for row in (await connection.execute(_linked_to(case.case_id).with_for_update())).all():
        picture = _picture(row)
        gone = picture.withdrawn(version.at_ms)
        if gone is not picture:
            await store.hide([picture.number])
            await store.update(gone)
            entry = LogEntry("ban", version.editor, case.member, gone.version, "", version.at_ms)
            await store.append_log([(picture.number, entry)])


def _conditions(chosen: PictureFilter, *, without: str = "") -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, values in chosen.values.items():
        if name == without:
            continue
        if name not in SEVERAL:
            found.append(picture_facts.c[name].in_(values))
            continue
        of_kind = select(picture_codes.c.number).where(picture_codes.c.kind == name)
        has_one = picture_facts.c.number.in_(of_kind.where(picture_codes.c.code.in_(values)))
        found.append(or_(has_one, picture_facts.c.number.not_in(of_kind)) if "" in values else has_one)
    return found


def found_statement() -> Select[Any]:
    facts = picture_facts.c
    wanted: Any = (
        facts.number,
        facts.picture_id,
        facts.member,
        facts.at_ms,
        picture_versions.c.content,
        pictures.c.width,
        pictures.c.height,
    )
    statement: Select[Any] = (
        select(*wanted)
        .join(
            picture_versions,
            and_(picture_versions.c.number == facts.number, picture_versions.c.version == facts.version),
        )
        .join(pictures, pictures.c.number == facts.number)
    )
    return statement


def found_picture(row: Row[Any], apart: int = 0) -> FoundPicture:
    """Without its links: who may follow them is asked when the picture itself is opened."""
    content = contents.with_links(contents.decode(row.content))
    return FoundPicture(row.picture_id, row.member, content, row.width, row.height, apart)


def _head(picture: Picture) -> dict[str, Any]:
    return {name: getattr(picture, name) for name in _HEAD} | {"state": picture.state.value}


def _picture(row: Row[Any]) -> Picture:
    return Picture(**(dict(row._mapping) | {"state": State(row.state)}))
