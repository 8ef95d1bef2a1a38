"""A deployment to test with: a root, NCPs, officers and devices, the same in every run."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.crypto.certificates import Certificate, Chain, Kind, Trust, issue
from cencomm.crypto.primitives import Random, Secret, ed25519_public, sha256
from cencomm.ids import DeviceId, OfficerId

DEPLOYMENT = sha256(b"deployment")[:16]
NOW_S = 1_767_225_600
NOW_MS = NOW_S * 1000
YEAR_S = 31_536_000


def seed(name: str) -> Secret:
    return Secret(sha256(b"seed " + name.encode()))


def repeatable(name: str) -> Random:
    """A source of bytes that are the same in every run."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        blocks = [sha256(f"{name} {drawn} {block}".encode()) for block in range(-(-count // 32))]
        return b"".join(blocks)[:count]

    return draw


ROOT = seed("root")
TRUST = Trust(DEPLOYMENT, ed25519_public(ROOT))


def certificate(
    kind: Kind,
    subject: str,
    *,
    issuer: Secret,
    public_key: bytes,
    deployment_id: bytes = DEPLOYMENT,
    not_before_s: int = NOW_S - YEAR_S,
    not_after_s: int = NOW_S + YEAR_S,
) -> Certificate:
    return issue(
        issuer,
        deployment_id=deployment_id,
        kind=kind,
        subject=subject,
        display_name=f"Name of {subject}",
        public_key=public_key,
        not_before_s=not_before_s,
        not_after_s=not_after_s,
        random=repeatable(f"serial {subject} {public_key.hex()}"),
    )


@dataclass(frozen=True)
class Person:
    """An officer with one device: every key of his, and the chain that vouches for it."""

    officer_id: OfficerId
    device_name: str = "laptop"
    key_version: str = ""
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        administration = self.officer_id.partition("/")[0]
        ncp = certificate(Kind.NCP, administration, issuer=ROOT, public_key=ed25519_public(seed(administration)))
        identity_public = ed25519_public(self.identity_seed)
        officer = certificate(Kind.OFFICER, self.officer_id, issuer=seed(administration), public_key=identity_public)
        device_public = ed25519_public(self.device_seed)
        device = certificate(Kind.DEVICE, self.device_id, issuer=self.identity_seed, public_key=device_public)
        object.__setattr__(self, "chain", Chain(ncp, officer, device))

    @property
    def device_id(self) -> DeviceId:
        return DeviceId(f"{self.officer_id}/{self.device_name}")

    @property
    def identity_seed(self) -> Secret:
        return seed(f"identity {self.officer_id}{self.key_version}")

    @property
    def identity_key(self) -> bytes:
        return ed25519_public(self.identity_seed)

    @property
    def device_seed(self) -> Secret:
        return seed(f"device {self.device_id}{self.key_version}")

    @property
    def device_key(self) -> bytes:
        return ed25519_public(self.device_seed)


OTIENO = Person(OfficerId("KE/otieno"))
SILVA = Person(OfficerId("BR/silva"))
DUBOIS = Person(OfficerId("FR/dubois"))
