"""The accounts side of a server, played in memory: what a client asks of it before and beside CUGs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from cencomm.client import account, enrol
from cencomm.client import api as api_module
from cencomm.client.ceremony import RootInfo
from cencomm.client.clock import local_ms
from cencomm.client.errors import ServerRefused
from cencomm.client.profile import PasswordCost
from cencomm.crypto.certificates import Certificate, Kind
from cencomm.crypto.enrolment import Sheet
from cencomm.crypto.primitives import sha256
from cencomm.crypto.vault import FLOOR_MEMORY_BYTES, FLOOR_OPS_LIMIT
from cencomm.wire.http import (
    AccountKind,
    BindDeviceIn,
    CertificatesOut,
    CertificationRequest,
    ChangePasswordIn,
    DeploymentOut,
    DeviceOut,
    EnrolIn,
    InvitationOut,
    KdfParameters,
    LimitsOut,
    RegisterDeviceIn,
    RevocationListOut,
    SessionInfo,
    SessionOut,
    SignInFinishIn,
    StoredVaultItem,
    VaultItem,
    VaultWrapsOut,
)

CHEAP = PasswordCost(ops_limit=1, memory_bytes=8 * 1024)
PASSWORD = "correct horse battery"
URL = "http://server.test"
LIMITS = LimitsOut(record_bytes=1, handshake_bytes=1, key_packages=1, subscriptions=1)


def kind_of(name: str) -> AccountKind:
    return cast(AccountKind, enrol.account_kind(name))


@dataclass
class FakeAccounts:
    """One deployment; pass it wherever an `Api` is expected, after `serve`."""

    root: RootInfo
    enrolled: dict[str, EnrolIn] = field(default_factory=dict)
    certificates_of: dict[str, Certificate] = field(default_factory=dict)
    items: dict[str, list[StoredVaultItem]] = field(default_factory=dict)
    devices_of: dict[str, list[DeviceOut]] = field(default_factory=dict)
    published: list[bytes] = field(default_factory=list)
    bound: str | None = None
    who: str = ""
    token: str = ""
    wraps_version: int = 1
    server_url: str = URL
    ends_sessions: bool = False

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on whoever makes an Api gets this one."""
        for module in (enrol, api_module):
            monkeypatch.setattr(module, "Api", lambda *_: self)

    async def close(self) -> None:
        """Nothing to close."""

    async def deployment(self) -> DeploymentOut:
        return DeploymentOut(
            deployment_id=self.root.deployment_id,
            root_public_key=self.root.root_public_key,
            name="Test",
            server_time_ms=local_ms(),
            kdf_ops_limit=FLOOR_OPS_LIMIT,
            kdf_memory_bytes=FLOOR_MEMORY_BYTES,
            limits=LIMITS,
            file_bytes=100_000_000,
        )

    async def enrol(self, request: EnrolIn) -> SessionOut:
        if request.invitation_code != "code":
            raise ServerRefused("accounts.invitation_invalid")
        self.enrolled[request.account] = request
        if request.inner_envelope is not None:
            self._append(request.account, [request.inner_envelope])
        return self._session(request.account)

    def _session(self, name: str) -> SessionOut:
        self.who, self.bound, self.ends_sessions = name, None, False
        self.token = f"token of {name}"
        return SessionOut(
            token=self.token,
            account=name,
            kind=kind_of(name),
            expires_at_ms=2**50,
        )

    async def sign_in_start(self, name: str) -> KdfParameters:
        return self.enrolled[name].kdf

    async def sign_in_finish(self, request: SignInFinishIn) -> SessionOut:
        known = self.enrolled[request.account]
        wanted = known.authentication_key if request.method == "password" else known.recovery_authentication_key
        if request.authentication_key != wanted:
            raise ServerRefused("accounts.sign_in_refused")
        return self._session(request.account)

    async def session(self) -> SessionInfo:
        if self.ends_sessions or not self.who:
            raise ServerRefused("accounts.not_signed_in")
        return SessionInfo(
            account=self.who,
            kind=kind_of(self.who),
            display_name=self.who,
            device_id=self.bound,
            session_id=sha256(self.token.encode()),
            expires_at_ms=2**50,
            certified=self.who in self.certificates_of,
        )

    async def bind_device(self, request: BindDeviceIn) -> SessionInfo:
        if request.device_id not in {device.device_id for device in self.devices_of.get(self.who, [])}:
            raise ServerRefused("accounts.device_unknown")
        self.bound = request.device_id
        return await self.session()

    async def register_device(self, request: RegisterDeviceIn) -> SessionInfo:
        name = Certificate.decode(request.certificate).subject
        device = DeviceOut(device_id=name, certificate=request.certificate, registered_at_ms=1, revoked=False)
        self.devices_of.setdefault(self.who, []).append(device)
        self.bound = name
        return await self.session()

    async def devices(self) -> tuple[DeviceOut, ...]:
        return tuple(self.devices_of.get(self.who, []))

    async def vault_wraps(self) -> VaultWrapsOut:
        return VaultWrapsOut(version=self.wraps_version, wraps=self.enrolled[self.who].wraps)

    async def change_password(self, request: ChangePasswordIn) -> None:
        known = self.enrolled[self.who]
        if request.expected_wraps_version != self.wraps_version:
            raise ServerRefused("accounts.vault_conflict")
        self.wraps_version += 1
        self.enrolled[self.who] = known.model_copy(
            update={
                "kdf": request.new_kdf,
                "authentication_key": request.new_authentication_key,
                "wraps": request.wraps,
            }
        )

    async def vault_items(self, after: int = 0) -> AsyncIterator[StoredVaultItem]:
        for item in self.items.get(self.who, [])[after:]:
            yield item

    async def append_vault_items(self, items: Sequence[VaultItem]) -> int:
        return self._append(self.who, items)

    def _append(self, name: str, items: Sequence[VaultItem]) -> int:
        kept = self.items.setdefault(name, [])
        for item in items:
            position = len(kept) + 1
            kept.append(StoredVaultItem(item_id=item.item_id, version=item.version, data=item.data, position=position))
        return len(kept)

    async def invite(self, name: str, display_name: str) -> InvitationOut:
        return InvitationOut(
            account=name,
            kind=kind_of(name),
            display_name=display_name,
            invitation_code="code",
            expires_at_ms=2**50,
        )

    async def certification_requests(self) -> list[CertificationRequest]:
        found: list[CertificationRequest] = []
        for name, request in self.enrolled.items():
            if request.certificate_request is None or name in self.certificates_of or name == self.who:
                continue
            assert request.request_mac is not None
            found.append(
                CertificationRequest(
                    account=name,
                    kind=kind_of(name),
                    display_name="What the server says",
                    certificate_request=request.certificate_request,
                    request_mac=request.request_mac,
                    requested_at_ms=5,
                )
            )
        return found

    async def certify(self, certificate: bytes) -> None:
        decoded = Certificate.decode(certificate)
        self.certificates_of[decoded.subject] = decoded

    async def certificates(self, name: str) -> CertificatesOut:
        ncp = self.certificates_of.get(name.partition("/")[0])
        officer = self.certificates_of.get(name) if "/" in name else None
        assert ncp is None or ncp.kind is Kind.NCP
        return CertificatesOut(
            account=name,
            kind=kind_of(name),
            display_name=name,
            ncp_certificate=None if ncp is None else ncp.encode(),
            officer_certificate=None if officer is None else officer.encode(),
            devices=tuple(self.devices_of.get(name, [])),
        )

    async def revocations(self) -> tuple[RevocationListOut, ...]:
        return ()

    async def publish_revocations(self, data: bytes) -> None:
        self.published.append(data)


async def found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FakeAccounts, Sheet]:
    """A deployment with a fresh root, and the sheet of its first secretariat account."""
    root = await account.new_root(folder / "root.key", PASSWORD)
    server = FakeAccounts(root)
    server.serve(monkeypatch)
    sheet = account.first_sheet(
        root, server_url=URL, account="secretariat", display_name="Secretariat", invitation_code="code"
    )
    return server, sheet
