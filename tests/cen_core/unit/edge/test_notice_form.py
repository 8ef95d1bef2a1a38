"""From the fields of the form to a notice and back."""

from __future__ import annotations

from cen_core.edge.notice_form import Meanwhile, content_in, meanwhile, place_of, values_from, values_of
from cen_core.model.notice_content import Flaw, content_of

CONTENT = content_of("fr", {"en": ("Title", "a\nb"), "fr": ("Titre", "texte")})


def test_what_the_form_shows_of_a_notice_is_the_notice() -> None:
    assert content_in(values_from(CONTENT)) == CONTENT
    assert values_of({"title-en": ["x", "y"], "none": []}) == {"title-en": "x"}


def test_a_flaw_leads_to_its_field() -> None:
    assert place_of(Flaw("texts[ru].body", "missing"), {}) == "body-ru"
    assert place_of(Flaw("texts[xx].title", "missing"), {"original": "pt"}) == "title-pt"
    assert place_of(Flaw("url", "missing"), {}) == "url"


def test_what_changed_meanwhile_is_what_differs_from_the_typed() -> None:
    typed = values_from(CONTENT) | {"title-en": "Mine", "title-ru": "Моё"}
    assert meanwhile(typed, CONTENT) == (Meanwhile("en", "title", "Title"), Meanwhile("ru", "title", ""))
    assert meanwhile(values_from(CONTENT), CONTENT) == ()
