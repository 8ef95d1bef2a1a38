"""The HTTP half of the server, as typed calls over the shared models (`cencomm.wire.http`); it holds no rule."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import TypeVar

import httpx2
from pydantic import ValidationError

from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.crypto.files import FileName
from cencomm.ids import CugId, DeviceId
from cencomm.wire.http import (
    ROUTES,
    AccountKeyPackages,
    BeginUploadIn,
    BindDeviceIn,
    Body,
    CertificatesOut,
    CertificationRequest,
    CertificationRequestsOut,
    CertifyIn,
    ChangePasswordIn,
    CloseCugIn,
    CugOut,
    CugsOut,
    DeploymentOut,
    DeviceOut,
    DevicesOut,
    DirectoryEntry,
    DirectoryOut,
    EnrolIn,
    ErrorOut,
    GroupInfoOut,
    HttpRoute,
    InvitationOut,
    InviteIn,
    KdfParameters,
    KeyPackageCountOut,
    KeyPackagesOut,
    MemberOut,
    MembersOut,
    OpenCugIn,
    PresenceSetting,
    PublishRevocationsIn,
    RegisterDeviceIn,
    RevocationListOut,
    RevocationsOut,
    RevokeDeviceIn,
    SessionInfo,
    SessionOut,
    SignInFinishIn,
    SignInStartIn,
    StoredOut,
    StoredVaultItem,
    TakeKeyPackagesIn,
    UploadKeyPackagesIn,
    UploadOut,
    VaultItem,
    VaultItemsIn,
    VaultItemsOut,
    VaultPositionOut,
    VaultVersionOut,
    VaultWrapsIn,
    VaultWrapsOut,
    WelcomeOut,
)

_BY_NAME: dict[str, HttpRoute] = {route.name: route for route in ROUTES}
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_PAGE = 100
_VAULT_PAGE = 500
_NO_CONTENT = 204
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")

A = TypeVar("A", bound=Body)


@cache
def certificate_authorities() -> ssl.SSLContext:
    """Read once for all clients of a process: it takes longer than a request."""
    return httpx2.create_ssl_context()


def token_in(session: SessionOut) -> str:
    """The token of a session that was just opened. Raises ServerMisbehaved: there is none."""
    if session.token is None:
        raise ServerMisbehaved(reason="token")
    return session.token


class Api:
    """One server, one account. The token is set after signing in; without one only the open routes answer.

    Every call raises ServerUnreachable, ServerRefused (with the server's code) or ServerMisbehaved.
    """

    def __init__(self, server_url: str, token: str = "", *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.server_url = server_url.rstrip("/")
        self.token = token
        self._http = httpx2.AsyncClient(
            base_url=self.server_url,
            timeout=_TIMEOUT,
            trust_env=False,
            verify=certificate_authorities(),
            transport=transport,
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    # ------------------------------------------------------------ deployment, signing in

    async def deployment(self) -> DeploymentOut:
        return await self._ask("deployment", DeploymentOut)

    async def enrol(self, request: EnrolIn) -> SessionOut:
        return await self._ask("enrol", SessionOut, request)

    async def sign_in_start(self, account: str) -> KdfParameters:
        return await self._ask("sign_in_start", KdfParameters, SignInStartIn(account=account))

    async def sign_in_finish(self, request: SignInFinishIn) -> SessionOut:
        return await self._ask("sign_in_finish", SessionOut, request)

    async def session(self) -> SessionInfo:
        return await self._ask("session", SessionInfo)

    async def sign_out(self, *, everywhere: bool = False) -> None:
        await self._do("sign_out_everywhere" if everywhere else "sign_out")

    async def bind_device(self, request: BindDeviceIn) -> SessionInfo:
        return await self._ask("bind_device", SessionInfo, request)

    async def change_password(self, request: ChangePasswordIn) -> None:
        await self._do("change_password", request)

    async def is_shown(self) -> bool:
        """Whether members of the officer's CUGs see that he is on line."""
        return (await self._ask("presence", PresenceSetting)).shown

    async def set_shown(self, *, shown: bool) -> None:
        await self._do("set_presence", PresenceSetting(shown=shown))

    # ------------------------------------------------------------ accounts and certificates

    async def invite(self, account: str, display_name: str) -> InvitationOut:
        return await self._ask("invite", InvitationOut, InviteIn(account=account, display_name=display_name))

    async def certification_requests(self) -> list[CertificationRequest]:
        found: list[CertificationRequest] = []
        after: str | None = ""
        while after is not None:
            page = await self._ask("certification_requests", CertificationRequestsOut, query=_page(after))
            found.extend(page.requests)
            after = page.next
        return found

    async def certify(self, certificate: bytes) -> None:
        await self._do("certify", CertifyIn(certificate=certificate))

    async def certificates(self, account: str) -> CertificatesOut:
        return await self._ask("certificates", CertificatesOut, query={"account": account})

    async def directory(self, administration: str | None = None) -> list[DirectoryEntry]:
        found: list[DirectoryEntry] = []
        after: str | None = ""
        query: dict[str, str] = {} if administration is None else {"administration": administration}
        while after is not None:
            page = await self._ask("directory", DirectoryOut, query=query | _page(after))
            found.extend(page.entries)
            after = page.next
        return found

    async def register_device(self, request: RegisterDeviceIn) -> SessionInfo:
        return await self._ask("register_device", SessionInfo, request)

    async def devices(self) -> tuple[DeviceOut, ...]:
        return (await self._ask("devices", DevicesOut)).devices

    async def revoke_device(self, device_id: DeviceId) -> None:
        await self._do("revoke_device", RevokeDeviceIn(device_id=device_id))

    async def revocations(self) -> tuple[RevocationListOut, ...]:
        return (await self._ask("revocations", RevocationsOut)).lists

    async def publish_revocations(self, data: bytes) -> None:
        await self._do("publish_revocations", PublishRevocationsIn(data=data))

    # ------------------------------------------------------------ key packages

    async def upload_key_packages(self, request: UploadKeyPackagesIn) -> KeyPackageCountOut:
        return await self._ask("upload_key_packages", KeyPackageCountOut, request)

    async def count_key_packages(self) -> KeyPackageCountOut:
        return await self._ask("count_key_packages", KeyPackageCountOut)

    async def take_key_packages(self, cug_id: CugId, accounts: tuple[str, ...]) -> tuple[AccountKeyPackages, ...]:
        request = TakeKeyPackagesIn(cug_id=cug_id, accounts=accounts)
        return (await self._ask("take_key_packages", KeyPackagesOut, request)).accounts

    # ------------------------------------------------------------ vault

    async def vault_wraps(self) -> VaultWrapsOut:
        return await self._ask("vault_wraps", VaultWrapsOut)

    async def put_vault_wraps(self, expected_version: int, wraps: bytes) -> int:
        request = VaultWrapsIn(expected_version=expected_version, wraps=wraps)
        return (await self._ask("put_vault_wraps", VaultVersionOut, request)).version

    async def vault_items(self, after: int = 0) -> AsyncIterator[StoredVaultItem]:
        """Every item appended after that position."""
        while True:
            query = {"after": str(after), "limit": str(_VAULT_PAGE)}
            page = await self._ask("vault_items", VaultItemsOut, query=query)
            for item in page.items:
                yield item
                after = item.position
            if not page.more:
                return

    async def append_vault_items(self, items: tuple[VaultItem, ...]) -> int:
        answer = await self._ask("append_vault_items", VaultPositionOut, VaultItemsIn(items=items))
        return answer.position

    # ------------------------------------------------------------ closed user groups

    async def open_cug(self, request: OpenCugIn) -> StoredOut:
        return await self._ask("open_cug", StoredOut, request)

    async def cugs(self) -> list[CugOut]:
        found: list[CugOut] = []
        after: str | None = ""
        while after is not None:
            page = await self._ask("cugs", CugsOut, query=_page(after))
            found.extend(page.cugs)
            after = page.next
        return found

    async def cug(self, cug_id: CugId) -> CugOut:
        return await self._ask("cug", CugOut, query={"cug_id": cug_id.hex()})

    async def members(self, cug_id: CugId) -> list[MemberOut]:
        found: list[MemberOut] = []
        after: str | None = ""
        while after is not None:
            page = await self._ask("members", MembersOut, query={"cug_id": cug_id.hex()} | _page(after))
            found.extend(page.members)
            after = page.next
        return found

    async def group_info(self, cug_id: CugId) -> GroupInfoOut:
        return await self._ask("group_info", GroupInfoOut, query={"cug_id": cug_id.hex()})

    async def welcome(self, cug_id: CugId) -> WelcomeOut:
        return await self._ask("welcome", WelcomeOut, query={"cug_id": cug_id.hex()})

    async def close_cug(self, cug_id: CugId, request: CloseCugIn) -> StoredOut:
        return await self._ask("close_cug", StoredOut, request, query={"cug_id": cug_id.hex()})

    # ------------------------------------------------------------ encrypted files

    async def begin_upload(self, cug_id: CugId, name: FileName) -> UploadOut:
        request = BeginUploadIn(file_hash=name.hash, length=name.length)
        return await self._ask("begin_upload", UploadOut, request, query={"cug_id": cug_id.hex()})

    async def upload_chunk(self, cug_id: CugId, file_hash: bytes, index: int, chunk: bytes) -> UploadOut:
        return await self._ask("upload_chunk", UploadOut, chunk, query=_file(cug_id, file_hash, index))

    async def finish_upload(self, cug_id: CugId, file_hash: bytes) -> UploadOut:
        return await self._ask("finish_upload", UploadOut, query=_file(cug_id, file_hash))

    async def cancel_upload(self, cug_id: CugId, file_hash: bytes) -> None:
        await self._do("cancel_upload", query=_file(cug_id, file_hash))

    async def file_chunk(self, cug_id: CugId, file_hash: bytes, index: int) -> bytes:
        return (await self._request("file_chunk", None, _file(cug_id, file_hash, index))).content

    # ------------------------------------------------------------ the wire

    async def _ask(
        self, name: str, answer: type[A], body: Body | bytes | None = None, *, query: dict[str, str] | None = None
    ) -> A:
        response = await self._request(name, body, dict(query or {}))
        try:
            return answer.model_validate_json(response.content)
        except ValidationError:
            raise ServerMisbehaved(reason=f"answer:{name}") from None

    async def _do(self, name: str, body: Body | None = None, *, query: dict[str, str] | None = None) -> None:
        response = await self._request(name, body, dict(query or {}))
        if response.status_code != _NO_CONTENT:
            raise ServerMisbehaved(reason=f"answer:{name}")

    async def _request(self, name: str, body: Body | bytes | None, query: dict[str, str]) -> httpx2.Response:
        route = _BY_NAME[name]
        path = route.path
        for parameter in _PATH_PARAMETER.findall(path):
            path = path.replace(f"{{{parameter}}}", query.pop(parameter))
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = body if isinstance(body, bytes) else None
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        elif isinstance(body, Body):
            headers["Content-Type"] = "application/json"
            content = body.model_dump_json().encode()
        try:
            response = await self._http.request(route.method, path, params=query, content=content, headers=headers)
        except httpx2.TransportError:
            raise ServerUnreachable(address=self.server_url) from None
        if response.status_code != route.status:
            raise _refusal(response)
        return response


def _file(cug_id: CugId, file_hash: bytes, index: int | None = None) -> dict[str, str]:
    named = {"cug_id": cug_id.hex(), "file_hash": file_hash.hex()}
    return named if index is None else named | {"chunk_index": str(index)}


def _page(after: str) -> dict[str, str]:
    return {"limit": str(_PAGE)} | ({"after": after} if after else {})


def _refusal(response: httpx2.Response) -> ServerRefused | ServerMisbehaved:
    try:
        said = ErrorOut.model_validate_json(response.content)
    except ValidationError:
        return ServerMisbehaved(reason=f"status:{response.status_code}")
    return ServerRefused(said.code, said.facts)
