"""Whether an officer is shown as being on line to the members of his CUGs: his own choice, kept on the account."""

from __future__ import annotations

from cencomm.accounts import access
from cencomm.accounts.model import Session
from cencomm.accounts.ports import UnitOfWork


async def is_shown(session: Session, uow: UnitOfWork) -> bool:
    """What the session's officer has chosen; shown where he has not."""
    access.require(session, "presence")
    async with uow:
        return not await uow.accounts.is_hidden(session.account_id)


async def set_shown(session: Session, uow: UnitOfWork, *, shown: bool) -> None:
    access.require(session, "set_presence")
    async with uow:
        await uow.accounts.set_hidden(session.account_id, hidden=not shown)
        await uow.commit()
