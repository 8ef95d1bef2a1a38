"""A WebSocket peer without manners: it sends exactly the bytes that a test wants, and says what came back."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL, ClientFrame, encode_frame

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
SECONDS: Final = 60
"""A peer that waits longer for the server has found a fault."""


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True, says: int | None = None
) -> bytes:
    """One frame (RFC 6455 §5.2); `says` is the length that it declares, if another than it has."""
    length = len(payload) if says is None else says
    bit = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length < 126:
        head += bytes([bit | length])
    elif length < 1 << 16:
        head += bytes([bit | 126]) + struct.pack("!H", length)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", length)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))


def message(said: ClientFrame) -> bytes:
    """A frame of ours as one honest binary message."""
    return frame(BINARY, encode_frame(said))


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


def head_of(address: str, token: str, **changes: str | None) -> bytes:
    """The request for the upgrade; `changes` by header, underscores for hyphens, None leaves one out."""
    headers: dict[str, str | None] = {
        "Host": urlsplit(address).netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": SUBPROTOCOL,
        "Authorization": f"Bearer {token}",
    }
    start = changes.pop("start", None) or f"GET {SESSION_PATH} HTTP/1.1"
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [start, *(f"{name}: {value}" for name, value in headers.items() if value is not None)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Ended(Exception):
    """The server has ended the connection."""


@dataclass
class RawSocket:
    socket: socket.socket
    _held: bytearray = field(default_factory=bytearray)

    @classmethod
    def to(cls, address: str, *, receive_buffer: int | None = None) -> Self:
        parts = urlsplit(address)
        assert parts.hostname is not None
        made = socket.socket()
        made.settimeout(SECONDS)
        if receive_buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.connect((parts.hostname, parts.port or 80))
        return cls(made)

    @classmethod
    def upgraded(cls, address: str, token: str, **changes: str | None) -> Self:
        """With the handshake done and Ready read."""
        made = cls.to(address)
        made.send(head_of(address, token, **changes))
        assert made.answer().startswith("HTTP/1.1 101 ")
        opcode, _ = made.frame()
        assert opcode == BINARY
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """A server that has ended the connection refuses the rest, which is its right."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def answer(self) -> str:
        """The head of an HTTP answer."""
        while b"\r\n\r\n" not in self._held:
            self._more()
        head, _, rest = bytes(self._held).partition(b"\r\n\r\n")
        self._held[:] = rest
        return head.decode("latin-1")

    def frame(self) -> tuple[int, bytes]:
        """The next frame, which a server never masks. Raises Ended."""
        first, second = self._take(2)
        assert first & 0x80, "the server fragments nothing"
        assert not second & 0x80, "the server masks nothing"
        length = second
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(length)

    def frames(self) -> list[tuple[int, bytes]]:
        """All that comes until the end, however it ends; a close frame is answered."""
        found = []
        try:
            while True:
                found.append(self.frame())
                if found[-1][0] == CLOSE:
                    self.send(frame(CLOSE, found[-1][1]))
        except Ended:
            return found

    def close_code(self) -> int | None:
        """The code of the close frame with which the server ended; None where it sent none, 1005 for an empty one."""
        ends = [payload for opcode, payload in self.frames() if opcode == CLOSE]
        assert len(ends) <= 1, "closed once"
        if not ends:
            return None
        return int.from_bytes(ends[0][:2], "big") if ends[0] else 1005

    def ended(self) -> bytes:
        """What comes until the server ends the connection."""
        try:
            while True:
                self._more()
        except Ended:
            return bytes(self._held)

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            self._more()
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def _more(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Ended
        self._held += data
