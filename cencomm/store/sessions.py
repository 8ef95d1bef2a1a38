"""Sessions and counted sign-in failures on SQL (ports in `cencomm.accounts.ports`)."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.accounts.model import NO_FAILURES, AccountKind, Failures, Session
from cencomm.ids import DeviceId
from cencomm.store import tables
from cencomm.store.rows import insert_new, put

_sessions = tables.sessions
_failures = tables.sign_in_failures


class SqlSessions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, token_hash: bytes) -> Session | None:
        row = (
            await self._connection.execute(select(_sessions).where(_sessions.c.token_hash == token_hash))
        ).one_or_none()
        if row is None:
            return None
        device_id = None if row.device_id is None else DeviceId(row.device_id)
        return Session(row.token_hash, row.account_id, AccountKind(row.kind), row.method, device_id, row.expires_ms)

    async def add(self, session: Session) -> None:
        values = {
            "token_hash": session.token_hash,
            "account_id": session.account_id,
            "kind": session.kind.value,
            "method": session.method,
            "device_id": session.device_id,
            "expires_ms": session.expires_ms,
        }
        await self._connection.execute(_sessions.insert().values(**values))

    async def bind(self, token_hash: bytes, device_id: DeviceId) -> None:
        statement = update(_sessions).where(_sessions.c.token_hash == token_hash).values(device_id=device_id)
        await self._connection.execute(statement)

    async def end(self, token_hash: bytes) -> None:
        await self._connection.execute(delete(_sessions).where(_sessions.c.token_hash == token_hash))

    async def end_of_account(self, account_id: str, *, except_token_hash: bytes | None = None) -> None:
        statement = delete(_sessions).where(_sessions.c.account_id == account_id)
        if except_token_hash is not None:
            statement = statement.where(_sessions.c.token_hash != except_token_hash)
        await self._connection.execute(statement)

    async def end_of_device(self, device_id: DeviceId) -> None:
        await self._connection.execute(delete(_sessions).where(_sessions.c.device_id == device_id))

    async def drop_expired(self, now_ms: int) -> None:
        expired = select(_sessions.c.token_hash).where(_sessions.c.expires_ms <= now_ms)
        free = expired.with_for_update(skip_locked=True)  # housekeeping never waits, so it is part of no deadlock
        await self._connection.execute(delete(_sessions).where(_sessions.c.token_hash.in_(free)))


class SqlSignInFailures:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_locked(self, subject: str) -> Failures:
        query = select(_failures).where(_failures.c.subject == subject).with_for_update(key_share=True)
        while True:  # there must be a row to lock; another transaction may drop it between the two statements
            await insert_new(self._connection, _failures, _row(subject, NO_FAILURES, 0))
            row = (await self._connection.execute(query)).one_or_none()
            if row is not None:
                return Failures(row._mapping["count"], row.locked_until_ms, row.last_ms)

    async def put(self, subject: str, failures: Failures, now_ms: int) -> None:
        await put(self._connection, _failures, _row(subject, failures, now_ms), ["subject"])

    async def forget(self, subject: str) -> None:
        await self._connection.execute(delete(_failures).where(_failures.c.subject == subject))

    async def drop_older(self, before_ms: int) -> None:
        old = select(_failures.c.subject).where(_failures.c.last_ms < before_ms).with_for_update(skip_locked=True)
        await self._connection.execute(delete(_failures).where(_failures.c.subject.in_(old)))


def _row(subject: str, failures: Failures, now_ms: int) -> dict[str, object]:
    return {
        "subject": subject,
        "count": failures.count,
        "locked_until_ms": failures.locked_until_ms,
        "last_ms": now_ms,
    }
