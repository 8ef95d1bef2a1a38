"""The group context: what all members of an epoch agree on (RFC 9420 §8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cencomm.crypto.mls.public.extensions import Extension, read_extensions, write_extensions
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.tls import Reader, Writer


@dataclass(frozen=True)
class GroupContext(Struct):
    """GroupContext; `version` and `cipher_suite` as the numbers of §17."""

    version: int
    cipher_suite: int
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: tuple[Extension, ...]

    @cached_property
    def _encoded(self) -> bytes:
        writer = Writer().u16(self.version).u16(self.cipher_suite).vector(self.group_id).u64(self.epoch)
        writer.vector(self.tree_hash).vector(self.confirmed_transcript_hash)
        return write_extensions(writer, self.extensions).bytes()

    def encode(self) -> bytes:
        return self._encoded

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            version=reader.u16(),
            cipher_suite=reader.u16(),
            group_id=reader.vector(),
            epoch=reader.u64(),
            tree_hash=reader.vector(),
            confirmed_transcript_hash=reader.vector(),
            extensions=read_extensions(reader),
        )
