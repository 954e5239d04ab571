"""What keeps a change from being told, from the mail to the sink: maintenance, acknowledgement, storm; and that it is told in the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mailtriage.types import RawMail, Severity
from tests.fleet.running import FleetRun

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Site:
    """A daemon, and a Nagios that writes to it."""

    def __init__(self, folder: Path) -> None:
        self.run = FleetRun(folder)
        self.store = self.run.worker.store
        self.n = 0

    def says(self, at: datetime, host: str, state: str, service: str = "Disk /") -> None:
        """A notification comes."""
        self.n += 1
        type_ = "RECOVERY" if state == "OK" else "PROBLEM"
        body = (
            f"***** Nagios *****\n\nNotification Type: {type_}\n\nService: {service}\nHost: {host}\nAddress: 192.0.2.13\nState: {state}\n\n"
        )
        body += (
            f"Date/Time: {at:%a %b %d %H:%M:%S} UTC {at:%Y}\n\nAdditional Info:\n\nDISK {state} - free space: / 5204 MB (38% inode=80%)\n"
        )
        head = (
            "Received: by mon01.example.net (Postfix, from userid 111)",
            f"\tid {self.n:011X}; {format_datetime(at)}",
            "From: nagios@mon01.example.net",
            "To: root@example.net",
            f"Subject: ** {type_} Service Alert: {host}/{service} is {state} **",
            f"Date: {format_datetime(at)}",
        )
        data = ("\r\n".join(head) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()
        self.run.run([RawMail(id=f"m{self.n:05}", received_at=at, data=data, mail_from="nagios@mon01.example.net", peer="127.0.0.1")])

    def wait(self, until: datetime) -> None:
        """The time goes on."""
        self.run.wait(until, MINUTE)

    def command(self, *words: str) -> None:
        """What an admin types meanwhile."""
        more = ("--config", str(self.run.config.path), "--now", self.run.worker.now().isoformat() if self.n else NOW.isoformat())
        subprocess.run([sys.executable, "-m", "mailtriage", *words, *more], check=True, capture_output=True)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Change and host of all that the sink was told."""
        return [(str(change.type), change.event.host) for _, change in self.run.told.changes]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    yield found
    found.run.close()


def test_what_happens_in_a_window_is_told_when_it_is_over_if_it_still_is(site: Site) -> None:
    site.command("maintenance", "add", "db*", "--from", NOW.isoformat(), "--until", (NOW + 2 * HOUR).isoformat(), "--comment", "new kernel")
    site.says(NOW + MINUTE, "db01.example.org", "CRITICAL")
    site.says(NOW + 2 * MINUTE, "db02.example.org", "CRITICAL")
    site.says(NOW + 3 * MINUTE, "web01.example.org", "CRITICAL")
    site.says(NOW + 30 * MINUTE, "db02.example.org", "OK")
    site.wait(NOW + 119 * MINUTE)
    assert site.told == [("opened", "web01.example.org")]
    site.wait(NOW + 122 * MINUTE)
    assert site.told == [("opened", "web01.example.org"), ("opened", "db01.example.org")]
    site.says(NOW + 130 * MINUTE, "db01.example.org", "OK")
    site.wait(NOW + 200 * MINUTE)
    assert site.told[2:] == [("closed", "db01.example.org")]


def test_an_acknowledged_problem_is_quiet_until_it_gets_worse(site: Site) -> None:
    site.says(NOW, "db01.example.org", "WARNING")
    site.wait(NOW + 15 * MINUTE)
    (event,) = site.store.open_events()
    site.command("ack", event.key, "--comment", "known", "--until", (NOW + 48 * HOUR).isoformat())
    site.says(NOW + 20 * MINUTE, "db01.example.org", "WARNING")
    assert len(site.told) == 1
    site.says(NOW + 30 * MINUTE, "db01.example.org", "CRITICAL")
    site.wait(NOW + 32 * MINUTE)
    assert site.told[1:] == [("updated", "db01.example.org")]
    assert site.store.open_events()[0].severity is Severity.HIGH  # of a service that is CRITICAL


def test_a_storm_is_one_event_and_nothing_is_lost_behind_it(site: Site) -> None:
    for n in range(40):
        site.says(NOW + MINUTE * n / 40, "db01.example.org", "WARNING", f"Service {n:02}")
    site.wait(NOW + 12 * MINUTE)
    hosts = [host for change, host in site.told if change == "opened"]
    assert hosts.count("db01.example.org") == 20
    assert hosts.count("mailtriage") == 1
    assert len(site.store.open_events()) == 41
    for n in range(30, 40):
        site.says(NOW + 20 * MINUTE + MINUTE * n / 40, "db01.example.org", "OK", f"Service {n:02}")
    site.wait(NOW + 3 * HOUR)
    hosts = [host for change, host in site.told if change == "opened"]
    assert hosts.count("db01.example.org") == 30  # the ten that are over were never told
    assert ("closed", "mailtriage") in site.told
