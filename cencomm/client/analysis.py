"""A group's records as what is counted (`cencomm.analysis`), and the words of what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cencomm.analysis.reported import KEYS, OTHER, UNKNOWN, Dimension, Reported, Unit
from cencomm.client.model import Item
from cencomm.i18n import message
from cencomm.templates_forms import words
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.quantities import CANONICAL, FACTOR
from cencomm.wire.content import Form

UNITS = "unit"
_LISTS: Mapping[Dimension, str] = {
    Dimension.HEADING: "heading",
    Dimension.MODE: "transport_mode",
    Dimension.CONVEYANCE: "conveyance_type",
    Dimension.CONCEALMENT: "concealment",
}


def reported_of(items: Iterable[Item], templates: Mapping[bytes, Template]) -> list[Reported]:
    """The forms among the newest versions of the group's records."""
    found: list[Reported] = []
    for item in items:
        content = item.content
        if isinstance(content, Form):
            template = templates.get(content.template_hash)
            found.append(
                Reported(
                    ref=item.client_ref.hex(),
                    country=item.officer.partition("/")[0],
                    at_ms=item.at_ms,
                    answers=item.answers,
                    errors=sum(each.level == "error" for each in item.findings),
                    warnings=sum(each.level == "warn" for each in item.findings),
                    units=units_of(template) if template is not None else {},
                )
            )
    return found


@lru_cache(maxsize=64)
def units_of(template: Template) -> Mapping[str, Unit]:
    """The units of a form, with what each is in its unit for totals."""
    units = template.lists.get(UNITS)
    return {
        code.key: Unit(code.attributes[CANONICAL], code.attributes.get(FACTOR, ""))
        for code in (units.codes if units is not None else ())
        if code.attributes.get(CANONICAL)
    }


def code_words(templates: Sequence[Template], dimension: Dimension, code: str, language: str) -> str:
    """What a code of a dimension is called, in the words of the first form that knows it."""
    if code in {UNKNOWN, OTHER}:
        return message(f"web.figures.{code}", {}, language)
    if dimension is Dimension.COUNTRY:
        return words.territory(code, language)
    if dimension is Dimension.ROUTE:
        return _route(code, language)
    return code if dimension is Dimension.DAY else _word(templates, _LISTS[dimension], code, language)


def _route(code: str, language: str) -> str:
    begin, _, end = code.partition(">")
    facts = {"from": words.territory(begin, language), "to": words.territory(end, language)}
    key = "way_to" if begin == UNKNOWN else "way_from" if end == UNKNOWN else "way"
    return message(f"web.figures.{key}", facts, language)


def unit_words(templates: Sequence[Template], unit: str, language: str) -> str:
    """The word of a unit; a currency is its own three letters."""
    return _word(templates, UNITS, unit, language)


def _word(templates: Sequence[Template], code_list: str, code: str, language: str) -> str:
    for template in templates:
        if template.code(code_list, code) is not None:
            return template.code_word(code_list, code, language)
    return code


def question_words(templates: Sequence[Template], by: str, language: str) -> str:
    """What the question of a link is called, as `Container no.`; its key where no form has it."""
    key = by.rpartition(".")[2]
    found = next((template for template in templates if key in template.fields), None)
    return found.label(key, language) if found is not None else by


def is_asked(templates: Iterable[Template], dimension: Dimension) -> bool:
    """Whether any form asks for what a dimension counts by; a table of nothing but "not known" helps nobody."""
    key = KEYS.get(dimension)
    return key is None or any(key in template.fields for template in templates)
