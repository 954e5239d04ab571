"""An outcome in words, for `why` and the goldens, and as the object `triage --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from mailtriage.text import one_line, plural
from mailtriage.types import Event, Judged, Measure, Outcome, Reason, Verdict

_N_MEASURES = 8


def why(outcome: Outcome) -> str:
    """How the mail came to its verdict, phase by phase, with every reason."""
    return "\n".join((f"1. received: {_received(outcome)}", *phases(outcome))) + "\n"


def phases(outcome: Outcome) -> tuple[str, ...]:
    """The phases after reception: nothing in them depends on when the mail came or which id it got."""
    return (
        f"2. parsed: {_parsed(outcome)}",
        f"3. recognised: {_recognised(outcome)}",
        f"4. judged: {plural(len(outcome.sections), 'section')}",
        *(line for judged in outcome.sections for line in _section(judged)),
        *_events(outcome.events),
        f"6. verdict: {_loud(outcome.verdict.value, outcome.severity)}, decided by {_reason(outcome.decided_by)}",
    )


def as_json(outcome: Outcome, path: str) -> dict[str, object]:
    """The outcome as the object of `triage --json`; `path` is the file the mail came from."""
    return {
        "path": path,
        "id": outcome.id,
        "kind": outcome.kind,
        "host": outcome.host,
        "complete": outcome.is_complete,
        "verdict": outcome.verdict.value,
        "severity": outcome.severity.value if outcome.severity else None,
        "sections": [_section_object(judged) for judged in outcome.sections],
        "events": [_event_object(event) for event in outcome.events],
    }


def _received(outcome: Outcome) -> str:
    dated = f", dated {outcome.sent_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if outcome.sent_at else ", without a readable date"
    by = f"; rules {one_line(outcome.rules_version) or 'none'}, model {one_line(outcome.model_version) or 'none'}"
    return f"{one_line(outcome.id)} at {outcome.received_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{dated}{by}"


def _parsed(outcome: Outcome) -> str:
    sender = one_line(outcome.sender) or "nobody"
    defects = "; ".join(one_line(defect) for defect in outcome.defects) or "none"
    return f'from {sender}, subject "{one_line(outcome.subject)}", defects: {defects}'


def _recognised(outcome: Outcome) -> str:
    host = one_line(outcome.host) or "an unknown host"
    return f"{outcome.kind} of {host}, {'complete' if outcome.is_complete else 'CUT OFF: what is absent proves nothing'}"


def _section(judged: Judged) -> Iterator[str]:
    section = judged.section
    item = f" ({one_line(section.item)})" if section.item else ""
    yield f"   {one_line(section.name)}{item}: {_loud(judged.verdict.value, judged.severity)}, state {judged.state.value}"
    first, *others = judged.reasons
    yield f"      because {_reason(first)}"
    yield from (f"      and {_reason(reason)}" for reason in others)
    yield from (f"      not acting: {_reason(reason)}" for reason in judged.shadow)
    # The numbers of a section that was dropped quietly are of no use to somebody who asks why.
    if judged.verdict is not Verdict.DROP and section.measures:
        shown = ", ".join(_measure(measure) for measure in section.measures[:_N_MEASURES])
        n_left = len(section.measures) - _N_MEASURES
        yield f"      measured {shown}" + (f" and {n_left} more" if n_left > 0 else "")


def _events(events: tuple[Event, ...]) -> Iterator[str]:
    yield f"5. events: {len(events) or 'none'}"
    for event in events:
        yield f"   {one_line(event.key)}: {_loud(event.state.value, event.severity)}: {one_line(event.summary)}"
        yield f"      because {_reason(event.reason)}"


def _reason(reason: Reason) -> str:
    return f"{one_line(reason.by)}: {one_line(reason.detail)}"


def _loud(word: str, severity: object) -> str:
    return f"{word} ({severity})" if severity else word


def _measure(measure: Measure) -> str:
    subject = f" {one_line(measure.subject, 60)}" if measure.subject else ""
    unit = f" {one_line(measure.unit, 20)}" if measure.unit else ""
    return f"{one_line(measure.name, 60)}{subject} {measure.value:g}{unit}"


def _section_object(judged: Judged) -> dict[str, object]:
    section = judged.section
    return {
        "name": section.name,
        "verdict": judged.verdict.value,
        "severity": judged.severity.value if judged.severity else None,
        "check": section.check,
        "item": section.item,
        "state": judged.state.value,
        "reasons": [{"by": reason.by, "detail": reason.detail} for reason in judged.reasons],
        "measures": [
            {"name": measure.name, "subject": measure.subject, "value": measure.value, "unit": measure.unit} for measure in section.measures
        ],
    }


def _event_object(event: Event) -> dict[str, object]:
    return {"key": event.key, "state": event.state.value, "severity": event.severity.value, "summary": event.summary}
