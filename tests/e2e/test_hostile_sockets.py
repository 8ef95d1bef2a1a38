"""Broken and hostile sockets against the real server: the cases of the Autobahn suite that matter here, slow and
endless requests, floods, and peers that vanish or never read.

Whatever such a peer does, it gets the close code of RFC 6455 and its connection ends, the others are served meanwhile,
and nothing is stored. `make soak` does more of it (`tests.soak.sockets`).
"""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cencomm import measures
from cencomm.server import app
from cencomm.server.http_protocol import HttpProtocol
from cencomm.server.uvicorn_protocol import CHEAP_FRAMES_AT_ONCE, SLICE_BYTES, WebSocketProtocol
from cencomm.wire.frames import MAX_FRAME_BYTES, Ping, Pong, Refused, Subscribe, decode_server_frame, encode_frame
from tests.delivery_stand import token_of
from tests.effort import effort
from tests.measured import since_now
from tests.raw_socket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    RawSocket,
    closing,
    frame,
    head_of,
    message,
)
from tests.threaded_server import Stand
from tests.unit.crypto.people import OTIENO, SILVA

HOSTILE, HONEST = token_of(OTIENO), token_of(SILVA)
IDLE = effort(short=200, full=10_000)


class Stalling(HttpProtocol):
    stalled_seconds = 0.5


class Impatient(HttpProtocol):
    """Quick enough for a test. On a busy machine an honest request may be late, too: it is sent again."""

    head_seconds = 1.0


class Lingering(WebSocketProtocol):
    """On a busy machine the test itself may take long to read the close frame."""

    linger_seconds = 20.0


def hostile(stand: Stand) -> RawSocket:
    return RawSocket.upgraded(stand.address, HOSTILE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("sockets")
    with Stand(folder, [OTIENO, SILVA], http=Stalling, ws=Lingering, ws_ping_interval=3600) as stand:
        yield stand  # raw peers answer no pings


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "BODY_SECONDS", 1.0)
        patch.setattr(app, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
        folder = tmp_path_factory.mktemp("impatient")
        with Stand(folder, [OTIENO], http=Impatient, timeout_keep_alive=1, device_sockets=4) as stand:
            yield stand


@pytest.fixture
def stand(shared: Stand) -> Iterator[Stand]:
    """The shared server. An honest officer is connected before, and is answered while and after the test; in the end
    the store is as it was."""
    before = shared.rows()
    with RawSocket.upgraded(shared.address, HONEST) as honest:
        yield shared
        assert answered(honest)
    assert shared.rows() == before


def answered(peer: RawSocket) -> bool:
    """The server answers what an honest peer asks; pings of the keepalive may come first."""
    peer.send(message(Ping(7)))
    while (came := peer.frame())[0] == PING:
        peer.send(frame(PONG, came[1]))
    return came == (BINARY, encode_frame(Pong(7)))


RESERVED_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535]
BROKEN: dict[str, tuple[bytes, int]] = {
    **{f"reserved bit {bit}": (frame(BINARY, b"x", rsv=bit), 1002) for bit in (1, 2, 4)},
    "a reserved bit of a ping": (frame(PING, b"x", rsv=4), 1002),
    "compressed, which was not agreed": (frame(BINARY, b"\xca\x48\xcd\xc9\xc9\x07\x00", rsv=4), 1002),
    **{f"opcode {opcode}": (frame(opcode, b"x"), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "not masked": (frame(BINARY, b"x", masked=False), 1002),
    "a ping that is not masked": (frame(PING, masked=False), 1002),
    "a ping in fragments": (frame(PING, b"x", fin=False), 1002),
    "a close in fragments": (frame(CLOSE, b"\x03\xe8", fin=False), 1002),
    "a ping of 126 bytes": (frame(PING, b"x" * 126), 1002),
    "a close of 126 bytes": (closing(1000, b"x" * 124), 1002),
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    **{f"close code {code}": (closing(code), 1002) for code in RESERVED_CODES},
    "a close reason that is no UTF-8": (closing(1000, b"\xce\xba\xff"), 1007),
    "text that is no UTF-8": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "text that is no UTF-8 as a whole": (frame(TEXT, b"\xce", fin=False) + frame(CONTINUATION, b"\xff"), 1007),
    "text cut within a character": (frame(TEXT, b"\xf0\x9f", fin=False) + frame(CONTINUATION, b"\x98"), 1007),
    "a continuation of nothing": (frame(CONTINUATION, b"x"), 1002),
    "a continuation of nothing, not the last": (frame(CONTINUATION, b"x", fin=False), 1002),
    "a message within another": (frame(BINARY, b"x", fin=False) + frame(BINARY, b"y"), 1002),
    "a close within a message": (frame(BINARY, b"x", fin=False) + closing(1000), 1002),
    "a length beyond the limit": (frame(BINARY, says=MAX_FRAME_BYTES + 1), 1009),
    "the greatest length": (frame(BINARY, says=2**63 - 1), 1009),
    "a length with its highest bit": (frame(BINARY, says=2**63), 1009),
    "fragments beyond the limit": (frame(BINARY, b"x", fin=False) + frame(CONTINUATION, says=MAX_FRAME_BYTES), 1009),
    "a ping of four gigabytes": (frame(PING, says=2**32), 1009),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_frame_ends_the_connection_with_its_code(stand: Stand, what: str) -> None:
    sent, code = BROKEN[what]
    cut = since_now("cencomm_connections_cut_total", reason="protocol")
    with hostile(stand) as peer:
        peer.send(sent)
        assert peer.close_code() == code
    assert cut() == 1


def test_what_follows_a_broken_frame_is_dropped_and_the_code_still_arrives(stand: Stand) -> None:
    with hostile(stand) as peer:
        peer.send(frame(3) + b"x" * 4_000_000)
        assert peer.close_code() == 1002


class TestWhatIsAllowed:
    def test_a_message_in_fragments_with_pings_between(self, stand: Stand) -> None:
        data = encode_frame(Ping(5))
        with hostile(stand) as peer:
            peer.send(frame(BINARY, data[:1], fin=False) + frame(PING, b"between") + frame(CONTINUATION, fin=False))
            peer.send(frame(PONG, b"unasked") + frame(CONTINUATION, data[1:]))
            assert [peer.frame(), peer.frame()] == [(PONG, b"between"), (BINARY, encode_frame(Pong(5)))]

    def test_bytes_one_by_one(self, stand: Stand) -> None:
        with hostile(stand) as peer:
            for byte in message(Ping(6)):
                peer.send(bytes([byte]))
            assert peer.frame() == (BINARY, encode_frame(Pong(6)))

    @pytest.mark.parametrize("payload", [b"", b"x", bytes(range(125))])
    def test_a_ping_is_answered_with_its_payload(self, stand: Stand, payload: bytes) -> None:
        with hostile(stand) as peer:
            peer.send(frame(PING, payload))
            assert peer.frame() == (PONG, payload)

    @pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999])
    def test_a_close_is_answered_with_its_code_and_nothing_is_read_after_it(self, stand: Stand, code: int) -> None:
        with hostile(stand) as peer:
            peer.send(closing(code, "до свидания".encode()) + message(Ping(1)))
            assert peer.frames() == [(CLOSE, code.to_bytes(2, "big") + "до свидания".encode())]

    def test_a_close_without_a_code(self, stand: Stand) -> None:
        with hostile(stand) as peer:
            peer.send(frame(CLOSE))
            assert peer.close_code() == 1005

    @pytest.mark.parametrize(("opcode", "payload"), [(TEXT, b"text"), (BINARY, b""), (BINARY, b"\xc1"), (TEXT, b"")])
    def test_a_message_that_makes_no_sense_is_refused_and_the_tenth_ends_it(
        self, stand: Stand, opcode: int, payload: bytes
    ) -> None:
        sent = frame(opcode, payload)
        refused = (BINARY, encode_frame(Refused(None, None, "wire.malformed")))
        with hostile(stand) as peer:
            peer.send(sent)
            assert peer.frame() == refused
            assert answered(peer)
            peer.send(sent * 9)
            assert [peer.frame() for _ in range(9)] == [refused] * 9
            assert peer.close_code() == 1008


class TestFloods:
    def test_pings_of_a_peer_that_reads_nothing(self, stand: Stand) -> None:
        cut = since_now("cencomm_connections_cut_total", reason="flood")
        with hostile(stand) as peer, hostile(stand) as other:
            peer.send(frame(PING, b"x" * 125) * 40_000)
            assert answered(other)
            frames = peer.frames()
            assert cut() == 1
            assert frames[-1] == (CLOSE, (1008).to_bytes(2, "big"))
            assert len(frames) < CHEAP_FRAMES_AT_ONCE + SLICE_BYTES

    @pytest.mark.parametrize("piece", [b"", b"x"])
    def test_fragments_without_end(self, stand: Stand, piece: bytes) -> None:
        with hostile(stand) as peer:
            peer.send(frame(BINARY, fin=False) + frame(CONTINUATION, piece, fin=False) * 20_000)
            assert peer.close_code() == 1008

    def test_large_fragments_without_end(self, stand: Stand) -> None:
        piece = frame(CONTINUATION, bytes(100_000), fin=False)
        with hostile(stand) as peer:
            peer.send(frame(BINARY, fin=False))
            for _ in range(MAX_FRAME_BYTES // 100_000 + 1):
                peer.send(piece)
            assert peer.close_code() == 1009

    def test_unasked_pongs(self, stand: Stand) -> None:
        with hostile(stand) as peer:
            peer.send(frame(PONG) * 20_000)
            assert peer.close_code() == 1008

    def test_messages_faster_than_they_are_read(self, stand: Stand) -> None:
        """Nothing is dropped: what is not read yet waits, in order."""
        with hostile(stand) as peer:
            peer.send(b"".join(message(Ping(number)) for number in range(1_500)))
            came = [decode_server_frame(peer.frame()[1]) for _ in range(1_500)]
            assert came == [Pong(number) for number in range(1_500)]

    def test_subscriptions_beyond_the_limit(self, stand: Stand) -> None:
        with hostile(stand) as peer:
            peer.send(b"".join(message(Subscribe(number.to_bytes(16, "big"))) for number in range(1_000)))
            came = [decode_server_frame(peer.frame()[1]) for _ in range(1_000)]
            assert {type(said) for said in came} == {Refused}
            assert answered(peer)

    def test_handshakes_with_tokens_that_nobody_has(self, stand: Stand) -> None:
        def knock(number: int) -> str:
            with RawSocket.to(stand.address) as peer:
                peer.send(head_of(stand.address, f"guess {number}"))
                return peer.answer().split(" ")[1]

        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(knock, range(100))) == {"401"}


class TestHandshakes:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"start": "POST /v1/session HTTP/1.1"}, 405),
            ({"start": "GET /v1/nothing HTTP/1.1"}, 403),
            ({"Sec_WebSocket_Version": "12"}, 400),
            ({"Sec_WebSocket_Key": None}, 400),
            ({"Sec_WebSocket_Key": "c2hvcnQ="}, 400),
            ({"Sec_WebSocket_Key": "not base64"}, 400),
            ({"Content_Length": "4"}, 400),
            ({"Authorization": None}, 401),
            ({"Authorization": "Bearer \xff"}, 401),
            ({"Origin": "https://elsewhere.example"}, 403),
            ({"Cookie": "x" * 20_000}, 400),
        ],
    )
    def test_what_is_no_handshake_is_refused_and_ends(
        self, stand: Stand, changes: dict[str, str | None], status: int
    ) -> None:
        with RawSocket.to(stand.address) as peer:
            peer.send(head_of(stand.address, HOSTILE, **changes))
            assert peer.answer().split(" ")[1] == str(status)
            peer.ended()

    def test_compression_is_offered_and_not_taken(self, stand: Stand) -> None:
        with RawSocket.to(stand.address) as peer:
            offered = "permessage-deflate; client_max_window_bits"
            peer.send(head_of(stand.address, HOSTILE, Sec_WebSocket_Extensions=offered))
            head = peer.answer().lower()
            assert head.startswith("http/1.1 101 ")
            assert "sec-websocket-extensions" not in head


TRIES = 20


def served(stand: Stand) -> bool:
    """An honest request is answered."""
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return any(said(stand, asked).startswith(b"HTTP/1.1 200 ") for _ in range(TRIES))


def said(stand: Stand, *sent: bytes) -> bytes:
    """What comes until the server ends the connection, to a peer that sends this and no more."""
    with RawSocket.to(stand.address) as peer:
        for data in sent:
            peer.send(data)
        return peer.ended()


class TestSlowRequests:
    @pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nX-A: ", b"GET /v1/session HTTP/1.1\r\nUpgrade: "])
    def test_a_head_that_never_comes_whole(self, impatient: Stand, head: bytes) -> None:
        peers = [RawSocket.to(impatient.address) for _ in range(50)]
        for peer in peers:
            peer.send(head)
        assert served(impatient)
        for peer in peers:
            with peer:
                assert peer.ended() == b""

    def test_a_byte_now_and_then_gives_no_more_time(self, impatient: Stand) -> None:
        with RawSocket.to(impatient.address) as peer:
            peer.socket.settimeout(0.1)
            assert trickle(peer, b"GET / HTTP/1.1\r\nX-A: " + b"x" * 1_000) == b""

    def test_a_head_after_an_answered_request(self, impatient: Stand) -> None:
        sent = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET /hea"
        assert any(said(impatient, sent).count(b"HTTP/1.1 ") == 1 for _ in range(TRIES))

    def test_a_body_that_never_comes(self, impatient: Stand) -> None:
        before = impatient.rows()
        sent = b"POST /v1/sign-in/start HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"
        came = next(came for _ in range(TRIES) if (came := said(impatient, sent)))
        assert came.startswith(b"HTTP/1.1 408 ")
        assert b"server.too_slow" in came
        assert impatient.rows() == before

    def test_a_body_without_end_after_the_refusal(self, impatient: Stand) -> None:
        def came() -> bytes:
            with RawSocket.to(impatient.address) as peer:
                peer.send(b"POST /v1/devices HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                peer.socket.settimeout(0.05)
                return trickle(peer, b"1\r\nx\r\n" * 2_000, 6)

        assert next(answer for _ in range(TRIES) if (answer := came())).startswith(b"HTTP/1.1 401 ")

    def test_answers_that_nobody_takes(self, stand: Stand) -> None:
        asked = 300
        with RawSocket.to(stand.address, receive_buffer=4096) as peer:
            peer.send(b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * asked)
            assert stand.do(_taken_in(stand, False))
            assert served(stand)
            assert stand.do(_taken_in(stand, True))
            assert peer.ended().count(b"HTTP/1.1 200 ") < asked


async def _taken_in(stand: Stand, wanted: bool) -> bool:
    """Until a connection of the server holds what its peer does not take, or none does."""
    while any(one.transport.get_write_buffer_size() for one in stand.server.connections) == wanted:
        await asyncio.sleep(0.01)
    return True


def trickle(peer: RawSocket, data: bytes, size: int = 1) -> bytes:
    """What came until the server ended the connection, to a peer that sends a few bytes now and then."""
    came = b""
    for start in range(0, len(data), size):
        peer.send(data[start : start + size])
        try:
            more = peer.socket.recv(65536)
        except TimeoutError:
            continue
        except ConnectionResetError:
            return came
        if not more:
            return came
        came += more
    raise AssertionError("the server waited for all of it")


class TestPeersThatAreNotThere:
    def test_one_that_answers_no_ping_is_let_go(self, tmp_path: Path) -> None:
        pings = {"ws_ping_interval": 0.1, "ws_ping_timeout": 0.1}
        with Stand(tmp_path, [OTIENO], ws=Lingering, **pings) as stand, hostile(stand) as peer:
            came = peer.frames()
            assert came[-1][0] == CLOSE
            assert came[-1][1][:2] == (1011).to_bytes(2, "big")
            assert {opcode for opcode, _ in came[:-1]} == {PING}

    def test_one_that_is_cut_within_a_frame(self, stand: Stand) -> None:
        connections = len(measures.CONNECTIONS)
        with hostile(stand) as peer:
            peer.send(message(Ping(1))[:4])
            peer.socket.shutdown(socket.SHUT_WR)
            assert peer.close_code() in (None, 1002, 1006)
        assert len(measures.CONNECTIONS) <= connections + 1

    def test_more_of_one_device_than_it_may_have_and_the_newest_are_served(self, impatient: Stand) -> None:
        peers = [hostile(impatient) for _ in range(6)]
        for peer in peers[:2]:
            with peer:
                assert peer.close_code() == 1013
        for peer in peers[2:]:
            with peer:
                assert answered(peer)

    def test_many_idle_ones(self, stand: Stand) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        peers = [hostile(stand) for _ in range(min(IDLE, hard // 2 - 500))]
        assert served(stand)
        for peer in peers:
            with peer:
                assert answered(peer)
