"""sudo, fail2ban, DenyHosts, arpwatch, rkhunter, chkrootkit, AIDE, tripwire, samhain, OSSEC."""

from __future__ import annotations

import pytest

from mailtriage.types import State
from tests.recognise.support import measures, message, names, report, section

SUDO = "web07 : Nov 22 06:12:01 : www2 : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id"
BAN = "Hi,\n\nThe IP 203.0.113.9 has just been banned by Fail2Ban after\n3 attempts against sshd.\n\n\n"
WHOIS = "Here is more information about 203.0.113.9 :\n\nremarks: the jail sshd has been stopped.\n\n"
LOG = "Lines containing failures of 203.0.113.9 (max 1000)\n"
END = "Regards,\n\nFail2Ban"
ARP = (
    "            hostname: printer.example.org\n          ip address: 192.0.2.17\n           interface: eth0\n"
    "    ethernet address: 0:d0:b7:23:72:45\n     ethernet vendor: Intel Corporate\n"
)
OLD_MAC = "old ethernet address: 52:54:0:12:34:56\n old ethernet vendor: <unknown>\n"
AIDE = "Start timestamp: 2026-11-22 06:25:01 +0000 (AIDE 0.18.3)\nAIDE found differences between database and filesystem!!\n\nSummary:\n"
ALERT = (
    "OSSEC HIDS Notification.\n2026 Nov 22 06:12:01\n\nReceived From: ({agent}) 192.0.2.7->/var/log/auth.log\n"
    'Rule: {rule} fired (level 5) -> "text"\nSrc IP: 203.0.113.9\nPortion of the log(s):\n\n{log}\n\n --END OF NOTIFICATION\n\n'
)
BODIES = {
    "sudo": SUDO,
    "fail2ban": BAN + END,
    "denyhosts": "Added the following hosts to /etc/hosts.deny:\n\n203.0.113.9 (unknown)\n",
    "arpwatch": ARP,
    "rkhunter": "Warning: The file properties have changed:\n         File: /usr/bin/curl\nWarning: Hidden directory found: /etc/.git\n",
    "chkrootkit": "ROOTDIR is `/'\nChecking `ls'...                                            not infected\n",
    "aide": AIDE + "  Added entries:\t\t1\n",
    "tripwire": "Tripwire(R) 2.4.3.7 Integrity Check Report\n\nReport Summary:\n\nHost name:                    db03\n",
    "samhain": "-----BEGIN MESSAGE-----\nCRIT   :  [2026-11-22T06:12:01+0000] msg=<POLICY [ReadOnly] C-------TS>, path=</usr/bin/ssh>\n",
    "ossec": ALERT.format(agent="web07", rule=5710, log="x"),
}


@pytest.mark.parametrize(("kind", "body"), BODIES.items(), ids=BODIES)
def test_a_body_without_a_header_is_known_by_its_own_marks(kind: str, body: str) -> None:
    assert report(body).kind == kind


@pytest.mark.parametrize("margin", ["    ", "\t"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_with_a_margin_is_read_like_one_without(body: str, margin: str) -> None:
    bare, found = report(body), report("\n".join(f"{margin}{line}".rstrip() for line in body.split("\n")))
    assert (found.kind, found.host, found.is_complete) == (bare.kind, bare.host, bare.is_complete)
    assert [(s.name, s.item, s.state) for s in found.sections] == [(s.name, s.item, s.state) for s in bare.sections]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("sudo", "web07:Nov 22 20:14:42:zabbix:user NOT in sudoers;TTY=unknown;PWD=/;USER=root;COMMAND=/usr/bin/id\n"),
        ("denyhosts", f"Observed the following suspicious login activity:\n\nbackup: 198.51.100.4\n\n{'-' * 70}\n"),
        (
            "rkhunter",
            "Warning: Process '/sbin/x' (PID 6) is listening on the network.\nWarning: Network TCP port 6667 is being used by /x.\n",
        ),
    ],
)
def test_rarer_forms_of_a_body_without_a_header_are_known(kind: str, body: str) -> None:
    assert report(body).kind == kind


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_person_who_quotes_a_report_and_a_job_that_prints_one_are_not_claimed(body: str) -> None:
    assert report(body, subject="Re: what is this?").kind not in BODIES
    assert report(body, subject="Cron <root@web07> /usr/local/sbin/check", headers=("X-Cron-Env: <SHELL=/bin/sh>",)).kind == "cron"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_mail_cut_anywhere_is_read_without_a_fault(body: str) -> None:
    for end in range(0, len(body), 7):
        assert "failed" not in report(body[:end], subject="*** SECURITY information for web07 ***").note


def test_sudo_names_host_user_and_reason_and_what_a_command_says_does_not_count() -> None:
    found = report(SUDO + " web01 : Nov 22 06:12:01 : anna : 1 incorrect password attempt ; TTY=pts/0")
    assert (found.host, section(found, "refused").item) == ("web07", "www2: user NOT in sudoers")
    assert names(report("web07 : Nov 22 06:12:01 : anna : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id")) == ["used"]


def test_counts_in_a_reason_of_sudo_do_not_make_another_key() -> None:
    items = {section(report(SUDO.replace("user NOT in sudoers", f"{n} incorrect password attempts")), "refused").item for n in (3, 4)}
    assert items == {"www2: # incorrect password attempts"}


def test_a_ban_shows_a_blocker_and_whois_is_a_section_of_its_own() -> None:
    found = report(BAN + WHOIS + END)
    assert names(found) == ["ban", "whois"]
    assert measures(section(found, "ban")) == {("blocker", ""): 1.0, ("banned", "sshd"): 1.0}
    assert found.is_complete


def test_the_end_of_a_ban_written_by_whois_does_not_make_a_cut_mail_whole() -> None:
    assert not report(BAN + WHOIS).is_complete


def test_a_login_among_the_lines_that_led_to_a_ban_is_measured() -> None:
    line = "Nov 22 06:11:50 web07 sshd[812]: {} for root from 203.0.113.9 port 4711 ssh2\n"
    log = LOG + line.format("Failed password") * 3 + line.format("Accepted password")
    assert measures(section(report(BAN + log + END), "log"))["login_after_failures", "root@203.0.113.9"] == 3.0


@pytest.mark.parametrize("address", ["10.0.0.17", "192.168.4.4", "172.31.0.1", "fe80::1", "fd00::7"])
def test_a_ban_of_an_own_address_is_a_section_of_its_own(address: str) -> None:
    assert names(report(BAN.replace("203.0.113.9", address) + END)) == ["own_ban"]


def test_arpwatch_is_read_by_its_subject_and_an_old_mac_makes_any_event_a_change() -> None:
    assert names(report(ARP, subject="new station (192.0.2.17) eth0")) == ["new_station"]
    assert names(report(ARP + OLD_MAC, subject="new activity (192.0.2.17) eth0")) == ["changed"]
    assert names(report(ARP + OLD_MAC)) == ["changed"]
    assert section(report(ARP), "sighting").item == "192.0.2.17"


@pytest.mark.parametrize("mac", ["0:0:5e:0:1:a", "00:00:5e:00:01:0a", "0:0:c:7:ac:1", "0:0:c:9f:f0:1"])
def test_a_flip_flop_with_the_mac_of_a_virtual_router_is_known(mac: str) -> None:
    body = ARP.replace("0:d0:b7:23:72:45", mac) + OLD_MAC
    assert names(report(body, subject="flip flop (gw.example.org) eth0")) == ["virtual_router"]


def test_each_warning_of_rkhunter_is_a_section_with_its_path() -> None:
    found = report(BODIES["rkhunter"], subject="[rkhunter] web07 - Daily report", sender="root@template.example.net")
    assert [(one.name, one.item) for one in found.sections] == [
        ("file_changed", "/usr/bin/curl"),
        ("warning", "Hidden directory found: /etc/.git"),
    ]
    assert found.host == "web07"


def test_an_update_that_changes_many_programs_is_one_section() -> None:
    text = "".join(f"Warning: The file properties have changed:\n         File: /usr/bin/x{n}\n" for n in range(700))
    found = report(text, subject="[rkhunter] web07 - Daily report")
    assert (names(found), section(found, "file_changed").item) == (["file_changed"], "")


def test_a_file_named_like_a_rootkit_is_no_rootkit() -> None:
    found = report("Warning: Hidden file found: /etc/.rootkit: ASCII text\n", subject="[rkhunter] web07 - Daily report")
    assert names(found) == ["warning"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Checking `ls'...                                            INFECTED", "infected"),
        ("Checking `bindshell'...                                     INFECTED (PORTS:  465)", "known_false"),
        ("Checking `bindshell'...                                     INFECTED (PORTS:  465 31337)", "infected"),
        ("Searching for Suckit rootkit...                             Warning: /sbin/init INFECTED", "known_false"),
        ("+Checking `ls'...                                           INFECTED", "infected"),
        ("-Checking `ls'...                                           INFECTED", "output"),
        ("Checking `ls'...                                            not infected", "output"),
    ],
)
def test_infected_is_told_from_what_healthy_hosts_show(line: str, name: str) -> None:
    assert names(report(f"ROOTDIR is `/'\n{line}\n"))[0] == name


def test_aide_tells_the_sensitive_paths_first_and_makes_one_section_of_a_whole_upgrade() -> None:
    listed = "".join(f"f+++++++++++++++++: /srv/{n}\n" for n in range(50_000)) + "f >.... mc..H.    : /etc/shadow\n"
    only = section(report(AIDE + "  Added entries:\t\t50000\n  Changed entries:\t\t1\n\n" + listed), "report")
    assert only.summary.startswith("AIDE found differences: /etc/shadow, /srv/0")
    assert str(only.severity) == "high"
    assert measures(only)["files_added", ""] == 50_000.0


def test_a_verdict_of_aide_that_does_not_fit_its_counts_is_bad() -> None:
    body = AIDE.replace("found differences", "found NO differences") + "  Added entries:\t\t1\n"
    assert section(report(body), "report").state is State.PROBLEM


def test_a_check_that_watched_nothing_closes_nothing() -> None:
    start = "Start timestamp: 2026-11-22 06:25:01 +0000 (AIDE 0.18.3)\n"
    same = f"{start}AIDE found NO differences between database and filesystem. Looks okay!!\n\n"
    assert section(report(f"{same}Number of entries:\t1\n"), "report").state is State.OK
    assert section(report(f"{same}Number of entries:\t0\n"), "report").state is not State.OK
    body = BODIES["tripwire"] + "\nRule Summary: \nTotal objects scanned:  {}\nTotal violations found:  0\n*** End of report ***\n"
    assert section(report(body.format(9)), "report").state is State.OK
    assert section(report(body.format(0)), "report").state is not State.OK


@pytest.mark.parametrize(
    ("latest", "results", "doubt"),
    [
        ("1.4.6", ("No update", "Updated", "Skipped"), ""),
        ("1.4.8", ("No update", "Updated", "Skipped"), "(another version is out: 1.4.6, 1.4.8)"),
        ("1.4.6", ("Skipped", "Skipped", "Skipped"), "(every data file was skipped)"),
    ],
)
def test_an_update_of_rkhunter_that_updated_nothing_is_doubted(latest: str, results: tuple[str, ...], doubt: str) -> None:
    files = "".join(
        f"  Checking file {name}         [ {result} ]\n" for name, result in zip(("a.dat", "b.dat", "i18n/en"), results, strict=True)
    )
    versions = f"[ Rootkit Hunter version 1.4.6 ]\n\n  This version  : 1.4.6\n  Latest version: {latest}\n\n"
    body = f"{versions}Checking rkhunter data files...\n{files}"
    lines = section(report(body, subject="[rkhunter] web07 - Weekly database update"), "update").lines
    assert (lines[-1] if doubt else "") == doubt
    assert len(lines) == (7 if doubt else 6) + 1


def test_tripwire_counts_the_worse_of_subject_and_body() -> None:
    body = BODIES["tripwire"] + "\nRule Summary: \nTotal violations found:  2\n*** End of report ***\n"
    found = report(body, subject="TWReport db03 20261122202638 V:0 S:0 A:0 R:0 C:0")
    assert section(found, "report").state is State.PROBLEM
    assert measures(section(found, "report"))["violations", ""] == 2.0


def test_alerts_of_several_agents_in_one_mail_are_told_apart() -> None:
    text = ALERT.format(agent="web07", rule=5710, log="x") + ALERT.format(agent="db03", rule=5902, log="x")
    found = report(text.replace("\n", "\r\n"), subject="OSSEC Notification - 2 alerts", sender="ossecm@ids.example.org")
    assert (found.host, names(found)) == ("web07", ["login", "account"])
    assert [one.item for one in found.sections] == ["5710: 203.0.113.9", "db03: 5902: 203.0.113.9"]


def test_an_alert_written_into_a_log_line_is_no_alert() -> None:
    log = 'GET /\nOSSEC HIDS Notification.\nRule: 503 fired (level 3) -> "Ossec agent started."'
    assert names(report(ALERT.format(agent="web07", rule=31151, log=log))) == ["web"]


def test_an_alert_without_its_end_line_is_cut_off() -> None:
    assert not report(BODIES["ossec"].replace(" --END OF NOTIFICATION", "")).is_complete


def test_one_mark_alone_is_no_claim() -> None:
    for body in ("Fail2Ban", "AIDE", "Received From: me", "Warning: the lift is broken", "ip address: 192.0.2.1"):
        assert report(body).kind in ("unknown", "human")
    assert message("", subject="[chkrootkit] alert for web07.example.org").subject
    assert report("nothing", subject="[chkrootkit] alert for web07.example.org").kind == "unknown"


def test_a_long_name_of_a_host_and_escapes_do_no_harm() -> None:
    long = "x" * 4000
    assert report(SUDO.replace("web07", long), subject=f"*** SECURITY information for {long} ***").host == "web07.example.org"
    assert report(SUDO.replace("user NOT", "\x1b[2Juser NOT")).kind == "sudo"


def test_a_subject_with_a_higher_level_than_its_alerts_is_doubted() -> None:
    assert report(BODIES["ossec"], subject="OSSEC Notification - (web07) 192.0.2.7 - Alert level 10").note
    assert not report(BODIES["ossec"], subject="OSSEC Notification - (web07) 192.0.2.7 - Alert level 5").note
