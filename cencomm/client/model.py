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
from cencomm.crypto.group_context import History
from cencomm.errors import Fact
from cencomm.ids import CugId
from cencomm.templates_forms.parts import merge
from cencomm.wire.content import Answers, Attachment, Chat, Content, Form, decode_content

ACCOUNT = Table("account")
"""One row, `self`: AccountRow."""
SELF = b"self"
INVITED = Table("invited")
"""By account: InvitedRow, what the NCP or the secretariat keeps of a sheet it made."""
REVOCATIONS = Table("revocations")
"""By issuer: the newest signed revocation list."""
KEY_PACKAGES = Table("key_packages")
"""By key package reference: KeyPackageBundle of this device."""
CUGS = Table("cugs")
"""By cug_id: CugRow."""
OFFICERS = Table("officers")
"""By officer id: OfficerRow, as last seen in a verified certificate chain."""
VAULT = Table("vault")
"""By cug_id: CheckpointRow, the furthest head that any device of this account has put into the vault."""


def epochs(cug_id: CugId) -> Table:
    """By group_id and epoch: EpochRow."""
    return Table(f"epochs/{cug_id.hex()}")


def content_keys(cug_id: CugId) -> Table:
    """By group_id and epoch: KeyRow."""
    return Table(f"content_keys/{cug_id.hex()}")


def state(cug_id: CugId) -> Table:
    """One row, `state`: StateRow."""
    return Table(f"state/{cug_id.hex()}")


def imports(cug_id: CugId) -> Table:
    """By digest of a file that is brought in: the secret from which its records have their client_refs."""
    return Table(f"imports/{cug_id.hex()}")


def heads(cug_id: CugId) -> Table:
    """By chunk number: the head hashes of 128 events each (PROTOCOL §3.4)."""
    return Table(f"heads/{cug_id.hex()}")


def seals(cug_id: CugId) -> Table:
    """By group_id and epoch: the archive seal made for this account's archive key."""
    return Table(f"seals/{cug_id.hex()}")


def items(cug_id: CugId) -> Table:
    """By sender and client_ref, numbered by seq: Item."""
    return Table(f"items/{cug_id.hex()}")


def locked(cug_id: CugId) -> Table:
    """By seq: LockedRow, records whose content key is not known yet."""
    return Table(f"locked/{cug_id.hex()}")


def outbox(cug_id: CugId) -> Table:
    """By client_ref: OutboxRow."""
    return Table(f"outbox/{cug_id.hex()}")


def attaching(cug_id: CugId) -> Table:
    """By client_ref: AttachingRow."""
    return Table(f"attaching/{cug_id.hex()}")


def pending(cug_id: CugId) -> Table:
    """One row, `pending`: PendingRow (PROTOCOL §2.6)."""
    return Table(f"pending/{cug_id.hex()}")


def unjudged(cug_id: CugId) -> Table:
    """By template hash and seq: forms that came before their template (empty values)."""
    return Table(f"unjudged/{cug_id.hex()}")


def before(cug_id: CugId) -> Table:
    """One row, `self`: BeforeRow, while `CugRow.refused_seq` names a handshake that could not be followed."""
    return Table(f"before/{cug_id.hex()}")


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
    RELEASED = "released"
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


_UNREADABLE = frozenset({ItemKind.REFUSED, ItemKind.LOCKED, ItemKind.UNKNOWN})


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

    @property
    def content(self) -> Content | None:
        """What the record says: of a form, with the answers of both parts; None where there is nothing to read."""
        if self.kind in _UNREADABLE:
            return None
        return _content_of(self.public, self.personal)

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The files that the record names."""
        content = self.content
        return content.files if isinstance(content, Chat) else ()

    @property
    def answers(self) -> Answers:
        """A form's answers, both parts together; empty for anything else."""
        content = self.content
        return content.answers if isinstance(content, Form) else {}


def _content_of(public: bytes, personal: bytes) -> Content | None:
    if not public and not personal:
        return None
    first = decode_content(public or personal)
    if public and personal and isinstance(first, Form):
        second = decode_content(personal)
        if isinstance(second, Form):
            return msgspec.structs.replace(first, answers=merge(first.answers, second.answers))
    return first


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
    authentication_key: bytes = b""
    """Renews the session. It opens nothing: the vault's wraps hang on other derivations."""
    next_authentication_key: bytes = b""
    """While a password changes: the one that may be in force at the server already."""
    token: str = ""
    vault_key: bytes = b""
    vault_position: int = 0
    """Items up to here have been merged."""
    inner_envelope: bytes = b""
    """The newest vault item that holds the inner envelope, still sealed under the inner key."""
    inner_version: int = 0
    inner_uploaded: bool = False
    device_id: str = ""
    device_seed: bytes = b""
    device_certificate: bytes = b""
    identity_public_key: bytes = b""
    archive_key: bytes = b""
    """`crypto.group_context.ArchiveKey` encoded: the public half, signed by the identity key."""
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
    role: str
    valid_until_s: int
    """Seconds since 1970: when the first certificate of its chain expires."""


class EpochRow(Struct, frozen=True, omit_defaults=True):
    """What verifying a record of one epoch needs."""

    group_id: bytes
    epoch: int
    context_hash: bytes
    leaves: dict[int, LeafView]
    history: str
    made_seq: int
    made_at_ms: int

    @property
    def shares_history(self) -> bool:
        return self.history == History.FULL


class KeyRow(Struct, frozen=True, omit_defaults=True):
    """K_e of one epoch."""

    key: bytes
    in_vault: bool = False

    def __repr__(self) -> str:
        return f"KeyRow(in_vault={self.in_vault})"


class StateRow(Struct, frozen=True, omit_defaults=True):
    """The heavy part of a CUG's state; changes with commits only."""

    public: bytes = b""
    """PublicGroup encoded, the newest one that was verified; empty where `secret` holds it."""
    secret: bytes = b""
    """GroupState encoded; empty while not a member."""
    welcome: bytes = b""
    """GroupState from a Welcome that the replay has not reached."""

    def __repr__(self) -> str:
        return "StateRow()"


class BeforeRow(Struct, frozen=True, omit_defaults=True):
    """Where this device stood before a handshake that it could not follow."""

    row: bytes
    """CugRow encoded."""
    secret: bytes = b""
    """GroupState encoded; empty where it still stands there."""

    def __repr__(self) -> str:
        return "BeforeRow()"


class LockedRow(Struct, frozen=True, array_like=True):
    """A record as it came, to be opened when its key is known."""

    event: bytes
    """`wire.frames.Event` encoded."""


class OfficerRow(Struct, frozen=True, omit_defaults=True):
    display_name: str
    identity_key: bytes


class CheckpointRow(Struct, frozen=True, omit_defaults=True):
    """How far an account has verified a CUG: a new device accepts nothing older (PROTOCOL §2.5)."""

    cug_id: bytes
    head_n: int
    head_hash: bytes
    group_id: bytes
    epoch: int


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
    failed: str = ""
    """The code for which the server will never take it; the row stays for its author to see."""

    @property
    def is_content(self) -> bool:
        """Whether somebody wrote it: rejections and seals travel in the outbox, too."""
        return bool(self.public or self.personal)

    def __repr__(self) -> str:
        return f"OutboxRow(client_ref={self.client_ref.hex()}, kind={self.kind}, stored_seq={self.stored_seq})"


class Unsent(Struct, frozen=True):
    """A sending that was refused for good: what was written is not lost with it."""

    client_ref: bytes
    reason: str
    """The code of the refusal."""
    content: Content | None

    @classmethod
    def of(cls, row: OutboxRow) -> Unsent:
        return cls(row.client_ref, row.failed, _content_of(row.public, row.personal))


class AttachingRow(Struct, frozen=True):
    """A message that waits until its files are at the server; their ciphertext lies in the profile's folder."""

    client_ref: bytes
    content: bytes
    """`wire.content` encoded."""
    files: tuple[Attachment, ...]

    def __repr__(self) -> str:
        return f"AttachingRow(client_ref={self.client_ref.hex()}, files={len(self.files)})"


class PendingKind(Enum):
    COMMIT = "commit"
    EXTERNAL = "external"
    """An external commit: there is no own state yet."""
    START = "start"
    """The first group of a CUG, or a successor."""


class PendingRow(Struct, frozen=True, omit_defaults=True):
    """A handshake that was made and may already be at the server; merged only when it comes back."""

    client_ref: bytes
    kind: PendingKind
    group_id: bytes
    epoch: int
    """The epoch that it was made in; for a start, 0."""
    frame: bytes
    """The whole frame (or, for the first group of a CUG, the body), sent again byte by byte."""
    body: bytes
    """What the event will hold, to recognise it."""
    secret: bytes
    """GroupState encoded of the epoch that it makes."""
    shares_history: bool = False
    """Whether newcomers are told the keys of the past once it has won."""

    def __repr__(self) -> str:
        return f"PendingRow(kind={self.kind}, group_id={self.group_id.hex()}, epoch={self.epoch})"


class CugRow(Struct, frozen=True, omit_defaults=True):
    """The light part of a CUG's state, after `head_n` events; written with every batch."""

    cug_id: bytes
    opened_ms: int = 0
    head_n: int = 0
    head_hash: bytes = b""
    at_ms: int = 0
    """The server's time of the newest event."""
    group_id: bytes = b""
    epoch: int = 0
    commit_time_ms: int = 0
    role: str = ""
    title: str = ""
    operation_code: str = ""
    about: str = ""
    profile_seq: int = 0
    """Where title, operation code and description were said: the newest counts, also when an older one opens later."""
    joined_seq: int = 0
    confirmed: bool = True
    join_at_ms: int = 0
    removed_seq: int = 0
    closed_seq: int = 0
    epoch_at_ms: int = 0
    leaf_at_ms: int = 0
    broken: str = ""
    """The code of what could not be applied; empty when all is well."""
    commit_hash: bytes = b""
    """Names the newest commit; empty in a group's first epoch."""
    rejected_by: tuple[str, ...] = ()
    """Officers who rejected the newest commit."""
    refused_seq: int = 0
    """The first handshake that could not be followed since one was; 0 when none was."""
    changed_seq: int = 0
    changes: int = 0
    """Where, and how often, the server has shown another log than before."""
    alarm_count: int = 0
    history_asked_ms: int = 0

    def __repr__(self) -> str:
        return f"CugRow(cug_id={self.cug_id.hex()}, head_n={self.head_n})"


def item_key(sender: str, client_ref: bytes) -> bytes:
    """How the item of a record is named: what must not come twice (PROTOCOL §3.6)."""
    return sender.encode() + b"\0" + client_ref


S = TypeVar("S", bound=Struct)
_encoder = msgspec.msgpack.Encoder(enc_hook=bytes)  # a Secret is stored as what it is


def pack(row: Struct) -> bytes:
    return _encoder.encode(row)


def unpack(kind: type[S], data: bytes) -> S:
    """Raises ProfileDamaged."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.MsgspecError:
        raise ProfileDamaged(table=kind.__name__) from None
