"""What is made of a password, off the event loop: it takes a while and a lot of memory (PROTOCOL §1.3)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cencomm.client.errors import WeakPassword, WrongPassword
from cencomm.crypto.primitives import Secret, random_bytes
from cencomm.crypto.vault import (
    Kdf,
    VaultKeys,
    VaultWraps,
    WrongKey,
    authentication_key,
    check_kdf,
    open_inner_with_password,
    open_with_password,
    stretch,
)
from cencomm.wire.http import DeploymentOut, KdfParameters

SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Stretched:
    """A password, stretched under `kdf`."""

    kdf: Kdf
    key: Secret = field(repr=False)

    def authentication_key(self, account_key: Secret) -> Secret:
        return authentication_key(self.key, account_key)

    def vault_key(self, wraps: VaultWraps, account: str, account_key: Secret) -> Secret:
        """Raises WrongPassword."""
        try:
            return open_with_password(wraps, account, stretched=self.key, account_key=account_key)
        except WrongKey:
            raise WrongPassword from None

    def inner_key(self, wraps: VaultWraps, account: str, account_key: Secret) -> Secret:
        """Raises WrongPassword."""
        try:
            return open_inner_with_password(wraps, account, stretched=self.key, account_key=account_key)
        except WrongKey:
            raise WrongPassword from None

    def vault_keys(self, wraps: VaultWraps, account: str, account_key: Secret) -> VaultKeys:
        """Raises WrongPassword."""
        return VaultKeys(self.vault_key(wraps, account, account_key), self.inner_key(wraps, account, account_key))


def require_strength(password: str) -> None:
    """Raises WeakPassword."""
    if len(password) < SHORTEST:
        raise WeakPassword(shortest=SHORTEST)


async def stretch_password(password: str, kdf: Kdf) -> Stretched:
    """Raises KdfRefused."""
    check_kdf(kdf)
    return Stretched(kdf, await asyncio.to_thread(stretch, password, kdf))


def new_kdf(deployment: DeploymentOut) -> Kdf:
    """A fresh salt with the deployment's parameters; `stretch_password` holds them against the floor."""
    return Kdf(random_bytes(16), deployment.kdf_ops_limit, deployment.kdf_memory_bytes)


def kdf_of(parameters: KdfParameters) -> Kdf:
    return Kdf(parameters.salt, parameters.ops_limit, parameters.memory_bytes)


def parameters_of(kdf: Kdf) -> KdfParameters:
    return KdfParameters(salt=kdf.salt, ops_limit=kdf.ops_limit, memory_bytes=kdf.memory_bytes)
