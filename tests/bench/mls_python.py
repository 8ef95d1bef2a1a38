"""MLS in Python beside its own primitives: what an operation takes, against the signatures, exchanges and hashes in it.

    python -m tests.bench --only mls            groups of 10, 100 and 200; --full: of 1,000 as well

Each operation runs once plainly and once with every primitive of `cencomm.crypto.primitives` counted and timed; what
the primitives took then is the reference. It is the work that the operation does, which is what the RFC requires only
as far as nothing is done twice: the counts are printed so that one can look. Measured is the CPU of the thread, so that
nobody else's work on the machine is in it.
"""

from __future__ import annotations

import functools
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cencomm.crypto import primitives
from cencomm.crypto.mls.public.group import stage_commit
from cencomm.crypto.mls.secret.receiving import process_commit
from cencomm.crypto.records import content_key, key_ring, open_record
from cencomm.ids import GroupId, OfficerId, new_cug_id
from tests.bench.figures import Figure, at_most_times
from tests.unit.crypto.people import Person
from tests.unit.groups.members import Made, Member, joining

SIZES = (10, 100, 200)
FULL_SIZES = (*SIZES, 1000)
ROUNDS = 3
ROUNDS_SECONDS = 0.4
"""A quick operation is measured more often, as long as this lasts."""
MAX_TIMES = 2.5
GROWTH = (16, 64)
MAX_GROWTH = 1.25
"""Times the ratio of the logarithms; a commit to all leaves would be at four, the logarithms are at 1.5."""
CONTENT = b"c" * 200
COUNTED = (
    "ed25519_sign",
    "ed25519_verify",
    "ed25519_public",
    "x25519",
    "x25519_public",
    "sha256",
    "hmac_sha256",
    "hkdf_extract",
    "hkdf_expand",
    "aead_seal",
    "aead_open",
    "xchacha_seal",
    "xchacha_open",
    "random_bytes",
)


class Meter:
    """What the primitives took while it was on, in seconds, and how often each was called."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls: Counter[str] = Counter()
        self._inside = False

    def around(self, name: str, primitive: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(primitive)
        def counted(*arguments: Any) -> Any:
            if self._inside:
                return primitive(*arguments)
            self._inside = True
            began = time.thread_time()
            try:
                return primitive(*arguments)
            finally:
                self.seconds += time.thread_time() - began
                self.calls[name] += 1
                self._inside = False

        return counted

    @contextmanager
    def on(self) -> Iterator[None]:
        """In every module of the cryptography, under whatever name it imported a primitive."""
        originals = {id(getattr(primitives, name)): name for name in COUNTED}
        modules = [module for name, module in sys.modules.items() if name.startswith("cencomm.crypto")]
        places = [
            (module, attribute, value)
            for module in modules
            for attribute, value in vars(module).items()
            if id(value) in originals
        ]
        for module, attribute, value in places:
            setattr(module, attribute, self.around(originals[id(value)], value))
        try:
            yield
        finally:
            for module, attribute, value in places:
                setattr(module, attribute, value)


def measured(name: str, work: Callable[[], object]) -> Figure:
    """The fastest of the rounds, with and without the meter in turns."""
    plain, within, calls = float("inf"), float("inf"), Counter[str]()
    until = time.perf_counter() + ROUNDS_SECONDS
    rounds = 0
    while rounds < ROUNDS or time.perf_counter() < until:
        rounds += 1
        began = time.thread_time()
        work()
        plain = min(plain, time.thread_time() - began)
        meter = Meter()
        with meter.on():
            work()
        within, calls = min(within, meter.seconds), meter.calls
    print(f"{name}: {', '.join(f'{count} {what}' for what, count in calls.most_common())}", flush=True)
    return at_most_times(name, 1000 * plain, "ms", 1000 * within, MAX_TIMES)


def person(number: int) -> Person:
    return Person(OfficerId(f"KE/officer-{number}"))


def processed(member: Member, made: Made) -> object:
    return process_commit(member.state, stage_commit(member.state.public, made.pending.commit))


def of_size(size: int) -> list[Figure]:
    people = [person(number) for number in range(size)]
    alone = Member.opening(people[0], new_cug_id())
    name = f"MLS in Python, n = {size}"
    figures = [measured(f"{name}: add all", lambda: alone.admitting(*people[1:]))]
    made = alone.admitting(*people[1:])
    figures.append(measured(f"{name}: join by Welcome", lambda: Member.welcomed(people[1], made)))
    other = Member.welcomed(people[1], made)
    one = Member(alone.person, alone.cug_id, made.pending.state)
    newcomer = person(size)
    figures += [
        measured(f"{name}: add one", lambda: one.admitting(newcomer)),
        measured(f"{name}: remove", lambda: one.removing(people[-1])),
        measured(f"{name}: update", one.commit),
    ]
    update = one.commit()
    figures.append(measured(f"{name}: process a commit", lambda: processed(other, update)))
    tablet, info = Person(people[1].officer_id, "tablet"), one.state.group_info()
    figures.append(measured(f"{name}: join from outside", lambda: joining(tablet, one.cug_id, info, one.state)))
    return figures


def all_committed(size: int) -> Member:
    """A member of a group in which everybody has committed once since it was made: no parent is blank."""
    people = [person(number) for number in range(size)]
    alone = Member.opening(people[0], new_cug_id())
    made = alone.admitting(*people[1:])
    waiting = [Member.welcomed(one, made) for one in people[1:]]
    newest = Member(alone.person, alone.cug_id, made.pending.state)
    while True:
        made = newest.commit()
        newest.merge(made)
        if not waiting:
            return newest
        staged = stage_commit(waiting[0].state.public, made.pending.commit)
        for member in waiting:
            member.state = process_commit(member.state, staged)
        newest = waiting.pop(0)


def growth() -> list[Figure]:
    small, large = (measured(f"MLS in Python: commit where all of {n} have", all_committed(n).commit) for n in GROWTH)
    logarithms = math.log2(GROWTH[1]) / math.log2(GROWTH[0])
    name = f"MLS in Python: a commit where all of {GROWTH[1]} have committed, beside {GROWTH[0]}"
    return [at_most_times(name, large.value, "ms", small.value, MAX_GROWTH * logarithms)]


def records() -> list[Figure]:
    member = Member.opening(person(0), new_cug_id())
    keys = key_ring(content_key(member.state.export, GroupId(member.state.group_id)))
    context, signer = member.state.public.context_hash(), member.person.device_key
    _, body = member.record(CONTENT)
    return [
        measured("MLS in Python: seal a record", lambda: member.record(CONTENT)),
        measured(
            "MLS in Python: open a record",
            lambda: open_record(body, keys=keys, context_hash=context, signature_key=signer),
        ),
    ]


def figures(full: bool) -> list[Figure]:
    found = [figure for size in (FULL_SIZES if full else SIZES) for figure in of_size(size)]
    found += [*growth(), *records()]
    return found
