"""Rules that ask for a host's past: a baseline, or when something will be full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.baseline import Points
from mailtriage.rulebook import Hit, Past, Rulebook, check
from mailtriage.types import Measure
from tests.rulebook.support import DROP, TODAY, book, fs_used, never, section
from tests.rulebook.test_syntax import EVENT, told

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
QUEUE = EVENT + "measure = { name = 'mail_queue', baseline = 'p99 of 28d', least = 20 }\n"
FULL = EVENT + "measure = { name = 'fs_used', full_within = '9d' }\n"
ERRORS = EVENT + "measure = { name = 'if_errors', baseline = 'peak of 28d', least = 100 }\n"


def daily(*values: float) -> Points:
    """One value a day, the last one yesterday."""
    return [((AT - timedelta(days=len(values) - n)).timestamp(), value) for n, value in enumerate(values)]


def hits(rules: Rulebook, measure: Measure, past: Sequence[float]) -> tuple[Hit, ...]:
    asked = Past(AT, lambda name, subject, since: daily(*past) if (name, subject) == (measure.name, measure.subject) else ())
    return rules.rule_on("cron", "a", section("x", measures=(measure,)), never, past=asked).events


def queue(value: float) -> Measure:
    return Measure(name="mail_queue", subject="local", value=value, unit="")


def test_a_value_far_above_the_hosts_own_past_fires_and_one_within_does_not(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=QUEUE)
    usual = [3, 5, 4, 8, 2, 6, 5] * 4
    (hit,) = hits(rules, queue(90), usual)
    assert hit.summary(section("x")) == "mail_queue local 90, where the p99 of 28 days is 8"
    assert not hits(rules, queue(9), usual)
    assert not hits(rules, queue(90), [80, 120, 70, 95, 60, 130, 90] * 4)


def test_nothing_is_said_before_enough_is_known(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=QUEUE)
    assert not hits(rules, queue(900), [3] * 13)
    assert hits(rules, queue(900), [3] * 14)
    assert not rules.rule_on("cron", "a", section("x", measures=(queue(900),)), never).events


def test_a_capacity_tells_when_it_will_be_full(tmp_path: Path) -> None:
    rules = book(
        tmp_path, cron=FULL + "summary = '{subject} is {value} % full: {days_left} days left at {growth} % a day'\nitem = '{subject}'\n"
    )
    (hit,) = hits(rules, fs_used(92), [float(value) for value in range(64, 92)])
    assert hit.summary(section("x")) == "/var is 92 % full: 8 days left at 1 % a day"
    assert not hits(rules, fs_used(80), [float(value) for value in range(52, 80)])
    plain = book(tmp_path, cron=FULL)
    (hit,) = hits(plain, fs_used(92), [float(value) for value in range(64, 92)])
    assert hit.summary(section("x")) == "fs_used /var 92 %, full in 8 days at 1 % a day"


def test_a_counter_is_judged_by_its_growth(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=ERRORS + "summary = '{subject}: {growth} a day, {baseline} at most before'\n")
    steady = [float(10 * day) for day in range(30)]

    def errors(value: float) -> Measure:
        return Measure(name="if_errors", subject="em0", value=value, unit="")

    (hit,) = hits(rules, errors(1290), steady)
    assert hit.summary(section("x")) == "em0: 1000 a day, 10 at most before"
    assert not hits(rules, errors(300), steady)
    assert not hits(rules, errors(3), steady)  # rebooted


def test_the_past_is_read_only_for_values_that_may_matter(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=QUEUE + FULL.replace("'x'", "'y'"))
    read: list[str] = []

    def readings(name: str, subject: str, since: datetime) -> Points:
        read.append(name)
        return ()

    for measure in (queue(3), fs_used(12)):
        rules.rule_on("cron", "a", section("x", measures=(measure,)), never, past=Past(AT, readings))
    assert read == []
    for measure in (queue(30), fs_used(82)):
        rules.rule_on("cron", "a", section("x", measures=(measure,)), never, past=Past(AT, readings))
    assert read == ["mail_queue", "fs_used"]


def test_other_limits_hold_as_well(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=QUEUE.replace("least = 20", "above = 200"))
    assert not hits(rules, queue(150), [3] * 28)
    assert hits(rules, queue(250), [3] * 28)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("name = 'mail_queue', baseline = 'p99'", '4:34 baseline is no quantile of days: \'p99\' / write "p99 of 28d", "peak of 28d"'),
        ("name = 'mail_queue', baseline = 99", "4:34 baseline is no quantile of days: 99"),
        (
            "name = 'mail_queue', baseline = 'peek of 28d'",
            "4:34 baseline has no 'peek': it is p1 to p99.99, peak or median / did you mean peak",
        ),
        ("name = 'mail_queue', baseline = 'p100 of 28d'", "4:34 baseline has no 'p100'"),
        ("name = 'mail_queue', baseline = 'p0 of 28d'", "4:34 baseline has no 'p0'"),
        ("name = 'mail_queue', baseline = 'p99 of 7d'", '4:34 baseline of 7 days: it must be 14 to 365 / write "p99 of 28d"'),
        ("name = 'mail_queue', baselin = 'p99 of 28d'", "4:34 unknown key baselin in measure / did you mean baseline?"),
        ("name = 'mail_queue', baseline = 'p99 of 28d', times = 0.5", "times must be a number from 1 on, not 0.5"),
        ("name = 'mail_queue', baseline = 'p99 of 28d', least = true", "least must be a number from 0 on, not True"),
        ("name = 'mail_queue', above = 3, times = 2", "4:45 times stands beside baseline only / add baseline"),
        (
            "name = 'mail_queu', baseline = 'p99 of 28d'",
            "4:13 'mail_queu' is no measure of which a past is kept / did you mean mail_queue",
        ),
        ("name = 'fs_used', full_within = '9'", "4:31 full_within must be 1 to 60 days, not '9' / write full_within = \"9d\""),
        ("name = 'fs_used', full_within = '90d'", "4:31 full_within must be 1 to 60 days"),
        ("name = 'load', full_within = '9d'", "4:13 'load' is nothing that can be full / it is one of fs_inodes_used, fs_used, pool_used"),
        ("name = 'fs_used', full_within = '9d', baseline = 'p99 of 28d'", "4:31 baseline and full_within exclude each other"),
        ("name = 'fs_used'", "add above, below, rise, baseline or full_within"),
    ],
)
def test_a_mistake_in_a_baseline_is_told_with_its_place_and_what_to_do(tmp_path: Path, measure: str, expected: str) -> None:
    lines = told(tmp_path, EVENT + f"measure = {{ {measure} }}\n")
    assert any(expected in line for line in lines), lines


def test_a_drop_rule_has_no_baseline(tmp_path: Path) -> None:
    lines = told(tmp_path, f"[[rule]]\nid = 'x'\n{DROP}lines = ['x']\nmeasure = {{ name = 'load', baseline = 'p99 of 28d' }}\n")
    assert any("7:1 a drop rule cannot ask for the past" in line for line in lines), lines


def test_the_past_has_its_own_names_in_templates(tmp_path: Path) -> None:
    assert told(tmp_path, QUEUE + "summary = '{baseline} {growth}'\n") == []
    assert any("uses {days_left}, which no pattern has" in line for line in told(tmp_path, QUEUE + "summary = '{days_left}'\n"))
    assert any("uses {baseline}, which no pattern has" in line for line in told(tmp_path, FULL + "summary = '{baseline}'\n"))


@pytest.mark.parametrize(
    ("rule", "hit", "miss"),
    [
        (QUEUE, "mail_queue local 90 was 3", "mail_queue local 22 was 3"),
        (FULL, "fs_used /var 92 % was 91", "fs_used /var 92 % was 92"),
        (ERRORS, "if_errors em0 5000 was 100", "if_errors em0 150 was 100"),
    ],
)
def test_examples_say_what_was_before(tmp_path: Path, rule: str, hit: str, miss: str) -> None:
    good = book(tmp_path, cron=rule + f"hit = ['{hit}']\nmiss = ['{miss}', '{hit.split(' was', maxsplit=1)[0]}']\n")
    assert check(good, TODAY) == ()
    wrong = book(tmp_path, cron=rule + f"hit = ['{miss}']\nmiss = ['{hit}']\n")
    assert [finding.code for finding in check(wrong, TODAY)] == ["example-hit", "example-miss"]
