"""The forum on SQL. One vote for each person is held by a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import VersionConflict
from cen_core.model.proposal import Answer, Proposal, ProposalState, ProposalView
from cen_core.store.forum_tables import answers, forum_log, proposals, votes


class SqlForum:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, proposal: Proposal) -> None:
        await self._connection.execute(insert(proposals).values(**_row(proposal)))

    async def get(self, proposal_id: str) -> Proposal | None:
        statement = select(proposals).where(proposals.c.proposal_id == proposal_id)
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _proposal(row)

    async def update(self, proposal: Proposal) -> None:
        statement = (
            update(proposals)
            .where(proposals.c.proposal_id == proposal.proposal_id, proposals.c.revision == proposal.revision - 1)
            .values(state=proposal.state.value, hidden=proposal.hidden, revision=proposal.revision)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise VersionConflict(sent=proposal.revision - 1, current=proposal.revision)

    async def view(self, proposal_id: str, officer: str) -> ProposalView:
        statement = _views(officer).where(proposals.c.proposal_id == proposal_id)
        return _view((await self._connection.execute(statement)).one())

    async def page(
        self, officer: str, state: ProposalState | None, limit: int, offset: int, *, hidden: bool
    ) -> Sequence[ProposalView]:
        """The most wanted first, the newest first of those that are wanted alike."""
        statement = _views(officer).where(*_chosen(state, hidden=hidden)).limit(limit).offset(offset)
        ordered = statement.order_by(_VOTES.desc(), proposals.c.created_ms.desc(), proposals.c.proposal_id)
        return [_view(row) for row in await self._connection.execute(ordered)]

    async def count(self, state: ProposalState | None, *, hidden: bool) -> int:
        statement = select(func.count()).select_from(proposals).where(*_chosen(state, hidden=hidden))
        return int((await self._connection.execute(statement)).scalar_one())

    async def vote(self, proposal_id: str, officer: str, at_ms: int, *, wanted: bool) -> None:
        if not wanted:
            own = and_(votes.c.proposal_id == proposal_id, votes.c.officer == officer)
            await self._connection.execute(delete(votes).where(own))
            return
        values = {"proposal_id": proposal_id, "officer": officer, "at_ms": at_ms}
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(postgresql.insert(votes).values(**values).on_conflict_do_nothing())
        else:
            await self._connection.execute(sqlite.insert(votes).values(**values).on_conflict_do_nothing())

    async def add_answer(self, answer: Answer) -> None:
        values = {column.name: getattr(answer, column.name) for column in answers.columns}
        await self._connection.execute(insert(answers).values(**values))

    async def count_answers(self, proposal_id: str) -> int:
        statement = select(func.count()).select_from(answers).where(answers.c.proposal_id == proposal_id)
        return int((await self._connection.execute(statement)).scalar_one())

    async def answers(self, proposal_id: str, *, hidden: bool) -> Sequence[Answer]:
        """The first first."""
        statement = select(answers).where(answers.c.proposal_id == proposal_id)
        if not hidden:
            statement = statement.where(answers.c.hidden.is_(False))
        ordered = statement.order_by(answers.c.at_ms, answers.c.answer_id)
        return [Answer(**row._mapping) for row in await self._connection.execute(ordered)]

    async def hide_answer(self, proposal_id: str, answer_id: str, *, hidden: bool) -> bool:
        named = and_(answers.c.proposal_id == proposal_id, answers.c.answer_id == answer_id)
        return (await self._connection.execute(update(answers).where(named).values(hidden=hidden))).rowcount == 1

    async def log(self, proposal_id: str, answer_id: str, action: str, officer: str, at_ms: int) -> None:
        values = {"proposal_id": proposal_id, "answer_id": answer_id, "action": action}
        await self._connection.execute(insert(forum_log).values(officer=officer, at_ms=at_ms, **values))


_VOTES = select(func.count()).where(votes.c.proposal_id == proposals.c.proposal_id).scalar_subquery()
_ANSWERS = (
    select(func.count())
    .where(answers.c.proposal_id == proposals.c.proposal_id, answers.c.hidden.is_(False))
    .scalar_subquery()
)


def _views(officer: str) -> Select[Any]:
    mine = and_(votes.c.proposal_id == proposals.c.proposal_id, votes.c.officer == officer)
    return select(proposals, _VOTES.label("votes"), _ANSWERS.label("answers"), exists().where(mine).label("voted"))


def _chosen(state: ProposalState | None, *, hidden: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [] if hidden else [proposals.c.hidden.is_(False)]
    return found if state is None else [*found, proposals.c.state == state.value]


def _row(proposal: Proposal) -> dict[str, Any]:
    values = {column.name: getattr(proposal, column.name) for column in proposals.columns}
    return values | {"state": proposal.state.value}


def _proposal(row: Row[Any]) -> Proposal:
    values = {column.name: row._mapping[column.name] for column in proposals.columns}
    return Proposal(**(values | {"state": ProposalState(row.state)}))


def _view(row: Row[Any]) -> ProposalView:
    return ProposalView(_proposal(row), row.votes, row.answers, bool(row.voted))
