"""The digest's questions about what was dropped."""

from __future__ import annotations

import json
import shlex
from typing import Any

from mailtriage import digest
from mailtriage.digest import Check
from mailtriage.types import Reason
from tests.digest.editions import edition

CHECK = Check(
    id="k3v9d2aa",
    mail_id="01hx000001",
    host="web07.example.org",
    kind="cron",
    section="output",
    subject="Cron <root@web07> /usr/local/bin/backup",
    reason=Reason(by="rule cron/our-backup-fine", detail="our nightly backup says it went well"),
    lines=("backup of web07 done, 0 errors",),
)


def test_a_quiet_night_needs_nobody_and_asks_about_what_it_dropped() -> None:
    page = edition(checks=(CHECK,))
    assert digest.subject(page) == "mailtriage: 412 mails from 75/75 hosts, 0 need you"
    assert digest.text(page) == (
        "2026-11-22 07:00 to 2026-11-23 07:00 UTC\n"
        "412 mails from 75/75 hosts, 0 need you\n"
        "\n"
        "PLEASE CHECK: 1 DROPPED SECTION, DRAWN AT RANDOM\n"
        " cron/output on web07.example.org\n"
        "   Cron <root@web07> /usr/local/bin/backup\n"
        "   dropped by rule cron/our-backup-fine: our nightly backup says it went\n"
        "     well\n"
        "   | backup of web07 done, 0 errors\n"
        "   mailtriage audit answer k3v9d2aa right  # or: wrong\n"
        "\n"
        "412 mails from 75/75 hosts\n"
        "dropped: 371 by 6 rules, 41 by the model\n"
        "raised: 0, digested: 0, passed on: 0, held: 0\n"
        "mailtriage ledger --since 2026-11-22T07:00:00Z\n"
    )


def test_a_long_section_is_cut_and_earlier_questions_are_counted() -> None:
    long = Check(**{**_fields(CHECK), "lines": tuple(f"line {n}" for n in range(40))})
    text = digest.text(edition(checks=(long,), n_other_checks=2))
    assert "   | line 5\n   ... and 34 more lines: mailtriage show 01hx000001\n" in text
    assert " and 2 earlier questions without an answer\n   mailtriage audit next\n" in text


def test_text_of_mails_cannot_break_out_of_a_question() -> None:
    hostile = Check(
        **{**_fields(CHECK), "lines": ("\x1b[2J<script>alert(1)</script>\u202e",), "subject": "$(reboot)\r\n.\r\n", "id": "a; reboot"}
    )
    page = edition(checks=(hostile,))
    text, html = digest.text(page), digest.html(page)
    assert "\x1b" not in text + html
    assert "<script>" not in html
    (command,) = (line for line in text.splitlines() if "audit answer" in line)
    assert shlex.split(command, comments=True) == ["mailtriage", "audit", "answer", "a; reboot", "right"]


def test_json_holds_the_questions_whole() -> None:
    (check,) = json.loads(digest.json(edition(checks=(CHECK,))))["checks"]
    assert (check["id"], check["lines"]) == ("k3v9d2aa", ["backup of web07 done, 0 errors"])
    assert check["reason"]["by"] == "rule cron/our-backup-fine"


def _fields(check: Check) -> dict[str, Any]:
    return {name: getattr(check, name) for name in Check.__slots__}
