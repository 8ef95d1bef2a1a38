"""Questions to the published pictures: which, how many, and which look alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cen_core.errors import QueryInvalid
from cen_core.model.picture import FoundPicture
from cen_core.model.picture_query import DEFAULT_PAGE, LISTS, NEAR, PictureResults, picture_filter
from cen_core.model.principal import Principal
from cen_core.services import access
from cen_core.services.pictures import is_own, may_see, seen, view_of
from cen_core.services.ports import UnitOfWork

MAX_SIMILAR: Final = 24
MAX_BESIDE: Final = 12


async def search(
    principal: Principal,
    given: Mapping[str, Sequence[str]],
    uow: UnitOfWork,
    *,
    facets: Sequence[str] = (),
    limit: int = DEFAULT_PAGE,
    after: str = "",
) -> PictureResults:
    """Raises NotAllowed, QueryInvalid."""
    access.require(principal, "see_pictures")
    chosen = picture_filter(given, limit, after)
    for name in facets:
        if name not in LISTS:
            raise QueryInvalid(field=name[:64], reason="unknown_field")
    async with uow:
        page, next_after = await uow.pictures.page(chosen)
        total = await uow.pictures.count(chosen)
        counted = {name: tuple(await uow.pictures.facet(chosen, name)) for name in facets}
    return PictureResults(tuple(page), total, next_after, counted)


async def similar(principal: Principal, picture_id: str, uow: UnitOfWork) -> Sequence[FoundPicture]:
    """Published pictures that look like this one, the nearest first: no more than `NEAR` of 64 bits away.

    Raises:
        NotAllowed, PictureUnknown.
    """
    access.require(principal, "see_pictures")
    async with uow:
        picture = await seen(principal, picture_id, uow)
        return await uow.pictures.similar(picture.dhash, picture.number, NEAR, MAX_SIMILAR)


async def beside(principal: Principal, picture_id: str, uow: UnitOfWork) -> Sequence[FoundPicture]:
    """Pictures of the same thing by the other kind of radiation, whichever of the two names the other, as far as the
    principal may see them.

    Raises:
        NotAllowed, PictureUnknown.
    """
    access.require(principal, "see_pictures")
    found = []
    async with uow:
        picture = await seen(principal, picture_id, uow)
        mine = await view_of(principal, picture, uow)
        for other in await uow.pictures.counterparts(picture_id, mine.content.counterpart, MAX_BESIDE):
            if other.erased or not may_see(principal, other):
                continue
            view = await view_of(principal, other, uow)
            if other.picture_id == mine.content.counterpart or view.content.counterpart == picture_id:
                found.append(FoundPicture(view.picture_id, view.member, view.content, view.width, view.height))
    return found


async def of_case(principal: Principal, case_id: str, uow: UnitOfWork) -> Sequence[FoundPicture]:
    """Pictures that are linked to a case, as far as the principal may see both. Raises NotAllowed."""
    access.require(principal, "read")
    found = []
    async with uow:
        for picture in await uow.pictures.linked(case_id):
            if (
                picture.erased
                or not (picture.published or is_own(principal, picture))
                or not may_see(principal, picture)
            ):
                continue
            view = await view_of(principal, picture, uow)
            if view.content.case_id == case_id:
                found.append(FoundPicture(view.picture_id, view.member, view.content, view.width, view.height))
    return found
