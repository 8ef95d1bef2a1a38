"""Every HTTP request and answer, shared by server and client; the OpenAPI page is made from the same models.

JSON; bytes are base64url with padding, but a file's chunks travel as they are; a cug_id in a path is 32 hexadecimal
digits, a file_hash 64. `Authorization: Bearer <token>`;
browsers send SESSION_HEADER instead, at the sign-in too, and have the token in a cookie (`server.security`). An error
is `ErrorOut` with a status from `cencomm.server.errors`. `auth`: none, account (any session), device (a
session bound to a device). Request and answer models of each route stand in `ROUTES` at the end of this file:

    GET    /v1/deployment                          none      -> DeploymentOut
    POST   /v1/enrolments              EnrolIn               none      -> SessionOut 201
    POST   /v1/enrolments/state        InvitationStateIn     none      -> InvitationStateOut
    POST   /v1/sign-in/start           SignInStartIn         none      -> KdfParameters
    POST   /v1/sign-in/finish          SignInFinishIn        none      -> SessionOut 201
    GET    /v1/session                                       account   -> SessionInfo
    DELETE /v1/session                                       account   -> 204   (signs out)
    DELETE /v1/sessions                                      account   -> 204   (signs out everywhere)
    POST   /v1/session/device          BindDeviceIn          account   -> SessionInfo
    PUT    /v1/account/password        ChangePasswordIn      account   -> 204
    GET    /v1/account/presence                              account   -> PresenceSetting
    PUT    /v1/account/presence        PresenceSetting       account   -> 204
    POST   /v1/invitations             InviteIn              account   -> InvitationOut 201
    GET    /v1/invitations             ?after&limit          account   -> InvitationsOut
    GET    /v1/certification-requests  ?after&limit          account   -> CertificationRequestsOut
    POST   /v1/certificates            CertifyIn             account   -> 204
    GET    /v1/certificates            ?account              account   -> CertificatesOut
    GET    /v1/directory               ?administration&after&limit  account -> DirectoryOut
    POST   /v1/devices                 RegisterDeviceIn      account   -> SessionInfo 201
    GET    /v1/devices                                       account   -> DevicesOut
    POST   /v1/devices/revoke          RevokeDeviceIn        account   -> 204
    GET    /v1/revocations                                   account   -> RevocationsOut
    POST   /v1/revocations             PublishRevocationsIn  account   -> 204
    POST   /v1/key-packages            UploadKeyPackagesIn   device    -> KeyPackageCountOut 201
    GET    /v1/key-packages                                  device    -> KeyPackageCountOut
    POST   /v1/key-packages/take       TakeKeyPackagesIn     device    -> KeyPackagesOut
    GET    /v1/vault/wraps                                   account   -> VaultWrapsOut
    PUT    /v1/vault/wraps             VaultWrapsIn          account   -> VaultVersionOut
    GET    /v1/vault/items             ?after&limit          account   -> VaultItemsOut
    POST   /v1/vault/items             VaultItemsIn          account   -> VaultPositionOut 201
    POST   /v1/cugs                    OpenCugIn             device    -> StoredOut 201
    GET    /v1/cugs                    ?after&limit          account   -> CugsOut
    GET    /v1/cugs/{cug_id}                                 account   -> CugOut
    GET    /v1/cugs/{cug_id}/members   ?after&limit          account   -> MembersOut
    GET    /v1/cugs/{cug_id}/group-info                      account   -> GroupInfoOut
    GET    /v1/cugs/{cug_id}/welcome                         device    -> WelcomeOut
    POST   /v1/cugs/{cug_id}/close     CloseCugIn            device    -> StoredOut
    POST   /v1/cugs/{cug_id}/files     BeginUploadIn         device    -> UploadOut
    PUT    /v1/cugs/{cug_id}/files/{file_hash}/{chunk_index}     bytes device    -> UploadOut
    POST   /v1/cugs/{cug_id}/files/{file_hash}/finish        device    -> UploadOut
    DELETE /v1/cugs/{cug_id}/files/{file_hash}               device    -> 204
    GET    /v1/cugs/{cug_id}/files/{file_hash}/{chunk_index}           device    -> bytes
    GET    /v1/openapi.json                                  none
    GET    /healthz, /readyz                                 none
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import WithJsonSchema

from cencomm.errors import Fact
from cencomm.wire.frames import Limits

MAX_BLOB = 4 * 1024 * 1024


def _base64(pattern: str, **bounds: int) -> WithJsonSchema:
    """How bytes look in JSON, for the OpenAPI page."""
    return WithJsonSchema({"type": "string", "contentEncoding": "base64url", "pattern": pattern, **bounds})


Blob = Annotated[
    bytes,
    Field(min_length=1, max_length=MAX_BLOB),
    _base64("^[A-Za-z0-9_-]+={0,2}$", minLength=4, maxLength=-(-MAX_BLOB // 3) * 4),
]
Bytes16 = Annotated[bytes, Field(min_length=16, max_length=16), _base64("^[A-Za-z0-9_-]{21}[AQgw]==$")]
Bytes32 = Annotated[bytes, Field(min_length=32, max_length=32), _base64("^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]=$")]
Signature = Annotated[bytes, Field(min_length=64, max_length=64), _base64("^[A-Za-z0-9_-]{85}[AQgw]==$")]
Account = Annotated[str, Field(pattern=r"^([A-Z]{2}(/[a-z0-9-]{1,64})?|secretariat(/[a-z0-9-]{1,64})?)$")]
"""`KE` an NCP, `KE/otieno` an officer, `secretariat` or `secretariat/<name>`."""
Device = Annotated[str, Field(pattern=r"^[A-Z]{2}/[a-z0-9-]{1,64}/[a-z0-9-]{1,64}$")]
DisplayName = Annotated[str, Field(min_length=1, max_length=200)]
Token = Annotated[str, Field(min_length=1, max_length=200, repr=False)]
Count = Annotated[int, Field(ge=0, le=2**62)]
AccountKind = Literal["secretariat", "ncp", "officer"]
Cursor = Annotated[str, Field(max_length=400)]

DEVICE_PROOF_LABEL = "CENcommSession"
"""A session is bound to a device by the device's own signature: SignWithLabel(device key, this, SHA-256(token)). Who
has the token in a cookie learns that hash from `SessionInfo.session_id`."""
SESSION_COOKIE = "__Host-cencomm-session"
SESSION_HEADER = "CENcomm-Session"
BY_COOKIE = "cookie"
"""`CENcomm-Session: cookie`, and nothing else: the session is, or shall become, the cookie."""


class Body(BaseModel):
    """Exact shape, no coercion, frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
        hide_input_in_errors=True,
    )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Bytes are keys, sealed data or certificates: nothing for a log."""
        for name, value in super().__repr_args__():
            if not isinstance(value, bytes | tuple):
                yield name, value


class ErrorOut(Body):
    """A refusal: a stable code and facts; `cencomm.i18n` has the sentence `error.<code>`."""

    code: str
    facts: dict[str, Fact] = {}


# deployment and signing in


class KdfParameters(Body):
    """Argon2id, as the client runs it over the password before anything is sent."""

    salt: Bytes16
    ops_limit: Annotated[int, Field(ge=1, le=64)]
    memory_bytes: Annotated[int, Field(ge=8192, le=2**32)]


class LimitsOut(Body):
    record_bytes: int
    handshake_bytes: int
    key_packages: int
    subscriptions: int

    @classmethod
    def of(cls, limits: Limits) -> LimitsOut:
        return cls(
            record_bytes=limits.record_bytes,
            handshake_bytes=limits.handshake_bytes,
            key_packages=limits.key_packages,
            subscriptions=limits.subscriptions,
        )


class DeploymentOut(Body):
    """What the server says of itself. A client pins the root from its enrolment sheet, never from here."""

    deployment_id: Bytes16
    root_public_key: Bytes32
    name: str
    server_time_ms: int
    kdf_ops_limit: int
    kdf_memory_bytes: int
    """New passwords are hashed with exactly these, so that sign-in answers alike for known and unknown accounts."""
    limits: LimitsOut
    file_bytes: int
    """What the ciphertext of one file may take."""


class VaultItem(Body):
    """`data` is `crypto.vault.VaultItem` encoded. (item_id, version) is written once; the same bytes again are
    harmless, other bytes a conflict and nothing of the batch is stored."""

    item_id: Bytes16
    version: Count
    data: Blob


class EnrolIn(Body):
    """Redeems an invitation. `certificate_request` and its MAC pass through unread to the one who certifies;
    a secretariat account has none."""

    account: Account
    invitation_code: Token
    kdf: KdfParameters
    authentication_key: Bytes32
    recovery_authentication_key: Bytes32 | None = None
    """For a forgotten password: an own derivation of R, e.g. HKDF(R, "recovery authentication")."""
    certificate_request: Blob | None = None
    request_mac: Bytes32 | None = None
    wraps: Blob
    """`crypto.vault.VaultWraps` encoded; the server cannot read it."""
    inner_envelope: VaultItem | None = None
    """The vault's first item, stored with the account or not at all: what a second device needs is there from the
    first moment."""


class InvitationStateIn(Body):
    account: Account
    invitation_code: Token


class InvitationStateOut(Body):
    """For who holds the sheet: whether it begins the account, or belongs to one that has begun."""

    redeemed: bool


class SignInStartIn(Body):
    account: Account


class SignInFinishIn(Body):
    account: Account
    authentication_key: Bytes32
    method: Literal["password", "recovery"] = "password"
    """A `recovery` session may read the vault wraps and set a new password, and nothing else."""


class SessionOut(Body):
    token: str | None = Field(default=None, min_length=1, max_length=200, repr=False)
    """Null where it came as the cookie."""
    account: Account
    kind: AccountKind
    expires_at_ms: int


class SessionInfo(Body):
    account: Account
    kind: AccountKind
    display_name: str
    device_id: Device | None
    session_id: Bytes32
    """SHA-256(token): names the session and opens nothing."""
    expires_at_ms: int
    certified: bool
    """Whether the account's certificate has been published."""


class BindDeviceIn(Body):
    device_id: Device
    proof: Signature
    """See DEVICE_PROOF_LABEL."""


class ChangePasswordIn(Body):
    """Stores the new verifier and the re-wrapped vault in one step, and ends every other session of the account."""

    authentication_key: Bytes32 | None = None
    """The old one; not needed in a `recovery` session."""
    new_kdf: KdfParameters
    new_authentication_key: Bytes32
    expected_wraps_version: Count
    wraps: Blob


class PresenceSetting(Body):
    """Whether the members of the officer's CUGs may see that he is on line, and that he types."""

    shown: bool


# accounts and certificates


class InviteIn(Body):
    """The secretariat invites NCPs and further secretariat accounts, an NCP the officers of its administration.
    Inviting again before enrolment replaces the code."""

    account: Account
    display_name: DisplayName


class InvitationOut(Body):
    account: Account
    kind: AccountKind
    display_name: str
    invitation_code: Token
    expires_at_ms: int


class PendingInvitation(Body):
    account: Account
    kind: AccountKind
    display_name: str
    expires_at_ms: int
    enrolled: bool


class InvitationsOut(Body):
    invitations: tuple[PendingInvitation, ...]
    next: Cursor | None


class CertificationRequest(Body):
    account: Account
    kind: AccountKind
    display_name: str
    certificate_request: Blob
    request_mac: Bytes32
    requested_at_ms: int


class CertificationRequestsOut(Body):
    """To be certified by the caller: an NCP's own officers, or all NCPs for the secretariat (who carries them to the
    root)."""

    requests: tuple[CertificationRequest, ...]
    next: Cursor | None


class CertifyIn(Body):
    """Publishes a certificate: an NCP's signed by the root (by the secretariat), an officer's by its NCP."""

    certificate: Blob


class DeviceOut(Body):
    device_id: Device
    certificate: Blob
    registered_at_ms: int
    revoked: bool


class CertificatesOut(Body):
    """All that is needed to build and check the account's chains; absent certificates are None."""

    account: Account
    kind: AccountKind
    display_name: str
    ncp_certificate: Blob | None
    officer_certificate: Blob | None
    devices: tuple[DeviceOut, ...]


class DirectoryEntry(Body):
    account: Account
    kind: AccountKind
    display_name: str
    certified: bool


class DirectoryOut(Body):
    entries: tuple[DirectoryEntry, ...]
    next: Cursor | None


class RegisterDeviceIn(Body):
    """Publishes a device certificate of the session's officer and binds the session to it."""

    certificate: Blob
    proof: Signature


class DevicesOut(Body):
    devices: tuple[DeviceOut, ...]


class RevokeDeviceIn(Body):
    """Ends the device's sessions, drops its key packages and refuses it from now on. The signed revocation list that
    members trust is published apart."""

    device_id: Device


class RevocationListOut(Body):
    issuer: str
    """Empty for the root, else the administration."""
    number: int
    data: Blob
    """`crypto.revocation.RevocationList` encoded."""


class RevocationsOut(Body):
    """The newest list of each issuer."""

    lists: tuple[RevocationListOut, ...]


class PublishRevocationsIn(Body):
    data: Blob


# key packages


class UploadKeyPackagesIn(Body):
    """Each an MLSMessage of wire format mls_key_package (RFC 9420 §6), for the session's device. A new last-resort
    package replaces the old one."""

    key_packages: tuple[Blob, ...] = Field(default=(), max_length=200)
    last_resort: Blob | None = None


class KeyPackageCountOut(Body):
    count: int
    last_resort: bool
    low_water: int


class TakeKeyPackagesIn(Body):
    """One key package per device of each account, for a CUG whose organiser the caller is."""

    cug_id: Bytes16
    accounts: tuple[Account, ...] = Field(min_length=1, max_length=100)


class DeviceKeyPackage(Body):
    device_id: Device
    key_package: Blob
    last_resort: bool


class AccountKeyPackages(Body):
    account: Account
    key_packages: tuple[DeviceKeyPackage, ...]
    without: tuple[Device, ...]
    """Devices that had none to give."""


class KeyPackagesOut(Body):
    accounts: tuple[AccountKeyPackages, ...]


# vault


class VaultWrapsOut(Body):
    version: int
    wraps: Blob


class VaultWrapsIn(Body):
    expected_version: Count
    wraps: Blob


class VaultVersionOut(Body):
    version: int


class StoredVaultItem(VaultItem):
    position: int


class VaultItemsIn(Body):
    items: tuple[VaultItem, ...] = Field(min_length=1, max_length=500)


class VaultItemsOut(Body):
    """In the order of `position`; ask again with `after` = the last one until `more` is false."""

    items: tuple[StoredVaultItem, ...]
    more: bool


class VaultPositionOut(Body):
    position: int


# closed user groups


class OpenCugIn(Body):
    """`group_start` is `crypto.events.GroupStart` encoded: the first event of the CUG."""

    cug_id: Bytes16
    client_ref: Bytes16
    group_start: Blob


class StoredOut(Body):
    seq: int
    server_time_ms: int


class CugOut(Body):
    cug_id: Bytes16
    state: Literal["open", "closed"]
    role: str
    member: bool
    """False after removal: events up to `removed_seq` can still be read."""
    group_id: Bytes16
    epoch: int
    last_seq: int
    opened_at_ms: int
    admitted_seq: int
    removed_seq: int | None


class CugsOut(Body):
    cugs: tuple[CugOut, ...]
    next: Cursor | None


class MemberOut(Body):
    account: Account
    display_name: str
    role: str
    admitted_seq: int
    removed_seq: int | None
    devices: tuple[str, ...]
    """Devices with a leaf in the current epoch."""


class MembersOut(Body):
    members: tuple[MemberOut, ...]
    next: Cursor | None


class GroupInfoOut(Body):
    """The newest GroupInfo (an MLSMessage with its ratchet tree) and the event that made its epoch."""

    group_id: Bytes16
    epoch: int
    seq: int
    server_time_ms: int
    group_info: Blob


class WelcomeOut(Body):
    """The newest Welcome for the session's device, as uploaded by the committer."""

    group_id: Bytes16
    epoch: int
    seq: int
    key_package_ref: Bytes32
    welcome: Blob


class CloseCugIn(Body):
    client_ref: Bytes16
    body: Blob
    """`crypto.events` signed closing."""


# encrypted files


class BeginUploadIn(Body):
    """Announces a file's ciphertext (`crypto.files`), or takes up an upload that was cut: nothing is lost by asking
    again. The hash is that of the whole ciphertext, and so is the length."""

    file_hash: Bytes32
    length: Annotated[int, Field(ge=1, le=2**31)]


class UploadOut(Body):
    """`received` chunks of `chunk_bytes` are here, from the first on; the last one may be shorter. `stored`: the file
    is whole, and can be named in a record."""

    stored: bool
    received: int
    chunk_bytes: int


# the routes


class Auth(Enum):
    NONE = "none"
    ACCOUNT = "account"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter; `limit` is bounded by the server."""

    name: str
    kind: Literal["string", "integer"] = "string"
    required: bool = False


PAGE = (Query("after"), Query("limit", "integer"))
FILES_PATH = "/v1/cugs/{cug_id}/files"
FILE_PATH = f"{FILES_PATH}/{{file_hash}}"
CHUNK_PATH = f"{FILE_PATH}/{{chunk_index}}"


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """One endpoint: `name` binds it to its function in `cencomm.server`."""

    name: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    auth: Auth
    request: type[Body] | None = None
    answer: type[Body] | None = None
    status: int = 200
    query: tuple[Query, ...] = field(default=())
    takes_bytes: bool = False
    """The request is not JSON but bytes as they are."""
    gives_bytes: bool = False


ROUTES: tuple[HttpRoute, ...] = (
    HttpRoute("deployment", "GET", "/v1/deployment", Auth.NONE, None, DeploymentOut),
    HttpRoute("enrol", "POST", "/v1/enrolments", Auth.NONE, EnrolIn, SessionOut, 201),
    HttpRoute("invitation_state", "POST", "/v1/enrolments/state", Auth.NONE, InvitationStateIn, InvitationStateOut),
    HttpRoute("sign_in_start", "POST", "/v1/sign-in/start", Auth.NONE, SignInStartIn, KdfParameters),
    HttpRoute("sign_in_finish", "POST", "/v1/sign-in/finish", Auth.NONE, SignInFinishIn, SessionOut, 201),
    HttpRoute("session", "GET", "/v1/session", Auth.ACCOUNT, None, SessionInfo),
    HttpRoute("sign_out", "DELETE", "/v1/session", Auth.ACCOUNT, None, None, 204),
    HttpRoute("sign_out_everywhere", "DELETE", "/v1/sessions", Auth.ACCOUNT, None, None, 204),
    HttpRoute("bind_device", "POST", "/v1/session/device", Auth.ACCOUNT, BindDeviceIn, SessionInfo),
    HttpRoute("change_password", "PUT", "/v1/account/password", Auth.ACCOUNT, ChangePasswordIn, None, 204),
    HttpRoute("presence", "GET", "/v1/account/presence", Auth.ACCOUNT, None, PresenceSetting),
    HttpRoute("set_presence", "PUT", "/v1/account/presence", Auth.ACCOUNT, PresenceSetting, None, 204),
    HttpRoute("invite", "POST", "/v1/invitations", Auth.ACCOUNT, InviteIn, InvitationOut, 201),
    HttpRoute("invitations", "GET", "/v1/invitations", Auth.ACCOUNT, None, InvitationsOut, query=PAGE),
    HttpRoute(
        "certification_requests",
        "GET",
        "/v1/certification-requests",
        Auth.ACCOUNT,
        None,
        CertificationRequestsOut,
        query=PAGE,
    ),
    HttpRoute("certify", "POST", "/v1/certificates", Auth.ACCOUNT, CertifyIn, None, 204),
    HttpRoute(
        "certificates",
        "GET",
        "/v1/certificates",
        Auth.ACCOUNT,
        None,
        CertificatesOut,
        query=(Query("account", required=True),),
    ),
    HttpRoute(
        "directory",
        "GET",
        "/v1/directory",
        Auth.ACCOUNT,
        None,
        DirectoryOut,
        query=(Query("administration"), *PAGE),
    ),
    HttpRoute("register_device", "POST", "/v1/devices", Auth.ACCOUNT, RegisterDeviceIn, SessionInfo, 201),
    HttpRoute("devices", "GET", "/v1/devices", Auth.ACCOUNT, None, DevicesOut),
    HttpRoute("revoke_device", "POST", "/v1/devices/revoke", Auth.ACCOUNT, RevokeDeviceIn, None, 204),
    HttpRoute("revocations", "GET", "/v1/revocations", Auth.ACCOUNT, None, RevocationsOut),
    HttpRoute("publish_revocations", "POST", "/v1/revocations", Auth.ACCOUNT, PublishRevocationsIn, None, 204),
    HttpRoute(
        "upload_key_packages",
        "POST",
        "/v1/key-packages",
        Auth.DEVICE,
        UploadKeyPackagesIn,
        KeyPackageCountOut,
        201,
    ),
    HttpRoute("count_key_packages", "GET", "/v1/key-packages", Auth.DEVICE, None, KeyPackageCountOut),
    HttpRoute("take_key_packages", "POST", "/v1/key-packages/take", Auth.DEVICE, TakeKeyPackagesIn, KeyPackagesOut),
    HttpRoute("vault_wraps", "GET", "/v1/vault/wraps", Auth.ACCOUNT, None, VaultWrapsOut),
    HttpRoute("put_vault_wraps", "PUT", "/v1/vault/wraps", Auth.ACCOUNT, VaultWrapsIn, VaultVersionOut),
    HttpRoute("vault_items", "GET", "/v1/vault/items", Auth.ACCOUNT, None, VaultItemsOut, query=PAGE),
    HttpRoute("append_vault_items", "POST", "/v1/vault/items", Auth.ACCOUNT, VaultItemsIn, VaultPositionOut, 201),
    HttpRoute("open_cug", "POST", "/v1/cugs", Auth.DEVICE, OpenCugIn, StoredOut, 201),
    HttpRoute("cugs", "GET", "/v1/cugs", Auth.ACCOUNT, None, CugsOut, query=PAGE),
    HttpRoute("cug", "GET", "/v1/cugs/{cug_id}", Auth.ACCOUNT, None, CugOut),
    HttpRoute("members", "GET", "/v1/cugs/{cug_id}/members", Auth.ACCOUNT, None, MembersOut, query=PAGE),
    HttpRoute("group_info", "GET", "/v1/cugs/{cug_id}/group-info", Auth.ACCOUNT, None, GroupInfoOut),
    HttpRoute("welcome", "GET", "/v1/cugs/{cug_id}/welcome", Auth.DEVICE, None, WelcomeOut),
    HttpRoute("close_cug", "POST", "/v1/cugs/{cug_id}/close", Auth.DEVICE, CloseCugIn, StoredOut),
    HttpRoute("begin_upload", "POST", FILES_PATH, Auth.DEVICE, BeginUploadIn, UploadOut),
    HttpRoute("upload_chunk", "PUT", CHUNK_PATH, Auth.DEVICE, None, UploadOut, takes_bytes=True),
    HttpRoute("finish_upload", "POST", f"{FILE_PATH}/finish", Auth.DEVICE, None, UploadOut),
    HttpRoute("cancel_upload", "DELETE", FILE_PATH, Auth.DEVICE, None, None, 204),
    HttpRoute("file_chunk", "GET", CHUNK_PATH, Auth.DEVICE, gives_bytes=True),
)
