"""Mails of Nagios, Icinga, Checkmk, monit, Munin, LibreNMS, vCenter: what is told, of which host, under which key."""

from __future__ import annotations

import pytest

from mailtriage.recognise._monitoring import metrics, short_item
from mailtriage.types import Recovery, Severity, State
from tests.recognise.support import measures, names, report, section

NAGIOS = """***** Nagios *****

Notification Type: {}

Service: Disk
Host: {}
Address: 192.0.2.7
State: {}

Date/Time: Sun Nov 22 20:50:01 UTC 2026

Additional Info:

DISK {} - free space: /var 1842 MB|/var=18200MB;18000;19000;0;20480 '/srv data'=41%;80;90
"""
ICINGA = """***** Service Monitoring on mon01.example.net *****

Disk / on Web 07 is {}!

Info:    DISK {} - free space: / 512 MB:
second line
Host:    a line of the output

When:    2026-11-22 20:50:01 +0000
Service: disk
Host:    web07.example.net
IPv4:    192.0.2.7
"""
CHECKMK = """Host:     web07.example.org
Alias:    web07
Address:  192.0.2.7
Service:  Filesystem /opt/x
Event:    {}
Output:   97.3% used(!!)
Perfdata: fs_used=18637;14960;16830;0;18700

"""
MONIT = """{event} Service mysql 

\tDate:        Sun, 22 Nov 2026 20:25:51
\tAction:      {action}
\tHost:        db03.example.net
\tDescription: {described}

Your faithful employee,
Monit
"""
MUNIN = "example.org :: web07.example.org :: Disk usage in percent\n\t{}\n"
LIBRENMS = """Severity: critical
{}Timestamp: 2026-11-22 20:50:01
Unique-ID: {}
Rule: Port status down
Faults:
  #1: ifDescr = Gi0/12;
Alert sent to:
  NOC <noc@example.org>
"""
VCENTER = """Target: esx01.example.org
Previous Status: {}
New Status: {}

Alarm Definition:
([Red metric Is above 90%])

Current values for metric/state:
 Metric Usage = 93%

Description:
Alarm 'Host memory usage' on esx01.example.org changed from {} to {}
"""


@pytest.mark.parametrize(
    ("kind", "state", "name", "told", "severity"),
    [
        ("PROBLEM", "CRITICAL", "problem", State.PROBLEM, Severity.HIGH),
        ("PROBLEM", "WARNING", "problem", State.PROBLEM, Severity.WARNING),
        ("RECOVERY", "OK", "recovery", State.OK, None),
        ("RECOVERY", "CRITICAL", "problem", State.PROBLEM, Severity.HIGH),
        ("ACKNOWLEDGEMENT", "CRITICAL", "notice", State.INFO, None),
        ("FLAPPINGSTART", "WARNING", "notice", State.INFO, None),
        ("DOWNTIMEEND", "CRITICAL", "notice", State.INFO, None),
        ("CUSTOM", "UNKNOWN", "notice", State.INFO, None),
    ],
)
def test_nagios_tells_type_and_state(kind: str, state: str, name: str, told: State, severity: Severity | None) -> None:
    subject = f"** {kind} Service Alert: web07.example.org/Disk is {state} **"
    found = report(NAGIOS.format(kind, "web07.example.org", state, state), subject=subject, sender="nagios@mon01.example.net")
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.check, only.recovery) == (
        "nagios",
        "web07.example.org",
        "Disk",
        "nagios",
        Recovery.EXPLICIT,
    )
    assert (only.state, only.severity) == (told, severity)
    assert measures(only) == {("metric", "Disk /var"): 18200, ("metric", "Disk /srv data"): 41}


def test_a_nagios_host_with_blanks_goes_by_its_address() -> None:
    found = report(NAGIOS.format("PROBLEM", "Shop Frontend", "CRITICAL", "CRITICAL"), subject="x", sender="nagios@mon01.example.net")
    assert (found.kind, found.host, found.sections[0].item) == ("nagios", "192.0.2.7", "Disk")


def test_a_nagios_host_without_name_and_address_is_told_apart_by_its_alias() -> None:
    body = NAGIOS.format("PROBLEM", "Shop Frontend", "CRITICAL", "CRITICAL").replace("Address: 192.0.2.7\n", "")
    found = report(body, subject="x", sender="nagios@mon01.example.net")
    assert (found.host, found.sections[0].item) == ("mon01.example.net", "Shop Frontend/Disk")


@pytest.mark.parametrize(
    ("subject", "state", "name"),
    [
        ("** PROBLEM alert - web07/Disk is CRITICAL **", "CRITICAL", "problem"),
        ("*** PROBLEM *** web07 / Disk is CRITICAL", "CRITICAL", "problem"),
        ("PROBLEM - web07 - Disk is WARNING", "WARNING", "problem"),
        ("RECOVERY - web07 - Disk is OK", "OK", "recovery"),
        ("[alerts] ** RECOVERY Service Alert: web07/Disk is OK **", "OK", "recovery"),
        ("Host DOWN alert for web07!", "DOWN", "problem"),
    ],
)
def test_subjects_of_nagios_and_its_kin_are_known(subject: str, state: str, name: str) -> None:
    found = report(f"Host: web07\nState: {state}\nInfo: x\n", subject=subject, sender="nagios@mon01.example.net")
    assert (found.kind, found.host, names(found)) == ("nagios", "web07", [name])


def test_where_the_subject_is_bad_and_the_body_is_good_it_is_bad() -> None:
    found = report(
        NAGIOS.format("RECOVERY", "web07", "OK", "OK"), subject="PROBLEM - web07 - Disk is WARNING", sender="nagios@a.example.org"
    )
    assert found.sections[0].state is State.PROBLEM


@pytest.mark.parametrize(
    ("kind", "state", "name", "severity"),
    [
        ("PROBLEM", "CRITICAL", "problem", Severity.HIGH),
        ("RECOVERY", "OK", "recovery", None),
        ("ACKNOWLEDGEMENT", "CRITICAL", "notice", None),
        ("RECOVERY", "CRITICAL", "problem", Severity.HIGH),
    ],
)
def test_icinga_names_the_object_not_the_monitoring_machine(kind: str, state: str, name: str, severity: Severity | None) -> None:
    found = report(ICINGA.format(state, state), subject=f"[{kind}] Disk / on Web 07 is {state}!", sender="icinga@mon01.example.net")
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.severity) == ("icinga", "web07.example.net", "disk", severity)


@pytest.mark.parametrize(
    ("event", "subject", "name", "severity"),
    [
        ("OK -> CRITICAL", "OK -> CRIT", "problem", Severity.HIGH),
        ("OK → WARNING", "OK -> WARN", "problem", Severity.WARNING),
        ("CRITICAL -> OK", "CRIT -> OK", "recovery", None),
        ("CRITICAL -> OK", "OK -> CRIT", "problem", Severity.HIGH),
        ("Acknowledged (CRIT)", "Acknowledged (CRIT)", "notice", None),
        ("Started Flapping", "Started Flapping", "notice", None),
        ("Downtime Start (OK)", "Downtime Start (OK)", "notice", None),
    ],
)
def test_checkmk_tells_the_new_state_of_a_service_with_slashes(event: str, subject: str, name: str, severity: Severity | None) -> None:
    found = report(CHECKMK.format(event), subject=f"Check_MK: web07.example.org/Filesystem /opt/x {subject}", sender="mk@mon01.example.net")
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.severity) == ("checkmk", "web07.example.org", "Filesystem /opt/x", severity)
    assert measures(only) == {("metric", "Filesystem /opt/x fs_used"): 18637}


def test_checkmk_bulk_is_cut_at_each_host() -> None:
    body = CHECKMK.format("OK -> CRITICAL") + CHECKMK.format("CRITICAL -> OK").replace("web07", "web08")
    found = report(body, subject="Check_MK: 2 notifications for 2 hosts", sender="mk@mon01.example.net")
    assert (names(found), found.host) == (["problem", "recovery"], "mon01.example.net")


@pytest.mark.parametrize(
    ("event", "action", "described", "name", "item", "severity"),
    [
        ("Connection failed", "alert", "failed protocol test", "problem", "mysql: connection", Severity.HIGH),
        ("Connection succeeded", "alert", "connection succeeded", "recovery", "mysql: connection", None),
        ("Does not exist", "restart", "process is not running", "restarted", "mysql: exists", None),
        ("Does not exist", "alert", "process is not running", "problem", "mysql: exists", Severity.HIGH),
        ("Exists", "start", "process is running with pid 11", "recovery", "mysql: exists", None),
        ("Execution failed", "restart", "failed to start", "problem", "mysql: execution", Severity.HIGH),
        ("Timeout", "unmonitor", "service restarted 3 times", "gave_up", "mysql: timeout", Severity.HIGH),
        ("Resource limit matched", "stop", "cpu usage of 99.1% matches", "gave_up", "mysql: cpu usage", Severity.HIGH),
        ("Resource limit matched", "alert", "mem usage of 93.1% matches resource limit", "problem", "mysql: mem usage", Severity.WARNING),
        (
            "Resource limit succeeded",
            "alert",
            "mem usage check succeeded [current mem usage = 50.0%]",
            "recovery",
            "mysql: mem usage",
            None,
        ),
        ("Checksum failed", "alert", "checksum was changed", "problem", "mysql: checksum", Severity.WARNING),
        ("Monit instance changed", "start", "Monit 5.33.0 started", "notice", "mysql: monit instance", None),
    ],
)
def test_monit_events_come_in_pairs_with_one_key(
    event: str, action: str, described: str, name: str, item: str, severity: Severity | None
) -> None:
    found = report(
        MONIT.format(event=event, action=action, described=described),
        subject=f"monit alert --  {event} mysql",
        sender="monit@db03.example.net",
        headers=("X-Mailer: Monit 5.33.0",),
    )
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.severity) == ("monit", "db03.example.net", item, severity)


def test_munin_is_as_bad_as_its_worst_value() -> None:
    found = report(
        MUNIN.format("WARNINGs: / is 93.00 (outside range [:92]).\n\tOKs: /var is 60.11."), subject="munin", sender="munin@a.example.org"
    )
    only = section(found, "problem")
    assert (found.host, only.item, only.severity) == ("web07.example.org", "Disk usage in percent", Severity.WARNING)
    assert measures(only) == {("metric", "Disk usage in percent /"): 93, ("metric", "Disk usage in percent /var"): 60.11}
    assert report(MUNIN.format("OKs: / is 71.20."), subject="munin", sender="munin@a.example.org").sections[0].state is State.OK


def test_librenms_closes_by_device_and_rule_for_its_number_changes() -> None:
    bad = report(LIBRENMS.format("", 4711), subject="Alert for device sw01.example.org - Port status down", sender="l@mon01.example.net")
    good = report(
        LIBRENMS.format("Time elapsed: 5m\n", 4713),
        subject="Device sw01.example.org recovered from Port status down",
        sender="l@mon01.example.net",
    )
    assert (names(bad), names(good)) == (["problem"], ["recovery"])
    assert bad.host == good.host == "sw01.example.org"
    assert bad.sections[0].item == good.sections[0].item == "Port status down"


@pytest.mark.parametrize(("change", "name"), [("acknowledged", "notice"), ("better", "notice"), ("worse", "problem")])
def test_librenms_says_how_an_alert_goes_on(change: str, name: str) -> None:
    subject = f"Alert for device sw01.example.org - Port status down got {change}"
    assert names(report(LIBRENMS.format("", 4711), subject=subject, sender="l@mon01.example.net")) == [name]


@pytest.mark.parametrize(
    ("old", "new", "name", "severity"),
    [
        ("Green", "Red", "problem", Severity.HIGH),
        ("Green", "Yellow", "problem", Severity.WARNING),
        ("Red", "Gray", "problem", Severity.WARNING),
        ("Red", "Green", "recovery", None),
    ],
)
def test_vcenter_tells_by_colour(old: str, new: str, name: str, severity: Severity | None) -> None:
    subject = f"[VMware vCenter - Alarm Host memory usage] Alarm 'Host memory usage' on esx01.example.org changed from {old} to {new}"
    found = report(VCENTER.format(old, new, old, new), subject=subject, sender="vc@vcenter.example.net")
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.severity) == ("vcenter", "esx01.example.org", "Host memory usage", severity)
    assert measures(only) == {("metric", "Host memory usage"): 93}


BODIES = {
    "nagios": NAGIOS.format("PROBLEM", "web07", "CRITICAL", "CRITICAL"),
    "icinga": ICINGA.format("CRITICAL", "CRITICAL"),
    "checkmk": CHECKMK.format("OK -> CRITICAL"),
    "monit": MONIT.format(event="Connection failed", action="alert", described="x"),
    "munin": MUNIN.format("CRITICALs: / is 99.00 (outside range [:98])."),
    "librenms": LIBRENMS.format("", 4711),
    "vcenter": VCENTER.format("Green", "Red", "Green", "Red"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_bare_body_is_claimed(kind: str) -> None:
    found = report(BODIES[kind])
    assert (found.kind, found.sections[0].state) == (kind, State.PROBLEM)


@pytest.mark.parametrize("kind", BODIES)
def test_a_person_who_quotes_it_is_not_the_machine(kind: str) -> None:
    quoted = "\n".join(f"> {line}" for line in BODIES[kind].split("\n"))
    body = f"Hi,\n\ncould you look at this?\n\n{quoted}\n"
    assert report(body, subject="Re: alert", sender="anna@example.org").kind == "human"
    assert report(BODIES[kind], subject="Fwd: alert", sender="anna@example.org").kind == "human"


@pytest.mark.parametrize("kind", BODIES)
def test_every_line_of_the_mail_is_in_a_section(kind: str) -> None:
    kept = {line for one in report(BODIES[kind]).sections for line in one.lines}
    assert {line.rstrip() for line in BODIES[kind].split("\n") if line.strip()} <= kept


@pytest.mark.parametrize("kind", BODIES)
def test_a_mail_that_is_cut_anywhere_is_never_a_recovery(kind: str) -> None:
    body = BODIES[kind]
    for end in range(len(body) // 4, len(body), 7):
        assert all(one.state is not State.OK for one in report(body[:end], subject="x", sender="m@mon01.example.net").sections)


@pytest.mark.parametrize("subject", ["** PROBLEM Service Alert: a/b is DOWN **", "[PROBLEM] a on b is DOWN!", "Check_MK: a/b OK -> CRIT"])
def test_a_subject_alone_makes_no_monitoring_mail(subject: str) -> None:
    assert report("hello\n", subject=subject, sender="root@web07.example.org").kind == "unknown"


def test_performance_data_is_read_with_quotes_and_units() -> None:
    found = metrics("'a b'=1.5ms;2;3 c=-4 d=5% e=x f=6s;7", "s")
    assert [(one.subject, one.value) for one in found] == [("s a b", 1.5), ("s c", -4), ("s d", 5), ("s f", 6)]


def test_long_items_are_cut_and_still_told_apart() -> None:
    one, other = short_item("a " * 200 + "b"), short_item("a " * 200 + "c")
    assert one != other
    assert len(one) <= 120


@pytest.mark.parametrize(
    ("subject", "sender", "kind"),
    [
        ("** PROBLEM Service Alert: web07/HTTP is CRITICAL **", "nagios@mon01.example.net", "nagios"),
        ("[PROBLEM] disk on web07 is CRITICAL!", "icinga2@mon01.example.net", "icinga"),
    ],
)
def test_a_text_of_the_sites_own_goes_by_subject_and_sender(subject: str, sender: str, kind: str) -> None:
    found = report("see the web page\n", subject=subject, sender=sender)
    assert (found.kind, found.host, names(found)) == (kind, "web07", ["problem"])


@pytest.mark.parametrize(
    ("described", "name", "value"),
    [
        ("space usage 95.4% matches resource limit [space usage > 90.0%]", "fs_used", 95.4),
        ("mem usage of 93.1% matches resource limit [mem usage > 90.0%]", "memory_used", 93.1),
        ("loadavg (1min) of 10.7 matches resource limit [loadavg (1min) > 8.0]", "metric", 10.7),
        ("loadavg(1min) check succeeded [current loadavg(1min) = 4.8]", "metric", 4.8),
    ],
)
def test_monit_tells_numbers(described: str, name: str, value: float) -> None:
    body = MONIT.format(event="Resource limit matched", action="alert", described=described)
    (found,) = report(body, subject="monit alert --  x mysql", sender="monit@a.example.org").sections[0].measures
    assert (found.name, found.value) == (name, value)


def test_a_bare_icinga_body_with_a_comment_is_no_new_problem() -> None:
    body = ICINGA.format("CRITICAL", "CRITICAL")
    assert names(report(body)) == ["problem"]
    assert names(report(f"{body}\nComment by icingaadmin:\n  on it\n")) == ["notice"]
