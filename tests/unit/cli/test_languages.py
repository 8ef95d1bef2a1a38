"""Everything that the main commands print for people, in all six languages: no English where it is not asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from cencomm import main
from cencomm.cli import extracting
from cencomm.client import account
from cencomm.client.extraction import Extracted
from cencomm.client.model import Item, ItemKind, MembersChanged, Standing
from cencomm.client.verify_checks import CHECKS, NOTICES
from cencomm.i18n import LANGUAGES
from cencomm.i18n.messages import MESSAGES
from cencomm.templates_forms.model import FieldType, standard
from cencomm.wire.content import (
    Extraction,
    HistoryKeys,
    HistoryRequest,
    Left,
    Profile,
    Released,
    Template,
    encode_content,
)
from cencomm.wire.http import DeviceOut
from tests.unit.cli.fakes import Cli, Said, chat_item, form_item
from tests.unit.cli.test_office import REQUEST
from tests.unit.cli.test_sheets import SHEET
from tests.unit.client.verify_world import an_operation, extract_to

TITLE = "Operation Tiger"
OTHERS = [language for language in LANGUAGES if language != "en"]
_ENGLISH = re.compile(r"\b(the|of|this|and|your|you|with|was|were|by|asks?|certified|group|device|officer|removed)\b")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_DATA = re.compile(
    r"https?://\S+|/\S+|cencomm1:\S+|\S*/\S*|cencomm \w+( '[^']*' \S+)?|[0-9a-f]{8,}|Operation Tiger|A\. Otieno|OT26"
    r"|laptop|hello|done|CENcomm|RILO|OCU|Enter|\[y/N\]|\w+_\w+|\w+\.\w+(: \w+)?|secretariat|KE|ms"
)
"""Names, paths, commands, references, codes: the same in every language."""


class Everywhere:
    """Runs a command in English and in another language and compares."""

    def __init__(self, cli: Cli, language: str) -> None:
        self._cli = cli
        self._language = language

    def __call__(self, *words: str, typed: str = "") -> Said:
        english = self._cli("--language", "en", *words, typed=typed)
        said = self._cli("--language", self._language, *words, typed=typed)
        assert said.code == english.code, (words, said.err)
        for there, here in ((english.out, said.out), (english.err, said.err)):
            self._differs(there, here)
        return said

    def _differs(self, english: str, said: str) -> None:
        same = set(_sentences(english)) & set(_sentences(said))
        assert not same, same
        for line in _sentences(said):
            assert not _ENGLISH.search(line.lower()), line
            if self._language in ("ru", "ar"):
                assert not _LATIN.search(line), line


def _sentences(printed: str) -> list[str]:
    """The lines with words in them that are not data."""
    lines = (_DATA.sub("", line).strip() for line in printed.splitlines())
    return [line for line in lines if _LATIN.search(line) or re.search(r"[а-я]{2}|[\u0620-\u064a]{2}", line)]


@pytest.fixture(params=OTHERS)
def everywhere(cli: Cli, request: pytest.FixtureRequest) -> Everywhere:
    return Everywhere(cli, request.param)


def answering(answer: object) -> Callable[..., object]:
    async def called(*_words: object, **_named: object) -> object:
        return answer

    return called


def event(kind: ItemKind, **rest: object) -> Item:
    return Item(seq=1, at_ms=0, kind=kind, standing=Standing.VERIFIED, **rest)  # type: ignore[arg-type]


def every_item() -> list[Item]:
    contents = (
        Profile(title=TITLE, operation_code="OT26"),
        HistoryKeys(()),
        HistoryRequest(),
        Extraction(bytes(32), 7, 5),
        Released(bytes(16), bytes(16), "0" * 32, "submitted"),
        Left("done"),
    )
    members = MembersChanged(
        added=("KE/a",),
        removed=("KE/b",),
        roles=(("KE/c", "ocu"),),
        identity_changed=("KE/d",),
        devices_added=("KE/e/f",),
        devices_removed=("KE/g/h",),
    )
    kinds = (ItemKind.CLOSED, ItemKind.GROUP, ItemKind.REJECTION, ItemKind.LOCKED, ItemKind.REFUSED, ItemKind.UNKNOWN)
    return [
        *(chat_item(2, "hello", standing=standing) for standing in Standing if standing is not Standing.VERIFIED),
        form_item(3, {"reporting_country": "KE"}),
        *(event(ItemKind.UNKNOWN, personal=encode_content(content)) for content in contents),
        event(ItemKind.MEMBERS, members=members),
        event(ItemKind.MEMBERS, members=MembersChanged()),
        *(event(kind) for kind in kinds),
        event(ItemKind.TEMPLATE, personal=encode_content(Template(standard("simplified_seizure").encode()))),
    ]


def test_groups(everywhere: Everywhere) -> None:
    for words in (("cugs",), ("members", TITLE), ("open", TITLE), ("admit", TITLE, "BR/silva")):
        everywhere(*words)
    for words in (("remove", TITLE, "BR/silva"), ("leave", TITLE), ("close", TITLE)):
        everywhere(*words, typed="y\n")
    everywhere("members", "Nowhere")


def test_messages_and_events(everywhere: Everywhere, cli: Cli) -> None:
    everywhere("send", TITLE, "hello")
    for item in every_item():
        cli.client.group.found = [item]
        everywhere("watch", TITLE, "--once")
    cli.client.group.found = []
    everywhere("chat", TITLE, typed="/who\n/quit\n")


def test_forms(everywhere: Everywhere, cli: Cli) -> None:
    everywhere("templates", TITLE)
    everywhere("submit", TITLE, "simplified_seizure", "reporting_country=KE")
    cli.client.group.invalid = True
    everywhere("submit", TITLE, "simplified_seizure", "reporting_country=KE")


def test_ones_own_account(everywhere: Everywhere, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = tuple(
        DeviceOut(device_id=f"KE/otieno/{name}", certificate=b"x", registered_at_ms=0, revoked=name == "old")
        for name in ("laptop", "old")
    )
    for name in ("enrol", "sign_in_new_device", "recover", "change_password", "revoke_device"):
        monkeypatch.setattr(account, name, answering(None))
    monkeypatch.setattr(account, "devices", answering(devices))
    for command in ("enrol", "sign-in", "recover"):
        everywhere(command, "--device", "tablet_1", typed=SHEET.text() + "\n")
    everywhere("password", typed="one two three\none two three\n")
    everywhere("devices", "--end", "tablet_1", typed="y\n")


def test_contact_points(everywhere: Everywhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "invite", answering(replace(SHEET, display_name="A. Otieno")))
    monkeypatch.setattr(account, "pending_requests", answering([REQUEST]))
    monkeypatch.setattr(account, "certify", answering(None))
    monkeypatch.setattr(account, "revoke", answering(None))
    everywhere("invite", "KE/otieno", "A. Otieno")
    everywhere("requests")
    everywhere("certify", "KE/otieno", typed="y\n")
    everywhere("revoke", "KE/otieno", typed="y\n")


def test_extraction(everywhere: Everywhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Extracted(tmp_path / "out", 7, 2, 1, 3, 0, 10, 12, bytes(32))
    monkeypatch.setattr(extracting, "extract_cug", answering(made))
    everywhere("extract", TITLE, str(tmp_path / "out"))
    (tmp_path / "bundle").mkdir()
    extract_to(tmp_path / "bundle", an_operation())
    everywhere("verify", str(tmp_path / "bundle"))
    everywhere("verify", str(tmp_path / "bundle"), "--root", "00" * 32)


def test_serving(everywhere: Everywhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "run", lambda _settings, *, ready: ready("http://127.0.0.1:9"))
    everywhere("serve")


def test_every_check_and_every_type_has_its_words() -> None:
    for check, says in {**CHECKS, **NOTICES}.items():
        assert MESSAGES[f"text.verify.{check}"] == says, "the English sentence stands twice and must be the same"
    for name in get_args(FieldType):
        assert f"text.cli.type.{name}" in MESSAGES
