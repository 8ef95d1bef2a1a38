"""Whether a ratchet tree may be trusted: shape, parent hashes and members (RFC 9420 §7.3, §7.9.2, §12.4.3.1).

Nothing here looks at a clock: that a lifetime has begun and not ended is the product's policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cencomm.crypto.mls.public import subtree as st
from cencomm.crypto.mls.public.extensions import Extension, RequiredCapabilities
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import LeafNode, verify_leaf
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.subtree import ParentNode, ParentTree
from cencomm.crypto.mls.public.tree import RatchetTree, parent_hash
from cencomm.crypto.mls.public.tree_math import NodeIndex, covers, leaf_to_node
from cencomm.crypto.mls.public.validation import refuse


def check_tree(tree: RatchetTree) -> None:
    """The shape of a tree that was received as a whole.

    Raises:
        MlsError: V119, V120, V203, V205, V206, V208 or V210.
    """
    check_unique_keys(tree)
    for place, parent in st.iterate_parents(tree.top):
        if not is_public_key(parent.encryption_key):
            raise refuse("V210", node_index=place.node_index)
        _check_unmerged(tree, place, parent)
    for place, parent in st.iterate_parents(tree.top):
        if not _is_parent_hash_valid(tree, place, parent):
            raise refuse("V203", node_index=place.node_index)


def check_unique_keys(tree: RatchetTree) -> None:
    """Raises `MlsError` V119, V120 or V208 if two leaves or nodes share a key."""
    census = tree.top.census
    if len(census.encryption_keys) == census.nodes and len(census.signature_keys) == tree.member_count:
        return
    signature_keys: set[bytes] = set()
    encryption_keys: set[bytes] = set()
    for index, leaf in tree.leaves():
        if leaf.encryption_key in encryption_keys:
            raise refuse("V119", leaf_index=index)
        if leaf.signature_key in signature_keys:
            raise refuse("V120", leaf_index=index)
        encryption_keys.add(leaf.encryption_key)
        signature_keys.add(leaf.signature_key)
    for node, parent in tree.parents():
        if parent.encryption_key in encryption_keys:
            raise refuse("V208", node_index=node)
        encryption_keys.add(parent.encryption_key)


def _check_unmerged(tree: RatchetTree, place: ParentTree, parent: ParentNode) -> None:
    previous = place.base - 1
    for leaf in parent.unmerged_leaves:
        if not previous < leaf < place.base + place.width or tree.leaf(leaf) is None:
            raise refuse("V205", node_index=place.node_index, leaf_index=leaf)
        previous = leaf
        below: st.Subtree = place
        while isinstance(below, ParentTree):
            if below.parent is not None and leaf not in below.parent.unmerged_set:
                raise refuse("V206", node_index=below.node_index, leaf_index=leaf)
            below = below.left if leaf < below.right.base else below.right


def _is_parent_hash_valid(tree: RatchetTree, place: ParentTree, parent: ParentNode) -> bool:
    """Whether a node below keeps the hash of this parent, and only leaves unknown to it joined since (§7.9.2)."""
    for child, other in ((place.left, place.right), (place.right, place.left)):
        original = st.hash_without(other, parent.unmerged_leaves)
        expected = parent_hash(parent.encryption_key, parent.parent_hash, original)
        for node in child.resolution:
            found = tree.node(node)
            if found is not None and found.parent_hash == expected:
                return {*child.resolution} - {node} == _unmerged_below(parent, child)
    return False


def _unmerged_below(parent: ParentNode, child: st.Subtree) -> set[NodeIndex]:
    unmerged = (leaf_to_node(leaf) for leaf in parent.unmerged_leaves)
    return {node for node in unmerged if covers(child.node_index, node)}


def check_members(tree: RatchetTree, context: GroupContext) -> None:
    """Every leaf of a tree that was received as a whole (§7.3).

    Raises:
        MlsError: V110-V118, V121-V124.
        DecodeError: the group's required capabilities are malformed.
    """
    check_capabilities((leaf for _, leaf in tree.leaves()), context.cipher_suite, context.extensions)
    check_credentials(tree)
    for index, leaf in tree.leaves():
        verify_leaf(leaf, context.group_id, index)


def check_capabilities(leaves: Iterable[LeafNode], cipher_suite: int, extensions: Sequence[Extension]) -> None:
    """Whether each leaf supports the group.

    Raises:
        MlsError: V112, V113, V114 or V123.
        DecodeError: the group's required capabilities are malformed.
    """
    required = RequiredCapabilities.of(extensions)
    for leaf in leaves:
        capabilities = leaf.capabilities
        if MLS10 not in capabilities.versions:
            raise refuse("V112")
        if cipher_suite not in capabilities.cipher_suites:
            raise refuse("V113")
        if required is not None and not capabilities.satisfies(required):
            raise refuse("V114")
        for extension in extensions:
            if not capabilities.supports_extension(extension.extension_type):
                raise refuse("V123", extension_type=extension.extension_type)


def check_credentials(tree: RatchetTree) -> None:
    """Raises `MlsError` V116 unless every member supports every type of credential in use."""
    in_use, shared = tree.top.census.credentials_used, tree.top.census.credentials_shared
    if shared is None or in_use <= shared:
        return
    for index, leaf in tree.leaves():
        if not in_use.issubset(leaf.capabilities.credentials):
            raise refuse("V116", leaf_index=index)
