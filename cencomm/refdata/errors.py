"""What can be wrong with a code list that is brought in; nothing of such a list is kept."""

from __future__ import annotations

from cencomm.errors import DomainError


class RefdataMalformed(DomainError):
    """A row of the file cannot be read. Facts: line (from 1), column, reason."""

    code = "refdata.malformed"


class RefdataTooLarge(DomainError):
    """The file is beyond a bound. Facts: what, limit."""

    code = "refdata.too_large"


class RefdataUnknownList(DomainError):
    """There is no code list of this name on this device. Facts: name."""

    code = "refdata.unknown_list"


class RefdataUnavailable(DomainError):
    """No package on this machine has the list, so that a file is needed. Facts: name, package."""

    code = "refdata.unavailable"


class RefdataDamaged(DomainError):
    """The file in which code lists are kept is not one of ours, or cannot be opened. Facts: none."""

    code = "refdata.damaged"
