"""`make fuzz`: python -m tests.fuzz [--seconds 60] [NAME ...]

Each decoder in a process of its own, under atheris, from the seeds and from what earlier runs found (build/fuzz).
Prints what was run and where a decoder broke; the input stands in build/fuzz/NAME-crash-….
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.decoders import DECODERS
from tests.fuzz.seeds import grown, seeds

FOLDER = Path("build/fuzz")
MAX_BYTES = 16 * 1024
SLOWEST_SECONDS = 10
MEGABYTES = 1_500


def main() -> int:
    given = _arguments()
    _plant(FOLDER / "seeds")
    broken = [name for name in given.names or DECODERS if not _fuzz(name, given.seconds)]
    print(f"{len(broken)} broken: {', '.join(broken)}" if broken else "0 broken")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each decoder")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(DECODERS)}")
    return parser.parse_args()


def _plant(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([*seeds(), *grown()]):
        (folder / f"{number:05}").write_bytes(seed)


def _fuzz(name: str, seconds: int) -> bool:
    corpus = FOLDER / name
    corpus.mkdir(exist_ok=True)
    log = FOLDER / f"{name}.log"
    with log.open("wb") as stream:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.target", name, str(corpus), str(FOLDER / "seeds")),
                f"-max_total_time={seconds}",
                f"-max_len={MAX_BYTES}",
                f"-timeout={SLOWEST_SECONDS}",
                f"-rss_limit_mb={MEGABYTES}",
                f"-artifact_prefix={FOLDER / name}-",
            ],
            stdout=stream,
            stderr=stream,
            check=False,
        )
    said = log.read_text(errors="replace")
    runs = re.findall(r"^#(\d+).*?cov: (\d+)", said, re.MULTILINE)
    count, coverage = runs[-1] if runs else ("0", "0")
    how = "ok" if done.returncode == 0 else f"BROKEN, see {log}"
    print(f"{name:24} {count:>9} runs  {coverage:>6} branches  {how}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
