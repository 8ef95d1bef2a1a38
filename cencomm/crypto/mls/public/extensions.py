"""Extensions and capabilities (RFC 9420 §7.2, §11.1, §13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Self

from cencomm.crypto.mls.public.struct import Struct, encode_u16
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.tls import Reader, Writer

MAX_EXTENSIONS = 256
"""How many extensions one list may have; more is not read."""

_MAX_CAPABILITIES = 1024


class ExtensionType(IntEnum):
    """The types that every client supports without saying so (§7.2, §17.3)."""

    APPLICATION_ID = 1
    RATCHET_TREE = 2
    REQUIRED_CAPABILITIES = 3
    EXTERNAL_PUB = 4
    EXTERNAL_SENDERS = 5


DEFAULT_EXTENSIONS = frozenset(int(known) for known in ExtensionType)
DEFAULT_PROPOSALS = frozenset(range(1, 8))
"""The proposal types that every client supports without saying so (§7.2)."""


@dataclass(frozen=True, slots=True)
class Extension(Struct):
    """A typed, opaque piece of data."""

    extension_type: int
    data: bytes

    def encode(self) -> bytes:
        return Writer().u16(self.extension_type).vector(self.data).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.u16(), reader.vector())


def write_extensions(writer: Writer, extensions: Sequence[Extension]) -> Writer:
    return writer.vector_of(extensions, Extension.encode)


def read_extensions(reader: Reader) -> tuple[Extension, ...]:
    return reader.vector_of(Extension.read, MAX_EXTENSIONS)


def find(extensions: Sequence[Extension], extension_type: int) -> bytes | None:
    """The data of the extension of this type, if there is one."""
    for extension in extensions:
        if extension.extension_type == extension_type:
            return extension.data
    return None


def check_unique(extensions: Sequence[Extension]) -> None:
    """Raises `MlsError` V124 if two extensions have one type."""
    if len({extension.extension_type for extension in extensions}) != len(extensions):
        raise refuse("V124")


def _write_types(writer: Writer, types: Sequence[int]) -> Writer:
    return writer.vector_of(types, encode_u16)


def _read_types(reader: Reader) -> tuple[int, ...]:
    return reader.vector_of(Reader.u16, _MAX_CAPABILITIES)


@dataclass(frozen=True, slots=True)
class RequiredCapabilities(Struct):
    """What every member of a group must support (§11.1)."""

    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = ()

    def encode(self) -> bytes:
        writer = Writer()
        _write_types(writer, self.extensions)
        _write_types(writer, self.proposals)
        return _write_types(writer, self.credentials).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(_read_types(reader), _read_types(reader), _read_types(reader))

    @classmethod
    def of(cls, extensions: Sequence[Extension]) -> Self | None:
        """Those in a list of extensions of a group. Raises `DecodeError`."""
        data = find(extensions, ExtensionType.REQUIRED_CAPABILITIES)
        return None if data is None else cls.decode(data)


@dataclass(frozen=True, slots=True)
class Capabilities(Struct):
    """What a client says that it supports, beyond the defaults (§7.2)."""

    versions: tuple[int, ...]
    cipher_suites: tuple[int, ...]
    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = ()

    def encode(self) -> bytes:
        writer = Writer()
        for types in (self.versions, self.cipher_suites, self.extensions, self.proposals):
            _write_types(writer, types)
        return _write_types(writer, self.credentials).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            _read_types(reader), _read_types(reader), _read_types(reader), _read_types(reader), _read_types(reader)
        )

    def supports_extension(self, extension_type: int) -> bool:
        return extension_type in DEFAULT_EXTENSIONS or extension_type in self.extensions

    def supports_proposal(self, proposal_type: int) -> bool:
        return proposal_type in DEFAULT_PROPOSALS or proposal_type in self.proposals

    def satisfies(self, required: RequiredCapabilities) -> bool:
        return _satisfies(self, required)


@lru_cache(maxsize=1024)
def _satisfies(capabilities: Capabilities, required: RequiredCapabilities) -> bool:
    return (
        all(capabilities.supports_extension(wanted) for wanted in required.extensions)
        and all(capabilities.supports_proposal(wanted) for wanted in required.proposals)
        and all(wanted in capabilities.credentials for wanted in required.credentials)
    )
