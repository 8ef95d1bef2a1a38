"""What CENcomm lets out (DESIGN §4): a case follows the record that it came from, and never learns from which group.

The source key names the record; only who could read the record knows it. What the contact point added in the core stays
where the record says nothing else.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import msgspec

from cen_core.errors import CaseMalformed, CaseUnknown
from cen_core.model import content as contents
from cen_core.model.case import Case, Move, State, Version
from cen_core.model.content import LINE_WORDS, WORDS, Content
from cen_core.model.principal import Principal
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.cases import (
    REASONS,
    Entry,
    check_keys,
    entry_for,
    made_before,
    new_case,
    resource,
)
from cen_core.services.entry import admit, day_of, reader_of, request_hash
from cen_core.services.ports import UnitOfWork

_SOURCE_KEY: Final = re.compile(r"[0-9a-f]{64}")


async def release(principal: Principal, entry: Entry, uow: UnitOfWork, now_ms: int, new_id: str) -> Case:
    """A new submitted case for a new source key, an amendment for a known one, and nothing changed where the same
    comes again.

    Raises:
        CaseMalformed: without a source key. KeyReused: the key was used for something else.
        Else as `create` and `amend`.
    """
    access.require(principal, "create")
    check_keys(entry)
    if entry.source_key is None:
        raise CaseMalformed(field="source_key")
    content = admit(entry.data, day_of(now_ms))
    access.require(principal, "create", Resource(content.reporting_country))
    hashed = request_hash(content, entry.source_key)
    async with uow:
        used = await uow.keys.get(principal.officer, entry.key)
        if used is not None:
            return await made_before(used, hashed, uow)
        case = await uow.cases.by_source_key(content.reporting_country, entry.source_key)
        if case is None:
            made = await _released(principal, content, entry, uow, now_ms, new_id)
        else:
            made = await _released_again(principal, case, content, entry, uow, now_ms)
            if made == case:
                return case
        await uow.keys.add(principal.officer, entry.key, hashed, made.case_id, now_ms)
        await uow.commit()
    return made


async def _released(
    principal: Principal, content: Content, entry: Entry, uow: UnitOfWork, now_ms: int, new_id: str
) -> Case:
    read_by = reader_of(content, principal, words_read=entry.words_read)
    number = (await uow.cases.new_numbers(1))[0]
    case = new_case(principal, content, replace(entry, submit=True), new_id, now_ms, number)
    await uow.cases.add([case], [Version(number, 1, content, principal.officer, read_by, now_ms)])
    await uow.cases.append_log([entry_for(principal, case, "release", now_ms)])
    return case


async def _released_again(
    principal: Principal, case: Case, content: Content, entry: Entry, uow: UnitOfWork, now_ms: int
) -> Case:
    access.require(principal, "amend", resource(case))
    before = await uow.cases.version(case.number, case.version)
    assert before is not None
    content = _with_words_of(content, before.content)
    if contents.encode(before.content) == contents.encode(content):
        return case
    read_by = reader_of(content, principal, words_read=entry.words_read, before=before)
    moved = replace(case.moved(Move.AMEND, case.revision, now_ms), editor=principal.officer, state=State.SUBMITTED)
    await uow.cases.add_version(Version(case.number, moved.version, content, principal.officer, read_by, now_ms))
    await uow.cases.update(moved)
    await uow.cases.append_log([entry_for(principal, moved, "release", now_ms)])
    return moved


def _with_words_of(content: Content, before: Content) -> Content:
    """The content with the free text that was there before, where it brings none itself: the contact point had read
    that. A goods line keeps its own while it is the same product at the same place."""
    kept: dict[str, Any] = {name: getattr(before, name) for name in WORDS if not getattr(content, name)}
    if "narrative" in kept:
        kept["narrative_language"] = before.narrative_language
    goods = list(content.goods)
    for number, (line, was) in enumerate(zip(content.goods, before.goods, strict=False)):
        if not getattr(line, LINE_WORDS) and (line.heading, line.product) == (was.heading, was.product):
            goods[number] = msgspec.structs.replace(line, **{LINE_WORDS: getattr(was, LINE_WORDS)})
    return msgspec.structs.replace(content, goods=tuple(goods), **kept)


async def withdraw_release(principal: Principal, source_key: str, reason: str, uow: UnitOfWork, now_ms: int) -> Case:
    """The record was withdrawn in its group: its case is withdrawn too, once. Who released it takes back what nobody
    has validated; what is published takes the contact point, with four eyes as for every case.

    Raises:
        NotAllowed, AuthorMayNotJudge, CaseUnknown, VersionConflict.
        CaseMalformed: a source key or a reason that there is not.
    """
    access.require(principal, "withdraw_release")
    if _SOURCE_KEY.fullmatch(source_key) is None:
        raise CaseMalformed(field="source_key")
    if reason not in REASONS:
        raise CaseMalformed(field="reason")
    async with uow:
        case = await uow.cases.by_source_key(principal.member, source_key)
        if case is None:
            raise CaseUnknown
        if case.state is State.WITHDRAWN:
            return case
        access.require(principal, "withdraw_release" if case.published is None else "withdraw", resource(case))
        moved = case.moved(Move.WITHDRAW, case.revision, now_ms)
        if case.published is not None:
            await uow.published.remove([case.number])
        await uow.cases.update(moved)
        await uow.cases.append_log([entry_for(principal, moved, Move.WITHDRAW.value, now_ms, reason)])
        await uow.commit()
    return moved
