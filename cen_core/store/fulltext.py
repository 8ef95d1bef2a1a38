"""The full-text indexes (`cen_text` of cases, `cen_text_notices`) on both databases: SQLite's FTS5, and PostgreSQL's
tsvector with a GIN index.

Both index the tokens of `model.text` and nothing else, so both find the same. SQLite's `ascii` tokenizer splits at
spaces and leaves every other script alone; a tsvector is written token by token, without a parser. Tokens hold only
letters, marks and digits, so that no token can be read as an operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model.text import Clause, Phrase

MAX_POSITION = 16_383
"""PostgreSQL counts no further; words beyond are still found, but not in phrases."""
MAX_POSITIONS = 255
"""PostgreSQL keeps no more places of one word."""

CASES: Final = "cen_text"
NOTICES: Final = "cen_text_notices"
"""The indexes that there are. Their names are written into statements: nothing else is ever one."""


def create_sqlite(index: str) -> str:
    return f"CREATE VIRTUAL TABLE {index} USING fts5(body, tokenize='ascii')"


def create_postgres(index: str) -> tuple[str, str]:
    return (
        f"CREATE TABLE {index} (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{index}_words ON {index} USING gin (words) WITH (fastupdate = off)",
    )


@cache
def _insert(dialect: str, index: str) -> TextClause:
    if dialect == "sqlite":
        return text(f"INSERT INTO {index} (rowid, body) VALUES (:number, :words)")  # noqa: S608  our own name
    value = "CAST(CAST(:words AS text) AS tsvector)"
    return text(f"INSERT INTO {index} (number, words) VALUES (:number, {value})")  # noqa: S608  our own name


@cache
def _delete(dialect: str, index: str) -> TextClause:
    key = "rowid" if dialect == "sqlite" else "number"
    return text(f"DELETE FROM {index} WHERE {key} = :number")  # noqa: S608  our own name


async def put(connection: AsyncConnection, rows: Iterable[tuple[int, Sequence[str]]], index: str = CASES) -> None:
    """Index what is not in the index: numbers with their tokens in order."""
    dialect = connection.dialect.name
    written = " ".join if dialect == "sqlite" else _tsvector
    found = [{"number": number, "words": written(tokens)} for number, tokens in rows]
    await connection.execute(_insert(dialect, index), found)


async def remove(connection: AsyncConnection, numbers: Iterable[int], index: str = CASES) -> None:
    statement = _delete(connection.dialect.name, index)
    await connection.execute(statement, [{"number": number} for number in numbers])


def _tsvector(tokens: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, 1):
        found = places.setdefault(token, [])
        if position <= MAX_POSITION and len(found) < MAX_POSITIONS:
            found.append(str(position))
    return " ".join(f"'{token}':{','.join(at)}" if at else f"'{token}'" for token, at in places.items())


def condition(
    dialect: str, number: ColumnElement[int], clauses: Sequence[Clause], index: str = CASES
) -> list[ColumnElement[bool]]:
    """What must hold of a number so that every clause holds of its text."""
    wanted = [clause for clause in clauses if not clause.negated]
    unwanted = [clause for clause in clauses if clause.negated]
    found: list[ColumnElement[bool]] = []
    if wanted:
        found.append(number.in_(_matching(dialect, wanted, "and", index)))
    if unwanted:
        found.append(number.not_in(_matching(dialect, unwanted, "or", index)))
    return found


def _matching(dialect: str, clauses: Sequence[Clause], word: str, index: str) -> Select[tuple[int]]:
    name = "text_all" if word == "and" else "text_none"
    if dialect == "sqlite":
        query = f" {word.upper()} ".join(f"({' OR '.join(map(_fts_phrase, clause.any_of))})" for clause in clauses)
        match = text(f"{index} MATCH :{name}").bindparams(bindparam(name, query))
        return select(table(index, column("rowid")).c.rowid).where(match)
    sign = " & " if word == "and" else " | "
    query = sign.join(f"({' | '.join(map(_ts_phrase, clause.any_of))})" for clause in clauses)
    match = text(f"words @@ CAST(CAST(:{name} AS text) AS tsquery)").bindparams(bindparam(name, query))
    return select(table(index, column("number")).c.number).where(match)


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"{" *" if phrase.is_prefix else ""}'


def _ts_phrase(phrase: Phrase) -> str:
    quoted = [f"'{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        quoted[-1] += ":*"
    return f"({' <-> '.join(quoted)})"
