"""The root of every error that may cross an edge: a stable code and facts, never a sentence (style guide §5)."""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | float | bool | None


class DomainError(Exception):
    """A refusal that the caller may see.

    `code` is stable and names the sentence in `cencomm.i18n` (`error.<code>`); `facts` fill it in. Neither
    may ever hold plaintext, a token or key material.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts: dict[str, Fact] = facts

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({listed})"


def all_error_types(root: type[DomainError] = DomainError) -> list[type[DomainError]]:
    """Every concrete error of the program that has been imported, each once, sorted by code."""
    found: dict[str, type[DomainError]] = {}
    pending = [root]
    while pending:
        error = pending.pop()
        pending.extend(error.__subclasses__())
        if "code" in vars(error) and error is not DomainError:
            found.setdefault(error.code, error)
    return [found[code] for code in sorted(found)]
