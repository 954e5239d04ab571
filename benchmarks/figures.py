"""What a benchmark found, beside its goal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing measured several times: a ratio of two costs, or seconds where `unit` says so."""

    what: str
    values: tuple[float, ...]
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def goal(self) -> str:
        """The goal in words, "" if there is none."""
        if self.at_most is not None:
            return f"at most {self.at_most:.2f}"
        return f"at least {self.at_least:.2f}" if self.at_least is not None else ""

    @property
    def is_missed(self) -> bool:
        """Whether there is a goal and the median does not reach it."""
        return (self.at_most is not None and self.value > self.at_most) or (self.at_least is not None and self.value < self.at_least)

    @property
    def answer(self) -> str:
        """Whether the goal was reached, and by how much not."""
        if not self.goal:
            return ""
        if not self.is_missed:
            return "met"
        limit = self.at_most if self.at_most is not None else self.at_least
        assert limit is not None
        return f"MISSED by {abs(self.value - limit) / limit:.0%}"


def spread(values: Sequence[float]) -> str:
    """The median with the range around it."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


def table(figures: Sequence[Figure]) -> str:
    """One line for each figure, with its goal and whether it was reached."""
    rows = [("measured", "median [range]", "goal", "")]
    for figure in figures:
        shown = f"{figure.value:.2f}" if len(figure.values) == 1 else spread(figure.values)
        rows.append((figure.what, shown + (f" {figure.unit}" if figure.unit else ""), figure.goal, figure.answer))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
