"""The address of somebody's feeds (ADR 24): made, ended, and known by its token.

Who has the token reads what a feed says and can do nothing else. It counts while its person may sign in; level and role
are those of now.
"""

from __future__ import annotations

from cen_core.errors import NotSignedIn
from cen_core.model.feed import Feed
from cen_core.model.person import Person, token_hash
from cen_core.model.principal import Principal
from cen_core.services import access
from cen_core.services.ports import UnitOfWork


async def make(principal: Principal, uow: UnitOfWork, now_ms: int, token: str) -> None:
    """The token is the principal's from now on; the one before reads nothing any more. Raises NotAllowed."""
    access.require(principal, "feed")
    async with uow:
        await uow.feeds.put(Feed(principal.officer, token_hash(token), now_ms))
        await uow.commit()


async def end(principal: Principal, uow: UnitOfWork) -> None:
    """Harmless where there is none. Raises NotAllowed."""
    access.require(principal, "feed")
    async with uow:
        await uow.feeds.forget(principal.officer)
        await uow.commit()


async def own(principal: Principal, uow: UnitOfWork) -> Feed | None:
    """Raises NotAllowed."""
    access.require(principal, "feed")
    async with uow:
        return await uow.feeds.of(principal.officer)


async def person_of(token: str, uow: UnitOfWork) -> Person:
    """Whose feeds these are, as he is now. Raises NotSignedIn."""
    async with uow:
        feed = await uow.feeds.by_token(token_hash(token))
        person = await uow.people.get(feed.officer) if feed is not None else None
    if person is None or not person.active:
        raise NotSignedIn
    return person
