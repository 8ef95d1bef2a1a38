"""Training albums: seen by everybody, each kept by the contact point, RILO or secretariat who made it.

An album holds published pictures only. What is withdrawn leaves every album by itself: it is found no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from cen_core.errors import AlbumUnknown, CaseMalformed, PictureUnknown
from cen_core.model.album import MAX_ALBUMS, MAX_PICTURES, Album, OpenAlbum, checked
from cen_core.model.principal import Principal
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.cases import is_id
from cen_core.services.ports import UnitOfWork


def resource(album: Album) -> Resource:
    return Resource(album.member, (album.officer,), published=True)


async def keep(principal: Principal, title: str, uow: UnitOfWork, now_ms: int, new_id: str) -> Album:
    """A new, empty album. Raises NotAllowed; CaseMalformed: the title, or more albums than one officer may keep."""
    access.require(principal, "keep_album", Resource(principal.member, (principal.officer,)))
    album = Album(new_id, principal.officer, principal.member, checked(title), 1, now_ms)
    async with uow:
        if await uow.albums.count_of(principal.officer) >= MAX_ALBUMS:
            raise CaseMalformed(field="albums")
        await uow.albums.put(album, ())
        await uow.commit()
    return album


async def listed(principal: Principal, uow: UnitOfWork) -> Sequence[OpenAlbum]:
    """Every album, the last changed first, each with its first picture. Raises NotAllowed."""
    access.require(principal, "see_albums")
    async with uow:
        return [
            OpenAlbum(album, tuple(await uow.albums.pictures(album.album_id, 1))) for album in await uow.albums.all()
        ]


async def read(principal: Principal, album_id: str, uow: UnitOfWork) -> OpenAlbum:
    """Raises NotAllowed, AlbumUnknown."""
    access.require(principal, "see_albums")
    async with uow:
        album = await _album(album_id, uow)
        return OpenAlbum(album, tuple(await uow.albums.pictures(album_id, MAX_PICTURES)))


async def _album(album_id: str, uow: UnitOfWork) -> Album:
    album = await uow.albums.get(album_id) if is_id(album_id) else None
    if album is None:
        raise AlbumUnknown
    return album


async def change(
    principal: Principal,
    album_id: str,
    revision: int,
    title: str,
    picture_ids: Sequence[str],
    uow: UnitOfWork,
    now_ms: int,
) -> Album:
    """With this title and these pictures in this order.

    Raises:
        NotAllowed, AlbumUnknown, VersionConflict.
        PictureUnknown: one that is not published. CaseMalformed: the title, or the pictures are too many or one is
        there twice.
    """
    async with uow:
        album = await _album(album_id, uow)
        access.require(principal, "keep_album", resource(album))
        changed = album.changed(revision, title, now_ms)
        if len(picture_ids) > MAX_PICTURES or len(set(picture_ids)) != len(picture_ids):
            raise CaseMalformed(field="pictures")
        if len(await uow.albums.published(picture_ids)) != len(picture_ids):
            raise PictureUnknown
        await uow.albums.put(changed, picture_ids)
        await uow.commit()
    return changed


async def remove(principal: Principal, album_id: str, uow: UnitOfWork) -> None:
    """The pictures stay. Raises NotAllowed, AlbumUnknown."""
    async with uow:
        album = await _album(album_id, uow)
        access.require(principal, "keep_album", resource(album))
        await uow.albums.remove(album_id)
        await uow.commit()
