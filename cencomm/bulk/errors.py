"""What can be wrong with a table or a mapping as a whole; what is wrong with a cell is a finding at that cell."""

from __future__ import annotations

from cencomm.errors import DomainError


class TableUnreadable(DomainError):
    """The file cannot be read as a table. Facts: line (0: the file as a whole), reason."""

    code = "bulk.table_unreadable"


class TableTooLarge(DomainError):
    """The file is beyond a bound. Facts: what, limit."""

    code = "bulk.too_large"


class ColumnMissing(DomainError):
    """The table has no column of this header. Facts: column."""

    code = "bulk.column_missing"


class MappingMalformed(DomainError):
    """The mapping cannot be used. Facts: at, reason."""

    code = "bulk.mapping_malformed"


class MappingUnknown(DomainError):
    """No mapping of this name is shipped. Facts: name."""

    code = "bulk.mapping_unknown"


class RowsWrong(DomainError):
    """Some rows cannot become records; nothing was sent. Facts: rows, cells."""

    code = "bulk.rows_wrong"


class WorkbookOfOther(DomainError):
    """The workbook was made for another form, or for another version of it. Facts: template."""

    code = "bulk.workbook_of_other"
