"""What a host's own past says against a drop by rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.classify import load, train
from mailtriage.types import Section
from tests.classify.fleet import Fleet

LINES = ("Backup of web07", "files: 4711", "size: 12 MB", "verified")


def _sent(*lines: str) -> tuple[Section, ...]:
    return (Section(name="output", lines=lines),)


@pytest.mark.parametrize(
    ("host", "lines", "says"),
    [
        ("web07.example.org", LINES, ""),
        ("web07.example.org", LINES[:-1], "missing"),
        ("web07.example.org", (*LINES[:2], "size: 0 MB", LINES[3]), "0"),
        ("web07.example.org", (*LINES, "one line more"), ""),  # new is what rules may well know
        ("db01.example.org", LINES[:-1], ""),  # nothing is known of this host
    ],
)
def test_only_what_is_missing_or_out_of_place_on_a_host_that_is_known_speaks_against_rules(
    tmp_path: Path, host: str, lines: tuple[str, ...], says: str
) -> None:
    fleet = Fleet()
    known = [
        fleet.mail("noise", "cron", one, day, _sent(LINES[0], f"files: {4700 + day}", f"size: {12 + day % 3} MB", LINES[3]), subject="job")
        for one in ("web07.example.org", "web08.example.org")
        for day in range(12)
    ]
    train(known, fleet.read, tmp_path / "model")
    asked = fleet.mail("noise", "cron", host, 13, _sent(*lines), subject="job")
    message, report = fleet.read(asked.raw)
    found = load(tmp_path / "model").contradicts("cron", host, report.sections[0], message)
    assert bool(found) is bool(says)
    assert says in found
