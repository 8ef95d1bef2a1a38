"""The words of a form that comes in: which language each is in, and that none is longer than a template takes."""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.i18n import message
from cencomm.xlsform.columns import Row
from cencomm.xlsform.languages import is_unknown, tag_of
from cencomm.xlsform.report import Notes

_LONGEST = 2_000


def said(key: str, tag: str) -> str:
    """A sentence that XLSForm adds by itself, in the language of `tag` where it is one of ours, else in English."""
    return message(f"text.xlsform.{key}", {}, tag)


_DEFAULT = frozenset({"", "default"})


@dataclass(slots=True)
class Wording:
    """`default` is the tag of words whose column names no language."""

    default: str
    notes: Notes
    is_assumed: bool = False
    """Whether nothing in the workbook says which language that is."""

    def words(self, row: Row, column: str) -> dict[str, str]:
        """The texts of one column by language; what names its language goes before what does not."""
        found: dict[str, str] = {}
        for language, text in sorted(row.words.get(column, {}).items(), key=lambda item: item[0] in _DEFAULT):
            tag = self._tag(row, column, language)
            found.setdefault(tag, self._cut(row, column, text))
        if any("${" in text for text in found.values()):
            self.notes.add("text_with_reference", row.sheet, row.number, column, next(iter(found.values())))
        return found

    def _tag(self, row: Row, column: str, language: str) -> str:
        if language in _DEFAULT:
            if self.is_assumed:
                self.notes.add("language_assumed", row.sheet, 0, column, language, self.default)
            return self.default
        tag = tag_of(language)
        if is_unknown(tag):
            self.notes.add("language_unknown", row.sheet, 0, column, language, tag)
        return tag

    def _cut(self, row: Row, column: str, text: str) -> str:
        if len(text) > _LONGEST:
            self.notes.add("text_cut", row.sheet, row.number, column, text, str(_LONGEST))
        return text[:_LONGEST]

    def label(self, row: Row, name: str) -> dict[str, str]:
        """The label, or else the name."""
        found = self.words(row, "label")
        if not found:
            self.notes.add("label_from_name", row.sheet, row.number, "label", name)
        return found or {self.default: name}
