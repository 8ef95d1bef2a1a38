"""Who can be somebody: name, member, region and role belong together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cen_core.errors import PersonInvalid
from cen_core.model.person import Person, token_hash
from cen_core.model.principal import Level, Role

OFFICER = Person("KE/otieno", "KE", "esa", Role.OFFICER, Level.UNLIMITED, "", True, "", 1)
RILO = Person("rilo-esa/abebe", "", "esa", Role.RILO, Level.READ_ONLY, "", True, "", 1)
SECRETARY = Person("secretariat/one", "", "", Role.SECRETARIAT, Level.UNLIMITED, "", True, "", 1)


@pytest.mark.parametrize("person", [OFFICER, replace(OFFICER, role=Role.NCP), RILO, SECRETARY])
def test_each_role_has_a_name_that_says_whose_it_is(person: Person) -> None:
    person.check()
    assert person.principal.officer == person.officer


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (replace(OFFICER, officer="FR/otieno"), "officer"),
        (replace(OFFICER, officer="KE/Otieno Odhiambo"), "officer"),
        (replace(OFFICER, officer="KE/"), "officer"),
        (replace(OFFICER, officer="KE/../x"), "officer"),
        (replace(OFFICER, officer="XX/otieno", member="XX"), "member"),
        (replace(OFFICER, officer="QQ/otieno", member="QQ"), "member"),
        (replace(OFFICER, region="moon"), "region"),
        (replace(OFFICER, region=""), "region"),
        (replace(RILO, member="KE"), "member"),
        (replace(RILO, region="europe"), "officer"),
        (replace(SECRETARY, officer="KE/one"), "officer"),
    ],
)
def test_nobody_else_can_be(person: Person, field: str) -> None:
    with pytest.raises(PersonInvalid) as refused:
        person.check()
    assert refused.value.facts == {"field": field}


def test_of_a_token_only_its_hash_is_kept() -> None:
    assert token_hash("secret") != "secret" and token_hash("secret") == token_hash("secret")
    assert len(token_hash("\ud800")) == 64
