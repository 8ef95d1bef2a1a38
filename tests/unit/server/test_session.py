"""The session's answers, without any connection."""

from __future__ import annotations

import pytest

from cencomm.groups.errors import StaleEpoch
from cencomm.groups.log import Receipt
from cencomm.ids import ClientRef, CugId, DeviceId
from cencomm.server import session as s
from cencomm.wire.frames import (
    Commit,
    EventKind,
    Limits,
    Ping,
    Pong,
    Ready,
    Refused,
    Send,
    StartGroup,
    Stored,
    Subscribe,
    Typing,
    Unsubscribe,
    Unwatch,
    Watch,
    WelcomeFor,
)

LIMITS = Limits(record_bytes=100, handshake_bytes=200, key_packages=1, subscriptions=2)
DEVICE = DeviceId("KE/otieno/laptop")
CUG = CugId(b"c" * 16)
REF = ClientRef(b"r" * 16)


@pytest.fixture
def session() -> s.Session:
    opened = s.Session(DEVICE, LIMITS)
    opened.handle(s.Opened(1000))
    return opened


def came(frame: object, at_seconds: float = 0.0) -> s.Came:
    return s.Came(frame, at_seconds)  # type: ignore[arg-type]


def refusals(commands: list[s.Command]) -> list[str]:
    return [
        command.frame.code for command in commands if isinstance(command, s.Say) and isinstance(command.frame, Refused)
    ]


class TestOpening:
    def test_ready_comes_first(self) -> None:
        assert s.Session(DEVICE, LIMITS).handle(s.Opened(1000)) == [s.Say(Ready(1000, DEVICE, LIMITS))]

    def test_a_frame_before_the_opening_is_a_fault_of_the_driver(self) -> None:
        with pytest.raises(KeyError):
            s.Session(DEVICE, LIMITS).handle(came(Ping()))

    def test_every_state_and_event_of_the_table_is_there(self) -> None:
        assert set(s.TRANSITIONS) == set(s.State)


class TestFrames:
    def test_ping_is_answered_with_its_token(self, session: s.Session) -> None:
        assert session.handle(came(Ping(7))) == [s.Say(Pong(7))]

    def test_subscribe_follows_and_unsubscribe_ends_it(self, session: s.Session) -> None:
        assert session.handle(came(Subscribe(CUG, 5))) == [s.Follow(CUG, 5)]
        assert session.handle(came(Unsubscribe(CUG))) == [s.Unfollow(CUG)]

    def test_presence_and_typing_are_of_what_is_followed(self, session: s.Session) -> None:
        session.handle(came(Subscribe(CUG, 5)))
        assert session.handle(came(Watch(CUG))) == [s.Heed(CUG, True)]
        assert session.handle(came(Typing(CUG))) == [s.Hint(CUG)]
        assert session.handle(came(Unwatch(CUG))) == [s.Heed(CUG, False)]

    @pytest.mark.parametrize("frame", [Watch(CUG), Unwatch(CUG), Typing(CUG)])
    def test_of_what_is_not_followed_nothing_is_done_and_nothing_said(self, session: s.Session, frame: object) -> None:
        assert session.handle(came(frame)) == []
        session.handle(came(Subscribe(CUG, 5)))
        session.handle(s.Unfollowed(CUG))
        assert session.handle(came(frame)) == []

    @pytest.mark.parametrize("frame", [Send(CUG, REF, EventKind.RECORD, b"x"), StartGroup(CUG, REF, b"x")])
    def test_what_is_sent_is_accepted(self, session: s.Session, frame: Send | StartGroup) -> None:
        assert session.handle(came(frame)) == [s.Accept(frame)]


class TestLimits:
    def test_one_subscription_too_many_is_refused_and_nothing_is_followed(self, session: s.Session) -> None:
        for number in range(2):
            session.handle(came(Subscribe(bytes([number]) * 16)))
        commands = session.handle(came(Subscribe(CUG)))
        assert refusals(commands) == ["groups.too_many_subscriptions"]
        assert len(commands) == 1

    def test_the_same_subscription_again_starts_over(self, session: s.Session) -> None:
        session.handle(came(Subscribe(b"0" * 16)))
        session.handle(came(Subscribe(CUG)))
        assert session.handle(came(Subscribe(CUG, 3))) == [s.Follow(CUG, 3)]

    def test_an_ended_subscription_makes_room(self, session: s.Session) -> None:
        session.handle(came(Subscribe(b"0" * 16)))
        session.handle(came(Subscribe(b"1" * 16)))
        session.handle(s.Unfollowed(CugId(b"0" * 16)))
        assert session.handle(came(Subscribe(CUG))) == [s.Follow(CUG, 0)]

    @pytest.mark.parametrize(
        "frame",
        [
            Send(CUG, REF, EventKind.RECORD, b"x" * 101),
            StartGroup(CUG, REF, b"x" * 201),
            Commit(CUG, REF, b"x" * 201, b""),
            Commit(CUG, REF, b"", b"x" * 201),
            Commit(CUG, REF, b"", b"", (WelcomeFor("d", b"k" * 32, b"x" * 201),)),
        ],
    )
    def test_what_is_too_large_goes_no_further(self, session: s.Session, frame: Send) -> None:
        commands = session.handle(came(frame))
        assert refusals(commands) == ["wire.too_large"]
        assert len(commands) == 1

    @pytest.mark.parametrize("kind", [EventKind.COMMIT, EventKind.GROUP])
    def test_a_commit_does_not_travel_in_send(self, session: s.Session, kind: EventKind) -> None:
        assert refusals(session.handle(came(Send(CUG, REF, kind, b"x")))) == ["groups.kind_not_sendable"]

    def test_the_connection_ends_after_some_frames_without_sense(self, session: s.Session) -> None:
        for _ in range(s.MAX_GARBLED - 1):
            assert refusals(session.handle(s.Garbled())) == ["wire.malformed"]
        assert session.handle(s.Garbled())[-1] == s.HangUp(s.POLICY_VIOLATION)

    def test_reading_stops_while_too_many_sendings_wait(self, session: s.Session) -> None:
        for _ in range(s.MAX_UNANSWERED):
            assert session.may_read
            session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        assert not session.may_read
        session.handle(s.Answered(CUG, REF, Receipt(1, 1)))
        assert session.may_read

    def test_who_sends_too_fast_waits(self, session: s.Session) -> None:
        waits: list[s.Command] = []
        for _ in range(int(s.FRAMES_AT_ONCE) + 10):
            waits += [command for command in session.handle(came(Ping())) if isinstance(command, s.Wait)]
        assert len(waits) == 10
        assert not any(isinstance(command, s.Wait) for command in session.handle(came(Ping(), at_seconds=1.0)))

    def test_a_sending_may_be_accepted_without_a_command(self, session: s.Session) -> None:
        record = Send(CUG, REF, EventKind.RECORD, b"x")
        for _ in range(s.MAX_UNANSWERED):
            assert session.is_ready_for(record, 0.0)
            session.accepted()
        assert not session.is_ready_for(record, 0.0)
        assert not session.may_read
        assert session.handle(s.Answered(CUG, REF, Receipt(1, 1000))) == [s.Say(Stored(CUG, REF, 1, 1000))]
        assert session.is_ready_for(record, 0.0)

    def test_it_is_not_where_handling_would_refuse_it_or_have_it_wait(self, session: s.Session) -> None:
        record = Send(CUG, REF, EventKind.RECORD, b"x")
        assert not session.is_ready_for(Send(CUG, REF, EventKind.COMMIT, b"x"), 0.0)
        assert not session.is_ready_for(Send(CUG, REF, EventKind.RECORD, b"x" * 10_000), 0.0)
        for _ in range(int(s.FRAMES_AT_ONCE)):
            session.handle(came(Ping()))
        assert not session.is_ready_for(record, 0.0)
        assert session.is_ready_for(record, 1.0)
        session.handle(s.Lost())
        assert not session.is_ready_for(record, 1.0)


class TestAnswers:
    def test_a_receipt_becomes_stored(self, session: s.Session) -> None:
        session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        assert session.handle(s.Answered(CUG, REF, Receipt(4, 1000))) == [s.Say(Stored(CUG, REF, 4, 1000))]

    def test_a_refusal_keeps_its_code_and_facts(self, session: s.Session) -> None:
        session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        answer = session.handle(s.Answered(CUG, REF, StaleEpoch(sent=1, current=2)))
        assert answer == [s.Say(Refused(CUG, REF, "groups.stale_epoch", {"sent": 1, "current": 2}))]

    def test_nothing_is_said_to_one_who_is_gone(self, session: s.Session) -> None:
        session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        session.handle(s.Lost())
        assert session.handle(s.Answered(CUG, REF, Receipt(4, 1000))) == []


class TestLeaving:
    def test_who_waits_for_nothing_is_hung_up_on_at_once(self, session: s.Session) -> None:
        assert session.handle(s.Leave()) == [s.HangUp(s.SERVICE_RESTART)]
        assert not session.may_read

    def test_what_was_accepted_is_answered_first_and_nothing_more_is_read(self, session: s.Session) -> None:
        for _ in range(2):
            session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        assert session.handle(s.Leave()) == []
        assert not session.may_read
        assert session.handle(s.Answered(CUG, REF, Receipt(1, 1000))) == [s.Say(Stored(CUG, REF, 1, 1000))]
        last = session.handle(s.Answered(CUG, REF, StaleEpoch(sent=1, current=2)))
        assert isinstance(last[0], s.Say)
        assert last[1:] == [s.HangUp(s.SERVICE_RESTART)]

    def test_a_lost_connection_is_not_hung_up_on(self, session: s.Session) -> None:
        session.handle(came(Send(CUG, REF, EventKind.RECORD, b"x")))
        session.handle(s.Lost())
        assert session.handle(s.Leave()) == []
        assert session.handle(s.Answered(CUG, REF, Receipt(1, 1000))) == []
