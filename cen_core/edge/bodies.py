"""What programs send and get. A case's own fields are checked by `cen_core.model.content`, which names each by its
path; here only what stands around them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from cen_core.edge.errors import malformed
from cen_core.model.case import Case, LogEntry, Version
from cen_core.model.content import Content
from cen_core.model.results import CaseView, Cell, Found, Results, Statistics, Sum
from cen_core.model.saved import Measured, Period, Saved
from cen_core.model.saved import read as read_condition
from cen_core.model.upload import MAX_ROWS, DryRun, Upload

Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]
ContentData = dict[str, Any]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignInBody(Body):
    officer: Annotated[str, Field(max_length=80)]
    password: Annotated[str, Field(max_length=200)]


class SessionOut(Body):
    token: str
    officer: str
    role: str
    level: str


class NewCase(Body):
    """`content` as the schema `Content` has it; quantities and values as text, so that no digit is lost."""

    content: ContentData
    source_key: str | None = None
    words_read: bool = False
    submit: bool = False


class ReleaseBody(Body):
    """What CENcomm lets out of a record; the source key names the record without saying which it is."""

    content: ContentData
    source_key: str
    words_read: bool = False


class WithdrawReleaseBody(Body):
    source_key: str
    reason: Annotated[str, Field(max_length=32)] = ""


class RowIn(Body):
    """`number` is the sender's own, named in errors; `reference` the national case number, which is only fingerprinted:
    without one the whole content stands for it."""

    number: Annotated[int, Field(ge=1, le=10_000_000)]
    reference: Annotated[str, Field(max_length=200)] = ""
    content: ContentData


class RowsBody(Body):
    rows: Annotated[list[RowIn], Field(min_length=1, max_length=MAX_ROWS)]
    words_read: bool = False


class UploadBody(RowsBody):
    """`name` stands in the log of uploads."""

    name: Annotated[str, Field(max_length=200)]


class CellErrorOut(Body):
    row: int
    cell: str
    reason: str


class LikelyOut(Body):
    """A row that may be a case that is there (`case_id`) or a row above (`other_row`): decide yourself."""

    row: int
    other_row: int
    case_id: str


class ReportOut(Body):
    """What an upload of these rows would do, or has done; `duplicates` are left out."""

    rows: int
    creates: int
    duplicates: list[int]
    likely: list[LikelyOut]
    errors: list[CellErrorOut]


class UploadOut(Body):
    upload_id: str
    member: str
    officer: str
    name: str
    state: str
    rows: int
    created: int
    duplicates: int
    at_ms: int
    changed_ms: int


class UploadedOut(Body):
    upload: UploadOut
    report: ReportOut


class UploadsOut(Body):
    """The newest first."""

    uploads: list[UploadOut]


Conditions = Annotated[dict[Annotated[str, Field(max_length=64)], list[str]], Field(max_length=100)]
"""The fields of a search, each with its values."""


class SavedBody(Body):
    """A watch list, or a risk indicator: `aim` are the cases that its condition is meant to find; empty for all."""

    kind: Literal["watch", "indicator"]
    name: Annotated[str, Field(max_length=80)]
    condition: Conditions
    aim: Conditions = {}


class ShareBody(Body):
    shared: bool


class SavedOut(Body):
    """`fresh` is how many cases were published since its owner last looked; null where its condition does not hold any
    more, or it is not asked for."""

    saved_id: str
    officer: str
    kind: str
    name: str
    condition: dict[str, list[str]]
    aim: dict[str, list[str]]
    shared: bool
    seen_ms: int
    fresh: int | None = None


class SearchesOut(Body):
    """The own ones, then what others share."""

    searches: list[SavedOut]


class PeriodOut(Body):
    """`hit_rate`: of a hundred cases that fit, how many are of the aim; `coverage`: the other way round."""

    period: str
    fits: int
    aimed: int
    hits: int
    hit_rate: float
    coverage: float


class MeasuredOut(Body):
    saved: SavedOut
    total: PeriodOut
    periods: list[PeriodOut]


class Amendment(Body):
    revision: Revision
    content: ContentData
    words_read: bool = False
    submit: bool = False


class WordsBody(Body):
    """Free texts by the path of their field; an empty text takes one out."""

    revision: Revision
    words: dict[str, str]


class MoveBody(Body):
    revision: Revision


class JudgeBody(Body):
    """Why a case goes back or is withdrawn is a code: free text could name a person."""

    revision: Revision
    reason: Annotated[str, Field(max_length=32)] = ""


class CaseOut(Body):
    case_id: str
    member: str
    state: str
    revision: int
    version: int
    published: int | None


class CaseViewOut(Body):
    """For whoever is not of the case's member, `revision` is 0 and the officers are empty."""

    case_id: str
    member: str
    state: str
    revision: int
    version: int
    content: ContentData
    author: str
    editor: str
    read_by: str


class CasesOut(Body):
    cases: list[CaseViewOut]


class VersionOut(Body):
    version: int
    content: ContentData
    editor: str
    read_by: str
    at_ms: int


class VersionsOut(Body):
    versions: list[VersionOut]


class LogEntryOut(Body):
    action: str
    officer: str
    member: str
    version: int
    reason: str
    at_ms: int


class LogOut(Body):
    """The newest first, as many as were asked for."""

    entries: list[LogEntryOut]


class FoundOut(Body):
    case_id: str
    member: str
    version: int
    content: ContentData


class BucketOut(Body):
    value: str
    cases: int


class ResultsOut(Body):
    """`next_after` asks for the next page as `after`; empty at the end."""

    cases: list[FoundOut]
    total: int
    next_after: str
    facets: dict[str, list[BucketOut]]


class SumOut(Body):
    """`amount` in `of`, a canonical unit or a currency, exact, as text."""

    of: str
    amount: str
    lines: int


class CellOut(Body):
    values: list[str]
    cases: int
    quantities: list[SumOut]
    money: list[SumOut]


class StatisticsOut(Body):
    """Where a dimension is in `multiple`, a case stands in several cells; `total` counts it once."""

    dimensions: list[str]
    multiple: list[str]
    cells: list[CellOut]
    total: CellOut


class ErrorOut(Body):
    """A stable code and the facts of the refusal. Nothing was stored."""

    code: str
    facts: dict[str, str | int | float | bool | None]


Sent = TypeVar("Sent", bound=Body)


def parse(model: type[Sent], body: bytes) -> Sent:
    """Raises RequestMalformed."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise malformed(error) from None


def json_of(body: Body, status: int = 200) -> Response:
    return Response(body.model_dump_json(), status, media_type="application/json")


def content_data(content: Content) -> ContentData:
    data: ContentData = msgspec.to_builtins(content)
    return data


def case_out(case: Case) -> CaseOut:
    return CaseOut(
        case_id=case.case_id,
        member=case.member,
        state=case.state.value,
        revision=case.revision,
        version=case.version,
        published=case.published,
    )


def report_out(report: DryRun) -> ReportOut:
    return ReportOut(
        rows=report.rows,
        creates=report.creates,
        duplicates=list(report.duplicates),
        likely=[LikelyOut(row=one.row, other_row=one.other_row, case_id=one.case_id) for one in report.likely],
        errors=[CellErrorOut(row=error.row, cell=error.cell, reason=error.reason) for error in report.errors],
    )


def upload_out(upload: Upload) -> UploadOut:
    return UploadOut(
        upload_id=upload.upload_id,
        member=upload.member,
        officer=upload.officer,
        name=upload.name,
        state=upload.state.value,
        rows=upload.rows,
        created=upload.created,
        duplicates=upload.duplicates,
        at_ms=upload.at_ms,
        changed_ms=upload.changed_ms,
    )


def saved_out(saved: Saved, fresh: int | None = None) -> SavedOut:
    return SavedOut(
        saved_id=saved.saved_id,
        officer=saved.officer,
        kind=saved.kind.value,
        name=saved.name,
        condition=read_condition(saved.condition),
        aim=read_condition(saved.aim),
        shared=saved.shared,
        seen_ms=saved.seen_ms,
        fresh=fresh,
    )


def measured_out(measured: Measured) -> MeasuredOut:
    return MeasuredOut(
        saved=saved_out(measured.saved),
        total=_period_out(measured.total),
        periods=[_period_out(period) for period in measured.periods],
    )


def _period_out(period: Period) -> PeriodOut:
    return PeriodOut(
        period=period.period,
        fits=period.fits,
        aimed=period.aimed,
        hits=period.hits,
        hit_rate=period.hit_rate,
        coverage=period.coverage,
    )


def view_out(view: CaseView) -> CaseViewOut:
    return CaseViewOut(
        case_id=view.case_id,
        member=view.member,
        state=view.state.value,
        revision=view.revision,
        version=view.version,
        content=content_data(view.content),
        author=view.author,
        editor=view.editor,
        read_by=view.read_by,
    )


def version_out(version: Version) -> VersionOut:
    return VersionOut(
        version=version.version,
        content=content_data(version.content),
        editor=version.editor,
        read_by=version.read_by,
        at_ms=version.at_ms,
    )


def entry_out(entry: LogEntry) -> LogEntryOut:
    return LogEntryOut(
        action=entry.action,
        officer=entry.officer,
        member=entry.member,
        version=entry.version,
        reason=entry.reason,
        at_ms=entry.at_ms,
    )


def results_out(results: Results) -> ResultsOut:
    return ResultsOut(
        cases=[_found_out(found) for found in results.cases],
        total=results.total,
        next_after=results.next_after,
        facets={
            name: [BucketOut(value=bucket.value, cases=bucket.cases) for bucket in buckets]
            for name, buckets in results.facets.items()
        },
    )


def _found_out(found: Found) -> FoundOut:
    return FoundOut(
        case_id=found.case_id, member=found.member, version=found.version, content=content_data(found.content)
    )


def statistics_out(found: Statistics) -> StatisticsOut:
    return StatisticsOut(
        dimensions=list(found.dimensions),
        multiple=list(found.multiple),
        cells=[_cell_out(cell) for cell in found.cells],
        total=_cell_out(found.total),
    )


def _cell_out(cell: Cell) -> CellOut:
    return CellOut(
        values=list(cell.values),
        cases=cell.cases,
        quantities=[_sum_out(found) for found in cell.quantities],
        money=[_sum_out(found) for found in cell.money],
    )


def _sum_out(found: Sum) -> SumOut:
    return SumOut(of=found.of, amount=format(found.amount, "f"), lines=found.lines)
