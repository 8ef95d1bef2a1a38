"""Fills in a form by the keyboard alone and counts the keys, as an officer does who looks at the lists while typing."""

from __future__ import annotations

import re

from tests.browser.person import PATIENCE_MS, Person
from tests.browser.seizure import TEMPLATE

_WRITTEN = re.compile(r"[A-Z0-9]{1,6}")
"""Codes that stand in the lists beside their names, such as EC or KGM: officers know them."""
_FAR = 40
"""No question is so many stops away from the one before."""
_AT = """() => document.activeElement?.closest("[data-field]")?.getAttribute("data-field") ?? \"\""""
_IN_HAND = f"() => ({_AT})() !== ''"
_OFFERED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const label = document.querySelector('[role="option"][aria-selected="true"] > span')?.firstChild;
  return label?.textContent ?? "";
}"""


class Typist:
    """One pair of hands; it begins where the form puts the focus."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.strokes = 0

    @classmethod
    async def at(cls, person: Person) -> Typist:
        """Once the form has put the focus: it does so a frame later, and would take it from an earlier key."""
        await person.page.wait_for_function(_IN_HAND, timeout=PATIENCE_MS)
        return cls(person)

    async def press(self, key: str, *, keys: int = 1) -> None:
        await self.person.page.keyboard.press(key)
        self.strokes += keys

    async def answer(self, path: str, answer: str) -> None:
        """Go to a question and answer it: a code by as much of its name as is needed until the list offers it first."""
        await self._go_to(path)
        field = TEMPLATE.fields[path.rpartition(".")[2]]
        if field.type != "code":
            await self._type(answer)
            return
        name = TEMPLATE.code_word(field.code_list or "", answer, self.person.language)
        for letter in answer if _WRITTEN.fullmatch(answer) else name:
            await self._type(letter)
            if await self.person.page.evaluate(_OFFERED) == name:
                return
        raise AssertionError(f"{path} never offers {name}")

    async def _type(self, text: str) -> None:
        await self.person.page.keyboard.type(text)
        self.strokes += len(text)

    async def _go_to(self, path: str) -> None:
        for _ in range(_FAR):
            if await self.person.page.evaluate(_AT) == path:
                return
            await self.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {path}")
