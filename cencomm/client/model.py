"""What the client keeps and shows: rows of the profile and the items of a CUG, as MessagePack structs.

Nothing here has rules. Rows are private to the client; items and alarms are what programs and screens read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

import msgspec
from msgspec import Struct

from cencomm.client.errors import ProfileDamaged
from cencomm.client.profile import Table
from cencomm.errors import Fact
from cencomm.ids import CugId

ACCOUNT = Table("account")
"""One row, `self`: AccountRow."""
INVITED = Table("invited")
"""By account: InvitedRow, what the NCP or the secretariat keeps of a sheet it made."""
REVOCATIONS = Table("revocations")
"""By issuer: the newest signed revocation list."""
KEY_PACKAGES = Table("key_packages")
"""By key package reference: KeyPackageBundle of this device."""
CUGS = Table("cugs")
"""By cug_id: CugRow."""
VAULT = Table("vault")
"""By item id: vault items already merged."""


def epochs(cug_id: CugId) -> Table:
    """By group_id and epoch: EpochRow."""
    return Table(f"epochs/{cug_id.hex()}")


def items(cug_id: CugId) -> Table:
    """By sender and client_ref, numbered by seq: Item."""
    return Table(f"items/{cug_id.hex()}")


def locked(cug_id: CugId) -> Table:
    """Events whose content key is not known yet, by seq."""
    return Table(f"locked/{cug_id.hex()}")


def outbox(cug_id: CugId) -> Table:
    """By client_ref: OutboxRow."""
    return Table(f"outbox/{cug_id.hex()}")


def pending(cug_id: CugId) -> Table:
    """One row, `commit`: PendingRow (PROTOCOL §2.6)."""
    return Table(f"pending/{cug_id.hex()}")


def alarms(cug_id: CugId) -> Table:
    """Numbered in order: Alarm."""
    return Table(f"alarms/{cug_id.hex()}")


def templates(cug_id: CugId) -> Table:
    """By hash, numbered by seq: the published template documents."""
    return Table(f"templates/{cug_id.hex()}")


class ItemKind(Enum):
    CHAT = "chat"
    FORM = "form"
    TEMPLATE = "template"
    PROFILE = "profile"
    HISTORY_KEYS = "history_keys"
    HISTORY_REQUEST = "history_request"
    EXTRACTION = "extraction"
    LEFT = "left"
    MEMBERS = "members"
    GROUP = "group"
    REJECTION = "rejection"
    CLOSED = "closed"
    LOCKED = "locked"
    """Sealed under a key that this device does not have (yet)."""
    REFUSED = "refused"
    """Breaks a rule of the protocol; `reason` is the code."""
    UNKNOWN = "unknown"
    """A content this version does not know."""


class Standing(Enum):
    """How far an item can be trusted."""

    VERIFIED = "verified"
    NOT_YET_VERIFIED = "not_yet_verified"
    """The replay has not reached the own join yet (PROTOCOL §2.5)."""
    REFUSED = "refused"
    LOCKED = "locked"


class FindingRow(Struct, frozen=True, array_like=True):
    """One finding of the template's rules, as judged at the record's stored time."""

    rule: str
    level: str
    path: str = ""


class Item(Struct, frozen=True, omit_defaults=True):
    """One entry of a CUG as this client shows it."""

    seq: int
    at_ms: int
    """The server's stored time."""
    kind: ItemKind
    standing: Standing
    sender: str = ""
    client_ref: bytes = b""
    group_id: bytes = b""
    epoch: int = 0
    sent_at_ms: int = 0
    reason: str = ""
    public: bytes = b""
    """`wire.content` of the public part, as it was signed."""
    personal: bytes = b""
    findings: tuple[FindingRow, ...] = ()
    members: MembersChanged | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def officer(self) -> str:
        return self.sender.rpartition("/")[0]


class MembersChanged(Struct, frozen=True, omit_defaults=True):
    """Who came, went or changed with a commit; officers, and for `devices_*` devices."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    identity_changed: tuple[str, ...] = ()
    devices_added: tuple[str, ...] = ()
    devices_removed: tuple[str, ...] = ()


class Alarm(Struct, frozen=True, omit_defaults=True):
    """Something that does not fit: shown in words (`alarm.<code>`), blocks nothing by itself."""

    code: str
    seq: int = 0
    at_ms: int = 0
    facts: dict[str, Fact] = {}


class AccountRow(Struct, frozen=True, omit_defaults=True):
    """Who this profile is. Holds the device's own key, AK and the vault's outer key; never the identity key."""

    deployment_id: bytes
    root_public_key: bytes
    server_url: str
    account: str
    kind: str
    display_name: str
    account_key: bytes
    token: str = ""
    vault_key: bytes = b""
    vault_position: int = 0
    device_id: str = ""
    device_seed: bytes = b""
    device_certificate: bytes = b""
    identity_public_key: bytes = b""
    chain: bytes = b""
    revocations_at_ms: int = 0

    def __repr__(self) -> str:
        return f"AccountRow(account={self.account!r}, device_id={self.device_id!r})"


class InvitedRow(Struct, frozen=True):
    """What checks the request that a sheet's holder will make."""

    account: str
    kind: str
    display_name: str
    request_mac_key: bytes

    def __repr__(self) -> str:
        return f"InvitedRow(account={self.account!r})"


class LeafView(Struct, frozen=True, array_like=True):
    device_id: str
    signature_key: bytes


class EpochRow(Struct, frozen=True, omit_defaults=True):
    """What verifying and opening a record of one epoch needs."""

    group_id: bytes
    epoch: int
    context_hash: bytes
    leaves: dict[int, LeafView]
    history: str
    made_seq: int
    made_at_ms: int
    key: bytes = b""
    in_vault: bool = False

    def __repr__(self) -> str:
        return f"EpochRow(group_id={self.group_id.hex()}, epoch={self.epoch})"


class OutboxRow(Struct, frozen=True, omit_defaults=True):
    """A sending that is not acknowledged yet; sealed anew in each epoch under the same client_ref."""

    client_ref: bytes
    number: int
    kind: int
    public: bytes = b""
    personal: bytes = b""
    sent_at_ms: int = 0
    group_id: bytes = b""
    epoch: int = 0
    body: bytes = b""
    stored_seq: int = 0
    """Set when acknowledged; the row goes when the event comes back (PROTOCOL §3.4)."""

    def __repr__(self) -> str:
        return f"OutboxRow(client_ref={self.client_ref.hex()}, kind={self.kind}, stored_seq={self.stored_seq})"


class PendingRow(Struct, frozen=True, omit_defaults=True):
    """A commit that was made and may already be at the server; merged only when it comes back."""

    client_ref: bytes
    group_id: bytes
    epoch: int
    commit: bytes
    """The MLSMessage, to recognise it."""
    secret: bytes
    """PendingCommit encoded."""
    external: bool = False

    def __repr__(self) -> str:
        return f"PendingRow(group_id={self.group_id.hex()}, epoch={self.epoch})"


class CugRow(Struct, frozen=True, omit_defaults=True):
    """The state of one CUG after `head_n` events."""

    cug_id: bytes
    head_n: int = 0
    head_hash: bytes = b""
    at_ms: int = 0
    public: bytes = b""
    """PublicGroup encoded."""
    secret: bytes = b""
    """GroupState encoded; empty while not a member."""
    welcome: bytes = b""
    """GroupState from a Welcome that the replay has not reached."""
    title: str = ""
    operation_code: str = ""
    joined_seq: int = 0
    joined_epoch: int = 0
    confirmed: bool = True
    removed_seq: int = 0
    closed_seq: int = 0
    commit_time_ms: int = 0
    epoch_at_ms: int = 0
    leaf_at_ms: int = 0
    broken: str = ""
    rejected_by: tuple[str, ...] = ()
    alarm_count: int = 0

    def __repr__(self) -> str:
        return f"CugRow(cug_id={self.cug_id.hex()}, head_n={self.head_n})"


S = TypeVar("S", bound=Struct)
_encoder = msgspec.msgpack.Encoder()


def pack(row: Struct) -> bytes:
    return _encoder.encode(row)


def unpack(kind: type[S], data: bytes) -> S:
    """Raises ProfileDamaged."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.MsgspecError:
        raise ProfileDamaged(table=kind.__name__) from None


