"""An officer at a browser: what he sees and does, by the words that stand on the screen in his language.

Everything is found by role and accessible name. `key` is a message's key without the prefix `web.`:

    await karim.click("room.send")                    the button that is called "Send" in Karim's language
    await karim.sees("line.online")                   the sentence stands somewhere on the screen
    await karim.page.get_by_role(...)                 and whatever Playwright offers
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from playwright.async_api import BrowserContext, Locator, Page, expect

from cencomm.i18n import message
from cencomm.i18n.messages import MESSAGES
from tests.browser.browsers import Watch
from tests.e2e.world import PASSWORD

OPTIONAL = "ui.optional"
PERSONAL = "form.personal"
OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español", "ru": "Русский", "ar": "العربية", "pt": "Português"}
PATIENCE_MS = 30_000
"""Of an assertion: two browsers, a server and Argon2 share the machine."""
NEW_DEVICE = (r"answer 404: POST \S+/v1/session/device$", r"answer 404: GET \S+/welcome$")
"""A device that asks for its session learns that it is new, and that it comes into its CUGs by itself."""
_ISOLATE, _POP = "\u2068", "\u2069"
_FACT = "\ue000"

Text = str | re.Pattern[str]


def words(language: str, key: str, **facts: str | int) -> Text:
    """A sentence of the screens; with facts, whether or not they are isolated for their direction."""
    if not facts:
        return message(f"web.{key}", {}, language)
    isolated = {name: f"{_ISOLATE}{fact}{_POP}" if isinstance(fact, str) else fact for name, fact in facts.items()}
    said = re.escape(message(f"web.{key}", isolated, language))
    return re.compile(said.replace(_ISOLATE, f"{_ISOLATE}?").replace(_POP, f"{_POP}?"))


def sentence(key: str, language: str) -> re.Pattern[str]:
    """What a message of any kind says, whatever its facts are; spaces as Playwright reads them, all of one kind."""
    english = MESSAGES[key]
    assert isinstance(english, str)
    facts = {name: _FACT for _, name, _, _ in Formatter().parse(english) if name is not None}
    said = re.sub(r"\s+", " ", message(key, facts, language))
    return re.compile(".*".join(re.escape(part) for part in said.split(_FACT)))


def label_of(language: str, label: str) -> re.Pattern[str]:
    """The accessible name of a field: its label, perhaps with the marks for optional and personal."""
    marks = "|".join(re.escape(str(words(language, key))) for key in (OPTIONAL, PERSONAL))
    return re.compile(rf"^\s*{re.escape(label)}(?:\s+(?:{marks}))*\s*$")


@dataclass
class Person:
    """`account` is `KE/otieno`; `page` is the tab at which he sits."""

    account: str
    language: str
    url: str
    context: BrowserContext
    page: Page
    watch: Watch

    def words(self, key: str, **facts: str | int) -> Text:
        return words(self.language, key, **facts)

    # ------------------------------------------------------------ finding and doing

    def button(self, key: str, **facts: str | int) -> Locator:
        return self.page.get_by_role("button", name=self.words(key, **facts), exact=True)

    def link(self, key: str) -> Locator:
        return self.page.get_by_role("link", name=self.words(key), exact=True)

    def heading(self, text: str) -> Locator:
        return self.page.get_by_role("heading", name=text, exact=True)

    def field(self, key: str) -> Locator:
        return self.labelled(message(f"web.{key}", {}, self.language))

    def labelled(self, label: str) -> Locator:
        return self.page.get_by_label(label_of(self.language, label))

    def text(self, key: str, **facts: str | int) -> Locator:
        return self.page.get_by_text(self.words(key, **facts))

    async def click(self, key: str, **facts: str | int) -> None:
        await self.button(key, **facts).click()

    async def sees(self, key: str, **facts: str | int) -> None:
        await expect(self.text(key, **facts).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)

    async def sees_text(self, text: Text) -> None:
        await expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)

    async def choose(self, field: Locator, option: str) -> None:
        """Take an option of a list with search, by its words."""
        await field.fill(option)
        await self.page.get_by_role("option", name=option).first.click()

    # ------------------------------------------------------------ the door

    async def open(self, fragment: str = "") -> None:
        await self.page.goto(f"{self.url}/{fragment}")

    async def speak(self) -> None:
        """At the door, choose one's language if the browser does not say it."""
        if await self.page.evaluate("document.documentElement.lang") != self.language:
            await self.page.get_by_role("button", name=OWN_NAMES[self.language], exact=True).click()

    async def follow_link(self, sheet: str) -> None:
        """Open the sign-in link of a sheet, as it stands on paper or comes from `make run`."""
        await self.open(f"#sheet={sheet}")
        await self.speak()
        await self.sees("gate.first_title")

    async def enrol(self, sheet: str, password: str = PASSWORD) -> None:
        """A new account; it still waits for its certificate afterwards."""
        self.watch.expect(*NEW_DEVICE)
        await self._with_sheet(sheet, "enrol", password)

    async def add_device(self, sheet: str, password: str = PASSWORD) -> None:
        """This browser becomes a device of an account that exists."""
        self.watch.expect(*NEW_DEVICE)
        await self._with_sheet(sheet, "device", password)

    async def recover(self, sheet: str, password: str) -> None:
        """The password is forgotten: the sheet gives another one."""
        self.watch.expect(*NEW_DEVICE)
        await self._with_sheet(sheet, "recover", password)

    async def _with_sheet(self, sheet: str, way: str, password: str) -> None:
        await self.follow_link(sheet)
        await self.sees("gate.way_enrol" if way == "enrol" else "gate.way_device")
        if way == "recover":
            await self.click("gate.forgot")
        if way == "device":
            await self.field("gate.password").fill(password)
        else:
            await self.field("gate.new_password").fill(password)
            await self.field("gate.repeat").fill(password)
        await self.click(f"gate.do_{way}")
        await self.is_in()

    async def unlock(self, password: str = PASSWORD) -> None:
        await self.field("gate.password").fill(password)
        await self.click("gate.continue")
        await self.is_in()

    async def is_in(self) -> None:
        """The list of groups stands there."""
        title = self.page.get_by_role("heading", name=self.words("list.title"), exact=True)
        await expect(title).to_be_visible(timeout=PATIENCE_MS)

    # ------------------------------------------------------------ in a group

    def group(self, title: str) -> Locator:
        """Its line in the list."""
        return self.page.get_by_role("link").filter(has_text=title)

    async def enter(self, title: str) -> None:
        """Open a group; it may be admitted to it only in a moment."""
        line = self.group(title)
        await expect(line).to_be_visible(timeout=PATIENCE_MS)
        await line.click()
        await expect(self.composer).to_be_visible(timeout=PATIENCE_MS)

    @property
    def composer(self) -> Locator:
        """Where one writes: the text box that invites to it."""
        return self.page.get_by_role("textbox", name=re.compile(self._invitation()))

    def _invitation(self) -> str:
        invitation = re.escape(message("web.room.write", {"title": "\ue000"}, self.language))
        return invitation.replace("\ue000", ".*")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def entry(self, text: str) -> Locator:
        """The entry of the conversation in which `text` stands, sent or still waiting."""
        return self.log.locator(".entry").filter(has_text=text)

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.click("room.send")

    async def reads(self, text: str) -> None:
        await expect(self.entry(text).last).to_be_visible(timeout=PATIENCE_MS)

    async def is_stored(self, text: str) -> None:
        """One's own entry has come back from the server."""
        stored = self.entry(text).get_by_text(self.words("entry.stored"), exact=True)
        await expect(stored).to_be_visible(timeout=PATIENCE_MS)

    # ------------------------------------------------------------ organising

    async def open_new_group(self, title: str, *, code: str = "", with_form: bool = True) -> None:
        """From the list: a group of one's own. One is in it afterwards, beside its members."""
        await self.click("list.new")
        await self.field("org.name").fill(title)
        await self.field("org.code").fill(code)
        await self.page.get_by_role("checkbox", name=self.words("org.with_form"), exact=True).set_checked(with_form)
        await self.click("org.open")
        await self.sees("safety.who_title")

    def panel(self) -> Locator:
        """Who can read this: beside the conversation, or over it on a phone."""
        return self.page.get_by_role("complementary", name=self.words("room.members"), exact=True)

    async def admit(self, *names: str) -> None:
        await self.panel().get_by_role("button", name=self.words("org.admit"), exact=True).click()
        dialog = self.page.get_by_role("dialog", name=self.words("org.admit_title"), exact=True)
        for name in names:
            await dialog.get_by_role("checkbox", name=name, exact=True).check()
        await dialog.get_by_role("button", name=self.words("org.admit"), exact=True).click()
        await expect(dialog).to_be_hidden(timeout=PATIENCE_MS)

    async def begin_removing(self, name: str) -> None:
        """Up to the confirmed decision; what comes of it is another matter."""
        member = self.panel().get_by_role("listitem").filter(has_text=name).first
        await member.get_by_text(name).first.click()
        await member.get_by_role("button", name=self.words("org.remove"), exact=True).click()
        dialog = self.page.get_by_role("dialog", name=self.words("org.remove"), exact=True)
        await dialog.get_by_role("button", name=self.words("org.remove"), exact=True).click()

    async def extract(self, folder: Path, password: str = PASSWORD) -> Path:
        """From the conversation: the whole group as a file, saved in `folder`."""
        await self.link("room.members").click()
        await self.panel().get_by_role("link", name=self.words("extract.open"), exact=True).click()
        await self.field("extract.password").fill(password)
        await self.click("extract.start")
        save = self.link("extract.save")
        await expect(save).to_be_visible(timeout=PATIENCE_MS)
        async with self.page.expect_download() as starting:
            await save.click()
        download = await starting.value
        file = folder / download.suggested_filename
        await download.save_as(file)
        return file
