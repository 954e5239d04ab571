"""Pure noise raises next to nothing, and a disk that fills is announced in time: the same generator with many seeds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailtriage.baseline import Usual, filling, unusual

START = datetime(2026, 3, 2, 3, 1, tzinfo=UTC)
N_DAYS = 70
N_HOSTS = 240  # 2,400 host-weeks
FEW = 0.01  # alarms in a host-week
USUAL = Usual(quantile=0.99, days=28)


def counts(rng: random.Random, mean: float) -> int:
    """How many of very many unlikely things happened."""
    return sum(rng.random() < mean / 200 for _ in range(200))


NOISE: dict[str, Callable[[random.Random, int], float]] = {
    "rare counts": lambda rng, day: counts(rng, 0.2),
    "counts": lambda rng, day: counts(rng, 12),
    "temperature": lambda rng, day: round(rng.gauss(38, 1.5)),
    "load": lambda rng, day: rng.lognormvariate(0, 0.7),
    "bytes": lambda rng, day: 1e9 * rng.lognormvariate(0, 0.5),
    "weekly": lambda rng, day: (60 if day % 7 == 6 else 6) * rng.lognormvariate(0, 0.3),
    "heavy tails": lambda rng, day: 10 * rng.paretovariate(3),
}


def moments(rng: random.Random, n_days: int) -> Iterator[tuple[datetime, int]]:
    """The time of each daily report, with its jitter."""
    for day in range(n_days):
        yield START + timedelta(days=day, seconds=rng.uniform(0, 1800)), day


def alarms(seed: int, value_of: Callable[[random.Random, int], float], *, is_counter: bool) -> int:
    """How often one host of `N_DAYS` is called unusual; a counter starts anew at a reboot, about once in six weeks."""
    rng = random.Random(seed)
    points: list[tuple[float, float]] = []
    total, found = 0.0, 0
    for at, day in moments(rng, N_DAYS):
        value = value_of(rng, day)
        if is_counter:
            total = value + (0 if rng.random() < 1 / 40 else total)
            value = total
        found += unusual(USUAL, value, points[-40:], at, is_counter=is_counter) is not None
        points.append((at.timestamp(), value))
    return found


@pytest.mark.parametrize("is_counter", [False, True], ids=["level", "counter"])
@pytest.mark.parametrize("noise", NOISE)
def test_noise_alone_is_unusual_less_than_once_in_a_hundred_host_weeks(noise: str, is_counter: bool) -> None:
    n = sum(alarms(seed, NOISE[noise], is_counter=is_counter) for seed in range(N_HOSTS))
    assert n <= FEW * N_HOSTS * N_DAYS / 7


@pytest.mark.parametrize(("noise", "factor"), [("counts", 6), ("temperature", 1.4), ("bytes", 40), ("weekly", 100)])
def test_what_is_far_beyond_the_noise_is_found(noise: str, factor: float) -> None:
    found = 0
    for seed in range(100):
        rng = random.Random(seed)
        points = [(at.timestamp(), NOISE[noise](rng, day)) for at, day in moments(rng, 35)]
        usual = sorted(value for _, value in points)[17]
        found += unusual(USUAL, usual * factor, points, START + timedelta(days=35)) is not None
    assert found >= 80


def announced(values: Iterable[float], rng: random.Random) -> list[int]:
    """The days on which "full within nine days" is said, of a row of per cents as df prints them."""
    points: list[tuple[float, float]] = []
    said = []
    for day, exact in enumerate(values):
        at = START + timedelta(days=day, seconds=rng.uniform(0, 1800))
        value = float(max(0, round(exact)))
        found = filling(value, points[-61:], at)
        if found is not None and found.days_left <= 9:
            said.append(day)
        points.append((at.timestamp(), value))
    return said


def ramp(rng: random.Random, *, flat: int, tooth: float) -> list[float]:
    """Level for `flat` days, then one per cent a day until it is full, with noise and a rotation each week."""
    phase = rng.randrange(7)
    values: list[float] = []
    while not values or values[-1] < 100:
        day = len(values)
        values.append(60 + max(0, day - flat) + tooth * ((day + phase) % 7) / 7 + rng.gauss(0, 0.6))
    return values


@pytest.mark.parametrize("tooth", [0, 3, 5, 8])
@pytest.mark.parametrize("flat", [0, 30])
def test_one_per_cent_a_day_is_announced_three_days_before_it_is_full(flat: int, tooth: float) -> None:
    for seed in range(60):
        rng = random.Random(seed)
        values = ramp(rng, flat=flat, tooth=tooth)
        said = announced(values, rng)
        assert said, seed
        assert said[0] <= len(values) - 1 - 3, seed
        assert said[0] >= len(values) - 1 - 30, seed


def jump(rng: random.Random) -> Sequence[float]:
    day, height = rng.randrange(20, 50), rng.uniform(5, 35)
    return [(92 if n >= day else 92 - height) + rng.gauss(0, 0.5) for n in range(N_DAYS)]


def rotated(rng: random.Random) -> Sequence[float]:
    phase, height, period = rng.randrange(14), rng.uniform(3, 20), rng.choice((7, 10, 14))
    return [92 - height + height * ((n + phase) % period) / period + rng.gauss(0, 0.3) for n in range(N_DAYS)]


def level(rng: random.Random) -> Sequence[float]:
    height = rng.uniform(20, 95)
    return [height + rng.gauss(0, 1) for n in range(N_DAYS)]


def nearly_full(rng: random.Random) -> Sequence[float]:
    height = rng.uniform(94, 97)
    return [height + rng.gauss(0, 1) for n in range(N_DAYS)]


@pytest.mark.parametrize("row_of", [jump, rotated, level, nearly_full])
def test_what_does_not_fill_is_not_announced(row_of: Callable[[random.Random], Sequence[float]]) -> None:
    days = 0
    for seed in range(N_HOSTS):
        rng = random.Random(seed)
        days += len(announced(row_of(rng), rng))
    assert days <= FEW * N_HOSTS * N_DAYS / 7


def test_after_a_clean_up_nothing_is_announced_any_more() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        values = [*(60 + day + rng.gauss(0, 0.5) for day in range(36)), *(62 + rng.gauss(0, 0.5) for _ in range(20))]
        said = announced(values, rng)
        assert said
        assert max(said) < 36
