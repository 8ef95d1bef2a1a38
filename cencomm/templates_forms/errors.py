"""What can be wrong with a template, an expression or a table that is read; never what was answered in a form."""

from __future__ import annotations

from cencomm.errors import DomainError


class TemplateMalformed(DomainError):
    """The bytes are not a template in canonical form, or its parts do not fit together. Facts: reason, at."""

    code = "templates.malformed"


class TemplateTooLarge(DomainError):
    """The template is beyond a bound of this program. Facts: what, limit."""

    code = "templates.too_large"


class ExpressionMalformed(DomainError):
    """The text is not an expression of our subset. Facts: reason, position (characters from 0)."""

    code = "templates.expression_malformed"


class ExpressionTooLarge(DomainError):
    """The expression, or the work that it asks for, is beyond a bound. Facts: what, limit."""

    code = "templates.expression_too_large"


class UnknownTemplate(DomainError):
    """No standard template has this name. Facts: name."""

    code = "templates.unknown"


class UnknownWord(DomainError):
    """The template has no such field, list, code or rule. Facts: path."""

    code = "templates.unknown_word"


class PartsDisagree(DomainError):
    """The public and the personal part of a record do not belong together. Facts: path."""

    code = "templates.parts_disagree"


class TableMalformed(DomainError):
    """A row of a table that is brought in cannot be read. Facts: line (from 1), column, reason."""

    code = "templates.table_malformed"


class CannotFollow(DomainError):
    """No form of this template begins from a form of that one. Facts: template, before."""

    code = "templates.cannot_follow"


class NotReleasable(DomainError):
    """No case of the CEN core is made from records of this template. Facts: template."""

    code = "templates.not_releasable"


class NominalInWords(DomainError):
    """What would leave for the CEN core holds a value of a nominal field of the same record. Facts: path, nominal."""

    code = "templates.nominal_in_words"
