"""One decoder under atheris: python -m tests.fuzz.target NAME [folders and options of libFuzzer]"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["cencomm", "cen_core"]):
    from tests.fuzz.decoders import DECODERS, survives


def main() -> None:
    decode = DECODERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda data: survives(decode, data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
