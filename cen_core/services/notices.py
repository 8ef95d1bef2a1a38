"""CWS: writing a notice, judging and publishing it, reading and finding what is published.

A refusal stores nothing; a change is stored with its log entry, and that somebody opened a notice is logged too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from cen_core.errors import AttachmentRefused, AttachmentUnknown, KeyReused, NoticeInvalid, NoticeUnknown
from cen_core.model import attachment as attachments
from cen_core.model import notice_content
from cen_core.model.attachment import Attachment
from cen_core.model.case import LogEntry
from cen_core.model.notice import (
    Notice,
    NoticeKind,
    NoticeMove,
    NoticeState,
    NoticeVersion,
    NoticeView,
    member_of,
    owner_of,
    owners_judged_by,
    region_of,
    topics,
)
from cen_core.model.notice_content import NoticeContent
from cen_core.model.notice_query import NoticePage, cursor, notice_filter
from cen_core.model.principal import Principal, Role
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.ports import UnitOfWork

MAX_OWN: Final = 200
MAX_LOG: Final = 200
OPEN: Final = (NoticeState.SUBMITTED, NoticeState.RETURNED, NoticeState.DRAFT)
REASONS: Final = frozenset({"", "incomplete", "implausible", "duplicate", "not_ours", "nominal", "mistake", "other"})
"""Why a notice was returned or withdrawn: a code, as for cases."""
_OF_MEMBERS: Final = frozenset(
    {
        NoticeKind.ALERT,
        NoticeKind.SITUATION_REPORT,
        NoticeKind.BULLETIN,
        NoticeKind.LINK,
        NoticeKind.MEDIA_RELEASE,
    }
)
KINDS: Final[Mapping[Role, frozenset[NoticeKind]]] = {
    Role.OFFICER: _OF_MEMBERS,
    Role.NCP: _OF_MEMBERS,
    Role.RILO: _OF_MEMBERS | {NoticeKind.REFERENCE, NoticeKind.RILO_PAGE},
    Role.SECRETARIAT: _OF_MEMBERS | {NoticeKind.REFERENCE},
}
"""What each may write: a RILO's page is the RILO's, reference documents are nobody's single Member's."""

_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """`key` makes a resend harmless; `submit` hands it on at once."""

    kind: NoticeKind
    topic: str
    content: NoticeContent
    key: str
    submit: bool = False


@dataclass(frozen=True, slots=True)
class SeenNotice:
    """What a change is made to: the notice, and the revision that its maker saw."""

    notice_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class NoticesFound:
    """A page of published notices, how many there are, and what asks for the next page (empty at the end)."""

    notices: tuple[NoticeView, ...]
    total: int
    next_after: str


def resource(notice: Notice) -> Resource:
    authors = (notice.author, notice.editor)
    return Resource(member_of(notice.owner), authors, notice.published is not None, region_of(notice.owner))


def _new_resource(owner: str) -> Resource:
    return Resource(member_of(owner), region=region_of(owner))


async def create(principal: Principal, given: NewNotice, uow: UnitOfWork, now_ms: int, new_id: str) -> Notice:
    """The new notice of the principal's own; or, for a key that was used for the same before, the one that it made.

    Raises:
        NotAllowed, NoticeInvalid, KeyReused.
    """
    owner = owner_of(principal)
    access.require(principal, "draft_notice", _new_resource(owner))
    if given.kind not in KINDS[principal.role]:
        raise NoticeInvalid(field="kind", reason="not_in_list", count=1)
    if given.topic not in topics():
        raise NoticeInvalid(field="topic", reason="not_in_list", count=1)
    if _KEY.fullmatch(given.key) is None:
        raise NoticeInvalid(field="key", reason="malformed", count=1)
    content = notice_content.admitted(given.content, is_link=given.kind is NoticeKind.LINK)
    hashed = _request_hash(given, content)
    async with uow:
        used = await uow.keys.get(principal.officer, given.key)
        if used is not None:
            return await _made_before(used, hashed, uow)
        number = await uow.notices.new_number()
        notice = _new_notice(principal, given, new_id, now_ms, number)
        await uow.notices.add(notice, NoticeVersion(number, 1, content, principal.officer, now_ms))
        await _log(principal, notice, "draft_notice", uow, now_ms)
        await uow.keys.add(principal.officer, given.key, hashed, notice.notice_id, now_ms)
        await uow.commit()
    return notice


def _request_hash(given: NewNotice, content: NoticeContent) -> str:
    parts = (b"notice", given.kind.encode(), given.topic.encode(), notice_content.encode(content))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


async def _made_before(used: tuple[str, str], hashed: str, uow: UnitOfWork) -> Notice:
    before, notice_id = used
    if before != hashed:
        raise KeyReused
    found = await uow.notices.get(notice_id)
    assert found is not None
    return found


def _new_notice(principal: Principal, given: NewNotice, new_id: str, now_ms: int, number: int) -> Notice:
    return Notice(
        number=number,
        notice_id=new_id,
        kind=given.kind,
        topic=given.topic,
        owner=owner_of(principal),
        author=principal.officer,
        editor=principal.officer,
        state=NoticeState.SUBMITTED if given.submit else NoticeState.DRAFT,
        revision=1,
        version=1,
        published=None,
        first_ms=None,
        approved_ms=None,
        created_ms=now_ms,
        changed_ms=now_ms,
    )


async def _log(
    principal: Principal, notice: Notice, action: str, uow: UnitOfWork, now_ms: int, reason: str = ""
) -> None:
    entry = LogEntry(action, principal.officer, principal.member, notice.version, reason, now_ms)
    await uow.notices.append_log(notice.number, entry)


async def _seen(principal: Principal, notice_id: str, uow: UnitOfWork, *, for_update: bool = False) -> Notice:
    """The notice, if the principal may know that there is one. Raises NoticeUnknown."""
    is_id = _ID.fullmatch(notice_id) is not None
    notice = await uow.notices.get(notice_id, for_update=for_update) if is_id else None
    if notice is None or not access.may(principal, "read_notice", resource(notice)):
        raise NoticeUnknown
    return notice


async def _to_change(principal: Principal, move: NoticeMove, seen: SeenNotice, uow: UnitOfWork) -> Notice:
    access.require(principal, move.value)
    notice = await _seen(principal, seen.notice_id, uow, for_update=True)
    access.require(principal, move.value, resource(notice))
    return notice


async def amend(
    principal: Principal, seen: SeenNotice, given: NoticeContent, uow: UnitOfWork, now_ms: int, *, submit: bool = False
) -> Notice:
    """The notice as a draft with a new version (or submitted at once); what is published stays so meanwhile, and what
    is attached stays attached.

    Raises:
        NoticeUnknown, NotAllowed, VersionConflict, WrongState, NoticeInvalid.
    """
    async with uow:
        notice = await _to_change(principal, NoticeMove.AMEND, seen, uow)
        present = (await uow.notices.version(notice.number, notice.version)).content
        content = notice_content.admitted(given, is_link=notice.kind is NoticeKind.LINK)
        content = structs.replace(content, files=present.files)
        moved = replace(notice.moved(NoticeMove.AMEND, seen.revision, now_ms), editor=principal.officer)
        if submit:
            moved = replace(moved, state=NoticeState.SUBMITTED)
        await uow.notices.add_version(NoticeVersion(moved.number, moved.version, content, principal.officer, now_ms))
        await uow.notices.update(moved)
        await _log(principal, moved, NoticeMove.AMEND.value, uow, now_ms)
        await uow.commit()
    return moved


async def attach(
    principal: Principal, seen: SeenNotice, name: str, sent: bytes, uow: UnitOfWork, now_ms: int, new_id: str
) -> Notice:
    """The notice as a draft with a new version that has the file.

    Raises:
        NoticeUnknown, NotAllowed, VersionConflict, WrongState, AttachmentRefused.
    """
    async with uow:
        notice = await _to_change(principal, NoticeMove.AMEND, seen, uow)
        file = attachments.attachment(new_id, name, sent, notice.topic)
        present = (await uow.notices.version(notice.number, notice.version)).content
        if len(present.files) >= attachments.MAX_FILES:
            raise AttachmentRefused(reason="too_many_files")
        if any(known.sha256 == file.sha256 for known in present.files):
            raise AttachmentRefused(reason="twice")
        await uow.notices.add_file(notice.number, file, sent, now_ms)
        return await _with_files(principal, notice, seen, present, (*present.files, file), uow, now_ms)


async def detach(principal: Principal, seen: SeenNotice, file_id: str, uow: UnitOfWork, now_ms: int) -> Notice:
    """The notice as a draft with a new version without the file; versions that had it have it still.

    Raises:
        NoticeUnknown, NotAllowed, VersionConflict, WrongState, AttachmentUnknown.
    """
    async with uow:
        notice = await _to_change(principal, NoticeMove.AMEND, seen, uow)
        present = (await uow.notices.version(notice.number, notice.version)).content
        left = tuple(file for file in present.files if file.file_id != file_id)
        if len(left) == len(present.files):
            raise AttachmentUnknown
        return await _with_files(principal, notice, seen, present, left, uow, now_ms)


async def _with_files(
    principal: Principal,
    notice: Notice,
    seen: SeenNotice,
    present: NoticeContent,
    files: tuple[Attachment, ...],
    uow: UnitOfWork,
    now_ms: int,
) -> Notice:
    moved = replace(notice.moved(NoticeMove.AMEND, seen.revision, now_ms), editor=principal.officer)
    content = structs.replace(present, files=files)
    await uow.notices.add_version(NoticeVersion(moved.number, moved.version, content, principal.officer, now_ms))
    await uow.notices.update(moved)
    await _log(principal, moved, NoticeMove.AMEND.value, uow, now_ms)
    await uow.commit()
    return moved


async def file_of(
    principal: Principal, notice_id: str, file_id: str, uow: UnitOfWork, now_ms: int
) -> tuple[Attachment, bytes]:
    """A file that stands in the version which the principal sees; that it was taken is logged.

    Raises:
        NotAllowed, NoticeUnknown, AttachmentUnknown.
    """
    access.require(principal, "read_notice")
    async with uow:
        notice = await _seen(principal, notice_id, uow)
        view = await _view(principal, notice, uow)
        found = next((file for file in view.content.files if file.file_id == file_id), None)
        content = await uow.notices.file(notice.number, file_id) if found is not None else None
        if found is None or content is None:
            raise AttachmentUnknown
        await _log(principal, replace(notice, version=view.version), "take_attachment", uow, now_ms)
        await uow.commit()
    return found, content


async def move(
    principal: Principal, kind: NoticeMove, seen: SeenNotice, uow: UnitOfWork, now_ms: int, reason: str = ""
) -> Notice:
    """Submit, discard, approve, return or withdraw. Approving publishes the present version, withdrawing hides it.

    Raises:
        NoticeUnknown, NotAllowed, AuthorMayNotJudge, VersionConflict, WrongState.
        NoticeInvalid: a reason that there is not.
    """
    if reason not in REASONS:
        raise NoticeInvalid(field="reason", reason="not_in_list", count=1)
    async with uow:
        notice = await _to_change(principal, kind, seen, uow)
        moved = notice.moved(kind, seen.revision, now_ms)
        await uow.notices.update(moved)
        if kind is NoticeMove.APPROVE:
            await uow.notices.publish(moved, await uow.notices.version(moved.number, moved.version))
        elif notice.published is not None and moved.published is None:
            await uow.notices.unpublish(moved.number)
        await _log(principal, moved, kind.value, uow, now_ms, reason)
        await uow.commit()
    return moved


async def read(principal: Principal, notice_id: str, uow: UnitOfWork, now_ms: int) -> NoticeView:
    """The notice as the principal may see it; that it was seen is logged. Raises NotAllowed, NoticeUnknown."""
    access.require(principal, "read_notice")
    async with uow:
        notice = await _seen(principal, notice_id, uow)
        view = await _view(principal, notice, uow)
        await _log(principal, replace(notice, version=view.version), "read_notice", uow, now_ms)
        await uow.commit()
    return view


def is_own(principal: Principal, notice: Notice) -> bool:
    """Whether the principal sees what is not published of it."""
    return access.may(principal, "read_notice", replace(resource(notice), published=False))


async def _view(principal: Principal, notice: Notice, uow: UnitOfWork) -> NoticeView:
    own = is_own(principal, notice)
    withdraws = access.may(principal, NoticeMove.WITHDRAW.value, resource(notice))
    shown = notice.version if own else notice.published
    assert shown is not None
    version = await uow.notices.version(notice.number, shown)
    return NoticeView(
        notice.notice_id,
        notice.kind,
        notice.topic,
        notice.owner,
        notice.state if own else NoticeState.PUBLISHED,
        notice.revision if own or withdraws else 0,
        version.version,
        version.content,
        notice.first_ms,
        notice.approved_ms,
        own,
        notice.author if own else "",
        notice.editor if own else "",
    )


async def history(principal: Principal, notice_id: str, uow: UnitOfWork, now_ms: int) -> Sequence[NoticeVersion]:
    """Every version, for its owner. Raises NotAllowed, NoticeUnknown."""
    access.require(principal, "read_notice_history")
    async with uow:
        notice = await _seen(principal, notice_id, uow)
        access.require(principal, "read_notice_history", resource(notice))
        versions = await uow.notices.versions(notice.number)
        await _log(principal, notice, "read_notice_history", uow, now_ms)
        await uow.commit()
    return versions


async def log(principal: Principal, notice_id: str, uow: UnitOfWork) -> Sequence[LogEntry]:
    """Who saw and changed the notice, the newest first, for whoever judges it. Raises NotAllowed, NoticeUnknown."""
    access.require(principal, "read_notice_log")
    async with uow:
        notice = await _seen(principal, notice_id, uow)
        access.require(principal, "read_notice_log", resource(notice))
        return await uow.notices.log(notice.number, MAX_LOG)


async def worklist(
    principal: Principal, uow: UnitOfWork, states: Sequence[NoticeState] = OPEN, limit: int = MAX_OWN
) -> Sequence[NoticeView]:
    """What is not published yet of whose notices the principal writes or judges, the latest change first."""
    access.require(principal, "list_own_notices", _new_resource(owner_of(principal)))
    async with uow:
        found = await uow.notices.worklist(owners_judged_by(principal), states, min(max(limit, 1), MAX_OWN))
        return [await _view(principal, notice, uow) for notice in found]


async def find(
    principal: Principal, given: Mapping[str, Sequence[str]], page: NoticePage, uow: UnitOfWork
) -> NoticesFound:
    """A page of the published notices that fit. Raises NotAllowed, QueryInvalid."""
    access.require(principal, "notices")
    chosen = notice_filter(given)
    async with uow:
        found = tuple(await uow.notices.page(chosen, page))
        total = await uow.notices.count(chosen)
    is_full = len(found) == page.limit
    return NoticesFound(found, total, cursor(found[-1].approved_ms, found[-1].notice_id) if is_full else "")
