"""Pictures made for tests, whole and hostile, and a cleaner that works in this process."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

from cen_core.errors import PictureRefused
from cen_core.imaging import clean
from cen_core.services.picture_files import SIZES, Cleaned

SIZE = (96, 64)
SECRET = b"-1.2921,36.8219 KE/otieno"
"""What stands in the marks of a picture and must be nowhere afterwards."""


class NearCleaner:
    """The same cleaning without a process of its own, which takes half a second."""

    def __init__(self) -> None:
        self.times = 0

    async def clean(self, sent: bytes) -> Cleaned:
        self.times += 1
        try:
            facts, files = clean.clean(sent)
        except clean.Refused as refused:
            raise PictureRefused(reason=refused.reason) from None
        width, height = facts["width"], facts["height"]
        assert isinstance(width, int) and isinstance(height, int)
        return Cleaned(dict(zip(SIZES, files, strict=True)), width, height, str(facts["dhash"]))


def drawn(shade: int = 200, size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """A box with a smaller one in it; another shade is another picture to a hash, too."""
    image = Image.new("L", size, shade)
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width // 8, height // 8, width // 2, height - height // 8), fill=255 - shade)
    draw.rectangle((width // 2 + width // 8, height // 3, width - width // 8, height // 2), fill=shade // 2)
    return image.convert(mode)


def written(image: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    (image or drawn()).save(out, kind, **options)
    return out.getvalue()


def with_marks(kind: str = "JPEG") -> bytes:
    """A picture with the place where it was taken, a thumbnail, a comment, XMP and a colour profile."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "S", 2: (1.0, 17.0, 31.5), 3: "E", 4: (36.0, 49.0, 18.0)})
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + SECRET
    options: dict[str, Any] = {"exif": exif.tobytes() + b"thumbnail " + SECRET, "icc_profile": b"profile " + SECRET}
    if kind == "JPEG":
        options |= {"comment": SECRET, "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415  for this kind only

        info = PngInfo()
        info.add_text("Location", SECRET.decode())
        options |= {"pnginfo": info}
    return written(None, kind, **options)


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that says these measures, with these chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    found = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in found
    )


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Few bytes that become 3,600 million pixels."""
    return png_of(width, height, (b"IDAT", zlib.compress(b"\0" * 1_000_000, 9)))
