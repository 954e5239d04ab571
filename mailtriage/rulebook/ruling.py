"""What the rulebook says of one section: a value the judge decides by."""

from __future__ import annotations

from dataclasses import dataclass

from mailtriage.rulebook import template
from mailtriage.rulebook.past import Standing
from mailtriage.rulebook.rule import Rule
from mailtriage.text import one_line
from mailtriage.types import Measure, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing a rule found; `line` is where, empty for a measure no line names."""

    rule: Rule
    line: str
    groups: tuple[tuple[str, str], ...] = ()
    measure: Measure | None = None
    standing: Standing | None = None  # how the measure stands to its past, where the rule asks for that

    def item(self, section: Section) -> str:
        """What the event is about: the rule's template, else the measure's subject, else the section's own item."""
        if self.rule.item:
            filled = one_line(template.filled(self.rule.item, self._values(section)))
            if filled:
                return filled
        if self.measure is not None and self.measure.subject not in ("", "-") and not self.rule.item:
            return one_line(self.measure.subject)
        return section.item

    def summary(self, section: Section) -> str:
        """One line for people: the rule's template, else the measure, else the line."""
        if self.rule.summary:
            return one_line(template.filled(self.rule.summary, self._values(section)))
        if self.measure is not None:
            return one_line(self._measured(self.measure))
        return one_line(self.line) or one_line(section.summary or self.rule.reason)

    @property
    def evidence(self) -> str:
        """The line, and how its measure stands to the past; the measure itself where no line names it."""
        if self.standing is None or self.measure is None:
            return self.line
        return f"{self.line.strip()}{self.standing.text}" if self.line else self._measured(self.measure)

    def _measured(self, measure: Measure) -> str:
        subject = "" if measure.subject == "-" else measure.subject
        past = self.standing.text if self.standing else ""
        return f"{measure.name} {subject} {template.number(measure.value)} {measure.unit}".rstrip() + past

    def _values(self, section: Section) -> dict[str, str]:
        values = {"line": self.line.strip(), "item": section.item}
        if self.measure is not None:
            values |= {"subject": self.measure.subject, "value": template.number(self.measure.value), "unit": self.measure.unit}
        if self.standing is not None:
            values |= dict(self.standing.words)
        return values | dict(self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorHit:
    """A line that must not be dropped, with the floor's name for why."""

    name: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """All that rules and floor say of one section."""

    floor: tuple[FloorHit, ...]  # without what a rule overrides
    events: tuple[Hit, ...]
    digests: tuple[Hit, ...]
    drops: tuple[Rule, ...]  # the drop rules that explain something here
    unexplained: str | None  # the first line no drop rule explains; None also for a section without lines
    is_explained: bool  # rules may drop it: every line is explained, nothing is on the floor, no broken rule holds it
    held_by: str  # the broken rule that holds the section, "" if none
    tests: tuple[Hit, ...]  # what rules with status = "test" would have done
    in_a_row: tuple[Rule, ...] = ()  # the rules that count in how many mails in a row they fire here, whether they did or not
