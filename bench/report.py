"""What a measurement says at its end: its budgets, one JSON line, and the exit code."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

SHARED = f"Client and servers share the same {os.cpu_count()} cores: a faster client would be a fairer one."


@dataclass(frozen=True)
class Budget:
    """One figure beside what it should be. `limit` is a floor, or with `at_most` a ceiling."""

    what: str
    figure: float
    limit: float
    unit: str = ""
    at_most: bool = False
    aim: bool = False  # wished for, and no reason to fail

    @property
    def met(self) -> bool:
        """Says whether the figure is on the right side."""
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    @property
    def words(self) -> str:
        """The limit as the design writes it."""
        return f"{'≤' if self.at_most else '≥'} {self.limit:,g}{self.unit}{' (aim)' if self.aim else ''}"

    @property
    def verdict(self) -> str:
        """`met` or `missed`."""
        return "met" if self.met else "missed"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints rows under their heads; the first column holds words, all others figures."""
    shown = [list(heads)] + [[_shown(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in shown) for column in range(len(heads))]
    for line in shown:
        first, *rest = line
        cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        print("  ".join([f"{first:{widths[0]}}", *cells]))
    print()


def close(bench: str, budgets: Sequence[Budget], **facts: Any) -> int:
    """Prints budgets and the JSON line; returns 1 when a budget is missed."""
    table(
        ("budget", "wanted", "figure", ""),
        [(each.what, each.words, f"{_shown(each.figure)}{each.unit}", each.verdict) for each in budgets],
    )
    rows = [asdict(each) | {"wanted": each.words, "met": each.met} for each in budgets]
    print(json.dumps({"bench": bench, "budgets": rows, **facts}))
    return int(any(not each.met and not each.aim for each in budgets))


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return f"{cell:,}" if isinstance(cell, int) else str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.3f}"
