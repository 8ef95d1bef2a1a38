"""No dataclass of the secret half shows, pickles or copies a secret."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

import pytest

from cencomm.crypto.mls import secret as package
from cencomm.crypto.mls.public.framing import Sender, WireFormat
from cencomm.crypto.mls.public.proposals import Add
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import create_commit
from cencomm.crypto.mls.secret.draft import Draft, fresh_path, seal_commit
from cencomm.crypto.mls.secret.key_schedule import NO_PSK_SECRET
from cencomm.crypto.mls.secret.messages import Received, propose_update, protect
from cencomm.crypto.mls.secret.private_message import SenderData
from cencomm.crypto.mls.secret.psk import Psks
from cencomm.crypto.mls.secret.secret_tree import RatchetKind
from cencomm.crypto.mls.secret.welcome import GroupSecrets
from cencomm.crypto.primitives import Secret, random_bytes
from tests.unit.crypto.mls.secret.helpers import key_package
from tests.unit.crypto.mls.secret.world import World


def _declared() -> set[type]:
    """Every dataclass that a module of the package declares."""
    found: set[type] = set()
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        names = vars(importlib.import_module(module.name))
        found |= {
            value
            for value in names.values()
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.name
        }
    return found


def _samples() -> list[object]:
    world = World(5)
    _, _, state = propose_update(world[1])
    _, state = protect(state, b"data")
    key, tree = state.secret_tree.take_key(LeafIndex(2), RatchetKind.APPLICATION, 5)
    draft = Draft(
        before=state.public,
        sender=Sender.member(LeafIndex(1)),
        own_leaf=LeafIndex(1),
        signature_seed=state.signature_seed,
        tree=state.public.tree,
        extensions=(),
        proposals=(),
        psk_ids=(),
        added=(),
        authenticated_data=b"",
        wire_format=WireFormat.PUBLIC_MESSAGE,
    )
    path = fresh_path(draft, state.identity, random_bytes)
    sealed = seal_commit(draft, path, state.secrets.init_secret, NO_PSK_SECRET)
    return [
        state,
        tree,
        key,
        draft,
        path,
        sealed,
        create_commit(state, [Add(key_package("new").key_package)], private=True),
        key_package("other"),
        state.identity,
        Psks({b"id": Secret(random_bytes(32))}).with_resumption(b"group", 1, state.resumption_psk),
        GroupSecrets(sealed.joiner, path.steps[0].path_secret, ()),
        Received(LeafIndex(0), 1, b"", b"plaintext of a message"),
        SenderData(LeafIndex(0), 1, bytes(4)),
    ]


def _walk(value: object, seen: set[int]) -> Iterator[object]:
    if id(value) in seen or isinstance(value, Enum | str | int | None):
        return
    seen.add(id(value))
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, tuple | list):
        inner = list(value)
    else:
        inner = []
    for each in inner:
        yield from _walk(each, seen)


SAMPLES = _samples()
OBJECTS = list(_walk(SAMPLES, set()))
SECRETS = {bytes(value) for value in OBJECTS if isinstance(value, Secret)}


def test_the_samples_hold_every_dataclass_and_many_secrets() -> None:
    assert _declared() - {type(value) for value in OBJECTS} == set()
    assert len(SECRETS) > 50


def test_no_object_shows_a_secret() -> None:
    for value in OBJECTS:
        if not is_dataclass(value):
            continue
        shown = (repr(value), str(value), f"{value}")
        for text in shown:
            assert "plaintext of a message" not in text
            for secret in SECRETS:
                assert repr(secret)[2:-1] not in text, type(value)
                assert secret.hex() not in text, type(value)


def test_nothing_with_secrets_is_pickled_or_copied() -> None:
    for value in SAMPLES:
        held = {bytes(each) for each in _walk(value, set()) if isinstance(each, Secret)}
        if not held:
            continue
        with pytest.raises(TypeError):
            pickle.dumps(value)
        with pytest.raises(TypeError):
            copy.deepcopy(value)
