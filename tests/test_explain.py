"""An outcome in words and as the object of `triage --json`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailtriage.explain import as_json, phases, why
from mailtriage.types import Event, Judged, Measure, Outcome, Reason, Recovery, Section, Severity, State, Verdict

AT = datetime(2026, 11, 23, 3, 2, tzinfo=UTC)
DISK = Reason(by="rule freebsd_daily/disk-full", detail="a file system is nearly full: /dev/da0p2 ... 97% /var")
FULL = Event(
    host="web07.example.org",
    check="filesystem",
    item="/var",
    state=State.PROBLEM,
    severity=Severity.HIGH,
    summary="/var is 97 % full",
    recovery=Recovery.STATE,
    origin="freebsd_daily/disk_status",
    reason=DISK,
)
OUTCOME = Outcome(
    id="01hx000001",
    received_at=AT,
    sent_at=AT - timedelta(minutes=1),
    kind="freebsd_daily",
    host="web07.example.org",
    subject="web07.example.org daily run output",
    sender="root@web07.example.org",
    is_complete=True,
    verdict=Verdict.EVENT,
    severity=Severity.HIGH,
    sections=(
        Judged(
            section=Section(name="zfs_pools", check="zfs_pool", lines=("all pools are healthy",)),
            verdict=Verdict.DROP,
            reasons=(Reason(by="rule freebsd_daily/pools-healthy", detail="every pool is ONLINE without errors"),),
            state=State.OK,
        ),
        Judged(
            section=Section(
                name="disk_status",
                check="filesystem",
                lines=("/dev/da0p2 ... 97% /var",),
                measures=(Measure(name="fs_used", subject="/var", value=97.0, unit="%"),),
            ),
            verdict=Verdict.EVENT,
            severity=Severity.HIGH,
            reasons=(DISK, Reason(by="floor nearly full", detail="97%")),
            state=State.PROBLEM,
            events=(FULL,),
            shadow=(Reason(by="gate 3", detail="would drop: all known"),),
        ),
    ),
    model_version="3",
    rules_version="abc123",
)


def test_why_tells_every_phase_with_its_reasons() -> None:
    assert why(OUTCOME) == (
        "1. received: 01hx000001 at 2026-11-23 03:02:00 UTC, dated 2026-11-23 03:01:00 UTC; rules abc123, model 3\n"
        '2. parsed: from root@web07.example.org, subject "web07.example.org daily run output", defects: none\n'
        "3. recognised: freebsd_daily of web07.example.org, complete\n"
        "4. judged: 2 sections\n"
        "   zfs_pools: drop, state ok\n"
        "      because rule freebsd_daily/pools-healthy: every pool is ONLINE without errors\n"
        "   disk_status: event (high), state problem\n"
        "      because rule freebsd_daily/disk-full: a file system is nearly full: /dev/da0p2 ... 97% /var\n"
        "      and floor nearly full: 97%\n"
        "      not acting: gate 3: would drop: all known\n"
        "      measured fs_used /var 97 %\n"
        "5. events: 1\n"
        "   web07.example.org/filesystem//var: problem (high): /var is 97 % full\n"
        "      because rule freebsd_daily/disk-full: a file system is nearly full: /dev/da0p2 ... 97% /var\n"
        "6. verdict: event (high), decided by rule freebsd_daily/disk-full: a file system is nearly full: /dev/da0p2 ... 97% /var\n"
    )


def test_the_phases_say_nothing_that_changes_from_run_to_run() -> None:
    later = replace(OUTCOME, id="01hz999999", received_at=AT + timedelta(days=9), sent_at=None, rules_version="def456", model_version="4")
    assert phases(later) == phases(OUTCOME)


def test_a_cut_off_report_and_its_defects_are_named() -> None:
    text = why(replace(OUTCOME, is_complete=False, defects=("bad base64", "no Date")))
    assert "CUT OFF" in text
    assert "defects: bad base64; no Date" in text


def test_no_terminal_escape_of_a_mail_reaches_the_reader() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07first\r\nsecond"
    section = replace(OUTCOME.sections[1].section, name=evil, item=evil, measures=(Measure(name=evil, subject=evil, value=1.0, unit=evil),))
    judged = replace(OUTCOME.sections[1], section=section, reasons=(Reason(by=evil, detail=evil),))
    text = why(replace(OUTCOME, id=evil, subject=evil, sender=evil, host=evil, defects=(evil,), sections=(judged,)))
    assert not set(text) & {"\x1b", "\x07", "\r"}


def test_the_json_object_has_the_published_keys() -> None:
    assert as_json(OUTCOME, "mails/one.eml") == {
        "path": "mails/one.eml",
        "id": "01hx000001",
        "kind": "freebsd_daily",
        "host": "web07.example.org",
        "complete": True,
        "verdict": "event",
        "severity": "high",
        "sections": [
            {
                "name": "zfs_pools",
                "verdict": "drop",
                "severity": None,
                "check": "zfs_pool",
                "item": "",
                "state": "ok",
                "reasons": [{"by": "rule freebsd_daily/pools-healthy", "detail": "every pool is ONLINE without errors"}],
                "measures": [],
            },
            {
                "name": "disk_status",
                "verdict": "event",
                "severity": "high",
                "check": "filesystem",
                "item": "",
                "state": "problem",
                "reasons": [{"by": DISK.by, "detail": DISK.detail}, {"by": "floor nearly full", "detail": "97%"}],
                "measures": [{"name": "fs_used", "subject": "/var", "value": 97.0, "unit": "%"}],
            },
        ],
        "events": [{"key": "web07.example.org/filesystem//var", "state": "problem", "severity": "high", "summary": "/var is 97 % full"}],
    }


def test_the_json_object_survives_json() -> None:
    assert json.loads(json.dumps(as_json(OUTCOME, "x"))) == as_json(OUTCOME, "x")
