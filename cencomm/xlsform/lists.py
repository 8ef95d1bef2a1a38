"""Lists of choices as code lists: codes, their words in every language, and what filters and look-ups need to know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cencomm.templates_forms.model import Code, CodeList
from cencomm.templates_forms.words import territory
from cencomm.xlsform.choices import Choice, Choices
from cencomm.xlsform.columns import OWN, WORDS
from cencomm.xlsform.naming import Taken, code_of, key_of
from cencomm.xlsform.report import Notes
from cencomm.xlsform.survey import Question, Survey
from cencomm.xlsform.wording import Wording, said

_MEDIA = ("image", "audio", "video", "media", "big-image")
TERRITORIES = "cldr_territory"
OWN_ATTRIBUTE = f"{OWN}attribute_"
"""Before an attribute whose name is that of a column of XLSForm."""
EMPTY_ATTRIBUTES = f"{OWN}empty"
"""The attributes of a code that are there and say nothing: an empty cell is no attribute."""
_NAME = re.compile(r"(?<![\w{/'\"])name(?![\w}'\"])")


@dataclass(slots=True)
class Lists:
    """`keys`: of each list, by its name and whether it is external; `renamed`: codes by the names that they had."""

    code_lists: list[CodeList] = field(default_factory=list)
    keys: dict[tuple[str, bool], str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, str]:
        return {name: key for (name, is_external), key in self.keys.items() if not is_external}


def lists_of(choices: Choices, survey: Survey, wording: Wording, notes: Notes, reserved: Sequence[str]) -> Lists:
    """Every list of the form; `reserved` keys are of its tables."""
    found, taken = Lists(), Taken(reserved)
    others = {
        (node.list_name, node.type == "select_one_external"): node
        for node in survey.all()
        if isinstance(node, Question) and node.has_other
    }
    by_name = {
        (node.list_name, node.type == "select_one_external")
        for node in survey.all()
        if isinstance(node, Question) and _NAME.search(node.row.get("choice_filter"))
    }
    for is_external, lists in ((False, choices.lists), (True, choices.external)):
        for name, listed in lists.items():
            key = taken.free(key_of(name))
            if key != name:
                row = listed[0].row
                notes.add("name_changed", row.sheet, row.number, "list_name", name, key)
            found.keys[name, is_external] = key
            is_filtered = (name, is_external) in by_name
            codes = _codes(listed, wording, notes, found.renamed, is_filtered_by_name=is_filtered)
            if (name, is_external) in others and "other" not in {code.key for code in codes}:
                codes.append(Code(key="other", labels=_other(codes)))
            is_territories = listed[0].row.get(f"{OWN}words") == TERRITORIES
            if is_territories:
                codes = [_without_names(code) for code in codes]
            found.code_lists.append(
                CodeList(key=key, codes=tuple(codes), words="cldr_territory" if is_territories else "own")
            )
    return found


def _codes(
    listed: Sequence[Choice], wording: Wording, notes: Notes, renamed: dict[str, str], *, is_filtered_by_name: bool
) -> list[Code]:
    codes: list[Code] = []
    taken = Taken()
    for choice in listed:
        row = choice.row
        key = taken.free(code_of(choice.name))
        if key != choice.name:
            notes.add("choice_renamed", row.sheet, row.number, "name", choice.name, key)
            # Where one name stands twice in a list, expressions go on meaning the first.
            renamed.setdefault(choice.name, code_of(choice.name))
        attributes = ({"name": code_of(choice.name)} if is_filtered_by_name else {}) | _attributes(choice, notes)
        codes.append(Code(key=key, labels=wording.label(row, choice.name), attributes=attributes))
    return codes


def _attributes(choice: Choice, notes: Notes) -> dict[str, str]:
    row, found = choice.row, dict[str, str]()
    for header, value in row.others.items():
        column = header.partition("::")[0].partition(":")[0].strip().lower()
        if column in _MEDIA or " " in header:
            notes.add("cell_left_out", row.sheet, row.number, header, value)
        else:
            found[key_of(header)] = value
    found.update(dict.fromkeys(row.get(EMPTY_ATTRIBUTES).split(), ""))
    for header, value in row.cells.items():
        if header.startswith(OWN_ATTRIBUTE):
            found[header.removeprefix(OWN_ATTRIBUTE)] = value
    return found


def is_column(name: str) -> bool:
    """Whether a column of this name is what others look up in a list; else XLSForm has it for something else."""
    return name not in _MEDIA and name not in WORDS and name not in {"name", "list_name", "value", "caption", "parent"}


def _other(codes: Sequence[Code]) -> dict[str, str]:
    """In the languages of the list."""
    return {tag: said("other", tag) for code in codes for tag in code.labels}


def _without_names(code: Code) -> Code:
    """The names of countries come from CLDR, so that only others are words of the list."""
    names = {language: territory(code.key, language) for language in code.labels}
    is_cldr = names == code.labels and code.key not in names.values()
    return Code(key=code.key, attributes=code.attributes) if is_cldr else code
