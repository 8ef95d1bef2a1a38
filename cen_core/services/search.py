"""Questions to the published cases: the principal's right to ask, then one snapshot for all parts of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from cen_core.errors import QueryInvalid
from cen_core.model.dimensions import PERIODS
from cen_core.model.principal import Principal
from cen_core.model.query import MAX_FACETS, Page, dimension_names, filter_of
from cen_core.model.results import Found, Results, Statistics
from cen_core.services import access
from cen_core.services.ports import UnitOfWork

MAX_DIMENSIONS = 2


@dataclass(frozen=True, slots=True)
class Question:
    """`given` are the fields of a query string; `facets` the dimensions whose values are counted beside."""

    given: Mapping[str, Sequence[str]]
    facets: Sequence[str] = ()
    page: Page = field(default_factory=Page)


async def search(principal: Principal, question: Question, uow: UnitOfWork) -> Results:
    """A page of the cases that fit, how many there are, and the facets. Raises NotAllowed, QueryInvalid."""
    access.require(principal, "search")
    chosen = filter_of(question.given)
    facets = dimension_names(question.facets, most=MAX_FACETS)
    async with uow:
        cases = tuple(await uow.published.page(chosen, question.page))
        total = await uow.published.count(chosen)
        counted = {name: tuple(await uow.published.facet(chosen, name)) for name in facets}
    is_full = len(cases) == question.page.limit
    return Results(cases, total, _cursor(cases[-1]) if is_full else "", counted)


def _cursor(found: Found) -> str:
    return f"{found.content.occurred_on.isoformat()}.{found.case_id}"


async def export(principal: Principal, given: Mapping[str, Sequence[str]], uow: UnitOfWork) -> AsyncIterator[Found]:
    """Every case that fits, exactly what the filter shows, one after the other. Raises NotAllowed, QueryInvalid."""
    access.require(principal, "search")
    chosen = filter_of(given)
    async with uow:
        async for found in uow.published.stream(chosen):
            yield found


async def statistics(
    principal: Principal, given: Mapping[str, Sequence[str]], dimensions: Sequence[str], uow: UnitOfWork
) -> Statistics:
    """Counts and sums by at most two dimensions, in the order of their values. Raises NotAllowed, QueryInvalid."""
    access.require(principal, "statistics")
    chosen = filter_of(given)
    names = dimension_names(dimensions, most=MAX_DIMENSIONS)
    async with uow:
        return await uow.published.statistics(chosen, names)


async def over_time(
    principal: Principal,
    given: Mapping[str, Sequence[str]],
    uow: UnitOfWork,
    *,
    period: str = "month",
    by: str = "",
) -> Statistics:
    """Counts and sums for each year, month or day, and for each value of `by` within it. A period without a case is
    not there. Raises NotAllowed, QueryInvalid."""
    if period not in PERIODS:
        raise QueryInvalid(field="period", reason="not_in_list")
    return await statistics(principal, given, (period, by) if by else (period,), uow)
