"""The root's ceremony: the root key lives in one file, sealed under a password, and never meets a network."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client.errors import KeyFileDamaged, ProfileExists, RequestForged, WrongPassword
from cencomm.client.passwords import require_strength, stretch_password
from cencomm.client.requests import PendingRequest
from cencomm.crypto.certificates import Certificate, Kind, issue
from cencomm.crypto.enrolment import Sheet, new_secret_r
from cencomm.crypto.primitives import (
    OpenFailed,
    Secret,
    ed25519_public,
    forget_signing_keys,
    new_signature_key,
    random_bytes,
    xchacha_open,
    xchacha_seal,
)
from cencomm.crypto.revocation import ROOT, RevocationList, Revoked, sign_list
from cencomm.crypto.tls import DecodeError, Reader, decode_all
from cencomm.crypto.vault import Kdf
from cencomm.ids import ID_BYTES

_MAGIC = b"CENcomm root key 1\n"
_NONCE_BYTES = 24
NCP_YEARS = 5
_YEAR_SECONDS = 365 * 24 * 3600
CLOCKS_MAY_DIFFER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class RootInfo:
    """What a deployment publishes of its root."""

    deployment_id: bytes
    root_public_key: bytes


@dataclass(frozen=True, slots=True)
class _Root:
    deployment_id: bytes
    seed: Secret = field(repr=False)

    @property
    def info(self) -> RootInfo:
        return RootInfo(self.deployment_id, ed25519_public(self.seed))


async def new_root(key_file: Path, password: str) -> RootInfo:
    """Make the root key and a deployment id; the file is sealed under the password and readable by its owner only.

    Raises:
        WeakPassword, ProfileExists: nothing was written.
    """
    require_strength(password)
    if await asyncio.to_thread(key_file.exists):
        raise ProfileExists(folder=str(key_file))
    seed, _ = new_signature_key()
    root = _Root(random_bytes(ID_BYTES), seed)
    data = await _seal(root, password)
    key_file.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(_write_new, key_file, data)
    forget_signing_keys()
    return root.info


async def read_root(key_file: Path, password: str) -> RootInfo:
    """Raises WrongPassword, KeyFileDamaged."""
    root = await _open(key_file, password)
    forget_signing_keys()
    return root.info


def first_sheet(root: RootInfo, *, server_url: str, account: str, display_name: str, invitation_code: str) -> Sheet:
    """The sheet for the first secretariat account, from what `cencomm.server.bootstrap.initialise` returned."""
    return Sheet(
        server_url, root.deployment_id, root.root_public_key, account, display_name, invitation_code, new_secret_r()
    )


async def certify_ncp(key_file: Path, password: str, request: PendingRequest) -> Certificate:
    """The root certifies an NCP; works without a network.

    Raises:
        WrongPassword, KeyFileDamaged; RequestForged: not an NCP's request of this deployment.
    """
    root = await _open(key_file, password)
    asked = request.request
    if asked.kind is not Kind.NCP or asked.deployment_id != root.deployment_id or asked.subject != request.account:
        raise RequestForged(account=request.account)
    asked.verify()
    now = int(time.time())
    certificate = issue(
        root.seed,
        deployment_id=root.deployment_id,
        kind=Kind.NCP,
        subject=asked.subject,
        display_name=request.display_name,
        public_key=asked.public_key,
        not_before_s=now - CLOCKS_MAY_DIFFER_SECONDS,
        not_after_s=now + NCP_YEARS * _YEAR_SECONDS,
    )
    forget_signing_keys()
    return certificate


async def revoke_by_root(
    key_file: Path, password: str, before: RevocationList | None, revoked: Revoked
) -> RevocationList:
    """The root's next list: `before` and one entry more (an NCP, or anybody). Raises WrongPassword, KeyFileDamaged."""
    root = await _open(key_file, password)
    entries = (*(before.entries if before else ()), revoked)
    signed = sign_list(
        root.seed,
        deployment_id=root.deployment_id,
        issuer=ROOT,
        number=before.number + 1 if before else 1,
        issued_at_ms=time.time_ns() // 1_000_000,
        entries=entries,
    )
    forget_signing_keys()
    return signed


async def _seal(root: _Root, password: str) -> bytes:
    kdf = Kdf(random_bytes(16))
    stretched = await stretch_password(password, kdf)
    nonce = random_bytes(_NONCE_BYTES)
    head = _MAGIC + kdf.encode()
    return head + nonce + xchacha_seal(stretched.key, nonce, head, root.deployment_id + root.seed)


async def _open(key_file: Path, password: str) -> _Root:
    try:
        data = await asyncio.to_thread(key_file.read_bytes)
    except OSError:
        raise KeyFileDamaged(file=str(key_file)) from None
    if not data.startswith(_MAGIC):
        raise KeyFileDamaged(file=str(key_file))
    try:
        kdf, nonce, sealed = decode_all(data.removeprefix(_MAGIC), _read)
    except DecodeError:
        raise KeyFileDamaged(file=str(key_file)) from None
    stretched = await stretch_password(password, kdf)
    try:
        opened = xchacha_open(stretched.key, nonce, _MAGIC + kdf.encode(), sealed)
    except OpenFailed:
        raise WrongPassword from None
    return _Root(opened[:ID_BYTES], Secret(opened[ID_BYTES:]))


def _read(reader: Reader) -> tuple[Kdf, bytes, bytes]:
    kdf = Kdf(reader.raw(16), reader.u32(), reader.u64())
    return kdf, reader.raw(_NONCE_BYTES), reader.raw(reader.remaining)


def _write_new(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
