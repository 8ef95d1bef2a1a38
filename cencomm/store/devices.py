"""Devices and revocation lists on SQL (ports in `cencomm.accounts.ports`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.accounts.model import Device, StoredRevocationList
from cencomm.ids import DeviceId
from cencomm.store import tables
from cencomm.store.rows import insert_new

_devices = tables.devices
_lists = tables.revocation_lists


class SqlDevices:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, device_id: DeviceId, *, for_update: bool = False) -> Device | None:
        query = select(_devices).where(_devices.c.device_id == device_id)
        row = (
            await self._connection.execute(query.with_for_update(key_share=True) if for_update else query)
        ).one_or_none()
        return None if row is None else _device(row)

    async def of_account(self, account_id: str) -> list[Device]:
        return await self._where(_devices.c.account_id == account_id)

    async def of_administration(self, administration: str) -> list[Device]:
        return await self._where(_devices.c.account_id.startswith(f"{administration}/", autoescape=True))

    async def add(self, device: Device) -> bool:
        values = {
            "device_id": device.device_id,
            "account_id": device.account_id,
            "public_key": device.public_key,
            "certificate": device.certificate,
            "registered_ms": device.registered_ms,
            "revoked_ms": device.revoked_ms,
        }
        return await insert_new(self._connection, _devices, values)

    async def set_certificate(self, device_id: DeviceId, certificate: bytes) -> None:
        statement = update(_devices).where(_devices.c.device_id == device_id).values(certificate=certificate)
        await self._connection.execute(statement)

    async def revoke(self, device_id: DeviceId, now_ms: int) -> None:
        alive = (_devices.c.device_id == device_id, _devices.c.revoked_ms.is_(None))
        await self._connection.execute(update(_devices).where(*alive).values(revoked_ms=now_ms))

    async def _where(self, condition: ColumnElement[bool]) -> list[Device]:
        rows = await self._connection.execute(select(_devices).where(condition).order_by(_devices.c.device_id))
        return [_device(row) for row in rows]


def _device(row: Row[Any]) -> Device:
    return Device(
        device_id=DeviceId(row.device_id),
        account_id=row.account_id,
        public_key=row.public_key,
        certificate=row.certificate,
        registered_ms=row.registered_ms,
        revoked_ms=row.revoked_ms,
    )


class SqlRevocationLists:
    """The deployment's one row stands for "which lists there are": publishing locks it, deciding by the lists shares
    the lock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self) -> None:
        await self._connection.execute(select(tables.deployment.c.only).with_for_update(read=True))

    async def begin_publishing(self) -> None:
        await self._connection.execute(select(tables.deployment.c.only).with_for_update(key_share=True))

    async def newest(self, issuer: str) -> StoredRevocationList | None:
        query = select(_lists).where(_lists.c.issuer == issuer).order_by(_lists.c.number.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _stored(row)

    async def newest_of_all(self) -> list[StoredRevocationList]:
        later = _lists.alias("later")
        newer = select(later.c.number).where(later.c.issuer == _lists.c.issuer, later.c.number > _lists.c.number)
        query = select(_lists).where(~newer.exists()).order_by(_lists.c.issuer)
        return [_stored(row) for row in await self._connection.execute(query)]

    async def add(self, stored: StoredRevocationList) -> bool:
        values = {
            "issuer": stored.issuer,
            "number": stored.number,
            "data": stored.data,
            "published_ms": stored.published_ms,
        }
        return await insert_new(self._connection, _lists, values)


def _stored(row: Row[Any]) -> StoredRevocationList:
    return StoredRevocationList(row.issuer, row.number, row.data, row.published_ms)
