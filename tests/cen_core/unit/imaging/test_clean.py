"""Hostile and honest pictures: what is refused and why, and that nothing but pixels comes out.

PI-01 of whatever kind, no mark of what came in is in any byte that comes out
PI-02 bombs are refused by their size before a pixel is decoded
PI-03 what is no picture, a vector drawing, or two things at once is refused
PI-04 cut off anywhere: refused, or the library's own error, never a picture
"""

from __future__ import annotations

import io
import json
import sys
import zlib

import pytest
from PIL import Image

from cen_core.imaging import clean
from cen_core.imaging.clean import Refused
from tests.cen_core.drawn import SECRET, bomb, drawn, png_of, with_marks, written
from tests.shared_data import shared_path

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def reason_of(sent: bytes) -> str:
    with pytest.raises(Refused) as refused:
        clean.clean(sent)
    return refused.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pi_01_positions_thumbnails_comments_and_profiles_are_gone(kind: str) -> None:
    sent = with_marks(kind)
    assert SECRET in sent
    _, files = clean.clean(sent)
    for file in files:
        assert SECRET not in file and b"Exif" not in file and b"ICC" not in file and b"xmp" not in file.lower()
        image = Image.open(io.BytesIO(file))
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert not image.getexif()


def test_the_picture_stands_as_its_camera_held_it() -> None:
    facts, _ = clean.clean(with_marks())
    assert (facts["width"], facts["height"]) == (64, 96)


def test_three_sizes_none_larger_than_what_came() -> None:
    facts, files = clean.clean(written(drawn(size=(1_600, 1_000))))
    sizes = [Image.open(io.BytesIO(file)).size for file in files]
    assert sizes == [(1_600, 1_000), (1_280, 800), (320, 200)]
    assert (facts["width"], facts["height"]) == (1_600, 1_000)


def test_a_large_picture_is_kept_smaller() -> None:
    facts, _ = clean.clean(written(drawn(size=(5_000, 2_500)), "PNG"))
    assert (facts["width"], facts["height"]) == (4_096, 2_048)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_mode_of_png_becomes_grey_or_colour(mode: str) -> None:
    image = drawn(mode="L").convert("I").convert("I;16") if mode == "I;16" else drawn(mode=mode)
    _, files = clean.clean(written(image, "PNG"))
    assert Image.open(io.BytesIO(files[0])).mode in {"L", "RGB"}


def test_sixteen_bits_of_grey_keep_their_contrast() -> None:
    deep = Image.new("I;16", (64, 64), 1_000)
    deep.paste(3_000, (0, 0, 32, 64))
    _, files = clean.clean(written(deep, "PNG"))
    grey = Image.open(io.BytesIO(files[0])).convert("L")
    assert grey.getpixel((8, 32)) == pytest.approx(255, abs=6) and grey.getpixel((56, 32)) == pytest.approx(0, abs=6)


def test_what_was_transparent_is_white() -> None:
    _, files = clean.clean(written(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(files[0])).convert("L").getpixel((20, 20)) == 255


def test_a_print_in_four_colours_is_taken() -> None:
    _, files = clean.clean(written(drawn().convert("CMYK")))
    assert Image.open(io.BytesIO(files[0])).mode == "RGB"


@pytest.mark.parametrize("sent", [bomb(), bomb(13_000, 40), png_of(2**31 - 1, 2**31 - 1)], ids=["area", "side", "huge"])
def test_pi_02_a_bomb_is_refused_by_its_measures(sent: bytes) -> None:
    assert len(sent) < 10_000 and reason_of(sent) == "pixels"


def test_pi_02_more_bytes_than_a_picture_may_have() -> None:
    assert reason_of(b"\xff\xd8\xff" + b"\0" * clean.MAX_BYTES) == "bytes"


def test_pi_02_moving_pictures_are_refused() -> None:
    frames = [drawn(shade) for shade in (40, 120, 200)]
    assert reason_of(written(frames[0], "WEBP", save_all=True, append_images=frames[1:])) == "frames"
    assert reason_of(written(frames[0], "PNG", save_all=True, append_images=frames[1:])) == "frames"


def test_pi_02_a_text_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    packed = zlib.compress(b"\0" * 50_000_000, 9)
    whole = zlib.compress(b"".join(b"\0" + b"\x80" * 40 for _ in range(40)))
    sent = png_of(40, 40, (b"zTXt", b"a\0\0" + packed), (b"IDAT", whole))
    try:
        _, files = clean.clean(sent)
    except Refused as refused:
        assert refused.reason == "damaged"
    else:
        assert all(b"zTXt" not in file for file in files)


def test_a_dot_is_no_picture() -> None:
    assert reason_of(written(drawn(size=(8, 8)))) == "small"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b"%PDF-1.7\n",
        b"PK\x03\x04" + b"\0" * 40,
        b"MZ\x90\0",
        b"<html><script>alert(1)</script>",
        b"\x1f\x8b\x08\0",
        written(drawn(), "GIF"),
        written(drawn(), "BMP"),
        written(drawn(), "TIFF"),
        b"RIFF\x10\0\0\0WAVEfmt ",
    ],
    ids=["empty", "svg", "svg-bom", "pdf", "zip", "exe", "html", "svgz", "gif", "bmp", "tiff", "wav"],
)
def test_pi_03_what_is_no_photograph_is_refused_by_its_bytes(sent: bytes) -> None:
    assert reason_of(sent) == "type"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("second", [b"PK\x03\x04 a zip", SVG, b"<script>", b"%PDF-1.7", b"\0\0MZ"], ids=range(5))
def test_pi_03_two_things_at_once_are_refused(kind: str, second: bytes) -> None:
    assert reason_of(written(None, kind) + second) == "trailing"


def test_pi_03_a_script_in_a_segment_does_not_come_out() -> None:
    _, files = clean.clean(written(None, "JPEG", comment=b"*/=alert(1);/*<script>alert(1)</script>"))
    assert all(b"script" not in file and b"alert" not in file for file in files)


def test_pi_03_the_smaller_copies_that_phones_write_behind_are_dropped() -> None:
    one = written()
    facts, files = clean.clean(one + written(drawn(30, (40, 40))) + b"\0" * 16)
    assert (facts["width"], facts["height"]) == (96, 64) and files == clean.clean(one)[1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pi_04_cut_off_anywhere_it_is_refused(kind: str) -> None:
    whole = written(None, kind)
    for end in range(0, len(whole) - 1, max(len(whole) // 60, 1)):
        assert reason_of(whole[:end]) in {"type", "damaged", "small", "pixels"}, end


def test_pi_04_every_hostile_text_of_the_collections_is_refused() -> None:
    for line in shared_path("data", "badinput", "payloadbox", "xss-payload-list.txt").read_bytes().splitlines()[:400]:
        assert reason_of(line) == "type"
    collected = shared_path("data", "badinput", "blns", "blns.txt").read_bytes()
    assert reason_of(collected) == "type"
    assert reason_of(written() + collected) == "trailing"


def test_pictures_that_look_alike_have_hashes_that_are_near() -> None:
    whole = drawn(size=(600, 400))
    near = [whole.resize((300, 200)), Image.open(io.BytesIO(written(whole, "JPEG", quality=20)))]
    own = clean.dhash(whole)
    assert all((own ^ clean.dhash(other)).bit_count() <= 4 for other in near)
    assert (own ^ clean.dhash(whole.rotate(90, expand=True))).bit_count() > 11


def _program(sent: bytes, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> bytes:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    clean.main()
    out: bytes = capsysbinary.readouterr().out
    return out


def test_as_a_program_it_writes_facts_and_files(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    line, _, files = _program(written(), monkeypatch, capsysbinary).partition(b"\n")
    said = json.loads(line)
    assert (said["width"], said["height"], len(said["dhash"])) == (96, 64, 16)
    assert sum(said["lengths"]) == len(files) and files.startswith(b"\xff\xd8\xff")


def test_as_a_program_it_writes_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert json.loads(_program(SVG, monkeypatch, capsysbinary)) == {"refused": "type"}
