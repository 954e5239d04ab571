"""`rules coverage`: which rules some mails never ask for, and which of their sections no rule speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailtriage.rulebook.book import Rulebook
from mailtriage.rulebook.rule import Action, Rule
from mailtriage.types import Report

Place = tuple[str, str]  # kind, section


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What some mails say of some rules."""

    n_mails: int
    n_sections: int
    hits: Mapping[str, int]  # rule: sections it spoke on
    never_hit: tuple[Rule, ...]
    without_near_miss: tuple[Rule, ...]  # drop rules that no kept section comes near, and that have no `miss` either
    silent: Mapping[Place, int]  # sections on which no rule spoke, with how often
    without_rule: tuple[Place, ...]  # sections for which there is no rule at all


def _nothing_known(name: str, subject: str, within: timedelta | None = None) -> None:
    return None


def coverage(rulebook: Rulebook, reports: Iterable[Report], sections: Mapping[str, Collection[str]]) -> Coverage:
    """Holds the rules against the sections of these reports; `sections` names those each kind may have."""
    hits: Counter[str] = Counter()
    silent: Counter[Place] = Counter()
    near: set[str] = set()
    n_mails = n_sections = 0
    for report in reports:
        n_mails += 1
        for section in report.sections:
            n_sections += 1
            ruling = rulebook.rule_on(report.kind, report.host, section, _nothing_known)
            speaking = {hit.rule.id for hit in (*ruling.events, *ruling.digests, *ruling.tests)} | {rule.id for rule in ruling.drops}
            hits.update(speaking)
            if not speaking:
                silent[report.kind, section.name] += 1
            if not ruling.is_explained:
                near.update(rule.id for rule in ruling.drops)
    return Coverage(
        n_mails=n_mails,
        n_sections=n_sections,
        hits=dict(hits),
        never_hit=tuple(rule for rule in rulebook.rules if rule.id not in hits),
        without_near_miss=tuple(rule for rule in rulebook.rules if rule.action is Action.DROP and rule.id not in near and not rule.miss),
        silent=dict(sorted(silent.items())),
        without_rule=tuple(
            (kind, section)
            for kind, names in sorted(sections.items())
            for section in names
            if not any(rule.is_for(kind, section) for rule in rulebook.rules)
        ),
    )
