"""Reports that devices and scripts send by an address of a mail domain, and tables that people paste."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailtriage.pipeline import read
from mailtriage.types import RawMail

ROWS = (
    "Filesystem  Size  Used Avail Use% Mounted on\n"
    "/dev/sda1   40G   38G   2G   95%  /\n"
    "/dev/sdb1   400G  300G  100G  75%  /srv\n"
    "/dev/sdc1   400G  300G  100G  75%  /data\n"
)
LAB = "Station      : mast-2\nTemperature  : 8.1 C\nHumidity     : 59 %\nState        : ok\n"


def kind(sender: str, subject: str, text: str, header: str) -> str:
    """What the mail is recognised as."""
    head = (
        "Received: from mail.example.org (mail.example.org [192.0.2.9]) by mx.example.org with ESMTPS; Sun, 22 Nov 2026 06:00:00 +0000",
        f"From: {sender}",
        "To: root@example.org",
        f"Subject: {subject}",
        "Date: Sun, 22 Nov 2026 06:00:00 +0000",
        *filter(None, [header]),
    )
    data = ("\n".join(head) + "\n\n" + text).encode()
    return read(RawMail(id="x", received_at=datetime(2026, 11, 22, 6, tzinfo=UTC), data=data))[1].kind


@pytest.mark.parametrize(
    ("sender", "subject", "text", "header"),
    [
        ("Anna Berg <anna.berg@example.org>", "disk report web07", f"{ROWS}", ""),
        ("Anna Berg <aberg@example.org>", "daily report web07 2026-11-22", f"df 2026-11-22\n{ROWS}", "X-Mailer: Spark"),
        ("Anna <anna@example.org>", "Report 2026-11-22", f"2026-11-22\n{ROWS}", "X-Mailer: eM Client"),
        ("Anna Berg <ab@example.org>", "backup report", f"see below\n\n{ROWS}", ""),
        (
            "Anna Berg <ab@example.org>",
            "backup report web07",
            f"this is what web07 printed this morning after the reboot\n\n{ROWS}",
            "X-Mailer: Spark",
        ),
        ("anna berg <ab@example.org>", "weather station", f"the values you wanted\n\n{LAB}", ""),
        ("A. Berg <ab@example.org>", "status", f"fixed, now it looks like this\n{LAB}\nwill watch it tomorrow\n", ""),
        ("Jean-Luc Moreau <jlmoreau@example.org>", "Rapport 22/11/2026", f"22/11/2026\n{ROWS}", ""),
        ("Pieter van den Berg <pvdberg@example.org>", "overzicht nas1", f"{ROWS}", ""),
        ("Anna Berg <ab@example.org>", "report", f"{ROWS}\nlooks wrong?\n", ""),
        (
            "Anna Berg <ab@mail.example.org>",
            "report nas1 2026-11-22",
            f"{ROWS}",
            "Content-Type: text/plain; format=flowed\nX-Mailer: Spark",
        ),
        ("Anna Berg <ab@example.org>", "daily report 2026-11-22", f"2026-11-22\n{ROWS}", "Thread-Topic: daily report"),
        ("Anna Berg <ab@example.org>", "hosts", "web07: reinstalled\nweb08: reinstalled\nweb09: still to do\n", ""),
        ("Anna Berg <ab@example.org>", "shift plan", "Mon: Anna\nTue: Ben\nWed: Carla\nThu: Dan\n", ""),
        ("IT Berg <berg@example.org>", "status report", "Mon: Anna\nTue: Ben\nWed: Carla\nplease tell me if that is fine\n", ""),
        ("Anna <anna.b@example.org>", "lunch", "12:30 pizza\n13:30 meeting\n14:30 backup restore test\n", ""),
    ],
)
def test_a_table_that_a_person_sends_is_a_persons(sender: str, subject: str, text: str, header: str) -> None:
    assert kind(sender, subject, text, header) == "human"


@pytest.mark.parametrize(
    ("sender", "subject", "text", "header"),
    [
        ("Weather mast-2 <meteo@example.org>", "mast-2: daily values", f"mast-2 2026-11-22\n{LAB}End\n", "X-Mailer: meteod"),
        (
            "Klimabox <klima@example.org>",
            "Klimabericht nord",
            "Klimabox nord 22.11.2026\n"
            "Kaltgang   19,7 °C  41 %\n"
            "Warmgang   31,9 °C  40 %\n"
            "Technik    23,1 °C  47 %\n"
            "Diese Nachricht wurde automatisch erzeugt.\n",
            "X-Mailer: Klimabox 3",
        ),
        (
            "Kontroler WiFi <wifi-hub@example.org>",
            "Raport WiFi hub",
            "Kontroler hub, raport z dnia 22.11.2026\n"
            "AP-1: dostępny, klienci 4\n"
            "AP-2: dostępny, klienci 9\n"
            "AP-3: dostępny, klienci 1\n"
            "Koniec\n",
            "",
        ),
        (
            "Badge Gate <gate@example.org>",
            "Daily report gate 2026-11-22",
            "Badge Gate 7.3\n"
            "Site: north    Date: 2026-11-22\n"
            "\n"
            "Door   State   Opened  Refused  Battery\n"
            "T301   online       0        0  3130 mV\n"
            "T102   online       3        3  2978 mV\n"
            "T403   online       4        3  3083 mV\n"
            "-- End of report --\n",
            "X-Mailer: Gate 7",
        ),
    ],
)
def test_a_report_that_a_device_sends_is_no_persons(sender: str, subject: str, text: str, header: str) -> None:
    assert kind(sender, subject, text, header) == "unknown"
