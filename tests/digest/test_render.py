"""The digest as it is read: short, balanced, and safe to print."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage import digest
from mailtriage.digest import Edition, Parked, SilentHost, WouldDrop
from mailtriage.types import Severity, Verdict
from tests.digest.editions import QUIET_BOOK, SINCE, UNTIL, edition, entry, event

HOSTILE = "\x1b]0;owned\x07\x1b[2Jevil\r\n.\r\n<script>alert(1)</script>\u202e{{ 7*7 }} $(reboot) `reboot` \x9b31m"


def busy() -> Edition:
    return edition(
        open_events=(event(1), event(2, summary="/var is 97 % full", check="filesystem", opened_at=SINCE - timedelta(days=3))),
        opened=(event(1),),
        closed=(event(3, summary="mirror gm0 is DEGRADED", check="gmirror", item="gm0"),),
        entries=(entry(1), entry(2), entry(3, summary="backup took 4 hours")),
        silent_hosts=(
            SilentHost(host="web09.example.org", last_seen_at=SINCE - timedelta(days=2)),
            SilentHost(host="web10.example.org", last_seen_at=None),
        ),
        would_drop=(WouldDrop(kind="freebsd_daily", n_sections=34),),
        notes=("rules.d/cron.toml:3:1: unknown key",),
        parked=(Parked(mail_id="01hx000099", received_at=SINCE, subject="odd", error="could not be cut", lines=("first line",)),),
        book=replace(QUIET_BOOK, n_mails=418, n_raised=2, n_digested=3, n_held=1, n_folded=2),
    )


def test_with_nothing_to_say_it_is_one_line_of_proof_of_life() -> None:
    assert digest.text(edition()) == "412 mails from 75/75 hosts, 0 need you\n"
    assert digest.subject(edition()) == "mailtriage: 412 mails from 75/75 hosts, 0 need you"
    assert "412 mails from 75/75 hosts, 0 need you" in digest.html(edition())


def test_a_busy_digest_reads_like_this() -> None:
    assert digest.text(busy()) == (
        "2026-11-22 07:00 to 2026-11-23 07:00 UTC\n"
        "1 new, 1 not judged, 3 to read, 1 still open, 2 silent, 1 to mend\n"
        "\n"
        "NEW PROBLEMS: 1\n"
        " critical: zfs_pool tank on db01.example.org\n"
        "   pool tank is DEGRADED\n"
        "   since 2026-11-22 08:00, 1 mail, last 2026-11-22 08:00\n"
        "   mailtriage show 01hx000001\n"
        "\n"
        "NOT JUDGED, AS THEY CAME: 1\n"
        " 2026-11-22 07:00 odd\n"
        "   could not be cut\n"
        "   | first line\n"
        "   mailtriage show 01hx000099\n"
        "\n"
        "TO READ: 3, FOLDED INTO 2\n"
        " cron/output on web03.example.org\n"
        "   backup took 4 hours\n"
        "   mailtriage show 01hx000003\n"
        " cron/output on 2 hosts (web02.example.org, web01.example.org)\n"
        "   rsync: connection closed\n"
        "   mailtriage show 01hx000002\n"
        "\n"
        "STILL OPEN: 1\n"
        " critical: filesystem tank on db02.example.org\n"
        "   /var is 97 % full\n"
        "   since 2026-11-19 07:00, 1 mail\n"
        "   mailtriage ack db02.example.org/zfs_pool/tank --comment TEXT\n"
        "\n"
        "SILENT HOSTS: 2\n"
        " web10.example.org, never seen\n"
        " web09.example.org, last seen 2026-11-20 07:00\n"
        "\n"
        "TO MEND: 1\n"
        " rules.d/cron.toml:3:1: unknown key\n"
        "\n"
        "CLOSED: 1\n"
        " critical: gmirror gm0 on db03.example.org\n"
        "   was: mirror gm0 is DEGRADED\n"
        "   mailtriage show 01hx000003\n"
        "\n"
        "418 mails from 75/75 hosts\n"
        "dropped: 371 by 6 rules, 41 by the model\n"
        "raised: 2, digested: 3, passed on: 0, held: 1; folded: 2 doubles\n"
        "learning would also drop: 34 of freebsd_daily (mailtriage model promote\n"
        "  KIND)\n"
        "mailtriage ledger --since 2026-11-22T07:00:00Z\n"
    )


def test_the_subject_says_only_counts() -> None:
    assert digest.subject(busy()) == "mailtriage: 1 new, 1 not judged, 3 to read, 1 still open, 2 silent, 1 to mend"


def test_html_says_what_the_text_says() -> None:
    text, page = digest.text(busy()), " ".join(_text_of(digest.html(busy())).split())
    for line in text.splitlines():
        if line.startswith("  ") or not line.isupper():
            assert line.strip().lower() in page.lower()


def test_an_event_that_came_and_went_is_shown_once_as_closed() -> None:
    page = edition(opened=(event(1),), closed=(event(1),))
    assert digest.text(page).count("is DEGRADED") == 1
    assert "CLOSED: 1" in digest.text(page)
    assert digest.subject(page).endswith("0 need you")


def test_the_section_behind_a_shown_event_is_not_shown_again() -> None:
    raised = entry(1, host="db01.example.org", kind="freebsd_daily", section="zfs_pools", verdict=Verdict.EVENT, severity=Severity.CRITICAL)
    assert "TO READ" not in digest.text(edition(open_events=(event(1),), opened=(event(1),), entries=(raised,)))


def test_a_parked_mail_is_shown_once() -> None:
    mail = Parked(mail_id="01hx000001", received_at=SINCE, subject="", error="ValueError: odd")
    text = digest.text(edition(parked=(mail,), entries=(entry(1),), book=replace(QUIET_BOOK, n_mails=413, n_held=1)))
    assert text.count("mailtriage show 01hx000001") == 1
    assert "TO READ" not in text


def test_times_are_shown_in_the_zone_of_the_reader() -> None:
    page = edition(until=UNTIL.astimezone(ZoneInfo("Europe/Berlin")), opened=(event(1),), open_events=(event(1),))
    assert digest.text(page).startswith("2026-11-22 08:00 to 2026-11-23 08:00 CET\n")
    assert "since 2026-11-22 09:00" in digest.text(page)


def test_a_raised_section_whose_event_is_not_shown_is_shown_itself() -> None:
    raised = entry(1, verdict=Verdict.EVENT, severity=Severity.CRITICAL, summary="nobody else says this")
    assert "nobody else says this" in digest.text(edition(entries=(raised,)))


def test_a_book_that_does_not_balance_is_never_proof_of_life() -> None:
    text = digest.text(edition(book=replace(QUIET_BOOK, n_mails=414)))
    assert "THE BOOK DOES NOT BALANCE: 414 received, 412 accounted for" in text


def test_a_waiting_mail_is_never_proof_of_life() -> None:
    assert digest.text(edition(book=replace(QUIET_BOOK, n_mails=413, n_held=1))).startswith("2026-11-22 07:00 to")


@pytest.mark.parametrize("alike", [True, False], ids=["one shape", "two thousand shapes"])
def test_two_thousand_entries_still_give_a_short_digest_whose_numbers_add_up(alike: bool) -> None:
    words = ["".join("abcdefghij"[int(digit)] for digit in str(n)) for n in range(2000)]
    entries = tuple(
        entry(
            n,
            host=f"web{n % 75}.example.org",
            kind=("cron", "unknown")[n % 2],
            summary="slow" if alike else f"odd {words[n]}",
            lines=("a line",) * 9,
        )
        for n in range(2000)
    )
    text = digest.text(edition(entries=entries))
    assert len(text.splitlines()) < 130
    listed = sum(int(n) for n in re.findall(r", (\d+) times", text)) if alike else text.count("mailtriage show")
    left = sum(int(n) for n in re.findall(r"and \d+ more, (\d+) sections", text))
    assert listed + left == 2000
    named = re.search(r"sections: ([^:]+)\n   mailtriage digest", text)
    assert (named is None) is alike
    if named:
        assert sum(int(n) for n in re.findall(r"(\d+)(?=,|$)", " ".join(named[1].split()))) == left
    assert sum(len(group["sections"]) for group in json.loads(digest.json(edition(entries=entries)))["to_read"]) == 2000


def test_many_events_and_silent_hosts_are_cut_and_counted() -> None:
    checks = ["".join("abcdefghij"[int(digit)] for digit in str(n)) for n in range(300)]
    events = tuple(event(n, check=f"check_{checks[n]}") for n in range(300))
    silent = tuple(SilentHost(host=f"web{n}.example.org", last_seen_at=None) for n in range(75))
    text = digest.text(edition(opened=events, open_events=events, silent_hosts=silent))
    assert "and 285 more, 285 events" in text
    assert "SILENT HOSTS: 75" in text
    assert " and 65 more\n   mailtriage hosts\n" in text


def test_text_is_72_columns_wide_and_only_commands_may_be_longer() -> None:
    long = "x" * 300
    page = edition(
        entries=(entry(1, summary=long, lines=(long, "word " * 60), host="h" * 200),), open_events=(event(1, summary=long, key="k" * 200),)
    )
    for line in digest.text(page).splitlines():
        assert len(line) <= 72 or line.startswith("   mailtriage ")


def hostile(evil: str) -> Edition:
    bad_entry = entry(1, mail_id=evil, host=evil, kind=evil, section=evil, summary=evil, lines=(evil, evil + "2"), subject=evil)
    bad_event = event(1, id="1", key=evil, host=evil, check=evil, item=evil, summary=evil, mail_id=evil)
    old = replace(bad_event, id="2", opened_at=SINCE - timedelta(days=9))
    return edition(
        open_events=(bad_event, old),
        opened=(bad_event,),
        closed=(replace(bad_event, id="3"),),
        entries=(bad_entry,),
        silent_hosts=(SilentHost(host=evil, last_seen_at=None),),
        would_drop=(WouldDrop(kind=evil, n_sections=1),),
        notes=(evil,),
        parked=(Parked(mail_id=evil, received_at=SINCE, subject=evil, error=evil, lines=(evil,)),),
    )


def test_no_terminal_escape_and_no_markup_of_a_mail_survives() -> None:
    page = hostile(HOSTILE)
    for form in (digest.text(page), digest.html(page), digest.json(page), digest.subject(page)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", form)
        assert "\\u001b" not in form
    assert "<script" not in digest.html(page)
    assert "49" not in digest.html(page).replace("#", "")
    assert "\n.\n" not in digest.text(page)


def test_a_command_pasted_from_the_digest_runs_nothing_a_mail_wrote() -> None:
    for line in digest.text(hostile(HOSTILE)).splitlines():
        if line.startswith("   mailtriage ack "):
            assert shlex.split(line)[:2] == ["mailtriage", "ack"]
            assert len(shlex.split(line)) == 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_of_a_mail_gives_a_digest_in_every_form(evil: str) -> None:
    page = hostile(evil)
    assert digest.text(page)
    assert _tags(digest.html(page)) == _tags(digest.html(hostile("calm")))
    json.loads(digest.json(page))


def _text_of(page: str) -> str:
    return _read(page)[0]


def _tags(page: str) -> set[str]:
    return set(_read(page)[1])


def _read(page: str) -> tuple[str, list[str]]:
    texts: list[str] = []
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

        def handle_data(self, data: str) -> None:
            texts.append(data)

    reader = Reader()
    reader.feed(page)
    return " ".join(texts), tags
