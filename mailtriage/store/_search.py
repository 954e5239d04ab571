"""The search language of `mailtriage mails`: `host:web07 kind:cron verdict:drop since:2026-11-20 some words`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from mailtriage.errors import InputError
from mailtriage.types import Severity, Verdict

_WORD = "(subject LIKE ? ESCAPE '\\' OR sender LIKE ? ESCAPE '\\' OR host LIKE ? ESCAPE '\\' OR kind LIKE ? ESCAPE '\\')"


def conditions(query: str) -> tuple[str, tuple[str, ...]]:
    """The WHERE clause and its values; every part of the query has to hold. InputError names the part that cannot be read."""
    clauses: list[str] = []
    values: list[str] = []
    for part in query.split():
        key, colon, wanted = part.partition(":")
        if colon and wanted and key in _KEYS:
            clause, more = _KEYS[key](wanted)
        else:
            clause, more = _WORD, (f"%{_escaped(part)}%",) * 4
        clauses.append(clause)
        values.extend(more)
    return " AND ".join(clauses) or "1", tuple(values)


def _host(wanted: str) -> tuple[str, tuple[str, ...]]:
    wanted = wanted.lower()
    if "*" in wanted:
        return "host LIKE ? ESCAPE '\\'", (_escaped(wanted).replace("*", "%"),)
    return "(host = ? OR host LIKE ? ESCAPE '\\')", (wanted, _escaped(wanted) + ".%")


def _kind(wanted: str) -> tuple[str, tuple[str, ...]]:
    return "kind LIKE ? ESCAPE '\\'", (_escaped(wanted).replace("*", "%"),)


def _verdict(wanted: str) -> tuple[str, tuple[str, ...]]:
    return "verdict = ?", (_one_of("verdict", wanted, tuple(Verdict)),)


def _severity(wanted: str) -> tuple[str, tuple[str, ...]]:
    return "severity = ?", (_one_of("severity", wanted, tuple(Severity)),)


def _day(wanted: str) -> tuple[str, tuple[str, ...]]:
    return "day = ?", (_date(wanted).isoformat(),)


def _since(wanted: str) -> tuple[str, tuple[str, ...]]:
    return "received_at >= ?", (_date(wanted).isoformat(),)


def _until(wanted: str) -> tuple[str, tuple[str, ...]]:
    day = _date(wanted)
    return "received_at < ?", ((day + timedelta(days=1)).isoformat() if day < date.max else "9999-12-31T24",)


_KEYS: dict[str, Callable[[str], tuple[str, tuple[str, ...]]]] = {
    "host": _host,
    "kind": _kind,
    "verdict": _verdict,
    "severity": _severity,
    "day": _day,
    "since": _since,
    "until": _until,
}


def _one_of(key: str, wanted: str, known: tuple[str, ...]) -> str:
    if wanted not in known:
        raise InputError(f"{key}:{wanted}: there is no such {key}", remedy=f"one of {', '.join(known)}")
    return wanted


def _date(wanted: str) -> date:
    try:
        return date.fromisoformat(wanted)
    except ValueError:
        raise InputError(f"{wanted!r} is not a date", remedy="write it as 2026-11-20 (days are UTC)") from None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
