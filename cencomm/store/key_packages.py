"""The directory of key packages on SQL (port in `cencomm.accounts.ports`). A reference outlives its package, so that
the same one is never taken in again."""

from __future__ import annotations

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.accounts.model import StoredKeyPackage
from cencomm.ids import DeviceId
from cencomm.store import tables
from cencomm.store.rows import insert_new

_packages = tables.key_packages


class SqlKeyPackages:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def counts(self, device_id: DeviceId, now_s: int) -> tuple[int, bool]:
        usable = and_(
            _packages.c.device_id == device_id, _packages.c.data.is_not(None), _packages.c.not_after_s > now_s
        )
        query = select(_packages.c.last_resort, func.count()).where(usable).group_by(_packages.c.last_resort)
        found = {bool(row[0]): int(row[1]) for row in await self._connection.execute(query)}
        return found.get(False, 0), found.get(True, 0) > 0

    async def add(self, package: StoredKeyPackage, now_ms: int) -> bool:
        values = {
            "reference": package.reference,
            "device_id": package.device_id,
            "data": package.data,
            "last_resort": package.last_resort,
            "not_after_s": package.not_after_s,
            "uploaded_ms": now_ms,
        }
        return await insert_new(self._connection, _packages, values)

    async def replace_last_resort(self, package: StoredKeyPackage, now_ms: int) -> bool:
        if not await self.add(package, now_ms):
            return False
        others = and_(
            _packages.c.device_id == package.device_id,
            _packages.c.last_resort.is_(True),
            _packages.c.reference != package.reference,
        )
        await self._connection.execute(update(_packages).where(others).values(data=None))
        return True

    async def take(self, device_id: DeviceId, now_s: int) -> StoredKeyPackage | None:
        usable = and_(
            _packages.c.device_id == device_id, _packages.c.data.is_not(None), _packages.c.not_after_s > now_s
        )
        query = select(_packages).where(usable).order_by(_packages.c.uploaded_ms, _packages.c.reference).limit(1)
        single = query.where(_packages.c.last_resort.is_(False)).with_for_update(skip_locked=True)
        row = (await self._connection.execute(single)).one_or_none()
        if row is None:
            row = (await self._connection.execute(query.where(_packages.c.last_resort.is_(True)))).one_or_none()
        if row is None:
            return None
        if not row.last_resort:
            given = update(_packages).where(_packages.c.reference == row.reference).values(data=None)
            await self._connection.execute(given)
        return StoredKeyPackage(row.reference, device_id, row.data, row.last_resort, row.not_after_s)

    async def drop_expired(self, device_id: DeviceId, now_s: int) -> None:
        expired = and_(_packages.c.device_id == device_id, _packages.c.not_after_s <= now_s)
        await self._connection.execute(delete(_packages).where(expired))

    async def drop_of_device(self, device_id: DeviceId) -> None:
        await self._connection.execute(update(_packages).where(_packages.c.device_id == device_id).values(data=None))
