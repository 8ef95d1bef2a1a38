"""Account work outside CUGs: ceremony, invitations, enrolment, certification, devices, passwords (PROTOCOL §1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cencomm.client.api import Client
from cencomm.crypto.certificates import Certificate
from cencomm.crypto.enrolment import CertificateRequest, Sheet
from cencomm.ids import DeviceId
from cencomm.wire.http import DeviceOut


@dataclass(frozen=True, slots=True)
class RootInfo:
    """What a deployment publishes of its root."""

    deployment_id: bytes
    root_public_key: bytes


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request for certification whose MAC proves that the sheet's holder made it."""

    account: str
    kind: str
    display_name: str
    request: CertificateRequest
    requested_at_ms: int

    def encode(self) -> bytes:
        """For carrying an NCP's request to the machine with the root key."""
        raise NotImplementedError

    @classmethod
    def decode(cls, data: bytes) -> PendingRequest:
        raise NotImplementedError


async def new_root(key_file: Path, password: str) -> RootInfo:
    """Make the root key and a deployment id; the file is sealed under the password. Raises WeakPassword, ProfileExists."""
    raise NotImplementedError


async def read_root(key_file: Path, password: str) -> RootInfo:
    """Raises WrongPassword, KeyFileDamaged."""
    raise NotImplementedError


def first_sheet(root: RootInfo, *, server_url: str, account: str, display_name: str, invitation_code: str) -> Sheet:
    """The sheet for the first secretariat account, from what `cencomm.server.bootstrap.initialise` returned."""
    raise NotImplementedError


async def invite(client: Client, account: str, display_name: str) -> Sheet:
    """Invite (secretariat: NCPs and secretariat accounts; NCP: its officers) and make the sheet to print.

    Keeps what recognises the holder's certificate request; the secret R is only on the sheet.
    """
    raise NotImplementedError


async def enrol(folder: Path, sheet: Sheet, password: str, *, device: str = "laptop") -> None:
    """Redeem a sheet: make the profile, the identity key and the vault; for an officer also the device's certificate.

    Raises:
        WeakPassword, ProfileExists, WrongDeployment, ServerRefused, ServerUnreachable. Nothing is left behind then.
    """
    raise NotImplementedError


async def pending_requests(client: Client) -> list[PendingRequest]:
    """Requests waiting for this account, MAC and signature checked.

    Raises:
        RequestForged: one does not come from the holder of the sheet that was made here.
    """
    raise NotImplementedError


async def certify(client: Client, request: PendingRequest, password: str) -> Certificate:
    """An NCP certifies an officer of its administration and publishes that. Raises WrongPassword, NotCertified."""
    raise NotImplementedError


async def certify_ncp(key_file: Path, password: str, request: PendingRequest) -> Certificate:
    """The root certifies an NCP; works without a network. Raises WrongPassword, KeyFileDamaged."""
    raise NotImplementedError


async def publish_certificate(client: Client, certificate: Certificate) -> None:
    """The secretariat publishes an NCP's certificate."""
    raise NotImplementedError


async def sign_in_new_device(folder: Path, sheet: Sheet, password: str, *, device: str) -> None:
    """Make a profile on a new device of an enrolled account; needs the password and the sheet (PROTOCOL §1.3).

    Afterwards `Client.connect` registers the device and it joins its CUGs by external commit.
    """
    raise NotImplementedError


async def recover(folder: Path, sheet: Sheet, new_password: str, *, device: str) -> None:
    """As `sign_in_new_device`, for a forgotten password: the sheet opens the vault and sets a new one."""
    raise NotImplementedError


async def change_password(client: Client, old: str, new: str) -> None:
    """Raises WrongPassword, WeakPassword; nothing is changed then."""
    raise NotImplementedError


async def devices(client: Client) -> tuple[DeviceOut, ...]:
    """The account's devices as the server knows them."""
    raise NotImplementedError


async def revoke_device(client: Client, device_id: DeviceId) -> None:
    """End a device's sessions at the server; members trust only the NCP's signed list (`revoke`)."""
    raise NotImplementedError


async def revoke(client: Client, subject: str, password: str, *, compromised_since_ms: int | None = None) -> None:
    """An NCP revokes an officer (`KE/otieno`) or a device (`KE/otieno/laptop`) in its signed list and publishes it."""
    raise NotImplementedError
