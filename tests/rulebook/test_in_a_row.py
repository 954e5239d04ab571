"""`in_a_row` and `per_day`: a rule that raises only what comes again, and what is shown until it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtriage.judge import AllKinds, Case, NoHistory, judge
from mailtriage.rulebook import Rulebook, check, repeats
from mailtriage.types import Judged, Message, Reason, Recovery, Report, Section, Severity, Sighting, State, Verdict
from tests.rulebook.support import TODAY, book

NOW = datetime(2026, 11, 23, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOST = "web07.example.org"
ROW = """
[[rule]]
id = "backup"
section = "job"
action = "event"
check = "backup"
item = "{volume}"
lines = ['^(?P<volume>\\w+): no answer$']
"""
THREE_ROW = ROW + "in_a_row = 3\n"
THREE_DAY = ROW + "per_day = 3\n"


class Kept(NoHistory):
    """Remembers all sightings, as the store does."""

    def __init__(self) -> None:
        self.all: list[Sighting] = []

    def sightings(self, rule: str, scope: str, at: datetime, n: int) -> Sequence[Sighting]:
        return [one for one in self.all if (one.rule, one.scope) == (rule, scope)]


class Site:
    """A rulebook with a past: mails come one by one."""

    def __init__(self, folder: Path, text: str) -> None:
        self.book: Rulebook = book(folder, cron=text)
        self.past = Kept()
        self.n = 0

    def mail(
        self,
        *lines: str,
        at: datetime,
        came: datetime | None = None,
        mail_id: str = "",
        host: str = HOST,
        name: str = "job",
        item: str = "root: backup",
        is_complete: bool = True,
        state: State = State.INFO,
    ) -> Judged:
        self.n += 1
        message = Message(
            id=mail_id or f"m{self.n}",
            received_at=came or at,
            mail_from="",
            sender="root@web07.example.org",
            sender_name="",
            subject="",
            text="",
            host=host,
            program="",
            sent_at=at,
            headers=(),
        )
        section = Section(name=name, lines=lines, item=item, recovery=Recovery.STATE, state=state)
        report = Report(kind="cron", host=host, sections=(section,), is_complete=is_complete)
        case = Case(report=report, message=message, rulebook=self.book, model=None, history=self.past, promoted=AllKinds())
        judged = judge(case)[0]
        self.past.all += judged.sightings
        return judged


BAD, GOOD = "tank: no answer", "tank: done"


def verdicts(site: Site, *lines: str, start: datetime = NOW, step: timedelta = DAY) -> list[str]:
    return [str(site.mail(line, at=start + n * step).verdict) for n, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((BAD, BAD, BAD, BAD), ["digest", "digest", "event", "event"]),
        ((BAD, BAD, GOOD, BAD, BAD, BAD), ["digest"] * 5 + ["event"]),
        ((GOOD, GOOD), ["digest", "digest"]),
    ],
)
def test_in_a_row_raises_with_the_last_of_a_row(tmp_path: Path, lines: tuple[str, ...], expected: list[str]) -> None:
    assert verdicts(Site(tmp_path, THREE_ROW), *lines) == expected


def test_until_then_the_section_is_shown_with_how_far_it_is(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_ROW + "[[rule]]\nid='d'\naction='drop'\nreason='x'\nreview=2027-11-22\nlines=['.']\n")
    site.mail(BAD, at=NOW)
    second = site.mail(BAD, at=NOW + DAY)
    assert (second.verdict, second.events, second.state, second.score) == (Verdict.DIGEST, (), State.INFO, 1.0)
    assert second.reasons == (Reason(by="rule cron/backup", detail=f"2 of 3 in a row: {BAD}"),)
    third = site.mail(BAD, at=NOW + 2 * DAY)
    assert [event.key for event in third.events] == [f"{HOST}/backup/tank"]
    assert site.mail(GOOD, at=NOW + 3 * DAY).verdict is Verdict.DROP


def test_without_a_past_it_is_the_first(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_ROW)
    site.past.sightings = NoHistory().sightings  # type: ignore[method-assign]
    assert [site.mail(BAD, at=NOW + n * DAY).reasons[0].detail[:6] for n in range(4)] == ["1 of 3"] * 4


def test_what_the_rule_is_not_about_neither_counts_nor_ends_a_row(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_ROW)
    site.mail(BAD, at=NOW)
    site.mail(BAD, at=NOW + HOUR)
    for other in ({"host": "db01"}, {"item": "root: other"}, {"name": "mail_queue"}):
        assert site.mail(GOOD, at=NOW + 2 * HOUR, **other).verdict is Verdict.DIGEST  # type: ignore[arg-type]
        assert site.mail(BAD, at=NOW + 2 * HOUR, **other).verdict is Verdict.DIGEST  # type: ignore[arg-type]
    third = site.mail("disk: no answer", BAD, at=NOW + 3 * HOUR, is_complete=False)
    assert [event.item for event in third.events] == ["tank"]
    assert [key for one in site.past.all for key in one.keys].count(f"{HOST}/backup/tank") == 4  # three here, one for the other job
    assert site.mail("disk: no answer", at=NOW + 4 * HOUR).reasons[0].detail[:6] == "2 of 3"  # and tank's row is over
    assert site.mail(BAD, at=NOW + 5 * HOUR).reasons[0].detail == f"1 of 3 in a row: {BAD}"


@pytest.mark.parametrize(
    "doubtful",
    [{"lines": (GOOD,), "is_complete": False}, {"lines": ("pool tank is DEGRADED",)}],
    ids=["cut off", "on the floor"],
)
def test_a_report_that_may_hide_it_ends_no_row(tmp_path: Path, doubtful: dict[str, object]) -> None:
    site = Site(tmp_path, THREE_ROW)
    verdicts(site, BAD, BAD)
    lines: tuple[str, ...] = doubtful.pop("lines")  # type: ignore[assignment]
    site.mail(*lines, at=NOW + 2 * DAY, **doubtful)  # type: ignore[arg-type]
    assert site.mail(BAD, at=NOW + 3 * DAY).verdict is Verdict.EVENT


def test_the_floor_is_shown_as_ever(tmp_path: Path) -> None:
    judged = Site(tmp_path, THREE_ROW).mail(BAD, "pool tank is DEGRADED", at=NOW)
    assert (judged.verdict, judged.severity) == (Verdict.DIGEST, Severity.WARNING)
    assert [reason.by for reason in judged.reasons] == ["rule cron/backup", "floor degraded"]


def test_another_rule_raises_at_once_and_the_waiting_one_is_told(tmp_path: Path) -> None:
    judged = Site(tmp_path, THREE_ROW + "[[rule]]\nid='now'\naction='event'\nlines=['no']\n").mail(BAD, at=NOW)
    assert [event.check for event in judged.events] == ["job"]
    assert [reason.detail[:6] for reason in judged.reasons if reason.by == "rule cron/backup"] == ["1 of 3"]


def test_that_all_is_well_is_never_waited_for(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_ROW)
    assert site.mail(BAD, at=NOW, state=State.OK).events[0].state is State.OK


def test_a_rule_on_trial_counts_nothing(tmp_path: Path) -> None:
    judged = Site(tmp_path, THREE_ROW + "status = 'test'\n").mail(BAD, at=NOW)
    assert (judged.sightings, judged.verdict) == ((), Verdict.DIGEST)


@pytest.mark.parametrize("off", ["until = 2026-11-21", "about = ['root: other']", "host = 'db*'", "section = 'mail_queue'"])
def test_a_rule_that_does_not_apply_counts_nothing(tmp_path: Path, off: str) -> None:
    text = THREE_ROW.replace('section = "job"', "") + off
    assert Site(tmp_path, text).mail(GOOD, at=NOW).sightings == ()


def test_the_same_mail_twice_counts_once(tmp_path: Path) -> None:
    for text in (THREE_ROW, THREE_DAY):
        site = Site(tmp_path, text)
        for _ in range(5):
            assert site.mail(BAD, at=NOW, mail_id="m").verdict is Verdict.DIGEST


def test_a_late_mail_counts_at_its_own_time(tmp_path: Path) -> None:
    site, came = Site(tmp_path, THREE_ROW), NOW + 13 * HOUR
    site.mail(BAD, at=NOW)
    site.mail(BAD, at=NOW + 12 * HOUR)
    site.mail(GOOD, at=NOW - HOUR, came=came)  # older than the row: it is none of its mails
    assert site.mail(BAD, at=NOW + 6 * HOUR, came=came).verdict is Verdict.EVENT  # the row is whole now
    site.mail(GOOD, at=NOW + HOUR, came=came)
    assert site.mail(BAD, at=NOW + 14 * HOUR).verdict is Verdict.EVENT  # those at 6, 12 and now


def test_a_late_mail_that_fired_makes_whole_a_row_that_is_over(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_ROW)
    verdicts(site, BAD, BAD, GOOD, BAD, step=HOUR)
    assert site.mail(BAD, at=NOW + HOUR / 2, came=NOW + 4 * HOUR).verdict is Verdict.EVENT


def test_per_day_raises_what_fires_often_within_24_hours_by_the_mails_own_time(tmp_path: Path) -> None:
    site = Site(tmp_path, THREE_DAY)
    assert verdicts(site, BAD, GOOD, BAD, step=6 * HOUR) == ["digest"] * 3
    assert site.mail(BAD, at=NOW + DAY).reasons[0].detail == f"2 of 3 within 24 hours: {BAD}"  # the first is 24 hours old
    assert site.mail(BAD, at=NOW + DAY + 5 * HOUR).verdict is Verdict.EVENT
    assert site.mail(BAD, at=NOW + 20 * HOUR, came=NOW + 2 * DAY).verdict is Verdict.EVENT
    assert site.mail(BAD, at=NOW + 9 * DAY).verdict is Verdict.DIGEST


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=30), st.integers(0, 60))
def test_counting_is_what_it_says(mails: list[tuple[int, bool]], here: int) -> None:
    past = [
        Sighting(rule="r", scope="s", mail_id=f"{n:03}", at=NOW + hour * HOUR, keys=("k",) if fired else ("other",), n=3)
        for n, (hour, fired) in enumerate(mails)
    ]
    me = Sighting(rule="r", scope="s", mail_id="~", at=NOW + here * HOUR, keys=("k",), n=3)
    order = sorted([*past, me], key=lambda one: (one.at, one.mail_id))
    runs = "".join("x" if "k" in one.keys else "." for one in order)
    mine = order.index(me)
    start, end = runs.rfind(".", 0, mine) + 1, (runs + ".").find(".", mine)
    assert repeats.in_a_row(past, "k", "~", me.at) == end - start
    hours = [hour for hour, fired in mails if fired]
    windows = range(here - 23, here + 1)
    assert repeats.per_day(past, "k", "~", me.at) == 1 + max(sum(first <= hour < first + 24 for hour in hours) for first in windows)


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("action = 'drop'\nreason = 'x'\nreview = 2027-11-22\nlines = ['x']\nin_a_row = 3", "repeats", 'action = "event"'),
        ("action = 'digest'\nlines = ['x']\nper_day = 3", "repeats", 'action = "event"'),
        ("action = 'event'\nlines = ['x']\nper_day = 3\nin_a_row = 3", "repeats", "two rules"),
        ("action = 'event'\nlines = ['x']\nin_a_row = 0", "type", "in_a_row = 3"),
        ("action = 'event'\nlines = ['x']\nin_a_row = true", "type", "in_a_row = 3"),
        ("action = 'event'\nlines = ['x']\nper_day = '3'", "type", "per_day = 3"),
        ("action = 'event'\nlines = ['x']\nper_day = 101", "type", "per_day = 3"),
        ("action = 'event'\nlines = ['x']\nin_a_row = 1", "unused-key", "2 or more"),
        ("action = 'event'\nlines = ['x']\nin_arow = 3", "unknown-key", "in_a_row"),
        ("action = 'event'\nlines = ['x']\nper_day = 3\nkind = 'freebsd_daily'", "dead", "in_a_row = 3"),
    ],
)
def test_what_makes_no_sense_is_told_with_what_to_do(tmp_path: Path, text: str, code: str, remedy: str) -> None:
    found = check(book(tmp_path, cron=f"[[rule]]\nid = 'a'\n{text}\n"), TODAY)
    assert [one.code for one in found if one.code not in ("no-hit", "no-miss")] == [code]
    told = next(one for one in found if one.code == code)
    assert remedy in told.remedy
    assert told.place.line > 2


def test_the_same_pattern_may_warn_at_once_and_raise_when_it_stays(tmp_path: Path) -> None:
    again = THREE_ROW.replace('id = "backup"', 'id = "stays"\nseverity = "high"')
    assert [one.code for one in check(book(tmp_path, cron=ROW + again), TODAY)] == []
    assert [one.code for one in check(book(tmp_path, cron=THREE_ROW + again), TODAY)] == ["shadowed"]
