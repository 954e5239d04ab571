"""Mails about updates and certificates: what they are cut into, how they are known, and what hostile ones do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.types import RawMail, State
from tests.golden import SAMPLES, in_words, outcome_of, shipped_rules
from tests.recognise.support import NOON, measures, message, names, report, section

KINDS = (
    "unattended_upgrades",
    "apticron",
    "cron_apt",
    "apt_listchanges",
    "debsecan",
    "dnf_automatic",
    "yum_cron",
    "certificate",
    "registrar",
)


def sample(kind: str, name: str) -> bytes:
    return (SAMPLES / kind / f"{name}.eml").read_bytes()


def body(kind: str, name: str) -> str:
    """The decoded body of a sample, as it would be posted without its header."""
    return parse(RawMail(id="0", received_at=NOON, data=sample(kind, name))).text


def verdict(text: str) -> str:
    return str(outcome_of(b"\n" + text.encode(), shipped_rules()).verdict)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("unattended_upgrades", "upgraded"),
        ("unattended_upgrades", "dpkg-failed"),
        ("unattended_upgrades", "german-failed"),
        ("unattended_upgrades", "old-form-true"),
        ("apticron", "pending"),
        ("cron_apt", "pending"),
        ("debsecan", "remote-high"),
        ("dnf_automatic", "applied"),
        ("yum_cron", "applied"),
        ("yum_cron", "available"),
        ("certificate", "acme-10-days"),
    ],
)
def test_a_body_without_a_header_is_known_by_its_own_marks(kind: str, name: str) -> None:
    assert report(body(kind, name)).kind == kind


def test_a_plain_success_is_quiet_also_without_a_header() -> None:
    assert verdict(body("unattended_upgrades", "upgraded")) == "drop"


@pytest.mark.parametrize("name", ["upgraded", "nothing-to-do"])
def test_blanks_lost_on_the_way_do_not_matter(name: str) -> None:
    text = "\n".join(line.strip() for line in body("unattended_upgrades", name).split("\n"))
    assert verdict(text.replace(" 3 files", "3 files")) in ("drop", "digest")
    assert report(text).sections[0].lines[0].startswith("Unattended upgrade result: ")
    assert "unattended and" in report(text).sections[0].lines[0] or name == "upgraded"


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_who_quotes_such_a_mail_is_not_taken_for_it(kind: str) -> None:
    first = sorted((SAMPLES / kind).glob("*.eml"))[0]
    quoted = "\n".join(f"> {line}" for line in body(kind, first.stem).split("\n"))
    found = report(
        f"Hi,\n\nwhat does this mean?\n\nOn Sun, 22 Nov 2026 root wrote:\n{quoted}\n",
        subject="Re: unattended-upgrades",
        sender="anna@example.org",
    )
    assert found.kind not in KINDS


def test_one_mark_alone_is_not_enough() -> None:
    assert report("Hello", subject="unattended-upgrades result for web07: SUCCESS").kind == "unknown"
    assert report("apticron report [today]\n\nnothing else").kind == "unknown"
    assert report("nothing", subject="Updates applied on 'web07'.").kind == "unknown"
    assert report("The talk is about domains.", subject="My domain renewal talk", sender="anna@example.org").kind != "registrar"


def test_the_host_is_the_one_the_subject_names_not_the_mail_name() -> None:
    text = body("unattended_upgrades", "upgraded")
    found = report(text, subject="unattended-upgrades result for db03.example.net: SUCCESS", sender="root@template.example.net")
    assert found.host == "db03.example.net"


def test_a_long_name_of_the_sender_completes_a_short_one() -> None:
    found = report(body("unattended_upgrades", "upgraded"), subject="unattended-upgrades result for 'web07': True")
    assert found.host == "web07.example.org"


def test_flags_packages_and_lists_have_sections_of_their_own() -> None:
    found = recognise(parse(RawMail(id="0", received_at=NOON, data=sample("unattended_upgrades", "held-back"))))
    assert names(found) == ["result", "packages", "held", "reboot"]
    assert measures(section(found, "packages")) == {("updates_applied", ""): 3}
    assert measures(section(found, "held")) == {("updates_held", ""): 1}
    assert measures(section(found, "reboot")) == {("reboot_required", ""): 0}


def test_a_failure_in_the_subject_outweighs_a_healthy_body() -> None:
    text = body("unattended_upgrades", "upgraded")
    found = report(text, subject="unattended-upgrades result for web07.example.org: FAILURE")
    assert section(found, "result").lines[0] == "FAILURE in the subject"


def test_words_of_a_changelog_never_raise() -> None:
    text = body("apticron", "pending").replace("a panic", "dpkg: error processing package x, E: broken, FAILED, panic")
    words = in_words(outcome_of(b"\n" + text.encode(), shipped_rules()))
    assert words["verdict"] == "digest"


def test_a_changelog_that_quotes_the_last_words_does_not_end_there() -> None:
    text = body("apticron", "pending").replace("  * Fix", "You can perform the upgrade by issuing the command:\n  * Fix")
    assert "CVE-2026-1234" in section(report(text), "changelog").text


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("The certificate for www.example.org expires in 7 days.", 7),
        ("SSL certificate www.example.org will expire in less than 14 days", 14),
        ("Das Zertifikat für www.example.org läuft in 3 Tagen ab.", 3),
        ("The certificate of www.example.org has expired on Nov 20.", 0),
        ("The certificate of www.example.org expires tomorrow.", 1),
    ],
)
def test_the_days_that_are_left_are_read(sentence: str, days: int) -> None:
    found = report(sentence, subject="SSL certificate of www.example.org will expire", sender="root@mon.example.org")
    assert found.kind == "certificate"
    assert [measure.value for measure in found.sections[0].measures] == [days]


def test_a_person_who_writes_of_a_certificate_stays_a_person() -> None:
    text = "Hi Max,\n\nour certificate for www.example.org expires in 3 days, can you renew it please?\n\nThanks\nAnna\n"
    assert report(text, subject="certificate expires", sender="Anna Muster <anna@example.org>").kind == "human"


def test_a_check_of_a_monitoring_system_is_not_a_certificate_notice() -> None:
    text = "***** Nagios *****\n\nNotification Type: PROBLEM\n\nService: SSL certificate\nSSL certificate expires in 3 days\n"
    assert report(text, subject="** PROBLEM Service Alert: web07/SSL certificate expires is WARNING **").kind != "certificate"


def test_a_table_that_lists_fewer_packages_than_it_counts_is_held() -> None:
    text = body("dnf_automatic", "applied").replace("Upgrade  3 Packages", "Upgrade  30 Packages")
    assert not report(text, subject="Updates applied on 'app05.example.net'.").is_complete


def test_an_error_behind_the_table_makes_it_bad() -> None:
    text = body("dnf_automatic", "applied") + "Error: Scriptlet failed in kernel-core\n"
    assert section(report(text, subject="Updates applied on 'app05.example.net'."), "applied").state is State.PROBLEM


@pytest.mark.parametrize(
    ("kind", "name", "old", "new"),
    [
        ("unattended_upgrades", "upgraded", "All upgrades installed\n\nPackages", "Upgrade was interrupted\n\nPackages"),
        (
            "unattended_upgrades",
            "upgraded",
            "Setting up openssl (3.0.15-1~deb12u1) ...",
            "Setting up openssl (3.0.15-1~deb12u1) ... failed",
        ),
        ("unattended_upgrades", "upgraded", "No services need to be restarted.", "2 services need to be restarted."),
        (
            "unattended_upgrades",
            "upgraded",
            "Processing triggers for man-db",
            "Errors were encountered while processing triggers for man-db",
        ),
        ("unattended_upgrades", "upgraded", "Packages that were upgraded:", "Packages that attempted to upgrade:"),
        ("apticron", "no-updates", "No new packages today.", "No new packages today, 3 held."),
        ("cron_apt", "nothing", "0 upgraded", "1 upgraded"),
        ("debsecan", "nothing-known", "No known vulnerabilities", "4 known vulnerabilities"),
        ("dnf_automatic", "applied", "have been applied", "could not be applied"),
        ("yum_cron", "applied", "successfully applied", "partly applied"),
    ],
)
def test_a_sick_word_in_a_quiet_mail_keeps_it(kind: str, name: str, old: str, new: str) -> None:
    text = body(kind, name)
    assert old in text
    head = sample(kind, name).partition(b"\n\n")[0].decode()
    plain = "\n".join(line for line in head.split("\n") if not line.lower().startswith(("content-", "mime-")))
    outcome = outcome_of(f"{plain}\n\n{text.replace(old, new)}".encode(), shipped_rules())
    assert str(outcome.verdict) != "drop"


@pytest.mark.parametrize("kind", KINDS)
def test_megabytes_and_nonsense_are_judged_in_time(kind: str) -> None:
    path = sorted((SAMPLES / kind).glob("*.eml"))[0]
    head = path.read_bytes().partition(b"\n\n")[0]
    text = body(kind, path.stem)
    started = time.monotonic()
    for junk in (
        "a" * 2_000_000,
        "SSL certificate " * 60_000,
        " x86_64 1 2 3 k\n" * 60_000,
        "\x1b[31mCVE-2026-1 ***\n" * 50_000,
        "x. " * 300_000,
    ):
        recognise(parse(RawMail(id="0", received_at=NOON, data=head + b"\n\n" + f"{text}{junk}".encode())))
        recognise(message(f"{text}\n{junk}", subject="SSL certificate " * 200 + "expires " * 200))
    assert time.monotonic() - started < 20


def test_every_line_lands_in_a_section() -> None:
    lost = []
    for kind in KINDS:
        for path in sorted(Path(SAMPLES / kind).glob("*.eml")):
            mail = parse(RawMail(id="0", received_at=NOON, data=path.read_bytes()))
            kept = "\n".join(f"{one.heading}\n{one.text}" for one in recognise(mail).sections)
            lost += [(path.stem, line) for line in mail.text.split("\n") if line.strip() and line.strip() not in kept]
    assert [line for line in lost if not line[1].startswith(" ")] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" libssl3 openssl tzdata\n", " disk sda is dying\n"),
        (" libssl3 openssl tzdata\n", " libssl3 openssl tzdata\n backup of sda failed\n"),
        (" libssl3 openssl tzdata\n", " libssl3 openssl tzdata\n smartd failing\n"),
        ("upgraded: libssl3 openssl tzdata\n", "upgraded: disk sda is dying\n"),
        ("Processing triggers for man-db", "Removing openssh-server (1:9.2p1-2) ...\nProcessing triggers for man-db"),
        (
            "Processing triggers for man-db",
            "Purging configuration files for openssh-server (1:9.2p1-2) ...\nProcessing triggers for man-db",
        ),
    ],
)
def test_a_sentence_is_no_list_and_a_removal_must_be_listed(old: str, new: str) -> None:
    text = sample("unattended_upgrades", "upgraded").decode()
    assert old in text
    assert outcome_of(text.replace(old, new).encode(), shipped_rules()).verdict == "digest"


@pytest.mark.parametrize(
    "names", ["libssl3 openssl tzdata g++ libc6:i386", "libssl3 openssl tzdata\n linux-image-6.1.0-28-amd64 gcc-12-base"]
)
def test_names_of_packages_are_a_list(names: str) -> None:
    text = sample("unattended_upgrades", "upgraded").decode()
    assert outcome_of(text.replace(" libssl3 openssl tzdata\n", f" {names}\n", 1).encode(), shipped_rules()).verdict == "drop"
