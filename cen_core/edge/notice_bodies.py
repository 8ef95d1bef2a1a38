"""What programs send and get of notices."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from cen_core.edge.bodies import Body, JudgeBody, LogOut, MoveBody, Revision
from cen_core.model.notice import Notice, NoticeKind, NoticeVersion, NoticeView
from cen_core.model.notice_content import NoticeContent, content_of
from cen_core.model.notice_query import MAX_NOTICES
from cen_core.services.notices import NoticesFound


class TextBody(Body):
    """One language: a title of one line, and Markdown without HTML and pictures."""

    title: str
    body: str = ""


class NoticeBody(Body):
    """`texts` by language (`en`, `fr`, `es`, `ru`, `ar`, `pt`); `original` is the one that the others come from."""

    original: Annotated[str, Field(max_length=8)]
    texts: Annotated[dict[str, TextBody], Field(max_length=20)]
    url: str = ""


class NewNoticeBody(NoticeBody):
    kind: Annotated[str, Field(json_schema_extra={"enum": [kind.value for kind in NoticeKind]})]
    topic: Annotated[str, Field(max_length=64)]
    submit: bool = False


class NoticeAmendment(NoticeBody):
    revision: Revision
    submit: bool = False


class FileOut(Body):
    """What is attached; its bytes are at `/cen/v1/notices/{notice_id}/files/{file_id}`."""

    file_id: str
    name: str
    kind: str
    size: int
    sha256: str


class NoticeOut(Body):
    notice_id: str
    kind: str
    topic: str
    owner: str
    state: str
    revision: int
    version: int
    published: int | None


class NoticeViewOut(Body):
    """For whoever is not of its owner the officers are empty, and `revision` is 0 unless he may withdraw it."""

    notice_id: str
    kind: str
    topic: str
    owner: str
    state: str
    revision: int
    version: int
    original: str
    texts: dict[str, TextBody]
    url: str
    missing: list[str]
    files: list[FileOut]
    first_ms: int | None
    approved_ms: int | None
    author: str
    editor: str


class NoticesOut(Body):
    """`next_after` asks for the next page as `after`; empty at the end."""

    notices: list[NoticeViewOut]
    total: int
    next_after: str


class NoticeWorklistOut(Body):
    notices: list[NoticeViewOut]


class NoticeVersionOut(Body):
    version: int
    original: str
    texts: dict[str, TextBody]
    url: str
    files: list[FileOut]
    editor: str
    at_ms: int


class NoticeVersionsOut(Body):
    versions: list[NoticeVersionOut]


def content_in(sent: NoticeBody) -> NoticeContent:
    return content_of(sent.original, {name: (text.title, text.body) for name, text in sent.texts.items()}, sent.url)


def notice_out(notice: Notice) -> NoticeOut:
    return NoticeOut(
        notice_id=notice.notice_id,
        kind=notice.kind.value,
        topic=notice.topic,
        owner=notice.owner,
        state=notice.state.value,
        revision=notice.revision,
        version=notice.version,
        published=notice.published,
    )


def _texts_out(content: NoticeContent) -> dict[str, TextBody]:
    return {name: TextBody(title=text.title, body=text.body) for name, text in content.texts.items()}


def _files_out(content: NoticeContent) -> list[FileOut]:
    return [
        FileOut(file_id=file.file_id, name=file.name, kind=file.kind, size=file.size, sha256=file.sha256)
        for file in content.files
    ]


def view_out(view: NoticeView) -> NoticeViewOut:
    return NoticeViewOut(
        notice_id=view.notice_id,
        kind=view.kind.value,
        topic=view.topic,
        owner=view.owner,
        state=view.state.value,
        revision=view.revision,
        version=view.version,
        original=view.content.original,
        texts=_texts_out(view.content),
        url=view.content.url,
        missing=list(view.content.missing),
        files=_files_out(view.content),
        first_ms=view.first_ms,
        approved_ms=view.approved_ms,
        author=view.author,
        editor=view.editor,
    )


def found_out(found: NoticesFound) -> NoticesOut:
    notices = [view_out(view) for view in found.notices]
    return NoticesOut(notices=notices, total=found.total, next_after=found.next_after)


def version_out(version: NoticeVersion) -> NoticeVersionOut:
    return NoticeVersionOut(
        version=version.version,
        original=version.content.original,
        texts=_texts_out(version.content),
        url=version.content.url,
        files=_files_out(version.content),
        editor=version.editor,
        at_ms=version.at_ms,
    )


REQUESTS: Final[dict[str, type[Body]]] = {
    "api_draft_notice": NewNoticeBody,
    "api_amend_notice": NoticeAmendment,
    "api_submit_notice": MoveBody,
    "api_discard_notice": MoveBody,
    "api_approve_notice": MoveBody,
    "api_return_notice": JudgeBody,
    "api_withdraw_notice": JudgeBody,
}
ANSWERS: Final[dict[str, tuple[int, type[Body] | None]]] = {
    "api_notices": (200, NoticesOut),
    "api_notice_worklist": (200, NoticeWorklistOut),
    "api_draft_notice": (201, NoticeOut),
    "api_read_notice": (200, NoticeViewOut),
    "api_notice_versions": (200, NoticeVersionsOut),
    "api_notice_log": (200, LogOut),
    "api_notice_file": (200, None),
    **{name: (200, NoticeOut) for name in REQUESTS if name != "api_draft_notice"},
}
_VALUES: Final = {"type": "array", "items": {"type": "string"}}
QUERIES: Final[dict[str, dict[str, Any]]] = {
    "api_notices": {
        "text": {"type": "string"},
        "kind": _VALUES,
        "topic": _VALUES,
        "owner": _VALUES,
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_NOTICES},
        "after": {"type": "string"},
    },
}
_ID: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
IN_PATH: Final[dict[str, dict[str, Any]]] = {"notice_id": _ID, "file_id": _ID}
"""What the OpenAPI page says of the routes."""
