"""How the tables of an extraction are laid out: all that they depend on beside the records themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cencomm.client.bundle import Manifest
from cencomm.export import Column, Kind
from cencomm.export.profiles import Profile
from cencomm.i18n import message


@dataclass(frozen=True, slots=True)
class Layout:
    """In which language, for whom, as what, and what the cover says of where the tables come from."""

    language: str
    profile: Profile = Profile.FULL
    formats: tuple[str, ...] = ()
    basis: str = ""
    """`Manifest.basis`."""
    extracted_by: str = ""
    at_ms: int = 0
    """The server's time of the last event: nothing in a file may depend on when it is written."""


def layout_of(manifest: Manifest) -> Layout:
    """As the manifest says."""
    return Layout(
        manifest.language,
        Profile(manifest.profile),
        manifest.formats,
        manifest.basis,
        manifest.extracted_by,
        manifest.at_ms,
    )


def column(key: str, kind: Kind = Kind.TEXT, width: int = 18) -> Column:
    """A column whose title `titled` fills in."""
    return Column(key, "", kind, width)


def titled(columns: Iterable[Column], language: str) -> tuple[Column, ...]:
    """The columns with their titles in the reader's language."""
    return tuple([replace(each, title=message(f"text.column.{each.key}", {}, language)) for each in columns])


def sheet_name(key: str, language: str) -> str:
    return message(f"text.sheet.{key}", {}, language)
