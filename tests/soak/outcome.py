"""What a soak did and found, in words and as figures for `build/soak.json`."""

from __future__ import annotations

import fcntl
import json
import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

MOST_SHOWN = 20


@dataclass
class Outcome:
    form: str
    seconds: float = 0.0
    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    recovery_seconds: list[float] = field(default_factory=list)
    """After the last fault of each burst, until every client had written and read what all others wrote after it."""
    memory_mb: list[int] = field(default_factory=list)
    """Of this process, with all clients in it, after each round."""

    @property
    def recovery(self) -> dict[str, float]:
        values = sorted(self.recovery_seconds) or [0.0]
        return {
            "bursts": len(self.recovery_seconds),
            "median": round(statistics.median(values), 2),
            "p99": round(values[min(len(values) - 1, int(len(values) * 0.99))], 2),
            "worst": round(values[-1], 2),
        }

    def figures(self) -> dict[str, object]:
        return {
            "seconds": round(self.seconds),
            "rounds": self.rounds,
            "operations": self.operations.total(),
            "operations_by_kind": dict(sorted(self.operations.items())),
            "faults": self.faults.total(),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "recovery_seconds": self.recovery,
            "memory_mb": {"first": self.memory_mb[0], "last": self.memory_mb[-1]} if self.memory_mb else {},
            "violations": len(self.violations),
            "violations_found": self.violations[:MOST_SHOWN],
        }

    def write(self, path: Path) -> None:
        """Beside the figures of the other form: two may run side by side."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            written = file.read()
            figures = {**(json.loads(written) if written else {}), self.form: self.figures()}
            file.seek(0)
            file.truncate()
            file.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")

    def line(self) -> str:
        """Progress, in one line."""
        recovery = self.recovery
        return (
            f"{self.form}: {self.seconds / 60:5.1f} min, round {self.rounds}, {self.faults.total()} faults, "
            f"{self.operations.total()} operations, {len(self.violations)} violations; all live again within "
            f"{recovery['median']} s, at worst {recovery['worst']} s; {self.memory_mb[-1] if self.memory_mb else 0} MB"
        )

    def __str__(self) -> str:
        lines = [f"  {count:7} {name}" for name, count in sorted(self.faults.items())]
        done = [f"  {count:7} {name}" for name, count in sorted(self.operations.items())]
        found = [f"  {one}" for one in self.violations[:MOST_SHOWN]]
        return "\n".join([self.line(), *lines, *done, f"{len(self.violations)} violations", *found])
