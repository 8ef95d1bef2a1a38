"""The vault over HTTP. Parse, call one service, render."""

from __future__ import annotations

from cencomm.accounts import vault
from cencomm.server.context import Handler, RequestContext
from cencomm.wire.encoding import Malformed
from cencomm.wire.http import (
    StoredVaultItem,
    VaultItemsIn,
    VaultItemsOut,
    VaultPositionOut,
    VaultVersionOut,
    VaultWrapsIn,
    VaultWrapsOut,
)

MAX_DIGITS = 18
PAGE_BYTES = 4 * 1024 * 1024
"""A page ends early beyond this, so that its size is bounded however large the items are."""


async def wraps(context: RequestContext) -> VaultWrapsOut:
    version, data = await vault.wraps(context.session, context.unit_of_work(read_only=True))
    return VaultWrapsOut(version=version, wraps=data)


async def put_wraps(context: RequestContext, request: VaultWrapsIn) -> VaultVersionOut:
    uow = context.unit_of_work()
    return VaultVersionOut(version=await vault.put_wraps(context.session, request.expected_version, request.wraps, uow))


async def append(context: RequestContext, request: VaultItemsIn) -> VaultPositionOut:
    items = tuple(vault.Item(item.item_id, item.version, item.data) for item in request.items)
    return VaultPositionOut(position=await vault.append(context.session, items, context.unit_of_work()))


async def items(context: RequestContext, *, after: str | None, limit: int) -> VaultItemsOut:
    uow = context.unit_of_work(read_only=True)
    found, more = await vault.items_after(context.session, _position(after), limit, uow)
    size = 0
    page: list[StoredVaultItem] = []
    for entry in found:
        size += len(entry.data)
        if page and size > PAGE_BYTES:
            return VaultItemsOut(items=tuple(page), more=True)
        page.append(
            StoredVaultItem(item_id=entry.item_id, version=entry.version, data=entry.data, position=entry.position)
        )
    return VaultItemsOut(items=tuple(page), more=more)


def _position(after: str | None) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit()) or len(after) > MAX_DIGITS:
        raise Malformed(what="after")
    return int(after)


HANDLERS: dict[str, Handler] = {
    "vault_wraps": wraps,
    "put_vault_wraps": put_wraps,
    "vault_items": items,
    "append_vault_items": append,
}
