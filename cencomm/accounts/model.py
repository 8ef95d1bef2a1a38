"""What the server knows of an account: names, public certificates, hashes of secrets, sealed bytes (RFC 9750 §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cencomm.errors import DomainError
from cencomm.ids import DeviceId


class AccountKind(StrEnum):
    """`secretariat` runs the system, `ncp` vouches for one administration, `officer` takes part in operations."""

    SECRETARIAT = "secretariat"
    NCP = "ncp"
    OFFICER = "officer"


SECRETARIAT = "secretariat"


class AccountNameInvalid(DomainError):
    """Not a name that an account can have."""

    code = "accounts.name_invalid"


def kind_of(account_id: str) -> AccountKind:
    """The kind that an account's name says: `secretariat…`, `KE`, `KE/otieno`."""
    administration, _, rest = account_id.partition("/")
    if administration == SECRETARIAT:
        return AccountKind.SECRETARIAT
    if len(administration) != 2:
        raise AccountNameInvalid(account=account_id)
    return AccountKind.OFFICER if rest else AccountKind.NCP


def administration_of_account(account_id: str) -> str:
    return account_id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Kdf:
    """Argon2id parameters; the server only hands them back."""

    salt: bytes
    ops_limit: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Verifier:
    """A salted hash of a 32-byte key that the client derived; the key itself is never stored."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deployment:
    """The one row that says which deployment this is."""

    deployment_id: bytes
    root_public_key: bytes
    name: str
    disguise_key: bytes = field(repr=False)
    """Makes up salts for unknown accounts, always the same for the same name."""


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    kind: AccountKind
    display_name: str
    kdf: Kdf
    verifier: Verifier
    recovery: Verifier | None
    wraps: bytes = field(repr=False)
    wraps_version: int
    certificate_request: bytes | None = field(repr=False)
    request_mac: bytes | None = field(repr=False)
    enrolled_ms: int
    certificate: bytes | None = field(default=None, repr=False)

    @property
    def administration(self) -> str:
        return administration_of_account(self.account_id)


@dataclass(frozen=True, slots=True)
class AccountSummary:
    account_id: str
    kind: AccountKind
    display_name: str
    certified: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    account_id: str
    kind: AccountKind
    display_name: str
    code_hash: bytes = field(repr=False)
    invited_by: str
    expires_ms: int
    redeemed: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    token_hash: bytes = field(repr=False)
    account_id: str
    kind: AccountKind
    method: str
    device_id: DeviceId | None
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Device:
    device_id: DeviceId
    account_id: str
    public_key: bytes
    certificate: bytes = field(repr=False)
    registered_ms: int
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRevocationList:
    issuer: str
    number: int
    data: bytes = field(repr=False)
    published_ms: int


@dataclass(frozen=True, slots=True)
class StoredKeyPackage:
    reference: bytes
    device_id: DeviceId
    data: bytes = field(repr=False)
    last_resort: bool
    not_after_s: int


@dataclass(frozen=True, slots=True)
class VaultEntry:
    position: int
    item_id: bytes
    version: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong keys in a row for one subject (an account's name or an address), counted in the store."""

    count: int
    locked_until_ms: int
    last_ms: int = 0


NO_FAILURES = Failures(0, 0)
