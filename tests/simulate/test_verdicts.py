"""The simulator and the shipped rules agree: what a mail is labelled is what rules alone make of it, or louder."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from mailtriage.pipeline import NoHistory, triage
from mailtriage.simulate import Label, fleet, mails
from mailtriage.types import RawMail, Verdict
from tests.golden import shipped_rules

START = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def told() -> list[tuple[str, str, str, Label, Verdict, bool]]:
    """True kind, found kind, number, label, verdict, and whether the host is right, for three weeks of 75 hosts."""
    rulebook = shipped_rules()
    found = []
    for mail in mails(fleet(hosts=75, days=21, seed=4, start=START)):
        raw = RawMail(id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,))
        outcome = triage(raw, rulebook, None, NoHistory(), mail.sent_at)
        is_host = outcome.host == mail.truth.host
        found.append((mail.truth.kind, outcome.kind, mail.stem, mail.truth.label, outcome.verdict, is_host))
    return found


def test_every_mail_is_of_the_kind_that_was_simulated(told: list[tuple[str, str, str, Label, Verdict, bool]]) -> None:
    assert Counter((kind, found) for kind, found, *_ in told if kind != found) == Counter()


def test_nothing_that_must_be_seen_is_dropped_and_every_alarm_is_raised(told: list[tuple[str, str, str, Label, Verdict, bool]]) -> None:
    dropped = [(kind, number) for kind, _, number, label, verdict, _ in told if label is not Label.NOISE and verdict is Verdict.DROP]
    assert dropped == []
    quiet = [(kind, number) for kind, _, number, label, verdict, _ in told if label is Label.EVENT and verdict is not Verdict.EVENT]
    assert quiet == []
    assert [number for _, _, number, label, verdict, _ in told if (label is Label.HUMAN) != (verdict is Verdict.PASS)] == []


def test_three_quarters_of_the_noise_is_dropped_without_learning(told: list[tuple[str, str, str, Label, Verdict, bool]]) -> None:
    noise = Counter(verdict for _, _, _, label, verdict, _ in told if label is Label.NOISE)
    assert noise[Verdict.DROP] / noise.total() > 0.75  # the rest are jobs of a site's own, which no rule knows
    assert noise[Verdict.PASS] == 0


def test_the_host_is_the_one_the_mail_is_about(told: list[tuple[str, str, str, Label, Verdict, bool]]) -> None:
    of_people = ("human", "auto_reply")  # no host's mails
    wrong = [(kind, number) for kind, _, number, _, _, is_host in told if not is_host and kind not in of_people]
    assert wrong == []
