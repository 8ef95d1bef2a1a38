"""axe-core on what is on the screen: WCAG 2.2 A and AA."""

from __future__ import annotations

from functools import cache

from playwright.async_api import Page

from tests.browser.building import CLIENT

_SOURCE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
  // A colour on its way from one to another has a contrast that nobody sees.
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
  const {violations} = await axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    resultTypes: ["violations"],
  });
  return violations.map(({id, nodes}) => `${id} at ${nodes.map(({target}) => String(target)).join(", ")}`);
}"""


@cache
def _source() -> str:
    return _SOURCE.read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """What is not accessible, as `rule at elements`; also a page that is wider than its window."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(_source())
    found: list[str] = await page.evaluate(_RUN)
    across = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{across} px too wide"] if across > 0 else [])]
