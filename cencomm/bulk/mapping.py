"""A mapping: a TOML file that says how the columns of a foreign table become answers of a form (docs/mapping.md).

Its expressions are those of templates (docs/expressions.md), where `${name}` is a column or a value named before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Mapped
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from cencomm.bulk.conventions import Conventions
from cencomm.bulk.errors import MappingMalformed, MappingUnknown
from cencomm.bulk.tables import TableForm
from cencomm.templates_forms.compiled import Ready
from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.evaluation import Layout, compile_expression
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.model import Field, Group, Key, Template

MAX_BYTES = 1024 * 1024
MAX_EXPRESSIONS = 2_000
ROW = "row"
"""The number of the row, from 1."""
ALL = "all"
"""Every column as it was written, one line each."""
WHEN = "_when"
"""In a line of a repeat: whether there is one."""

MAPPINGS = (
    "unodc_ids",
    "brazil_pf",
    "us_cbp",
    "us_lemis",
    "colombia",
    "cites_trade",
    "brazil_sinesp",
    "brazil_prf_cigarettes",
    "brazil_prf_vapes",
)
"""The mappings that ship with the product."""

Expression = Annotated[str, Meta(min_length=1, max_length=2_000)]


class _Node(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing unknown in any part of a mapping."""


class ColumnSpec(_Node, frozen=True):
    """A column that has another type than text."""

    header: str
    type: Literal["text", "number", "date"] = "text"


class TableSpec(_Node, frozen=True):
    """How the table is written."""

    kind: Literal["csv", "workbook", "json"] = "csv"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "latin-1", "cp1252"] = "utf-8"
    sheet: str = ""
    decimal: Literal[".", ","] = "."
    dates: Literal["ymd", "dmy", "mdy"] = "ymd"


class Document(_Node, frozen=True):
    format: Literal[1]
    name: Key
    template: Key
    columns: dict[Key, str | ColumnSpec]
    answers: dict[Key, Expression]
    about: str = ""
    table: TableSpec = TableSpec()
    values: dict[Key, Expression] = {}
    skip: str = ""
    words: dict[Key, dict[str, str | dict[Key, str]]] = {}
    rows: dict[Key, list[dict[str, Expression]]] = {}


class Mapping:
    """A mapping that fits its template, its expressions compiled."""

    def __init__(self, document: Document, template: Template) -> None:
        self.document = document
        self.template = template
        self.columns = {
            key: spec if isinstance(spec, ColumnSpec) else ColumnSpec(spec) for key, spec in document.columns.items()
        }
        self.words = {
            name: {word: {"code": said} if isinstance(said, str) else said for word, said in table.items()}
            for name, table in document.words.items()
        }
        known = {ROW, ALL, *self.columns}
        self.values: dict[str, Ready] = {}
        for key, text in document.values.items():
            if key in known:
                raise MappingMalformed(at=key, reason="name_twice")
            self.values[key] = _ready(text, known, key)
            known.add(key)
        self.skip = _ready(document.skip, known, "skip") if document.skip else None
        self.answers = {key: _ready(text, known, key) for key, text in document.answers.items()}
        self.rows = {
            key: [{name: _ready(text, known, name) for name, text in line.items()} for line in lines]
            for key, lines in document.rows.items()
        }
        self._check()

    @property
    def name(self) -> str:
        return self.document.name

    @cached_property
    def form(self) -> TableForm:
        spec = self.document.table
        return TableForm(spec.kind, spec.delimiter, spec.encoding, spec.sheet)

    @cached_property
    def conventions(self) -> Conventions:
        return Conventions(self.document.table.decimal, self.document.table.dates)

    @cached_property
    def repeats(self) -> Mapped[str, Group]:
        return {group.key: group for group in self.template.all_groups() if group.repeat is not None}

    def _check(self) -> None:
        """What is answered must be a question of the template, at its place."""
        inner = {key: _fields_within(group) for key, group in self.repeats.items()}
        in_rows = set().union(*inner.values()) if inner else set()
        for key in self.answers:
            if key not in self.template.fields or key in in_rows:
                raise MappingMalformed(at=key, reason="unknown_field")
        for repeat, lines in self.rows.items():
            if repeat not in inner:
                raise MappingMalformed(at=repeat, reason="unknown_field")
            for key in (name for line in lines for name in line):
                if key != WHEN and key not in inner[repeat]:
                    raise MappingMalformed(at=key, reason="unknown_field")


def _fields_within(group: Group) -> set[str]:
    """The fields of one row of a repeat: not those of repeats within it."""
    found: set[str] = set()
    for child in group.children:
        if isinstance(child, Field):
            found.add(child.key)
        elif child.repeat is None:
            found |= _fields_within(child)
    return found


def _ready(text: str, known: set[str], at: str) -> Ready:
    layout = Layout(dict.fromkeys(known, ()), {})
    try:
        expression = parse(text)
        return Ready(compile_expression(expression, layout), expression.nodes)
    except (ExpressionMalformed, ExpressionTooLarge) as error:
        raise MappingMalformed(at=at, reason=str(error.facts.get("reason", "too_large"))) from None


def load_mapping(data: bytes, template: Template) -> Mapping:
    """The mapping in a TOML file, for `template`.

    Raises:
        MappingMalformed: no TOML, not of this shape, for another template, or its parts do not fit the template.
    """
    document = document_of(data)
    if document.template != template.id:
        raise MappingMalformed(at="template", reason="other_template")
    return Mapping(document, template)


def shipped_mapping(name: str) -> bytes:
    """The file of a mapping that ships with the product. Raises MappingUnknown."""
    if name not in MAPPINGS:
        raise MappingUnknown(name=name[:64])
    return files("cencomm.bulk").joinpath("mappings", f"{name}.toml").read_bytes()


def document_of(data: bytes) -> Document:
    """What a mapping says, not yet held against a template. Raises MappingMalformed."""
    if len(data) > MAX_BYTES:
        raise MappingMalformed(at="", reason="too_large")
    try:
        document = msgspec.convert(tomllib.loads(data.decode()), Document)
    except msgspec.ValidationError as error:
        _, _, place = str(error).rpartition(" - at `")
        raise MappingMalformed(at=place.rstrip("`"), reason="shape") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        raise MappingMalformed(at="", reason="not_toml") from None
    lines = [line for lines in document.rows.values() for line in lines]
    if len(document.values) + len(document.answers) + sum(map(len, lines)) > MAX_EXPRESSIONS:
        raise MappingMalformed(at="", reason="too_large")
    return document
