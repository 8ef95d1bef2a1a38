"""From a picture that somebody sent to one that holds nothing but pixels. Run as a program, in a process of its own.

What comes in is judged by its bytes, never by its name: one whole JPEG, PNG or WebP and nothing after it. It is
decoded, turned as its camera held it, and written anew in three sizes, so that positions, thumbnails, comments, colour
profiles and whatever else stood in it are not there any more. `worker.py` starts this file with bounds on memory, time
and files; it imports nothing of ours, so that it starts quickly and can reach nothing.

    in    the bytes of the picture
    out   one line of JSON, then the three JPEG files whose lengths it gives; or one line with the reason of a refusal
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 12_000
MIN_SIDE: Final = 32
MAX_FOLLOWING: Final = 8
"""Smaller copies and depth maps that phones write after the picture, each a JPEG by itself."""
SIZES: Final = {"full": 4_096, "screen": 1_280, "thumb": 320}
"""Longest side in pixels, the largest first."""
QUALITY: Final = {"full": 88, "screen": 80, "thumb": 74}
WHITE: Final = (255, 255, 255)

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_PNG = b"\x89PNG\r\n\x1a\n"
_DEEP: Final = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})
"""More than eight bits of grey, as scanners write."""


class Refused(Exception):
    """Facts: `reason`, a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(sent: bytes) -> tuple[dict[str, object], list[bytes]]:
    """The facts (width, height, dhash) and the files in the order of `SIZES`. Raises Refused."""
    if len(sent) > MAX_BYTES:
        raise Refused("bytes")
    kind = _kind_of(sent)
    _check_end(kind, sent)
    image = _opened(kind, sent)
    made = _plain(image)
    full = _fitted(made, SIZES["full"])
    facts: dict[str, object] = {"width": full.width, "height": full.height, "dhash": f"{dhash(full):016x}"}
    return facts, [_written(_fitted(full, side), QUALITY[name]) for name, side in SIZES.items()]


def _kind_of(sent: bytes) -> str:
    if sent.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if sent.startswith(_PNG):
        return "PNG"
    if sent[:4] == b"RIFF" and sent[8:12] == b"WEBP":
        return "WEBP"
    raise Refused("type")


def _check_end(kind: str, sent: bytes) -> None:
    """A file that is two things at once carries the second one behind the first. Raises Refused."""
    end = {"JPEG": _jpeg_end, "PNG": _png_end, "WEBP": _webp_end}[kind](sent)
    for _ in range(MAX_FOLLOWING):
        if kind != "JPEG" or sent[end : end + 3] != b"\xff\xd8\xff":
            break
        end = _jpeg_end(sent, end)
    if sent[end:].strip(b"\0"):
        raise Refused("trailing")


def _jpeg_end(sent: bytes, start: int = 0) -> int:
    """Behind the end marker. Segments are stepped over by their lengths, so that no marker inside of one is taken."""
    at = start + 2
    while True:
        found = _MARKER.search(sent, at)
        if found is None:
            raise Refused("damaged")
        marker, at = sent[found.start() + 1], found.end()
        if marker == 0xD9:
            return at
        if marker not in {0x01, 0xD8}:
            if at + 2 > len(sent):
                raise Refused("damaged")
            at += max(2, struct.unpack_from(">H", sent, at)[0])


def _png_end(sent: bytes) -> int:
    at: int = len(_PNG)
    while at + 12 <= len(sent):
        length, name = struct.unpack_from(">I4s", sent, at)
        at += 12 + length
        if name == b"acTL":
            raise Refused("frames")
        if name == b"IEND" and at <= len(sent):
            return at
    raise Refused("damaged")


def _webp_end(sent: bytes) -> int:
    length: int = struct.unpack_from("<I", sent, 4)[0]
    if 8 + length > len(sent):
        raise Refused("damaged")
    return 8 + length


def _opened(kind: str, sent: bytes) -> Image.Image:
    """Decoded. Its size is looked at before a pixel is. Raises Refused."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        image = Image.open(io.BytesIO(sent), formats=(kind,))
        if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
            raise Refused("pixels")
        if min(image.size) < MIN_SIDE:
            raise Refused("small")
        if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
            raise Refused("frames")
        image.draft("RGB", (SIZES["full"], SIZES["full"]))  # a large JPEG is never decoded larger than it is kept
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error):
        raise Refused("damaged") from None
    return image


def _plain(image: Image.Image) -> Image.Image:
    """Upright, in grey or RGB, made of pixels alone."""
    try:
        upright = ImageOps.exif_transpose(image)
    except (SyntaxError, ValueError, TypeError, KeyError, OSError, struct.error, AttributeError):
        upright = image  # what a camera wrote beside the pixels is damaged: it counts for nothing
    if upright.mode in _DEEP:
        plain = _eight_bits(upright)
    elif "transparency" in upright.info or "A" in upright.getbands():
        plain = Image.new("RGB", upright.size, WHITE)
        seen = upright.convert("RGBA")
        plain.paste(seen, mask=seen.getchannel("A"))
    else:
        plain = upright.convert("L" if upright.mode in {"1", "L"} else "RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _eight_bits(image: Image.Image) -> Image.Image:
    """The darkest grey that there is as black, the lightest as white."""
    deep = image.convert("F")
    least, most = deep.getextrema()
    assert isinstance(least, float) and isinstance(most, float)
    scale = 255 / (most - least) if most > least else 0.0
    return deep.point(lambda value: value * scale - least * scale).convert("L")


def _fitted(image: Image.Image, side: int) -> Image.Image:
    """No larger than this; never made larger."""
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _written(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def dhash(image: Image.Image) -> int:
    """64 bits, eight rows of eight: whether each of nine columns is lighter than the next one, on the shrunken picture.

    Pictures that look alike differ in few of them, whatever their size, quality or brightness.
    """
    small = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (small[at] > small[at + 1])
    return bits


def main() -> None:
    answer: dict[str, object]
    try:
        facts, files = clean(sys.stdin.buffer.read(MAX_BYTES + 1))
    except Refused as refused:
        answer, files = {"refused": refused.reason}, []
    except MemoryError:
        answer, files = {"refused": "too_heavy"}, []
    else:
        answer = facts | {"lengths": [len(file) for file in files]}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(files))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
