"""What a process asks about all its connections at once: who may stay, who is a member, what waits for a device."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm.groups.model import CugState
from cencomm.ids import CugId, DeviceId, OfficerId
from cencomm.store.database import READ_ONLY
from cencomm.store.tables import cugs, hidden_officers, key_packages, members, revocation_lists, sessions, welcomes

AT_ONCE = 500

Standing = dict[CugId, CugState]


class Looks:
    """Every method reads in short transactions of its own, of AT_ONCE names each."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def live_sessions(self, token_hashes: Collection[bytes], now_ms: int) -> frozenset[bytes]:
        """Those of the sessions that have not ended."""
        column = sessions.c.token_hash
        query = select(column).where(sessions.c.expires_ms > now_ms)
        return frozenset([row[0] async for row in self._rows(query, column, sorted(token_hashes))])

    async def standings(self, account_ids: Collection[OfficerId]) -> dict[OfficerId, Standing]:
        """The CUGs of which each of these officers is a member now, and whether they are open."""
        query = (
            select(members.c.account_id, cugs.c.cug_id, cugs.c.state)
            .select_from(members.join(cugs, cugs.c.cug_id == members.c.cug_id))
            .where(members.c.removed_seq.is_(None))
        )
        found: dict[OfficerId, Standing] = {}
        async for account_id, cug_id, state in self._rows(query, members.c.account_id, sorted(account_ids)):
            found.setdefault(OfficerId(account_id), {})[CugId(cug_id)] = CugState(state)
        return found

    async def welcomes(self, device_ids: Collection[DeviceId]) -> dict[tuple[DeviceId, CugId], int]:
        """The Welcomes that wait for these devices, by the seq of the commit that made them."""
        column = welcomes.c.device_id
        query = select(column, welcomes.c.cug_id, welcomes.c.seq)
        rows = self._rows(query, column, sorted(device_ids))
        return {(DeviceId(device_id), CugId(cug_id)): seq async for device_id, cug_id, seq in rows}

    async def key_package_counts(self, device_ids: Collection[DeviceId], now_s: int) -> dict[DeviceId, int]:
        """How many packages each of these devices has left to give; none is not named."""
        column = key_packages.c.device_id
        query = (
            select(column, func.count())
            .where(
                key_packages.c.data.is_not(None),
                key_packages.c.not_after_s > now_s,
                key_packages.c.last_resort.is_(False),
            )
            .group_by(column)
        )
        return {DeviceId(name): count async for name, count in self._rows(query, column, sorted(device_ids))}

    async def who_hides(self, account_ids: Collection[OfficerId]) -> frozenset[OfficerId]:
        """Those of these officers who do not want to be shown as being on line."""
        column = hidden_officers.c.account_id
        return frozenset([OfficerId(row[0]) async for row in self._rows(select(column), column, sorted(account_ids))])

    async def revocation_numbers(self) -> dict[str, int]:
        """The number of each issuer's newest list."""
        query = select(revocation_lists.c.issuer, func.max(revocation_lists.c.number))
        async with self._engine.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            rows = await connection.execute(query.group_by(revocation_lists.c.issuer))
            return {row[0]: row[1] for row in rows}

    async def _rows(self, query: Select[Any], column: Any, names: Sequence[Any]) -> AsyncIterator[Any]:
        for some in _pieces(names):
            async with self._engine.connect() as connection:
                await connection.execution_options(**{READ_ONLY: True})
                rows = (await connection.execute(query.where(column.in_(some)))).all()
            for row in rows:
                yield row


def _pieces(names: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
