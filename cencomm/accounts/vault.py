"""The vault: wraps changed by compare-and-swap, items written once (PROTOCOL §1.3). All of it is sealed for us."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.accounts import access, lockout, tokens
from cencomm.accounts.errors import NotSignedIn, SignInRefused, VaultConflict, VaultFull
from cencomm.accounts.model import Account, Kdf, Session, VaultEntry
from cencomm.accounts.ports import UnitOfWork
from cencomm.wire.encoding import TooLarge

MAX_ITEMS = 100_000
MAX_ITEM_BYTES = 128 * 1024
"""What one account may store."""


@dataclass(frozen=True, slots=True)
class ChangePassword:
    key: bytes | None = field(repr=False)
    """The old authentication key; not needed in a recovery session."""
    new_kdf: Kdf
    new_key: bytes = field(repr=False)
    expected_version: int
    wraps: bytes = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class Item:
    item_id: bytes
    version: int
    data: bytes = field(repr=False)


async def wraps(session: Session, uow: UnitOfWork) -> tuple[int, bytes]:
    """(version, wraps)."""
    access.require(session, "vault_wraps")
    async with uow:
        account = await _account(session, uow)
    return account.wraps_version, account.wraps


async def put_wraps(session: Session, expected_version: int, data: bytes, uow: UnitOfWork) -> int:
    """The new version. Raises VaultConflict if the version is not the expected one; nothing is changed then."""
    access.require(session, "put_vault_wraps")
    async with uow:
        if not await uow.accounts.swap_wraps(session.account_id, expected_version, data):
            raise VaultConflict(expected=expected_version)
        await uow.commit()
    return expected_version + 1


async def change_password(session: Session, command: ChangePassword, uow: UnitOfWork, now_ms: int) -> None:
    """The new verifier and the re-wrapped vault in one step; every other session of the account ends.

    Raises:
        KdfNotOffered, VaultConflict: nothing is changed.
        SignInRefused: the old key is wrong, or missing in a session by password; it is counted.
        LockedOut: too many of these.
    """
    access.require(session, "change_password")
    tokens.check_kdf(command.new_kdf)
    async with uow:
        attempt = await lockout.begin_attempt(uow, session.account_id, command.address, now_ms)
        account = await _account(session, uow)
        recovering = session.method == access.RECOVERY
        if not recovering and (command.key is None or not tokens.fits(account.verifier, command.key)):
            await attempt.wrong()
            await uow.commit()
            raise SignInRefused
        if not await uow.accounts.swap_wraps(account.account_id, command.expected_version, command.wraps):
            raise VaultConflict(expected=command.expected_version)
        await attempt.right()
        verifier = tokens.new_verifier(command.new_key)
        await uow.accounts.set_password(account.account_id, command.new_kdf, verifier)
        await uow.sessions.end_of_account(account.account_id, except_token_hash=session.token_hash)
        await uow.commit()


async def append(session: Session, items: tuple[Item, ...], uow: UnitOfWork) -> int:
    """The last position afterwards. The same bytes again are harmless.

    Raises:
        VaultConflict: an (item_id, version) is there with other bytes; nothing of the batch is stored.
        VaultFull, TooLarge: nothing of the batch is stored.
    """
    access.require(session, "append_vault_items")
    for item in items:
        check_size(item)
    async with uow:
        await _account(session, uow, for_update=True)  # one writer at a time: positions have no gap
        position = await uow.vault.last_position(session.account_id)
        for item in items:
            known = await uow.vault.find(session.account_id, item.item_id, item.version)
            if known is not None:
                if known.data != item.data:
                    raise VaultConflict(version=item.version)
                continue
            position += 1
            if position > MAX_ITEMS:
                raise VaultFull(items=MAX_ITEMS)
            entry = VaultEntry(position, item.item_id, item.version, item.data)
            await uow.vault.append(session.account_id, entry)
        await uow.commit()
    return position


async def begin(account_id: str, item: Item, uow: UnitOfWork) -> None:
    """The first item of a new account's vault, in the caller's unit of work."""
    await uow.vault.append(account_id, VaultEntry(1, item.item_id, item.version, item.data))


def check_size(item: Item) -> None:
    """Raises TooLarge."""
    if len(item.data) > MAX_ITEM_BYTES:
        raise TooLarge(limit=MAX_ITEM_BYTES)


async def items_after(session: Session, position: int, limit: int, uow: UnitOfWork) -> tuple[list[VaultEntry], bool]:
    """Up to `limit` items after `position`, in order, and whether there are more."""
    access.require(session, "vault_items")
    async with uow:
        found = await uow.vault.after(session.account_id, position, limit + 1)
    return found[:limit], len(found) > limit


async def _account(session: Session, uow: UnitOfWork, *, for_update: bool = False) -> Account:
    account = await uow.accounts.get(session.account_id, for_update=for_update)
    if account is None:
        raise NotSignedIn
    return account
