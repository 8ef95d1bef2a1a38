"""Why a workbook is refused as a form. What its author must put right says where: sheet, row, column, value."""

from __future__ import annotations

from cencomm.errors import DomainError


class XlsformUnreadable(DomainError):
    """The file cannot be read as a workbook. Facts: reason."""

    code = "xlsform.unreadable"


class XlsformTooLarge(DomainError):
    """The file is beyond a bound. Facts: what, limit."""

    code = "xlsform.too_large"


class SheetMissing(DomainError):
    """There is no such sheet, or nothing in it. Facts: sheet."""

    code = "xlsform.sheet_missing"


class RowRefused(DomainError):
    """Something in one cell. Facts: sheet, row (as the spreadsheet counts), column (its header), value."""

    def __init__(self, sheet: str, row: int, column: str, value: str = "") -> None:
        super().__init__(sheet=sheet, row=row, column=column[:100], value=value[:100])


class HeaderTwice(RowRefused):
    """Two columns mean the same."""

    code = "xlsform.header_twice"


class HeaderMissing(RowRefused):
    """A column that every form has is not there."""

    code = "xlsform.header_missing"


class TypeMissing(RowRefused):
    """A question without a type."""

    code = "xlsform.type_missing"


class TypeUnknown(RowRefused):
    """A type that XLSForm does not have."""

    code = "xlsform.type_unknown"


class NameMissing(RowRefused):
    """A question, group or choice without a name."""

    code = "xlsform.name_missing"


class NameMalformed(RowRefused):
    """A name with characters that names do not have."""

    code = "xlsform.name_malformed"


class NameTwice(RowRefused):
    """Two questions of one group, two repeats of the form, or two choices of one list have the same name."""

    code = "xlsform.name_twice"


class NameReserved(RowRefused):
    """A name that XLSForm keeps for itself."""

    code = "xlsform.name_reserved"


class ChoiceWithSpace(RowRefused):
    """Several choices are kept with spaces between them, so that none may hold one."""

    code = "xlsform.choice_with_space"


class LabelMissing(RowRefused):
    """A question without a label or a hint: nobody would know what is asked."""

    code = "xlsform.label_missing"


class EndUnmatched(RowRefused):
    """The end of a group that has not begun."""

    code = "xlsform.end_unmatched"


class BeginUnmatched(RowRefused):
    """A group without an end."""

    code = "xlsform.begin_unmatched"


class ListMissing(RowRefused):
    """The list of choices is not there."""

    code = "xlsform.list_missing"


class CalculationMissing(RowRefused):
    """A calculation of nothing."""

    code = "xlsform.calculation_missing"


class ReferenceMalformed(RowRefused):
    """What begins with `${` is no reference."""

    code = "xlsform.reference_malformed"


class ReferenceUnknown(RowRefused):
    """A reference to a question that the form does not have."""

    code = "xlsform.reference_unknown"


class ReferenceAmbiguous(RowRefused):
    """A reference to a name that several questions have."""

    code = "xlsform.reference_ambiguous"


class ParameterMalformed(RowRefused):
    """Parameters that are not `name=value`, or not numbers where numbers are needed."""

    code = "xlsform.parameter_malformed"
