"""Many cases at once: a dry run that names every cell, an upload that is stored whole or not at all, and its undoing.

A row's key is a fingerprint of the member's own case number, or of the whole content where it has none. A row whose
key a case has, or a row above, is an exact duplicate: it is counted and left out. An upload waits for a second
person: the member's contact point, or for a table that the secretariat loads, another officer of the secretariat.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cen_core.errors import CaseMalformed, CenError, KeyReused, UploadRefused, UploadTooLarge, UploadUnknown, WrongState
from cen_core.model import content as contents
from cen_core.model.case import Case, Move, State, Version
from cen_core.model.content import Content
from cen_core.model.findings import findings
from cen_core.model.likeness import Likeness, likenesses
from cen_core.model.principal import Principal, Role
from cen_core.model.projection import source_key
from cen_core.model.upload import MAX_ROWS, CellError, DryRun, Likely, Row, Upload, UploadState
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.cases import entry_for, is_id, is_key
from cen_core.services.entry import day_of, reader_of
from cen_core.services.ports import UnitOfWork

MAX_ERRORS = 10_000
"""A dry run names no more; with so many, the sheet is of another shape."""
MAX_NAME = 200
MAX_LOG = 500


@dataclass(frozen=True, slots=True)
class _Good:
    """A row that may be stored."""

    row: Row
    content: Content
    key: str
    read_by: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the rows are judged with: `fingerprint_key` is the deployment's secret, `words_read` the contact point's
    word for all free text of the upload."""

    rows: Sequence[Row]
    fingerprint_key: bytes
    words_read: bool = False


async def dry_run(principal: Principal, bulk: Bulk, uow: UnitOfWork, now_ms: int) -> DryRun:
    """What `upload` would do; nothing is stored. Raises NotAllowed, UploadTooLarge."""
    good, errors = await _judge(principal, bulk, day_of(now_ms))
    async with uow:
        fresh, duplicates = await _new_ones(good, uow)
        likely = await _likely(fresh, uow)
    return DryRun(len(bulk.rows), len(fresh), duplicates, errors, likely)


async def upload(
    principal: Principal,
    bulk: Bulk,
    name: str,
    uow: UnitOfWork,
    now_ms: int,
    new_id: Callable[[], str],
    key: str | None = None,
) -> tuple[Upload, DryRun]:
    """All rows that are no duplicates, as submitted cases, in one transaction. With a `key` a resend is harmless: it
    gives the same upload, without its duplicates by number.

    Raises:
        NotAllowed, UploadTooLarge.
        KeyReused: the key was used for something else.
        CaseMalformed: a name of the upload that is empty or too long.
        UploadRefused: a cell has an error; nothing was stored.
    """
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise CaseMalformed(field="name")
    if key is not None and not is_key(key):
        raise CaseMalformed(field="key")
    good, errors = await _judge(principal, bulk, day_of(now_ms))
    if errors:
        raise UploadRefused(rows=len({error.row for error in errors}), cells=len(errors))
    hashed = _hash(good, name)
    async with uow:
        used = None if key is None else await uow.keys.get(principal.officer, key)
        if used is not None:
            return await _made_before(used, hashed, uow)
        fresh, duplicates = await _new_ones(good, uow)
        report = DryRun(len(bulk.rows), len(fresh), duplicates, (), await _likely(fresh, uow))
        entry = Upload(
            upload_id=new_id(),
            member=principal.member,
            officer=principal.officer,
            name=name,
            state=UploadState.SUBMITTED,
            rows=len(bulk.rows),
            created=len(fresh),
            duplicates=len(duplicates),
            at_ms=now_ms,
            changed_ms=now_ms,
        )
        await uow.uploads.add(entry)
        if fresh:
            await _store(principal, fresh, entry, uow, new_id)
        if key is not None:
            await uow.keys.add(principal.officer, key, hashed, entry.upload_id, now_ms)
        await uow.commit()
    return entry, report


def _hash(good: Sequence[_Good], name: str) -> str:
    """What an idempotency key stands for: the name and every row."""
    digest = hashlib.sha256(name.encode())
    for one in good:
        digest.update(b"\0" + one.key.encode() + b"\0" + contents.encode(one.content))
    return digest.hexdigest()


async def _made_before(used: tuple[str, str], hashed: str, uow: UnitOfWork) -> tuple[Upload, DryRun]:
    before, upload_id = used
    found = await uow.uploads.get(upload_id)
    if before != hashed or found is None:
        raise KeyReused
    return found, DryRun(found.rows, found.created, (), ())


async def _judge(principal: Principal, bulk: Bulk, today: date) -> tuple[list[_Good], tuple[CellError, ...]]:
    """Away from the event loop: a hundred thousand rows take seconds."""
    access.require(principal, "upload")
    if len(bulk.rows) > MAX_ROWS:
        raise UploadTooLarge(limit=MAX_ROWS)
    return await asyncio.to_thread(_judge_rows, principal, bulk, today)


def _judge_rows(principal: Principal, bulk: Bulk, today: date) -> tuple[list[_Good], tuple[CellError, ...]]:
    good: list[_Good] = []
    errors: list[CellError] = []
    for row in bulk.rows:
        judged = _judge_row(principal, row, bulk, today)
        if isinstance(judged, _Good):
            good.append(judged)
        else:
            errors += judged
        if len(errors) >= MAX_ERRORS:
            break
    return good, tuple(errors[:MAX_ERRORS])


def _judge_row(principal: Principal, row: Row, bulk: Bulk, today: date) -> _Good | list[CellError]:
    try:
        content = contents.parse(row.data)
        if found := findings(content, today):
            return [_error(row, finding.field, finding.reason) for finding in found]
        read_by = reader_of(content, principal, words_read=bulk.words_read)
    except CenError as refusal:
        return [_error(row, str(refusal.facts.get("field", "")), refusal.code.removeprefix("cen."))]
    member = content.reporting_country
    if not access.may(principal, "upload", Resource(member)):
        return [_error(row, "reporting_country", "not_own_member")]
    reference = f"number {row.reference}" if row.reference else f"content {contents.encode(content).decode()}"
    return _Good(row, content, source_key(bulk.fingerprint_key, member, reference), read_by)


def _error(row: Row, field: str, reason: str) -> CellError:
    return CellError(row.number, row.cells.get(field, field), reason)


async def _new_ones(good: Sequence[_Good], uow: UnitOfWork) -> tuple[list[_Good], tuple[int, ...]]:
    """The rows without a case, and the numbers of the duplicates."""
    seen = await uow.cases.known_source_keys([(one.content.reporting_country, one.key) for one in good])
    fresh: list[_Good] = []
    duplicates: list[int] = []
    for one in good:
        key = (one.content.reporting_country, one.key)
        if key in seen:
            duplicates.append(one.row.number)
        else:
            seen.add(key)
            fresh.append(one)
    return fresh, tuple(duplicates)


async def _likely(fresh: Sequence[_Good], uow: UnitOfWork) -> tuple[Likely, ...]:
    """The rows that resemble a row above, or a published case; the latter where both do."""
    first: dict[Likeness, int] = {}
    found: dict[int, Likely] = {}
    for one in fresh:
        for likeness in likenesses(one.content):
            above = first.setdefault(likeness, one.row.number)
            if above != one.row.number:
                found[one.row.number] = Likely(one.row.number, other_row=above)
    for place, case_id in (await uow.published.alike([one.content for one in fresh])).items():
        number = fresh[place].row.number
        found[number] = Likely(number, case_id=case_id)
    return tuple(found[number] for number in sorted(found))


async def _store(
    principal: Principal, fresh: Sequence[_Good], entry: Upload, uow: UnitOfWork, new_id: Callable[[], str]
) -> None:
    numbers = await uow.cases.new_numbers(len(fresh))
    cases: list[Case] = []
    versions: list[Version] = []
    for one, number in zip(fresh, numbers, strict=True):
        cases.append(
            Case(
                number=number,
                case_id=new_id(),
                member=one.content.reporting_country,
                author=principal.officer,
                editor=principal.officer,
                state=State.SUBMITTED,
                revision=1,
                version=1,
                published=None,
                source_key=one.key,
                upload=entry.upload_id,
                created_ms=entry.at_ms,
                changed_ms=entry.at_ms,
            )
        )
        versions.append(Version(number, 1, one.content, principal.officer, one.read_by, entry.at_ms))
    await uow.cases.add(cases, versions)
    await uow.cases.append_log([entry_for(principal, case, "upload", entry.at_ms) for case in cases])


async def _upload_for(principal: Principal, action: str, upload_id: str, uow: UnitOfWork) -> Upload:
    """The upload, locked, if the principal may do `action` to it; another member's is unknown to it."""
    access.require(principal, action)
    found = await uow.uploads.get(upload_id, for_update=True) if is_id(upload_id) else None
    if found is None or not access.may(principal, "uploads", Resource(found.member)):
        raise UploadUnknown
    access.require(principal, action, Resource(found.member, (found.officer,)))
    return found


async def validate(principal: Principal, upload_id: str, uow: UnitOfWork, now_ms: int) -> Upload:
    """Every case of the upload that still waits is validated and published; those that were returned, amended or
    withdrawn by themselves stay as they are.

    Raises:
        UploadUnknown, NotAllowed, AuthorMayNotJudge.
        WrongState: it was validated or undone before.
    """
    async with uow:
        entry = await _upload_for(principal, "validate_upload", upload_id, uow)
        if entry.state is not UploadState.SUBMITTED:
            raise WrongState(state=entry.state.value, action="validate_upload")
        contents_of = {version.number: version.content for version in await uow.cases.present_versions(upload_id)}
        moved = [
            case.moved(Move.VALIDATE, case.revision, now_ms)
            for case in await uow.cases.of_upload(upload_id)
            if case.state is State.SUBMITTED and case.published is None and principal.officer != case.editor
        ]
        if moved:
            await uow.cases.update_all(moved)
            await uow.published.put([(case, contents_of[case.number]) for case in moved])
            await uow.cases.append_log([entry_for(principal, case, "validate", now_ms) for case in moved])
        done = replace(entry, state=UploadState.VALIDATED, changed_ms=now_ms)
        await uow.uploads.update(done)
        await uow.commit()
    return done


async def undo(principal: Principal, upload_id: str, uow: UnitOfWork, now_ms: int) -> Upload:
    """Every case of the upload is withdrawn, and its rows may be uploaded again. The uploader undoes what nobody has
    validated; afterwards it takes the contact point, or the secretariat for its own.

    Raises:
        UploadUnknown, NotAllowed.
        WrongState: it was undone before, or validated and the principal is an officer.
    """
    async with uow:
        entry = await _upload_for(principal, "undo_upload", upload_id, uow)
        is_too_late = entry.state is UploadState.VALIDATED and principal.role is Role.OFFICER
        if entry.state is UploadState.UNDONE or is_too_late:
            raise WrongState(state=entry.state.value, action="undo_upload")
        moved = list(_withdrawn(await uow.cases.of_upload(upload_id), now_ms))
        if moved:
            await uow.published.remove([case.number for case in moved])
            await uow.cases.update_all(moved)
            await uow.cases.append_log([entry_for(principal, case, "undo_upload", now_ms) for case in moved])
        await uow.cases.release_source_keys(upload_id)
        done = replace(entry, state=UploadState.UNDONE, changed_ms=now_ms)
        await uow.uploads.update(done)
        await uow.commit()
    return done


def _withdrawn(cases: Sequence[Case], now_ms: int) -> Iterator[Case]:
    for case in cases:
        if case.state is not State.WITHDRAWN:
            yield case.moved(Move.WITHDRAW, case.revision, now_ms)


async def log(principal: Principal, uow: UnitOfWork, limit: int = 100) -> Sequence[Upload]:
    """The own member's uploads, or the secretariat's, the newest first. Raises NotAllowed."""
    access.require(principal, "uploads", Resource(principal.member))
    async with uow:
        return await uow.uploads.log(principal.member, min(max(limit, 1), MAX_LOG))
