"""What is usual for a host, judged from the past values of its measures. Pure: the values and the time are arguments."""

from mailtriage.baseline.course import CAPACITIES, COUNTERS, LEVELS, WATCHED, is_kept
from mailtriage.baseline.history import ENOUGH_DAYS, ENOUGH_VALUES, Points
from mailtriage.baseline.moved import Move, moved
from mailtriage.baseline.trend import FULL, KNOWN_DAYS, Filling, filling
from mailtriage.baseline.usual import RUN_DAYS, Unusual, Usual, unusual

__all__ = [
    "CAPACITIES",
    "COUNTERS",
    "ENOUGH_DAYS",
    "ENOUGH_VALUES",
    "FULL",
    "KNOWN_DAYS",
    "LEVELS",
    "RUN_DAYS",
    "WATCHED",
    "Filling",
    "Move",
    "Points",
    "Unusual",
    "Usual",
    "filling",
    "is_kept",
    "moved",
    "unusual",
]
