"""A deployment with its root, contact points and officers, on a real database, for tests of the accounts side."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select

from cencomm.accounts import access, certification, devices, enrolment, sessions, tokens
from cencomm.accounts.model import SECRETARIAT, Deployment, Kdf, Session
from cencomm.accounts.ports import NewUnitOfWork, UnitOfWork
from cencomm.crypto.certificates import CHAIN_EXTENSION, Certificate, Chain, Kind, issue
from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.extensions import Capabilities, Extension
from cencomm.crypto.mls.public.framing import encode_message
from cencomm.crypto.mls.public.key_package import KEY_PACKAGE_LABEL, KeyPackage, key_package_tbs
from cencomm.crypto.mls.public.leaf_node import (
    LEAF_LABEL,
    Credential,
    LeafNode,
    LeafNodeSource,
    Lifetime,
    leaf_tbs,
)
from cencomm.crypto.primitives import Secret, new_signature_key, random_bytes, x25519_public
from cencomm.ids import DeviceId
from cencomm.store import tables
from cencomm.store.database import Database, open_database
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.http import DEVICE_PROOF_LABEL

START_MS = 1_790_000_000_000
HOURS = 12
ADDRESS = "192.0.2.1"
YEAR_S = 365 * 24 * 3600
KEY = b"a" * 32
RECOVERY_KEY = b"r" * 32

Row = tuple[object, ...]


@dataclass(frozen=True)
class Signer:
    """A key pair of the test's own."""

    seed: Secret
    public: bytes

    @classmethod
    def new(cls) -> Signer:
        return cls(*new_signature_key())


@dataclass
class World:
    """`now_ms` is the clock: tests move it."""

    database: Database
    deployment: Deployment
    root: Signer
    now_ms: int = START_MS
    ncps: dict[str, Signer] = field(default_factory=dict)
    officers: dict[str, Signer] = field(default_factory=dict)
    device_keys: dict[str, Signer] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)

    @property
    def new_uow(self) -> NewUnitOfWork:
        return sql_units_of_work(self.database.engine)

    def uow(self) -> UnitOfWork:
        return self.new_uow()

    @property
    def now_s(self) -> int:
        return self.now_ms // 1000

    async def snapshot(self, *, without: frozenset[str] = frozenset()) -> dict[str, list[Row]]:
        """Every row of every table: what a refusal must not change."""
        found: dict[str, list[Row]] = {}
        async with self.database.engine.connect() as connection:
            for table in tables.metadata.sorted_tables:
                if table.name not in without:
                    rows = await connection.execute(select(table))
                    found[table.name] = sorted((tuple(row) for row in rows), key=repr)
        return found

    # ------------------------------------------------------------ accounts

    async def invite_first(self) -> str:
        async with self.uow() as uow:
            invited = await enrolment.put_invitation(SECRETARIAT, "Secretariat", "", uow, self.now_ms)
            await uow.commit()
        return invited.code

    def enrol_command(self, account_id: str, code: str, **changes: object) -> enrolment.Enrol:
        secretariat = account_id.startswith(SECRETARIAT)
        values: dict[str, object] = {
            "account_id": account_id,
            "code": code,
            "kdf": Kdf(b"s" * 16, tokens.KDF_OPS_LIMIT, tokens.KDF_MEMORY_BYTES),
            "authentication_key": KEY,
            "recovery_authentication_key": RECOVERY_KEY,
            "certificate_request": None if secretariat else b"request of " + account_id.encode(),
            "request_mac": None if secretariat else b"m" * 32,
            "wraps": b"wraps of " + account_id.encode(),
            "inner_envelope": None,
            "address": ADDRESS,
        }
        return enrolment.Enrol(**{**values, **changes})  # type: ignore[arg-type]

    async def enrol(self, account_id: str, code: str) -> sessions.SignedIn:
        return await enrolment.enrol(self.enrol_command(account_id, code), self.uow(), self.now_ms, HOURS)

    async def secretariat(self) -> Session:
        return (await self.enrol(SECRETARIAT, await self.invite_first())).session

    async def invited(self, by: Session, account_id: str) -> sessions.SignedIn:
        """`by` invites the account, which enrols."""
        code = (await enrolment.invite(by, account_id, f"Name of {account_id}", self.uow(), self.now_ms)).code
        return await self.enrol(account_id, code)

    async def ncp(self, secretariat: Session, administration: str) -> Session:
        """An enrolled and certified contact point."""
        signed_in = await self.invited(secretariat, administration)
        self.ncps[administration] = Signer.new()
        certificate = self.ncp_certificate(administration)
        await certification.publish(secretariat, certificate.encode(), self.deployment, self.uow(), self.now_ms)
        return signed_in.session

    async def officer(self, ncp: Session, officer_id: str) -> sessions.SignedIn:
        """An enrolled and certified officer, with no device yet."""
        signed_in = await self.invited(ncp, officer_id)
        self.officers[officer_id] = Signer.new()
        certificate = self.officer_certificate(officer_id)
        await certification.publish(ncp, certificate.encode(), self.deployment, self.uow(), self.now_ms)
        return signed_in

    async def signed_in_again(self, account_id: str) -> sessions.SignedIn:
        """Another session of an enrolled account, bound to no device."""
        command = sessions.SignIn(account_id, KEY, access.PASSWORD, ADDRESS)
        return await sessions.finish(command, self.deployment, self.uow(), self.now_ms, HOURS)

    async def device(self, signed_in: sessions.SignedIn, name: str = "laptop") -> Session:
        """Registers a device of the officer; the session is bound to it."""
        device_id = f"{signed_in.session.account_id}/{name}"
        certificate = self.device_certificate(device_id)
        proof = self.proof(device_id, signed_in.session)
        view = await devices.register(
            signed_in.session, certificate.encode(), proof, self.deployment, self.uow(), self.now_ms
        )
        return view.session

    async def officer_with_device(self, ncp: Session, officer_id: str, name: str = "laptop") -> Session:
        return await self.device(await self.officer(ncp, officer_id), name)

    def proof(self, device_id: str, session: Session) -> bytes:
        return sign_with_label(self.device_keys[device_id].seed, DEVICE_PROOF_LABEL, session.token_hash)

    # ------------------------------------------------------------ certificates

    def ncp_certificate(self, administration: str, *, signer: Signer | None = None, **changes: int) -> Certificate:
        public = self.ncps.setdefault(administration, Signer.new()).public
        return self._issue(signer or self.root, Kind.NCP, administration, public, **changes)

    def officer_certificate(self, officer_id: str, *, signer: Signer | None = None, **changes: int) -> Certificate:
        public = self.officers.setdefault(officer_id, Signer.new()).public
        return self._issue(signer or self.ncps[officer_id[:2]], Kind.OFFICER, officer_id, public, **changes)

    def device_certificate(self, device_id: str, *, signer: Signer | None = None, **changes: int) -> Certificate:
        public = self.device_keys.setdefault(device_id, Signer.new()).public
        issuer = signer or self.officers[device_id.rpartition("/")[0]]
        return self._issue(issuer, Kind.DEVICE, device_id, public, **changes)

    def _issue(self, signer: Signer, kind: Kind, subject: str, public: bytes, **changes: int) -> Certificate:
        certificate = issue(
            signer.seed,
            deployment_id=self.deployment.deployment_id,
            kind=kind,
            subject=subject,
            display_name=f"Name of {subject}",
            public_key=public,
            not_before_s=changes.get("not_before_s", self.now_s - 3600),
            not_after_s=changes.get("not_after_s", self.now_s + YEAR_S),
        )
        self.certificates[subject] = certificate
        return certificate

    def chain(self, device_id: str) -> Chain:
        administration, officer = device_id[:2], device_id.rpartition("/")[0]
        return Chain(self.certificates[administration], self.certificates[officer], self.certificates[device_id])

    # ------------------------------------------------------------ key packages

    def key_package(self, device_id: DeviceId | str, **changes: object) -> bytes:
        """A key package of the device as an MLSMessage; `changes` make it wrong in one respect."""
        signer = changes.get("signer", self.device_keys[device_id])
        assert isinstance(signer, Signer)
        extensions = changes.get("extensions", (Extension(CHAIN_EXTENSION, self.chain(device_id).encode()),))
        lifetime = changes.get("lifetime", Lifetime(self.now_s - 60, self.now_s + 30 * 24 * 3600))
        leaf = LeafNode(
            encryption_key=x25519_public(random_bytes(32)),
            signature_key=signer.public,
            credential=Credential(1, str(changes.get("identity", device_id)).encode()),
            capabilities=Capabilities((1,), (3,), (CHAIN_EXTENSION,), (), (1,)),
            source=LeafNodeSource.KEY_PACKAGE,
            lifetime=lifetime,  # type: ignore[arg-type]
            parent_hash=None,
            extensions=extensions,  # type: ignore[arg-type]
            signature=b"",
        )
        signed_leaf = _with_signature(leaf, sign_with_label(signer.seed, LEAF_LABEL, leaf_tbs(leaf)))
        package = KeyPackage(1, 3, x25519_public(random_bytes(32)), signed_leaf, (), b"")
        signature = sign_with_label(signer.seed, KEY_PACKAGE_LABEL, key_package_tbs(package))
        return encode_message(KeyPackage(1, 3, package.init_key, signed_leaf, (), signature))


def _with_signature(leaf: LeafNode, signature: bytes) -> LeafNode:
    return LeafNode(
        encryption_key=leaf.encryption_key,
        signature_key=leaf.signature_key,
        credential=leaf.credential,
        capabilities=leaf.capabilities,
        source=leaf.source,
        lifetime=leaf.lifetime,
        parent_hash=leaf.parent_hash,
        extensions=leaf.extensions,
        signature=signature,
    )


@cache
def _empty_sqlite() -> Path:
    return Path(mkdtemp(prefix="cencomm-test-")) / "empty.sqlite3"


async def sqlite_url(folder: Path) -> str:
    """A SQLite database with the newest schema, copied from one that was migrated once."""
    empty = _empty_sqlite()
    if not empty.exists():
        async with open_database(f"sqlite:///{empty}"):
            pass
    shutil.copy(empty, folder / "world.sqlite3")
    return f"sqlite:///{folder / 'world.sqlite3'}"


@asynccontextmanager
async def new_world(database_url: str) -> AsyncIterator[World]:
    """A deployment without accounts on a fresh database."""
    async with open_database(database_url) as database:
        root = Signer.new()
        deployment = Deployment(random_bytes(16), root.public, "Test", random_bytes(32))
        async with sql_units_of_work(database.engine)() as uow:
            await uow.deployments.add(deployment)
            await uow.commit()
        yield World(database, deployment, root)
