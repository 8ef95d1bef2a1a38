"""The CEN core over HTTP (`/cen/v1`), as typed calls for national systems and the command line; it holds no rule.

async with CoreApi("https://server") as core:
    await core.sign_in("KE/otieno", password)
    case = await core.create(content, key="2024-00817", submit=True)
    async for found in core.search(heading=["drugs"], since=["2024-01-01"]): ...

A content is what the schema `Content` of `/cen/v1/openapi.json` says, quantities and values as text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.http import certificate_authorities

_TIMEOUT = httpx2.Timeout(60.0, connect=10.0)
_PAGE = 200
_FIRST_REFUSAL = 400

Move = Literal["submit", "discard", "validate"]
Judgement = Literal["return", "withdraw"]
Content = Mapping[str, Any]


class _Answer(BaseModel):
    """A later version may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CoreCase(_Answer):
    """The head of a case after a change. `revision` is what the next change names."""

    case_id: str
    member: str
    state: str
    revision: int
    version: int
    published: int | None


class CoreView(_Answer):
    """A case as the reader may see it; whoever is of another member gets revision 0 and no officers."""

    case_id: str
    member: str
    state: str
    revision: int
    version: int
    content: dict[str, Any]
    author: str
    editor: str
    read_by: str


class CoreFound(_Answer):
    """A published case in a search."""

    case_id: str
    member: str
    version: int
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CoreRow:
    """One case of many: `number` names it in errors, `reference` is the national case number, which the core only
    fingerprints."""

    number: int
    reference: str
    content: Content

    def sent(self) -> dict[str, Any]:
        return {"number": self.number, "reference": self.reference, "content": dict(self.content)}


class CoreCellError(_Answer):
    row: int
    cell: str
    reason: str


class CoreReport(_Answer):
    """What became of the rows, or would; `duplicates` names rows that are left out."""

    rows: int
    creates: int
    duplicates: list[int]
    errors: list[CoreCellError]


class CoreUpload(_Answer):
    upload_id: str
    name: str
    state: str
    rows: int
    created: int


class _Uploaded(_Answer):
    upload: CoreUpload
    report: CoreReport


class _Session(_Answer):
    token: str


class _Page(_Answer):
    cases: list[CoreFound]
    next_after: str


class _Refusal(_Answer):
    code: str
    facts: dict[str, str | int | float | bool | None]


A = TypeVar("A", bound=_Answer)


class CoreApi:
    """One server, one officer of the core. Every call raises ServerUnreachable, ServerRefused with the core's code and
    facts (nothing was stored then), or ServerMisbehaved."""

    def __init__(self, server_url: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.server_url = server_url.rstrip("/")
        self._token = ""
        self._http = httpx2.AsyncClient(
            base_url=f"{self.server_url}/cen/v1",
            timeout=_TIMEOUT,
            trust_env=False,
            verify=certificate_authorities(),
            transport=transport,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def sign_in(self, officer: str, password: str) -> None:
        """For twelve hours, or until `sign_out`."""
        session = await self._ask(_Session, "POST", "/session", {"officer": officer, "password": password})
        self._token = session.token

    async def sign_out(self) -> None:
        await self._send("DELETE", "/session")
        self._token = ""

    # ------------------------------------------------------------ one case

    async def create(
        self,
        content: Content,
        key: str,
        *,
        source_key: str | None = None,
        words_read: bool = False,
        submit: bool = False,
    ) -> CoreCase:
        """`key` makes a resend harmless: the same again gives the same case."""
        body = {"content": content, "source_key": source_key, "words_read": words_read, "submit": submit}
        return await self._ask(CoreCase, "POST", "/cases", body, key=key)

    async def read(self, case_id: str) -> CoreView:
        return await self._ask(CoreView, "GET", _case(case_id))

    async def amend(
        self, case_id: str, revision: int, content: Content, *, words_read: bool = False, submit: bool = False
    ) -> CoreCase:
        body = {"revision": revision, "content": content, "words_read": words_read, "submit": submit}
        return await self._ask(CoreCase, "PUT", _case(case_id), body)

    async def move(self, case_id: str, revision: int, move: Move) -> CoreCase:
        return await self._ask(CoreCase, "POST", f"{_case(case_id)}/{move}", {"revision": revision})

    async def judge(self, case_id: str, revision: int, judgement: Judgement, reason: str = "") -> CoreCase:
        """Return a case, or withdraw it; the reason is one of the core's codes."""
        body = {"revision": revision, "reason": reason}
        return await self._ask(CoreCase, "POST", f"{_case(case_id)}/{judgement}", body)

    # ------------------------------------------------------------ releases from CENcomm

    async def release(self, content: Content, source_key: str, key: str, *, words_read: bool = False) -> CoreCase:
        """A new case for a new source key, an amendment for a known one, nothing new for the same."""
        body = {"content": content, "source_key": source_key, "words_read": words_read}
        return await self._ask(CoreCase, "POST", "/releases", body, key=key)

    async def withdraw_release(self, source_key: str, reason: str = "") -> CoreCase:
        body = {"source_key": source_key, "reason": reason}
        return await self._ask(CoreCase, "POST", "/releases/withdrawal", body)

    # ------------------------------------------------------------ many cases

    async def check_upload(self, rows: Sequence[CoreRow], *, words_read: bool = False) -> CoreReport:
        """What `upload` would do; nothing is stored."""
        body = {"rows": [row.sent() for row in rows], "words_read": words_read}
        return await self._ask(CoreReport, "POST", "/uploads/check", body)

    async def upload(
        self, rows: Sequence[CoreRow], name: str, key: str, *, words_read: bool = False
    ) -> tuple[CoreUpload, CoreReport]:
        """All rows that are no duplicates, or nothing where one of them is wrong; `key` makes a resend harmless."""
        body = {"rows": [row.sent() for row in rows], "words_read": words_read, "name": name}
        done = await self._ask(_Uploaded, "POST", "/uploads", body, key=key)
        return done.upload, done.report

    async def undo_upload(self, upload_id: str) -> CoreUpload:
        return await self._ask(CoreUpload, "POST", f"/uploads/{quote(upload_id, safe='')}/undo")

    # ------------------------------------------------------------ questions

    async def search(self, **conditions: Sequence[str]) -> AsyncIterator[CoreFound]:
        """Every published case under these conditions, the newest first, page by page."""
        after = ""
        while True:
            query = {name: list(values) for name, values in conditions.items()} | {"limit": [str(_PAGE)]}
            page = await self._ask(_Page, "GET", "/search", query=query | ({"after": [after]} if after else {}))
            for found in page.cases:
                yield found
            after = page.next_after
            if not after:
                return

    # ------------------------------------------------------------ the line

    async def _ask(
        self,
        answer: type[A],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        query: Mapping[str, list[str]] | None = None,
    ) -> A:
        response = await self._send(method, path, body, key=key, query=query)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError:
            raise ServerMisbehaved(reason=f"answer:{method} {path.partition('?')[0]}") from None

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        query: Mapping[str, list[str]] | None = None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if key:
            headers["Idempotency-Key"] = key
        try:
            response = await self._http.request(method, path, json=body, params=query, headers=headers)
        except httpx2.TransportError:
            raise ServerUnreachable(address=self.server_url) from None
        if response.status_code >= _FIRST_REFUSAL:
            raise _refusal(response)
        return response


def _case(case_id: str) -> str:
    return f"/cases/{quote(case_id, safe='')}"


def _refusal(response: httpx2.Response) -> ServerRefused | ServerMisbehaved:
    try:
        said = _Refusal.model_validate_json(response.content)
    except ValidationError:
        return ServerMisbehaved(reason=f"status:{response.status_code}")
    return ServerRefused(said.code, said.facts)
