"""The score of a judge over labelled mails."""

from __future__ import annotations

import pytest

from mailtriage.classify import Example, evaluate, upper_bound
from mailtriage.types import Verdict
from tests.classify.fleet import HOSTS, Fleet


def test_wrong_drops_noise_and_events_are_counted_by_kind() -> None:
    fleet = Fleet()
    expected = {"noise": Verdict.DROP, "digest": Verdict.DIGEST, "event": Verdict.EVENT, "human": Verdict.PASS}
    mails = [fleet.backup(HOSTS[0], day, label) for day, label in enumerate(["noise", "noise", "digest", "event", "event", "human"])]
    missed = mails[3]

    def judge_mail(example: Example) -> Verdict:
        return Verdict.DROP if example is missed else expected[example.label]

    result = evaluate(mails, judge_mail, lambda example: fleet.read(example.raw)[1].kind)
    total = result.total
    assert (total.n_wrong_drops, total.n_must_see, total.noise_reduction, total.event_recall) == (1, 4, 1.0, 0.5)
    assert (total.n_human_passed, result.kinds[0].kind, result.wrong_drops) == (1, "cron", (missed.raw.id,))
    assert result.text().startswith("wrong drops: 1 of 4 must-see mails, at most ")
    assert result.as_dict()["n_wrong_drops"] == 1


def test_nothing_to_score_divides_by_nothing() -> None:
    result = evaluate([], lambda _: Verdict.DROP)
    assert (result.total.noise_reduction, result.total.event_recall) == (None, None)
    assert "wrong drops: 0 of 0" in result.text()


@pytest.mark.parametrize(
    ("n_wrong", "n", "bound"), [(0, 59, 0.0495), (0, 299, 0.00997), (0, 2919, 0.001026), (1, 299, 0.01577), (5, 5, 1.0)]
)
def test_the_bound_is_clopper_pearsons(n_wrong: int, n: int, bound: float) -> None:
    assert upper_bound(n_wrong, n) == pytest.approx(bound, rel=0.005)
