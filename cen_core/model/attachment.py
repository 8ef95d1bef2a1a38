"""What may be attached to a notice: a few kinds of file, known by their bytes, bounded; never what runs.

pdf, png and jpg by their marks at the very beginning; docx, xlsx, pptx, odt and ods as whole ZIP archives with the part
that makes them what they are, without macros and not encrypted; csv and txt as text in UTF-8. The name gets the kind as
its ending.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from typing import Final
from zipfile import ZipFile

from msgspec import Struct

from cen_core.errors import AttachmentRefused
from cen_core.model.picture import NEVER_PICTURED
from cencomm.damaged_zip import DAMAGED_ZIP

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_FILES: Final = 10
MAX_NAME: Final = 80
MAX_PARTS: Final = 2_000
_MAX_MARK: Final = 200_000
_ENCRYPTED: Final = 0x1
_PDF, _PNG, _JPEG, _ZIP = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"
_OFFICE: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_OPEN: Final = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
}
_MACROS: Final = ("vbaproject.bin", "activex", "basic/", "scripts/")
_TEXTS: Final = ("csv", "txt")
KINDS: Final = ("pdf", "png", "jpg", *_OFFICE, *_OPEN, *_TEXTS)


class Attachment(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a notice: what it is called, what it is, how long, and its hash."""

    file_id: str
    name: str
    kind: str
    size: int
    sha256: str


def attachment(file_id: str, given_name: str, content: bytes, topic: str = "") -> Attachment:
    """What the file is. Raises AttachmentRefused: empty, too long, of another kind than these, not what it says, or
    not to be attached under the topic."""
    if not content:
        raise AttachmentRefused(reason="empty")
    if len(content) > MAX_BYTES:
        raise AttachmentRefused(reason="too_long")
    stem, _, ending = given_name.rpartition(".")
    kind = _kind(content, ending.lower())
    if {"jpeg": "jpg"}.get(ending.lower(), ending.lower()) != kind:
        raise AttachmentRefused(reason="not_its_name")
    if topic in NEVER_PICTURED and kind not in _TEXTS:
        raise AttachmentRefused(reason="no_pictures_here")
    return Attachment(file_id, f"{_plain(stem)}.{kind}", kind, len(content), hashlib.sha256(content).hexdigest())


def _kind(content: bytes, ending: str) -> str:
    if content.startswith(_PDF):
        return "pdf"
    if content.startswith(_PNG):
        return "png"
    if content.startswith(_JPEG):
        return "jpg"
    if content.startswith(_ZIP):
        return _kind_of_archive(content)
    if ending in _TEXTS and _is_text(content):
        return ending
    raise AttachmentRefused(reason="unknown_kind")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in set(text))


def _kind_of_archive(content: bytes) -> str:
    """Only the directory is read, and of OpenDocument the first small part: nothing is unpacked that could be large."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MAX_PARTS or any(part.flag_bits & _ENCRYPTED for part in parts):
                raise AttachmentRefused(reason="unknown_kind")
            lowered = [name.lower() for name in names]
            if any(macro in name for name in lowered for macro in _MACROS):
                raise AttachmentRefused(reason="has_macros")
            if "[Content_Types].xml" in names:
                return _office_kind(archive, names)
            return _open_kind(archive, names)
    except (*DAMAGED_ZIP, OSError):
        raise AttachmentRefused(reason="unknown_kind") from None


def _office_kind(archive: ZipFile, names: set[str]) -> str:
    if b"macroenabled" in _small(archive, "[Content_Types].xml").lower():
        raise AttachmentRefused(reason="has_macros")
    found = [kind for kind, part in _OFFICE.items() if part in names]
    if len(found) != 1:
        raise AttachmentRefused(reason="unknown_kind")
    return found[0]


def _open_kind(archive: ZipFile, names: set[str]) -> str:
    said = _small(archive, "mimetype") if "mimetype" in names else b""
    found = [kind for kind, mark in _OPEN.items() if said.strip() == mark]
    if not found:
        raise AttachmentRefused(reason="unknown_kind")
    return found[0]


def _small(archive: ZipFile, name: str) -> bytes:
    """A part's content, of which no more is unpacked than a mark can have."""
    with archive.open(name) as part:
        content = part.read(_MAX_MARK + 1)
    if len(content) > _MAX_MARK:
        raise AttachmentRefused(reason="unknown_kind")
    return content


def _plain(stem: str) -> str:
    """Letters, digits and few signs of any script, without marks that turn what is read; never empty."""
    kept = (
        sign if sign in " ._-()" or unicodedata.category(sign)[0] in "LMN" else "_"
        for sign in unicodedata.normalize("NFC", stem)
    )
    return "".join(kept).strip(" ._")[:MAX_NAME] or "file"
