"""The door of CWS, the core's website of notices: every use, for a principal. `CenCore.cws` is one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

from cen_core.model.attachment import Attachment
from cen_core.model.case import LogEntry
from cen_core.model.feed import Feed
from cen_core.model.notice import Notice, NoticeMove, NoticeState, NoticeVersion, NoticeView
from cen_core.model.notice_content import NoticeContent
from cen_core.model.notice_query import NoticePage
from cen_core.model.person import Person
from cen_core.model.principal import Principal
from cen_core.model.proposal import ProposalState, ProposalView, Thread
from cen_core.services import feeds, forum, notices
from cen_core.services.forum import Post, Verdict
from cen_core.services.notices import MAX_OWN, OPEN, NewNotice, NoticesFound, SeenNotice
from cen_core.services.ports import NewUnitOfWork


class Cws:
    """Errors are those of the service functions of the same names; each refusal leaves everything as it was."""

    def __init__(
        self,
        new_uow: NewUnitOfWork,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._new_uow = new_uow
        self._now_ms = now_ms
        self._new_id = new_id
        self._new_token = new_token

    async def create(self, principal: Principal, given: NewNotice) -> Notice:
        return await notices.create(principal, given, self._new_uow(), self._now_ms(), self._new_id())

    async def amend(
        self, principal: Principal, seen: SeenNotice, content: NoticeContent, *, submit: bool = False
    ) -> Notice:
        return await notices.amend(principal, seen, content, self._new_uow(), self._now_ms(), submit=submit)

    async def attach(self, principal: Principal, seen: SeenNotice, name: str, sent: bytes) -> Notice:
        return await notices.attach(principal, seen, name, sent, self._new_uow(), self._now_ms(), self._new_id())

    async def detach(self, principal: Principal, seen: SeenNotice, file_id: str) -> Notice:
        return await notices.detach(principal, seen, file_id, self._new_uow(), self._now_ms())

    async def file_of(self, principal: Principal, notice_id: str, file_id: str) -> tuple[Attachment, bytes]:
        return await notices.file_of(principal, notice_id, file_id, self._new_uow(), self._now_ms())

    async def move(self, principal: Principal, move: NoticeMove, seen: SeenNotice, reason: str = "") -> Notice:
        return await notices.move(principal, move, seen, self._new_uow(), self._now_ms(), reason)

    async def read(self, principal: Principal, notice_id: str) -> NoticeView:
        return await notices.read(principal, notice_id, self._new_uow(), self._now_ms())

    async def history(self, principal: Principal, notice_id: str) -> Sequence[NoticeVersion]:
        return await notices.history(principal, notice_id, self._new_uow(), self._now_ms())

    async def log(self, principal: Principal, notice_id: str) -> Sequence[LogEntry]:
        return await notices.log(principal, notice_id, self._new_uow(read_only=True))

    async def worklist(
        self, principal: Principal, states: Sequence[NoticeState] = OPEN, limit: int = MAX_OWN
    ) -> Sequence[NoticeView]:
        return await notices.worklist(principal, self._new_uow(read_only=True), states, limit)

    async def find(self, principal: Principal, given: Mapping[str, Sequence[str]], page: NoticePage) -> NoticesFound:
        return await notices.find(principal, given, page, self._new_uow(read_only=True))

    async def make_feed(self, principal: Principal) -> str:
        """The token of the address, which is nowhere else."""
        token = self._new_token()
        await feeds.make(principal, self._new_uow(), self._now_ms(), token)
        return token

    async def end_feed(self, principal: Principal) -> None:
        await feeds.end(principal, self._new_uow())

    async def own_feed(self, principal: Principal) -> Feed | None:
        return await feeds.own(principal, self._new_uow(read_only=True))

    async def feed_person(self, token: str) -> Person:
        return await feeds.person_of(token, self._new_uow(read_only=True))

    async def propose(self, principal: Principal, post: Post) -> str:
        return await forum.propose(principal, post, self._new_uow(), self._now_ms(), self._new_id())

    async def answer(self, principal: Principal, proposal_id: str, post: Post) -> None:
        await forum.answer(principal, proposal_id, post, self._new_uow(), self._now_ms(), self._new_id())

    async def vote(self, principal: Principal, proposal_id: str, *, wanted: bool) -> None:
        await forum.vote(principal, proposal_id, wanted=wanted, uow=self._new_uow(), now_ms=self._now_ms())

    async def judge(self, principal: Principal, proposal_id: str, verdict: Verdict) -> None:
        await forum.judge(principal, proposal_id, verdict, self._new_uow(), self._now_ms())

    async def hide_answer(self, principal: Principal, proposal_id: str, answer_id: str, *, hidden: bool) -> None:
        now_ms = self._now_ms()
        await forum.hide_answer(principal, proposal_id, answer_id, hidden=hidden, uow=self._new_uow(), now_ms=now_ms)

    async def proposals(
        self, principal: Principal, state: ProposalState | None = None, page: int = 1
    ) -> tuple[Sequence[ProposalView], int]:
        return await forum.proposals(principal, state, page, self._new_uow(read_only=True))

    async def thread(self, principal: Principal, proposal_id: str) -> Thread:
        return await forum.thread(principal, proposal_id, self._new_uow(read_only=True))
