"""One cell of a workbook as the answer to a question: what spreadsheets do to it is undone or refused, never guessed.

NA and NO stay what was typed; leading zeros stay where the cell is text; a date is a date whatever its format, also as
a bare number; a decimal comma is one where the language of the workbook writes so; figures may be of any script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from cencomm.bulk.conventions import Conventions, date_of_serial
from cencomm.bulk.workbook_file import Value, number_text
from cencomm.i18n import LANGUAGES, message
from cencomm.templates_forms.entry import typed_answer
from cencomm.templates_forms.model import Field, Template

SEPARATOR = ";"
"""Between the answers of a question that takes several."""
_EXACT = 10**15
"""From here on a spreadsheet has lost figures of a number."""
_COMMA_LANGUAGES = frozenset({"fr", "es", "ru", "pt"})


class Unreadable(Exception):
    """The cell cannot be the answer to its question; `rule` is as findings have it."""

    def __init__(self, rule: str = "wrong_type") -> None:
        super().__init__(rule)
        self.rule = rule


class CellReader:
    """Reads the cells of one workbook, made for `template` in `language`."""

    def __init__(self, template: Template, language: str) -> None:
        self._template = template
        self._conventions = Conventions("," if language in _COMMA_LANGUAGES else ".")
        self._words: dict[str, Mapping[str, str]] = {}
        self._truths = {
            message(f"text.bulk.{word}", {}, known).casefold(): word == "yes"
            for known in LANGUAGES
            for word in ("yes", "no")
        } | {"true": True, "false": False, "1": True, "0": False}

    def answer(self, field: Field, cell: Value) -> object:
        """The answer, or None where the cell is empty.

        Raises:
            Unreadable.
        """
        if isinstance(cell, str):
            cell = cell.strip()
            if not cell:
                return None
        reader = _READERS.get(field.type)
        return _text(cell) if reader is None else reader(self, field, cell)

    def _identifier(self, _field: Field, cell: Value) -> object:
        return typed_answer("identifier", _text(cell))

    def _codes(self, field: Field, cell: Value) -> object:
        parts = [part.strip() for part in _text(cell).split(SEPARATOR)]
        return [self._code(field, part) for part in parts if part]

    def _number(self, field: Field, cell: Value) -> object:
        if isinstance(cell, bool | date | time | timedelta):
            raise Unreadable
        written = self._conventions.number(cell) if isinstance(cell, str) else number_text(cell)
        if not written:
            raise Unreadable
        return typed_answer("int", written) if field.type == "int" else written

    def _date(self, _field: Field, cell: Value) -> str:
        if isinstance(cell, bool | time | timedelta):
            raise Unreadable
        if isinstance(cell, datetime):
            day = cell.date().isoformat()
            return day if cell.time() == time(0) else f"{day}T{cell.time().isoformat('seconds')}Z"
        if isinstance(cell, date):
            return cell.isoformat()
        found = self._conventions.date(cell) if isinstance(cell, str) else date_of_serial(cell)
        if found is None:
            raise Unreadable
        return found

    def _truth(self, _field: Field, cell: Value) -> bool:
        if isinstance(cell, bool):
            return cell
        known = self._truths.get(_text(cell).casefold())
        if known is None:
            raise Unreadable
        return known

    def _code(self, field: Field, cell: Value) -> str:
        """A code as it stands, or the word of exactly one code in any of the languages."""
        written = _text(cell)
        if self._template.code(field.code_list, written) is not None:
            return written
        found = self._words_of(field.code_list).get(written.casefold(), "")
        if not found:
            raise Unreadable("unknown_code")
        return found

    def _words_of(self, code_list: str) -> Mapping[str, str]:
        """Word -> code; a word that several codes share stands for none."""
        if code_list not in self._words:
            words: dict[str, str] = {}
            for language in LANGUAGES:
                for code, word in offered(self._template, code_list, language):
                    plain = word.casefold()
                    words[plain] = code if words.get(plain, code) == code else ""
            self._words[code_list] = words
        return self._words[code_list]


_READERS: Mapping[str, Callable[[CellReader, Field, Value], object]] = {
    "int": CellReader._number,
    "decimal": CellReader._number,
    "date": CellReader._date,
    "datetime": CellReader._date,
    "bool": CellReader._truth,
    "code": CellReader._code,
    "codes": CellReader._codes,
    "identifier": CellReader._identifier,
}


def offered(template: Template, code_list: str, language: str) -> list[tuple[str, str]]:
    """Each code with the word that the drop-down list shows, its code behind it where another has the same word."""
    words = [(code.key, template.code_word(code_list, code.key, language)) for code in template.lists[code_list].codes]
    seen: dict[str, int] = {}
    for _, word in words:
        seen[word.casefold()] = seen.get(word.casefold(), 0) + 1
    return [(code, word if seen[word.casefold()] == 1 else f"{word} [{code}]") for code, word in words]


def _text(cell: Value) -> str:
    """Text as it was typed. A truth value or a date was something else before the spreadsheet changed it."""
    if isinstance(cell, bool | date | time | timedelta):
        raise Unreadable
    if isinstance(cell, str):
        return cell
    if abs(cell) >= _EXACT:
        raise Unreadable
    return number_text(cell)
