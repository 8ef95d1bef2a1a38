"""Watch lists and risk indicators: kept by their owner, measured for everybody who may see them.

Shared ones are shared by somebody who stands for their names: a contact point, a RILO or the secretariat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cen_core.errors import CaseMalformed, QueryInvalid, SavedUnknown, TooManySaved
from cen_core.model.principal import Principal
from cen_core.model.query import filter_of
from cen_core.model.results import Statistics
from cen_core.model.saved import MAX_NAME, MAX_SAVED, Given, Kind, Measured, Period, Saved, Watched, both, read, written
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.cases import is_id
from cen_core.services.ports import UnitOfWork

PERIOD = "year"


@dataclass(frozen=True, slots=True)
class WantedSearch:
    kind: Kind
    name: str
    condition: Given
    aim: Given = field(default_factory=dict)


def _resource(saved: Saved) -> Resource:
    return Resource(saved.member, (saved.officer,), saved.shared)


async def save(principal: Principal, wanted: WantedSearch, uow: UnitOfWork, now_ms: int, new_id: str) -> Saved:
    """Raises NotAllowed, QueryInvalid; CaseMalformed: the name; TooManySaved."""
    access.require(principal, "save_search", Resource(principal.member, (principal.officer,)))
    name = wanted.name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise CaseMalformed(field="name")
    for given in (wanted.condition, wanted.aim):
        filter_of(given)
    condition, aim = written(wanted.condition), written(wanted.aim)
    both(condition, aim)
    if not condition:
        raise QueryInvalid(field="condition", reason="missing")
    saved = Saved(new_id, principal.officer, principal.member, wanted.kind, name, condition, aim, False, now_ms, now_ms)
    async with uow:
        if len(await uow.saved.of(principal.officer)) >= MAX_SAVED:
            raise TooManySaved(limit=MAX_SAVED)
        await uow.saved.add(saved)
        await uow.commit()
    return saved


async def listed(principal: Principal, uow: UnitOfWork) -> Sequence[Watched]:
    """The own ones, then those that others share, each with what is new in it for its owner. Raises NotAllowed."""
    access.require(principal, "searches")
    async with uow:
        own = await uow.saved.of(principal.officer)
        shared = [one for one in await uow.saved.shared() if one.officer != principal.officer]
        fresh = [Watched(one, await _fresh(one, uow)) for one in own]
    return [*fresh, *(Watched(one, 0) for one in shared)]


async def _fresh(saved: Saved, uow: UnitOfWork) -> int | None:
    try:
        chosen = filter_of(read(saved.condition))
    except QueryInvalid:
        return None
    return await uow.published.count(replace(chosen, published_after=saved.seen_ms))


async def _found(principal: Principal, action: str, saved_id: str, uow: UnitOfWork) -> Saved:
    """The search, if the principal may do `action` to it; what he may not see is unknown to him."""
    access.require(principal, action)
    found = await uow.saved.get(saved_id) if is_id(saved_id) else None
    if found is None or not access.may(principal, "searches", _resource(found)):
        raise SavedUnknown
    access.require(principal, action, _resource(found))
    return found


async def seen(principal: Principal, saved_id: str, uow: UnitOfWork, now_ms: int) -> Saved:
    """From now on only what is published later is new. Raises NotAllowed, SavedUnknown."""
    async with uow:
        saved = replace(await _found(principal, "save_search", saved_id, uow), seen_ms=now_ms)
        await uow.saved.update(saved)
        await uow.commit()
    return saved


async def share(principal: Principal, saved_id: str, uow: UnitOfWork, *, shared: bool) -> Saved:
    """Raises NotAllowed, SavedUnknown."""
    async with uow:
        saved = replace(await _found(principal, "share_search", saved_id, uow), shared=shared)
        await uow.saved.update(saved)
        await uow.commit()
    return saved


async def forget(principal: Principal, saved_id: str, uow: UnitOfWork) -> None:
    """Raises NotAllowed, SavedUnknown."""
    async with uow:
        saved = await _found(principal, "save_search", saved_id, uow)
        await uow.saved.remove(saved.saved_id)
        await uow.commit()


async def measure(principal: Principal, saved_id: str, uow: UnitOfWork) -> Measured:
    """How many cases fit, and how often what fits is of the aim, by year.

    Raises:
        NotAllowed, SavedUnknown.
        QueryInvalid: its condition does not hold any more.
    """
    async with uow:
        saved = await _found(principal, "searches", saved_id, uow)
        asked = (read(saved.condition), read(saved.aim), both(saved.condition, saved.aim))
        fits, aimed, hits = [await uow.published.statistics(filter_of(given), (PERIOD,)) for given in asked]
    found = [_by_period(table) for table in (fits, aimed, hits)]
    names = sorted(set().union(*found))
    periods = tuple(Period(name, *(counts.get(name, 0) for counts in found)) for name in names)
    return Measured(saved, Period("", fits.total.cases, aimed.total.cases, hits.total.cases), periods)


def _by_period(table: Statistics) -> dict[str, int]:
    return {cell.values[0]: cell.cases for cell in table.cells}
