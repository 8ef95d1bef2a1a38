"""A template as data (DESIGN §4): groups of fields, code lists, lookup tables and rules, with words in many languages.

A template travels and is named by its canonical bytes: JSON with sorted keys and no spaces, UTF-8 exactly as given
(no normalisation), no floating-point numbers, members at their default left out. `Template.decode` takes nothing
else, so that one template has one SHA-256 name. Answers are plain data: an object from field key to value, with a
list of such objects under the key of a repeat; groups without repeat do not nest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from cencomm.templates_forms import words
from cencomm.templates_forms.errors import TemplateMalformed, TemplateTooLarge, UnknownTemplate, UnknownWord

Answers = dict[str, Any]
"""What an officer answered: JSON values by field key; decimals and dates are text."""

MAX_TEMPLATE_BYTES = 4 * 1024 * 1024
MAX_FIELDS = 2_000
MAX_DEPTH = 4
MAX_ROWS = 500
"""Rows in one repeat, whatever the template says."""

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
CodeKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}\Z")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")]
Words = dict[Language, Annotated[str, Meta(min_length=1, max_length=2_000)]]
"""One text in several languages."""
ExpressionText = Annotated[str, Meta(max_length=2_000)]

FieldType = Literal[
    "text", "longtext", "identifier", "code", "codes", "int", "decimal", "bool", "date", "datetime", "derived"
]
FREE_TEXT: frozenset[str] = frozenset({"text", "longtext"})
"""Types in which anybody may write anything, so that they may name a person (DESIGN §4)."""

Nominal = Literal["none", "indirect", "direct"]
Cen = Literal["full", "coarse", "count", "none"]
Level = Literal["error", "warn", "info"]


class _Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What all parts of a template share: immutable, nothing unknown, defaults left out."""


class Code(_Node, frozen=True):
    """One code with its words; `attributes` are what rules look up with `pulldata` (a unit's kind, for example)."""

    key: CodeKey
    labels: Words = {}
    attributes: dict[Key, str] = {}


class CodeList(_Node, frozen=True):
    """Codes in the order in which they are offered. `words` says where the words of a code without labels come from:
    from nowhere (then every code has labels), or from CLDR's names of countries and territories."""

    key: Key
    codes: tuple[Code, ...]
    words: Literal["own", "cldr_territory"] = "own"


class Table(_Node, frozen=True):
    """A lookup table for rules: row key -> column -> text."""

    key: Key
    rows: dict[str, dict[Key, str]]


class Field(_Node, frozen=True, tag_field="kind", tag="field"):
    """One question. `required`, `relevant`, `constraint`, `choice_filter`, `calculation` and `default` are expressions
    (`expression.py`); empty means never required, always relevant, anything goes, every code, none, none.

    `unit_field` names the question beside a number that says its unit or, for money, its currency: both are answered or
    neither is, and a unit with an attribute `decimals` takes no more of them.

    `reference` names a large code list (`cencomm refdata`) in which the answer should be. It is for whoever fills in
    the form: readers never judge by it, since each device has its own edition of the list, or none.

    `nominal` decides the part of the record (`parts.py`), `cen` what may leave for the global core.
    """

    key: Key
    type: FieldType
    labels: Words
    hints: Words = {}
    code_list: Key | Literal[""] = ""
    choice_filter: ExpressionText = ""
    required: ExpressionText = ""
    relevant: ExpressionText = ""
    constraint: ExpressionText = ""
    constraint_messages: Words = {}
    calculation: ExpressionText = ""
    default: ExpressionText = ""
    max_length: Annotated[int, Meta(ge=0, le=100_000)] = 0
    unit_field: Key | Literal[""] = ""
    reference: Key | Literal[""] = ""
    nominal: Nominal = "none"
    cen: Cen = "none"

    @property
    def is_personal(self) -> bool:
        """Whether the answer belongs to the personal part: it leads to a person, or it is free text."""
        return self.nominal != "none" or self.type in FREE_TEXT


class Repeat(_Node, frozen=True):
    """How many rows a repeated group may have."""

    min: Annotated[int, Meta(ge=0, le=MAX_ROWS)] = 0
    max: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = MAX_ROWS


class Group(_Node, frozen=True, tag_field="kind", tag="group"):
    """A section, or with `repeat` a list of rows; groups nest up to `MAX_DEPTH` deep."""

    key: Key
    labels: Words
    children: tuple[Field | Group, ...]
    relevant: ExpressionText = ""
    repeat: Repeat | None = None


class Rule(_Node, frozen=True):
    """`expression` must be true, else a finding of `level` at field `at`. It is judged only when every field of `needs`
    is answered (what is missing has its own finding), once, or for each row of the repeat that `at` stands in."""

    key: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}\Z")]
    level: Level
    at: Key
    expression: Annotated[str, Meta(min_length=1, max_length=2_000)]
    messages: Words
    needs: tuple[Key, ...] = ()


class Template(_Node, frozen=True, eq=False, dict=True):
    """One immutable version of a form."""

    format: Literal[1]
    id: Key
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    labels: Words
    groups: tuple[Group, ...]
    code_lists: tuple[CodeList, ...] = ()
    tables: tuple[Table, ...] = ()
    rules: tuple[Rule, ...] = ()

    def encode(self) -> bytes:
        """The canonical bytes."""
        return self._encoded

    @classmethod
    def decode(cls, data: bytes) -> Template:
        """The template in `data`, checked as a whole: shape, references between its parts, every expression.

        Raises:
            TemplateMalformed: not canonical, not of this shape, or parts that do not fit together.
            TemplateTooLarge: beyond a bound.
            ExpressionMalformed, ExpressionTooLarge: of one of its expressions.
        """
        template = cls.decode_unchecked(data)
        if template.encode() != data:
            raise TemplateMalformed(reason="not_canonical", at="")
        return template

    @classmethod
    def decode_unchecked(cls, data: bytes) -> Template:
        """As `decode`, for JSON that a person wrote: any order and spacing."""
        if len(data) > MAX_TEMPLATE_BYTES:
            raise TemplateTooLarge(what="bytes", limit=MAX_TEMPLATE_BYTES)
        try:
            template = _DECODER.decode(data)
        except msgspec.ValidationError as error:
            raise TemplateMalformed(reason="shape", at=_place(str(error))) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise TemplateMalformed(reason="not_json", at="") from None
        from cencomm.templates_forms.checking import check  # noqa: PLC0415  the check needs the model

        check(template)
        return template

    @cached_property
    def _encoded(self) -> bytes:
        plain = msgspec.to_builtins(self)
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the canonical bytes: the template's name."""
        return hashlib.sha256(self._encoded).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self._encoded == other._encoded

    def __hash__(self) -> int:
        return hash(self._encoded)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its key, in order, whatever group it stands in."""
        return {field.key: field for group in self.groups for field in _fields_of(group)}

    @cached_property
    def lists(self) -> Mapping[str, CodeList]:
        return {code_list.key: code_list for code_list in self.code_lists}

    @cached_property
    def _codes(self) -> Mapping[tuple[str, str], Code]:
        return {(code_list.key, code.key): code for code_list in self.code_lists for code in code_list.codes}

    @cached_property
    def rule_of(self) -> Mapping[str, Rule]:
        return {rule.key: rule for rule in self.rules}

    @cached_property
    def _groups_by_key(self) -> Mapping[str, Group]:
        return {group.key: group for group in self.all_groups()}

    def all_groups(self) -> Iterator[Group]:
        """Every group, a group before those inside it."""
        pending = list(reversed(self.groups))
        while pending:
            group = pending.pop()
            yield group
            pending.extend(child for child in reversed(group.children) if isinstance(child, Group))

    def code(self, code_list: str, code: str) -> Code | None:
        return self._codes.get((code_list, code))

    def label(self, path: str, language: str) -> str:
        """The label of a field or group; `path` is its key, or a path as findings have it (`item[0].unit`).

        A label that is missing in `language` comes in another one, and says in which: `Heading [en]`.

        Raises:
            UnknownWord: the template has no such field or group.
        """
        key = path.rpartition(".")[2].partition("[")[0]
        node = self.fields.get(key) or self._groups_by_key.get(key)
        if node is None:
            raise UnknownWord(path=key)
        return words.choose(node.labels, language)

    def title(self, language: str) -> str:
        """The template's own name."""
        return words.choose(self.labels, language)

    def hint(self, key: str, language: str) -> str:
        """The hint of a field, or nothing where it has none."""
        hints = self.fields[key].hints
        return words.choose(hints, language) if hints else ""

    def code_word(self, code_list: str, code: str, language: str) -> str:
        """The word of one code.

        Raises:
            UnknownWord: the list has no such code.
        """
        found = self.code(code_list, code)
        if found is None:
            raise UnknownWord(path=f"{code_list}.{code}")
        if found.labels:
            return words.choose(found.labels, language)
        return words.territory(code, language)

    def rule_message(self, rule: str, language: str) -> str:
        """The sentence of one of the template's own rules.

        Raises:
            UnknownWord: the template has no such rule.
        """
        if rule not in self.rule_of:
            raise UnknownWord(path=rule)
        return words.choose(self.rule_of[rule].messages, language)


def _fields_of(group: Group) -> Iterator[Field]:
    for child in group.children:
        if isinstance(child, Field):
            yield child
        else:
            yield from _fields_of(child)


def _place(message: str) -> str:
    """Where in the document the shape is wrong: msgspec names it at the end, without any value."""
    _, found, place = message.rpartition(" - at `")
    return place.rstrip("`") if found else "$"


_DECODER = msgspec.json.Decoder(Template)

STANDARD = ("simplified_seizure", "long_seizure", "warning", "feedback", "rfi", "rfi_reply", "alert", "sitrep")
"""The templates that ship with the product."""
OPENING = ("simplified_seizure",)
"""Those that a group has from the beginning, where its organiser does not choose."""


def standard(name: str) -> Template:
    """The shipped template `name`, in its newest version.

    Raises:
        UnknownTemplate: there is none of that name.
    """
    if name not in STANDARD:
        raise UnknownTemplate(name=name[:64])
    found = _LOADED.get(name)
    if found is None:
        data = files("cencomm.templates_forms").joinpath("standard", f"{name}.json").read_bytes()
        found = _LOADED[name] = Template.decode_unchecked(data)
    return found


_LOADED: dict[str, Template] = {}
"""Loaded once: the shipped files do not change while the program runs."""
