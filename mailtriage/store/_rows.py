"""Rows of the store as values."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from mailtriage.store.values import ClosedEvent, HostRow, Label, LedgerRow, MailRow
from mailtriage.types import Entry, OpenEvent, Reason, Recovery, Severity, Verdict


def mail_row(row: Any) -> MailRow:
    """A mail as a listing shows it."""
    return MailRow(
        id=row["id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        kind=row["kind"],
        host=row["host"],
        subject=row["subject"],
        sender=row["sender"],
        verdict=Verdict(row["verdict"]),
        severity=Severity(row["severity"]) if row["severity"] else None,
        by=row["by"],
    )


def entry(row: Any) -> Entry:
    """An entry of the digest."""
    return Entry(
        mail_id=row["mail_id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        host=row["host"],
        kind=row["kind"],
        section=row["section"],
        verdict=Verdict(row["verdict"]),
        severity=Severity(row["severity"]) if row["severity"] else None,
        summary=row["summary"],
        lines=tuple(json.loads(row["lines"])),
        reason=Reason(by=row["by"], detail=row["detail"]),
        score=row["score"],
        subject=row["subject"],
    )


def open_event(row: Any) -> OpenEvent:
    """An event as it was last."""
    return OpenEvent(
        id=row["id"],
        key=row["key"],
        host=row["host"],
        check=row["check"],
        item=row["item"],
        severity=Severity(row["severity"]),
        summary=row["summary"],
        recovery=Recovery(row["recovery"]),
        origin=row["origin"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
        last_seen_at=datetime.fromisoformat(row["last_seen_at"]),
        count=row["count"],
        mail_id=row["mail_id"],
        flaps=row["flaps"],
        told_at=_moment(row["told_at"]),
        behind=row["behind"],
        stale_since=_moment(row["stale_since"]),
        value=row["value"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def closed_event(row: Any) -> ClosedEvent:
    """An event that is over."""
    return ClosedEvent(
        event=open_event(row), closed_at=datetime.fromisoformat(row["closed_at"]), closed_by=row["closed_by"], comment=row["comment"]
    )


def ledger_row(row: Any) -> LedgerRow:
    """A line of the ledger."""
    return LedgerRow(
        day=date.fromisoformat(row["day"]), host=row["host"], kind=row["kind"], verdict=Verdict(row["verdict"]), by=row["by"], n=row["n"]
    )


def label(row: Any) -> Label:
    """What a person said."""
    return Label(
        mail_id=row["mail_id"],
        section=row["section"] or None,
        verdict=Verdict(row["verdict"]),
        why=row["why"],
        who=row["who"],
        at=datetime.fromisoformat(row["at"]),
        how=row["how"],
        question=row["question"],
    )


def host_row(row: Any) -> HostRow:
    """One kind of mail of one host."""
    return HostRow(
        host=row["host"],
        kind=row["kind"],
        first_seen_at=datetime.fromisoformat(row["first_seen_at"]),
        last_seen_at=datetime.fromisoformat(row["last_seen_at"]),
        n=row["n"],
    )
