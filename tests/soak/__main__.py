"""`make soak`: hours under faults; prints a line for each round and writes the figures into build/soak.json.

    python -m tests.soak --form nodes --minutes 60 [--seed 1] [--pace 0.02] [--result build/soak.json]

Ends with 1 where something was violated. Told to end (SIGTERM, SIGINT) it leaves no process and no mount behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
import structlog

from tests.soak.outcome import Outcome
from tests.soak.soak import LIVE_AGAIN_SECONDS, Plan, soak
from tests.soak.stands import FORMS

BURSTS = 8
FAULTS = 5
CALM_SECONDS = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=FORMS, default=FORMS[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0.02, help="seconds between two records of one client, about")
    parser.add_argument("--result", type=Path, default=Path("build/soak.json"))
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    deadline = time.monotonic() + 60 * options.minutes
    plan = Plan(
        is_over=lambda _: time.monotonic() >= deadline,
        bursts=BURSTS,
        faults=FAULTS,
        pace_seconds=options.pace,
        calm_seconds=CALM_SECONDS,
        live_again_within=LIVE_AGAIN_SECONDS,
    )
    with tempfile.TemporaryDirectory(prefix="cencomm-soak-") as folder:
        outcome = asyncio.run(_ended_by_signals(options.form, Path(folder), plan, options.seed))
    outcome.write(options.result)
    print(outcome, flush=True)
    left = psutil.Process().children(recursive=True)
    for process in left:
        print(f"left behind: {process}", flush=True)
    return 1 if outcome.violations or left else 0


async def _ended_by_signals(form: str, folder: Path, plan: Plan, seed: int) -> Outcome:
    task = asyncio.ensure_future(soak(form, folder, plan, seed=seed, told=partial(print, flush=True)))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    sys.exit("ended before its time")


if __name__ == "__main__":
    sys.exit(main())
