"""Counts and sums by dimensions. Amounts are added up digit group by digit group, by unit and by currency, so that no
total is rounded and none mixes what cannot be mixed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import QueryInvalid
from cen_core.model.amount import Limbs
from cen_core.model.dimensions import DIMENSIONS, Source
from cen_core.model.query import MAX_CELLS, Filter
from cen_core.model.results import Cell, Statistics, Sum
from cen_core.store.conditions import all_conditions, case_conditions, line_conditions
from cen_core.store.tables import codes, facts, goods, route

HALF = 10**9
"""`amount_whole` is added up in two halves: its sum could leave 64 bits, theirs cannot."""

Values = tuple[str, ...]


def _sources(dimensions: Values, start: FromClause) -> tuple[FromClause, list[ColumnElement[str]]]:
    """The tables that the dimensions need, joined to `start`, and a column for each dimension."""
    joined = start
    columns: list[ColumnElement[str]] = []
    for name in dimensions:
        source = DIMENSIONS[name].source
        if source is Source.CASE:
            columns.append(facts.c[name].label(name))
        elif source is Source.GOODS:
            columns.append(goods.c[name].label(name))
        else:
            of_case = _several(name)
            joined = joined.outerjoin(of_case, of_case.c.number == facts.c.number)
            columns.append(func.coalesce(of_case.c.value, "").label(name))
    return joined, columns


def _several(name: str) -> FromClause:
    """The values that cases have in a dimension of several, each once for a case."""
    if DIMENSIONS[name].source is Source.CODES:
        found = select(codes.c.number, codes.c.code.label("value")).where(codes.c.kind == name)
    else:
        found = select(route.c.number, route.c.country.label("value")).where(route.c.part == name).distinct()
    return found.subquery(f"of_{name}")


def count_statement(
    chosen: Filter, dimensions: Values, dialect: str, *, without: str = ""
) -> tuple[Select[Any], list[ColumnElement[str]], ColumnElement[int]]:
    """How many cases have which values: the statement, its value columns, its count column."""
    if any(DIMENSIONS[name].source is Source.GOODS for name in dimensions):
        start: FromClause = facts.join(goods, goods.c.number == facts.c.number)
        conditions = [*case_conditions(chosen, dialect, without=without), *line_conditions(chosen, without=without)]
        cases: ColumnElement[int] = func.count(distinct(facts.c.number))
    else:
        start = facts
        conditions = all_conditions(chosen, dialect, without=without)
        cases = func.count()
    joined, columns = _sources(dimensions, start)
    wanted: Any = (*columns, cases)
    statement: Select[Any] = select(*wanted).select_from(joined).where(*conditions)
    if columns:
        statement = statement.group_by(*columns)
    return statement, columns, cases


def _sum_statement(chosen: Filter, dimensions: Values, dialect: str, name: str, of: str) -> Select[Any]:
    joined, columns = _sources(dimensions, facts.join(goods, goods.c.number == facts.c.number))
    whole = goods.c[f"{name}_whole"]
    sums = (
        func.sum(whole // HALF),
        func.sum(whole % HALF),
        func.sum(goods.c[f"{name}_pico"]),
        func.sum(goods.c[f"{name}_rest"]),
    )
    conditions = and_(*case_conditions(chosen, dialect), *line_conditions(chosen), whole.is_not(None))
    wanted: Any = (*columns, goods.c[of], func.count(), *sums)
    statement: Select[Any] = (
        select(*wanted)
        .select_from(joined)
        .where(conditions)
        .group_by(*columns, goods.c[of])
        .order_by(*columns, goods.c[of])
    )
    return statement


async def statistics(connection: AsyncConnection, chosen: Filter, dimensions: Values) -> Statistics:
    """The table of these dimensions. Raises QueryInvalid: it has more than `MAX_CELLS` cells."""
    cells = await _cells(connection, chosen, dimensions)
    total = (await _cells(connection, chosen, ())) or [Cell((), 0)]
    multiple = tuple(name for name in dimensions if DIMENSIONS[name].is_multiple)
    return Statistics(dimensions, multiple, tuple(cells), total[0])


async def _cells(connection: AsyncConnection, chosen: Filter, dimensions: Values) -> list[Cell]:
    dialect = connection.dialect.name
    statement, columns, _ = count_statement(chosen, dimensions, dialect)
    counted = (await connection.execute(statement.order_by(*columns).limit(MAX_CELLS + 1))).all()
    if len(counted) > MAX_CELLS:
        raise QueryInvalid(field="dimensions", reason="too_many_cells")
    width = len(dimensions)
    quantities = await _sums(connection, _sum_statement(chosen, dimensions, dialect, "amount", "unit"), width)
    money = await _sums(connection, _sum_statement(chosen, dimensions, dialect, "value", "currency"), width)
    return [_cell(row, width, quantities, money) for row in counted]


def _cell(row: Row[Any], width: int, quantities: Mapping[Values, list[Sum]], money: Mapping[Values, list[Sum]]) -> Cell:
    values = tuple(row[:width])
    return Cell(values, row[width], tuple(quantities.get(values, ())), tuple(money.get(values, ())))


async def _sums(connection: AsyncConnection, statement: Select[Any], width: int) -> dict[Values, list[Sum]]:
    found: defaultdict[Values, list[Sum]] = defaultdict(list)
    rows: Iterable[Row[Any]] = await connection.execute(statement)
    for row in rows:
        of, lines, upper, lower, pico, rest = row[width:]
        limbs = Limbs(int(upper) * HALF + int(lower), int(pico), int(rest))
        found[tuple(row[:width])].append(Sum(of, limbs.amount, lines))
    return found
