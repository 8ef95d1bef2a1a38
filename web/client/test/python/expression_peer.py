"""Evaluates expressions made by chance as the Python client does.

Reads {"count": n}; writes [{"expression": …, "at": …, "own": …, "expect": …}, …] in the form of the shared cases.
"""

from __future__ import annotations

import json
import sys
from random import Random

from tests.expression_grammar import made
from tests.vectors.test_expression_cases import result_of

PLACES = (("", "n"), ("", ""), ("items[0]", "q"), ("items[1]", "tint"), ("items[2]", ""), ("items[0].subs[1]", "s"))


def main() -> None:
    count = json.load(sys.stdin)["count"]
    source = Random(11)  # noqa: S311  the same expressions in every run
    said = []
    for _ in range(count):
        at, own = source.choice(PLACES)
        case = {"expression": made(source), "at": at, **({"own": own} if own else {})}
        said.append({**case, "expect": result_of(case)})
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
