"""Outcomes, events and changes for tests, with only what a test is about given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailtriage.types import (
    Change,
    ChangeType,
    Event,
    Judged,
    Measure,
    OpenEvent,
    Outcome,
    RawMail,
    Reason,
    Recovery,
    Section,
    Severity,
    State,
    Verdict,
)

NOW = datetime(2026, 11, 23, 3, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "web07.example.org"


def judged(
    name: str = "disk_status",
    verdict: Verdict = Verdict.DROP,
    by: str = "",
    *,
    lines: tuple[str, ...] = ("one line",),
    events: tuple[Event, ...] = (),
    measures: tuple[Measure, ...] = (),
    detail: str = "because",
) -> Judged:
    by = by or ("rule k/quiet" if verdict is Verdict.DROP else "default")
    section = Section(name=name, lines=lines, measures=measures)
    return Judged(section=section, verdict=verdict, reasons=(Reason(by=by, detail=detail),), events=events)


def outcome(
    mail_id: str = "m1",
    *sections: Judged,
    at: datetime = NOW,
    sent_at: datetime | None = None,
    kind: str = "freebsd_daily",
    host: str = HOST,
    subject: str = "web07 daily run output",
    is_complete: bool = True,
) -> Outcome:
    sections = sections or (judged(),)
    return Outcome(
        id=mail_id,
        received_at=at,
        sent_at=sent_at,
        kind=kind,
        host=host,
        subject=subject,
        sender="root@web07.example.org",
        is_complete=is_complete,
        verdict=max((one.verdict for one in sections), key=lambda verdict: verdict.loudness),
        severity=None,
        sections=sections,
    )


def event(
    item: str = "/var",
    state: State = State.PROBLEM,
    severity: Severity = Severity.HIGH,
    *,
    check: str = "filesystem",
    recovery: Recovery = Recovery.STATE,
    origin: str = "freebsd_daily/disk_status",
    host: str = HOST,
    summary: str = "/var is 97 % full",
) -> Event:
    return Event(
        host=host,
        check=check,
        item=item,
        state=state,
        severity=severity,
        summary=summary,
        recovery=recovery,
        origin=origin,
        reason=Reason(by="rule k/disk-full", detail="because"),
    )


def alarm(*events: Event, name: str = "disk_status") -> Judged:
    return judged(name, Verdict.EVENT, "rule k/disk-full", events=events or (event(),))


def open_event(
    item: str = "/var",
    recovery: Recovery = Recovery.STATE,
    *,
    key_id: str = "e1",
    severity: Severity = Severity.HIGH,
    origin: str = "freebsd_daily/disk_status",
    opened_at: datetime = NOW - DAY,
    last_seen_at: datetime | None = None,
    count: int = 1,
    summary: str = "/var is 97 % full",
    host: str = HOST,
) -> OpenEvent:
    return OpenEvent(
        id=key_id,
        key=f"{host}/filesystem/{item}",
        host=host,
        check="filesystem",
        item=item,
        severity=severity,
        summary=summary,
        recovery=recovery,
        origin=origin,
        opened_at=opened_at,
        last_seen_at=last_seen_at or opened_at,
        count=count,
        mail_id="m0",
    )


def change(type_: ChangeType = ChangeType.OPENED, of: OpenEvent | None = None, mail_id: str = "m1", at: datetime = NOW) -> Change:
    return Change(type=type_, event=of or open_event(), mail_id=mail_id, at=at)


def raw(mail_id: str = "m1", content: bytes = b"Subject: hello\r\n\r\nHello\r\n", at: datetime = NOW) -> RawMail:
    return RawMail(id=mail_id, received_at=at, data=content, mail_from="ann@example.org", rcpt_tos=("root@example.org",))
