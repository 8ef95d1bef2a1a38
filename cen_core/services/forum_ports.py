"""What the forum needs from a store. `cen_core.store.forum` has it on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cen_core.model.proposal import Answer, Proposal, ProposalState, ProposalView


class Forum(Protocol):
    async def add(self, proposal: Proposal) -> None: ...

    async def get(self, proposal_id: str) -> Proposal | None: ...

    async def update(self, proposal: Proposal) -> None:
        """Raises VersionConflict unless the stored revision is the one just before `proposal.revision`."""

    async def view(self, proposal_id: str, officer: str) -> ProposalView: ...

    async def page(
        self, officer: str, state: ProposalState | None, limit: int, offset: int, *, hidden: bool
    ) -> Sequence[ProposalView]: ...

    async def count(self, state: ProposalState | None, *, hidden: bool) -> int: ...

    async def vote(self, proposal_id: str, officer: str, at_ms: int, *, wanted: bool) -> None: ...

    async def add_answer(self, answer: Answer) -> None: ...

    async def count_answers(self, proposal_id: str) -> int: ...

    async def answers(self, proposal_id: str, *, hidden: bool) -> Sequence[Answer]: ...

    async def hide_answer(self, proposal_id: str, answer_id: str, *, hidden: bool) -> bool:
        """Whether there is such an answer."""

    async def log(self, proposal_id: str, answer_id: str, action: str, officer: str, at_ms: int) -> None: ...
