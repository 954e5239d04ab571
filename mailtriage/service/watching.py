"""What learning has become here: held shares, calibration, age, changes of the fleet. For the digest and for `model show`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from mailtriage.classify import drift
from mailtriage.config import Config
from mailtriage.errors import ModelError
from mailtriage.service import site_model
from mailtriage.service.lessons import labels_by_mail, spoken_of
from mailtriage.store.main import Store
from mailtriage.types import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How learning fares."""

    held: tuple[drift.Held, ...]  # by kind, of the last full day
    calibration: drift.Calibration
    findings: tuple[str, ...]  # what is wrong, one sentence each


def watch(config: Config, store: Store, now: datetime) -> Watch:
    """Looks at the counts, labels and hosts of the store as of `now`."""
    today = now.date()
    days = store.learning.days(today - timedelta(days=drift.BASELINE_DAYS + 1), today)
    held, found = drift.held(days, today), drift.calibration(_pairs(store))
    others = (drift.too_old(_newest_mail(config, store), today), drift.new_fleet(_first_seen(store), today))
    return Watch(held=held, calibration=found, findings=tuple(drift.findings(held, found, *others)))


def _pairs(store: Store) -> list[tuple[float, bool]]:
    """p(drop) as it was said when the mail came, before anybody had labelled it, and whether the label is drop."""
    pairs: list[tuple[float, bool]] = []
    for mail_id, labels in labels_by_mail(store).items():
        outcome = store.outcome(mail_id)
        for at, verdict in spoken_of(outcome, labels).items() if outcome else ():
            p_drop = outcome.sections[at].p_drop if outcome else None
            if p_drop is not None:
                pairs.append((p_drop, verdict is Verdict.DROP))
    return pairs


def _first_seen(store: Store) -> list[date]:
    first: dict[str, date] = {}
    for row in store.hosts():
        day = row.first_seen_at.date()
        if row.host:
            first[row.host] = min(day, first.get(row.host, day))
    return list(first.values())


def _newest_mail(config: Config, store: Store) -> str:
    """The day of the newest mail the model in force was trained on, "" where that cannot be said; that it is broken is said elsewhere.

    A mail dated in the future makes no model younger than the day it was put in force.
    """
    try:
        folder = site_model.in_force(config)
        content = json.loads((folder / "manifest.json").read_bytes()) if isinstance(folder, Path) else {}
        day = str(content.get("newest_mail", "")) if isinstance(content, dict) else ""
        installed = (str(step.at.date()) for step in store.learning.decisions() if step.subject == content.get("version"))
        return str(date.fromisoformat(min([day, *installed]))) if day else ""
    except (ModelError, OSError, ValueError, TypeError):
        return ""
