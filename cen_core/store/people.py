"""People, invitations and sessions on SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model.person import Invitation, Person, Session
from cen_core.model.principal import Level, Role
from cen_core.store.tables import invitations, people, sessions


class SqlPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, officer: str, *, for_update: bool = False) -> Person | None:
        statement = select(people).where(people.c.officer == officer)
        if for_update:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _person(row)

    async def of(self, roles: Collection[Role], member: str, limit: int) -> Sequence[Person]:
        """By name; of one member where it is given."""
        statement = select(people).where(people.c.role.in_([role.value for role in roles]))
        if member:
            statement = statement.where(people.c.member == member)
        found = await self._connection.execute(statement.order_by(people.c.officer).limit(limit))
        return [_person(row) for row in found]

    async def put(self, person: Person) -> None:
        values = {column.name: getattr(person, column.name) for column in people.columns}
        values |= {"role": person.role.value, "level": person.level.value}
        changed = await self._connection.execute(
            update(people).where(people.c.officer == person.officer).values(**values)
        )
        if changed.rowcount == 0:
            await self._connection.execute(insert(people).values(**values))

    async def invite(self, invitation: Invitation) -> None:
        await self.forget_invitation(invitation.officer)
        await self._connection.execute(
            insert(invitations).values(
                officer=invitation.officer, token_hash=invitation.token_hash, expires_ms=invitation.expires_ms
            )
        )

    async def invitation(self, token_hash: str) -> Invitation | None:
        statement = select(invitations).where(invitations.c.token_hash == token_hash).with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else Invitation(row.officer, row.token_hash, row.expires_ms)

    async def forget_invitation(self, officer: str) -> None:
        await self._connection.execute(delete(invitations).where(invitations.c.officer == officer))

    async def open_session(self, session: Session) -> None:
        await self._connection.execute(
            insert(sessions).values(
                token_hash=session.token_hash, officer=session.officer, expires_ms=session.expires_ms
            )
        )

    async def session(self, token_hash: str) -> Session | None:
        row = (
            await self._connection.execute(select(sessions).where(sessions.c.token_hash == token_hash))
        ).one_or_none()
        return None if row is None else Session(row.token_hash, row.officer, row.expires_ms)

    async def end_session(self, token_hash: str) -> None:
        await self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    async def end_sessions(self, officer: str) -> None:
        await self._connection.execute(delete(sessions).where(sessions.c.officer == officer))

    async def forget_expired(self, now_ms: int) -> None:
        for table in (sessions, invitations):
            await self._connection.execute(delete(table).where(table.c.expires_ms <= now_ms))


def _person(row: Row[Any]) -> Person:
    return Person(**(dict(row._mapping) | {"role": Role(row.role), "level": Level(row.level)}))
