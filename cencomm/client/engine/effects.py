"""What the engine wants done after a transaction: it asks, `CugEngine` does it. All are safe to do twice or never."""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.archive import ArchiveSeal
from cencomm.ids import OfficerId


@dataclass(frozen=True, slots=True)
class Join:
    """This device has no leaf that it can use, and its officer stands in the roster: join by external commit."""


@dataclass(frozen=True, slots=True)
class Succeed:
    """Two officers rejected the newest commit: start a successor group, unless somebody does."""


@dataclass(frozen=True, slots=True)
class CorrectSeals:
    """The committer's archive seals of this epoch are wrong: upload the right ones, unless somebody does."""

    group_id: bytes
    epoch: int
    seals: tuple[ArchiveSeal, ...]


@dataclass(frozen=True, slots=True)
class AnswerHistory:
    """Somebody asked for keys: answer, unless somebody else does."""

    seq: int
    epochs: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True)
class RemoveLeaver:
    """He asked to be let go; an organiser's client removes him."""

    officer_id: OfficerId


@dataclass(frozen=True, slots=True)
class SaveToVault:
    """There are keys that the vault does not have."""


@dataclass(frozen=True, slots=True)
class CatchUpAgain:
    """Events are missing: subscribe again from the last verified one."""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A handshake was refused: read the log again from its place, whether it is shown otherwise now."""


Effect = Join | Succeed | CorrectSeals | AnswerHistory | RemoveLeaver | SaveToVault | CatchUpAgain | ReadAgain
