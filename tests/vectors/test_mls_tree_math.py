"""Official vectors: index arithmetic of the tree (tree-math.json)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from cencomm.crypto.mls.public import tree_math
from cencomm.crypto.mls.public.tree_math import NodeIndex
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "tree-math.json"


def _all(width: int, function: Callable[[NodeIndex], NodeIndex]) -> list[int | None]:
    found: list[int | None] = []
    for node in range(width):
        try:
            found.append(function(NodeIndex(node)))
        except ValueError:
            found.append(None)
    return found


def test_tree_math(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        leaves, width = vector["n_leaves"], vector["n_nodes"]
        assert tree_math.node_width(leaves) == width
        assert tree_math.root(leaves) == vector["root"]
        assert _all(width, tree_math.left) == vector["left"]
        assert _all(width, tree_math.right) == vector["right"]
        assert _all(width, partial(tree_math.parent, leaf_count=leaves)) == vector["parent"]
        assert _all(width, partial(tree_math.sibling, leaf_count=leaves)) == vector["sibling"]
        count_vectors(FILE)
