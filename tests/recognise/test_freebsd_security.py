"""The security run: what its readers tell that single lines cannot, and that strangers' text decides nothing."""

from __future__ import annotations

import pytest

from mailtriage.recognise._syslog import read_logins
from mailtriage.types import Measure, Severity
from tests.golden import outcome_of, shipped_rules
from tests.recognise.support import measures, names, periodic, section

FAILED = "Nov 21 00:11:04 web07 sshd[12]: Failed password for {user} from {address} port 4711 ssh2"
ACCEPTED = "Nov 21 00:12:04 web07 sshd[13]: Accepted {method} for {user} from {address} port 4711 ssh2"


def kernel(*lines: str, sign: str = "+") -> dict[tuple[str, str], float]:
    body = "web07.example.org kernel log messages:\n" + "\n".join(sign + line for line in lines)
    return measures(section(periodic(body, part="security"), "kernel_messages"))


def logins(*lines: str) -> dict[tuple[str, str], float]:
    return told(read_logins(lines))


def told(found: tuple[Measure, ...]) -> dict[tuple[str, str], float]:
    return {(measure.name, measure.subject): measure.value for measure in found}


def failed(user: str = "root", address: str = "203.0.113.9") -> str:
    return FAILED.format(user=user, address=address)


def accepted(user: str = "root", address: str = "203.0.113.9", method: str = "password") -> str:
    return ACCEPTED.format(user=user, address=address, method=method)


DOWN, UP = "em0: link state changed to DOWN", "em0: link state changed to UP"
BOOT = ("---<<BOOT>>---", "Copyright (c) 1992-2023 The FreeBSD Project.", "em0: link state changed to DOWN")


@pytest.mark.parametrize(
    ("lines", "is_down"),
    [
        ((DOWN,), True),
        ((DOWN, UP), False),
        ((UP, DOWN), True),
        ((DOWN, UP, DOWN), True),
        (BOOT, False),
        ((DOWN, *BOOT), False),
        ((*BOOT, UP), False),
        ((*BOOT, UP, DOWN), True),
        (("em0.20: link state changed to DOWN",), True),
        (("epair0a: link state changed to DOWN",), False),
        (("tun0: link state changed to DOWN",), False),
        (("[4711] em0: link state changed to DOWN",), True),
        (("<6>[4711] em0: link state changed to DOWN",), True),
    ],
)
def test_a_link_is_down_if_it_did_not_come_back_and_the_host_did_not_boot(lines: tuple[str, ...], is_down: bool) -> None:
    for sign in ("+", "> "):
        assert any(name == "link_is_down" for name, _ in kernel(*lines, sign=sign)) is is_down


def test_each_time_a_link_goes_down_is_counted() -> None:
    assert kernel(*[DOWN, UP] * 7)["link_downs", "em0"] == 7
    assert ("link_downs", "em0") not in kernel(*BOOT, UP)


def test_crashes_are_counted_for_each_program() -> None:
    crash = "pid {} ({}), jid 3, uid 80: exited on signal 11 (core dumped)"
    found = kernel(*[crash.format(number, "php-fpm") for number in range(6)], crash.format(7, "a program"))
    assert (found["crashes", "php-fpm"], found["crashes", "a program"]) == (6, 1)


def test_two_lines_of_one_banner_are_one_boot() -> None:
    assert kernel(*BOOT)["boots", ""] == 1
    assert kernel("Copyright (c) 1992-2012 The FreeBSD Project.")["boots", ""] == 1


AUDIT = "Checking for packages with security vulnerabilities:\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("curl-8.4.0\npy311-urllib3-1.26.18,1", {"curl": 1, "py311-urllib3": 1}),
        ("curl-8.4.0 is vulnerable:\n  x\n\n2 problem(s) in 1 package(s) found.", {"curl": 1}),
        ("curl-8.5.0_1", {"curl": 1}),
        ("Host system:\n\njail: www\ncurl-8.4.0\n\nchroot: /jails/db\ncurl-8.4.0", {"www/curl": 1, "/jails/db/curl": 1}),
        ("Affected package: php5-5.2.6\nType of problem: x.", {"php5": 1}),
        ("3 problem(s) in 2 package(s) found.", {"packages": 3}),
        ("0 problem(s) in 0 package(s) found.", {}),
        ("Database fetched: 2026-11-22T12:19+00:00", {}),
        ("mailman-2.1.34: Tag: deprecated Value: x", {}),
    ],
)
def test_a_vulnerable_package_is_named_without_its_version_and_with_its_jail(body: str, expected: dict[str, float]) -> None:
    found = measures(section(periodic(AUDIT + body, part="security"), "pkg_audit"))
    assert {subject: value for (name, subject), value in found.items() if name == "vulnerability"} == expected


def test_files_that_differ_from_a_package_are_counted_for_each_package() -> None:
    body = "Checking for packages with mismatched checksums:\nHost system:\ncurl-8.4.0: /a\ncurl-8.4.0: /b\n\njail: www\nsudo-1.9: /c"
    found = measures(section(periodic(body, part="security"), "pkg_checksums"))
    assert found == {("package_damage", "curl"): 2, ("package_damage", "www/sudo"): 1}


def test_a_file_cannot_pass_for_another_by_its_name() -> None:
    old = "-101 -r-sr-xr-x  1 root  wheel  26944 Jun 24 03:12:31 2025 /usr/bin/su"
    new = "+202 -r-sr-xr-x  1 root  wheel  26944 Nov 21 13:12:31 2026 /home/x 00:00:00 2026 /usr/bin/su"
    found = measures(section(periodic(f"web07.example.org setuid diffs:\n{old}\n{new}", part="security"), "setuid_diff"))
    assert found == {("setuid_new", "/home/x 00:00:00 2026 /usr/bin/su"): 1}


def test_a_file_system_that_turned_read_only_is_seen() -> None:
    body = "web07.example.org changes in mounted filesystems:\n-/dev/a /home ufs rw 2 2\n+/dev/a /home ufs ro 2 2\n-/dev/b /srv ufs rw 2 2"
    assert measures(section(periodic(body, part="security"), "mount_diff")) == {("mount_readonly", "/home"): 1, ("mount_gone", "/srv"): 1}


def test_a_firewall_table_of_a_blocker_shows_the_blocker() -> None:
    rule = "+block drop in quick on em0 from <{}> to any [ Evaluations: 9 Packets: 3 Bytes: 180 States: 0 ]"
    for table, has_blocker in (("sshguard", True), ("port22", True), ("f2b-sshd", True), ("badguys", False)):
        found = measures(section(periodic(f"web07.example.org pf denied packets:\n{rule.format(table)}", part="security"), "pf_denied"))
        assert (("blocker", "") in found) is has_blocker
        assert (found["denied_packets", "pf"], found["denied_bytes", "pf"]) == (3, 180)


def test_failures_are_counted_for_each_address_once_an_attempt() -> None:
    found = logins(
        "Nov 21 00:11:02 web07 sshd[12]: Invalid user oracle from 203.0.113.9 port 51122",
        "Nov 21 00:11:04 web07 sshd[12]: Failed password for invalid user oracle from 203.0.113.9 port 51122 ssh2",
        "Nov 21 00:11:05 <auth.info> web07 sshd[12]: error: PAM: authentication error for illegal user oracle from 203.0.113.9",
        "2026-11-22T20:15:26.123456+00:00 web07 sshd-session[12]: Invalid user x from 198.51.100.7 port 1",
    )
    assert found == {("failed_logins", "203.0.113.9"): 1, ("failed_logins", "198.51.100.7"): 1}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((failed(), failed(), accepted()), {"root@203.0.113.9": 2}),
        ((failed("invalid user x"), accepted("anna")), {"anna@203.0.113.9": 1}),
        ((accepted(), failed()), {}),
        ((failed(), accepted(address="192.0.2.7")), {"root@192.0.2.7": 1}),
        ((failed(), accepted(address="192.0.2.7", method="publickey")), {}),
        ((failed("invalid user anna"), accepted("anna", address="192.0.2.7")), {}),
        ((failed(), "Nov 21 00:12:04 web07 sshd[14]: pam_unix(sshd:session): session opened for user root by (uid=0)"), {"root": 1}),
        ((failed(), "Nov 21 00:12:04 web07 cron[14]: pam_unix(cron:session): session opened for user root by (uid=0)"), {}),
    ],
)
def test_a_login_after_failures_is_told(lines: tuple[str, ...], expected: dict[str, float]) -> None:
    assert {subject: value for (name, subject), value in logins(*lines).items() if name == "login_after_failures"} == expected


@pytest.mark.parametrize(
    ("line", "is_blocker"),
    [
        ('Nov 21 00:11:02 web07 sshguard[611]: Blocking "203.0.113.9/32" for 120 secs (3 attacks in 1 secs)', True),
        ('Nov 21 00:11:02 web07 sshguard[611]: Attack from "203.0.113.9" on service SSH with danger 10.', True),
        ("Nov 21 00:11:02 web07 fail2ban.actions[611]: NOTICE [sshd] Ban 203.0.113.9", True),
        ("2026-11-22 20:15:26,123 fail2ban.actions        [812]: NOTICE  [sshd] Ban 203.0.113.9", True),
        ("Nov 21 00:11:02 web07 blacklistd[611]: blocked 203.0.113.9/32:22 for -1 seconds", True),
        ("Nov 21 00:11:02 web07 sshd[611]: Invalid user sshguard[1]: Blocking from 203.0.113.9 port 1", False),
        ("Nov 21 00:11:02 web07 sshguard[611]: Could not initialize the firewall", False),
    ],
)
def test_a_blocker_is_known_by_its_own_lines(line: str, is_blocker: bool) -> None:
    assert (("blocker", "") in logins(line)) is is_blocker


def test_a_name_that_a_stranger_chose_is_no_login_and_no_address() -> None:
    name = "Accepted password for root from 192.0.2.1 port 22 ssh2"
    found = logins(
        failed(), f"Nov 21 00:11:02 web07 sshd[12]: Invalid user {name} from 203.0.113.77 port 1", failed(f"invalid user {name}")
    )
    assert found == {("failed_logins", "203.0.113.9"): 2, ("failed_logins", "203.0.113.77"): 1}


@pytest.mark.parametrize(
    "name", ["-- End of security output --", "\n\n-- End of security output --\n", "\n\nChecking for uids of 0:\nroot 0\n"]
)
def test_a_name_that_a_stranger_chose_begins_and_ends_nothing(name: str) -> None:
    line = f"Nov 21 00:11:02 web07 sshd[12]: Invalid user {name} from 203.0.113.9 port 1"
    found = periodic(
        f"Checking for uids of 0:\nroot 0\n\nweb07.example.org login failures:\n{line}\n\nweb07.example.org refused connections:",
        part="security",
    )
    assert names(found) == ["uid0", "login_failures", "refused_connections"]
    assert found.is_complete


def test_what_the_password_file_says_goes_into_no_event() -> None:
    line = "scan:$6$mNx1qvUbzT$notahash:1044:1044::0:0:Scanner &:/home/scan:/bin/sh"
    body = f"\nChecking for passwordless accounts:\n{line}\n\n-- End of security output --\n"
    mail = f"From: root@web07.example.org\nSubject: web07.example.org daily security run output\n\n{body}"
    (event,) = outcome_of(mail.encode(), shipped_rules()).events
    assert (event.check, event.item, event.severity) == ("passwordless", "scan", Severity.HIGH)
    assert "notahash" not in f"{event.key} {event.summary}"


@pytest.mark.parametrize(
    "line", ["Invalid user " + " from 1.2.3.4" * 200_000, "Failed password for " + " from 1.2.3.4 port 1" * 180 + "x", "+" * 500_000]
)
def test_long_lines_are_read_in_bounded_time(line: str) -> None:
    assert logins(*[f"Nov 21 00:11:02 web07 sshd[12]: {line}"] * 20) is not None
    assert kernel(line)["kernel_lines", ""] == 1
