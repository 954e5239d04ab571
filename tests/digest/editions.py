"""Values the digest tests share: an edition of one ordinary night, changed by each test where it matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailtriage.digest import Book, Edition
from mailtriage.types import Entry, OpenEvent, Reason, Recovery, Severity, Verdict

SINCE = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
QUIET_BOOK = Book(
    n_mails=412,
    n_hosts_seen=75,
    n_hosts_known=75,
    n_dropped_by_rules=371,
    n_rules=6,
    n_dropped_by_model=41,
    n_raised=0,
    n_digested=0,
    n_passed=0,
    n_held=0,
    n_folded=0,
)


def edition(**changes: Any) -> Edition:
    return replace(Edition(since=SINCE, until=UNTIL, book=QUIET_BOOK), **changes)


def entry(n: int = 1, **changes: Any) -> Entry:
    usual = Entry(
        mail_id=f"01hx{n:06d}",
        received_at=SINCE + timedelta(minutes=n),
        host=f"web{n:02d}.example.org",
        kind="cron",
        section="output",
        verdict=Verdict.DIGEST,
        severity=None,
        summary="rsync: connection closed",
        lines=(),
        reason=Reason(by="default", detail="no rule explains the line"),
        score=0.5,
    )
    return replace(usual, **changes)


def event(n: int = 1, **changes: Any) -> OpenEvent:
    usual = OpenEvent(
        id=f"ev{n:06d}",
        key=f"db{n:02d}.example.org/zfs_pool/tank",
        host=f"db{n:02d}.example.org",
        check="zfs_pool",
        item="tank",
        severity=Severity.CRITICAL,
        summary="pool tank is DEGRADED",
        recovery=Recovery.STATE,
        origin="freebsd_daily/zfs_pools",
        opened_at=SINCE + timedelta(hours=1),
        last_seen_at=SINCE + timedelta(hours=1),
        count=1,
        mail_id=f"01hx{n:06d}",
    )
    return replace(usual, **changes)
