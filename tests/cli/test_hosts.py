"""`hosts`: what is listed of a fleet, and hosts that are retired and renamed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailtriage.cli import main
from mailtriage.store.main import Store
from mailtriage.types import Measure, Showing
from tests.correlate.arriving import Clock
from tests.store.build import DAY, judged, outcome

LAST = datetime(2026, 11, 20, 3, 1, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store in which two hosts wrote for ten days, and one of them ran a job."""
    (tmp_path / "mailtriage.toml").write_text('[store]\npath = "store"\n')
    (tmp_path / "store").mkdir()
    clock = Clock(tmp_path / "store" / "mailtriage.sqlite3")
    for day in range(10):
        at = LAST - (9 - day) * DAY
        for number, (host, kind) in enumerate([("web07", "freebsd_daily"), ("db03", "freebsd_daily"), ("db03", "cron")]):
            section = judged("output")
            if kind == "cron":
                section = replace(section, section=replace(section.section, check="cron_job", item="root: backup"))
            mail = outcome(f"{day}.{number}", section, at=at, sent_at=at, kind=kind, host=host)
            clock.store.record(mail, day * 3 + number + 1, seen_at=at, now=at)
    clock.tick(LAST)
    clock.store.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILTRIAGE_CONFIG", raising=False)
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["mailtriage", "hosts", *words])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out + said.err


def listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], now: datetime = LAST) -> dict[tuple[str, str], Any]:
    _, said = typed(monkeypatch, capsys, "--json", "--now", now.isoformat())
    return {(row["host"], row["kind"]): row for row in json.loads(said)}


def test_a_host_is_listed_with_how_it_usually_writes(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = listed(monkeypatch, capsys)["web07", "freebsd_daily"]
    assert (row["n"], row["cadence"], row["usual_time"], row["confidence"]) == (10, "daily", "03:01 UTC", 0.9)
    assert row["next_due_at"] == (LAST + DAY).isoformat()
    assert row["late_after"] == (LAST + timedelta(hours=26)).isoformat()
    assert row["state"] == ""


def test_a_job_is_listed_with_its_cadence_and_never_due(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (job,) = listed(monkeypatch, capsys)["db03", "cron"]["jobs"]
    assert (job["job"], job["cadence"], job["next_due_at"]) == ("root: backup", "daily", None)


def test_the_table_says_who_is_late(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(monkeypatch, capsys, "--now", (LAST + 2 * DAY).isoformat())
    assert code == 0
    assert said.splitlines() == [
        "HOST   KIND              MAILS  LAST              USUALLY  SURE  NEXT              STATE",
        "db03   cron              10     2026-11-20 03:01",
        "       job root: backup  10     2026-11-20 03:01  daily    0.90",
        "db03   freebsd_daily     10     2026-11-20 03:01  daily    0.90  2026-11-21 03:01  late",
        "web07  freebsd_daily     10     2026-11-20 03:01  daily    0.90  2026-11-21 03:01  late",
    ]


def test_a_retired_host_is_shown_as_such(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(monkeypatch, capsys, "retire", "WEB07", "--comment", "sold", "--dry-run")
    assert (code, said) == (0, "would say: web07 is not missed any more\n")
    assert listed(monkeypatch, capsys)["web07", "freebsd_daily"]["state"] == ""
    code, said = typed(monkeypatch, capsys, "retire", "WEB07", "--comment", "sold", "--json", "--now", LAST.isoformat())
    assert json.loads(said) == {"host": "web07", "retired_at": LAST.isoformat(), "comment": "sold", "dry_run": False}
    assert listed(monkeypatch, capsys, LAST + 2 * DAY)["web07", "freebsd_daily"]["state"] == "retired"


def test_a_renamed_host_is_listed_by_its_new_name_only(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(monkeypatch, capsys, "rename", "web07", "www", "--dry-run") == (0, "would say: web07 is www from now on\n")
    assert ("web07", "freebsd_daily") in listed(monkeypatch, capsys)
    assert typed(monkeypatch, capsys, "rename", "web07", "www") == (0, "web07 is www from now on\n")
    rows = listed(monkeypatch, capsys)
    assert ("web07", "freebsd_daily") not in rows
    assert rows["www", "freebsd_daily"]["n"] == 10


@pytest.mark.parametrize("words", [["retire", "web70"], ["rename", "web70", "www"]])
def test_a_host_that_is_not_known_is_said_to_be_so(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, said = typed(monkeypatch, capsys, *words)
    assert code == 2
    assert said == "mailtriage: there is no host 'web70'\n  `mailtriage hosts` lists them, with their full names\n"


@pytest.mark.parametrize("name", ["web07", "a/b", "a b", ""])
def test_a_host_is_not_renamed_to_what_is_no_name(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, said = typed(monkeypatch, capsys, "rename", "web07", name)
    assert code == 2
    assert "is no other name of a host" in said


def test_a_renamed_host_keeps_its_checks_and_its_past(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(site / "store" / "mailtriage.sqlite3")
    store.checks.put([Showing(host="web07", kind="freebsd_daily", section="disk_status", last_seen_at=LAST, n_shown=9)])
    full = judged(measures=(Measure(name="fs_used", subject="/var", value=83.0, unit="%"),))
    store.past.add(outcome("past", full, at=LAST, host="web07"), LAST)
    assert typed(monkeypatch, capsys, "rename", "web07", "www")[0] == 0
    assert [one.n_shown for one in store.checks.of("www", "freebsd_daily")] == [9]
    assert [value for _, value in store.readings("www", "fs_used", "/var", LAST - DAY)] == [83.0]
    assert store.checks.of("web07", "freebsd_daily") == ()
    assert list(store.readings("web07", "fs_used", "/var", LAST - DAY)) == []
    store.close()
