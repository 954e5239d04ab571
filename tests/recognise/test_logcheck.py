"""logcheck."""

from __future__ import annotations

import pytest

from mailtriage.types import Report, Verdict
from tests.golden import outcome_of, shipped_rules
from tests.recognise.support import measures, names, report, section

INTRO = (
    "This email is sent by logcheck. If you no longer wish to receive\n"
    "such mail, you can either uninstall the logcheck package or modify\n\n"
)
LINE = "Nov 22 06:11:50 web07 sshd[812]: Invalid user {} from 203.0.113.9 port 4711"
SUBJECT = "web07 2026-11-22 06:12 +0000 System Events"


def logcheck(*parts: tuple[str, str], subject: str = SUBJECT) -> Report:
    body = "".join(f"{heading}\n{'=-' * (len(heading) // 2)}\n{lines}\n\n" for heading, lines in parts)
    return report(INTRO + body, subject=subject, sender="logcheck@web07.example.org")


def test_each_class_is_a_section() -> None:
    found = logcheck(("Security Alerts for x", LINE), ("Security Events for sudo", LINE), ("System Events", LINE))
    assert names(found) == ["intro", "security_alerts", "security_events", "system_events"]
    assert section(found, "security_events").item == "Security Events for sudo"


def test_subjects_of_old_and_new_releases_name_the_host() -> None:
    for subject in (SUBJECT, "db03 2006-03-03 05:02 Security Events", "db03 03/03/06:05.02 system check", f"[logcheck] {SUBJECT}"):
        assert logcheck(("System Events", LINE), subject=subject).host.split(".")[0] in subject


def test_a_reboot_in_the_subject_is_a_section() -> None:
    assert names(logcheck(("System Events", LINE), subject=f"Reboot: {SUBJECT}"))[0] == "reboot"


def test_a_body_without_a_header_is_known_and_the_host_is_that_of_its_lines() -> None:
    found = report(f"System Events\n=-=-=-=-=-=-=\n{LINE}\n")
    assert (found.kind, found.host) == ("logcheck", "web07")


def test_a_user_name_neither_begins_nor_ends_a_section() -> None:
    lines = "\n".join([LINE.format("System Events"), LINE.format("=-=-=-=-=-=-="), LINE.format("x")])
    found = logcheck(("Security Events", lines))
    assert names(found) == ["intro", "security_events"]
    assert len(section(found, "security_events").lines) == 3


def test_a_login_after_failures_is_measured() -> None:
    failed = "Nov 22 06:11:50 web07 sshd[812]: Failed password for root from 203.0.113.9 port 4711 ssh2"
    found = logcheck(("System Events", "\n".join([failed] * 6 + [failed.replace("Failed", "Accepted")])))
    assert measures(section(found, "system_events"))["login_after_failures", "root@203.0.113.9"] == 6.0


def test_a_mail_without_a_finding_is_cut_off() -> None:
    assert not report(INTRO, subject=SUBJECT, sender="logcheck@web07.example.org").is_complete


def test_a_logcheck_that_could_not_run_says_so() -> None:
    found = report(
        "Logcheck failed: Your log entries may not have been checked.\n\nDetails:\nx\n",
        subject="Logcheck: web07 2026-11-22 06:12 +0000 exiting due to errors",
    )
    assert names(found) == ["failure"]


def test_a_megabyte_is_read_in_time() -> None:
    found = logcheck(("System Events", "\n".join([LINE.format("a " * 40)] * 8000)))
    assert len(section(found, "system_events").lines) == 8000


@pytest.mark.parametrize(("n_lines", "verdict"), [(300, Verdict.DROP), (301, Verdict.DIGEST)])
def test_a_flood_of_strangers_is_told(n_lines: int, verdict: Verdict) -> None:
    lines = "\n".join(LINE.format(n) for n in range(n_lines))
    body = f"{INTRO}System Events\n=-=-=-=-=-=-=\n{lines}\n"
    outcome = outcome_of(f"From: logcheck@web07.example.org\nSubject: {SUBJECT}\n\n{body}".encode(), shipped_rules())
    assert (outcome.kind, outcome.verdict) == ("logcheck", verdict)


def test_a_subject_of_a_worse_class_than_the_text_is_doubted() -> None:
    assert logcheck(("System Events", LINE), subject=SUBJECT.replace("System Events", "Security Alerts")).note
    assert not logcheck(("System Events", LINE)).note


def test_a_report_with_a_margin_is_read_and_its_underlines_are_kept() -> None:
    found = report(f"    System Events\n    =-=-=-=-=-=-=\n    {LINE}\n")
    assert (found.kind, found.host) == ("logcheck", "web07")
    assert section(found, "system_events").lines == (LINE,)
    assert section(found, "intro").lines == ("=-=-=-=-=-=-=",)
