"""Hostile text of every collection, as every kind of text that a screen shows: it stands there letter by letter and
does nothing.

    messages        each line by itself, read live; the nastiest also typed, kept as a draft and quoted
    names           of people, of the operation, its code and description; of what is searched
    templates       labels, hints, codes and messages of rules, in a form that is opened and filled
    answers         in the card of a record, and in the form that amends it

Nothing runs (a dialog, a window or a request to another origin is an error of the page), nothing becomes markup.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from cencomm.templates_forms.model import Template
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.stage import Stage
from tests.e2e.world import texts
from tests.unit.export.hostile import HOSTILE, bad_lines
from tests.unit.templates_forms.forms import decoded, small_data

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY = 4
"""Of the collections every fourth line goes through the group by itself, and others of them into the forms."""
TYPED_EVERY = 400
BATCH = 30
"""Fewer than the lines that are drawn while one reads along."""
FLUSH_SECONDS = 120
LABEL = 1_900
TYPED = [text for text in HOSTILE if len(text) < 1_000 and text.isprintable()]
MARKUP = ("<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", '"><script>alert(1)</script>', "javascript:alert(1)")
NAMES = {"KE/otieno": f"Otieno {MARKUP[0]}", "BR/silva": f"Silva {MARKUP[2]}\u202e'; DROP TABLE"}
TITLE = f"Tiger {MARKUP[1]} {{title}} %s ${{1+1}}"

TRAPS = """for (const name of ["alert", "confirm", "prompt", "print", "open"])
  globalThis[name] = () => console.error(`${name} was called`);
globalThis.name = "untouched";"""

SAID = """() => [...document.querySelectorAll('[role=log] .say')].map((said) => said.textContent)"""

FOREIGN = """() => {
  const here = [...document.querySelectorAll("*")];
  const active = new Set(["IFRAME", "OBJECT", "EMBED", "APPLET", "BASE", "FRAME", "STYLE", "MARQUEE", "math"]);
  const does = ({ name, value }) => name.startsWith("on") || /^\\s*(?:javascript|vbscript|data:text)/i.test(value);
  const says = (one) => [one.tagName, ...[...one.attributes].map((given) => `${given.name}=${given.value}`)].join(" ");
  return here.filter((one) =>
    active.has(one.tagName)
    || (one.tagName === "SCRIPT" && !new URL(one.src, location.href).pathname.startsWith("/assets/"))
    || (one.tagName === "IMG" && !/^(?:blob:|data:image)/.test(one.src))
    || [...one.attributes].some(does)
  ).map(says);
}"""
"""Everything active or foreign in the page; what the screens themselves are made of is none of it."""


async def _is_inert(page: Page) -> None:
    assert await page.evaluate(FOREIGN) == []
    assert await page.evaluate("globalThis.name") == "untouched"


def _chunks(lines: Iterable[str], size: int) -> Iterator[str]:
    """The lines put together to texts of at most that size."""
    held = ""
    for line in lines:
        if held and len(held) + 1 + len(line) > size:
            yield held
            held = ""
        held = f"{held} {line}".strip()[:size]
    if held:
        yield held


def _hostile_template(words: Iterator[str]) -> Template:
    """The small form with all its words replaced, and as many fields more as it takes to say them all."""
    raw = small_data()
    _reword(raw, words)
    fields = raw["groups"][0]["children"]
    for number, label in enumerate(words):
        hint = next(words, label)
        fields.append(
            {"kind": "field", "key": f"f{number}", "type": "longtext", "labels": {"en": label}, "hints": {"en": hint}}
        )
    return decoded(raw)


def _reword(node: Any, words: Iterator[str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("labels", "messages", "constraint_messages"):
                node[key] = {"en": next(words)}
            else:
                _reword(value, words)
    elif isinstance(node, list):
        for value in node:
            _reword(value, words)


NO_WELCOME = r"answer 404: GET \S+/welcome$"
"""Whoever opens a group needs none, and learns that when he asks."""


async def _operation(organiser: Client, title: str, *officers: str) -> Cug:
    cug = await organiser.open_cug(title, operation_code=MARKUP[0], about=MARKUP[2])
    await cug.admit_all({OfficerId(officer): Role.OFFICER for officer in officers})
    return cug


def _batches(lines: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(lines), BATCH):
        yield lines[start : start + BATCH]


async def _reads_all(karim: Person, cug: Cug, lines: Iterable[str]) -> None:
    """Send every line and find it on the screen as it was sent."""
    for batch in _batches(list(lines)):
        for line in batch:
            await cug.send_text(line)
        await cug.flush(FLUSH_SECONDS)
        await karim.page.wait_for_function(
            f"wanted => ({SAID})().slice(-wanted.length).join() === wanted.join()", arg=batch
        )
        await _is_inert(karim.page)


async def test_every_line_is_read_as_it_was_sent_and_does_nothing(stage: Stage) -> None:
    lines = [*TYPED, *bad_lines()[::EVERY]]
    await stage.enrol("KE/otieno", NAMES["KE/otieno"])
    async with stage.officer("EG/karim", "ar") as karim, stage.world.officer("KE/otieno") as otieno:
        await karim.context.add_init_script(TRAPS)
        cug = await _operation(otieno, TITLE, "EG/karim")
        await karim.page.reload()
        await karim.unlock()
        await karim.enter(TITLE)
        await _reads_all(karim, cug, lines)
        await expect(karim.heading(TITLE)).to_be_visible()
        await expect(karim.page.get_by_text(NAMES["KE/otieno"]).filter(visible=True).first).to_be_visible()


async def test_what_is_typed_stays_text_wherever_one_types(stage: Stage) -> None:
    await stage.enrol("BR/silva", NAMES["BR/silva"])
    async with stage.officer("FR/moreau", "fr") as moreau, stage.world.officer("BR/silva") as silva:
        await moreau.context.add_init_script(TRAPS)
        cug = await _operation(silva, "Typed", "FR/moreau")
        await moreau.page.reload()
        await moreau.unlock()
        await moreau.enter("Typed")
        typed = [text for text in (*TYPED, *bad_lines()[::TYPED_EVERY], *MARKUP, "the last one") if text.strip()]
        for text in typed:
            await moreau.write(text)
            await moreau.reads(text.strip())
        await moreau.is_stored(typed[-1].strip())
        await cug.wait_seq(cug.last_seq)
        assert texts(cug) == [text.strip() for text in typed], "what was typed is what was sent"
        await _is_inert(moreau.page)
        for text in MARKUP:
            await moreau.page.get_by_role("searchbox").fill(text)
            await _is_inert(moreau.page)
        await moreau.page.get_by_role("searchbox").fill("")
        moreau.watch.expect(NO_WELCOME)
        await moreau.open("#/new")
        await moreau.field("org.name").fill(MARKUP[0])
        await moreau.field("org.about").fill(MARKUP[2])
        await moreau.click("org.open")
        await expect(moreau.heading(MARKUP[0])).to_be_visible(timeout=PATIENCE_MS)
        await _is_inert(moreau.page)


async def test_a_template_and_its_answers_stay_text(stage: Stage) -> None:
    words = list(_chunks((line for line in bad_lines()[1::EVERY] if line.strip()), LABEL))
    template = _hostile_template(iter(words))
    keys = [field.key for field in template.fields.values() if field.key.startswith("f")]
    await stage.enrol("KE/wanjiru", NAMES["KE/otieno"])
    async with stage.officer("PT/almeida", "en") as almeida, stage.world.officer("KE/wanjiru") as wanjiru:
        await almeida.context.add_init_script(TRAPS)
        cug = await _operation(wanjiru, "Forms", "PT/almeida")
        await cug.publish_template(template)
        await cug.flush(FLUSH_SECONDS)
        answers = {"count": 2, "name": MARKUP[0], "note": MARKUP[1], "row": [{"owner": MARKUP[2], "colour": "red"}]}
        hostile = dict(zip(keys, itertools.cycle([*words, *MARKUP]), strict=False))
        await cug.submit(template.hash, {**answers, **hostile})
        await cug.flush(FLUSH_SECONDS)
        await almeida.page.reload()
        await almeida.unlock()
        await almeida.enter("Forms")
        await almeida.click("card.more")
        await almeida.sees_text(MARKUP[2])
        shown = await almeida.page.get_by_role("article").first.inner_text()
        for said in hostile.values():
            assert _folded(said) in _folded(shown)
        await _is_inert(almeida.page)
        await almeida.open(f"#/group/{cug.id.hex()}/form/{template.hash.hex()}")
        await expect(almeida.page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
        labels = await almeida.page.evaluate("() => document.querySelector('main').textContent")
        for key in keys:
            assert _folded(template.fields[key].labels["en"]) in _folded(labels)
            assert _folded(template.fields[key].hints["en"]) in _folded(labels)
        for text in MARKUP:
            await almeida.page.get_by_role("textbox").nth(3).fill(text)
            await _is_inert(almeida.page)


def _folded(text: str) -> str:
    """Without white space, which a layout may put anywhere or take away."""
    return re.sub(r"\s+", "", text)
