"""Where the questions of a form stand in a template: its groups nest to a bound, and every question is in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.templates_forms.errors import TemplateTooLarge
from cencomm.templates_forms.model import MAX_DEPTH, MAX_FIELDS
from cencomm.xlsform.naming import Taken, key_of
from cencomm.xlsform.report import Notes
from cencomm.xlsform.survey import Question, Section, Survey

UNKEPT = frozenset(
    {"note", "start", "end", "today", "deviceid", "phonenumber", "simserial", "subscriberid", "username", "email"}
    | {"audit", "start-geopoint", "background-audio", "background-geopoint", "xml-external", "csv-external", "osm"}
    | {"hidden"}
)
"""Questions that a template has no place for: a record keeps itself who sent it and when."""


@dataclass(slots=True)
class Structure:
    """`keys` by the identity of a node; `dissolved` groups have given their questions to the group around them."""

    keys: dict[int, str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    """The key of the question for words behind one that offers `other`."""
    dissolved: set[int] = field(default_factory=set)


def structure_of(survey: Survey, notes: Notes, rule_column: str) -> Structure:
    """The keys of all that is kept.

    Raises:
        TemplateTooLarge: repeats in repeats, deeper than a template has them, or too many questions.
    """
    found = Structure()
    taken = Taken()
    for node in survey.all():
        if isinstance(node, Section):
            _dissolve(node, found, notes)
        if isinstance(node, Question) and (node.type in UNKEPT or node.row.get(rule_column)):
            continue
        if id(node) in found.dissolved:
            continue
        key = taken.free(key_of(node.name))
        found.keys[id(node)] = key
        if key != node.name:
            notes.add("name_changed", "survey", node.row.number, "name", node.name, key)
        if isinstance(node, Question) and node.has_other:
            found.others[id(node)] = taken.free(f"{key}_other"[:64])
        if len(found.keys) > 2 * MAX_FIELDS:
            raise TemplateTooLarge(what="fields", limit=MAX_FIELDS)
    return found


def _dissolve(section: Section, found: Structure, notes: Notes) -> None:
    """Where the groups around are too many, the innermost that is no repeat goes."""
    around = [outer for outer in (*section.inside, section) if id(outer) not in found.dissolved]
    # A question beside the groups of a form stands in a group made for it, never deeper than these.
    if len(around) <= MAX_DEPTH:
        return
    victim = next((outer for outer in reversed(around) if not outer.is_repeat), None)
    if victim is None:
        raise TemplateTooLarge(what="depth", limit=MAX_DEPTH)
    found.dissolved.add(id(victim))
    found.keys.pop(id(victim), None)
    notes.add("group_dissolved", "survey", victim.row.number, "name", victim.name)
