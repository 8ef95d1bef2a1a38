"""The address of somebody's feeds: a token that reads titles and links of notices, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feed:
    """Of one person, who has one at most. The token itself is nowhere."""

    officer: str
    token_hash: str
    created_ms: int
