"""What the services of CWS need from a store. `cen_core.store.notices` has it on SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from cen_core.model.attachment import Attachment
from cen_core.model.case import LogEntry
from cen_core.model.feed import Feed
from cen_core.model.notice import Notice, NoticeState, NoticeVersion, NoticeView
from cen_core.model.notice_query import NoticeFilter, NoticePage


class Notices(Protocol):
    """Heads, contents and the log of notices, and what is published of them."""

    async def new_number(self) -> int: ...

    async def get(self, notice_id: str, *, for_update: bool = False) -> Notice | None: ...

    async def add(self, notice: Notice, version: NoticeVersion) -> None: ...

    async def update(self, notice: Notice) -> None:
        """Raises VersionConflict unless the stored revision is the one just before `notice.revision`."""

    async def add_version(self, version: NoticeVersion) -> None: ...

    async def version(self, number: int, version: int) -> NoticeVersion: ...

    async def versions(self, number: int) -> Sequence[NoticeVersion]: ...

    async def worklist(
        self, owners: Collection[str], states: Collection[NoticeState], limit: int
    ) -> Sequence[Notice]: ...

    async def append_log(self, number: int, entry: LogEntry) -> None: ...

    async def log(self, number: int, limit: int) -> Sequence[LogEntry]:
        """The newest first."""

    async def publish(self, notice: Notice, version: NoticeVersion) -> None:
        """The version is what can be found of the notice, in place of the one before."""

    async def unpublish(self, number: int) -> None: ...

    async def page(self, chosen: NoticeFilter, page: NoticePage) -> Sequence[NoticeView]:
        """Published notices, the newest approval first."""

    async def count(self, chosen: NoticeFilter) -> int: ...

    async def add_file(self, number: int, attachment: Attachment, content: bytes, at_ms: int) -> None: ...

    async def file(self, number: int, file_id: str) -> bytes | None: ...


class Feeds(Protocol):
    """The addresses of feeds, one for each person at most; of tokens only their hashes."""

    async def put(self, feed: Feed) -> None:
        """In place of the one that the person may have."""

    async def forget(self, officer: str) -> None: ...

    async def of(self, officer: str) -> Feed | None: ...

    async def by_token(self, token_hash: str) -> Feed | None: ...
