"""A simulated week of 75 hosts: exact, plausible, and honest about what it holds."""

from __future__ import annotations

import email
import email.policy
import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mailtriage.recognise import kinds, name
from mailtriage.simulate import Fleet, Label, Role, SimulatedMail, fleet, mails, truth_document
from mailtriage.simulate.timeline import ALL_TYPES

START = datetime(2026, 11, 16, tzinfo=UTC)
Week = tuple[Fleet, list[SimulatedMail]]

# The headings that FreeBSD's periodic scripts and their ports print (9.x to main).
HEADINGS = re.compile(
    r"^(Removing old temporary files:|Removing stale files from /var/(preserve|rwho):|Cleaning out old system announcements:|"
    r"Rotating accounting logs and gathering statistics:|Tidying Exim hints databases:|"
    r"Backup passwd and group files:|\S+ (passwd|group|aliases) diffs:|Verifying group file syntax:|Backing up mail aliases:|"
    r"Backing up package db directory:|Dump of kern\.geom\.conftxt:|Backup of (partitions information for|boot partition content|"
    r"MBR record|EFI partition content):|Backup of ZFS information for all imported pools|Disk status:|"
    r"Last dump\(s\) done \(Dump '>' file systems\):|Checking status of (zfs pools|gmirror\(8\) devices|mfi\(4\) devices):|"
    r"Network interface status:|Local (network )?system status:|Mail in (local|submit) queue:|Security check:|"
    r"Checking for rejected mail hosts:|Checking for denied zone transfers \(AXFR and IXFR\):|NTP status:|"
    r"Checking userland and kernel versions:|Scrubbing of zfs pools:|Trimming of zfs pools:|Running \S+:|"
    r"Backing up pkg(ng)? database:|SMART status:|Checking setuid files and devices:|Checking negative group permissions:|"
    r"Checking for uids of 0:|Checking for passwordless accounts:|Checking login\.conf permissions:|"
    r"Checking for ports with mismatched checksums:|Checking for packages with (mismatched checksums|missing dependencies|"
    r"security vulnerabilities):|Checking for security vulnerabilities in base \(userland & kernel\):|"
    r"Checking for a current audit database:|\S+ (setuid diffs|kernel log messages|login failures|refused connections|"
    r"(ipfw|pf) denied packets):|Rebuilding (locate|whatis) database:|Reformatting manual pages:|"
    r"Check for files with an unknown user or group:|Doing login accounting:)$"
)
RUNS = {f"freebsd_{part}" for part in ("daily", "weekly", "monthly", "security")}
NEVER_OVER = {"cron_pg_dump_failing", "script_alarm", "nightly_dump_failing"}  # jobs whose silence is success
# Lines of a body that follow an empty line and are no headings.
_BODY = re.compile(r"^(all pools are healthy|  pool: |\t|errors: |\S+ setuid diffs:|-- End of|\d+ problem\(s\)|\S+ daily prior run)")


@pytest.fixture(scope="module")
def week() -> Week:
    made = fleet(hosts=75, days=7, seed=1, start=START)
    return made, list(mails(made))


def test_the_same_seed_gives_the_same_bytes(week: Week) -> None:
    again = list(mails(fleet(hosts=75, days=7, seed=1, start=START)))
    assert again == week[1]


def test_another_seed_gives_another_week(week: Week) -> None:
    other = list(mails(fleet(hosts=75, days=7, seed=2, start=START)))
    assert {mail.data for mail in other}.isdisjoint({mail.data for mail in week[1]})


def test_mails_come_in_the_order_of_time_and_within_the_days(week: Week) -> None:
    times = [mail.sent_at for mail in week[1]]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + timedelta(days=7)
    assert [mail.number for mail in week[1]] == list(range(1, len(times) + 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_week_of_75_hosts_is_what_an_admin_gets(seed: int) -> None:
    sent = list(mails(fleet(hosts=75, days=7, seed=seed, start=START)))
    assert 1500 <= len(sent) <= 2400
    shown = sum(mail.truth.is_shown for mail in sent)
    assert 0.01 < shown / len(sent) < 0.06


def test_every_kind_of_mail_occurs(week: Week) -> None:
    spoken = {mail.truth.kind for mail in week[1]}
    assert spoken >= {"freebsd_daily", "freebsd_security", "freebsd_weekly", "cron", "zabbix", "smartd", "human"}
    assert len(spoken) > 30


def test_every_kind_of_mail_and_every_type_of_incident_is_spoken() -> None:
    large = fleet(hosts=400, days=28, seed=1, start=START)
    assert {incident.type.name for incident in large.incidents} == {kind.name for kind in ALL_TYPES}
    spoken = {mail.truth.kind for mail in mails(fleet(hosts=150, days=32, seed=1, start=START))}
    assert spoken == {name(kind) for kind in kinds()}


def test_the_monthly_report_comes_on_the_first() -> None:
    sent = mails(fleet(hosts=10, days=2, seed=1, start=datetime(2026, 11, 30, tzinfo=UTC)))
    monthly = [mail for mail in sent if mail.truth.kind == "freebsd_monthly"]
    assert monthly
    assert all("monthly run output" in _subject(mail) for mail in monthly)


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_type_of_incident_occurs_and_is_seen(seed: int) -> None:
    made = fleet(hosts=75, days=7, seed=seed, start=START)
    sent = list(mails(made))
    assert {incident.type.name for incident in made.incidents} >= {kind.name for kind in ALL_TYPES if kind.least}
    roles = {(incident, role) for mail in sent for incident, role in zip(mail.truth.incidents, mail.truth.roles, strict=True)}
    for incident in made.incidents:
        if incident.type.name == "host_silent":
            continue
        assert (incident.id, Role.PROBLEM) in roles, incident.id
        says_so = incident.type.check not in {"merge_leftover", "kernel", "setuid"} and incident.type.name not in NEVER_OVER
        if incident.ended_at and says_so and incident.ended_at < START + timedelta(days=5):
            assert (incident.id, Role.RECOVERY) in roles, incident.id


def test_the_mail_that_first_shows_a_real_incident_is_never_noise(week: Week) -> None:
    made, sent = week
    types = {incident.id: incident.type for incident in made.incidents}
    for mail in sent:
        for incident, role in zip(mail.truth.incidents, mail.truth.roles, strict=True):
            if role in (Role.PROBLEM, Role.REPEAT):
                assert mail.truth.label is not Label.NOISE, (mail.number, incident)
                if types[incident].label is Label.EVENT and role is Role.PROBLEM and types[incident].name != "passwordless_account":
                    assert mail.truth.label is Label.EVENT, (mail.number, incident)


def test_an_incident_is_first_seen_after_it_began(week: Week) -> None:
    made, sent = week
    began = {incident.id: incident.began_at for incident in made.incidents}
    for mail in sent:
        assert all(began[incident] <= mail.sent_at for incident in mail.truth.incidents)


def test_a_silent_host_sends_nothing_more(week: Week) -> None:
    made, sent = week
    incident = next(incident for incident in made.incidents if incident.type.name == "host_silent")
    own = [mail for mail in sent if mail.truth.host == incident.host.name and mail.truth.kind != "human"]
    assert own
    assert max(mail.sent_at for mail in own) < incident.began_at


def test_every_mail_is_read_by_the_standard_library_without_defects(week: Week) -> None:
    for mail in week[1]:
        assert b"\n" not in mail.data.replace(b"\r\n", b"")
        assert mail.data.endswith(b"\r\n")
        parsed = email.message_from_bytes(mail.data, policy=email.policy.default)
        assert not parsed.defects, mail.number
        assert parsed["subject"]
        assert parsed["from"]
        sent_at = parsed["date"].datetime
        assert abs(sent_at - mail.sent_at) < timedelta(seconds=1), mail.number
        assert _text(mail).strip()


def test_headings_are_those_the_periodic_scripts_print(week: Week) -> None:
    for mail in week[1]:
        if mail.truth.kind not in RUNS:
            continue
        lines = _text(mail).split("\n")
        for before, line in itertools.pairwise(lines):
            if not before and line and not HEADINGS.match(line):
                assert _BODY.match(line) or ":" not in line[-1:] or " is vulnerable" in line, (mail.number, line)
        named = Counter(name for name, _ in mail.truth.sections)
        assert max(named.values()) == 1


def test_a_complete_report_ends_with_its_end_line(week: Week) -> None:
    without = [mail for mail in week[1] if mail.truth.kind in RUNS and "\n-- End of " not in _text(mail)[-60:]]
    causes = {incident.split("-")[0] for mail in without for incident in mail.truth.incidents}
    assert causes == {"report_cut_off", "prior_run_stuck"}
    assert all(mail.truth.label is not Label.NOISE for mail in without)


def test_the_security_mail_is_sent_before_the_daily_mail(week: Week) -> None:
    at = {(mail.truth.host, mail.truth.kind, mail.sent_at.date()): mail.sent_at for mail in week[1]}
    pairs = [(when, at.get((host, "freebsd_daily", day))) for (host, kind, day), when in at.items() if kind == "freebsd_security"]
    assert sum(daily is not None for _, daily in pairs) > 300
    assert all(when < daily for when, daily in pairs if daily)


def test_encodings_and_mail_systems_vary(week: Week) -> None:
    heads = [mail.data.split(b"\r\n\r\n", 1)[0] for mail in week[1]]
    for mark in (b"base64", b"quoted-printable", b"ISO-8859-1", b"DragonFly Mail Agent", b"Postfix, from userid", b"Exim", b"/Submit)"):
        assert any(mark in head for head in heads), mark


def test_a_small_fleet_and_a_short_time_work() -> None:
    for hosts in (0, 1, 3, 10):
        for days in (0, 1, 2):
            sent = list(mails(fleet(hosts=hosts, days=days, seed=5, start=START)))
            assert bool(sent) == (hosts > 0 and days > 0)


def test_the_truth_names_the_first_mail_and_the_recovery(week: Week) -> None:
    made, sent = week
    document = truth_document(made, sent)
    assert document["seed"] == 1
    listed, incidents = document["mails"], document["incidents"]
    assert isinstance(listed, list)
    assert isinstance(incidents, list)
    by_file = {entry["file"]: entry for entry in listed}
    assert len(by_file) == len(sent)
    pool = next(entry for entry in incidents if entry["type"] == "zpool_degraded")
    assert by_file[pool["first_mail"]]["label"] == "event"
    assert by_file[pool["recovery_mail"]]["label"] == "noise"
    assert pool["began_at"] < by_file[pool["first_mail"]]["at"]
    assert not any(entry["is_incident"] for entry in incidents if entry["type"] in {"attack_wave", "flapping_trigger", "upgrade", "reboot"})


def test_the_record_of_a_lasting_zabbix_problem_carries_its_event_id(week: Week) -> None:
    made, sent = week
    document = truth_document(made, sent)
    incidents = document["incidents"]
    assert isinstance(incidents, list)
    problem = next(entry for entry in incidents if entry["type"] == "zabbix_problem")
    assert problem["item"].isdigit()
    mail = next(mail for mail in sent if f"{mail.stem}.eml" == problem["first_mail"])
    assert problem["item"] in mail.data.decode() + _text(mail)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        fleet(hosts=1, days=1, seed=1, start=datetime(2026, 11, 16))  # noqa: DTZ001


def _text(mail: SimulatedMail) -> str:
    parsed = email.message_from_bytes(mail.data, policy=email.policy.default)
    texts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    return "".join(texts).replace("\r\n", "\n")


def _subject(mail: SimulatedMail) -> str:
    return str(email.message_from_bytes(mail.data, policy=email.policy.default)["subject"])
