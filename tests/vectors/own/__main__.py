"""Writes the vectors beside this file: `python -m tests.vectors.own`."""

from __future__ import annotations

from pathlib import Path

from tests.vectors.own.make import FILES, text_of

HERE = Path(__file__).resolve().parent


def main() -> None:
    for name, make in FILES.items():
        (HERE / name).write_text(text_of(make()), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
