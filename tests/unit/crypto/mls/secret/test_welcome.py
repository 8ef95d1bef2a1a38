"""Joining by Welcome, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.labels import decrypt_with_label, encrypt_with_label, sign_with_label
from cencomm.crypto.mls.public.commit import HpkeCiphertext
from cencomm.crypto.mls.public.framing import decode_message, encode_message
from cencomm.crypto.mls.public.proposals import Add, PreSharedKeyId, ResumptionPskRef, ResumptionUsage
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.welcome import GROUP_INFO_LABEL, GroupInfo, Welcome, group_info_tbs
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.key_schedule import NO_PSK_SECRET, JoinerSecret, PskSecret
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks, psk_secret
from cencomm.crypto.mls.secret.treekem import PathSecret
from cencomm.crypto.mls.secret.welcome import GroupSecrets, join_by_welcome, make_welcome, open_group_info
from cencomm.crypto.primitives import CipherSuite, Secret, random_bytes
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.secret.helpers import key_package, refused
from tests.unit.crypto.mls.secret.world import World


class Invitation:
    """A welcome whose parts a test can replace."""

    def __init__(self, size: int = 3, *, path: bool = True) -> None:
        self.bundle = key_package("new")
        state = World(size)[0]
        self.pending: PendingCommit = create_commit(state, [Add(self.bundle.key_package)], path=path)
        assert self.pending.welcome is not None
        body = decode_message(self.pending.welcome).body
        assert isinstance(body, Welcome)
        self.welcome = body
        (self.entry,) = body.secrets
        self.secrets = _open(self.bundle, body)

    def info(self) -> GroupInfo:
        return open_group_info(self.bundle.suite, self.welcome, self.secrets.joiner_secret, NO_PSK_SECRET)

    def remade(
        self,
        *,
        info: GroupInfo | None = None,
        joiner: JoinerSecret | None = None,
        path_secret: PathSecret | None = None,
        psk_ids: tuple[PreSharedKeyId, ...] = (),
        psk: PskSecret = NO_PSK_SECRET,
    ) -> bytes:
        welcome = make_welcome(
            self.bundle.suite,
            self.info() if info is None else info,
            self.secrets.joiner_secret if joiner is None else joiner,
            psk,
            psk_ids=psk_ids,
            committer=LeafIndex(0),
            steps=(),
            new_members=[(LeafIndex(3), self.bundle.key_package)],
        )
        if path_secret is not None:
            told = GroupSecrets(self.secrets.joiner_secret, path_secret, psk_ids).encode()
            welcome = _with_secrets(self.bundle, welcome, told)
        return encode_message(welcome)


def _open(bundle: KeyPackageBundle, welcome: Welcome) -> GroupSecrets:
    box = welcome.secrets[0].encrypted_group_secrets
    opened = decrypt_with_label(
        bundle.suite, bundle.init_private, "Welcome", welcome.encrypted_group_info, box.kem_output, box.ciphertext
    )
    return GroupSecrets.decode(opened)


def _with_secrets(bundle: KeyPackageBundle, welcome: Welcome, plaintext: bytes) -> Welcome:
    box = encrypt_with_label(
        bundle.suite, bundle.key_package.init_key, "Welcome", welcome.encrypted_group_info, plaintext
    )
    entry = replace(welcome.secrets[0], encrypted_group_secrets=HpkeCiphertext(*box))
    return replace(welcome, secrets=(entry,))


@pytest.mark.parametrize("suite", list(CipherSuite))
@pytest.mark.parametrize("path", [True, False])
def test_a_new_member_joins(suite: CipherSuite, path: bool) -> None:
    world = World(3, suite)
    pending = world.commit(1, add=3, path=path)
    assert pending.welcome is not None
    for leaf in (3, 4, 5):
        world.commit(leaf)


def test_the_tree_may_come_another_way() -> None:
    invitation = Invitation()
    info = replace(invitation.info(), extensions=())
    tree = invitation.pending.state.public.tree.encode()
    signed = decode_message(invitation.pending.state.group_info(external_pub=False, ratchet_tree=False)).body
    assert isinstance(signed, GroupInfo)
    assert signed.group_context == info.group_context
    welcome = invitation.remade(info=signed)
    with refused("V209"):
        join_by_welcome(welcome, invitation.bundle)
    joined = join_by_welcome(welcome, invitation.bundle, tree=tree)
    assert joined.epoch_authenticator == invitation.pending.state.epoch_authenticator


def test_what_is_no_welcome_is_refused() -> None:
    invitation = Invitation()
    with refused("V477"):
        join_by_welcome(invitation.pending.group_info, invitation.bundle)


def test_a_welcome_for_others_is_refused() -> None:
    welcome = Invitation().pending.welcome
    assert welcome is not None
    with refused("V470"):
        join_by_welcome(welcome, key_package("somebody else"))


def test_another_suite_is_refused() -> None:
    invitation = Invitation()
    with refused("V471"):
        join_by_welcome(encode_message(replace(invitation.welcome, cipher_suite=1)), invitation.bundle)
    info = invitation.info()
    foreign = replace(info, group_context=replace(info.group_context, cipher_suite=1))
    with refused("V471"):
        join_by_welcome(invitation.remade(info=foreign), invitation.bundle)


def test_secrets_that_do_not_open_are_refused() -> None:
    invitation = Invitation()
    assert invitation.pending.welcome is not None
    with refused("V472"):
        join_by_welcome(invitation.pending.welcome, replace(invitation.bundle, init_private=Secret(random_bytes(32))))
    entry = replace(invitation.entry, encrypted_group_secrets=HpkeCiphertext(bytes(32), bytes(64)))
    with refused("V472"):
        join_by_welcome(encode_message(replace(invitation.welcome, secrets=(entry,))), invitation.bundle)


def test_a_group_info_under_another_key_is_refused() -> None:
    invitation = Invitation()
    foreign = GroupSecrets(JoinerSecret(random_bytes(32)), None, ()).encode()
    welcome = _with_secrets(invitation.bundle, invitation.welcome, foreign)
    with refused("V473"):
        join_by_welcome(encode_message(welcome), invitation.bundle)


def test_a_tree_without_us_is_refused() -> None:
    invitation, state = Invitation(), World(3)[0]
    info = state.signed_group_info()
    with refused("V474"):
        join_by_welcome(invitation.remade(info=info), invitation.bundle)


def test_a_foreign_path_secret_is_refused() -> None:
    invitation = Invitation()
    with refused("V475"):
        join_by_welcome(invitation.remade(path_secret=PathSecret(random_bytes(32))), invitation.bundle)


def test_a_path_secret_from_ourselves_is_refused() -> None:
    invitation = Invitation()
    info = replace(invitation.info(), signer=LeafIndex(3))
    info = replace(
        info,
        signature=sign_with_label(invitation.bundle.signature_seed, GROUP_INFO_LABEL, group_info_tbs(info)),
    )
    with refused("V475"):
        join_by_welcome(invitation.remade(info=info, path_secret=PathSecret(random_bytes(32))), invitation.bundle)


def test_another_joiner_secret_is_noticed() -> None:
    invitation = Invitation()
    with refused("V476"):
        join_by_welcome(invitation.remade(joiner=JoinerSecret(random_bytes(32))), invitation.bundle)


@pytest.mark.parametrize("usage", [ResumptionUsage.REINIT, ResumptionUsage.BRANCH])
def test_a_key_of_a_predecessor_joins_only_in_epoch_1(usage: ResumptionUsage) -> None:
    psks = NO_PSKS.with_resumption(b"old", 5, Secret(random_bytes(32)))
    ids = (PreSharedKeyId(ResumptionPskRef(usage, b"old", 5), random_bytes(32)),)
    late = Invitation()
    with refused("V433"):
        join_by_welcome(late.remade(psk_ids=ids, psk=psk_secret(ids, psks)), late.bundle, psks=psks)
    first = Invitation(size=1)
    with refused("V476"):  # the epoch is right, but its secrets were derived without the key
        join_by_welcome(first.remade(psk_ids=ids, psk=psk_secret(ids, psks)), first.bundle, psks=psks)
    twice = (*ids, replace(ids[0], nonce=random_bytes(32)))
    with refused("V433"):
        join_by_welcome(first.remade(psk_ids=twice, psk=psk_secret(twice, psks)), first.bundle, psks=psks)


def test_a_key_that_we_do_not_hold_is_refused() -> None:
    invitation = Invitation()
    ids = (PreSharedKeyId(ResumptionPskRef(ResumptionUsage.APPLICATION, b"old", 5), random_bytes(32)),)
    with refused("V430"):
        join_by_welcome(invitation.remade(psk_ids=ids), invitation.bundle, psks=Psks())


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_length_is_malformed(length: int) -> None:
    invitation = Invitation()
    plaintext = bytes([length]) + bytes(length) + b"\x00\x00"
    welcome = _with_secrets(invitation.bundle, invitation.welcome, plaintext)
    with pytest.raises(DecodeError):
        join_by_welcome(encode_message(welcome), invitation.bundle)


def test_group_secrets_are_written_and_read_back() -> None:
    secrets = Invitation().secrets
    assert GroupSecrets.decode(secrets.encode()) == secrets
