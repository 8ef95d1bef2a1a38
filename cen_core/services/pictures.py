"""One picture: adding, describing, judging, seeing. A refusal stores nothing; a change is stored with its log entry.

The bytes are written before the row and erased after the row says withdrawn, so that a crash at any moment leaves a
whole picture or none; `sweep` erases what a crash left behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cen_core.errors import (
    CaseMalformed,
    CaseUnknown,
    CenError,
    KeyReused,
    PictureInvalid,
    PictureUnknown,
    PictureUnseen,
)
from cen_core.model import picture as contents
from cen_core.model.case import LogEntry, Move, State
from cen_core.model.picture import Picture, PictureContent, PictureVersion, PictureView
from cen_core.model.principal import Principal
from cen_core.services import access, picture_ban
from cen_core.services.access import Resource
from cen_core.services.cases import MAX_WORKLIST, OPEN, REASONS, is_id
from cen_core.services.cases import resource as case_resource
from cen_core.services.picture_files import Cleaned, Cleaner, PictureFiles, name_of
from cen_core.services.ports import NewUnitOfWork, UnitOfWork

SWEPT_AFTER_SECONDS: Final = 3_600
"""A folder without a row may belong to a picture that is being stored right now; after this it does not."""
SWEPT_AT_ONCE: Final = 500
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class NewPicture:
    """`sent` is the file as it came, `data` what is said about it; `key` makes a resend harmless."""

    sent: bytes
    data: Mapping[str, Any]
    key: str
    submit: bool = False


@dataclass(frozen=True, slots=True)
class PictureChange:
    """What a change is made to: the picture, and the revision that its maker saw."""

    picture_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Means:
    """What the services of pictures work with."""

    new_uow: NewUnitOfWork
    files: PictureFiles
    cleaner: Cleaner


def resource(picture: Picture) -> Resource:
    return Resource(picture.member, (picture.author, picture.editor), picture.published is not None)


def may_see(principal: Principal, picture: Picture) -> bool:
    """The one rule of who sees a picture: what is validated everybody, anything else who works on it."""
    on = resource(picture)
    if picture.state is State.WITHDRAWN and not access.may(principal, "read_picture_log", on):
        return False
    return access.may(principal, "see_pictures", on) or access.may(principal, "see_own_pictures", on)


async def add(principal: Principal, new: NewPicture, means: Means, now_ms: int, new_id: str) -> Picture:
    """The new picture; or, for a key that was used for the same before, the one that it made.

    Raises:
        NotAllowed, KeyReused, PictureRefused, StorageFailed, and what `contents.parse` and `_check_links` raise.
    """
    access.require(principal, "add_picture", Resource(principal.member))
    if _KEY.fullmatch(new.key) is None:
        raise CaseMalformed(field="key")
    content = contents.parse(new.data)
    hashed = hashlib.sha256(new.sent + b"\0" + contents.encode(content).encode()).hexdigest()
    async with means.new_uow(read_only=True) as uow:
        made = await _made_before(principal, new.key, hashed, uow)
        if made is not None:
            return made
        await _check_links(principal, content, "", uow)
    cleaned = await means.cleaner.clean(new.sent)
    try:
        for size, data in cleaned.files.items():
            await means.files.put(name_of(new_id, size), data)
        return await _stored(principal, new, content, cleaned, hashed, means, now_ms, new_id)
    except CenError:
        await means.files.erase(new_id)
        raise


async def _stored(
    principal: Principal,
    new: NewPicture,
    content: PictureContent,
    cleaned: Cleaned,
    hashed: str,
    means: Means,
    now_ms: int,
    new_id: str,
) -> Picture:
    async with means.new_uow() as uow:
        await _check_links(principal, content, "", uow, for_update=True)
        picture = Picture(
            number=await uow.pictures.new_number(),
            picture_id=new_id,
            member=principal.member,
            author=principal.officer,
            editor=principal.officer,
            state=State.SUBMITTED if new.submit else State.DRAFT,
            revision=1,
            version=1,
            published=None,
            sha256=cleaned.sha256,
            dhash=cleaned.dhash,
            width=cleaned.width,
            height=cleaned.height,
            erased=False,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        await uow.pictures.add(picture, PictureVersion(picture.number, 1, content, principal.officer, now_ms))
        await uow.pictures.append_log([_entry(principal, picture, "create", now_ms)])
        await uow.keys.add(principal.officer, new.key, hashed, new_id, now_ms)
        await uow.commit()
    return picture


async def _made_before(principal: Principal, key: str, hashed: str, uow: UnitOfWork) -> Picture | None:
    used = await uow.keys.get(principal.officer, key)
    if used is None:
        return None
    made = await uow.pictures.get(used[1])
    if used[0] != hashed or made is None:
        raise KeyReused
    return made


async def _check_links(
    principal: Principal, content: PictureContent, own_id: str, uow: UnitOfWork, *, for_update: bool = False
) -> None:
    """Both links lead to what is the member's own, and neither to what may have no picture.

    Raises:
        CaseUnknown, PictureForbidden, PictureInvalid.
    """
    if content.case_id:
        case = await uow.cases.get(content.case_id, for_update=for_update)
        if case is None or case.member != principal.member or not access.may(principal, "read", case_resource(case)):
            raise CaseUnknown
        await picture_ban.require_linkable(case, uow)
    if content.counterpart:
        other = await uow.pictures.get(content.counterpart)
        if other is None or other.member != principal.member or not may_see(principal, other):
            raise PictureInvalid(field="counterpart", reason="not_in_list")
        version = await uow.pictures.version(other.number, other.version)
        if version is None or version.content.kind == content.kind or other.picture_id == own_id:
            raise PictureInvalid(field="counterpart", reason="same_kind")


def _entry(principal: Principal, picture: Picture, action: str, now_ms: int, reason: str = "") -> tuple[int, LogEntry]:
    return picture.number, LogEntry(action, principal.officer, principal.member, picture.version, reason, now_ms)


async def seen(principal: Principal, picture_id: str, uow: UnitOfWork, *, for_update: bool = False) -> Picture:
    """The picture, if the principal may know that there is one. Raises PictureUnknown."""
    picture = await uow.pictures.get(picture_id, for_update=for_update) if is_id(picture_id) else None
    if picture is None or not may_see(principal, picture):
        raise PictureUnknown
    return picture


async def _own(principal: Principal, action: str, change: PictureChange, uow: UnitOfWork) -> Picture:
    access.require(principal, action)
    picture = await seen(principal, change.picture_id, uow, for_update=True)
    access.require(principal, action, resource(picture))
    return picture


async def amend(
    principal: Principal,
    change: PictureChange,
    data: Mapping[str, Any],
    uow: UnitOfWork,
    now_ms: int,
    *,
    submit: bool = False,
) -> Picture:
    """Other words about the same picture, as a draft or submitted at once; what was published stays so meanwhile.

    Raises:
        PictureUnknown, NotAllowed, VersionConflict, WrongState, and what `contents.parse` and `_check_links` raise.
    """
    access.require(principal, "amend_picture")
    content = contents.parse(data)
    async with uow:
        picture = await _own(principal, "amend_picture", change, uow)
        await _check_links(principal, content, picture.picture_id, uow, for_update=True)
        moved = replace(picture.moved(Move.AMEND, change.revision, now_ms), editor=principal.officer)
        if submit:
            moved = replace(moved, state=State.SUBMITTED)
        await uow.pictures.add_version(
            PictureVersion(picture.number, moved.version, content, principal.officer, now_ms)
        )
        await uow.pictures.update(moved)
        await uow.pictures.append_log([_entry(principal, moved, "amend", now_ms)])
        await uow.commit()
    return moved


async def move(
    principal: Principal,
    kind: Move,
    change: PictureChange,
    uow: UnitOfWork,
    now_ms: int,
    *,
    reason: str = "",
    looked: bool = False,
) -> Picture:
    """Submit, discard, validate, return or withdraw. Who validates says that he looked at the picture and its words.

    Raises:
        PictureUnknown, NotAllowed, AuthorMayNotJudge, VersionConflict, WrongState, PictureUnseen, PictureForbidden.
        CaseMalformed: a reason that there is not.
    """
    if reason not in REASONS:
        raise CaseMalformed(field="reason")
    async with uow:
        picture = await _own(principal, f"{kind.value}_picture", change, uow)
        moved = picture.moved(kind, change.revision, now_ms)
        if kind is Move.VALIDATE:
            if not looked:
                raise PictureUnseen
            await _publish(moved, uow)
        elif moved.published is None:
            await uow.pictures.hide([picture.number])
        await uow.pictures.update(moved)
        await uow.pictures.append_log([_entry(principal, moved, kind.value, now_ms, reason)])
        await uow.commit()
    return moved


async def _publish(picture: Picture, uow: UnitOfWork) -> None:
    version = await uow.pictures.version(picture.number, picture.version)
    assert version is not None
    if version.content.case_id:
        case = await uow.cases.get(version.content.case_id, for_update=True)
        assert case is not None
        await picture_ban.require_linkable(case, uow)
    await uow.pictures.hide([picture.number])
    await uow.pictures.publish(picture, version.content)


async def read(principal: Principal, picture_id: str, uow: UnitOfWork, now_ms: int) -> PictureView:
    """The picture as the principal may see it; that it was seen is logged. Raises NotAllowed, PictureUnknown."""
    access.require(principal, "see_pictures")
    async with uow:
        picture = await seen(principal, picture_id, uow)
        view = await view_of(principal, picture, uow)
        await uow.pictures.append_log([_entry(principal, replace(picture, version=view.version), "read", now_ms)])
        await uow.commit()
    return view


def is_own(principal: Principal, picture: Picture) -> bool:
    return access.may(principal, "see_own_pictures", resource(picture))


async def view_of(principal: Principal, picture: Picture, uow: UnitOfWork) -> PictureView:
    """What the principal may see of a picture that it may see."""
    own = is_own(principal, picture)
    number = picture.version if own else picture.published
    assert number is not None
    version = await uow.pictures.version(picture.number, number)
    assert version is not None
    return PictureView(
        picture_id=picture.picture_id,
        member=picture.member,
        state=picture.state if own else State.VALIDATED,
        revision=picture.revision if own else 0,
        version=number,
        content=await _without_hidden(principal, version.content, uow),
        sha256=picture.sha256,
        dhash=picture.dhash,
        width=picture.width,
        height=picture.height,
        is_published=picture.published is not None,
        author=picture.author if own else "",
        editor=picture.editor if own else "",
    )


async def _without_hidden(principal: Principal, content: PictureContent, uow: UnitOfWork) -> PictureContent:
    """Without links to what the principal may not see: he does not learn that it is there."""
    case = await uow.cases.get(content.case_id) if content.case_id else None
    other = await uow.pictures.get(content.counterpart) if content.counterpart else None
    sees_case = case is not None and access.may(principal, "read", case_resource(case))
    sees_other = other is not None and not other.erased and may_see(principal, other)
    return contents.with_links(content, content.case_id if sees_case else "", content.counterpart if sees_other else "")


async def image(principal: Principal, picture_id: str, size: str, means: Means, now_ms: int) -> tuple[bytes, Picture]:
    """The JPEG file. Whoever takes the full size is logged. Raises NotAllowed, PictureUnknown, StorageFailed."""
    access.require(principal, "see_pictures")
    name = name_of(picture_id, size)
    logged = size == "full"
    async with means.new_uow(read_only=not logged) as uow:
        picture = await seen(principal, picture_id, uow)
        if picture.state is State.WITHDRAWN:
            raise PictureUnknown
        if logged:
            await uow.pictures.append_log([_entry(principal, picture, "read_full", now_ms)])
            await uow.commit()
    try:
        return await means.files.read(name), picture
    except FileNotFoundError:
        raise PictureUnknown from None


async def log(principal: Principal, picture_id: str, uow: UnitOfWork) -> Sequence[LogEntry]:
    """Who saw and changed the picture, for its contact point. Raises NotAllowed, PictureUnknown."""
    access.require(principal, "read_picture_log")
    async with uow:
        picture = await seen(principal, picture_id, uow)
        access.require(principal, "read_picture_log", resource(picture))
        return await uow.pictures.log(picture.number)


async def worklist(
    principal: Principal, uow: UnitOfWork, states: Sequence[State] = OPEN, limit: int = 100
) -> Sequence[PictureView]:
    """The own member's pictures in these states, the latest change first. Raises NotAllowed."""
    access.require(principal, "list_own_pictures", Resource(principal.member))
    async with uow:
        found = await uow.pictures.worklist(principal.member, states, min(max(limit, 1), MAX_WORKLIST))
        return [await view_of(principal, picture, uow) for picture in found]


async def sweep(means: Means, now_ms: int) -> int:
    """Erase the bytes of withdrawn pictures and those that no picture has; how many pictures' bytes went."""
    async with means.new_uow(read_only=True) as uow:
        gone = await uow.pictures.to_erase(SWEPT_AT_ONCE)
    for picture_id in gone:
        await means.files.erase(picture_id)
    before = now_ms / 1000 - SWEPT_AFTER_SECONDS
    old = sorted(picture_id for picture_id, at in (await means.files.folders()).items() if at < before)
    async with means.new_uow() as uow:
        await uow.pictures.mark_erased(gone)
        known = await uow.pictures.known(old)
        await uow.commit()
    left = [picture_id for picture_id in old if picture_id not in known]
    for picture_id in left:
        await means.files.erase(picture_id)
    return len(gone) + len(left)
