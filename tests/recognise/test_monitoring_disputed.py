"""Monitoring mails that contradict themselves: what is bad in the subject, or in a second notification behind a good one, is told."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailtriage.recognise._monitoring import speaks_of_relief, speaks_of_trouble
from mailtriage.types import State, Verdict
from tests.golden import SAMPLES, outcome_of, shipped_rules
from tests.recognise.support import report

GOOD = {
    "monit": "connection-succeeded",
    "vcenter": "memory-green",
    "zabbix": "recovery",
    "nagios": "service-recovery",
    "icinga": "service-recovery",
    "librenms": "recovered",
    "uptime_kuma": "up",
    "grafana": "legacy-ok",
    "alertmanager": "instance-resolved",
    "netdata": "recovered",
}
BAD = {
    "monit": "connection-failed",
    "vcenter": "memory-red",
    "nagios": "host-down",
    "icinga": "host-down",
    "librenms": "port-down",
    "uptime_kuma": "down",
    "gitlab": "failed-main",
    "grafana": "legacy-alerting",
    "netdata": "critical",
}


def sample(kind: str, name: str) -> EmailMessage:
    """A sample, read as a mail."""
    mail = message_from_bytes((Path(SAMPLES) / kind / f"{name}.eml").read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(kind: str, name: str) -> str:
    """The decoded text of a sample, its HTML where it has no other."""
    part = sample(kind, name).get_body(preferencelist=("plain", "html"))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def with_text(kind: str, name: str, text: str, subject: str = "") -> bytes:
    """The header of a sample over another text, and under another subject."""
    mail = sample(kind, name)
    kept = [f"{name}: {value}" for name, value in mail.items() if not name.lower().startswith(("mime-", "content-", "subject"))]
    html = "html" if "<html" in text else "plain"
    lines = [*kept, f"Subject: {subject or mail['Subject']}", f"Content-Type: text/{html}; charset=utf-8", "", text]
    return "\n".join(lines).encode()


SUBJECTS = [
    ("monit", "monit alert --  Checksum failed sshd_bin"),
    ("monit", "monit alert --  Link down eth0"),
    ("monit", "monit alert --  Size changed passwd"),
    ("monit", "[db03] mysql Connection failed"),
    ("vcenter", "[VMware vCenter - Alarm Host connection failure] Host connection failure"),
    ("vcenter", "[VMware vCenter - Alarm Host connection failure] Cannot connect host esx01.example.org in DC1: timeout"),
    ("zabbix", "Problem: MySQL: Service is down"),
    ("zabbix", "Zabbix database is not available."),
    ("zabbix", "db05 MySQL is down"),
    ("nagios", "web07 HTTP is CRITICAL"),
    ("nagios", "** PROBLEM Service Alert: web07.example.org/HTTP is CRITICAL **"),
    ("icinga", "[PROBLEM] Disk / on Web 07 is CRITICAL!"),
    ("icinga", "web07 is down"),
    ("librenms", "Alert for device sw01.example.org - Port status up/down"),
    ("uptime_kuma", "[shop.example.org] [🔴 Down] timeout"),
    ("grafana", "[Alerting] CPU of web07"),
    ("grafana", "[No Data] CPU of web07"),
    ("grafana", "[FIRING:1] DatasourceError"),
    ("alertmanager", "[FIRING:1] InstanceDown (db01.example.org:9100 node critical)"),
    ("netdata", "web07 is critical - disk space usage - disk_space._var"),
]


@pytest.mark.parametrize(("kind", "subject"), SUBJECTS)
def test_a_bad_subject_over_a_good_text_closes_nothing(kind: str, subject: str) -> None:
    outcome = outcome_of(with_text(kind, GOOD[kind], text_of(kind, GOOD[kind]), subject), shipped_rules())
    assert outcome.kind == kind
    assert [event.state for event in outcome.events] == [State.PROBLEM]


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_mail_still_closes(kind: str) -> None:
    outcome = outcome_of((Path(SAMPLES) / kind / f"{GOOD[kind]}.eml").read_bytes(), shipped_rules())
    assert [event.state for event in outcome.events] == [State.OK]


@pytest.mark.parametrize("kind", sorted(BAD))
def test_what_is_bad_behind_something_good_is_raised(kind: str) -> None:
    good = "good" if kind == "gitlab" else GOOD[kind]
    data = with_text(kind, good, text_of(kind, good) + "\n\n" + text_of(kind, BAD[kind]))
    outcome = outcome_of(data, shipped_rules())
    assert outcome.kind == kind
    assert State.PROBLEM in [event.state for event in outcome.events]
    assert "guard" in [judged.section.name for judged in outcome.sections]


@pytest.mark.parametrize("kind", sorted(BAD.keys() & GOOD.keys()))
def test_what_is_good_behind_something_bad_closes_nothing(kind: str) -> None:
    data = with_text(kind, BAD[kind], text_of(kind, BAD[kind]) + "\n\n" + text_of(kind, GOOD[kind]))
    outcome = outcome_of(data, shipped_rules())
    assert {event.state for event in outcome.events} == {State.PROBLEM}
    assert all(judged.verdict is not Verdict.DROP for judged in outcome.sections)


@pytest.mark.parametrize("kind", sorted(BAD))
def test_every_line_of_several_notifications_is_in_a_section(kind: str) -> None:
    text = text_of(kind, BAD[kind]) + "\n\nsomething between\n\n" + text_of(kind, "good" if kind == "gitlab" else GOOD[kind])
    found = report(text)
    told = {line.strip() for section in found.sections for line in section.lines}
    assert {line.strip() for line in text.split("\n") if line.strip() and "<" not in line} <= told


def test_the_output_of_a_plugin_is_no_notification() -> None:
    text = text_of("nagios", "service-critical") + "\nState: OK\nNotification Type: RECOVERY\n"
    found = report(text, subject="** PROBLEM Service Alert: web07.example.org/HTTP is CRITICAL **", sender="nagios@mon01.example.net")
    assert [one.name for one in found.sections] == ["problem"]


def test_a_third_subject_without_a_text_is_told_too() -> None:
    text = text_of("nagios", "service-recovery") + "\nSubject: ** PROBLEM Host Alert: db03 is DOWN **\n"
    found = report(text, subject="** RECOVERY Service Alert: web07.example.org/HTTP is OK **", sender="nagios@mon01.example.net")
    assert [(one.name, one.host) for one in found.sections] == [("recovery", "web07.example.org"), ("problem", "db03")]


@pytest.mark.parametrize(
    "subject",
    ["Host is down", "Problem: it is not ok", "Checksum failed", "PROBLEM: up.example.org", "not resolved: MySQL", "Cannot connect"],
)
def test_such_a_subject_speaks_of_trouble(subject: str) -> None:
    assert speaks_of_trouble(subject)


@pytest.mark.parametrize(
    "subject",
    ["", "Resolved in 1m: MySQL is down", "Munin notification", "RECOVERY: link down is over", "Status changed from red to green"],
)
def test_such_a_subject_does_not(subject: str) -> None:
    assert not speaks_of_trouble(subject)


def test_relief_is_no_part_of_a_name() -> None:
    assert not speaks_of_relief("check of up.example.org")
    assert speaks_of_relief("web07 is up again")


@pytest.mark.parametrize(
    ("kind", "name", "subject"),
    [
        ("munin", "recovered", "Munin CRITICAL on web07"),
        ("jenkins", "back-to-normal", "nightly: the build failed"),
        ("gitlab", "fixed", "shop: the pipeline failed"),
        ("checkmk", "service-ok", "Check_MK: web07.example.org/Filesystem / OK -> CRIT"),
    ],
)
def test_what_a_bad_subject_doubts_is_at_least_in_the_digest(kind: str, name: str, subject: str) -> None:
    outcome = outcome_of(with_text(kind, name, text_of(kind, name), subject), shipped_rules())
    assert outcome.kind == kind
    assert State.OK not in [event.state for event in outcome.events]
    assert outcome.verdict in (Verdict.EVENT, Verdict.DIGEST)
