"""Mails of unattended-upgrades, apticron, cron-apt, apt-listchanges, debsecan, dnf, yum-cron, freebsd-update, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailtriage.simulate.hosts import Host
from mailtriage.simulate.incidents import IncidentType, Schedule
from mailtriage.simulate.mail import Draft

INCIDENTS: tuple[IncidentType, ...] = ()


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    yield from ()
