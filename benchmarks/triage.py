"""What triage costs: CPU time of the whole of `mailtriage.pipeline.triage` against mail-parser alone, on the same mails.

    python -m benchmarks.triage [--pairs 7] [--hosts 55] [--model DIR|none]

The mails are those of a simulated fleet. Each pair measures both, one right after the other, in changing order:
  first pass  nothing is remembered: no pattern is compiled, no line was seen (a forked process for each pair)
  new day     after a week of the same fleet, a day that was not seen yet: what a running daemon does
  again       the same mails once more
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import os
import pstats
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import mailparser

from benchmarks import rules
from benchmarks.figures import Figure, table
from mailtriage.classify import load as load_model
from mailtriage.judge import AllKinds, Case, Model, NoHistory, judge
from mailtriage.parse import parse, parse_fully
from mailtriage.pipeline import triage
from mailtriage.recognise import kinds, recognise
from mailtriage.rulebook import Rule, Rulebook
from mailtriage.rulebook import load as load_rules
from mailtriage.shipped import shipped
from mailtriage.simulate import fleet, mails
from mailtriage.types import Message, RawMail, Report

GOAL = 2.5
START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START + timedelta(days=60)
PACKAGES = Path(__file__).resolve().parent.parent

Run = Callable[[RawMail], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A week of a fleet, and the days that follow it."""

    week: tuple[RawMail, ...]
    days: tuple[tuple[RawMail, ...], ...]

    @property
    def size(self) -> float:
        """The mean size of a mail of the week, in bytes."""
        return statistics.mean(len(raw.data) for raw in self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where time goes: the own time of one function, what it calls in C included."""

    place: str
    share: float
    calls_a_mail: float


def mix(n_hosts: int, n_days: int, seed: int = 11) -> Mix:
    """The mails of a simulated fleet: a week, and `n_days` days after it."""
    days: list[list[RawMail]] = [[] for _ in range(7 + n_days)]
    for mail in mails(fleet(hosts=n_hosts, days=len(days), seed=seed, start=START)):
        raw = RawMail(id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from)
        days[(mail.sent_at - START).days].append(raw)
    return Mix(week=tuple(raw for day in days[:7] for raw in day), days=tuple(tuple(day) for day in days[7:]))


def mail_parser_alone(raw: RawMail) -> object:
    """What a user of mail-parser reads from a mail."""
    mail = mailparser.parse_from_bytes(raw.data)
    return mail.subject, mail.from_, mail.date, mail.text_plain, mail.text_html, mail.headers


def whole(rulebook: Rulebook, model: Model | None) -> Run:
    """The whole of triage by these rules and this model."""

    def run(raw: RawMail) -> object:
        return triage(raw, rulebook, model, NoHistory(), NOW)

    return run


def cost(run: Run, raws: Sequence[RawMail]) -> float:
    """CPU microseconds for each mail."""
    gc.collect()
    began = time.process_time()
    for raw in raws:
        run(raw)
    return (time.process_time() - began) / len(raws) * 1e6


def pair(ours: Run, theirs: Run, raws: Sequence[RawMail], turn: int) -> float:
    """What ours costs against theirs on the same mails; who comes first changes with the turn."""
    if turn % 2:
        theirs_us = cost(theirs, raws)
        return cost(ours, raws) / theirs_us
    ours_us = cost(ours, raws)
    return ours_us / cost(theirs, raws)


def first_passes(ours: Run, theirs: Run, mix: Mix, n_pairs: int) -> tuple[float, ...]:
    """Pairs in which ours has nothing remembered: each in a fork of this process, which must not have run ours yet."""
    return tuple(_forked(partial(pair, ours, theirs, mix.week, turn)) for turn in range(n_pairs))


def new_days(ours: Run, theirs: Run, mix: Mix) -> tuple[float, ...]:
    """Pairs on one new day each, after a week of the same fleet."""
    for run in (ours, theirs):
        cost(run, mix.week)
    return tuple(pair(ours, theirs, day, turn) for turn, day in enumerate(mix.days))


def again(ours: Run, theirs: Run, mix: Mix, n_pairs: int) -> tuple[float, ...]:
    """Pairs on mails that ours and theirs have both read just before."""
    for run in (ours, theirs):
        cost(run, mix.week)
    return tuple(pair(ours, theirs, mix.week, turn) for turn in range(n_pairs))


def against_mail_parser(mix: Mix, model: Model | None, n_pairs: int) -> tuple[Figure, ...]:
    """Triage with the shipped rules, without and with the model, against mail-parser alone."""
    kinds()  # imports are no part of a mail's price; mail-parser's lazy ones are made here too
    cost(mail_parser_alone, mix.days[0])
    found = []
    for name, chosen in (("rules", None), ("rules and model", model)):
        if name == "rules" or chosen is not None:
            ours = whole(load_rules(shipped("rules")), chosen)
            pairs = {
                "first pass": first_passes(ours, mail_parser_alone, mix, n_pairs),
                "new day": new_days(ours, mail_parser_alone, mix),
                "again": again(ours, mail_parser_alone, mix, n_pairs),
            }
            found += [
                Figure(what=f"whole triage ({name}, {when}) / mail-parser alone", values=values, at_most=GOAL)
                for when, values in pairs.items()
            ]
    return tuple(found)


def many_rules(mix: Mix) -> tuple[Figure, ...]:
    """Triage with 10,000 rules against triage with 10, on new days; the rules are spread over all sections of the mix."""
    found = []
    for name, make, goal in (("", rules.normal_rules, 1.3), ("hard ", rules.hard_rules, 2.0)):
        few = Rulebook(rules.base_rules(), today=NOW.date())
        many = Rulebook((*rules.base_rules(), *_spread_over(mix, make(9_990))), today=NOW.date())
        what = f"whole triage with 10,000 {name}rules / with 10"
        found.append(Figure(what=what, values=new_days(whole(many, None), whole(few, None), mix), at_most=goal))
    return tuple(found)


def _spread_over(mix: Mix, plain: Sequence[Rule]) -> tuple[Rule, ...]:
    choice = random.Random(4)
    reports = [recognise(parse(raw)) for raw in mix.days[0]]
    places = sorted({(report.kind, section.name) for report in reports for section in report.sections})
    moved = []
    for rule in plain:
        kind, section = choice.choice(places)
        moved.append(replace(rule, id=f"{kind}/{rule.id.rpartition('/')[2]}", kind=kind, section=section))
    return tuple(moved)


def stages(mix: Mix, model: Model | None, n_rounds: int) -> tuple[tuple[str, float, float], ...]:
    """Each stage on mails read before: its name, CPU against mail-parser alone, and microseconds a mail."""
    rulebook = load_rules(shipped("rules"))
    raws = mix.week
    read: dict[str, tuple[Message, Report]] = {raw.id: (message := parse(raw), recognise(message)) for raw in raws}

    def rule(raw: RawMail) -> object:
        report = read[raw.id][1]
        if report.kind == "human":
            return None
        return [rulebook.rule_on(report.kind, report.host, section, lambda name, subject, within=None: None) for section in report.sections]

    def judged(raw: RawMail) -> object:
        message, report = read[raw.id]
        return judge(Case(report=report, message=message, rulebook=rulebook, model=None, history=NoHistory(), promoted=AllKinds()))

    runs: dict[str, Run] = {
        "parse": parse,
        "recognise": lambda raw: recognise(read[raw.id][0]),
        "rules": rule,
        "judge": judged,
        "without model": whole(rulebook, None),
        "with model": whole(rulebook, model),
        "parse, all by mail-parser": parse_fully,
        "mail-parser alone": mail_parser_alone,
    }
    for run in runs.values():
        cost(run, raws)
    rounds = [{name: cost(run, raws) for name, run in runs.items()} for _ in range(n_rounds)]
    us = {name: min(each[name] for each in rounds) for name in runs}  # other work on the machine only ever adds
    table = {
        "parse": us["parse"],
        "recognise": us["recognise"],
        "rules and floor": us["rules"],
        "judge": us["judge"] - us["rules"],
        "model": us["with model"] - us["without model"],
        "whole triage": us["with model"],
        "parse, if all went through mail-parser": us["parse, all by mail-parser"],
        "mail-parser alone": us["mail-parser alone"],
    }
    return tuple((name, value / us["mail-parser alone"], value) for name, value in table.items() if model or name != "model")


def kinds_of_mail(mix: Mix, model: Model | None, n_rounds: int) -> tuple[tuple[str, float, float], ...]:
    """Each kind on mails read before: its name with number and mean size, CPU against mail-parser alone, and microseconds a mail."""
    run = whole(load_rules(shipped("rules")), model)
    by_kind: dict[str, list[RawMail]] = {}
    for raw in mix.week:
        by_kind.setdefault(recognise(parse(raw)).kind, []).append(raw)
    found = []
    for kind, raws in sorted(by_kind.items(), key=lambda each: -len(each[1])):
        cost(run, raws)
        ours_us = min(cost(run, raws) for _ in range(n_rounds))
        theirs_us = min(cost(mail_parser_alone, raws) for _ in range(n_rounds))
        size = statistics.mean(len(raw.data) for raw in raws)
        found.append((f"{kind} ({len(raws)} mails of {size:.0f} bytes)", ours_us / theirs_us, ours_us))
    return tuple(found)


def hot_spots(mix: Mix, model: Model | None, n: int = 8) -> tuple[Spot, ...]:
    """The functions in which most of the time of triage is spent, on days that follow a week of the same fleet."""
    run = whole(load_rules(shipped("rules")), model)
    cost(run, mix.week)
    profile = cProfile.Profile(builtins=False)  # C functions count for the function that calls them
    raws = [raw for day in mix.days for raw in day]
    profile.runcall(lambda: [run(raw) for raw in raws])
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    found = {place: each for place, each in stats.items() if place[0] != __file__}
    whole_s = sum(own_s for _, _, own_s, _, _ in found.values())
    own = sorted(((own_s, n_calls, *place) for place, (_, n_calls, own_s, _, _) in found.items()), reverse=True)
    return tuple(
        Spot(place=f"{_short(path)}:{line} {name}", share=own_s / whole_s, calls_a_mail=n_calls / len(raws))
        for own_s, n_calls, path, line, name in own[:n]
    )


def _short(path: str) -> str:
    return path.rpartition("site-packages/")[2].removeprefix(f"{PACKAGES}/")


def _forked(measure: Callable[[], float]) -> float:
    """The result of `measure` in a copy of this process: what it remembers ends with the copy."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, repr(measure()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return float(text)


def shipped_model() -> Model | None:
    """The model that is shipped, None where there is none yet (`make model` trains it)."""
    folder = shipped("models") / "base"
    return load_model(folder) if folder.is_dir() else None


def in_words(mix: Mix, model: Model | None, n_rounds: int) -> str:
    """What dominates: the table of the stages, that of the kinds, and the hot spots."""
    lines = [f"{'stage (mails read before)':50} of mail-parser   us a mail"]
    lines += [f"{name:50} {ratio:14.2f} {us:11.0f}" for name, ratio, us in stages(mix, model, n_rounds)]
    lines += ["", f"{'whole triage by kind (mails read before)':50} of mail-parser   us a mail"]
    lines += [f"{name:50} {ratio:14.2f} {us:11.0f}" for name, ratio, us in kinds_of_mail(mix, model, n_rounds)]
    lines += ["", "triage spends its time in (own time of a function, new days, profiled)"]
    lines += [f"{spot.share:6.1%}  {spot.calls_a_mail:6.1f} calls a mail  {spot.place}" for spot in hot_spots(mix, model)]
    return "\n".join(lines)


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--hosts", type=int, default=55)
    parser.add_argument("--model", default="shipped", metavar="DIR|none")
    args = parser.parse_args()
    model = {"none": lambda: None, "shipped": shipped_model}.get(args.model, lambda: load_model(Path(args.model)))()
    measured = mix(args.hosts, args.pairs)
    print(f"{len(measured.week)} mails of {measured.size:.0f} bytes on average, {args.pairs} pairs")
    print(table((*against_mail_parser(measured, model, args.pairs), *many_rules(measured))))
    print(in_words(measured, model, 3))


if __name__ == "__main__":
    main()
