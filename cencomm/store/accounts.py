"""Accounts, invitations and the deployment's row on SQL (ports in `cencomm.accounts.ports`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.accounts.model import (
    SECRETARIAT,
    Account,
    AccountKind,
    AccountSummary,
    Deployment,
    Invitation,
    Kdf,
    Verifier,
)
from cencomm.ids import CugId
from cencomm.store import tables
from cencomm.store.rows import insert_new, put

_accounts = tables.accounts
_hidden = tables.hidden_officers
_invitations = tables.invitations
_THE_ONLY = 1


class SqlAccounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, account_id: str, *, for_update: bool = False) -> Account | None:
        query = select(_accounts).where(_accounts.c.account_id == account_id)
        row = (
            await self._connection.execute(query.with_for_update(key_share=True) if for_update else query)
        ).one_or_none()
        return None if row is None else _account(row)

    async def add(self, account: Account) -> bool:
        return await insert_new(self._connection, _accounts, _values(account))

    async def set_certificate(self, account_id: str, certificate: bytes) -> None:
        await self._update(account_id, certificate=certificate)

    async def set_password(self, account_id: str, kdf: Kdf, verifier: Verifier) -> None:
        await self._update(
            account_id,
            kdf_salt=kdf.salt,
            kdf_ops_limit=kdf.ops_limit,
            kdf_memory_bytes=kdf.memory_bytes,
            verifier_salt=verifier.salt,
            verifier_digest=verifier.digest,
        )

    async def swap_wraps(self, account_id: str, expected_version: int, wraps: bytes) -> bool:
        same = and_(_accounts.c.account_id == account_id, _accounts.c.wraps_version == expected_version)
        statement = update(_accounts).where(same).values(wraps=wraps, wraps_version=expected_version + 1)
        return (await self._connection.execute(statement)).rowcount == 1

    async def is_hidden(self, account_id: str) -> bool:
        query = select(_hidden).where(_hidden.c.account_id == account_id)
        return (await self._connection.execute(query)).one_or_none() is not None

    async def set_hidden(self, account_id: str, *, hidden: bool) -> None:
        if hidden:
            await insert_new(self._connection, _hidden, {"account_id": account_id})
        else:
            await self._connection.execute(delete(_hidden).where(_hidden.c.account_id == account_id))

    async def summaries(self, administration: str | None, after: str, limit: int) -> list[AccountSummary]:
        columns = (_accounts.c.account_id, _accounts.c.kind, _accounts.c.display_name, _accounts.c.certificate)
        rows = await self._connection.execute(_page(select(*columns), administration, after, limit))
        return [AccountSummary(row[0], AccountKind(row[1]), row[2], row[3] is not None) for row in rows]

    async def uncertified(self, kind: AccountKind, administration: str | None, after: str, limit: int) -> list[Account]:
        waiting = and_(
            _accounts.c.kind == kind.value,
            _accounts.c.certificate.is_(None),
            _accounts.c.certificate_request.is_not(None),
        )
        rows = await self._connection.execute(_page(select(_accounts).where(waiting), administration, after, limit))
        return [_account(row) for row in rows]

    async def _update(self, account_id: str, **values: object) -> None:
        await self._connection.execute(update(_accounts).where(_accounts.c.account_id == account_id).values(**values))


def _page(query: Select[Any], administration: str | None, after: str, limit: int) -> Select[Any]:
    if administration is not None:
        query = query.where(_accounts.c.administration == administration)
    return query.where(_accounts.c.account_id > after).order_by(_accounts.c.account_id).limit(limit)


def _account(row: Row[Any]) -> Account:
    recovery = None if row.recovery_digest is None else Verifier(row.recovery_salt, row.recovery_digest)
    return Account(
        account_id=row.account_id,
        kind=AccountKind(row.kind),
        display_name=row.display_name,
        kdf=Kdf(row.kdf_salt, row.kdf_ops_limit, row.kdf_memory_bytes),
        verifier=Verifier(row.verifier_salt, row.verifier_digest),
        recovery=recovery,
        wraps=row.wraps,
        wraps_version=row.wraps_version,
        certificate_request=row.certificate_request,
        request_mac=row.request_mac,
        enrolled_ms=row.enrolled_ms,
        certificate=row.certificate,
    )


def _values(account: Account) -> dict[str, object]:
    recovery = account.recovery
    return {
        "account_id": account.account_id,
        "kind": account.kind.value,
        "administration": account.administration,
        "display_name": account.display_name,
        "kdf_salt": account.kdf.salt,
        "kdf_ops_limit": account.kdf.ops_limit,
        "kdf_memory_bytes": account.kdf.memory_bytes,
        "verifier_salt": account.verifier.salt,
        "verifier_digest": account.verifier.digest,
        "recovery_salt": None if recovery is None else recovery.salt,
        "recovery_digest": None if recovery is None else recovery.digest,
        "wraps": account.wraps,
        "wraps_version": account.wraps_version,
        "certificate_request": account.certificate_request,
        "request_mac": account.request_mac,
        "enrolled_ms": account.enrolled_ms,
        "certificate": account.certificate,
    }


class SqlInvitations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, account_id: str, *, for_update: bool = False) -> Invitation | None:
        query = select(_invitations).where(_invitations.c.account_id == account_id)
        row = (
            await self._connection.execute(query.with_for_update(key_share=True) if for_update else query)
        ).one_or_none()
        return None if row is None else _invitation(row)

    async def put(self, invitation: Invitation) -> None:
        values = {
            "account_id": invitation.account_id,
            "kind": invitation.kind.value,
            "display_name": invitation.display_name,
            "code_hash": invitation.code_hash,
            "invited_by": invitation.invited_by,
            "expires_ms": invitation.expires_ms,
            "redeemed": invitation.redeemed,
        }
        await put(self._connection, _invitations, values, ["account_id"])

    async def set_redeemed(self, account_id: str) -> None:
        statement = update(_invitations).where(_invitations.c.account_id == account_id).values(redeemed=True)
        await self._connection.execute(statement)

    async def of_inviters(self, administration: str, after: str, limit: int) -> list[Invitation]:
        by = _invitations.c.invited_by
        ours = by == administration
        if administration == SECRETARIAT:
            ours = or_(ours, by.startswith(f"{SECRETARIAT}/"), by == "")
        query = select(_invitations).where(ours, _invitations.c.account_id > after)
        rows = await self._connection.execute(query.order_by(_invitations.c.account_id).limit(limit))
        return [_invitation(row) for row in rows]


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        account_id=row.account_id,
        kind=AccountKind(row.kind),
        display_name=row.display_name,
        code_hash=row.code_hash,
        invited_by=row.invited_by,
        expires_ms=row.expires_ms,
        redeemed=row.redeemed,
    )


class SqlDeployments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self) -> Deployment | None:
        row = (await self._connection.execute(select(tables.deployment))).one_or_none()
        if row is None:
            return None
        return Deployment(row.deployment_id, row.root_public_key, row.name, row.disguise_key)

    async def add(self, deployment: Deployment) -> bool:
        values = {
            "only": _THE_ONLY,
            "deployment_id": deployment.deployment_id,
            "root_public_key": deployment.root_public_key,
            "name": deployment.name,
            "disguise_key": deployment.disguise_key,
        }
        return await insert_new(self._connection, tables.deployment, values)


class SqlRoles:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def role_in(self, account_id: str, cug_id: CugId) -> str | None:
        members, cugs = tables.members, tables.cugs
        query = (
            select(members.c.role)
            .join(cugs, cugs.c.cug_id == members.c.cug_id)
            .where(
                members.c.cug_id == cug_id,
                members.c.account_id == account_id,
                members.c.removed_seq.is_(None),
                cugs.c.state == "open",
            )
        )
        role: str | None = (await self._connection.execute(query)).scalar_one_or_none()
        return role
