"""The benchmarks run, and a goal that is missed is said plainly."""

from __future__ import annotations

import pytest

from benchmarks import triage
from benchmarks.__main__ import machine, missed
from benchmarks.figures import Figure, table


@pytest.fixture(scope="module")
def few_mails() -> triage.Mix:
    return triage.mix(2, 1)


def test_triage_is_measured_against_mail_parser_cold_and_warm(few_mails: triage.Mix) -> None:
    figures = triage.against_mail_parser(few_mails, None, 1)
    assert [figure.what.partition("(")[2].partition(")")[0] for figure in figures] == [
        "rules, first pass",
        "rules, new day",
        "rules, again",
    ]
    assert all(value > 0 for figure in figures for value in figure.values)


def test_every_stage_has_its_share(few_mails: triage.Mix) -> None:
    shares = {name: us for name, _, us in triage.stages(few_mails, None, 1)}
    assert {"parse", "recognise", "rules and floor", "judge", "whole triage", "mail-parser alone"} <= shares.keys()
    assert shares["whole triage"] > shares["parse"]


def test_the_profile_names_our_functions_by_file_and_line(few_mails: triage.Mix) -> None:
    spots = triage.hot_spots(few_mails, None)
    assert len(spots) == 8
    assert any(spot.place.startswith("mailtriage/") for spot in spots)


def test_a_goal_that_is_missed_is_said_plainly_and_by_how_much() -> None:
    good = Figure(what="rate / Postfix", values=(1.9, 2.4, 2.6), at_least=2.0)
    bad = Figure(what="CPU / Postfix", values=(0.36,), at_most=0.3)
    assert "MISSED by 20%" in table((good, bad))
    assert missed((good, bad)).splitlines()[1:] == ["CPU / Postfix: 0.36, the goal is at most 0.30 (MISSED by 20%)"]
    assert missed((good,)) == "all 1 goals are met"


def test_the_machine_is_named_with_its_cores() -> None:
    assert "cores" in machine()
