"""The full-text index `cen_text` on both databases: SQLite's FTS5, PostgreSQL's tsvector with a GIN index.

Both index the tokens of `model.text` and nothing else, so both find the same. SQLite's `ascii` tokenizer splits at
spaces and leaves every other script alone; a tsvector is written token by token, without a parser. Tokens hold only
letters, marks and digits, so that no token can be read as an operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, bindparam, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model.text import Clause, Phrase

MAX_POSITION = 16_383
"""PostgreSQL counts no further; words beyond are still found, but not in phrases."""
MAX_POSITIONS = 255
"""PostgreSQL keeps no more places of one word."""

CREATE_SQLITE = "CREATE VIRTUAL TABLE cen_text USING fts5(body, tokenize='ascii')"
CREATE_POSTGRES = (
    "CREATE TABLE cen_text (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_cen_text_words ON cen_text USING gin (words) WITH (fastupdate = off)",
)

_INSERT_SQLITE = text("INSERT INTO cen_text (rowid, body) VALUES (:number, :words)")
_INSERT_POSTGRES = text("INSERT INTO cen_text (number, words) VALUES (:number, CAST(CAST(:words AS text) AS tsvector))")
_DELETE_SQLITE = text("DELETE FROM cen_text WHERE rowid = :number")
_DELETE_POSTGRES = text("DELETE FROM cen_text WHERE number = :number")
_FTS = table("cen_text", column("rowid"))
_TSV = table("cen_text", column("number"))


async def put(connection: AsyncConnection, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Index cases that are not in the index: their numbers with their tokens in order."""
    if connection.dialect.name == "sqlite":
        found = [{"number": number, "words": " ".join(tokens)} for number, tokens in rows]
        await connection.execute(_INSERT_SQLITE, found)
    else:
        found = [{"number": number, "words": _tsvector(tokens)} for number, tokens in rows]
        await connection.execute(_INSERT_POSTGRES, found)


async def remove(connection: AsyncConnection, numbers: Iterable[int]) -> None:
    statement = _DELETE_SQLITE if connection.dialect.name == "sqlite" else _DELETE_POSTGRES
    await connection.execute(statement, [{"number": number} for number in numbers])


def _tsvector(tokens: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, 1):
        found = places.setdefault(token, [])
        if position <= MAX_POSITION and len(found) < MAX_POSITIONS:
            found.append(str(position))
    return " ".join(f"'{token}':{','.join(at)}" if at else f"'{token}'" for token, at in places.items())


def condition(dialect: str, number: ColumnElement[int], clauses: Sequence[Clause]) -> list[ColumnElement[bool]]:
    """What must hold of a case's number so that every clause holds of its text."""
    wanted = [clause for clause in clauses if not clause.negated]
    unwanted = [clause for clause in clauses if clause.negated]
    found: list[ColumnElement[bool]] = []
    if wanted:
        found.append(number.in_(_matching(dialect, wanted, "and", "text_all")))
    if unwanted:
        found.append(number.not_in(_matching(dialect, unwanted, "or", "text_none")))
    return found


def _matching(dialect: str, clauses: Sequence[Clause], word: str, name: str) -> Select[tuple[int]]:
    if dialect == "sqlite":
        query = f" {word.upper()} ".join(f"({' OR '.join(map(_fts_phrase, clause.any_of))})" for clause in clauses)
        match = text(f"cen_text MATCH :{name}").bindparams(bindparam(name, query))
        return select(_FTS.c.rowid).where(match)
    sign = " & " if word == "and" else " | "
    query = sign.join(f"({' | '.join(map(_ts_phrase, clause.any_of))})" for clause in clauses)
    match = text(f"words @@ CAST(CAST(:{name} AS text) AS tsquery)").bindparams(bindparam(name, query))
    return select(_TSV.c.number).where(match)


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"{" *" if phrase.is_prefix else ""}'


def _ts_phrase(phrase: Phrase) -> str:
    quoted = [f"'{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        quoted[-1] += ":*"
    return f"({' <-> '.join(quoted)})"
