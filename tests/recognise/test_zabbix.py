"""Mails of Zabbix 2 to 7, plain and HTML."""

from __future__ import annotations

import pytest

from mailtriage.types import Recovery, Report, Severity, State
from tests.recognise.support import measures, report, section

REPLY = "In-Reply-To: <25.dbe636514bfd6c502ca1daea1eb02d75.1.b3c6f5dee6cbbe145a6c10f996bd2465@zabbix.com>"
PROBLEM = """Problem started at 20:41:49 on 2026.11.22
Problem name: High load on db03
Host: Db03.example.net
Severity: {}
Operational data: Current utilization: 97.5 %
Original problem ID: 25
"""
RESOLVED = """Problem has been resolved at 20:43:15 on 2026.11.22
Problem name: High load on db03
Problem duration: 1m 26s
Host: db03.example.net
Severity: Average
Original problem ID: 25
"""
UPDATE = """Zabbix Administrator (Admin) {} problem at 2026.11.22 20:46:47.
on it

Current problem status is {}, age is 15s, acknowledged: Yes.
"""
OLD = """Trigger: Agent is down on s5-ldn
Trigger status: {}
Trigger severity: Average
Trigger URL: 

Item values:

1. Agent ping (s5-ldn:agent.ping): Up (1)
2. *UNKNOWN* (*UNKNOWN*:*UNKNOWN*): *UNKNOWN*

Original event ID: 3250
"""


def zabbix(body: str, subject: str, *headers: str, sender: str = "zabbix@mon01.example.net") -> Report:
    return report(body, subject=subject, sender=sender, headers=headers)


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Not classified", Severity.INFO),
        ("Information", Severity.INFO),
        ("Warning", Severity.WARNING),
        ("Average", Severity.HIGH),
        ("High", Severity.HIGH),
        ("Disaster", Severity.CRITICAL),
        ("Severe", None),
    ],
)
def test_a_problem_has_key_host_severity_and_value(word: str, severity: Severity | None) -> None:
    found = zabbix(PROBLEM.format(word), "Problem: High load on db03", REPLY)
    assert (found.kind, found.host) == ("zabbix", "db03.example.net")
    only = section(found, "information" if severity is Severity.INFO else "problem")
    assert (only.check, only.item, only.state, only.severity, only.recovery) == ("zabbix", "25", State.PROBLEM, severity, Recovery.EXPLICIT)
    assert only.summary == "High load on db03"
    assert f"Severity: {word}" in only.lines
    assert measures(only) == {("zabbix_value", "High load on db03"): 97.5}


@pytest.mark.parametrize("subject", ["Resolved in 1m 26s: High load on db03", "Resolved: High load on db03"])
def test_a_recovery_has_the_key_of_its_problem(subject: str) -> None:
    only = section(zabbix(RESOLVED, subject, REPLY), "recovery")
    assert (only.item, only.state) == ("25", State.OK)
    assert measures(only) == {("zabbix_duration", "High load on db03"): 86}


def test_the_duration_in_the_first_line_of_4_4_is_read() -> None:
    body = RESOLVED.replace("resolved at", "resolved in 13m 0s at").replace("Problem duration: 1m 26s\n", "")
    assert measures(section(zabbix(body, "Resolved: High load on db03"), "recovery")) == {("zabbix_duration", "High load on db03"): 780}


@pytest.mark.parametrize(
    ("did", "status", "name", "state", "severity"),
    [
        ("acknowledged and commented", "PROBLEM", "update", State.INFO, None),
        ("commented and changed severity from Average to Disaster", "PROBLEM", "raised", State.PROBLEM, Severity.CRITICAL),
        ("changed severity from Warning to Schwer", "PROBLEM", "raised", State.PROBLEM, None),
        ("changed severity from Disaster to Warning", "PROBLEM", "update", State.INFO, Severity.WARNING),
        ("changed severity from Warning to Information", "PROBLEM", "update", State.INFO, Severity.INFO),
        ("closed", "RESOLVED", "recovery", State.OK, None),
    ],
)
def test_an_update_is_news_only_where_it_changes_something(
    did: str, status: str, name: str, state: State, severity: Severity | None
) -> None:
    only = section(zabbix(UPDATE.format(did, status), "Updated problem in 15s: High load on db03", REPLY), name)
    assert (only.item, only.state, only.severity) == ("25", state, severity)


@pytest.mark.parametrize(("status", "name", "state"), [("PROBLEM", "problem", State.PROBLEM), ("OK", "recovery", State.OK)])
def test_the_old_texts_name_the_host_in_the_item_and_the_event_at_the_end(status: str, name: str, state: State) -> None:
    found = zabbix(OLD.format(status), f"{status}: Agent is down on s5-ldn")
    only = section(found, name)
    assert (found.host, only.item, only.state, only.severity) == ("s5-ldn", "3250", state, Severity.HIGH)
    assert only.lines[:2] == ("Agent is down on s5-ldn", "Severity: Average")


@pytest.mark.parametrize(("subject", "status"), [("OK: Agent is down", "PROBLEM"), ("PROBLEM: Agent is down", "OK")])
def test_where_subject_and_text_disagree_the_bad_one_counts(subject: str, status: str) -> None:
    assert zabbix(OLD.format(status), subject).sections[0].state is State.PROBLEM


def test_html_says_the_same_as_text() -> None:
    html = "".join(
        f"<b>{line.partition(':')[0]}:</b>{line.partition(':')[2]}<br>" for line in PROBLEM.format("High").strip().split("\n")[1:]
    )
    body = "<b>Problem started</b> at 20:41:49 on 2026.11.22<br>" + html
    found = zabbix(body, "Problem: High load on db03", REPLY, "MIME-Version: 1.0", "Content-Type: text/html; charset=UTF-8")
    only = section(found, "problem")
    assert (found.host, only.item, only.severity, only.lines[3]) == (
        "db03.example.net",
        "25",
        Severity.HIGH,
        "Problem started at 20:41:49 on 2026.11.22",
    )


@pytest.mark.parametrize(
    ("subject", "body", "name", "item"),
    [
        (
            "Discovery: DOWN 192.0.2.1",
            "Discovery rule: LAN\n\nDevice IP: 192.0.2.1\nDevice DNS: \nDevice status: DOWN\n",
            "discovery",
            "192.0.2.1",
        ),
        ("Autoregistration: web09", "Host name: web09\nHost IP: 192.0.2.9\nAgent port: 10050\n", "autoregistration", "web09"),
        ("Auto registration: web09", "Host name: web09\nHost IP: 192.0.2.9\nAgent port: 10050\n", "autoregistration", "web09"),
        ("Zabbix database is not available", "Zabbix database is not available\n", "internal", "Zabbix database is not available"),
    ],
)
def test_the_rarer_mails_are_known(subject: str, body: str, name: str, item: str) -> None:
    found = zabbix(body, subject)
    assert (found.kind, section(found, name).item) == ("zabbix", item)


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("[Zabbix] db03 - Disaster PROBLEM: Raum 3 brennt", "problem"),
        ("[Zabbix] db03 - Disaster OK: Raum 3 brennt", "recovery"),
        ("Raum 3", "problem"),
    ],
)
def test_a_sites_own_text_is_known_by_the_reply_header(subject: str, name: str) -> None:
    found = zabbix("Im Raum 3 ist etwas\n", subject, REPLY)
    assert section(found, name).item == "25"
    assert found.host == ("db03" if "db03" in subject else "mon01.example.net")


def test_the_key_without_any_id_has_no_values_in_it() -> None:
    body = "Problem started at 20:41:49 on 2026.11.22\nHost: db03\n"
    assert zabbix(body, "Problem: Load is 9.5 on 3 CPUs").sections[0].item == "Load is # on # CPUs"


def test_an_unresolved_macro_stays_as_it_is() -> None:
    only = zabbix(PROBLEM.format("High").replace("97.5 %", '{$VFS.FS.PUSED.MAX.CRIT:"/var"}'), "Problem: x", REPLY).sections[0]
    assert any("{$VFS" in line for line in only.lines)


def test_one_mark_alone_makes_no_zabbix_mail() -> None:
    assert zabbix("hello\n", "Problem: my printer", sender="alice@example.org").kind == "human"
    assert zabbix("hello\n", "Problem: my printer", sender="root@web07.example.org").kind == "unknown"


@pytest.mark.parametrize(
    ("event", "severity", "name"),
    [
        ("/etc/passwd has been changed", "Warning", "change"),
        ("Linux: Operating system description has changed", "Warning", "change"),
        ("web07 has been restarted (uptime < 10m)", "Warning", "change"),
        ("Checksum of /etc/shadow has been changed", "Warning", "problem"),
        ("/etc/passwd has been changed", "High", "problem"),
        ("RAID state has changed", "Warning", "problem"),
    ],
)
def test_only_known_changes_up_to_warning_are_low(event: str, severity: str, name: str) -> None:
    body = PROBLEM.format(severity).replace("High load on db03", event)
    assert zabbix(body, f"Problem: {event}", REPLY).sections[0].name == name


@pytest.mark.parametrize(
    ("body", "subject", "host", "item", "severity", "state"),
    [
        (
            "告警主机:web07.example.org\n告警等级:Disaster\n当前状态:PROBLEM:15 %\n事件ID:4711\n",
            "故障PROBLEM, web07: /var",
            "web07.example.org",
            "4711",
            Severity.CRITICAL,
            State.PROBLEM,
        ),
        (
            "Servidor: web07.example.org\nSeveridad: Alta\nEstado: OK\nID del evento: 4711\n",
            "Recuperado OK: /var",
            "web07.example.org",
            "4711",
            Severity.HIGH,
            State.OK,
        ),
    ],
)
def test_translated_texts_of_a_zabbix_account_are_read(
    body: str, subject: str, host: str, item: str, severity: Severity, state: State
) -> None:
    found = zabbix(body, subject)
    only = found.sections[0]
    assert (found.kind, found.host, only.item, only.severity, only.state) == ("zabbix", host, item, severity, state)


@pytest.mark.parametrize(
    "body",
    [
        PROBLEM.format("High"),
        PROBLEM.format("High").replace("Original problem ID: 25\n", ""),
        RESOLVED,
        OLD.format("PROBLEM"),
        OLD.format("PROBLEM").replace("Original event ID: 3250\n", ""),
        UPDATE.format("acknowledged", "PROBLEM"),
        "Discovery rule: LAN\n\nDevice IP: 192.0.2.1\nDevice DNS: \nDevice status: DOWN\n",
        "Host name: web09\nHost IP: 192.0.2.9\nAgent port: 10050\n",
    ],
)
def test_a_bare_body_is_claimed_by_its_own_lines(body: str) -> None:
    assert report(body).kind == "zabbix"


def test_an_empty_severity_is_still_a_problem() -> None:
    only = zabbix(OLD.format("PROBLEM").replace("Average", ""), "PROBLEM: Agent is down").sections[0]
    assert (only.name, only.state, only.severity) == ("problem", State.PROBLEM, None)
