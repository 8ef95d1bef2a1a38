"""The board of quality: a contact point sees its member, a RILO the members of its region, the secretariat all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cen_core.errors import QueryInvalid
from cen_core.model.principal import Principal, Role
from cen_core.model.quality import CHECKS, Quality
from cen_core.model.query import filter_of
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.ports import UnitOfWork

_BY = ("member", "heading")
_MAX_CONTACT_POINTS = 1_000
_Counts = Mapping[tuple[str, ...], int]


async def board(principal: Principal, given: Mapping[str, Sequence[str]], uow: UnitOfWork) -> Sequence[Quality]:
    """Of published cases under these conditions, in the order of members and headings.

    Raises:
        NotAllowed, QueryInvalid: also for a condition that a check sets itself.
    """
    access.require(principal, "quality")
    filter_of(given)
    taken = sorted(set(given) & {name for check in CHECKS.values() for name in check})
    if taken:
        raise QueryInvalid(field=taken[0], reason="twice")
    async with uow:
        regions = await _regions(uow)
        total = await _counted(uow, given)
        lacking = {name: await _counted(uow, {**given, **check}) for name, check in CHECKS.items()}
    return [
        Quality(member, heading, cases, {name: counts.get((member, heading), 0) for name, counts in lacking.items()})
        for (member, heading), cases in sorted(total.items())
        if access.may(principal, "quality", Resource(member, region=regions.get(member, "")))
    ]


async def _regions(uow: UnitOfWork) -> Mapping[str, str]:
    """The region of each member, as it was said of its contact points."""
    found = await uow.people.of((Role.NCP,), "", _MAX_CONTACT_POINTS)
    return {person.member: person.region for person in found if person.region}


async def _counted(uow: UnitOfWork, given: Mapping[str, Sequence[str]]) -> _Counts:
    table = await uow.published.statistics(filter_of(given), _BY)
    return {cell.values: cell.cases for cell in table.cells}
