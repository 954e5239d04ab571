"""Which drops are asked about: each with a chance that is known beforehand, so that the answers can be weighed (bounds.py).

Half of the chances go to all drops alike, which the bound over everything rests on. The other half goes to the sources (rules
and kinds), by far the most to those with the fewest answers: so a new rule and a rare kind are asked about soon. Within a
source, drops that were close count threefold.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

CLOSE = 0.1  # a gate's drop with at least this probability of trouble was close
_CLOSE_WEIGHT = 3

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Cell:
    """Drops of one source that are equally likely to be drawn."""

    source: str
    is_close: bool


def chances(sizes: Mapping[Cell, int], n_answered: Mapping[str, int], n: int) -> dict[Cell, float]:
    """The chance of one drop of each cell when `n` are drawn; over all drops they add up to `n`, or to all there are."""
    n_drops = sum(sizes.values())
    if n >= n_drops:
        return dict.fromkeys(sizes, 1.0)
    # Squared, or a new rule among two hundred known ones would wait for weeks.
    needs = {cell.source: 1 / (1 + n_answered.get(cell.source, 0)) ** 2 for cell in sizes}
    heaviness: dict[str, int] = defaultdict(int)
    for cell, size in sizes.items():
        heaviness[cell.source] += _heaviness(cell) * size
    all_needs = sum(needs.values())
    weights = {cell: 0.5 / n_drops + 0.5 * needs[cell.source] / all_needs * _heaviness(cell) / heaviness[cell.source] for cell in sizes}
    return _capped(weights, sizes, n)


def drawn(things: Sequence[tuple[_T, float]], seed: str) -> list[_T]:
    """Those of the things, each with its chance, that are drawn; the same seed draws the same.

    The pivotal method (Deville and Tille, 1998): two at a time settle between them who keeps the chance of both, so each is drawn with
    exactly its chance, as many as the chances add up to, and being drawn makes no other more likely.
    """
    rng = random.Random(seed)  # noqa: S311 a fair draw that can be repeated is the point, not secrecy
    order = list(range(len(things)))
    rng.shuffle(order)
    taken: list[int] = []
    holder, held = -1, 0.0
    for place in order:
        chance = things[place][1]
        if chance >= 1:
            taken.append(place)
        elif holder < 0:
            holder, held = place, chance
        elif held + chance <= 1:
            if rng.random() * (held + chance) >= held:
                holder = place
            held += chance
        else:
            over = held + chance - 1
            if rng.random() * (2 - held - chance) < 1 - chance:
                taken.append(holder)
                holder = place
            else:
                taken.append(place)
            held = over
    if holder >= 0 and held >= 0.5:  # what is left is nothing or one, but for rounding
        taken.append(holder)
    return [things[place][0] for place in sorted(taken)]


def _heaviness(cell: Cell) -> int:
    return _CLOSE_WEIGHT if cell.is_close else 1


def _capped(weights: Mapping[Cell, float], sizes: Mapping[Cell, int], n: int) -> dict[Cell, float]:
    """Chances in proportion to the weights; what would pass 1 is certain, and the rest shares what is left."""
    certain: set[Cell] = set()
    while True:
        left = {cell: weight for cell, weight in weights.items() if cell not in certain}
        total = sum(weight * sizes[cell] for cell, weight in left.items())
        factor = (n - sum(sizes[cell] for cell in certain)) / total
        over = {cell for cell, weight in left.items() if factor * weight > 1}
        if not over:
            return {cell: 1.0 if cell in certain else factor * weights[cell] for cell in weights}
        certain |= over
