"""What labels bring, and which to give first: `make bench-labels`, or python -m benchmarks.labels [--quick] [--plots DIR]

A new fleet: two weeks of a simulated fleet with twenty home-made jobs are labelled, three later weeks are judged. Labels are given
one mail at a time at random, or as answers in the order of `model review`, which cover the mails near the shown one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.homemade import letters
from mailtriage.classify import Example, load, train, upper_bound
from mailtriage.classify.clusters import Cluster
from mailtriage.judge import AllKinds, Case, Model, NoHistory, judge
from mailtriage.pipeline import read
from mailtriage.rulebook import Rulebook
from mailtriage.rulebook import load as load_rules
from mailtriage.service.reviewing import review
from mailtriage.shipped import shipped
from mailtriage.simulate import fleet, mails
from mailtriage.types import Message, RawMail, Report, Verdict

SEED, START = 11, datetime(2026, 3, 2, tzinfo=UTC)
STEPS = (0, 10, 30, 100, 300)
BATCHES = {100: 10, 300: 50}  # answers between two trainings, up to so many labels


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with its truth, read once."""

    example: Example
    message: Message
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What there is besides the labels."""

    order: str  # random, review
    has_base: bool
    has_rules: bool

    def __str__(self) -> str:
        return (
            f"{'shipped model' if self.has_base else 'no model':13}  {'shipped rules' if self.has_rules else 'no rules':13}  {self.order}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The later weeks after so many labels."""

    n_labels: int
    n_labelled: int  # mails, those that the answers covered too
    n_noise: int
    n_dropped: int
    n_must_see: int
    n_wrong: int


class Labels:
    """The answers so far; the truth gives them, and none is taken back."""

    def __init__(self, pool: Sequence[Mail]) -> None:
        self.truth = {mail.example.raw.id: mail.example for mail in pool}
        self.given: dict[str, str] = {}

    def label(self, name: str) -> str:
        """The label of a mail, "" while it has none."""
        return self.given.get(name, "")

    def write(self, cluster: Cluster, label: str) -> None:
        """Labels every mail the cluster covers."""
        self.given.update({candidate.name: label for candidate in cluster.covers})

    def take_back(self, question: str) -> int:
        """Nothing."""
        return 0

    def examples(self) -> Iterator[Example]:
        """What to train on."""
        return (replace(self.truth[name], label=label, section_labels=None) for name, label in self.given.items())


class Fixture:
    """The mails to label and those to judge."""

    def __init__(self, n_hosts: int, days: int, pool_days: int) -> None:
        self.rulebook = load_rules(shipped("rules"))
        self.base = shipped("models") / "base"
        border = START + timedelta(days=pool_days)
        found = sorted(_mails(n_hosts, days), key=lambda example: (example.raw.received_at, example.raw.id))
        self.by_id = {example.raw.id: Mail(example, *read(example.raw)) for example in found}
        everything = list(self.by_id.values())
        self.pool = [mail for mail in everything if mail.example.raw.received_at < border]
        self.later = [mail for mail in everything if mail.example.raw.received_at >= border]

    def read(self, raw: RawMail) -> tuple[Message, Report]:
        """What was read of a mail."""
        mail = self.by_id[raw.id]
        return mail.message, mail.report

    def rules(self, setting: Setting) -> Rulebook:
        """The shipped rules, or none."""
        return self.rulebook if setting.has_rules else Rulebook(())


def _mails(n_hosts: int, days: int) -> Iterator[Example]:
    made = fleet(hosts=n_hosts, days=days, seed=SEED, start=START)
    for mail in mails(made):
        raw = RawMail(id=f"a{mail.stem}", received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,))
        yield Example(raw=raw, label=mail.truth.label.value)
    for number, letter in enumerate(letters([host.name for host in made.hosts], START, days, SEED)):
        yield Example(raw=RawMail(id=f"b{number:06d}", received_at=letter.at, data=letter.data), label=letter.label)


def curve(fixture: Fixture, setting: Setting, steps: Sequence[int]) -> list[Point]:
    """What the later weeks look like after each number of labels."""
    labels = Labels(fixture.pool)
    points: list[Point] = []
    n_given = 0
    ask = partial(_at_random, order=random.Random(SEED).sample(fixture.pool, len(fixture.pool))) if setting.order == "random" else _in_order
    with tempfile.TemporaryDirectory(prefix="mailtriage-") as scratch:
        model: Model | None = load(fixture.base) if setting.has_base else None
        for step in steps:
            while n_given < step:
                n = min(BATCHES[max(100, step)], step - n_given) if setting.order == "review" else step - n_given
                if not ask(fixture, setting, labels, model, n):
                    break
                n_given += n
                out = Path(scratch) / f"after{n_given}"
                train(labels.examples(), fixture.read, out, base=fixture.base if setting.has_base else None)
                model = load(out)
            points.append(_judged(fixture, setting, model, step, len(labels.given)))
    return points


def _at_random(fixture: Fixture, setting: Setting, labels: Labels, model: Model | None, n: int, *, order: Sequence[Mail]) -> bool:
    """One label, one mail."""
    free = [mail.example for mail in order if not labels.label(mail.example.raw.id)][:n]
    labels.given.update({example.raw.id: example.label for example in free})
    return bool(free)


def _in_order(fixture: Fixture, setting: Setting, labels: Labels, model: Model | None, n: int) -> bool:
    """One label, one question: the truth of the shown mail holds for all it covers."""
    pool = ((mail.example.raw.id, mail.example.raw) for mail in fixture.pool)
    found = review(pool, labels, fixture.rules(setting), model, now=START, n=n, read_mail=fixture.read)
    for question in found.questions:
        labels.write(question, labels.truth[question.typical.name].label)
    return bool(found.questions)


def _judged(fixture: Fixture, setting: Setting, model: Model | None, n_labels: int, n_labelled: int) -> Point:
    rulebook = fixture.rules(setting)
    counts = dict.fromkeys(("noise", "dropped", "must_see", "wrong"), 0)
    for mail in fixture.later:
        case = Case(report=mail.report, message=mail.message, rulebook=rulebook, model=model, history=NoHistory(), promoted=AllKinds())
        is_dropped = all(judged.verdict is Verdict.DROP for judged in judge(case))
        is_noise = mail.example.label == "noise"
        counts["noise" if is_noise else "must_see"] += 1
        counts["dropped" if is_noise else "wrong"] += is_dropped
    return Point(
        n_labels=n_labels,
        n_labelled=n_labelled,
        n_noise=counts["noise"],
        n_dropped=counts["dropped"],
        n_must_see=counts["must_see"],
        n_wrong=counts["wrong"],
    )


def settings() -> tuple[Setting, ...]:
    """All that is measured."""
    return tuple(
        Setting(order=order, has_base=has_base, has_rules=has_rules)
        for has_rules in (False, True)
        for has_base in (False, True)
        for order in ("random", "review")
    )


def row(setting: Setting, points: Sequence[Point]) -> str:
    """One line of the table: noise reduction by number of labels, and the wrong drops of all of them."""
    shares = "  ".join(f"{100 * point.n_dropped / point.n_noise:5.1f} %" for point in points)
    worst = max(points, key=lambda point: point.n_wrong)
    bound = 100 * upper_bound(worst.n_wrong, worst.n_must_see)
    return f"{setting}  {shares}   {worst.n_wrong} of {worst.n_must_see} (at most {bound:.2f} %)   {points[-1].n_labelled} mails labelled"


def main() -> None:
    """Measures every setting and prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small fleet, to see that it runs: the figures mean nothing")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw the curves and the bound as SVG there (needs the extra `plots`)")
    options = parser.parse_args()
    began_at = time.monotonic()
    fixture = Fixture(6, 12, 4) if options.quick else Fixture(20, 35, 14)
    steps = STEPS[:3] if options.quick else STEPS
    print(f"{len(fixture.pool)} mails to label, {len(fixture.later)} later ones to judge, seed {SEED}", flush=True)
    print(f"{'':32}order   " + "  ".join(f"{step:7}" for step in steps) + "   wrong drops of the worst step", flush=True)
    curves: dict[Setting, list[Point]] = {}
    for setting in settings():
        curves[setting] = curve(fixture, setting, steps)
        print(row(setting, curves[setting]), flush=True)
    print(f"{time.monotonic() - began_at:.0f} s")
    if options.plots:
        from benchmarks.plots import draw

        draw(curves, options.plots)


if __name__ == "__main__":
    main()
