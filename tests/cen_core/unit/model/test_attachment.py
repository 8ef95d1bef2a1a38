"""What may be attached: known by its bytes, bounded, and nothing that runs."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from cen_core.errors import AttachmentRefused
from cen_core.model.attachment import KINDS, MAX_BYTES, MAX_PARTS, attachment
from cen_core.model.notice import topics
from cen_core.model.picture import NEVER_PICTURED

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
TYPES = '<Types><Override ContentType="application/vnd.ms-word.document{}+xml"/></Types>'


def archive(**parts: str) -> bytes:
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as written:
        for name, text in parts.items():
            written.writestr(name.replace("__", "/"), text)
    return held.getvalue()


def office(part: str, macros: str = "", **more: str) -> bytes:
    return archive(**{"[Content_Types].xml": TYPES.format(macros), part: "<x/>", **more})


GOOD = {
    "pdf": b"%PDF-1.7\n...",
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0 rest",
    "docx": office("word/document.xml"),
    "xlsx": office("xl/workbook.xml"),
    "pptx": office("ppt/presentation.xml"),
    "odt": archive(mimetype="application/vnd.oasis.opendocument.text"),
    "ods": archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "csv": "año;número\r\n".encode(),
    "txt": "слово".encode(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_bytes(kind: str) -> None:
    file = attachment("f" * 32, f"Report 7.{kind.upper()}", GOOD[kind])
    assert (file.name, file.kind, file.size) == (f"Report 7.{kind}", kind, len(GOOD[kind]))
    assert len(file.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "too_long"),
        ("a.exe", b"MZ\x90\x00", "unknown_kind"),
        ("a.html", b"<script>alert(1)</script>", "unknown_kind"),
        ("a.svg", b"<svg onload='alert(1)'/>", "unknown_kind"),
        ("a.pdf", b"<html>%PDF-1.7", "unknown_kind"),
        ("a.html", b"%PDF-1.7", "not_its_name"),
        ("a.pdf", PNG, "not_its_name"),
        ("a", PNG, "not_its_name"),
        ("a.txt", b"\xff\xfe\x00", "unknown_kind"),
        ("a.csv", b"a\x00b", "unknown_kind"),
        ("a.docx", archive(x="y"), "unknown_kind"),
        ("a.zip", archive(x="y"), "unknown_kind"),
        ("a.docx", b"PK\x03\x04 broken", "unknown_kind"),
        ("a.docx", office("word/document.xml", ".macroEnabled"), "has_macros"),
        ("a.docx", office("word/document.xml", word__vbaProject__bin="", **{"word/vbaProject.bin": "x"}), "has_macros"),
        ("a.odt", archive(mimetype="application/vnd.oasis.opendocument.text", Basic__x="y"), "has_macros"),
        ("a.docx", office("word/document.xml", **{"xl/workbook.xml": ""}), "unknown_kind"),
        ("a.xlsx", archive(**{"[Content_Types].xml": "x" * 300_000, "xl/workbook.xml": ""}), "unknown_kind"),
        ("a.odt", archive(**{"mimetype": "x", **{f"p{n}": "" for n in range(MAX_PARTS)}}), "unknown_kind"),
    ],
    ids=range(20),
)
def test_everything_else_is_refused(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        attachment("f" * 32, name, content)
    assert refused.value.facts == {"reason": reason}


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_archive_cut_anywhere_is_refused_and_nothing_else_escapes(kind: str) -> None:
    for end in range(len(GOOD[kind])):
        with pytest.raises(AttachmentRefused):
            attachment("f" * 32, f"a.{kind}", GOOD[kind][:end])


def test_of_an_archive_whose_packing_is_damaged_nothing_but_the_refusal_escapes() -> None:
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_LZMA) as written:
        written.writestr("[Content_Types].xml", TYPES.format("") * 20)
        written.writestr("word/document.xml", "<x/>")
    whole = held.getvalue()
    packed = whole.index(b".xml") + len(b".xml")
    refused = 0
    for place in range(packed, packed + 40):
        try:
            attachment("f" * 32, "a.docx", whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        except AttachmentRefused:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.png", "etc_passwd.png"),
        ("\u202egnp.png", "gnp.png"),
        ('a"; x=\r\n.png', "a__ x.png"),
        (".png", "file.png"),
        ("صورة.png", "صورة.png"),
        ("x" * 300 + ".png", "x" * 80 + ".png"),
    ],
    ids=["folders", "turned", "header", "empty", "arabic", "long"],
)
def test_a_name_holds_nothing_but_a_name(given: str, name: str) -> None:
    made = attachment("f" * 32, given, PNG).name
    assert made == name


@pytest.mark.parametrize("kind", KINDS)
def test_under_the_topic_of_abuse_material_there_is_never_a_picture(kind: str) -> None:
    assert topics() >= NEVER_PICTURED
    if kind in {"csv", "txt"}:
        assert attachment("f" * 32, f"a.{kind}", GOOD[kind], "abuse_material").kind == kind
        return
    with pytest.raises(AttachmentRefused) as refused:
        attachment("f" * 32, f"a.{kind}", GOOD[kind], "abuse_material")
    assert refused.value.facts == {"reason": "no_pictures_here"}
