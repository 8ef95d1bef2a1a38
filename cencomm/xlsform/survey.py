"""The survey sheet: its rows as a tree of questions and groups, checked as pyxform checks them.

What pyxform refuses is refused here with the row and column; what it only warns of is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from cencomm.xlsform.choices import Choices
from cencomm.xlsform.columns import Row
from cencomm.xlsform.errors import (
    BeginUnmatched,
    CalculationMissing,
    ChoiceWithSpace,
    EndUnmatched,
    LabelMissing,
    ListMissing,
    NameMalformed,
    NameMissing,
    NameReserved,
    NameTwice,
    ParameterMalformed,
    ReferenceAmbiguous,
    ReferenceMalformed,
    ReferenceUnknown,
    TypeMissing,
    TypeUnknown,
    XlsformTooLarge,
)

MAX_NESTED = 50
ROOT: Final = "data"
"""What XLSForm calls the form itself."""
_NAME = re.compile(r"[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?")
_BEGIN = re.compile(r"begin[\s_]+(group|lgroup|repeat|loop|looped group)(?:\s+(?:over\s+)?(\S+))?")
_END = re.compile(r"end[\s_]+(group|lgroup|repeat|loop|looped group)")
_REPEATS = frozenset({"lgroup", "repeat", "looped group"})
_SELECT = re.compile(
    r"(add select one prompt using|add select multiple prompt using|select all that apply from|select one from file"
    r"|select multiple from file|select one from|select1|select_one_external|select_one_from_file"
    r"|select_multiple_from_file|select_one|select one|select_multiple|select all that apply|rank)"
    r" (\S+)(?: (or specify other|or_other|or other))?",
    re.IGNORECASE,
)
REFERENCE: Final = re.compile(r"\$\{\s*(last-saved#)?([^\s{}$]*)\s*\}?")
EXTERNAL_FILES: Final = (".csv", ".xml", ".geojson")

TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("text", "string", "q string", "add text prompt", "phone number"), "text"),
    **dict.fromkeys(("note", "q note", "add note prompt"), "note"),
    **dict.fromkeys(("integer", "int", "q int", "add integer prompt", "percentage"), "integer"),
    **dict.fromkeys(("number of days in last month", "number of days in last six months"), "integer"),
    **dict.fromkeys(("number of days in last year",), "integer"),
    **dict.fromkeys(("decimal", "q decimal", "add decimal prompt"), "decimal"),
    **dict.fromkeys(("date", "q date", "add date prompt"), "date"),
    **dict.fromkeys(("datetime", "date time", "q date time", "q datetime", "add date time prompt"), "datetime"),
    **dict.fromkeys(("add datetime prompt",), "datetime"),
    **dict.fromkeys(("acknowledge", "q acknowledge", "add acknowledge prompt", "trigger"), "acknowledge"),
    **dict.fromkeys(("geopoint", "gps", "location", "q geopoint", "q location", "add location prompt"), "geopoint"),
    **dict.fromkeys(("geoshape", "q geoshape"), "geoshape"),
    **dict.fromkeys(("geotrace", "q geotrace"), "geotrace"),
    **dict.fromkeys(("image", "photo", "q image", "q picture", "add image prompt", "add photo prompt"), "image"),
    **dict.fromkeys(("audio", "q audio", "add audio prompt"), "audio"),
    **dict.fromkeys(("video", "q video", "add video prompt"), "video"),
    **dict.fromkeys(("file", "add file prompt"), "file"),
    **dict.fromkeys(("barcode", "q barcode", "add barcode prompt"), "barcode"),
    **dict.fromkeys(("calculate", "q calculate", "add calculate prompt"), "calculate"),
    **dict.fromkeys(("hidden", "time", "range", "osm"), ""),
    **dict.fromkeys(("start", "start time", "get start time"), "start"),
    **dict.fromkeys(("end", "end time", "get end time"), "end"),
    **dict.fromkeys(("today", "get today"), "today"),
    **dict.fromkeys(("imei", "device id", "deviceid", "get device id", "uri:deviceid"), "deviceid"),
    **dict.fromkeys(("phonenumber", "get phone number", "uri:phonenumber"), "phonenumber"),
    **dict.fromkeys(("simserial", "sim id", "get sim id", "uri:simserial"), "simserial"),
    **dict.fromkeys(("subscriberid", "subscriber id", "get subscriber id", "uri:subscriberid"), "subscriberid"),
    **dict.fromkeys(("username", "uri:username"), "username"),
    **dict.fromkeys(("email", "uri:email"), "email"),
    **dict.fromkeys(("audit", "start-geopoint", "background-audio", "background-geopoint"), ""),
    **dict.fromkeys(("xml-external", "csv-external"), ""),
}
"""Every type of a question but the selects, and what it is called here (nothing: as it is)."""
_SETTINGS = frozenset({"form_title", "set_form_title", "form_id", "set_form_id", "prefix"})
UNASKED: Final = frozenset(
    {"calculate", "hidden", "start", "end", "today", "deviceid", "phonenumber", "simserial", "subscriberid"}
    | {"username", "email", "audit", "start-geopoint", "background-audio", "background-geopoint"}
    | {"xml-external", "csv-external"}
)
"""Types that nobody sees, so that they need no label."""


@dataclass(slots=True, eq=False)
class Question:
    row: Row
    name: str
    type: str
    """One of `TYPES`, or `select_one`, `select_multiple`, `rank`, `select_one_external`."""
    list_name: str = ""
    has_other: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[Section, ...] = ()


@dataclass(slots=True, eq=False)
class Section:
    row: Row
    name: str
    is_repeat: bool
    children: list[Question | Section] = field(default_factory=list)
    inside: tuple[Section, ...] = ()


@dataclass(slots=True)
class Survey:
    children: list[Question | Section] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    """Rows that are comments (no type, no name, no label), or switched off."""
    settings: dict[str, str] = field(default_factory=dict)
    """Settings that stand among the questions."""

    def all(self) -> Iterator[Question | Section]:
        """In the order of the rows."""
        pending = list(reversed(self.children))
        while pending:
            node = pending.pop()
            yield node
            if isinstance(node, Section):
                pending.extend(reversed(node.children))


def read_survey(rows: Iterator[Row], choices: Choices) -> Survey:
    """The tree of the rows.

    Raises:
        RowRefused, in one of its kinds; XlsformTooLarge.
    """
    return _Reader(choices).read(rows)


class _Reader:
    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._survey = Survey()
        self._open: list[tuple[Section, str]] = []
        self._seen: list[set[str]] = [set()]
        self._repeats: set[str] = set()

    def read(self, rows: Iterator[Row]) -> Survey:
        for row in rows:
            if row.get("disabled").lower() in {"yes", "true", "true()"}:
                self._survey.notes.append(row)
            else:
                self._row(row)
        if self._open:
            section, _ = self._open[-1]
            raise BeginUnmatched("survey", section.row.number, "type", section.name)
        return self._survey

    def _row(self, row: Row) -> None:
        kind = " ".join(row.get("type").split())
        if not kind:
            if row.get("name") or "label" in row.words:
                raise TypeMissing("survey", row.number, _header(row, "type"))
            self._survey.notes.append(row)
        elif kind.lower() in _SETTINGS:
            self._survey.settings[kind.lower().removeprefix("set_")] = row.get("name")
        elif end := _END.fullmatch(kind.lower()):
            self._end(row, end[1])
        elif begin := _BEGIN.fullmatch(kind.lower()):
            self._begin(row, begin[1], kind.split()[-1])
        else:
            question = self._question(row, kind)
            question.inside = tuple(section for section, _ in self._open)
            self._children.append(question)

    @property
    def _children(self) -> list[Question | Section]:
        return self._open[-1][0].children if self._open else self._survey.children

    def _end(self, row: Row, kind: str) -> None:
        if not self._open or (kind in _REPEATS) != self._open[-1][0].is_repeat:
            raise EndUnmatched("survey", row.number, _header(row, "type"), row.get("type"))
        self._open.pop()
        self._seen.pop()

    def _begin(self, row: Row, kind: str, list_name: str) -> None:
        if len(self._open) == MAX_NESTED:
            raise XlsformTooLarge(what="depth", limit=MAX_NESTED)
        name = self._name(row)
        section = Section(row, name, kind in _REPEATS, inside=tuple(section for section, _ in self._open))
        if section.is_repeat:
            if name in self._repeats or name == ROOT:
                raise NameTwice("survey", row.number, _header(row, "name"), name)
            self._repeats.add(name)
        if kind == "loop" and not self._choices.get(list_name):
            raise ListMissing("survey", row.number, _header(row, "type"), list_name)
        self._children.append(section)
        self._open.append((section, kind))
        self._seen.append(set())

    def _name(self, row: Row) -> str:
        name = row.get("name")
        if not name:
            raise NameMissing("survey", row.number, _header(row, "name"))
        if _NAME.fullmatch(name) is None:
            raise NameMalformed("survey", row.number, _header(row, "name"), name)
        if name == "meta":
            raise NameReserved("survey", row.number, _header(row, "name"), name)
        if name in self._seen[-1]:
            raise NameTwice("survey", row.number, _header(row, "name"), name)
        self._seen[-1].add(name)
        return name

    def _question(self, row: Row, kind: str) -> Question:
        select = _SELECT.fullmatch(kind)
        plain = kind.lower()
        if select is None and plain not in TYPES and not plain.startswith("osm "):
            raise TypeUnknown("survey", row.number, _header(row, "type"), kind)
        if select is None:
            plain = "osm" if plain.startswith("osm") else TYPES[plain] or plain
        if plain in {"note", "audit"} and not row.get("name"):
            row.cells["name"] = f"generated_note_name_{row.number}" if plain == "note" else "audit"
        question = Question(row, self._name(row), plain, parameters=_parameters(row))
        if select is not None:
            self._select(question, select)
        self._check(question)
        return question

    def _select(self, question: Question, select: re.Match[str]) -> None:
        command, question.list_name = select[1].lower().replace(" ", "_"), select[2]
        question.has_other = select[3] is not None
        row = question.row
        if command == "select_one_external":
            question.type = command
            if question.list_name not in self._choices.external:
                raise ListMissing("survey", row.number, _header(row, "type"), question.list_name)
            return
        is_several = "multiple" in command or "all" in command
        question.type = "rank" if command == "rank" else "select_multiple" if is_several else "select_one"
        if question.list_name.endswith(EXTERNAL_FILES) or "${" in question.list_name:
            return
        found = self._choices.get(question.list_name)
        if found is None:
            raise ListMissing("survey", row.number, _header(row, "type"), question.list_name)
        for choice in found if is_several else ():
            if " " in choice.name:
                raise ChoiceWithSpace("choices", choice.row.number, _header(choice.row, "name"), choice.name)

    def _check(self, question: Question) -> None:
        row = question.row
        if question.type == "calculate" and not (row.get("calculation") or is_dynamic(row.get("default"))):
            raise CalculationMissing("survey", row.number, _header(row, "calculation"), question.name)
        has_words = any(row.words.get(column) for column in ("label", "hint")) or _has_media(row)
        if question.type not in UNASKED and not has_words and not _is_calculated(row):
            raise LabelMissing("survey", row.number, _header(row, "label"), question.name)
        if question.type == "range":
            for name in ("start", "end", "step"):
                if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", question.parameters.get(name, "1")):
                    raise ParameterMalformed("survey", row.number, _header(row, "parameters"), row.get("parameters"))


def _header(row: Row, column: str) -> str:
    return row.headers.get(column, column)


def _has_media(row: Row) -> bool:
    return any("image" in name.lower() or "audio" in name.lower() or "video" in name.lower() for name in row.others)


def _is_calculated(row: Row) -> bool:
    """A question that is calculated is not asked: ODK shows nothing of it where it has no label."""
    return bool(row.get("calculation"))


def is_dynamic(default: str) -> bool:
    """Whether a default is an expression, not the answer itself."""
    return bool(re.search(r"\$\{|[A-Za-z_][\w:-]*\s*\(|\[|^[^'\"]*[^\s'\"]\s*(\*|\+|\bdiv\b|\bmod\b)\s*\S", default))


def _parameters(row: Row) -> dict[str, str]:
    """`name=value`, between spaces, commas or semicolons."""
    text = re.sub(r"\s*=\s*", "=", row.get("parameters"))
    found: dict[str, str] = {}
    for part in re.split(r"[\s,;]+", text) if text else ():
        name, equals, value = part.partition("=")
        if part and (not equals or not name or not value):
            raise ParameterMalformed("survey", row.number, _header(row, "parameters"), row.get("parameters"))
        if part:
            found[name.lower()] = value
    return found


EXPRESSIONS: Final = (
    "relevant",
    "constraint",
    "required",
    "calculation",
    "default",
    "choice_filter",
    "repeat_count",
    "trigger",
    "instance_name",
)


def check_references(survey: Survey, choices: Choices, settings: Row) -> None:
    """Every `${name}`, in expressions and in words, is of one question.

    Raises:
        ReferenceMalformed, ReferenceUnknown, ReferenceAmbiguous.
    """
    times: dict[str, int] = {ROOT: 1, "instanceID": 1}
    for node in survey.all():
        times[node.name] = times.get(node.name, 0) + 1
        if isinstance(node, Question) and node.has_other:
            times[f"{node.name}_other"] = times.get(f"{node.name}_other", 0) + 1
        if isinstance(node, Section) and node.is_repeat and node.row.get("repeat_count"):
            times.setdefault(f"{node.name}_count", 1)
    rows = [settings, *(node.row for node in survey.all())]
    for listed in choices.lists.values():
        rows += [choice.row for choice in listed]
    for row in rows:
        for column in EXPRESSIONS:
            _check_text(row, _header(row, column), row.get(column), times)
        for column, words in row.words.items():
            for text in words.values():
                _check_text(row, _header(row, column), text, times)


def _check_text(row: Row, column: str, text: str, times: Mapping[str, int]) -> None:
    for found in REFERENCE.finditer(text):
        name = found[2]
        if not found[0].endswith("}") or _NAME.fullmatch(name) is None:
            raise ReferenceMalformed(row.sheet, row.number, column, found[0])
        if times.get(name, 0) == 0:
            raise ReferenceUnknown(row.sheet, row.number, column, name)
        if times[name] > 1:
            raise ReferenceAmbiguous(row.sheet, row.number, column, name)
