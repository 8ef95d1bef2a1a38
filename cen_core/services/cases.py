"""One case: entering, amending, judging, reading. A refusal stores nothing; a change is stored with its log entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cen_core.errors import CaseExists, CaseMalformed, CaseUnknown, KeyReused
from cen_core.model import content as contents
from cen_core.model.case import Case, LogEntry, Move, State, Version
from cen_core.model.content import Content
from cen_core.model.findings import Finding, findings
from cen_core.model.principal import Principal
from cen_core.model.results import CaseView
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.entry import admit, day_of, reader_of, request_hash, with_words
from cen_core.services.ports import UnitOfWork

MAX_WORKLIST: Final = 500
OPEN: Final = (State.DRAFT, State.SUBMITTED, State.RETURNED)
REASONS: Final = frozenset({"", "incomplete", "implausible", "duplicate", "not_ours", "nominal", "mistake", "other"})
"""Why a case was returned or withdrawn: a code, since free text could name a person."""

_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SOURCE_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A case to be entered. `key` makes a resend harmless; `source_key` (64 hexadecimal digits) names the record that
    it came from; `words_read` is the contact point's word for its free text; `submit` hands it on at once."""

    data: Mapping[str, Any]
    key: str
    source_key: str | None = None
    words_read: bool = False
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a change is made to: the case, and the revision that its maker saw."""

    case_id: str
    revision: int


def is_id(text: str) -> bool:
    """Whether this could name a case or an upload; nothing else is ever asked of a database."""
    return _ID.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Whether this may be an idempotency key."""
    return _KEY.fullmatch(text) is not None


def resource(case: Case) -> Resource:
    return Resource(case.member, (case.author, case.editor), case.published is not None)


def check(principal: Principal, data: Mapping[str, Any], now_ms: int) -> Sequence[Finding]:
    """What is wrong in the fields. Raises NotAllowed, and what `content.parse` raises where the shape is wrong."""
    access.require(principal, "create")
    return findings(contents.parse(data), day_of(now_ms))


async def create(principal: Principal, entry: Entry, uow: UnitOfWork, now_ms: int, new_id: str) -> Case:
    """The new case; or, for a key that was used for the same before, the case that it made.

    Raises:
        NotAllowed, KeyReused, CaseExists, WordsUnread, and what `entry.admit` raises.
    """
    access.require(principal, "create")
    check_keys(entry)
    content = admit(entry.data, day_of(now_ms))
    access.require(principal, "create", Resource(content.reporting_country))
    read_by = reader_of(content, principal, words_read=entry.words_read)
    hashed = request_hash(content, entry.source_key)
    async with uow:
        used = await uow.keys.get(principal.officer, entry.key)
        if used is not None:
            return await made_before(used, hashed, uow)
        if entry.source_key and await uow.cases.by_source_key(content.reporting_country, entry.source_key):
            raise CaseExists
        case = new_case(principal, content, entry, new_id, now_ms, (await uow.cases.new_numbers(1))[0])
        await uow.cases.add([case], [Version(case.number, 1, content, principal.officer, read_by, now_ms)])
        await uow.cases.append_log([entry_for(principal, case, "create", now_ms)])
        await uow.keys.add(principal.officer, entry.key, hashed, case.case_id, now_ms)
        await uow.commit()
    return case


def check_keys(entry: Entry) -> None:
    """Raises CaseMalformed."""
    if not is_key(entry.key):
        raise CaseMalformed(field="key")
    if entry.source_key is not None and _SOURCE_KEY.fullmatch(entry.source_key) is None:
        raise CaseMalformed(field="source_key")


async def made_before(used: tuple[str, str], hashed: str, uow: UnitOfWork) -> Case:
    """The case that a key made before, as it is now. Raises KeyReused."""
    before, case_id = used
    if before != hashed:
        raise KeyReused
    found = await uow.cases.get(case_id)
    assert found is not None
    return found


def new_case(principal: Principal, content: Content, entry: Entry, new_id: str, now_ms: int, number: int) -> Case:
    """The head of a case in its first version."""
    return Case(
        number=number,
        case_id=new_id,
        member=content.reporting_country,
        author=principal.officer,
        editor=principal.officer,
        state=State.SUBMITTED if entry.submit else State.DRAFT,
        revision=1,
        version=1,
        published=None,
        source_key=entry.source_key,
        upload=None,
        created_ms=now_ms,
        changed_ms=now_ms,
    )


def entry_for(principal: Principal, case: Case, action: str, now_ms: int, reason: str = "") -> tuple[int, LogEntry]:
    """The log entry of what the principal did to the case, with the case's number."""
    return case.number, LogEntry(action, principal.officer, principal.member, case.version, reason, now_ms)


async def _seen(principal: Principal, action: str, case_id: str, uow: UnitOfWork, *, for_update: bool = False) -> Case:
    """The case, if the principal may know that there is one. Raises CaseUnknown."""
    case = await uow.cases.get(case_id, for_update=for_update) if is_id(case_id) else None
    if case is None or not access.may(principal, action, resource(case)):
        raise CaseUnknown
    return case


async def _own(principal: Principal, action: str, change: Change, uow: UnitOfWork) -> Case:
    """The case, locked, if the principal may do `action` to it; a case that it may not even see is unknown to it."""
    access.require(principal, action)
    case = await _seen(principal, "read", change.case_id, uow, for_update=True)
    access.require(principal, action, resource(case))
    return case


async def amend(
    principal: Principal,
    change: Change,
    data: Mapping[str, Any],
    uow: UnitOfWork,
    now_ms: int,
    *,
    words_read: bool = False,
    submit: bool = False,
) -> Case:
    """The case as a draft with a new version (or submitted at once); what was published stays so meanwhile.

    Raises:
        CaseUnknown, NotAllowed, VersionConflict, WrongState, WordsUnread, and what `entry.admit` raises.
    """
    access.require(principal, "amend")
    content = admit(data, day_of(now_ms))
    async with uow:
        case = await _own(principal, "amend", change, uow)
        if content.reporting_country != case.member:
            access.require(principal, "create", Resource(content.reporting_country))
            raise CaseMalformed(field="reporting_country")
        before = await uow.cases.version(case.number, case.version)
        moved = replace(case.moved(Move.AMEND, change.revision, now_ms), editor=principal.officer)
        if submit:
            moved = replace(moved, state=State.SUBMITTED)
        read_by = reader_of(content, principal, words_read=words_read, before=before)
        await uow.cases.add_version(Version(case.number, moved.version, content, principal.officer, read_by, now_ms))
        await _store(principal, moved, Move.AMEND, "", uow, now_ms)
    return moved


async def add_words(
    principal: Principal, change: Change, words: Mapping[str, str], uow: UnitOfWork, now_ms: int
) -> Case:
    """The case with free text that the contact point has read; it does not become the content's editor by that.

    Raises:
        CaseUnknown, NotAllowed, VersionConflict, WrongState, and what `entry.with_words` raises.
    """
    async with uow:
        case = await _own(principal, "add_words", change, uow)
        before = await uow.cases.version(case.number, case.version)
        assert before is not None
        content = with_words(before.content, words, day_of(now_ms))
        read_by = reader_of(content, principal, words_read=True, before=before)
        moved = case.moved(Move.ADD_WORDS, change.revision, now_ms)
        await uow.cases.add_version(Version(case.number, moved.version, content, case.editor, read_by, now_ms))
        await _store(principal, moved, Move.ADD_WORDS, "", uow, now_ms)
    return moved


async def move(
    principal: Principal, kind: Move, change: Change, uow: UnitOfWork, now_ms: int, reason: str = ""
) -> Case:
    """Submit, discard, validate, return or withdraw. Validating publishes the present version, withdrawing hides it.

    Raises:
        CaseUnknown, NotAllowed, AuthorMayNotJudge, VersionConflict, WrongState.
        CaseMalformed: a reason that there is not.
    """
    if reason not in REASONS:
        raise CaseMalformed(field="reason")
    async with uow:
        case = await _own(principal, kind.value, change, uow)
        moved = case.moved(kind, change.revision, now_ms)
        if moved.published != case.published:
            await uow.published.remove([case.number])
        if kind is Move.VALIDATE:
            present = await uow.cases.version(case.number, case.version)
            assert present is not None
            await uow.published.put([(moved, present.content)])
        await _store(principal, moved, kind, reason, uow, now_ms)
    return moved


async def _store(principal: Principal, moved: Case, kind: Move, reason: str, uow: UnitOfWork, now_ms: int) -> None:
    await uow.cases.update(moved)
    await uow.cases.append_log([entry_for(principal, moved, kind.value, now_ms, reason)])
    await uow.commit()


async def read(principal: Principal, case_id: str, uow: UnitOfWork, now_ms: int) -> CaseView:
    """The case as the principal may see it; that it was seen is logged.

    Raises:
        NotAllowed, CaseUnknown.
    """
    access.require(principal, "read")
    async with uow:
        case = await _seen(principal, "read", case_id, uow)
        view = await _view(principal, case, uow)
        seen = replace(case, version=view.version)
        await uow.cases.append_log([entry_for(principal, seen, "read", now_ms)])
        await uow.commit()
    return view


def _is_own(principal: Principal, case: Case) -> bool:
    return access.may(principal, "list_own", Resource(case.member))


async def _view(principal: Principal, case: Case, uow: UnitOfWork) -> CaseView:
    if _is_own(principal, case):
        present = await uow.cases.version(case.number, case.version)
        assert present is not None
        return CaseView(
            case.case_id,
            case.member,
            case.state,
            case.revision,
            case.version,
            present.content,
            case.author,
            case.editor,
            present.read_by,
        )
    assert case.published is not None
    published = await uow.cases.version(case.number, case.published)
    assert published is not None
    return CaseView(case.case_id, case.member, State.VALIDATED, 0, case.published, published.content)


async def history(principal: Principal, case_id: str, uow: UnitOfWork, now_ms: int) -> Sequence[Version]:
    """Every version, for the case's own member; the published one without its officers, for everybody else.

    Raises:
        NotAllowed, CaseUnknown.
    """
    access.require(principal, "read_history")
    async with uow:
        case = await _seen(principal, "read_history", case_id, uow)
        versions = await uow.cases.versions(case.number)
        await uow.cases.append_log([entry_for(principal, case, "read_history", now_ms)])
        await uow.commit()
    if _is_own(principal, case):
        return versions
    return [replace(found, editor="", read_by="") for found in versions if found.version == case.published]


async def log(principal: Principal, case_id: str, uow: UnitOfWork) -> Sequence[LogEntry]:
    """Who saw and changed the case, for its contact point. Raises NotAllowed, CaseUnknown."""
    access.require(principal, "read_log")
    async with uow:
        case = await _seen(principal, "read", case_id, uow)
        access.require(principal, "read_log", resource(case))
        return await uow.cases.log(case.number)


async def worklist(
    principal: Principal, uow: UnitOfWork, states: Sequence[State] = OPEN, limit: int = 100
) -> Sequence[CaseView]:
    """The own member's cases in these states, the latest change first. Raises NotAllowed."""
    access.require(principal, "list_own", Resource(principal.member))
    async with uow:
        cases = await uow.cases.worklist(principal.member, states, min(max(limit, 1), MAX_WORKLIST))
        return [await _view(principal, case, uow) for case in cases]
