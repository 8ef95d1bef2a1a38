"""How far a metric of this process went on meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import REGISTRY


def value(name: str, **labels: str) -> float:
    """The sample's value; 0 where it was never counted."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def since_now(name: str, **labels: str) -> Callable[[], float]:
    """What is added to the sample from here on."""
    before = value(name, **labels)
    return lambda: value(name, **labels) - before
