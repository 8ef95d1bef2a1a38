"""The process that decodes: what it gives back, what becomes of one that misbehaves, and that it is given nothing.

PW-01 a whole picture through a real process
PW-02 one that takes too long, too much memory or dies is refused, and is gone
PW-03 what it says is believed no further than its shape
PW-04 it starts without our surroundings and cannot write a file
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import pytest

from cen_core.errors import PictureRefused
from cen_core.imaging.worker import _BOUNDS, PictureCleaner
from tests.cen_core.drawn import NearCleaner, bomb, written


def saying(program: str, **options: float) -> PictureCleaner:
    return PictureCleaner(command=(sys.executable, "-I", "-c", program), **options)


async def reason_of(cleaner: PictureCleaner, sent: bytes = b"x") -> str:
    with pytest.raises(PictureRefused) as refused:
        await cleaner.clean(sent)
    return str(refused.value.facts["reason"])


async def test_pw_01_a_process_does_what_the_function_does() -> None:
    assert await PictureCleaner().clean(written()) == await NearCleaner().clean(written())


async def test_pw_01_a_refusal_comes_through() -> None:
    assert await reason_of(PictureCleaner(), bomb()) == "pixels"


async def test_pw_02_one_that_never_ends_is_ended() -> None:
    assert await reason_of(saying("import time; time.sleep(600)", seconds=0.3)) == "too_heavy"


@pytest.mark.skipif(sys.platform != "linux", reason="the bound on memory is Linux's")
async def test_pw_02_memory_is_bounded() -> None:
    bounds = _BOUNDS.rpartition("runpy.run_path")[0]
    assert await reason_of(saying(bounds + "bytearray(8 * 1024**3)")) == "damaged"


async def test_pw_02_one_that_dies_is_a_refusal() -> None:
    assert await reason_of(saying("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")) == "too_heavy"
    assert await reason_of(saying("raise SystemExit(1)")) == "damaged"


def answering(said: object, files: bytes = b"") -> PictureCleaner:
    text = json.dumps(said).encode() + b"\n" + files
    return saying(f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({text!r})")


FACTS = {"width": 9, "height": 9, "dhash": "0f", "lengths": [3, 3, 3]}


@pytest.mark.parametrize(
    ("said", "files"),
    [
        ([], b""),
        ({}, b""),
        ("refused", b""),
        (FACTS, b"\xff\xd8\xff" * 2),
        (FACTS, b"\xff\xd8\xff" * 4),
        (FACTS, b"<svg>.svg"),
        (FACTS | {"lengths": [9]}, b"\xff\xd8\xff" * 3),
        (FACTS | {"lengths": [-3, 9, 3]}, b"\xff\xd8\xff" * 3),
        (FACTS | {"dhash": "no"}, b"\xff\xd8\xff" * 3),
        (FACTS | {"dhash": "f" * 40}, b"\xff\xd8\xff" * 3),
        (FACTS | {"width": "wide"}, b"\xff\xd8\xff" * 3),
    ],
    ids=["list", "empty", "text", "short", "long", "svg", "one", "negative", "hash", "long-hash", "width"],
)
async def test_pw_03_an_answer_of_another_shape_is_a_refusal(said: object, files: bytes) -> None:
    assert await reason_of(answering(said, files)) == "damaged"


async def test_pw_03_a_whole_answer_is_taken() -> None:
    cleaned = await answering(FACTS, b"\xff\xd8\xff" * 3).clean(b"x")
    assert (cleaned.width, cleaned.dhash, list(cleaned.files)) == (9, "000000000000000f", ["full", "screen", "thumb"])


@pytest.mark.skipif(sys.platform == "win32", reason="bounds are those of POSIX")
async def test_pw_04_it_has_no_surroundings_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CENCOMM_DATABASE_URL", "postgresql://secret")
    path = tmp_path_factory.mktemp("w") / "written"
    bounds = _BOUNDS.rpartition("runpy.run_path")[0]
    program: Sequence[str] = (
        bounds,
        "import os",
        "assert 'CENCOMM_DATABASE_URL' not in os.environ",
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        f"opened = os.open({str(path)!r}, os.O_CREAT | os.O_WRONLY)",
        "try:\n    os.write(opened, b'x')\nexcept OSError:\n    raise SystemExit(0)",
        "raise SystemExit(7)",
    )
    assert await reason_of(saying("\n".join(program))) == "damaged"
    assert path.read_bytes() == b""
