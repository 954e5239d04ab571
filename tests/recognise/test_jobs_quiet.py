"""What jobs print when all is well: gone without a word, and kept as soon as a word, a number or the end is another."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from mailtriage.recognise._jobs import read_job
from mailtriage.recognise._jobs_words import is_trouble
from mailtriage.rulebook import Rulebook
from tests.golden import ROOT, outcome_of, shipped_rules

LEGO = ", the number of days defined to perform the renewal is 30: no renewal."


@cache
def rulebook() -> Rulebook:
    return shipped_rules()


def verdict(text: str, command: str = "/usr/local/bin/job") -> str:
    head = f"From: root@web07.example.org (Cron Daemon)\nSubject: Cron <root@web07> {command}\nX-Cron-Env: <LOGNAME=root>\n\n"
    return str(outcome_of((head + text).encode(), rulebook()).verdict)


@pytest.mark.parametrize(
    ("quiet", "sick"),
    [
        ("Backup started\nBackup finished\n", "Backup started\nBackup stopped\n"),
        ("Backup started\nBackup finished\n", "Backup started\n"),
        ("Backup of web07 completed\n", "Backup of 3 of 4 hosts completed\n"),
        ("Dumping shop ... OK\nDumping wiki ... OK\n", "Dumping shop ... OK\nDumping wiki ...\n"),
        ("Start: 03:00:01\nDumping shop ...\nOK\nEnde: 03:10:01\n", "Start: 03:00:01\nDumping shop ...\nOK\n"),
        ("[INFO] 2026-11-22 03:00:01 Sync started\n[INFO] Sync complete\n", "[INFO] Sync started\n[WARN] Sync complete\n"),
        (
            "2026-11-22 03:00:01,123 [main] INFO  com.example.App - Starting export\n"
            "2026-11-22 03:00:02,123 [main] INFO  com.example.App - Export finished\n",
            "2026-11-22 03:00:01,123 [main] INFO  com.example.App - Starting export\n",
        ),
        ("Backup gestartet: 03:00:01\nBackup beendet: 03:10:01\n", "Backup gestartet: 03:00:01\nBackup nicht beendet: 03:10:01\n"),
        ("fetched 0 changes\n", "found 0 backups\n"),
        ("Processed 12 messages, 0 failed\n", "Processed 12 messages, 10 failed\n"),
        ("No problems found.\n", "No backups found.\n"),
        ("=====\nBackup started\n=====\nBackup finished\n=====\n", "=====\nBackup of web07\n=====\n"),
        ("So 22. Nov 03:00:01 CET 2026\nSo 22. Nov 03:10:01 CET 2026\n", "So 22. Nov 03:00:01 CET 2026\n"),
        (
            " 06:25:01 up  3:47,  0 user,  load average: 1.21, 0.79, 0.66\n",
            " 06:25:01 up  3:47,  0 user,  load average: 91.21, 80.79, 70.66\n",
        ),
    ],
)
def test_a_script_that_says_it_is_done_is_quiet(quiet: str, sick: str) -> None:
    assert verdict(quiet) == "drop"
    assert verdict(sick) != "drop"


@pytest.mark.parametrize("sample", sorted((ROOT / "samples" / "cron").glob("quiet-*.eml")), ids=lambda path: path.stem)
def test_a_line_nobody_knows_keeps_any_of_them(sample: Path) -> None:
    whole = sample.read_bytes().rstrip(b"\n")
    for line in (b"3 volumes remain", b"quota: 98%", b"only 2 of 9 made it", b"12"):
        assert outcome_of(whole + b"\n" + line + b"\n", rulebook()).verdict != "drop", line


def test_a_list_of_paths_is_quiet_where_tar_prints_it_only() -> None:
    paths = "/etc/logrotate.d/apt\n/etc/logrotate.d/munin\n"
    assert verdict(paths, "tar cvzf /backup/etc.tgz /etc/logrotate.d") == "drop"
    assert verdict(paths, "find / -perm -4000") == "digest"
    assert outcome_of(paths.encode(), rulebook()).verdict == "digest"


def test_a_certificate_that_is_skipped_has_not_ended() -> None:
    line = "  /etc/letsencrypt/live/www.example.org/fullchain.pem expires on 2024-08-19 "
    told = {state: [one.value for one in read_job([f"{line}({state})"], "x", date(2026, 11, 22))] for state in ("skipped", "failure")}
    assert told["skipped"] == [1]  # the number of lines
    assert len(told["failure"]) > 1


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("old log /var/log/app/a.log.4.gz does not exist", "log directory /var/log/app does not exist"),
        ("1a2b3c4d5e6f: Already exists", "archive: Already exists"),
        ("not running postrotate script, since no logs were rotated", "postfix is not running"),
        ("Use smartctl -X to abort test.", "smartctl: test aborted"),
        (
            f"2026/11/25 03:00:01 [example.org] The certificate expires in 61 days{LEGO}",
            f"2026/11/25 03:00:01 [example.org] The certificate expires in 6 days{LEGO}",
        ),
    ],
)
def test_fixed_sentences_of_healthy_programs_are_no_trouble(line: str, other: str) -> None:
    assert not is_trouble(line)
    assert is_trouble(other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3 of 3 VMs", "2 of 3 VMs"),
        ("(3 VMs)", "(4 VMs)"),
        ("<td>Success</td><td>3</td>", "<td>Success</td><td>2</td>"),
        ("<td>Warning</td><td>0</td>", "<td>Warning</td><td>1</td>"),
        ("<tr><td>web2</td><td>Success</td>", "<tr><td>web2</td><td>Warning</td>"),
        ("<td>0:09:42</td><td></td>", "<td>0:09:42</td><td>Retention was not applied</td>"),
    ],
)
def test_a_job_of_veeam_is_quiet_if_its_counts_agree(old: str, new: str) -> None:
    text = (ROOT / "samples" / "veeam" / "success.eml").read_text(encoding="utf-8")
    assert old in text
    assert outcome_of(text.encode(), rulebook()).verdict == "drop"
    assert outcome_of(text.replace(old, new, 1).encode(), rulebook()).verdict != "drop"
