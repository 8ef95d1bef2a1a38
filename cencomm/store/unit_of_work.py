"""The accounts side's unit of work on SQL: one transaction, its repositories within it (style guide §4)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cencomm.accounts.ports import NewUnitOfWork, UnitOfWork
from cencomm.store.accounts import SqlAccounts, SqlDeployments, SqlInvitations, SqlRoles
from cencomm.store.database import READ_ONLY
from cencomm.store.devices import SqlDevices, SqlRevocationLists
from cencomm.store.key_packages import SqlKeyPackages
from cencomm.store.sessions import SqlSessions, SqlSignInFailures
from cencomm.store.vault import SqlVault


class SqlUnitOfWork:
    """Entered once. The repositories are there inside the block only."""

    accounts: SqlAccounts
    invitations: SqlInvitations
    sessions: SqlSessions
    failures: SqlSignInFailures
    devices: SqlDevices
    revocations: SqlRevocationLists
    key_packages: SqlKeyPackages
    vault: SqlVault
    deployments: SqlDeployments
    roles: SqlRoles

    def __init__(self, engine: AsyncEngine, *, read_only: bool) -> None:
        self._engine = engine
        self._read_only = read_only
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        assert self._connection is None
        connection = await self._engine.connect()
        if self._read_only:
            connection = await connection.execution_options(**{READ_ONLY: True})
        self._connection = connection
        self.accounts = SqlAccounts(connection)
        self.invitations = SqlInvitations(connection)
        self.sessions = SqlSessions(connection)
        self.failures = SqlSignInFailures(connection)
        self.devices = SqlDevices(connection)
        self.revocations = SqlRevocationLists(connection)
        self.key_packages = SqlKeyPackages(connection)
        self.vault = SqlVault(connection)
        self.deployments = SqlDeployments(connection)
        self.roles = SqlRoles(connection)
        return self

    async def commit(self) -> None:
        assert self._connection is not None
        await self._connection.commit()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.close()  # undoes what was not committed


def sql_units_of_work(engine: AsyncEngine) -> NewUnitOfWork:
    """What makes a fresh unit of work on `engine`."""

    def new_unit_of_work(*, read_only: bool = False) -> UnitOfWork:
        return SqlUnitOfWork(engine, read_only=read_only)

    return new_unit_of_work
