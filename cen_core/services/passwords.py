"""Passwords at rest: Argon2id with its parameters beside the hash. The function itself is handed in, so that only one
module of the whole program touches a cryptographic library."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from typing import Final, Protocol

from cen_core.errors import PasswordWeak

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 200
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
OPS: Final = 3
MEMORY_BYTES: Final = 64 * 1024 * 1024
AT_ONCE: Final = 2
"""Passwords that are tried at the same time: what they take of memory is bounded."""

_KIND: Final = "argon2id"


class Argon2id(Protocol):
    """RFC 9106, one lane."""

    def __call__(
        self, password: bytes, salt: bytes, *, ops_limit: int, memory_bytes: int, length: int
    ) -> bytes | bytearray: ...


class Passwords:
    def __init__(self, argon2id: Argon2id, *, ops: int = OPS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._argon2id = argon2id
        self._ops = ops
        self._memory_bytes = memory_bytes
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str, officer: str) -> str:
        """What is kept of a password. Raises PasswordWeak."""
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password.casefold() == officer.casefold():
            raise PasswordWeak(least=MIN_PASSWORD)
        salt = secrets.token_bytes(SALT_BYTES)
        digest = await self._digest(password, salt, self._ops, self._memory_bytes)
        return "$".join((_KIND, str(self._ops), str(self._memory_bytes), _text(salt), _text(digest)))

    async def fits(self, password: str, kept: str) -> bool:
        """Whether the password is the one that `kept` came from. Where there is none, as much work is done."""
        ops, memory_bytes, salt, digest = _parts(kept) or (self._ops, self._memory_bytes, bytes(SALT_BYTES), b"")
        if len(password) > MAX_PASSWORD:
            return False
        return hmac.compare_digest(await self._digest(password, salt, ops, memory_bytes), digest)

    async def _digest(self, password: str, salt: bytes, ops: int, memory_bytes: int) -> bytes:
        async with self._at_once:
            return bytes(
                await asyncio.to_thread(
                    self._argon2id,
                    password.encode("utf-8", "surrogatepass"),
                    salt,
                    ops_limit=ops,
                    memory_bytes=memory_bytes,
                    length=HASH_BYTES,
                )
            )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _parts(kept: str) -> tuple[int, int, bytes, bytes] | None:
    try:
        kind, ops, memory_bytes, salt, digest = kept.split("$")
        found = int(ops), int(memory_bytes), base64.b64decode(salt), base64.b64decode(digest)
    except (ValueError, binascii.Error):
        return None
    return found if kind == _KIND else None
