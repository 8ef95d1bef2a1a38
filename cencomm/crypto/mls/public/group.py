"""The public half of a group: begin from a GroupInfo, judge commits, judge what comes with them (RFC 9420 §12.4)."""

from __future__ import annotations

from cencomm.crypto.mls.public.commit_rules import StagedCommit, stage_authenticated, stage_commit
from cencomm.crypto.mls.public.extensions import ExtensionType, check_unique, find
from cencomm.crypto.mls.public.proposal_list import of_type
from cencomm.crypto.mls.public.proposals import Add
from cencomm.crypto.mls.public.public_group import (
    PublicGroup,
    check_signer,
    decode_group_info,
    group_from,
    public_group_from_group_info,
)
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.mls.public.welcome import Welcome
from cencomm.crypto.tls import Reader, decode_all

__all__ = [
    "PublicGroup",
    "StagedCommit",
    "check_group_info",
    "check_welcome_recipients",
    "group_from",
    "public_group_from_group_info",
    "stage_authenticated",
    "stage_commit",
]


def check_welcome_recipients(staged: StagedCommit, welcome: Welcome) -> None:
    """That a Welcome is for exactly those whom the commit adds.

    Raises:
        MlsError: V224, V225 or V226.
    """
    if welcome.cipher_suite != staged.context.cipher_suite:
        raise refuse("V224", cipher_suite=welcome.cipher_suite)
    expected = sorted(add.key_package.reference() for add in of_type(staged.proposals, Add))
    if not expected or sorted(entry.new_member for entry in welcome.secrets) != expected:
        raise refuse("V225", added=len(expected), welcomed=len(welcome.secrets))
    if not all(is_public_key(entry.encrypted_group_secrets.kem_output) for entry in welcome.secrets):
        raise refuse("V226")


def check_group_info(next: PublicGroup, group_info: bytes) -> None:  # noqa: A002 - the word of the protocol's callers
    """That a GroupInfo tells of this very epoch, tree included, and lets others join by external commit.

    Args:
        next: the epoch that the commit begins.
        group_info: an MLSMessage.

    Raises:
        DecodeError: malformed bytes.
        MlsError: V124, V200, V201, V209, V211 or V220-V223.
    """
    given = decode_group_info(group_info)
    check_unique(given.extensions)
    if given.group_context != next.context:
        raise refuse("V220", epoch=given.group_context.epoch)
    if given.confirmation_tag != next.confirmation_tag:
        raise refuse("V221")
    tree = find(given.extensions, ExtensionType.RATCHET_TREE)
    if tree is None:
        raise refuse("V209")
    if tree != next.tree.encode():
        raise refuse("V222")
    external_pub = find(given.extensions, ExtensionType.EXTERNAL_PUB)
    if external_pub is None or not is_public_key(decode_all(external_pub, Reader.vector)):
        raise refuse("V223")
    check_signer(given, next.tree)
