"""A small regular expression that cannot be made to hang: all ways are followed at once (Thompson), never one by one.

The language, the same in Python and TypeScript: characters, `.` (not a line feed), `[...]` and `[^...]` with ranges,
`\\d \\w \\s` and their capitals (ASCII only), `\\n \\r \\t`, `\\` before a sign, groups `( )` and `(?: )`, `|`, and
`* + ? {m} {m,} {m,n}` (up to 100). It must match the whole text; `^` in front and `$` at the end may be written.
No back-references, no look-around: these need the search that can hang. Characters are code points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge

MAX_PATTERN = 500
MAX_STATES = 1_000
MAX_REPETITION = 100
MAX_NESTING = 16
_MAX_REMEMBERED = 2_000

Ranges = tuple[tuple[int, int], ...]
_ANY = 0x10FFFF
_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = ((0x09, 0x0D), (0x20, 0x20))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_SIGNS = frozenset("\\^$.|?*+()[]{}-/ '\"#&,:;<=>@_~`!%")


@dataclass(frozen=True, slots=True)
class _State:
    """Goes to `after` on a character in `ranges`, or, without ranges, freely to all of `free`."""

    ranges: Ranges | None
    after: int
    free: tuple[int, ...]


class Pattern:
    """A compiled pattern. Remembers where it went, so that most texts cost one look-up a character."""

    def __init__(self, states: list[_State], start: int, end: int) -> None:
        self._states = states
        self._start = self._spread([start])
        self._end = end
        self._remembered: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` matches, in work of at most its length times the number of states."""
        current, remembered = self._start, self._remembered
        for character in text:
            following = remembered.get((current, character))
            current = self._step(current, character) if following is None else following
            if not current:
                return False
        return self._end in current

    def _step(self, current: frozenset[int], character: str) -> frozenset[int]:
        """Where a character leads that has not been seen here."""
        point = ord(character)
        reached = [self._states[index].after for index in current if _accepts(self._states[index].ranges, point)]
        following = self._spread(reached)
        if len(self._remembered) < _MAX_REMEMBERED:
            self._remembered[current, character] = following
        return following

    def _spread(self, indices: list[int]) -> frozenset[int]:
        seen: set[int] = set()
        pending = list(indices)
        while pending:
            index = pending.pop()
            if index not in seen:
                seen.add(index)
                pending.extend(self._states[index].free)
        return frozenset(seen)


def _accepts(ranges: Ranges | None, point: int) -> bool:
    return ranges is not None and any(low <= point <= high for low, high in ranges)


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled `pattern`.

    Raises:
        ExpressionMalformed: not of the language above; position counts within the pattern.
        ExpressionTooLarge: beyond a bound.
    """
    if len(pattern) > MAX_PATTERN:
        raise ExpressionTooLarge(what="pattern", limit=MAX_PATTERN)
    return _Compiler(pattern).compile()


_Piece = tuple[int, int]
"""Where a piece of the machine begins and ends."""


class _Compiler:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 1 if pattern.startswith("^") else 0
        self._stop = len(pattern) - 1 if _ends_with_anchor(pattern) else len(pattern)
        self._states: list[_State] = []

    def compile(self) -> Pattern:
        start, end = self._alternatives(0)
        if self._at < self._stop:
            raise self._malformed("unexpected_character")
        return Pattern(self._states, start, end)

    def _alternatives(self, depth: int) -> _Piece:
        if depth > MAX_NESTING:
            raise ExpressionTooLarge(what="pattern_depth", limit=MAX_NESTING)
        pieces = [self._sequence(depth)]
        while self._takes("|"):
            pieces.append(self._sequence(depth))
        if len(pieces) == 1:
            return pieces[0]
        end = self._add(None)
        for piece in pieces:
            self._join(piece[1], end)
        return self._add(None, free=tuple(start for start, _ in pieces)), end

    def _sequence(self, depth: int) -> _Piece:
        start = end = self._add(None)
        while self._at < self._stop and self._pattern[self._at] not in "|)":
            piece = self._repeated(depth)
            self._join(end, piece[0])
            end = piece[1]
        return start, end

    def _repeated(self, depth: int) -> _Piece:
        began = self._at
        piece = self._atom(depth)
        least, most = self._count()
        if (least, most) == (1, 1):
            return piece
        ended = self._at

        def again() -> _Piece:
            self._at = began
            copy = self._atom(depth)
            self._at = ended
            return copy

        return self._times(piece, again, least, most)

    def _times(self, piece: _Piece, again: Callable[[], _Piece], least: int, most: int | None) -> _Piece:
        """`piece` at least `least` times and at most `most`; each further time needs a fresh copy of it."""
        start = end = self._add(None)
        skips: list[int] = []
        for number in range(most if most is not None else max(least, 1)):
            if number >= least:
                skips.append(end)
            copy = piece if number == 0 else again()
            self._join(end, copy[0])
            last, end = copy[0], copy[1]
        if most is None:
            loop = self._add(None, free=(last,))
            self._join(end, loop)
        final = self._add(None)
        for place in (*skips, end):
            self._join(place, final)
        return start, final

    def _count(self) -> tuple[int, int | None]:
        if self._takes("*"):
            return 0, None
        if self._takes("+"):
            return 1, None
        if self._takes("?"):
            return 0, 1
        if not self._takes("{"):
            return 1, 1
        least = self._integer()
        most: int | None = least
        if self._takes(","):
            most = None if self._peek() == "}" else self._integer()
        if not self._takes("}") or (most is not None and most < least):
            raise self._malformed("repetition")
        return least, most

    def _integer(self) -> int:
        began = self._at
        while self._peek() in tuple("0123456789"):
            self._at += 1
        digits = self._pattern[began : self._at]
        if not 1 <= len(digits) <= 3 or int(digits) > MAX_REPETITION:
            raise self._malformed("repetition")
        return int(digits)

    def _atom(self, depth: int) -> _Piece:
        sign = self._take()
        if sign == "(":
            if self._pattern.startswith("?:", self._at):
                self._at += 2
            piece = self._alternatives(depth + 1)
            if not self._takes(")"):
                raise self._malformed("group")
            return piece
        if sign == "[":
            return self._consume(self._class())
        if sign == ".":
            return self._consume(((0, 9), (11, _ANY)))
        if sign == "\\":
            return self._consume(self._escape())
        if sign in "*+?{}])^$":
            self._at -= 1
            raise self._malformed("unexpected_character")
        return self._consume(((ord(sign), ord(sign)),))

    def _class(self) -> Ranges:
        negated = self._takes("^")
        ranges: list[tuple[int, int]] = []
        while not self._takes("]"):
            low = self._class_member()
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in {"]", ""}:
                self._at += 1
                high = self._class_member()
                if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or low[0][0] > high[0][0]:
                    raise self._malformed("range")
                ranges.append((low[0][0], high[0][1]))
            else:
                ranges.extend(low)
        return _complement(tuple(ranges)) if negated else tuple(ranges)

    def _class_member(self) -> Ranges:
        sign = self._take()
        if sign == "\\":
            return self._escape()
        if sign == "[":
            raise self._malformed("unexpected_character")
        return ((ord(sign), ord(sign)),)

    def _escape(self) -> Ranges:
        sign = self._take()
        if sign.lower() in _CLASSES:
            ranges = _CLASSES[sign.lower()]
            return ranges if sign.islower() else _complement(ranges)
        if sign in _CONTROLS:
            return ((ord(_CONTROLS[sign]),) * 2,)
        if sign in _SIGNS:
            return ((ord(sign), ord(sign)),)
        raise self._malformed("escape")

    def _consume(self, ranges: Ranges) -> _Piece:
        end = self._add(None)
        return self._add(ranges, after=end), end

    def _add(self, ranges: Ranges | None, *, after: int = 0, free: tuple[int, ...] = ()) -> int:
        if len(self._states) >= MAX_STATES:
            raise ExpressionTooLarge(what="pattern_states", limit=MAX_STATES)
        self._states.append(_State(ranges, after, free))
        return len(self._states) - 1

    def _join(self, origin: int, target: int) -> None:
        state = self._states[origin]
        self._states[origin] = _State(state.ranges, state.after, (*state.free, target))

    def _peek(self) -> str:
        return self._pattern[self._at] if self._at < self._stop else ""

    def _take(self) -> str:
        sign = self._peek()
        if not sign:
            raise self._malformed("unexpected_end")
        self._at += 1
        return sign

    def _takes(self, sign: str) -> bool:
        if self._peek() == sign:
            self._at += 1
            return True
        return False

    def _malformed(self, reason: str) -> ExpressionMalformed:
        return ExpressionMalformed(reason=f"pattern_{reason}", position=self._at)


def _ends_with_anchor(pattern: str) -> bool:
    """Whether it ends with a `$` that no backslash makes a plain sign."""
    before = pattern[:-1]
    return pattern.endswith("$") and (len(before) - len(before.rstrip("\\"))) % 2 == 0


def _complement(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    free = 0
    for low, high in sorted(ranges):
        if low > free:
            found.append((free, low - 1))
        free = max(free, high + 1)
    if free <= _ANY:
        found.append((free, _ANY))
    return tuple(found)
