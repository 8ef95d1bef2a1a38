"""Names that others gave: harmless on a screen and on a disk."""

from __future__ import annotations

import pytest

from cencomm.client.file_names import MAX_NAME, safe_name

CASES = {
    "seal.jpg": "seal.jpg",
    "Фото пломбы.jpg": "Фото пломбы.jpg",
    "صورة الختم.pdf": "صورة الختم.pdf",
    "../../etc/passwd": "passwd",
    "C:\\Windows\\system32\\cmd.exe": "cmd.exe",
    "/": "file",
    "": "file",
    "..": "file",
    ".bashrc": "bashrc",
    "invoice\u202egpj.exe": "invoicegpj.exe",
    "a\x00b\n\x1b[31mc.txt": "ab[31mc.txt",
    "con.txt": "_con.txt",
    "LPT1": "_LPT1",
    'a<b>:"c|d?*.txt': "a_b___c_d__.txt",
    "trailing. . ": "trailing",
    "\ud800x.txt": "x.txt",
}


@pytest.mark.parametrize(("said", "safe"), CASES.items(), ids=[repr(said) for said in CASES])
def test_what_a_sender_says_becomes_a_plain_name(said: str, safe: str) -> None:
    assert safe_name(said) == safe
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 500 + ".pdf") == "x" * (MAX_NAME - 4) + ".pdf"
    assert safe_name("y" * 500) == "y" * MAX_NAME
    assert len(safe_name("a." + "b" * 500)) <= MAX_NAME
