"""Getting in: by Welcome, by external commit on a new device or after a break, by a successor group (PROTOCOL §2.5)."""

from __future__ import annotations

import asyncio
import random

import structlog

from cencomm.client import model
from cencomm.client.committer import Committer
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import ServerRefused, StaleGroupInfo
from cencomm.client.http import Api
from cencomm.client.keypackages import find_bundle, used
from cencomm.client.model import CheckpointRow, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.group_context import CencommGroup, holds_leaf
from cencomm.crypto.mls.public.group import public_group_from_group_info
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.policy import device_of
from cencomm.crypto.successor import may_start, successor_of
from cencomm.errors import DomainError
from cencomm.ids import OfficerId, new_group_id

FRESHNESS_MS = 30 * 24 * 3600 * 1000
"""A joiner from outside refuses a group whose last commit is older: it may be an old one handed out (PROTOCOL §2.5)."""
_BEHIND_SECONDS = 0.3

log = structlog.get_logger(__name__)


async def fetch_welcome(engine: CugEngine, api: Api, profile: Profile) -> bool:
    """Take the newest Welcome for this device, if there is one that it can open; it waits for the replay."""
    if engine.memory.secret is not None or engine.memory.welcome is not None:
        return False
    try:
        found = await api.welcome(engine.cug_id)
    except ServerRefused as refused:
        if refused.server_code in ("groups.no_welcome", "groups.not_member", "groups.unknown"):
            return False
        raise
    row = engine.memory.row
    if found.seq <= row.head_n and row.group_id:
        return False  # the replay is past it: by external commit, then
    bundle = find_bundle(profile, found.key_package_ref)
    if bundle is None:
        return False
    try:
        state = join_by_welcome(found.welcome, bundle)
    except DomainError as error:
        log.warning("welcome.refused", reason=error.code)
        return False
    with engine.changing(durable=True) as tx:
        engine.memory.set_welcome(state)
        used(tx, bundle)
    return True


def wants_leaf(engine: CugEngine) -> bool:
    """Whether this device's officer is in the roster with a role that has devices, and this device is outside."""
    memory = engine.memory
    if memory.secret is not None or memory.group is None or memory.row.closed_seq or memory.row.removed_seq:
        return False
    entry = CencommGroup.of(memory.group).entry(memory.device.officer_id)
    return entry is not None and holds_leaf(entry.role)


async def join_from_outside(engine: CugEngine, committer: Committer, api: Api, profile: Profile) -> bool:
    """Join by external commit, in place of this device's old leaf if there is one; whether it was needed.

    Raises:
        StaleGroupInfo: the server's GroupInfo is not of the epoch that the replay has reached, is too old, or the log
            does not extend what another device of this account has verified. CommitKeptLosing, ServerUnreachable.
    """

    async def one_try() -> str | None:
        if not wants_leaf(engine):
            return None
        return await _try_join(engine, api, profile)

    return await committer.attempt(one_try)


async def _try_join(engine: CugEngine, api: Api, profile: Profile) -> str:
    memory = engine.memory
    group = memory.group
    assert group is not None
    require_checkpoint(engine, profile)
    said = await api.group_info(engine.cug_id)
    if (said.group_id, said.epoch) != (memory.row.group_id, memory.row.epoch):
        if said.seq > memory.row.head_n:
            await engine.wait_for(lambda: memory.row.head_n >= said.seq or engine.stopped, 30.0)
            return await _try_join(engine, api, profile)
        raise StaleGroupInfo(epoch=said.epoch, known=memory.row.epoch)
    offered = public_group_from_group_info(said.group_info)
    if offered.context != group.context:
        with engine.changing() as tx:
            memory.alarm(tx, "fork", epoch=said.epoch)
        raise StaleGroupInfo(epoch=said.epoch, known=memory.row.epoch)
    # By what members signed: the server says its own times, and could say any.
    age_ms = engine.clock.latest_ms() - memory.row.commit_time_ms
    if age_ms > FRESHNESS_MS:
        raise StaleGroupInfo(epoch=said.epoch, age_ms=age_ms)
    return await engine.commit_external(said.group_info, own_leaf(engine))


def own_leaf(engine: CugEngine) -> LeafIndex | None:
    """This device's leaf in the newest public group, usable or not."""
    group = engine.memory.group
    assert group is not None
    own = engine.memory.device.device_id
    return next((index for index, leaf in group.tree.leaves() if device_of(leaf) == own), None)


def require_checkpoint(engine: CugEngine, profile: Profile) -> None:
    """The log must extend what any device of this account has verified. Raises StaleGroupInfo."""
    tx = engine.reading()
    data = tx.get(model.VAULT, engine.cug_id)
    if data is None:
        return
    known = unpack(CheckpointRow, data)
    row = engine.memory.row
    if known.head_n == 0 or engine.memory.heads.at(tx, known.head_n) == known.head_hash:
        return
    with engine.changing() as writing:
        engine.memory.alarm(writing, "rolled_back" if row.head_n < known.head_n else "fork", known=known.head_n)
    raise StaleGroupInfo(known=known.head_n, said=row.head_n)


async def start_successor(engine: CugEngine, committer: Committer, *, by_intent: bool) -> bool:
    """Start a successor group, if that is (still) lawful for this officer and needed.

    Args:
        by_intent: an organiser asked for it; otherwise only if this device stands outside of a broken epoch.
    """
    asked_in = engine.memory.row.group_id

    async def one_try() -> str | None:
        memory = engine.memory
        group = memory.group
        if group is None or memory.row.closed_seq or memory.row.group_id != asked_in:
            return None
        if not by_intent and memory.secret is not None:
            return None
        rejected_by = [OfficerId(name) for name in memory.row.rejected_by]
        if not may_start(CencommGroup.of(group), memory.device.officer_id, rejected_by):
            return None
        started = max(engine.clock.now_ms(), memory.row.commit_time_ms)
        return await engine.start_successor(new_group_id(), successor_of(group, started_at_ms=started))

    return await committer.attempt(one_try)


async def jitter(low: float, high: float) -> None:
    await asyncio.sleep(random.uniform(low, high))  # noqa: S311 - only spreads the load
