"""Inventories and outcomes for the tests, built from files as an admin writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mailtriage.inventory.ansible import read_ansible
from mailtriage.inventory.hosts import Inventory
from mailtriage.types import Event, Judged, OpenEvent, Outcome, Reason, Recovery, Section, Severity, State, Verdict

NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files, named by their paths in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ansible(folder: Path, files: Mapping[str, str]) -> Inventory:
    """The inventory of an Ansible folder with these files."""
    return Inventory([read_ansible(written(folder, files))])


def event(severity: str = "high", *, host: str = "web07.example.org", check: str = "zfs_pool", state: State = State.PROBLEM) -> Event:
    """What a mail says about a check."""
    return Event(
        host=host,
        check=check,
        item="tank",
        state=state,
        severity=Severity(severity),
        summary="tank is DEGRADED",
        recovery=Recovery.STATE,
        origin="freebsd_daily/zfs_pools",
        reason=Reason(by="rule freebsd_daily/pool", detail="tank is DEGRADED"),
    )


def open_event(severity: str = "high", *, host: str = "web07.example.org", check: str = "zfs_pool") -> OpenEvent:
    """An event of the store."""
    return OpenEvent(
        id=f"{host}{check}",
        key=f"{host}/{check}/-",
        host=host,
        check=check,
        item="",
        severity=Severity(severity),
        summary="x",
        recovery=Recovery.STATE,
        origin="freebsd_daily/zfs_pools",
        opened_at=NOW,
        last_seen_at=NOW,
        count=1,
        mail_id="1",
    )


def outcome(*events: Event, verdict: Verdict = Verdict.EVENT, severity: str = "high", host: str = "web07.example.org") -> Outcome:
    """A mail with one section that raises these events."""
    judged = Judged(
        section=Section(name="zfs_pools", check="zfs_pool", lines=("tank DEGRADED",)),
        verdict=verdict,
        reasons=(Reason(by="rule freebsd_daily/pool", detail="tank is DEGRADED"),),
        severity=Severity(severity),
        events=events,
    )
    return Outcome(
        id="1",
        received_at=NOW,
        sent_at=NOW,
        kind="freebsd_daily",
        host=host,
        subject="daily run output",
        sender="root@example.org",
        is_complete=True,
        verdict=verdict,
        severity=Severity(severity),
        sections=(judged,),
    )
