"""What quality.py found: counts by split and method, one table, and why mails were dropped wrongly or kept."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailtriage.classify import upper_bound

GATE, VETO, BOTH = "gate alone", "gate + veto", "rules + gate + veto"
GOALS = {"fault": 0.92, "kind": 0.0, "host": 0.92, "time": 0.86}  # noise reduction, at no wrong drop
N_MUST_SEE = 2900  # asked for in the split by fault, alerts not counted: they are easy to hold
ALERTS = "zabbix"
_OWN = (GATE, VETO, BOTH)


@dataclass(frozen=True, slots=True)
class Row:
    """What one method did to one mail."""

    method: str
    kind: str
    label: str
    is_dropped: bool
    held_by: str  # why it was kept, where the method says so
    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one method in one split."""

    by: str
    method: str
    n_must_see: int
    n_wrong: int
    n_noise: int
    n_dropped: int
    n_no_alerts: int  # of those to be seen

    @property
    def bound(self) -> float:
        """At most this share of the must-see mails is dropped, with 95 % confidence."""
        return upper_bound(self.n_wrong, self.n_must_see)

    @property
    def reduction(self) -> float:
        """The share of the noise that was dropped."""
        return self.n_dropped / self.n_noise if self.n_noise else 0.0

    @property
    def answer(self) -> str:
        """Whether gate and veto reach the goal of this split."""
        if self.method != VETO:
            return ""
        misses = [f"{self.n_wrong} wrong drops, goal 0"] if self.n_wrong else []
        if self.reduction < GOALS[self.by]:
            misses.append(f"noise reduction short by {100 * (GOALS[self.by] - self.reduction):.1f} points of {100 * GOALS[self.by]:.0f} %")
        if self.by == "fault" and self.n_no_alerts < N_MUST_SEE:
            misses.append(f"{self.n_no_alerts} mails to be seen that are no alerts, asked for {N_MUST_SEE}")
        return "MISSED: " + "; ".join(misses) if misses else "met"


def results(by: str, rows: Iterable[Row]) -> list[Result]:
    """Counts by method, in the order they were measured."""
    counts: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    no_alerts: Counter[str] = Counter()
    for row in rows:
        counts[row.method][row.label == "noise", row.is_dropped] += 1
        no_alerts[row.method] += row.label != "noise" and row.kind != ALERTS
    return [
        Result(
            by, method, n[False, True] + n[False, False], n[False, True], n[True, True] + n[True, False], n[True, True], no_alerts[method]
        )
        for method, n in counts.items()
    ]


def table(found: Sequence[Result]) -> str:
    """One line for each split and method."""
    head = f"{'held out':9}{'method':21}{'must see':>9}{'no alerts':>10}{'wrong':>7}{'at most':>10}{'noise':>8}{'dropped':>9}"
    lines = [f"{head}  goal of gate + veto"]
    for one in found:
        lines.append(
            f"{one.by:9}{one.method:21}{one.n_must_see:>9}{one.n_no_alerts:>10}{one.n_wrong:>7}{100 * one.bound:>8.2f} %{one.n_noise:>8}"
            f"{100 * one.reduction:>7.1f} %  {one.answer}".rstrip()
        )
    return "\n".join(lines)


def reasons(rows: Iterable[Row], n_most: int) -> str:
    """Every wrong drop of our own methods, and why most noise was kept, by kind and reason."""
    own = [row for row in rows if row.method in _OWN]
    lines: list[str] = []
    for method in _OWN:
        wrong = Counter(
            (row.kind, row.fault or row.label) for row in own if row.method == method and row.label != "noise" and row.is_dropped
        )
        names = {(row.kind, row.fault or row.label): row.name for row in own if row.method == method and row.is_dropped}
        lines += [
            f"  WRONG DROPS {method}: {n} {kind}, {fault} (for one {names[kind, fault]})" for (kind, fault), n in wrong.most_common(n_most)
        ]
    kept = [row for row in own if row.method == VETO and row.label == "noise" and not row.is_dropped]
    lines.append(f"  noise kept by {VETO}: {len(kept)}; by kind: " + ", ".join(f"{n} {kind}" for kind, n in _kinds(kept).most_common(12)))
    whys = Counter(re.split(r"[:\d+]", row.held_by)[0].strip() for row in kept)
    lines.append("  by reason: " + ", ".join(f"{n} {why}" for why, n in whys.most_common(8)))
    shapes = Counter((row.kind, _shape(row.held_by)) for row in kept)
    example = {(row.kind, _shape(row.held_by)): row.held_by for row in kept}
    lines += [f"  {n:6} {key[0]}: {example[key]}" for key, n in shapes.most_common(n_most)]
    return "\n".join(lines)


def _kinds(rows: Iterable[Row]) -> Counter[str]:
    return Counter(row.kind for row in rows)


def _shape(why: str) -> str:
    """Reasons that differ in numbers and names only are one."""
    return re.sub(r"[\w.-]*\d[\w.,:-]*", "#", why)[:60]
