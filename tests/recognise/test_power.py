"""Mails of UPSs, of management boards and of firewalls."""

from __future__ import annotations

import pytest

from mailtriage.types import Severity, State
from tests.recognise.support import measures, names, report, section

STATUS = (
    " \nAPC      : 001,036,0877\nHOSTNAME : db03\nUPSNAME  : smart1500\nSTATUS   : {} \nLINEV    : 231.8 Volts\nLOADPCT  : 23.4 Percent\n"
    "BCHARGE  : 98.0 Percent\nTIMELEFT : 31.5 Minutes\n"
)


def test_the_power_of_a_ups_fails_and_returns_under_one_key() -> None:
    failed = "db03 UPS smart1500 Power Failure !!!"
    back = "db03 UPS smart1500 Power has returned"
    bad = section(report(f"{failed}\n" + STATUS.format("ONBATT"), subject=failed), "power")
    good = section(report(f"{back}\n" + STATUS.format("ONLINE")), "power")
    assert (bad.state, bad.severity, good.state, bad.item) == (State.PROBLEM, Severity.HIGH, State.OK, good.item)
    assert measures(good) == {
        ("ups_voltage", "smart1500"): 231.8,
        ("ups_load", "smart1500"): 23.4,
        ("ups_charge", "smart1500"): 98.0,
        ("ups_runtime", "smart1500"): 31.5 * 60,
    }


def test_power_that_is_said_to_be_back_is_not_while_the_battery_runs() -> None:
    back = "db03 UPS smart1500 Power has returned"
    only = section(report(f"{back}\n" + STATUS.format("ONBATT LOWBATT"), subject=back), "power")
    assert (only.state, only.severity) == (State.PROBLEM, Severity.CRITICAL)


def test_a_battery_to_replace_is_told_beside_the_power() -> None:
    back = "db03 UPS smart1500 Power has returned"
    assert names(report(f"{back}\n" + STATUS.format("ONLINE REPLACEBATT"), subject=back)) == ["power", "battery"]


@pytest.mark.parametrize(
    ("line", "name", "state", "severity"),
    [
        ("UPS ups@localhost on battery", "power", State.PROBLEM, Severity.HIGH),
        ("UPS ups@localhost on line power", "power", State.OK, None),
        ("UPS ups@localhost battery is low", "power", State.PROBLEM, Severity.CRITICAL),
        ("UPS ups@localhost: forced shutdown in progress", "power", State.PROBLEM, Severity.CRITICAL),
        ("Communications with UPS ups@localhost lost", "comm", State.PROBLEM, Severity.WARNING),
        ("Communications with UPS ups@localhost established", "comm", State.OK, None),
        ("UPS ups@localhost is unavailable", "comm", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost battery needs to be replaced", "battery", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost: administratively OFF or asleep", "off", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost: no longer administratively OFF or asleep", "off", State.OK, None),
        ("UPS ups@localhost: on bypass (powered, not protecting)", "bypass", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost: no longer on bypass", "bypass", State.OK, None),
        ("UPS ups@localhost: overloaded", "overload", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost: no longer overloaded", "overload", State.OK, None),
        ("UPS ups@localhost: one or more active alarms: [Replace battery!]", "alarm", State.PROBLEM, Severity.WARNING),
        ("UPS ups@localhost is no longer in an alarm state (no active alarms)", "alarm", State.OK, None),
        ("UPS ups@localhost: calibration in progress", "notice", State.INFO, Severity.INFO),
    ],
)
def test_each_message_of_upsmon_is_known(line: str, name: str, state: State, severity: Severity | None) -> None:
    for found in (report(f"{line}\n", subject="UPS alert"), report(f"{line}\n")):
        only = section(found, name)
        assert (found.kind, only.item, only.state, only.severity) == ("nut", "ups@localhost", state, severity)


def test_a_talk_about_a_ups_is_no_alert() -> None:
    assert report("Hello,\n\nthe UPS in the cellar is on battery again, can you look?\n", subject="UPS").kind != "nut"


def test_a_repair_closes_what_the_board_told() -> None:
    body = "EVENT (20 Nov 11:02): Power Supply #1 Status has changed to: {}.\n\nServer Name: db03.example.net\n"
    bad = report(body.format("Failed"), subject="iLO AlertMail-003: (CRITICAL) Power Supply #1: Failed")
    good = report(body.format("OK"), subject="iLO AlertMail-004: (REPAIRED) Power Supply #1: Repaired")
    assert (bad.kind, bad.host) == ("ilo", "db03.example.net")
    assert (section(bad, "problem").item, section(good, "recovery").state) == (section(good, "recovery").item, State.OK)


def test_the_severity_and_the_words_of_an_idrac_mail_both_count() -> None:
    body = "System Host Name: db03.example.net\nEvent Message: {}\nSeverity: {}\nMessage ID: PDR8\nService Tag: 7ABCDE1\n"
    assert names(report(body.format("Drive 3 is removed.", "Informational"))) == ["problem"]
    assert names(report(body.format("A user logged in.", "Informational"))) == ["notice"]
    assert names(report(body.format("Something new.", "Critical"))) == ["problem"]
    assert names(report(body.format("The power supplies are redundant.", "Informational"))) == ["recovery"]


def test_the_last_row_of_a_sensor_decides() -> None:
    row = "   1 | 11/22/2026 | 06:11:02 | Fan #0x41 | Lower Critical going low | {}\n"
    found = report(row.format("Asserted") + row.format("Deasserted"), subject="IPMI SEL entries")
    assert names(found)[0] == "recovery"
    assert names(report(row.format("Asserted"), subject="IPMI SEL entries"))[0] == "problem"


def test_pairs_in_one_firewall_mail_are_netted() -> None:
    head = f"Notifications in this message: 2\n{'=' * 35}\n\n"
    down, up = (
        "15:23:03 MONITOR: WAN_DHCP is down, omitting from routing group F\n",
        "15:24:41 MONITOR: WAN_DHCP is available now, adding\n",
    )
    subject = "fw1.example.org - Notification"
    assert names(report(head + down + up, subject=subject)) == ["notice", "notice"]
    again = report(head + down + up + down, subject=subject)
    assert (again.host, names(again)) == ("fw1.example.org", ["problem", "notice"])


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("db03 UPS smart1500 battery needs changing NOW", ["doubt", "battery"]),
        ("db03 UPS smart1500 Power Failure !!!", ["power"]),
        ("db03 Communications with UPS smart1500 lost", ["doubt", "comm"]),
        ("UPS power failure on db03", ["doubt"]),
    ],
)
def test_a_good_text_under_a_bad_subject_closes_no_trouble_of_a_ups(subject: str, wanted: list[str]) -> None:
    found = report("db03 UPS smart1500 Power has returned\n" + STATUS.format("ONLINE"), subject=subject)
    assert names(found) == wanted
    assert State.OK not in [one.state for one in found.sections]


def test_a_second_sentence_of_apcupsd_is_read() -> None:
    back = "db03 UPS smart1500 Power has returned"
    found = report(f"{back}\n" + STATUS.format("ONLINE") + "\ndb03 UPS smart1500 battery needs changing NOW.\n", subject=back)
    assert [(one.name, one.state) for one in found.sections] == [("doubt", State.INFO), ("battery", State.PROBLEM)]


@pytest.mark.parametrize("subject", ["UPS ups@localhost on battery", "UPS other@localhost on battery", "UPS power failure on db03"])
def test_a_good_sentence_of_upsmon_under_a_bad_subject_closes_nothing(subject: str) -> None:
    found = report("UPS ups@localhost on line power\n", subject=subject)
    assert found.kind == "nut"
    assert State.OK not in [one.state for one in found.sections]


def test_a_board_is_as_bad_as_the_worse_of_subject_and_text() -> None:
    body = "EVENT (20 Nov 11:02): Power Supply #1 Status has changed to: {}.\n\niLO URL: https://ilo-db03.example.net\n"
    good, bad = "iLO AlertMail-004: (REPAIRED) Power Supply #1: Repaired", "iLO AlertMail-003: (CRITICAL) Power Supply #1: Failed"
    assert names(report(body.format("OK"), subject=good)) == ["recovery"]
    for subject, state in ((good, "Failed"), (bad, "OK")):
        assert section(report(body.format(state), subject=subject), "problem").item == "Power Supply #1"


def test_a_second_event_of_a_board_is_told_and_closes_nothing() -> None:
    body = "EVENT (20 Nov 11:02): Fan 1 Status has changed to: OK.\nEVENT (20 Nov 11:04): Fan 3 Status has changed to: Failed.\n"
    found = report(body, subject="iLO AlertMail-004: (REPAIRED) Fan 1: Repaired")
    assert (names(found), found.sections[0].item, found.is_complete) == (["problem"], "Fan 3", False)


@pytest.mark.parametrize("line", ["WAN2 is down", "MONITOR: WAN2 is down, omitting from routing group F", "Filesystem / is read-only"])
def test_trouble_behind_a_gateway_that_is_back_is_told(line: str) -> None:
    up = "15:24:41 MONITOR: WAN_DHCP is available now, adding to routing group F"
    found = report(f"Notifications in this message: 1\n{'=' * 35}\n\n{up}\n{line}\n", subject="fw1.example.org - Notification")
    assert names(found) == ["recovery", "problem", "notice"]
    assert "WAN2" not in line or names(report(f"{up} {line}\n", subject="fw1.example.org - Notification"))[0] != "recovery"


@pytest.mark.parametrize("text", ["UPS " * 100000, "|" * 200000, "EVENT (" * 50000, "Sensor: " * 50000, "x: \n" * 100000])
def test_megabytes_of_nonsense_never_fail(text: str) -> None:
    assert report(text, subject="IPMI UPS MegaRAID alert").sections
