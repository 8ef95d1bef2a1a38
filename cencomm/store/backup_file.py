"""The file of a backup (docs/adr/0013): a ZIP archive that ends in the SHA-256 of everything before it.

    tables/<name>.rows     chunks of rows, each with its length before it: MessagePack arrays, as the database gave them
    manifest.json          what the file is, and for each table its columns, rows and SHA-256
    (archive comment)      SHA-256 of all bytes before these last 64, in hexadecimal

Written beside its place under another name, for the owner's eyes only, and put there whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from cencomm.damaged_zip import DAMAGED_ZIP
from cencomm.errors import DomainError

FORMAT: Final = 2
"""1 held no files; it can still be put back."""
DIGEST_LENGTH: Final = 64
MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
LENGTH_BYTES: Final = 4
MAX_MANIFEST: Final = 1 << 20
PIECE: Final = 1 << 20
ARCHIVE_START: Final = b"PK\x03\x04"

Row = Sequence[Any]


class BackupDamaged(DomainError):
    """The file is no backup, or was cut or altered (`reason`). Nothing was done with it."""

    code = "store.backup_damaged"


class BackupTooNew(DomainError):
    """A newer version of CENcomm wrote the backup."""

    code = "store.backup_too_new"


class BackupExists(DomainError):
    """There is a file of that name. It was left as it is."""

    code = "store.backup_exists"


class BackupNotWritten(DomainError):
    """The file could not be written (`reason` is the system's name of the error). Nothing is left of it."""

    code = "store.backup_not_written"


class TableEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table as it lies in the file."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself."""

    format: int
    program: str
    """Version of CENcomm."""
    created_ms: int
    """When the snapshot was begun."""
    schema: str
    """Revision of the database's schema."""
    database: str
    """sqlite or postgresql."""
    deployment_id: str
    deployment_name: str
    tables: dict[str, TableEntry]
    files: int = 0
    """Encrypted files that lie in it, each under its hash."""
    file_bytes: int = 0
    missing_files: int = 0
    """Files that the database names and the storage did not have."""

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


class TableWriter:
    """One table's rows, in chunks."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self.rows = 0
        self.sha256 = hashlib.sha256()

    def add(self, rows: Sequence[Row]) -> None:
        chunk = msgspec.msgpack.encode([tuple(row) for row in rows])
        for piece in (len(chunk).to_bytes(LENGTH_BYTES, "big"), chunk):
            self.sha256.update(piece)
            self._member.write(piece)
        self.rows += len(rows)


class BackupWriter:
    """Tables first, one after the other, then the manifest."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.tables: dict[str, TableEntry] = {}

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[TableWriter]:
        with self._archive.open(_member(name), "w", force_zip64=True) as member:
            writer = TableWriter(member)
            yield writer
        self.tables[name] = TableEntry(tuple(columns), writer.rows, writer.sha256.hexdigest())

    @contextmanager
    def file(self, file_hash: bytes) -> Iterator[IO[bytes]]:
        """The ciphertext of one file, to be written into it."""
        with self._archive.open(f"{FILES}{file_hash.hex()}", "w", force_zip64=True) as member:
            yield member

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        self._archive.comment = b"0" * DIGEST_LENGTH
        self._archive.close()
        digest = _digest_of(self._stream)
        self._stream.seek(-DIGEST_LENGTH, os.SEEK_END)
        self._stream.write(digest)

    def close(self) -> None:
        self._archive.close()


@contextmanager
def new_backup(path: Path) -> Iterator[BackupWriter]:
    """A file that is there, whole and durable, when the block ends, and not at all if it fails.

    Raises:
        BackupExists: nothing is written over.
        BackupNotWritten: no space, no such folder …
    """
    if path.exists():
        raise BackupExists(file=str(path))
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            writer = BackupWriter(stream)
            try:
                yield writer
            finally:
                writer.close()
            stream.flush()
            os.fsync(stream.fileno())
        _put_in_place(unfinished, path)
    except FileExistsError:
        raise BackupExists(file=str(path)) from None
    except OSError as error:
        raise BackupNotWritten(reason=errno.errorcode.get(error.errno or 0, "unknown"), file=str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _put_in_place(unfinished: Path, path: Path) -> None:
    """Raises FileExistsError where somebody was faster."""
    try:
        os.link(unfinished, path)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
            raise
        if path.exists():
            raise FileExistsError from None
        unfinished.rename(path)  # a file system without hard links
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Backup:
    """A backup that is whole: what is in it can be read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def files(self) -> Iterator[bytes]:
        """The hashes of the encrypted files in it. Raises BackupDamaged where they are not as many as it says."""
        names = [name for name in self._archive.namelist() if name.startswith(FILES)]
        if len(names) != self.manifest.files:
            raise BackupDamaged(reason="altered")
        with _damage_as("altered"):
            yield from [bytes.fromhex(name.removeprefix(FILES)) for name in names]

    def file(self, file_hash: bytes) -> Iterator[bytes]:
        """A file's ciphertext, piece by piece. Raises BackupDamaged, at the latest after the last one."""
        sha256 = hashlib.sha256()
        with _damage_as("altered"), self._archive.open(f"{FILES}{file_hash.hex()}") as member:
            while piece := member.read(PIECE):
                sha256.update(piece)
                yield piece
        if sha256.digest() != file_hash:
            raise BackupDamaged(reason="altered")

    def rows(self, name: str) -> Iterator[list[list[Any]]]:
        """The rows of a table, chunk by chunk. Raises BackupDamaged, at the latest after the last one."""
        entry = self.manifest.tables[name]
        sha256, count = hashlib.sha256(), 0
        with _damage_as("altered"), self._archive.open(_member(name)) as member:
            while head := member.read(LENGTH_BYTES):
                length = int.from_bytes(head, "big")
                chunk = member.read(length)
                if len(head) < LENGTH_BYTES or len(chunk) < length:
                    raise BackupDamaged(reason="altered")
                sha256.update(head + chunk)
                found = msgspec.msgpack.decode(chunk, type=list[list[Any]])
                if any(len(row) != len(entry.columns) for row in found):
                    raise BackupDamaged(reason="altered")
                count += len(found)
                yield found
        if sha256.hexdigest() != entry.sha256 or count != entry.rows:
            raise BackupDamaged(reason="altered")


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """The backup, after every byte of it was compared with its checksum.

    Raises:
        BackupDamaged: `reason` is not_a_backup, cut or altered.
        BackupTooNew: its format is not known here.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        _check_whole(stream)
        with _damage_as("altered"):
            archive = zipfile.ZipFile(stream)
        with archive:
            yield Backup(archive, _manifest(archive))


def read_manifest(path: Path) -> Manifest:
    """What a file says of itself, without reading it whole. Raises BackupDamaged, BackupTooNew, OSError."""
    with path.open("rb") as stream, _damage_as("not_a_backup"), zipfile.ZipFile(stream) as archive:
        return _manifest(archive)


def _check_whole(stream: IO[bytes]) -> None:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if stream.read(len(ARCHIVE_START)) != ARCHIVE_START:
        raise BackupDamaged(reason="not_a_backup")
    if size < DIGEST_LENGTH:
        raise BackupDamaged(reason="cut")
    digest = _digest_of(stream)
    stream.seek(-DIGEST_LENGTH, os.SEEK_END)
    said = stream.read()
    if said != digest:
        looks_whole = all(byte in b"0123456789abcdef" for byte in said)
        raise BackupDamaged(reason="altered" if looks_whole else "cut")


def _digest_of(stream: IO[bytes]) -> bytes:
    """SHA-256 of all but the last bytes, where it stands itself."""
    left = stream.seek(0, os.SEEK_END) - DIGEST_LENGTH
    stream.seek(0)
    sha256 = hashlib.sha256()
    while left and (piece := stream.read(min(PIECE, left))):
        sha256.update(piece)
        left -= len(piece)
    return sha256.hexdigest().encode()


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with _damage_as("altered"):
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST:
            raise BackupDamaged(reason="altered")
        written = archive.read(MANIFEST)
        said = msgspec.json.decode(written)
        if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > FORMAT:
            raise BackupTooNew(program=str(said.get("program"))[:40])
        manifest = msgspec.json.decode(written, type=Manifest)
        bytes.fromhex(manifest.deployment_id)
        return manifest


@contextmanager
def _damage_as(reason: str) -> Iterator[None]:
    """Whatever a library says about bytes that are not as we wrote them."""
    try:
        yield
    except (*DAMAGED_ZIP, msgspec.MsgspecError):
        raise BackupDamaged(reason=reason) from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning; else the disk does not read
            raise
        raise BackupDamaged(reason=reason) from None


def _member(table: str) -> str:
    return f"tables/{table}.rows"
