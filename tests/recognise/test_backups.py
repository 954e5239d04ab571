"""Mails of backup programs: what they are cut into, what closes what, and what hostile ones do."""

from __future__ import annotations

import html
import time

import pytest

from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.types import RawMail, Report, State
from tests.golden import SAMPLES, outcome_of, shipped_rules
from tests.recognise.support import NOON, measures, message, report, section

KINDS = ("backupninja", "bacula", "vzdump", "pbs", "amanda", "backuppc", "veeam")


def sample(kind: str, name: str) -> bytes:
    return (SAMPLES / kind / f"{name}.eml").read_bytes()


def found(kind: str, name: str) -> Report:
    return recognise(parse(RawMail(id="0", received_at=NOON, data=sample(kind, name))))


def body(kind: str, name: str) -> str:
    return parse(RawMail(id="0", received_at=NOON, data=sample(kind, name))).text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("backupninja", "failed"),
        ("bacula", "backup-ok"),
        ("bacula", "backup-error"),
        ("vzdump", "successful"),
        ("vzdump", "successful-new-form"),
        ("vzdump", "one-failed"),
        ("pbs", "gc-successful"),
        ("pbs", "verify-failed"),
        ("amanda", "all-taped"),
        ("backuppc", "no-recent-backups"),
        ("veeam", "failed"),
    ],
)
def test_a_body_without_a_header_is_known_by_its_own_marks(kind: str, name: str) -> None:
    assert report(body(kind, name)).kind == kind


@pytest.mark.parametrize("name", ["backup-ok", "bareos-full"])
def test_a_good_bacula_job_is_quiet_also_without_a_header(name: str) -> None:
    assert str(outcome_of(b"\n" + body("bacula", name).encode(), shipped_rules()).verdict) == "drop"


def test_a_bacula_job_is_named_without_its_time_and_its_host_is_the_client() -> None:
    mail = found("bacula", "backup-ok")
    assert (mail.host, section(mail, "job").item) == ("web07", "web07-home")
    assert measures(section(mail, "job")) == {
        ("backup_files", "web07-home"): 1529,
        ("backup_bytes", "web07-home"): 1879384,
        ("backup_duration", "web07-home"): 120,
        ("backup_errors", "web07-home"): 0,
    }


def test_a_good_job_closes_what_the_failed_one_opened() -> None:
    rules = shipped_rules()
    opened = outcome_of(sample("bacula", "backup-error"), rules).events
    closed = outcome_of(sample("bacula", "backup-ok"), rules).events
    assert [event.key for event in opened] == [event.key for event in closed]
    assert [event.state for event in closed] == [State.OK]


def test_a_good_report_closes_only_the_guests_it_lists() -> None:
    closed = outcome_of(sample("vzdump", "successful"), shipped_rules()).events
    assert {event.key for event in closed if event.state is State.OK} == {
        "pve1.example.org/vm_backup/100",
        "pve1.example.org/vm_backup/101",
        "pve1.example.org/vm_backup_job/-",
    }


def test_one_guest_that_failed_is_one_event() -> None:
    outcome = outcome_of(sample("vzdump", "one-failed"), shipped_rules())
    assert [event.key for event in outcome.events if event.state is State.PROBLEM] == ["pve1.example.org/vm_backup/102"]


def test_sizes_and_times_of_guests_are_read() -> None:
    guests = [one for one in found("vzdump", "successful-new-form").sections if one.name == "guest"]
    assert [one.item for one in guests] == ["1000", "1003"]
    assert measures(guests[0]) == {("backup_duration", "1000"): 161, ("backup_bytes", "1000"): 128.001 * 1024**3}


def test_a_body_that_failed_outweighs_a_good_subject() -> None:
    text = body("pbs", "verify-failed")
    mail = report(text, subject="Verify Datastore 'store1' successful", sender="root@pbs1.example.org")
    assert section(mail, "verify").state is State.PROBLEM


@pytest.mark.parametrize(("kind", "name"), [("vzdump", "successful-new-form"), ("pbs", "gc-successful")])
@pytest.mark.parametrize(("more", "wanted"), [("", "drop"), ("\n104 FAILED", "digest")])
def test_an_alternative_in_html_may_repeat_the_text_and_no_more(kind: str, name: str, more: str, wanted: str) -> None:
    text = body(kind, name)
    head = "\n".join(
        line for line in sample(kind, name).partition(b"\n\n")[0].decode().split("\n") if not line.startswith(("Content-", "MIME"))
    )
    page = f"<html><body><pre>\n{html.escape(text)}{more}\n</pre></body></html>"
    parts = f'--b\n\n{text}\n--b\nContent-Type: text/html; charset="UTF-8"\n\n{page}\n--b--\n'
    data = f'{head}\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b"\n\n{parts}'
    assert str(outcome_of(data.encode(), shipped_rules()).verdict) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_no_event_is_an_ok_where_a_rule_found_something_bad(kind: str) -> None:
    rules = shipped_rules()
    for path in sorted((SAMPLES / kind).glob("*.eml")):
        outcome = outcome_of(path.read_bytes(), rules)
        assert all(judged.state is State.PROBLEM for judged in outcome.sections if judged.verdict == "event"), path.stem


def test_one_mark_alone_is_not_enough() -> None:
    assert report("nothing", subject="Bacula: Backup OK of web07-fd Full").kind == "unknown"
    assert report("nothing", subject="[Success] all is well").kind == "unknown"
    assert report("VMID NAME STATUS TIME SIZE FILENAME\n").kind == "unknown"
    assert report("success -- /etc/x\n", subject="backup of the night").kind == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_who_quotes_such_a_mail_is_not_taken_for_it(kind: str) -> None:
    path = sorted((SAMPLES / kind).glob("*.eml"))[0]
    quoted = "\n".join(f"> {line}" for line in body(kind, path.stem).split("\n"))
    mail = report(f"Hi,\n\nwhat is this?\n\nOn Sun, 22 Nov 2026 root wrote:\n{quoted}\n", subject="Re: backup", sender="anna@example.org")
    assert mail.kind not in KINDS


@pytest.mark.parametrize(
    ("kind", "name", "old", "new"),
    [
        ("bacula", "backup-ok", "SD Errors:              0", "SD Errors:              1"),
        ("bacula", "backup-ok", "Termination:            Backup OK", "Termination:            Backup OK -- with warnings"),
        ("bacula", "backup-ok", "FD termination status:  OK", "FD termination status:  Error"),
        ("bacula", "backup-ok", "No Files found to prune.", "Could not prune."),
        ("bacula", "bareos-full", "FD Files Written:       1,529", "FD Files Written:       0"),
        ("vzdump", "successful", " ok ", " err "),
        ("vzdump", "successful", "12.34GB  /mnt", "0.00GB  /mnt"),
        ("vzdump", "successful", "INFO: Finished Backup of VM 101", "ERROR: Backup of VM 101 failed"),
        ("vzdump", "successful", "INFO: status = running", "INFO: status = prelaunch"),
        ("amanda", "all-taped", "46.3   41:10   1676.9  41:10   1676.9", "46.3   41:10   1676.9  FAILED"),
        ("amanda", "all-taped", "[OK]", "[No space]"),
        ("backupninja", "success", "success -- /etc/backup.d/20", "*error* -- /etc/backup.d/20"),
    ],
)
def test_a_sick_word_in_a_quiet_mail_keeps_it(kind: str, name: str, old: str, new: str) -> None:
    data = sample(kind, name).decode()
    assert old in data
    assert str(outcome_of(data.replace(old, new, 1).encode(), shipped_rules()).verdict) != "drop"


@pytest.mark.parametrize("kind", KINDS)
def test_megabytes_and_nonsense_are_judged_in_time(kind: str) -> None:
    path = sorted((SAMPLES / kind).glob("*.eml"))[0]
    head = path.read_bytes().partition(b"\n\n")[0]
    text = body(kind, path.stem)
    started = time.monotonic()
    for junk in (
        "a" * 2_000_000,
        "100 x ok 0:00:01 " * 60_000,
        "101: INFO: x\n" * 60_000,
        "\x1b[31mJobId 1: Error: x\n" * 50_000,
        "  Job:   " * 100_000,
    ):
        recognise(parse(RawMail(id="0", received_at=NOON, data=head + b"\n\n" + f"{text}{junk}".encode())))
        recognise(message(f"{text}\n{junk}", subject="[Success] " + "(3 VMs) " * 300))
    assert time.monotonic() - started < 20


def test_every_line_lands_in_a_section() -> None:
    lost = []
    for kind in KINDS:
        for path in sorted((SAMPLES / kind).glob("*.eml")):
            mail = parse(RawMail(id="0", received_at=NOON, data=path.read_bytes()))
            kept = "\n".join(one.text for one in recognise(mail).sections)
            lost += [(path.stem, line) for line in mail.text.split("\n") if line.strip() and line.strip() not in kept]
    assert lost == []


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("vzdump 100 101 --mode snapshot", ""),
        ("vzdump 100 101 102 103 --mode snapshot", "102, 103"),
        ("vzdump 100,101,102 --mode snapshot", "102"),
        ("vzdump --all 1 --exclude 102,103 --mode snapshot", ""),
        ("vzdump --pool 7 --quiet 1", ""),
        ("vzdump --mode snapshot 100 101 102", "102"),
        ("INFO: skip external VMs: 102, 103\nvzdump 100 101 102 103 --mode snapshot", ""),
        ("INFO: starting new backup job: vzdump 100 101 102 --mode snapshot", "102"),
    ],
)
def test_each_guest_of_the_command_has_a_row(command: str, missing: str) -> None:
    text = sample("vzdump", "successful").decode()
    line = next(line for line in text.split("\n") if line.startswith("vzdump 100"))
    outcome = outcome_of(text.replace(line, command).encode(), shipped_rules())
    job = next(judged for judged in outcome.sections if judged.section.name == "job")
    assert [line.partition(": ")[2] for line in job.section.lines if line.startswith("guests of the command")] == (
        [missing] if missing else []
    )
    assert ("vm_backup_job" in [event.check for event in outcome.events]) is not bool(missing)


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({}, True),
        ({"FD Files Written:       1,529": "FD Files Written:       1,528"}, False),
        ({"SD Files Written:       1,529": "SD Files Written:       1"}, False),
        ({"FD Files Written:       1,529": "FD Files Written:       0"}, False),
        ({"FD Bytes Written:       1,879,384 (1.879 MB)": "FD Bytes Written:       1 (1 B)"}, False),
        ({"SD Bytes Written:       1,879,384 (1.879 MB)": "SD Bytes Written:       384 (384 B)"}, False),
        (
            {"FD Files Written:       1,529": "FD Files Written:       0", "SD Files Written:       1,529": "SD Files Written:       0"},
            False,
        ),
        ({"Files Written:       1,529": "Files Wrote:         1,529"}, False),
    ],
)
def test_the_counters_of_a_bacula_job_agree(changes: dict[str, str], is_good: bool) -> None:
    text = sample("bacula", "backup-ok").decode()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    outcome = outcome_of(text.encode(), shipped_rules())
    assert (outcome.verdict == "drop") is is_good
    assert bool(outcome.events) is is_good


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DLEs Dumped                    2 ", "DLEs Dumped                    3 "),
        ("DLEs Taped                     2 ", "DLEs Taped                     1 "),
        ("DUMP SUMMARY:", "DUMPS:"),
    ],
)
def test_each_dump_of_amanda_has_a_row_and_was_taped(old: str, new: str) -> None:
    text = sample("amanda", "all-taped").decode()
    assert old in text
    outcome = outcome_of(text.replace(old, new).encode(), shipped_rules())
    assert (outcome.verdict, outcome.events) == ("digest", ())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("gc-successful", "Datastore:            store1", "Datastore:            store2"),
        ("gc-successful", "Datastore 'store1'", "Datastore 'store2'"),
        ("gc-successful", "#DataStore-store1", "#DataStore-store2"),
        ("sync-successful", "datastore 'store2'", "datastore 'store3'"),
        ("verify-successful", "Datastore '", "Datastore 'x"),
        ("prune-successful", "datastore '", "datastore 'x"),
    ],
)
def test_a_mail_about_two_datastores_closes_nothing(name: str, old: str, new: str) -> None:
    text = sample("pbs", name).decode()
    assert old in text
    outcome = outcome_of(text.replace(old, new).encode(), shipped_rules())
    assert (outcome.verdict, outcome.events) == ("digest", ())
