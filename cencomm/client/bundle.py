"""The files of an extraction: what was in the log, the signed plaintext, tables for analysts, a signed manifest.

    manifest.json         what the extraction holds and the SHA-256 of every file below
    manifest.signature    the extracting device's certificate chain and its signature over manifest.json
    log.bin               every event up to `up_to_seq` as the server stored it (records stay sealed in here)
    records.bin           for each record its signed plaintext, or why there is none
    revocations.bin       the newest signed revocation lists known to the extracting device
    extraction.xlsx       tables; the same as tables/*.csv with their schema.ini, and as whatever was asked for
                          (`extraction_formats`)
    announcement.bin      what came after, up to the extraction's own announcement in the group; made after the
                          manifest, whose hash it carries

An extraction below the full profile (`export.profiles`) holds in `records.bin` only what may leave, and one for
statistics holds no log and no records at all.

A bundle is a folder, or a zip file of it. `log.bin`, `records.bin` and `revocations.bin` are MessagePack values one
after the other, each behind its length (u32, big endian).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from cencomm.client.errors import BundleDamaged
from cencomm.crypto.certificates import Chain
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.primitives import SIGNATURE_BYTES, sha256
from cencomm.crypto.tls import DecodeError, Reader, Writer
from cencomm.damaged_zip import DAMAGED_ZIP
from cencomm.export.profiles import Profile
from cencomm.wire.frames import Event

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.signature"
LOG = "log.bin"
RECORDS = "records.bin"
REVOCATIONS = "revocations.bin"
XLSX = "extraction.xlsx"
TABLES = "tables"
ANNOUNCEMENT = "announcement.bin"
NOT_IN_MANIFEST = frozenset({MANIFEST, SIGNATURE, ANNOUNCEMENT})
PROOFS = frozenset({LOG, RECORDS, REVOCATIONS})
"""What the tables are made from."""

EVERYTHING = "all"
"""How an announcement names the full profile; the others by their own names."""
MANIFEST_LABEL = "CENcommExtraction"
ANNOUNCEMENT_LABEL = "CENcommExtractionAnnouncement"
MAX_FILE_BYTES = 2**31
MAX_VALUE_BYTES = 64 * 1024 * 1024
MAX_FILES = 1000
_LENGTH_BYTES = 4
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

S = TypeVar("S", bound=Struct)
_encoder = msgspec.msgpack.Encoder()


class FileEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the bundle; `sha256` in hexadecimal digits."""

    name: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the extraction says of itself; ids, keys and hashes in hexadecimal digits."""

    format: int
    cug_id: str
    deployment_id: str
    root_public_key: str
    title: str
    operation_code: str
    extracted_by: str
    """Device id."""
    at_ms: int
    """The server's time of the last event."""
    up_to_seq: int
    head: str
    """H of the event `up_to_seq` (PROTOCOL §3.4)."""
    language: str
    records: int
    forms: int
    unopened: int
    key_ids: dict[str, str]
    """By "group_id/epoch": the key_id under which that epoch's records are sealed."""
    files: tuple[FileEntry, ...]
    profile: str = str(Profile.FULL)
    formats: tuple[str, ...] = ()
    """As what its tables were written (`extraction_formats.Format`)."""
    withheld: int = 0
    """Records that the profile or their own handling keeps in the group."""

    @property
    def basis(self) -> str:
        """SHA-256 of the manifest with none but the proofs among its files: what the cover of its tables can name,
        whose own hashes only the manifest knows."""
        proofs = tuple(entry for entry in self.files if entry.name in PROOFS)
        return sha256(msgspec.structs.replace(self, files=proofs).encode()).hex()

    def encode(self) -> bytes:
        """Canonical: sorted keys, no spaces, UTF-8, members at their default left out."""
        plain = msgspec.to_builtins(self)
        for member in msgspec.structs.fields(self):
            if getattr(self, member.name) == member.default:
                del plain[member.name]
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """Raises BundleDamaged, also for bytes that are not canonical."""
        try:
            manifest = msgspec.json.decode(data, type=cls)
            canonical = manifest.encode()
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise BundleDamaged(reason="manifest") from None
        if manifest.format != FORMAT or manifest.profile not in tuple(Profile):
            raise BundleDamaged(reason="format")
        if canonical != data:
            raise BundleDamaged(reason="manifest_not_canonical")
        return manifest


class ManifestSignature(Struct, frozen=True):
    """The extracting device's chain and its signature over the manifest's bytes."""

    chain: bytes
    signature: bytes

    def encode(self) -> bytes:
        return Writer().vector(self.chain).raw(self.signature).bytes()

    @classmethod
    def decode(cls, data: bytes) -> ManifestSignature:
        """Raises BundleDamaged."""
        reader = Reader(data)
        try:
            made = cls(reader.vector(), reader.raw(SIGNATURE_BYTES))
        except DecodeError:
            raise BundleDamaged(reason="manifest_signature") from None
        if reader.remaining:
            raise BundleDamaged(reason="manifest_signature")
        return made


def sign_manifest(manifest: bytes, chain: bytes, signature_seed: bytes) -> ManifestSignature:
    return ManifestSignature(chain, sign_with_label(signature_seed, MANIFEST_LABEL, manifest))


def verify_manifest(manifest: bytes, signature: ManifestSignature) -> Chain:
    """The chain of the device that signed; the chain itself is not verified here. Raises BadSignature, DecodeError."""
    chain = Chain.decode(signature.chain)
    verify_with_label(chain.device.public_key, MANIFEST_LABEL, manifest, signature.signature)
    return chain


class RecordEntry(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A record of the log: its signed plaintext (`crypto.records.SignedRecord`), or why there is none."""

    seq: int
    signed: bytes = b""
    reason: str = ""
    """Empty, "locked", or the code of the rule that it breaks."""


class Announcement(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The events after `up_to_seq` up to the announcement, which is the last, and its signed plaintext.

    The extracting device signs the whole: the manifest cannot name this file.
    """

    events: tuple[Event, ...]
    signed: bytes
    signature: bytes = b""

    def tbs(self) -> bytes:
        return _encoder.encode((self.events, self.signed))

    def encode(self) -> bytes:
        return _encoder.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Announcement:
        """Raises BundleDamaged."""
        try:
            made = msgspec.msgpack.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise BundleDamaged(reason="announcement") from None
        if made.encode() != data:
            raise BundleDamaged(reason="announcement")
        return made


def sign_announcement(events: tuple[Event, ...], signed: bytes, signature_seed: bytes) -> Announcement:
    unsigned = Announcement(events, signed)
    return Announcement(events, signed, sign_with_label(signature_seed, ANNOUNCEMENT_LABEL, unsigned.tbs()))


class Revocations(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Signed lists, as `crypto.revocation` encodes them."""

    lists: tuple[bytes, ...]


def pack_all(values: Iterable[Struct]) -> Iterator[bytes]:
    """The bytes of a `.bin` file, value by value."""
    for value in values:
        data = _encoder.encode(value)
        yield len(data).to_bytes(_LENGTH_BYTES, "big") + data


def unpack_all(kind: type[S], data: bytes, name: str) -> list[S]:
    """The values of a `.bin` file. Raises BundleDamaged naming the file."""
    decoder = msgspec.msgpack.Decoder(kind)
    found: list[S] = []
    position = 0
    while position < len(data):
        start = position + _LENGTH_BYTES
        length = int.from_bytes(data[position:start], "big")
        position = start + length
        if length > MAX_VALUE_BYTES or position > len(data):
            raise BundleDamaged(reason=f"{name}_cut")
        try:
            found.append(decoder.decode(data[start:position]))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise BundleDamaged(reason=name) from None
    return found


class Bundle:
    """A bundle that is read: a folder or a zip file. Use `open_bundle`."""

    def __init__(self, names: frozenset[str], folder: Path | None, archive: zipfile.ZipFile | None) -> None:
        self.names = names
        self._folder = folder
        self._archive = archive

    def read(self, name: str) -> bytes:
        """The bytes of one file. Raises BundleDamaged if it is not there or cannot be read."""
        if name not in self.names:
            raise BundleDamaged(reason=f"{name}_missing")
        try:
            if self._archive is not None:
                with self._archive.open(name) as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            else:
                assert self._folder is not None
                data = (self._folder / name).read_bytes()
        except (OSError, *DAMAGED_ZIP):
            raise BundleDamaged(reason=f"{name}_unreadable") from None
        if len(data) > MAX_FILE_BYTES:
            raise BundleDamaged(reason=f"{name}_too_large")
        return data


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Raises BundleDamaged: neither a folder nor a zip file with a manifest in it."""
    if path.is_dir():
        found = [entry for entry in path.rglob("*") if not entry.is_dir()]
        names = frozenset(entry.relative_to(path).as_posix() for entry in found)
        yield _checked(Bundle(names, path, None))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, *DAMAGED_ZIP):
        raise BundleDamaged(reason="neither_folder_nor_zip") from None
    with archive:
        listed = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if len(listed) != len(set(listed)):
            raise BundleDamaged(reason="file_twice")
        yield _checked(Bundle(frozenset(listed), None, archive))


def _checked(bundle: Bundle) -> Bundle:
    if len(bundle.names) > MAX_FILES:
        raise BundleDamaged(reason="too_many_files")
    if MANIFEST not in bundle.names:
        raise BundleDamaged(reason="manifest_missing")
    return bundle


def describe_files(folder: Path) -> tuple[FileEntry, ...]:
    """What the manifest says of the files that lie in `folder` now, sorted by name."""
    names = sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*") if entry.is_file())
    return tuple(_describe(folder, name) for name in names if name not in NOT_IN_MANIFEST)


def _describe(folder: Path, name: str) -> FileEntry:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileEntry(name, file.tell(), digest)


@contextmanager
def new_bundle(target: Path) -> Iterator[Path]:
    """A folder to write the files into; becomes `target` (a folder, or a zip by its ending) when the block ends well.

    Raises:
        BundleDamaged: `target` exists; it is never overwritten.
    """
    if target.exists():
        raise BundleDamaged(reason="target_exists")
    target.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    try:
        work = place / "bundle"
        work.mkdir(mode=0o700)
        yield work
        if target.suffix == ".zip":
            _zip(work, place / "bundle.zip")
            os.rename(place / "bundle.zip", target)
        else:
            os.rename(work, target)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                with path.open("rb") as source, archive.open(info, "w") as copy:
                    shutil.copyfileobj(source, copy)
    target.chmod(0o600)
