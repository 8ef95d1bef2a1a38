"""`make soak`: runs with ever new seeds until the time is over; prints faults, operations and violations of each.

python -m tests.soak --minutes 60 [--faults 40] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.postgres import mortal_postgres
from tests.redis_server import running_redis
from tests.soak.soak import soak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--faults", type=int, default=40, help="in each run")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    options = parser.parse_args()
    deadline = time.monotonic() + 60 * options.minutes
    seed, found = options.seed, 0
    while seed == options.seed or time.monotonic() < deadline:
        with mortal_postgres() as postgres, running_redis() as redis, tempfile.TemporaryDirectory() as folder:
            database_url = postgres.new_database()
            run = soak(postgres, redis, database_url, Path(folder), faults=options.faults, seed=seed)
            outcome = asyncio.run(run)
        print(f"seed {seed}\n{outcome}\n", flush=True)
        found += len(outcome.violations)
        seed += 1
    print(f"{seed - options.seed} runs, {found} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
