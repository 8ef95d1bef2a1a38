"""One question as a field: its type, its words, its conditions; and of a section what belongs to a group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar, get_args

from cencomm.i18n import LANGUAGES, message
from cencomm.templates_forms.model import MAX_ROWS, Cen, Field, FieldType, Level, Nominal, Repeat, Rule
from cencomm.templates_forms.values import MISSING, parse_number
from cencomm.xlsform.columns import OWN, Row
from cencomm.xlsform.expressions import CannotSay, quoted
from cencomm.xlsform.lists import Lists
from cencomm.xlsform.naming import code_of
from cencomm.xlsform.report import Notes
from cencomm.xlsform.structure import UNKEPT, Structure
from cencomm.xlsform.survey import EXTERNAL_FILES, Question, Section, is_dynamic
from cencomm.xlsform.translation import Translation, is_calculated
from cencomm.xlsform.wording import Wording, said

_TYPES: Final[Mapping[str, FieldType]] = {
    "text": "text",
    "integer": "int",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "acknowledge": "bool",
    "select_one": "code",
    "select_one_external": "code",
    "select_multiple": "codes",
    "calculate": "derived",
}
"""Types that are the same in both; what else there is becomes what is nearest, and is reported."""
_NEAREST: Final[Mapping[str, FieldType]] = {
    "rank": "codes",
    "time": "identifier",
    "geopoint": "identifier",
    "geotrace": "text",
    "geoshape": "text",
    "image": "text",
    "audio": "text",
    "video": "text",
    "file": "text",
    "barcode": "text",
}
_SHAPES: Final[Mapping[str, str]] = {
    "time": "regex(., '([01][0-9]|2[0-3]):[0-5][0-9]')",
    "geopoint": r"regex(., '-?[0-9]{1,2}(\.[0-9]{1,15})? -?[0-9]{1,3}(\.[0-9]{1,15})?( .{1,40})?')",
}
"""What an answer of such a type looks like."""
_YES: Final = frozenset({"yes", "true", "true()"})
_NO: Final = frozenset({"no", "false", "false()", ""})
EXPRESSIONS: Final = ("relevant", "required", "constraint", "choice_filter", "calculation", "default")
_UNUSED: Final = ("trigger", "parameters", "appearance", "read_only")
T = TypeVar("T", bound=str)
_RULE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


@dataclass(slots=True)
class Questions:
    wording: Wording
    notes: Notes
    lists: Lists
    structure: Structure
    translation: Translation
    rules: list[Rule] = field(default_factory=list)
    places: dict[str, Row] = field(default_factory=dict)
    """The row of each field, group and rule, by its key."""

    @property
    def taken(self) -> set[str]:
        return set(self.structure.keys.values()) | set(self.structure.others.values())

    def fields(self, question: Question) -> list[Field]:
        """The question; the one after it for words, where another answer than those offered may be given; nothing."""
        row = question.row
        if row.get(f"{OWN}rule"):
            self._rule(question)
            return []
        if question.type in UNKEPT:
            words = next(iter(self.wording.words(row, "label").values()), question.name)
            self.notes.add("question_left_out", "survey", row.number, "type", question.type, words)
            return []
        key = self.structure.keys[id(question)]
        self.places[key] = row
        made = self._field(question, key)
        self._leftovers(question, made)
        if made.type == "derived" and not made.calculation:
            return []
        return [made, self._other(question, key)] if question.has_other else [made]

    def _field(self, question: Question, key: str) -> Field:
        row = question.row
        kind = self._type(question)
        is_coded = kind in {"code", "codes"}
        texts = {column: self._said(question, column) for column in EXPRESSIONS if self._has(column, kind)}
        shape = _SHAPES.get(question.type, "")
        if question.type == "range":
            shape = _range(question.parameters)
        constraint = texts.get("constraint", "")
        if shape:
            constraint = f"({constraint}) and ({shape})" if constraint else shape
        length = self._number(row, "max_length", 0, 100_000)
        return Field(
            key=key,
            type=kind,
            labels=self.wording.label(row, question.name),
            hints=self._hints(row),
            code_list=self.lists.keys[question.list_name, question.type == "select_one_external"] if is_coded else "",
            choice_filter=texts.get("choice_filter", "") if is_coded else "",
            required=texts.get("required", ""),
            relevant=texts.get("relevant", ""),
            constraint=constraint if row.get(f"{OWN}constraint") else _without_length(constraint, length),
            constraint_messages=self.wording.words(row, "constraint_message"),
            calculation=texts.get("calculation", ""),
            default=texts.get("default", ""),
            max_length=length,
            unit_field=self._key(row, "unit"),
            reference=self._key(row, "reference"),
            nominal=self._one_of(row, "nominal", get_args(Nominal), "none"),
            cen=self._one_of(row, "cen", get_args(Cen), "none"),
        )

    def _has(self, column: str, kind: FieldType) -> bool:
        return column not in {"required", "default", "constraint"} if kind == "derived" else column != "calculation"

    def _type(self, question: Question) -> FieldType:
        row, kind = question.row, question.type
        own: FieldType = self._one_of(row, "type", get_args(FieldType), "derived")
        if row.get(f"{OWN}type") == own and (own in {"code", "codes"}) == bool(question.list_name):
            return own
        if question.list_name.endswith(EXTERNAL_FILES) or "${" in question.list_name:
            self.notes.add("list_elsewhere", "survey", row.number, "type", question.list_name)
            return "text"
        if is_calculated(question):
            if kind not in {"calculate", "hidden"} and row.get("read_only").lower() not in _YES:
                self._retyped(row, kind, "derived")
            return "derived"
        return self._asked_type(question)

    def _asked_type(self, question: Question) -> FieldType:
        """The type of a question that somebody answers."""
        row, kind = question.row, question.type
        if kind == "text" and "multiline" in row.get("appearance"):
            return "longtext"
        if kind == "range":
            whole = all("." not in question.parameters.get(name, "1") for name in ("start", "end", "step"))
            return "int" if whole else "decimal"
        if kind in _NEAREST:
            self._retyped(row, kind, _NEAREST[kind])
        return _NEAREST.get(kind) or _TYPES[kind]

    def _retyped(self, row: Row, kind: str, instead: FieldType) -> None:
        said = message(f"text.cli.type.{instead}", {}, "en")
        self.notes.add("type_changed", "survey", row.number, "type", kind, said)

    def _hints(self, row: Row) -> dict[str, str]:
        """The hint, and below it what XLSForm keeps for those who want to know more."""
        hints, more = self.wording.words(row, "hint"), self.wording.words(row, "guidance_hint")
        return hints | {tag: f"{hints[tag]}\n{text}"[:2_000] if tag in hints else text for tag, text in more.items()}

    def _said(self, question: Question, column: str) -> str:
        """An expression of the question as a template has it; what cannot be said is reported, and is nothing."""
        row = question.row
        if own := row.get(OWN + column):
            return own
        text = row.get(column)
        if column == "calculation" and not text and question.type == "calculate":
            text = row.get("default")
        try:
            if column == "default":
                return self._default(question, text)
            if column == "required" and text.lower() in _YES | _NO:
                return "true()" if text.lower() in _YES else ""
            return self.translation.expression(text, question, columns=column == "choice_filter") if text else ""
        except CannotSay as problem:
            self.notes.add("expression_left_out", "survey", row.number, column, text, problem.reason)
            return ""

    def _default(self, question: Question, text: str) -> str:
        if not text or is_calculated(question):
            return ""
        if is_dynamic(text):
            return self.translation.expression(text, question)
        if question.type == "acknowledge":
            return "true()"
        if question.list_name:
            return quoted(" ".join(code_of(code) for code in text.split()) if " " in text else code_of(text))
        if question.type in {"integer", "decimal", "range"} and parse_number(text) != MISSING:
            return text.strip()
        return quoted(text)

    def _other(self, question: Question, key: str) -> Field:
        """What XLSForm asks where `other` was chosen."""
        own_key = self.structure.others[id(question)]
        self.places[own_key] = question.row
        labels = {tag: said("specify_other", tag) for tag in self.wording.label(question.row, question.name)}
        return Field(key=own_key, type="text", labels=labels, relevant=f"selected(${{{key}}}, 'other')")

    def _rule(self, question: Question) -> None:
        """A note of our own: a rule between answers, which other programs show where it does not hold."""
        row = question.row
        name = row.get(f"{OWN}key") or question.name
        key = name if _RULE_KEY.fullmatch(name) else re.sub("[^A-Za-z0-9]", "_", f"rule_{name}")[:32]
        level = self._one_of(row, "level", get_args(Level), "error")
        needs = tuple(row.get(f"{OWN}needs").split())
        self.places[key] = row
        self.rules.append(
            Rule(
                key=key,
                level=level,
                at=row.get(f"{OWN}at"),
                expression=row.get(f"{OWN}rule"),
                messages=self.wording.label(row, question.name),
                needs=needs,
            )
        )

    def ordered_rules(self) -> list[Rule]:
        """As they were numbered, then as they stand."""
        numbered = {key: row.get(f"{OWN}order") for key, row in self.places.items()}
        return sorted(self.rules, key=lambda rule: _number_of(numbered.get(rule.key, "")))

    def section(self, section: Section) -> tuple[dict[str, str], str, Repeat | None]:
        """The words, the condition, and how many rows."""
        row, key = section.row, self.structure.keys[id(section)]
        self.places[key] = row
        for column in ("hint", "constraint_message", "required_message"):
            for text in row.words.get(column, {}).values():
                self.notes.add("cell_left_out", "survey", row.number, column, text)
        self._others(row, (*_UNUSED, "default", "required", "constraint", "calculation"))
        return self.wording.label(row, section.name), self.relevant(section), self._repeat(section, key)

    def relevant(self, section: Section) -> str:
        row = section.row
        if own := row.get(f"{OWN}relevant"):
            return own
        try:
            return self.translation.expression(row.get("relevant"), section) if row.get("relevant") else ""
        except CannotSay as problem:
            self.notes.add("expression_left_out", "survey", row.number, "relevant", row.get("relevant"), problem.reason)
            return ""

    def empty(self, section: Section) -> None:
        row = section.row
        self.notes.add("question_left_out", "survey", row.number, "type", row.get("type"), section.name)

    def _repeat(self, section: Section, key: str) -> Repeat | None:
        if not section.is_repeat:
            return None
        row, count = section.row, section.row.get("repeat_count")
        least = self._number(row, "min", 0, MAX_ROWS)
        most = self._number(row, "max", MAX_ROWS, MAX_ROWS) or MAX_ROWS
        if re.fullmatch(r"[0-9]{1,3}", count) and 1 <= int(count) <= MAX_ROWS:
            return Repeat(min=int(count), max=int(count))
        if count:
            self._counted(section, key, count)
        return Repeat(min=least, max=most)

    def _counted(self, section: Section, key: str, count: str) -> None:
        """As many rows as an answer says: a rule, since a template's own number is fixed."""
        row = section.row
        try:
            said = self.translation.expression(count, section)
        except CannotSay as problem:
            self.notes.add("expression_left_out", "survey", row.number, "repeat_count", count, problem.reason)
            return
        rule = f"rows_{key}"[:32]
        self.places[rule] = row
        messages = {language: message("text.xlsform.rows_as_many", {}, language) for language in LANGUAGES}
        expression = f"count(${{{key}}}) = ({said})"
        self.rules.append(Rule(key=rule, level="error", at=key, expression=expression, messages=messages))

    def _leftovers(self, question: Question, made: Field) -> None:
        row = question.row
        unused = [column for column in _UNUSED if row.get(column)]
        if made.type == "longtext" and row.get("appearance") == "multiline":
            unused.remove("appearance")
        if question.type == "range" or row.get("parameters") == "":
            unused = [column for column in unused if column != "parameters"]
        if made.type == "derived":
            unused = [column for column in unused if column != "read_only"]
            unused += [column for column in ("required", "constraint") if row.get(column).lower() not in _NO]
        if row.get("choice_filter") and not made.code_list:
            unused.append("choice_filter")
        for column in ("required_message", *(() if made.type != "derived" else ("constraint_message",))):
            for text in row.words.get(column, {}).values():
                self.notes.add("cell_left_out", "survey", row.number, column, text)
        self._others(row, tuple(unused))

    def _others(self, row: Row, columns: tuple[str, ...]) -> None:
        for column in columns:
            if row.get(column):
                self.notes.add("cell_left_out", "survey", row.number, column, row.get(column))
        for header, value in row.others.items():
            self.notes.add("cell_left_out", "survey", row.number, header, value)

    def _number(self, row: Row, column: str, default: int, most: int) -> int:
        text = row.get(OWN + column)
        if re.fullmatch(r"[0-9]{1,6}", text) and int(text) <= most:
            return int(text)
        if text:
            self.notes.add("cell_left_out", "survey", row.number, OWN + column, text)
        return default

    def _key(self, row: Row, column: str) -> str:
        text = row.get(OWN + column)
        if text and re.fullmatch(r"[a-z][a-z0-9_]{0,63}", text) is None:
            self.notes.add("cell_left_out", "survey", row.number, OWN + column, text)
            return ""
        return text

    def _one_of(self, row: Row, column: str, known: tuple[T, ...], default: T) -> T:
        """One of a few words in a column of our own; another word is reported."""
        text = row.get(OWN + column)
        found = next((word for word in known if word == text), default)
        if text and found != text:
            self.notes.add("cell_left_out", "survey", row.number, OWN + column, text)
        return found


def _number_of(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else 10**6


def _range(parameters: Mapping[str, str]) -> str:
    """`start`, `end` and `step` as a condition; without them XLSForm takes 1, 10 and 1."""
    start, end, step = (parameters.get(name, other) for name, other in (("start", "1"), ("end", "10"), ("step", "1")))
    start, end = sorted((start, end), key=float)
    return f". >= {start} and . <= {end} and (. - {start}) mod {step.lstrip('-')} = 0"


def _without_length(constraint: str, length: int) -> str:
    """The constraint without what says the longest answer to other programs."""
    said = length_said(length)
    if not length or not constraint.endswith(said):
        return constraint
    rest = constraint.removesuffix(said).removesuffix(" and ")
    return rest[1:-1] if rest.startswith("(") else rest


def length_said(length: int) -> str:
    return f"string-length(.) <= {length}"
