"""Items as lines: who, when, what, and how far each can be trusted."""

from __future__ import annotations

import pytest

from cencomm.cli.rendering import (
    alarm_sentence,
    as_data,
    checked_name,
    describe,
    finding_place,
    finding_sentence,
    line,
)
from cencomm.client.model import Alarm, FindingRow, Item, ItemKind, MembersChanged, Standing
from cencomm.client.verify_checks import Failure, failure
from cencomm.i18n.messages import MESSAGES
from cencomm.templates_forms.model import standard
from cencomm.wire.content import Extraction, HistoryKeys, Left, Profile, Template, encode_content
from tests.unit.cli.fakes import chat_item, form_item

TEMPLATE = standard("simplified_seizure")
TEMPLATES = {TEMPLATE.hash: TEMPLATE}


def item_of(content: Extraction | HistoryKeys | Left | Profile | Template) -> Item:
    return Item(1, 0, ItemKind.UNKNOWN, Standing.VERIFIED, personal=encode_content(content))


def test_a_message_is_shown_with_who_and_when() -> None:
    said = line(chat_item(4, "hello"), lambda _officer: "A. Otieno", {}, "en")
    assert said.startswith("    4  2026-")
    assert said.endswith("A. Otieno [KE/otieno]: hello")


@pytest.mark.parametrize(
    ("standing", "mark"), [(Standing.NOT_YET_VERIFIED, "(not yet verified)"), (Standing.REFUSED, "(REFUSED)")]
)
def test_what_is_not_verified_is_marked(standing: Standing, mark: str) -> None:
    assert mark in line(chat_item(4, "hello", standing=standing), str, {}, "en")


def test_a_form_shows_labels_and_words_in_the_readers_language() -> None:
    said = describe(form_item(4, {"reporting_country": "KE"}), TEMPLATES, "fr")
    assert TEMPLATE.label("reporting_country", "fr") in said
    assert "Kenya" in said


def test_a_form_that_breaks_rules_says_so() -> None:
    findings = (FindingRow("required", "error", "offence_at"), FindingRow("odd", "warn"))
    assert "breaks rules: 1" in describe(form_item(4, {}, findings), TEMPLATES, "en")


def test_a_form_on_an_unknown_template_is_named() -> None:
    assert "template unknown" in describe(form_item(4, {}), {}, "en")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (MembersChanged(added=("BR/silva",)), "admitted BR/silva"),
        (MembersChanged(removed=("BR/silva",)), "removed BR/silva"),
        (MembersChanged(identity_changed=("BR/silva",)), "IDENTITY CHANGED of BR/silva"),
        (MembersChanged(), "renewed the keys"),
    ],
)
def test_changes_of_members_are_said(members: MembersChanged, said: str) -> None:
    assert describe(Item(1, 0, ItemKind.MEMBERS, Standing.VERIFIED, members=members), {}, "en") == said


def test_what_cannot_be_read_says_why() -> None:
    locked = Item(1, 0, ItemKind.LOCKED, Standing.LOCKED)
    refused = Item(1, 0, ItemKind.REFUSED, Standing.REFUSED, reason="records.refused")
    assert "key that this device does not have" in describe(locked, {}, "en")
    assert describe(refused, {}, "en").endswith("(records.refused)")


def test_derived_values_are_shown_with_a_form_and_given_to_programs() -> None:
    template = standard("simplified_seizure")
    item = form_item(4, {"item": [{"heading": "drugs", "quantity": "2500", "unit": "GRM"}]})
    shown = describe(item, {template.hash: template}, "en")
    assert shown.endswith(f"{template.label('quantity_canonical', 'en')}: 2.5 …")
    assert as_data(item, {template.hash: template})["derived"] == {"item[0].quantity_canonical": "2.5"}
    assert "derived" not in as_data(item), "nobody can calculate without the template"


def test_a_program_gets_text_and_answers() -> None:
    assert as_data(chat_item(4, "hello"))["text"] == "hello"
    assert as_data(form_item(4, {"reporting_country": "KE"}))["answers"] == {"reporting_country": "KE"}


def test_an_alarm_has_a_sentence_or_its_code() -> None:
    known = next(key for key in MESSAGES if key.startswith("alarm."))
    assert alarm_sentence(Alarm(known.removeprefix("alarm.")), "en")
    assert alarm_sentence(Alarm("never_heard_of", 7), "en") == "never_heard_of: seq 7"


def test_what_a_verification_found_is_said_in_the_readers_language() -> None:
    found = failure("table_altered", "no. 7", reason="other content")
    assert finding_sentence(found, "en") == found.says
    assert "contenu différent" in finding_sentence(found, "fr")
    assert finding_place(found, "ru") == "№ 7"
    assert finding_place(failure("file_altered", "log.bin"), "ru") == "log.bin"
    assert checked_name("group changes", "fr") == "changements du groupe"


def test_what_has_no_words_yet_stays_as_it_is() -> None:
    assert finding_sentence(Failure("never_heard_of", "log.bin", "odd"), "fr") == "odd"
    assert checked_name("stars", "fr") == "stars"


def test_a_program_gets_the_role_as_it_is_typed() -> None:
    item = Item(1, 0, ItemKind.MEMBERS, Standing.VERIFIED, members=MembersChanged(roles=(("KE/otieno", "ocu"),)))
    assert as_data(item)["members"] == "KE/otieno is now ocu"
    assert describe(item, {}, "en") == "KE/otieno is now OCU analyst"
