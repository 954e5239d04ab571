"""The share of wrong drops: bounds that hold, whatever the chances to be asked were, and sources that are found wanting in time."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtriage.classify.bounds import Stratum, audits_to, breaks, interval, percent, words
from mailtriage.classify.draw import Cell, chances, drawn
from mailtriage.classify.evaluate import upper_bound

LIMIT = 0.01
N_SEEDS = 1000
RATES = (0.0, 0.002, 0.01, 0.05)
# A big rule, a small one, learning on a kind with a fifth of close drops, and a rule that is new.
FLEET = {
    Cell("rule a", False): 130,
    Cell("rule b", False): 25,
    Cell("gate c", False): 40,
    Cell("gate c", True): 12,
    Cell("rule d", False): 3,
}
ANSWERED = {"rule a": 12, "rule b": 4, "gate c": 1}


def plain(n_drops: int, n_audited: int, n_wrong: int = 0) -> list[Stratum]:
    """Drops that were all equally likely to be asked about."""
    return [Stratum(n_drops=n_drops, chance=max(n_audited, 1) / n_drops, n_audited=n_audited, n_wrong=n_wrong)]


def test_nothing_wrong_found_bounds_the_share_as_elsewhere() -> None:
    for n, bound in ((59, 0.05), (299, 0.01), (2995, 0.001)):
        found = interval(plain(10**7, n))
        assert (found.rate, found.low) == (0.0, 0.0)
        assert found.high == pytest.approx(bound, rel=0.01)
        assert found.high == pytest.approx(upper_bound(0, n), rel=1e-3)


def test_of_few_drops_fewer_can_be_wrong() -> None:
    # With 3 wrong of 40, 30 audits miss all of them in 1 of 82 cases; with 2 in 1 of 17.
    assert interval(plain(40, 30)).high == 2 / 40
    assert interval(plain(10**6, 30)).high > 0.09


def test_it_is_exact_when_all_is_audited_and_never_nothing_before() -> None:
    for n_wrong in (0, 1, 40):
        found = interval([Stratum(n_drops=40, chance=0.3, n_audited=40, n_wrong=n_wrong)])
        assert (found.rate, found.low, found.high) == (n_wrong / 40, n_wrong / 40, n_wrong / 40)
    assert interval(plain(40, 39)).high > 0
    assert interval(plain(40, 0)).high == 1
    assert interval([]).high == 1


def test_answers_that_were_more_likely_count_for_less() -> None:
    # 50 answers where 1 in 100 was asked, and as many where each was: the second half says nothing of the first.
    rare = Stratum(n_drops=5000, chance=0.01, n_audited=50)
    sure = Stratum(n_drops=50, chance=1.0, n_audited=50)
    both = interval([rare, sure])
    assert both.n_audited == 100
    assert both.high == pytest.approx(interval([rare]).high, rel=0.05)
    # Wrong drops found where everything was asked weigh little, those found by chance much.
    by_rare = interval([Stratum(n_drops=5000, chance=0.01, n_audited=50, n_wrong=2), sure])
    by_sure = interval([rare, Stratum(n_drops=50, chance=1.0, n_audited=50, n_wrong=2)])
    assert by_rare.rate == pytest.approx(200 / 5050)
    assert by_sure.rate == pytest.approx(2 / 5050)
    assert by_sure.high < by_rare.high


def test_wrong_drops_may_be_those_that_were_least_likely_to_be_found() -> None:
    usual = Stratum(n_drops=5000, chance=0.02, n_audited=100)
    assert interval([usual]).high == pytest.approx(147 / 5000, rel=0.02)
    busy_day = Stratum(n_drops=100, chance=0.01, n_audited=1)
    found = interval([usual, busy_day])
    hidden_there = 99 * 0.01005 / 0.0202  # as good as so many of the usual ones
    assert found.high == pytest.approx((99 + 148 - hidden_there) / 5100, rel=0.02)


def test_a_few_drops_without_a_chance_do_not_undo_all_audits() -> None:
    found = interval([*plain(10_000, 300), Stratum(n_drops=10, chance=1e-6)])
    assert 0.01 < found.high < 0.0115  # the ten count as wrong


@example([(14, 1, 0, 0), (142, 0.8125, 0.6875, 0), (171, 0.394, 0.328, 0.6875), (251, 0.375, 0.8125, 0.3125), (515, 0.594, 0.875, 0.75)])
@given(
    st.lists(st.tuples(st.integers(1, 300), st.floats(0.001, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6),
)
def test_bounds_hold_what_is_certain(groups: list[tuple[int, float, float, float]]) -> None:
    strata = [
        Stratum(n_drops=n, chance=chance, n_audited=int(n * asked), n_wrong=int(int(n * asked) * wrong))
        for n, chance, asked, wrong in groups
    ]
    found = interval(strata)
    n_left = found.n_drops - found.n_audited
    assert found.n_wrong / found.n_drops - 1e-9 <= found.low <= found.high <= (found.n_wrong + n_left) / found.n_drops + 1e-9
    if found.rate is not None:
        assert found.low <= found.rate <= found.high
    if n_left:
        assert found.high > found.n_wrong / found.n_drops
    n_more = audits_to(strata, 0.05)
    assert n_more is None or 0 <= n_more <= n_left


def test_it_says_in_plain_words_what_is_known_and_what_more_would_bring() -> None:
    strata = plain(10**6, 312)
    n_more = audits_to(strata, 0.0085)
    assert n_more == 39
    assert (
        words(interval(strata), n_more, 0.0085)
        == f"0 wrong of 312 audited, at most 0.96 % with 95 % confidence; {n_more} more make it 0.85 %"
    )
    assert words(interval(plain(900, 60, 3))) == "3 wrong of 60 audited, about 5.0 %, at least 1.2 % and at most 14 % with 95 % confidence"
    assert words(interval(plain(40, 40, 1))) == "1 wrong of 40, all audited: 2.5 %"
    assert words(interval(plain(40, 0)), 39, 0.01) == "none of 40 drops audited, so nothing is known; 39 more make it 1.0 %"
    assert words(interval([])) == "nothing to ask about yet"
    assert [percent(share, upward=True) for share in (0, 0.00991, 0.00996, 0.1234, 1)] == ["0 %", "1.0 %", "1.0 %", "13 %", "100 %"]


def test_no_audit_makes_known_wrong_drops_right() -> None:
    assert audits_to(plain(100, 60, 2), LIMIT) is None
    assert audits_to(plain(40, 40), LIMIT) is None
    assert audits_to(plain(10**7, 0), LIMIT) == 299


# The draw


def test_each_drop_is_drawn_with_its_chance_and_as_many_as_wanted() -> None:
    chance = chances(FLEET, ANSWERED, 20)
    things = [(cell, chance[cell]) for cell, size in FLEET.items() for _ in range(size)]
    n_drawn: dict[Cell, int] = defaultdict(int)
    for seed in range(400):
        taken = drawn(things, str(seed))
        assert len(taken) == 20
        for cell in taken:
            n_drawn[cell] += 1
    for cell, size in FLEET.items():
        expected = 400 * size * chance[cell]
        assert abs(n_drawn[cell] - expected) < 4.5 * expected**0.5


def test_the_same_seed_asks_the_same_and_another_something_else() -> None:
    things = [(n, 0.05) for n in range(200)]
    assert drawn(things, "monday") == drawn(things, "monday")
    assert len(drawn(things, "monday")) == 10
    assert drawn(things, "monday") != drawn(things, "tuesday")


def test_new_rules_close_drops_and_rare_kinds_are_asked_about_more_often() -> None:
    chance = chances(FLEET, ANSWERED, 20)
    assert chance[Cell("rule d", False)] > 5 * chance[Cell("rule a", False)]  # new, and rare
    assert chance[Cell("gate c", True)] > 1.5 * chance[Cell("gate c", False)]
    n_drops = sum(FLEET.values())
    assert min(chance.values()) >= 0.5 * 20 / n_drops  # half of it goes to all alike
    assert sum(chance[cell] * size for cell, size in FLEET.items()) == pytest.approx(20)


def test_with_few_drops_all_are_asked_about() -> None:
    assert chances({Cell("rule a", False): 3}, {}, 5) == {Cell("rule a", False): 1.0}
    assert drawn([("a", 1.0), ("b", 1.0)], "seed") == ["a", "b"]
    few = chances({Cell("rule a", False): 1000, Cell("rule b", False): 1}, {"rule a": 500}, 5)
    assert few[Cell("rule b", False)] == 1.0


# Planted rates


def audited(rng: random.Random, rate: float, n_drops: int, n: int) -> tuple[float, list[int]]:
    """The true share of wrong drops, and how many were found wrong after each of `n` audits."""
    wrong = {place for place in range(n_drops) if rng.random() < rate}
    found = list(accumulate(int(place in wrong) for place in rng.sample(range(n_drops), n)))
    return len(wrong) / n_drops, found


@pytest.mark.parametrize("rate", RATES)
def test_the_interval_of_one_rule_covers_the_truth(rate: float) -> None:
    n_covered = 0
    for seed in range(N_SEEDS):
        truth, found = audited(random.Random(f"{rate} {seed}"), rate, 800, 100)
        result = interval(plain(800, 100, found[-1]))
        n_covered += result.low <= truth <= result.high
    assert n_covered >= 0.93 * N_SEEDS


@pytest.mark.parametrize("rate", RATES)
def test_the_interval_over_unequal_chances_covers_the_truth(rate: float) -> None:
    """Close drops are wrong four times as often as others, and one question in five is never answered."""
    chance = chances(FLEET, ANSWERED, 40)
    cells = [cell for cell, size in FLEET.items() for _ in range(size)]
    things = [(n, chance[cell]) for n, cell in enumerate(cells)]
    rates = [rate * (4 if cell.is_close else 1) for cell in cells]
    n_covered = 0
    for seed in range(N_SEEDS):
        random_number = random.Random(f"{rate} {seed}").random
        wrong = {n for n, one in enumerate(rates) if random_number() < one}
        answered = [n for n in drawn(things, str(seed)) if random_number() < 0.8]
        n_audited, n_wrong = Counter(cells[n] for n in answered), Counter(cells[n] for n in answered if n in wrong)
        strata = [
            Stratum(n_drops=size, chance=chance[cell], n_audited=n_audited[cell], n_wrong=n_wrong[cell]) for cell, size in FLEET.items()
        ]
        result = interval(strata)
        n_covered += result.low <= len(wrong) / len(cells) <= result.high
    assert n_covered >= 0.93 * N_SEEDS


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (0.002, 0, 0.15), (0.05, 0.9, 1)])
def test_a_rule_that_drops_wrongly_is_found_within_sixty_audits(rate: float, least: float, most: float) -> None:
    """Looked at after each answer, as `audit answer` does."""
    n_flagged = 0
    for seed in range(N_SEEDS):
        _, found = audited(random.Random(f"{rate} {seed}"), rate, 2000, 60)
        n_flagged += any(breaks(plain(2000, n, k), LIMIT) for n, k in enumerate(found, 1) if k)
    assert least * N_SEEDS <= n_flagged <= most * N_SEEDS


def test_wrong_drops_that_are_known_count_however_they_were_found() -> None:
    assert breaks(plain(20, 5), LIMIT, n_known=1)
    assert not breaks(plain(2000, 5), LIMIT, n_known=1)
    assert not breaks(plain(20, 5), LIMIT, n_known=1, n_others=500)
    assert breaks([], LIMIT, n_known=1)
    assert not breaks(plain(20, 20), LIMIT)
    assert not breaks(plain(10_000, 300, 1), LIMIT)
    assert breaks(plain(10_000, 60, 1), LIMIT)
