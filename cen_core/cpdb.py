"""The door of CPDb, the core's pictures of concealment: every use, for a principal. `CenCore.cpdb` is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cen_core.model.album import Album, OpenAlbum
from cen_core.model.case import LogEntry, Move, State
from cen_core.model.picture import FoundPicture, Picture, PictureView
from cen_core.model.picture_query import DEFAULT_PAGE, PictureResults
from cen_core.model.principal import Principal
from cen_core.services import albums, picture_search, pictures
from cen_core.services.cases import OPEN
from cen_core.services.pictures import Means, NewPicture, PictureChange


class Cpdb:
    """Errors are those of the service functions of the same names; each refusal leaves everything as it was."""

    def __init__(self, means: Means, now_ms: Callable[[], int], new_id: Callable[[], str]) -> None:
        self._means = means
        self._new_uow = means.new_uow
        self._now_ms = now_ms
        self._new_id = new_id

    async def add(self, principal: Principal, new: NewPicture) -> Picture:
        return await pictures.add(principal, new, self._means, self._now_ms(), self._new_id())

    async def amend(
        self, principal: Principal, change: PictureChange, data: Mapping[str, Any], *, submit: bool = False
    ) -> Picture:
        return await pictures.amend(principal, change, data, self._new_uow(), self._now_ms(), submit=submit)

    async def move(
        self, principal: Principal, kind: Move, change: PictureChange, *, reason: str = "", looked: bool = False
    ) -> Picture:
        """What is withdrawn is erased at once."""
        moved = await pictures.move(
            principal, kind, change, self._new_uow(), self._now_ms(), reason=reason, looked=looked
        )
        if moved.state is State.WITHDRAWN:
            await self.sweep()
        return moved

    async def read(self, principal: Principal, picture_id: str) -> PictureView:
        return await pictures.read(principal, picture_id, self._new_uow(), self._now_ms())

    async def image(self, principal: Principal, picture_id: str, size: str) -> tuple[bytes, Picture]:
        return await pictures.image(principal, picture_id, size, self._means, self._now_ms())

    async def log(self, principal: Principal, picture_id: str) -> Sequence[LogEntry]:
        return await pictures.log(principal, picture_id, self._new_uow(read_only=True))

    async def worklist(
        self, principal: Principal, states: Sequence[State] = OPEN, limit: int = 100
    ) -> Sequence[PictureView]:
        return await pictures.worklist(principal, self._new_uow(read_only=True), states, limit)

    async def search(
        self,
        principal: Principal,
        given: Mapping[str, Sequence[str]],
        *,
        facets: Sequence[str] = (),
        limit: int = DEFAULT_PAGE,
        after: str = "",
    ) -> PictureResults:
        uow = self._new_uow(read_only=True)
        return await picture_search.search(principal, given, uow, facets=facets, limit=limit, after=after)

    async def similar(self, principal: Principal, picture_id: str) -> Sequence[FoundPicture]:
        return await picture_search.similar(principal, picture_id, self._new_uow(read_only=True))

    async def beside(self, principal: Principal, picture_id: str) -> Sequence[FoundPicture]:
        return await picture_search.beside(principal, picture_id, self._new_uow(read_only=True))

    async def of_case(self, principal: Principal, case_id: str) -> Sequence[FoundPicture]:
        return await picture_search.of_case(principal, case_id, self._new_uow(read_only=True))

    async def albums(self, principal: Principal) -> Sequence[OpenAlbum]:
        return await albums.listed(principal, self._new_uow(read_only=True))

    async def album(self, principal: Principal, album_id: str) -> OpenAlbum:
        return await albums.read(principal, album_id, self._new_uow(read_only=True))

    async def keep_album(self, principal: Principal, title: str) -> Album:
        return await albums.keep(principal, title, self._new_uow(), self._now_ms(), self._new_id())

    async def change_album(
        self, principal: Principal, album_id: str, revision: int, title: str, picture_ids: Sequence[str]
    ) -> Album:
        uow = self._new_uow()
        return await albums.change(principal, album_id, revision, title, picture_ids, uow, self._now_ms())

    async def remove_album(self, principal: Principal, album_id: str) -> None:
        await albums.remove(principal, album_id, self._new_uow())

    async def sweep(self) -> int:
        return await pictures.sweep(self._means, self._now_ms())
