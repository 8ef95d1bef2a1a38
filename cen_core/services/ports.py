"""What the services need from a store. `cen_core.store.unit_of_work` has it on SQL.

Everything asked and written within one `async with uow` is one transaction; leaving without `commit()` undoes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from cen_core.model.album import Album
from cen_core.model.case import Case, LogEntry, State, Version
from cen_core.model.content import Content
from cen_core.model.person import Invitation, Person, Session
from cen_core.model.picture import FoundPicture, Picture, PictureContent, PictureVersion
from cen_core.model.picture_query import PictureFilter
from cen_core.model.principal import Role
from cen_core.model.query import Filter, Page
from cen_core.model.results import Bucket, Found, Statistics
from cen_core.model.saved import Saved
from cen_core.model.upload import Upload
from cen_core.services.forum_ports import Forum
from cen_core.services.notice_ports import Feeds, Notices


class Cases(Protocol):
    """Heads, contents and the log of cases."""

    async def new_numbers(self, count: int) -> Sequence[int]: ...

    async def get(self, case_id: str, *, for_update: bool = False) -> Case | None: ...

    async def by_source_key(self, member: str, source_key: str) -> Case | None: ...

    async def known_source_keys(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]: ...

    async def of_upload(self, upload_id: str) -> Sequence[Case]: ...

    async def worklist(self, member: str, states: Collection[State], limit: int) -> Sequence[Case]: ...

    async def add(self, cases: Sequence[Case], versions: Sequence[Version]) -> None:
        """Raises CaseExists: a member has one of the source keys already."""

    async def update(self, case: Case) -> None:
        """Raises VersionConflict unless the stored revision is the one just before `case.revision`."""

    async def update_all(self, cases: Sequence[Case]) -> None:
        """As `update`, for many."""

    async def release_source_keys(self, upload_id: str) -> None: ...

    async def add_version(self, version: Version) -> None:
        """With a heading that is never pictured, every picture that was ever linked to the case is taken out too."""

    async def version(self, number: int, version: int) -> Version | None: ...

    async def present_versions(self, upload_id: str) -> Sequence[Version]: ...

    async def versions(self, number: int) -> Sequence[Version]: ...

    async def append_log(self, entries: Sequence[tuple[int, LogEntry]]) -> None: ...

    async def log(self, number: int) -> Sequence[LogEntry]: ...


class Keys(Protocol):
    """Idempotency keys: what an officer's key was used for (request hash, case id)."""

    async def get(self, officer: str, key: str) -> tuple[str, str] | None: ...

    async def add(self, officer: str, key: str, request_hash: str, case_id: str, at_ms: int) -> None: ...


class Uploads(Protocol):
    async def add(self, upload: Upload) -> None: ...

    async def get(self, upload_id: str, *, for_update: bool = False) -> Upload | None: ...

    async def update(self, upload: Upload) -> None: ...

    async def log(self, member: str, limit: int) -> Sequence[Upload]: ...


class Published(Protocol):
    """What everybody may ask: the published version of published cases."""

    async def put(self, cases: Sequence[tuple[Case, Content]]) -> None: ...

    async def remove(self, numbers: Sequence[int]) -> None: ...

    async def page(self, chosen: Filter, page: Page) -> Sequence[Found]: ...

    async def count(self, chosen: Filter) -> int: ...

    async def facet(self, chosen: Filter, dimension: str) -> Sequence[Bucket]: ...

    async def statistics(self, chosen: Filter, dimensions: Sequence[str]) -> Statistics:
        """Raises QueryInvalid: more cells than one table may have."""

    def stream(self, chosen: Filter) -> AsyncIterator[Found]: ...

    async def alike(self, contents: Sequence[Content]) -> Mapping[int, str]:
        """Places among `contents` of those that a published case resembles (`model.likeness`), with its case id."""


class People(Protocol):
    """Who may sign in, the links that were handed out, and the sessions; of tokens only their hashes."""

    async def get(self, officer: str, *, for_update: bool = False) -> Person | None: ...

    async def of(self, roles: Collection[Role], member: str, limit: int) -> Sequence[Person]:
        """People of these roles, by name; of one member where it is given."""

    async def put(self, person: Person) -> None: ...

    async def invite(self, invitation: Invitation) -> None:
        """In place of the one that the person may have."""

    async def invitation(self, token_hash: str) -> Invitation | None: ...

    async def forget_invitation(self, officer: str) -> None: ...

    async def open_session(self, session: Session) -> None: ...

    async def session(self, token_hash: str) -> Session | None: ...

    async def end_session(self, token_hash: str) -> None: ...

    async def end_sessions(self, officer: str) -> None: ...

    async def forget_expired(self, now_ms: int) -> None: ...


class SavedSearches(Protocol):
    """Watch lists and risk indicators, by name."""

    async def add(self, one: Saved) -> None: ...

    async def get(self, saved_id: str) -> Saved | None: ...

    async def update(self, one: Saved) -> None: ...

    async def remove(self, saved_id: str) -> None: ...

    async def of(self, officer: str) -> Sequence[Saved]: ...

    async def shared(self) -> Sequence[Saved]: ...


class Pictures(Protocol):
    """Heads, what is said about pictures, their log, and what everybody may ask about the published ones."""

    async def new_number(self) -> int: ...

    async def get(self, picture_id: str, *, for_update: bool = False) -> Picture | None: ...

    async def linked(self, case_id: str) -> Sequence[Picture]:
        """Those of which any version was ever linked to the case."""

    async def counterparts(self, picture_id: str, named: str, limit: int) -> Sequence[Picture]:
        """The picture `named`, and those of which any version ever named this one."""

    async def worklist(self, member: str, states: Collection[State], limit: int) -> Sequence[Picture]: ...

    async def add(self, picture: Picture, version: PictureVersion) -> None: ...

    async def add_version(self, version: PictureVersion) -> None: ...

    async def version(self, number: int, version: int) -> PictureVersion | None: ...

    async def update(self, picture: Picture) -> None:
        """Raises VersionConflict unless the stored revision is the one just before `picture.revision`."""

    async def append_log(self, entries: Sequence[tuple[int, LogEntry]]) -> None: ...

    async def log(self, number: int) -> Sequence[LogEntry]: ...

    async def publish(self, picture: Picture, content: PictureContent) -> None: ...

    async def hide(self, numbers: Sequence[int]) -> None: ...

    async def page(self, chosen: PictureFilter) -> tuple[Sequence[FoundPicture], str]:
        """And what asks for the next page; empty at the end."""

    async def count(self, chosen: PictureFilter) -> int: ...

    async def facet(self, chosen: PictureFilter, name: str) -> Sequence[Bucket]: ...

    async def similar(self, dhash: str, but: int, most: int, limit: int) -> Sequence[FoundPicture]:
        """Published pictures but the one of that number, at most `most` bits away, the nearest first."""

    async def to_erase(self, limit: int) -> Sequence[str]:
        """Ids of withdrawn pictures that still have their bytes."""

    async def mark_erased(self, picture_ids: Sequence[str]) -> None: ...

    async def known(self, picture_ids: Sequence[str]) -> set[str]:
        """Those that there are."""


class Albums(Protocol):
    async def get(self, album_id: str) -> Album | None: ...

    async def all(self) -> Sequence[Album]: ...

    async def count_of(self, officer: str) -> int: ...

    async def put(self, album: Album, picture_ids: Sequence[str]) -> None:
        """A new one is empty. Raises VersionConflict."""

    async def remove(self, album_id: str) -> None: ...

    async def pictures(self, album_id: str, limit: int) -> Sequence[FoundPicture]: ...

    async def published(self, picture_ids: Sequence[str]) -> set[str]: ...


class UnitOfWork(Protocol):
    @property
    def cases(self) -> Cases: ...

    @property
    def keys(self) -> Keys: ...

    @property
    def uploads(self) -> Uploads: ...

    @property
    def published(self) -> Published: ...

    @property
    def people(self) -> People: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def saved(self) -> SavedSearches: ...

    @property
    def pictures(self) -> Pictures: ...

    @property
    def feeds(self) -> Feeds: ...

    @property
    def forum(self) -> Forum: ...

    @property
    def albums(self) -> Albums: ...

    async def commit(self) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class NewUnitOfWork(Protocol):
    def __call__(self, *, read_only: bool = False) -> UnitOfWork: ...
