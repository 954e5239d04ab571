"""How severity and order follow from what is known of a host: a table whose first fitting row decides. Pure values.

A row never hides anything: it lowers at most to `warning`, and what is below that already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from mailtriage.errors import Place
from mailtriage.inventory.attributes import Attributes, in_words
from mailtriage.inventory.hosts import Inventory
from mailtriage.types import Entry, Event, Judged, OpenEvent, Outcome, Reason, Severity, State, Verdict

LOWEST = Severity.WARNING  # a policy lowers no further
_BY_RANK = tuple(sorted(Severity, key=lambda severity: severity.rank))
GLOBS = ("host", "group", "exposure", "maturity", "owner", "check", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: conditions, all of which must hold, and what follows. Globs are joined by |; "" asks for nothing."""

    host: str = ""
    group: str = ""
    exposure: str = ""
    maturity: str = ""
    owner: str = ""
    check: str = ""
    kind: str = ""
    users_above: int | None = None
    users_below: int | None = None
    time_to_recover_above: timedelta | None = None
    time_to_recover_below: timedelta | None = None
    shift: int = 0  # steps of severity, + is worse
    at_least: Severity | None = None
    at_most: Severity | None = None
    weight: float = 1.0
    reason: str = ""
    place: Place = field(compare=False)

    def fits(self, host: str, check: str, kind: str, of: Attributes) -> bool:
        """Whether every condition holds; what is not known of a host fits no condition."""
        return (
            _fits(host.lower(), self.host)
            and _fits(of.exposure, self.exposure)
            and _fits(of.maturity, self.maturity)
            and _fits(of.owner.lower(), self.owner)
            and _fits(check.lower(), self.check)
            and _fits(kind.lower(), self.kind)
            and (not self.group or any(_fits(group, self.group) for group in of.groups))
            and _within(of.users, self.users_above, self.users_below)
            and _within(of.time_to_recover, self.time_to_recover_above, self.time_to_recover_below)
        )

    def severity(self, given: Severity) -> Severity:
        """What a severity becomes."""
        rank = max(0, min(given.rank + self.shift, len(_BY_RANK) - 1))
        if self.at_least is not None:
            rank = max(rank, self.at_least.rank)
        if self.at_most is not None:
            rank = min(rank, self.at_most.rank)
        return _BY_RANK[max(rank, min(given.rank, LOWEST.rank))]

    @property
    def conditions(self) -> str:
        """The conditions as they are written, `any host` if there is none."""
        said = [f"{key} = {value}" for key in GLOBS if (value := getattr(self, key))]
        for key in ("users_above", "users_below", "time_to_recover_above", "time_to_recover_below"):
            value = getattr(self, key)
            if value is not None:
                said.append(f"{key} = {in_words(value) if isinstance(value, timedelta) else value}")
        return ", ".join(said) or "any host"

    @property
    def effect(self) -> str:
        """What the row does to a severity, `-` for nothing."""
        said = [f"{self.shift:+d}"] if self.shift else []
        said += [f"at least {self.at_least}"] if self.at_least else []
        said += [f"at most {self.at_most}"] if self.at_most else []
        return ", ".join(said) or "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole table; rows count from 1."""

    rows: tuple[Row, ...] = ()
    path: str = ""

    def row_for(self, host: str, check: str, kind: str, attributes: Attributes) -> tuple[int, Row | None]:
        """The first row that fits and its number, (0, None) if none does."""
        found = ((number, row) for number, row in enumerate(self.rows, 1) if row.fits(host, check, kind, attributes))
        return next(found, (0, None))

    def severity(self, event: Event | OpenEvent, attributes: Attributes) -> Severity:
        """The severity of an event on a host with these attributes."""
        _, row = self.row_for(event.host, event.check, _kind(event), attributes)
        return row.severity(event.severity) if row else event.severity

    def weight(self, one: Event | OpenEvent | Entry, attributes: Attributes) -> float:
        """How far up it stands in the digest among its equals; 1 where no row fits."""
        check = one.section if isinstance(one, Entry) else one.check
        _, row = self.row_for(one.host, check, _kind(one), attributes)
        return row.weight if row else 1.0


def weighed(outcome: Outcome, policy: Policy, inventory: Inventory) -> Outcome:
    """The outcome with the severities the policy gives: of problems, and of what is kept for the digest. Each change has its reason.

    What is over, dropped or passed on stays as it is; an outcome that nothing changes is given back itself.
    """
    if not policy.rows:
        return outcome
    sections = tuple(_weighed(judged, outcome, policy, inventory) for judged in outcome.sections)
    if all(new is old for new, old in zip(sections, outcome.sections, strict=True)):
        return outcome
    stated = [judged.severity for judged in sections if judged.severity is not None and judged.verdict is outcome.verdict]
    return replace(outcome, sections=sections, severity=max(stated, key=lambda each: each.rank) if stated else None)


def _weighed(judged: Judged, outcome: Outcome, policy: Policy, inventory: Inventory) -> Judged:
    if judged.severity is None or judged.verdict not in (Verdict.EVENT, Verdict.DIGEST):
        return judged
    if not judged.events:
        host = judged.section.host or outcome.host
        number, row = policy.row_for(host, judged.section.check, outcome.kind, inventory.attributes_of(host))
        severity = row.severity(judged.severity) if row else judged.severity
        if row is None or severity is judged.severity:
            return judged
        return replace(judged, severity=severity, reasons=(*judged.reasons, _reason(number, row, judged.severity, severity)))
    events, reasons = [], []
    for event, number, row in _decided(judged.events, outcome.kind, policy, inventory):
        severity = row.severity(event.severity) if row and event.state is State.PROBLEM else event.severity
        if row and severity is not event.severity:
            reasons.append(_reason(number, row, event.severity, severity))
        events.append(event if severity is event.severity else replace(event, severity=severity))
    if not reasons:
        return judged
    worst = max((event.severity for event in events if event.state is State.PROBLEM), key=lambda each: each.rank)
    return replace(judged, events=tuple(events), severity=worst, reasons=(*judged.reasons, *dict.fromkeys(reasons)))


def _decided(events: Sequence[Event], kind: str, policy: Policy, inventory: Inventory) -> Iterator[tuple[Event, int, Row | None]]:
    for event in events:
        yield event, *policy.row_for(event.host, event.check, kind, inventory.attributes_of(event.host))


def _reason(number: int, row: Row, before: Severity, after: Severity) -> Reason:
    why = row.reason or row.conditions
    return Reason(by=f"policy row {number}", detail=f"{before} becomes {after}: {why}")


def _kind(one: Event | OpenEvent | Entry) -> str:
    return one.kind if isinstance(one, Entry) else one.origin.partition("/")[0]


def _fits(name: str, globs: str) -> bool:
    return not globs or (bool(name) and any(fnmatchcase(name, glob) for glob in globs.split("|")))


def _within(value: float | timedelta | None, above: float | timedelta | None, below: float | timedelta | None) -> bool:
    if above is None and below is None:
        return True
    if value is None:
        return False
    return (above is None or value > above) and (below is None or value < below)  # type: ignore[operator]
