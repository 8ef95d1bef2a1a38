"""The cover says what an extraction is, what binds it and what it leaves out."""

from __future__ import annotations

import pytest

from cencomm.client.extraction_cover import cover_table, strictest_marking
from cencomm.client.extraction_layout import Layout
from cencomm.export.profiles import Profile
from tests.unit.client.extracted import examined
from tests.unit.client.verify_world import a_marked_operation, an_operation


def lines(layout: Layout, *, marked: bool = True) -> dict[str, str]:
    found = examined(a_marked_operation() if marked else an_operation(), layout.profile)
    return {str(key): str(value) for key, value in cover_table(found, layout).rows}


def test_the_cover_names_scope_marking_and_what_it_was_made_from() -> None:
    said = lines(Layout("en", basis="ab" * 32, extracted_by="KE/otieno/laptop"))
    assert said["Operation"] == "Operation Tiger"
    assert said["Scope"].startswith("Everything")
    assert "TLP:RED" in said["Handling"]
    assert said["Made from (manifest, SHA-256)"] == "ab" * 32
    assert said["Extracted by"] == "KE/otieno/laptop"
    assert "Not included" not in said


def test_below_the_full_profile_it_says_how_much_stays_and_the_marking_is_that_of_what_is_in_it() -> None:
    said = lines(Layout("en", Profile.NON_NOMINAL))
    assert "TLP:AMBER." in said["Handling"]
    assert said["Not included"].endswith(": 10.")


def test_no_marking_is_said_too() -> None:
    assert "No record" in lines(Layout("en"), marked=False)["Handling"]
    assert strictest_marking(examined(an_operation())) == ""


@pytest.mark.parametrize("language", ["fr", "es", "ru", "ar", "pt"])
def test_it_speaks_the_readers_language(language: str) -> None:
    assert not set(lines(Layout(language, Profile.STATISTICAL))) & {"Scope", "Handling", "How to check it"}
