"""What Python's `zipfile` raises over an archive that is not as it was written; its documentation names two of them."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from typing import Final

DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    KeyError,
    NotImplementedError,  # a version or method that nobody has
    OverflowError,
    RuntimeError,  # it claims to be encrypted
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
"""Besides OSError, which a place before the file's beginning gives, too."""
