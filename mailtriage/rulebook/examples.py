"""The inline examples of a rule, tried with the same engine that rules on mail.

An example is a section's text. A line `NAME SUBJECT VALUE [UNIT] [was VALUE]` that begins with the name of the rule's
measure is no line of the section but a measure in it, so that measures have examples too. Where the rule asks for a baseline,
`was VALUE` stands for every day before; where it asks for a trend, for the day before, with the same growth on each earlier day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailtriage.baseline import Points
from mailtriage.rulebook.book import Rulebook, speaks_alone
from mailtriage.rulebook.past import Past
from mailtriage.rulebook.rule import Rule
from mailtriage.rulebook.ruling import Ruling
from mailtriage.types import Measure, Section

_NUMBER = r"-?\d+(?:\.\d+)?"
_MEASURE = re.compile(rf"(?P<subject>\S+)\s+(?P<value>{_NUMBER})(?:\s+(?!was\b)(?P<unit>\S+))?(?:\s+was\s+(?P<before>{_NUMBER}))?\s*")
_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
_DAY_S = 86400
_GLOB = re.compile(r"\[[^\]]*\]|[*?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example of a rule as a section of a host's mail."""

    rule: Rule
    key: str  # hit or miss
    index: int
    section: Section
    kind: str
    host: str
    before: tuple[tuple[str, float], ...] = ()

    def previous(self, name: str, subject: str, within: timedelta | None = None) -> float | None:
        """The value of a measure the example says the host had before."""
        known = self.rule.measure is not None and name == self.rule.measure.name
        return dict(self.before).get(subject) if known else None

    @property
    def past(self) -> Past:
        """The days the example says the host had before."""
        return Past(_AT, self._readings)

    def _readings(self, name: str, subject: str, since: datetime) -> Points:
        before = self.previous(name, subject)
        measure = next((each for each in self.section.measures if each.name == name and each.subject == subject), None)
        if before is None or measure is None:
            return ()
        asked = self.rule.measure
        growth = measure.value - before if asked is not None and asked.full_within is not None else 0.0
        days = range(1, (_AT - since).days + 1)
        return [(_AT.timestamp() - day * _DAY_S, max(0.0, before - growth * (day - 1))) for day in days]

    def ruling(self, rulebook: Rulebook) -> Ruling:
        """What a rulebook says of the example."""
        return rulebook.rule_on(self.kind, self.host, self.section, self.previous, past=self.past)


def examples(rule: Rule) -> Iterator[Example]:
    """The rule's examples in the order written, hits first."""
    for key, texts in (("hit", rule.hit), ("miss", rule.miss)):
        for index, text in enumerate(texts):
            yield _example(rule, key, index, text)


def is_found(example: Example) -> bool:
    """Whether the rule by itself fires on the example or, for a drop rule, explains every line of it."""
    return speaks_alone(example.rule, example.section, example.previous, example.past)


def _example(rule: Rule, key: str, index: int, text: str) -> Example:
    lines: list[str] = []
    measures: list[Measure] = []
    before: list[tuple[str, float]] = []
    for line in text.split("\n"):
        name, _, rest = line.partition(" ")
        match = _MEASURE.fullmatch(rest) if rule.measure and name == rule.measure.name else None
        if match is None:
            lines.append(line)
            continue
        measures.append(Measure(name=name, subject=match["subject"], value=float(match["value"]), unit=match["unit"] or ""))
        if match["before"]:
            before.append((match["subject"], float(match["before"])))
    about = _one_of(rule.about[0], "") if rule.about else ""
    section = Section(name=_one_of(rule.section, "any"), item=about, lines=tuple(lines) if any(lines) else (), measures=tuple(measures))
    host = _one_of(rule.host, "host")
    return Example(rule=rule, key=key, index=index, section=section, kind=_one_of(rule.kind, _stem(rule)), host=host, before=tuple(before))


def _stem(rule: Rule) -> str:
    return rule.id.partition("/")[0]


def _one_of(glob: str, free: str) -> str:
    """A name the first of the globs stands for; a bare `*` stands for `free`."""
    glob = glob.partition("|")[0]
    return free if glob == "*" else _GLOB.sub("x", glob)
