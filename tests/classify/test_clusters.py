"""What is asked together, what is left out of an approval, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from mailtriage.classify import Example
from mailtriage.classify.approvals import learn
from mailtriage.classify.clusters import Candidate, Cluster, clusters
from mailtriage.classify.gate import Gate
from mailtriage.classify.order import Asked, in_order
from mailtriage.classify.reading import Reader, Reading
from tests.classify.fleet import HOSTS, Fleet, added, instead, without

NOTHING = Gate({})
_Change = Callable[[str, list[str]], list[str]]


def _candidate(fleet: Fleet, example: Example, label: str = "") -> Candidate:
    message, report = fleet.read(example.raw)
    reader = Reader()
    readings = tuple(reader.read(report.kind, report.host, section, message) for section in report.sections)
    return Candidate(name=example.raw.id, host=report.host, kind=report.kind, readings=readings, label=label)


def _readings(fleet: Fleet, examples: Iterable[Example]) -> list[Reading]:
    return [reading for example in examples for reading in _candidate(fleet, example).readings]


def _names(candidates: Iterable[Candidate]) -> set[str]:
    return {candidate.name for candidate in candidates}


def _covering(found: Iterable[Cluster], name: str) -> Cluster | None:
    return next((cluster for cluster in found if name in _names(cluster.covers)), None)


def test_mails_that_say_the_same_are_one_question() -> None:
    fleet = Fleet()
    mails = [_candidate(fleet, fleet.array(host, day)) for host in HOSTS for day in range(5)]
    (only,) = clusters(mails, NOTHING)
    assert _names(only.covers) == _names(mails)
    assert only.hosts == tuple(sorted(HOSTS))
    assert only.settles == len(mails)
    assert not only.left_out


SICK: dict[str, _Change] = {
    "a value more than a decade off": lambda name, lines: [line.replace("expires in 1", "expires in 91") for line in lines],
    "other side of zero": lambda name, lines: ["volume 007: 0 files, 0 errors" if "volume 007" in line else line for line in lines],
    "a digit in a word": instead("output", "state S0", "state S7"),
    "errors where there were none": instead("output", "files, 0 errors", "files, 3 errors"),
    "another result": instead("output", "exit status 0", "exit status 1"),
    "a new line": added("output", "ada0: WRITE error, retrying"),
    "a line less": without("output", "last copy"),
    "a row less": without("output", "volume 031"),
    "a public address": instead("output", "10.1.2.3", "192.0.2.7"),
    "an old copy": lambda name, lines: ["last copy of 2026-06-01 verified" if "last copy" in line else line for line in lines],
    "over in a second": lambda name, lines: ["elapsed 00:00:01, 700M sent" if "elapsed" in line else line for line in lines],
}


@pytest.mark.parametrize("what", SICK)
def test_a_sick_mail_among_thirty_is_never_approved_with_them(what: str) -> None:
    fleet = Fleet()
    healthy = [_candidate(fleet, fleet.backup(host, day)) for host in HOSTS for day in range(5)]
    sick = _candidate(fleet, fleet.backup(HOSTS[3], 6, change=SICK[what]))
    found = clusters([*healthy, sick], NOTHING)
    own = _covering(found, sick.name)
    assert own is None or _names(own.covers) == {sick.name}
    assert max(len(cluster.covers) for cluster in found) >= 30


SICK_DAILY: dict[str, _Change] = {
    "a disk that fills": lambda name, lines: [
        "/dev/ada0p4      40G    35G      5G    88%    /var" if line.endswith("/var") else line for line in lines
    ],
    "a host that started anew": lambda name, lines: [
        " 3:01AM  up 11:57, 0 users, load averages: 0.31, 0.22, 0.18" if " up " in line else line for line in lines
    ],
    "errors on the pool's line": instead("zfs_pools", "ONLINE", "DEGRADED"),
}


@pytest.mark.parametrize("what", SICK_DAILY)
def test_a_sick_daily_report_is_never_approved_with_the_others(what: str) -> None:
    fleet = Fleet()
    healthy = [_candidate(fleet, fleet.daily(host, day)) for host in HOSTS for day in range(6)]
    sick = _candidate(fleet, fleet.daily(HOSTS[3], 6, change=SICK_DAILY[what]))
    own = _covering(clusters([*healthy, sick], NOTHING), sick.name)
    assert own is None or _names(own.covers) == {sick.name}


def test_a_full_disk_lies_apart_also_from_full_ones() -> None:
    fleet = Fleet()
    mails = [_candidate(fleet, fleet.daily(host, day)) for host in HOSTS for day in range(3)]
    full = instead("disk_status", "25%    /var", "97%    /var")
    sick = [_candidate(fleet, fleet.daily(host, 4, change=full)) for host in HOSTS[:3]]
    found = clusters([*mails, *sick], NOTHING)
    for candidate in sick:
        own = _covering(found, candidate.name)
        assert own is None or len(own.covers) == 1


def test_what_lies_apart_says_why_and_is_asked_by_itself() -> None:
    fleet = Fleet()
    healthy = [_candidate(fleet, fleet.array(host, day)) for host in HOSTS for day in range(3)]
    hot = _candidate(fleet, fleet.array(HOSTS[0], 5, change=instead("mail", " C", "9 C")))
    found = clusters([*healthy, hot], NOTHING)
    assert [one.name for one in found[0].left_out] == [hot.name]
    assert "Logical drive" in found[0].left_out[0].why
    own = _covering(found, hot.name)
    assert own is not None
    assert own.rank > found[0].rank


def test_only_what_is_not_known_yet_is_shown() -> None:
    fleet = Fleet()
    gate = learn(_readings(fleet, [fleet.array(host, day) for host in HOSTS for day in range(4)]))
    new = [_candidate(fleet, fleet.array(host, 5, change=added("mail", f"Patrol read {at} % done"))) for at, host in enumerate(HOSTS, 40)]
    (question,) = clusters(new, gate)
    (line,) = question.lines
    assert (line.why, line.shape) == ("new", "Patrol read ‹%› done")
    assert line.ranges == ((40.0, 47.0),)
    assert {line.typical, line.unlike} <= {f"Patrol read {at} % done" for at in range(40, 48)}


def test_a_labelled_mail_is_not_asked_again() -> None:
    fleet = Fleet()
    mails = [_candidate(fleet, fleet.array(host, 1), "noise" if host == HOSTS[0] else "") for host in HOSTS]
    (question,) = clusters(mails, NOTHING)
    assert _names(question.covers) == _names(mails[1:])
    assert not clusters([_candidate(fleet, fleet.array(host, 2), "noise") for host in HOSTS], NOTHING)


def test_a_mail_labelled_as_to_be_seen_marks_those_near_it_and_puts_them_last() -> None:
    fleet = Fleet()
    seen = _candidate(fleet, fleet.array(HOSTS[0], 1), "event")
    like_it = [_candidate(fleet, fleet.array(host, 1)) for host in HOSTS[1:]]
    other = _candidate(fleet, fleet.backup(HOSTS[0], 1))
    first, last = clusters([seen, *like_it, other], NOTHING)
    assert _names(first.covers) == {other.name}
    assert not first.must_see
    assert last.must_see == (seen.name,)


def test_a_mail_of_which_a_part_was_not_read_is_never_asked_about() -> None:
    fleet = Fleet()
    section = fleet.read(fleet.array(HOSTS[0], 1).raw)[1].sections
    mail = fleet.mail("", "unknown", HOSTS[0], 1, section, subject="with attachment", unread=("report.pdf",))
    assert not clusters([_candidate(fleet, mail)], NOTHING)


def test_the_same_mails_in_any_order_are_the_same_questions() -> None:
    fleet = Fleet()
    mails = [_candidate(fleet, make(host, day)) for make in (fleet.array, fleet.backup) for host in HOSTS for day in range(2)]
    assert clusters(mails, NOTHING) == clusters(mails[::-1], NOTHING)
    assert clusters(mails, NOTHING, n=1) == clusters(mails, NOTHING)[:1]


def _host(number: int, names: Iterable[str], *more: str) -> _Change:
    rows = [f"dumping {name} ... ok ({40 + number} MB, {number % 7 + 3} s)" for name in names]
    return _instead_of_all(["dump of all databases", *rows, *more, "dump done"])


def _instead_of_all(lines: list[str]) -> _Change:
    return lambda _, __: lines


def _dumps(fleet: Fleet, at: int, names: Iterable[str], *more: str, days: Iterable[int] = range(5)) -> list[Candidate]:
    return [_candidate(fleet, fleet.backup(HOSTS[at], day, change=_host(at, names, *more))) for day in days]


DATABASES = (("shop", "wiki", "crm"), ("wiki", "billing", "mail"), ("keycloak", "gitea", "shop"), ("inventory", "gitea", "redmine"))


def _all_dumps(fleet: Fleet) -> list[Candidate]:
    return [mail for at, names in enumerate(DATABASES) for mail in _dumps(fleet, at, names)]


def test_hosts_whose_lines_differ_in_the_names_of_things_only_are_one_question() -> None:
    fleet = Fleet()
    mails = _all_dumps(fleet)
    (only,) = clusters(mails, NOTHING)
    assert _names(only.covers) == _names(mails)
    assert only.settles == len(mails)
    (row, *_) = [line for line in only.lines if "‹name›" in line.shape]
    assert row.shape == "dumping ‹name› ... ok (‹s›, ‹n› s)"
    assert row.typical.startswith("dumping ")
    assert row.unlike.startswith("dumping ")
    assert row.typical != row.unlike


NOT_JOINED: dict[str, tuple[str, ...]] = {
    "another result": ("dumping shop ... failed (40 MB, 3 s)",),
    "an unknown result": ("dumping shop ... skipped (40 MB, 3 s)",),
    "a word of trouble for a name": ("dumping error ... ok (40 MB, 3 s)",),
    "a size that lies apart": ("dumping forum ... ok (90 GB, 3 s)",),
}


@pytest.mark.parametrize("what", NOT_JOINED)
def test_what_differs_in_more_than_names_is_not_covered_with_the_other_hosts(what: str) -> None:
    fleet = Fleet()
    sick = _dumps(fleet, 5, ("crm", "mail"), *NOT_JOINED[what])
    found = clusters([*_all_dumps(fleet), *sick], NOTHING)
    own = _covering(found, sick[0].name)
    assert own is not None
    assert _names(own.covers) <= _names(sick)
    assert max(len(cluster.covers) for cluster in found) == 20


def test_a_mail_that_lacks_a_name_its_host_always_has_stays_by_itself() -> None:
    fleet = Fleet()
    short = _dumps(fleet, 0, DATABASES[0][:2], days=[7])
    own = _covering(clusters([*_all_dumps(fleet), *short], NOTHING), short[0].name)
    assert own is not None
    assert _names(own.covers) == _names(short)


def test_a_mail_labelled_as_to_be_seen_keeps_hosts_near_it_from_being_one_question() -> None:
    fleet = Fleet()
    (seen,) = _dumps(fleet, 5, ("crm", "mail", "wiki"), days=[1])
    found = clusters([*_all_dumps(fleet), replace(seen, label="event")], NOTHING)
    assert [len(cluster.hosts) for cluster in found] == [1] * len(DATABASES)


def test_states_are_no_names() -> None:
    fleet = Fleet()
    mails: list[Candidate] = []
    for at, states in enumerate(
        (("idle", "busy", "spare"), ("idle", "busy", "spare"), ("idle", "idle", "spare"), ("busy", "busy", "spare"))
    ):
        lines = [f"slot {number} is {state}" for number, state in enumerate(states)]
        mails += [_candidate(fleet, fleet.backup(HOSTS[at], day, change=_instead_of_all(lines))) for day in range(3)]
    assert len(clusters(mails, NOTHING)) == 3


def _asked(*doubts: str, n: int = 3) -> Asked:
    return Asked(told={("k", "line", doubt): n for doubt in doubts}, chance=1.0, tie="".join(doubts))


def test_the_next_question_is_the_one_that_brings_most_after_those_before_it() -> None:
    mails = [*[frozenset({("k", "line", "a"), ("k", "line", "b")})] * 10, *[frozenset({("k", "line", "c")})] * 6]
    needs = {("k", "line", doubt): 2 for doubt in "abc"}
    asked = [_asked("a", "b"), _asked("a"), _asked("c")]
    found = in_order(asked, mails, needs, None)
    assert [place.at for place in found] == [0, 2, 1]
    assert [place.settles for place in found] == [10, 6, 0]
    assert found[2].gain == 0


def test_what_few_approvals_leave_open_is_counted_on() -> None:
    mails = [frozenset({("k", "line", "a")})] * 4
    found = in_order([_asked("a", n=1), _asked("a", n=1)], mails, {("k", "line", "a"): 2}, None)
    assert [place.settles for place in found] == [0, 4]
