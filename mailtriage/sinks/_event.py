"""A change of an event as the JSON object that the webhook and file sinks share."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mailtriage.sinks._result import Delivery
from mailtriage.text import one_line
from mailtriage.types import Change, ChangeType

_FIELD = 300
_SUMMARY = 1000


def event_json(delivery: Delivery, change: Change) -> bytes:
    """One line of ASCII JSON of bounded size; nothing in it can end the line or reach a terminal as a control."""
    event = change.event
    is_over = change.type is ChangeType.CLOSED
    fields: dict[str, str | int] = {
        "id": delivery.id,
        "event_id": event.id,
        "key": one_line(event.key, 3 * _FIELD),
        "state": "ok" if is_over else "problem",
        "change": change.type.value,
        "severity": event.severity.value,
        "summary": one_line(event.summary, _SUMMARY),
        "host": one_line(event.host, _FIELD),
        "check": one_line(event.check, _FIELD),
        "item": one_line(event.item, _FIELD),
        "at": _time(change.at),
        "opened_at": _time(event.opened_at),
        "mail_id": change.mail_id or event.mail_id,
        "count": event.count,
        "comment": one_line(change.comment, _SUMMARY),
        "origin": "mailtriage",
    }
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
