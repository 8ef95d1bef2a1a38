"""Every measurement, one after the other, into `build/bench.json` and a table.

    python -m tests.bench                                  everything
    python -m tests.bench --only fanout,latency            these sections; what others left in the file stays

Nothing here decides whether the project is in order: figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable

from tests.bench import (
    browser,
    catch_up,
    delivery,
    extraction,
    fanout,
    forms,
    idle,
    latency,
    mls,
    mls_python,
    nodes,
    refdata,
    slow_reader,
    stand,
)
from tests.bench.figures import FILE, ROOT, Figure, table, write
from tests.browser.building import built_client


def _apart(section: Callable[[bool], list[Figure]]) -> Callable[[bool], list[Figure]]:
    """With the generator off the server's core, and every core again afterwards."""

    def run(full: bool) -> list[Figure]:
        all_cores = os.sched_getaffinity(0)
        with stand.on_generator_core():
            found = section(full)
        assert os.sched_getaffinity(0) == all_cores
        return found

    return run


def _browser(_full: bool) -> list[Figure]:
    built_client()
    return asyncio.run(browser.measure(browser.parser().parse_args([])))


def _browser_mls(_full: bool) -> list[Figure]:
    built_client()
    return asyncio.run(mls.measure())


SECTIONS: dict[str, Callable[[bool], list[Figure]]] = {
    "fanout": _apart(fanout.figures),
    "latency": _apart(latency.figures),
    "slow": _apart(slow_reader.figures),
    "memory": _apart(idle.figures),
    "catching-up": _apart(catch_up.figures),
    "nodes": lambda _: nodes.figures(nodes.parser().parse_args([])),
    "mls": mls_python.figures,
    "delivery": lambda _: delivery.figures(delivery.parser().parse_args([])),
    "browser": _browser,
    "browser-mls": _browser_mls,
    "extraction": extraction.figures,
    "refdata": lambda _: refdata.figures(),
    "forms": lambda _: forms.figures(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help=f"sections, with commas between: {', '.join(SECTIONS)}")
    parser.add_argument("--full", action="store_true", help="MLS groups of a thousand as well")
    options = parser.parse_args()
    chosen = options.only.split(",") if options.only else list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if not options.only:
        FILE.unlink(missing_ok=True)
    for name in chosen:
        found = SECTIONS[name](options.full)
        write(found)
        print(table(found), flush=True)
    print(f"written to {FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
