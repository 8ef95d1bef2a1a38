"""Every decision that the project's Python tests make it take, for the TypeScript twin to take again.

Runs those tests while it listens at the functions that judge bytes, and writes one line of JSON for each call from
outside: {"call": name, "given": {...}, "ok": what came out}, or "refused": {"code", "facts"} in place of "ok". Bytes
are hexadecimal. A call whose arguments have no byte form (a test took a part out by hand) is left out.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cencomm.crypto import (
    archive,
    certificates,
    device_code,
    enrolment,
    policy,
    records,
    replay,
    revocation,
    vault,
    vault_items,
)
from cencomm.crypto.certificates import Trust
from cencomm.crypto.mls.public import commit_rules, group, key_package, leaf_node, public_group, senders, tree_checks
from cencomm.crypto.mls.public.commit_rules import StagedCommit
from cencomm.crypto.mls.public.public_group import PublicGroup
from cencomm.crypto.mls.secret import messages, receiving, welcome
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.psk import NO_PSKS
from cencomm.crypto.vault import VaultWraps
from cencomm.errors import DomainError

TESTS = (
    "mls/public",
    "mls/secret/test_receiving.py",
    "mls/secret/test_welcome.py",
    "mls/secret/test_messages.py",
    "test_archive.py",
    "test_certificates.py",
    "test_device_code.py",
    "test_enrolment.py",
    "test_policy.py",
    "test_policy_leaves.py",
    "test_records.py",
    "test_replay.py",
    "test_revocation.py",
    "test_successor.py",
    "test_vault.py",
    "test_vault_items.py",
)
ALIKE = 20
"""How many calls with the same kind of answer are told."""

Given = dict[str, Any]


class NoByteForm(Exception):
    """These arguments cannot be told."""


class Listener:
    """What was told so far, how deep the calls stand in each other, and what each staged commit was made of."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.depth = 0
        self.staged_from: dict[int, tuple[StagedCommit, Given]] = {}


LISTENER = Listener()


def _group(value: PublicGroup) -> str:
    data = value.encode()
    try:
        again = PublicGroup.decode(data)
    except DomainError:
        raise NoByteForm from None
    if again != value:
        raise NoByteForm
    return data.hex()


def _state(value: GroupState) -> str:
    data = value.encode()
    try:
        GroupState.decode(data)
    except DomainError:
        raise NoByteForm from None
    return data.hex()


def _bundle(value: KeyPackageBundle) -> str:
    data = value.encode()
    try:
        KeyPackageBundle.decode(data)
    except DomainError:
        raise NoByteForm from None
    return data.hex()


def _wraps(value: VaultWraps) -> str:
    data = value.encode()
    try:
        VaultWraps.decode(data)
    except DomainError:
        raise NoByteForm from None
    return data.hex()


def _staged(value: StagedCommit) -> Given:
    known = LISTENER.staged_from.get(id(value))
    if known is None or known[0] is not value:
        raise NoByteForm
    return known[1]


def _trust(value: Trust) -> Given:
    return {"deployment_id": value.deployment_id.hex(), "root_public_key": value.root_public_key.hex()}


def _stage_given(before: PublicGroup, message: bytes, *, proposals: Any = None) -> Given:
    known = {reference.hex(): each.encode().hex() for reference, each in (proposals or {}).items()}
    return {"group": _group(before), "message": message.hex(), "known": known}


def _hex_or_none(data: bytes | None) -> str | None:
    return None if data is None else data.hex()


def _event(event: Any) -> list[Any]:
    body, hashed = event.body.hex(), _hex_or_none(event.event_hash)
    return [event.seq, event.server_time, int(event.kind), event.sender, event.client_ref.hex(), body, hashed]


def _outcome(after: replay.Replay) -> Given:
    refused = after.outcome.error if isinstance(after.outcome, replay.Refused) else None
    error = None if refused is None else {"code": refused.code, "facts": refused.facts}
    return {"outcome": type(after.outcome).__name__.lower(), "error": error, "after": after.encode().hex()}


def _join_given(message: bytes, bundle: KeyPackageBundle, *, tree: bytes | None = None, psks: Any = NO_PSKS) -> Given:
    if psks.external or psks.resumption:
        raise NoByteForm
    return {"welcome": message.hex(), "bundle": _bundle(bundle), "tree": _hex_or_none(tree)}


def _process_given(state: GroupState, staged: StagedCommit, *, psks: Any = NO_PSKS) -> Given:
    if psks.external or psks.resumption:
        raise NoByteForm
    return {"state": _state(state), "staged": _staged(staged)}


def _judge_start_given(
    started: PublicGroup, trust: Trust, *, predecessor: Any, last_time_ms: int = 0, rejected_by: Any = ()
) -> Given:
    return {
        "group": _group(started),
        "trust": _trust(trust),
        "predecessor": None if predecessor is None else _group(predecessor),
        "last_time_ms": last_time_ms,
        "rejected_by": list(rejected_by),
    }


def _place(group_id: bytes | None, leaf_index: int | None) -> list[Any] | None:
    return None if group_id is None or leaf_index is None else [group_id.hex(), leaf_index]


LISTENED: tuple[tuple[Any, str, Callable[..., Given], Callable[[Any], Any]], ...] = (
    (commit_rules, "stage_commit", _stage_given, lambda staged: staged.next().encode().hex()),
    (
        public_group,
        "public_group_from_group_info",
        lambda message, *, tree=None: {"message": message.hex(), "tree": _hex_or_none(tree)},
        lambda made: made.encode().hex(),
    ),
    (
        group,
        "check_group_info",
        lambda following, message: {"group": _group(following), "message": message.hex()},
        lambda _: None,
    ),
    (
        group,
        "check_welcome_recipients",
        lambda staged, given: {"staged": _staged(staged), "welcome": given.encode().hex()},
        lambda _: None,
    ),
    (
        key_package,
        "verify_key_package",
        lambda package, suite: {"package": package.encode().hex(), "suite": int(suite)},
        lambda _: None,
    ),
    (
        leaf_node,
        "verify_leaf",
        lambda leaf, group_id=None, index=None: {"leaf": leaf.encode().hex(), "place": _place(group_id, index)},
        lambda _: None,
    ),
    (tree_checks, "check_tree", lambda tree: {"tree": tree.encode().hex()}, lambda _: None),
    (
        senders,
        "check_authentic",
        lambda within, content: {"group": _group(within), "content": content.encode().hex()},
        lambda _: None,
    ),
    (receiving, "process_commit", _process_given, lambda state: state.epoch_authenticator.hex()),
    (welcome, "join_by_welcome", _join_given, lambda state: state.epoch_authenticator.hex()),
    (
        messages,
        "open_message",
        lambda state, message: {"state": _state(state), "message": message.hex()},
        lambda opened: opened[0].encode().hex(),
    ),
    (
        certificates,
        "verify_chain",
        lambda chain, trust, at_s: {"chain": chain.encode().hex(), "trust": _trust(trust), "at_s": at_s},
        lambda _: None,
    ),
    (
        policy,
        "judge_commit",
        lambda before, staged, trust, *, last_time_ms: {
            "group": _group(before),
            "staged": _staged(staged),
            "trust": _trust(trust),
            "last_time_ms": last_time_ms,
        },
        lambda judged: [judged.committer, list(judged.added), list(judged.removed), list(judged.identity_changed)],
    ),
    (policy, "judge_start", _judge_start_given, lambda judged: [judged.committer, judged.time_ms]),
    (
        replay,
        "step",
        lambda now, event: {"replay": now.encode().hex(), "trust": _trust(now.trust), "event": _event(event)},
        _outcome,
    ),
    (
        records,
        "open_record",
        lambda body, *, keys, context_hash, signature_key: {
            "body": body.hex(),
            "keys": {name.hex(): key.hex() for name, key in keys.items()},
            "context_hash": context_hash.hex(),
            "signature_key": signature_key.hex(),
        },
        lambda opened: opened.signed.encode().hex(),
    ),
    (
        revocation,
        "verify_list",
        lambda revoked, key, deployment_id: {
            "list": revoked.encode().hex(),
            "key": key.hex(),
            "deployment_id": deployment_id.hex(),
        },
        lambda _: None,
    ),
    (
        revocation,
        "verify_newer",
        lambda older, newer: {"older": older.encode().hex(), "newer": newer.encode().hex()},
        lambda _: None,
    ),
    (enrolment, "parse_sheet", lambda text: {"text": text}, lambda sheet: sheet.text()),
    (device_code, "parse_device_code", lambda text: {"text": text}, lambda code: code.text()),
    (
        archive,
        "open_seal",
        lambda seal, holder, *, group_id, epoch: {
            "seal": seal.encode().hex(),
            "public_key": holder.public_key.hex(),
            "private_key": holder.private_key.hex(),
            "group_id": group_id.hex(),
            "epoch": epoch,
        },
        lambda key: key.hex(),
    ),
    (
        vault_items,
        "open_item",
        lambda key, item, *, account, item_id, version: {
            "key": key.hex(),
            "item": item.encode().hex(),
            "account": account,
            "item_id": item_id.hex(),
            "version": version,
        },
        lambda plaintext: plaintext.hex(),
    ),
    (
        vault_items,
        "open_inner",
        lambda key, sealed, *, account, version: {
            "key": key.hex(),
            "sealed": sealed.hex(),
            "account": account,
            "version": version,
        },
        lambda envelope: envelope.encode().hex(),
    ),
    (
        vault,
        "open_with_password",
        lambda wraps, account, *, stretched, account_key: {
            "wraps": _wraps(wraps),
            "account": account,
            "stretched": stretched.hex(),
            "account_key": account_key.hex(),
        },
        lambda key: key.hex(),
    ),
    (
        vault,
        "open_with_recovery",
        lambda wraps, account, *, secret_r: {"wraps": _wraps(wraps), "account": account, "secret_r": secret_r.hex()},
        lambda keys: [keys.vault_key.hex(), keys.inner_key.hex()],
    ),
)


def _tell(call: str, given: Given, answer: Given) -> None:
    refused = answer.get("refused")
    kind = "ok" if refused is None else f"{refused['code']} {sorted(refused['facts'].items(), key=str)[:2]}"
    if call == "step" and refused is None:
        kind = str([answer["ok"]["outcome"], answer["ok"]["error"]])
    LISTENER.told[f"{call} {kind}"] += 1
    if LISTENER.told[f"{call} {kind}"] <= ALIKE:
        sys.__stdout__.write(json.dumps({"call": call, "given": given} | answer) + "\n")  # type: ignore[union-attr]


def _listening(
    original: Callable[..., Any], name: str, describe: Callable[..., Given], result: Callable[[Any], Any]
) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        given: Given | None = None
        if LISTENER.depth == 0:
            with contextlib.suppress(NoByteForm, AssertionError, TypeError, OverflowError, AttributeError):
                given = describe(*arguments, **named)
        LISTENER.depth += 1
        try:
            value = original(*arguments, **named)
        except DomainError as refused:
            if given is not None:
                _tell(name, given, {"refused": {"code": refused.code, "facts": refused.facts}})
            raise
        finally:
            LISTENER.depth -= 1
        if given is not None:
            _tell(name, given, {"ok": result(value)})
            if name == "stage_commit":
                LISTENER.staged_from[id(value)] = (value, given)
        return value

    return call


def main() -> int:
    for module, name, describe, result in LISTENED:
        original = getattr(module, name)
        wrapped = _listening(original, name, describe, result)
        for loaded in [each for each in sys.modules.values() if getattr(each, name, None) is original]:
            setattr(loaded, name, wrapped)
    paths = [f"tests/unit/crypto/{path}" for path in TESTS]
    with contextlib.redirect_stdout(sys.stderr):
        return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--capture=no", *paths]))


if __name__ == "__main__":
    sys.exit(main())
