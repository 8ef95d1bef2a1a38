"""Every measurement, one after the other, into `build/bench.json` and a table: `python -m tests.bench`.

Nothing here decides whether the project is in order: figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import asyncio

from tests.bench import browser, delivery, forms, mls, nodes, refdata
from tests.bench.figures import FILE, ROOT, table, write
from tests.browser.building import built_client


def main() -> None:
    built_client()
    figures = delivery.figures(delivery.parser().parse_args([]))
    figures += nodes.figures(nodes.parser().parse_args([]))
    figures += asyncio.run(browser.measure(browser.parser().parse_args([])))
    figures += asyncio.run(mls.measure())
    figures += refdata.figures()
    figures += forms.figures()
    FILE.unlink(missing_ok=True)
    write(figures)
    print(table(figures))
    print(f"written to {FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
