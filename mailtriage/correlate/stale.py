"""A section that is not in a report: that proves health only on hosts that show it just when it is sick.

On all others it says nothing: what is open stays open, and after twice the longest gap that was normal for it the check is
stale, which is shown. An incomplete report counts for nothing here, and so does one that is older than the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mailtriage.correlate.order import seen_at
from mailtriage.types import Change, ChangeType, Judged, OpenEvent, Outcome, Recovery, Showing, Verdict

REPORT = ""  # the section that stands for the report itself
_CHECKED = (Recovery.STATE, Recovery.PER_DAY)  # classes whose sections are shown by every report, or only when sick
_KNOWN = 3  # complete reports before anything follows from one without the section
_LEAST_MISSED = 2


def showings_after(outcome: Outcome, before: Iterable[Showing], n_reports: Callable[[], int]) -> tuple[Showing, ...]:
    """The showings of this host and kind that the mail changes; none by one that is older than the last.

    In a report that is cut off nothing is missed. `n_reports` says how many of this kind came before, asked when a section that
    feeds a check is shown for the first time.
    """
    at = seen_at(outcome)
    known = {showing.section: showing for showing in before}
    sick = _sick(outcome.sections)
    report = known.get(REPORT)
    if report is None:
        if not sick:
            return ()
        report = Showing(host=outcome.host, kind=outcome.kind, section=REPORT, last_seen_at=at, n_shown=n_reports())
    if at < report.last_seen_at:
        return ()
    by_nature = {judged.section.name for judged in outcome.sections if judged.section.is_only_when_sick}
    after = [replace(report, last_seen_at=at, n_shown=report.n_shown + outcome.is_complete)]
    for section, is_sick in sick.items():
        if not (is_sick or outcome.is_complete):
            continue
        n_before = max(report.n_shown, _KNOWN) if section in by_nature else report.n_shown
        new = Showing(host=outcome.host, kind=outcome.kind, section=section, last_seen_at=at, n_before=n_before)
        after.append(_shown(known.get(section, new), at, is_sick=is_sick))
    if outcome.is_complete:
        after += (_missed(one, at) for section, one in known.items() if section != REPORT and section not in sick)
    return tuple(after)


def absence_changes(outcome: Outcome, after: Iterable[Showing], open_events: Sequence[OpenEvent]) -> tuple[Change, ...]:
    """What follows for the open events of this host from the sections that its report does not show (`after`: with this report)."""
    at = seen_at(outcome)
    absent = {f"{one.kind}/{one.section}": one for one in after if one.n_missed}
    changes = []
    for event in open_events:
        showing = absent.get(event.origin)
        if showing is None or event.recovery not in _CHECKED or event.host != showing.host or at < event.last_seen_at:
            continue
        if showing.n_sick == showing.n_shown and showing.n_before >= _KNOWN:
            comment = f"a complete {showing.kind} report came without {showing.section}, which this host shows only when something is wrong"
            changes.append(Change(type=ChangeType.CLOSED, event=event, mail_id=outcome.id, at=at, comment=comment))
        elif showing.stale_since and not event.stale_since:
            comment = f"stale: {showing.section} is missing from the last {showing.n_missed} complete {showing.kind} reports"
            stale = replace(event, stale_since=at)
            changes.append(Change(type=ChangeType.UPDATED, event=stale, mail_id=outcome.id, at=at, comment=comment, is_news=False))
    return tuple(changes)


def _sick(sections: Iterable[Judged]) -> dict[str, bool]:
    """The sections that feed a check, each with whether any part of it is not as healthy."""
    found: dict[str, bool] = {}
    for judged in sections:
        name = judged.section.name
        if judged.section.recovery in _CHECKED:
            found[name] = found.get(name, False) or judged.verdict is not Verdict.DROP
    return found


def _shown(showing: Showing, at: datetime, *, is_sick: bool) -> Showing:
    return replace(
        showing,
        last_seen_at=at,
        n_shown=showing.n_shown + 1,
        n_sick=showing.n_sick + is_sick,
        longest_gap=max(showing.longest_gap, showing.n_missed),
        n_missed=0,
        stale_since=None,
    )


def _missed(showing: Showing, at: datetime) -> Showing:
    after = replace(showing, n_missed=showing.n_missed + 1)
    is_known = after.n_shown >= _KNOWN and after.n_sick < after.n_shown
    is_overdue = is_known and after.n_missed >= max(_LEAST_MISSED, 2 * after.longest_gap + 1)
    return replace(after, stale_since=at) if is_overdue and after.stale_since is None else after
