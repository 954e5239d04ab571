"""What is told of problems that end by themselves, and of those that come and go: through the store and its outbox, by the clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.correlate import correlate, seen_at
from mailtriage.correlate.flaps import WINDOW, Holds, hold_for
from mailtriage.store.main import Store
from mailtriage.types import Recovery, Severity, State
from tests.store.build import NOW, alarm, event, outcome

MINUTE = timedelta(minutes=1)
HOLD = 10 * MINUTE
HOLDS = Holds(by_severity={Severity.WARNING: HOLD, Severity.HIGH: HOLD}, flapping_after=6)


class Line:
    """One object that a sender watches, and what the sink was told of it, minute by minute."""

    def __init__(self, path: Path, severity: Severity = Severity.WARNING, holds: Holds = HOLDS) -> None:
        self.store = Store(path)
        self.severity, self.holds = severity, holds
        self.now = NOW
        self.n = 0
        self.told: list[tuple[int, str, str]] = []  # minute, change, comment

    def says(self, state: State) -> None:
        """A mail comes."""
        self.n += 1
        said = event("em0", state, self.severity, recovery=Recovery.EXPLICIT)
        mail = outcome(f"m{self.n}", alarm(said), at=self.now)
        changes = correlate(mail, self.store.open_events(), self.store)
        sinks, hold = (lambda _: ("hook",)), (lambda change: hold_for(change, self.holds))
        self.store.record(mail, self.n, changes, seen_at=seen_at(mail), now=self.now, sinks_for=sinks, hold_for=hold)

    def wait(self, minutes: float) -> None:
        """The time goes on, and the outbox is emptied each minute."""
        until = self.now + minutes * MINUTE
        while self.now < until:
            self.now = min(self.now + MINUTE, until)
            for delivery in self.store.outbox.claim("hook", self.now, 10):
                assert delivery.change is not None
                self.told.append((round((self.now - NOW) / MINUTE), str(delivery.change.type), delivery.change.comment))
                self.store.outbox.done(delivery, self.now)

    def restart(self) -> None:
        """Another process opens the same store."""
        path = self.store.path
        self.store.close()
        self.store = Store(path)

    @property
    def changes(self) -> list[tuple[int, str]]:
        return [(minute, change) for minute, change, _ in self.told]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    found = Line(tmp_path / "main.sqlite3")
    yield found
    found.store.close()


def play(line: Line, *phases: float) -> None:
    """Problem and OK in turn, each for so many minutes."""
    for number, minutes in enumerate(phases):
        line.says(State.OK if number % 2 else State.PROBLEM)
        line.wait(minutes)


def test_a_problem_within_its_hold_time_is_told_to_nobody_and_counted(line: Line) -> None:
    play(line, 4, 200)
    assert line.told == []
    (closed,) = line.store.closed_events()
    assert not closed.event.is_told


def test_a_lasting_problem_is_told_after_its_hold_time_and_so_is_its_end(line: Line) -> None:
    play(line, 30, 200)
    assert line.changes == [(10, "opened"), (40, "closed")]


def test_a_critical_one_is_told_at_once(tmp_path: Path) -> None:
    line = Line(tmp_path / "main.sqlite3", Severity.CRITICAL)
    play(line, 30, 200)
    assert line.changes == [(1, "opened"), (31, "closed")]


def test_an_end_that_is_no_end_is_told_to_nobody(line: Line) -> None:
    play(line, 30, 5, 30, 200)
    assert line.changes == [(10, "opened"), (65 + WINDOW / MINUTE, "closed")]
    assert "came back 1 time since" in line.told[-1][2]


@pytest.mark.parametrize(("down", "up"), [(2, 2), (3, 8), (8, 3), (12, 4), (5, 55)])
def test_an_episode_of_flapping_is_at_most_two_messages_and_the_second_says_how_often(line: Line, down: float, up: float) -> None:
    play(line, *(down, up) * 20, down, 300)
    assert [change for _, change in line.changes] in (["opened", "closed"], ["reopened", "closed"])
    assert "came back 20 times since" in line.told[-1][2]


def test_one_that_flaps_more_slowly_than_its_hold_time_is_told_once_as_it_does_and_at_the_end(line: Line) -> None:
    play(line, *(25, 25) * 20, 25, 300)
    assert [change for _, change in line.changes] == ["opened", "closed", "reopened", "closed"]


def test_a_few_short_problems_are_no_flapping(line: Line) -> None:
    play(line, *(2, 10) * 5, 2, 300)
    assert line.told == []


def test_what_comes_back_after_the_window_is_a_new_event(line: Line) -> None:
    play(line, 30, 75, 30, 200)
    assert [change for _, change in line.changes] == ["opened", "closed", "opened", "closed"]
    first, second = line.store.closed_events()
    assert first.event.id != second.event.id


@pytest.mark.parametrize("seed", range(12))
def test_a_restart_at_any_point_changes_nothing_that_is_told(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    phases = [source.choice((1, 4, 9, 11, 30, 70, 90)) for _ in range(24)]
    lines = [Line(tmp_path / f"{number}.sqlite3") for number in range(2)]
    for number, minutes in enumerate(phases):
        for line in lines:
            line.says(State.OK if number % 2 else State.PROBLEM)
            line.wait(minutes)
        lines[1].restart()
    for line in lines:
        line.wait(300)
        line.store.close()
    assert lines[0].told == lines[1].told
    states = [change != "closed" for _, change in lines[0].changes]
    assert states == [number % 2 == 0 for number in range(len(states))], "problem and end take turns at the sink"
    assert not states or not states[-1]


def test_of_a_thousand_alerts_only_those_that_last_page_and_in_time(tmp_path: Path) -> None:
    """70 % are over within their hold time: each of these is counted, none is told; every other is told a minute late at most."""
    source = random.Random(7)
    starts = [source.randrange(24 * 60) for _ in range(1000)]
    lasts = [source.randint(1, 9) if n < 700 else source.randint(11, 300) for n in range(1000)]
    due: dict[int, list[tuple[int, State]]] = {}
    for n, (start, length) in enumerate(zip(starts, lasts, strict=True)):
        due.setdefault(start, []).append((n, State.PROBLEM))
        due.setdefault(start + length, []).append((n, State.OK))
    store, told, seq = Store(tmp_path / "main.sqlite3"), {}, 0
    sinks, hold = (lambda _: ("hook",)), (lambda change: hold_for(change, HOLDS))
    for minute in range(30 * 60):
        now = NOW + minute * MINUTE
        with store.transaction():
            for n, state in due.get(minute, ()):
                seq += 1
                said = event(f"trigger {n}", state, Severity.WARNING, recovery=Recovery.EXPLICIT)
                mail = outcome(f"m{seq}", alarm(said), at=now)
                changes = correlate(mail, [one for one in store.open_events() if one.key == said.key], store)
                store.record(mail, seq, changes, seen_at=now, now=now, sinks_for=sinks, hold_for=hold)
            for delivery in store.outbox.claim("hook", now, 500):
                assert delivery.change is not None
                told.setdefault((delivery.change.event.item, str(delivery.change.type)), minute)
                store.outbox.done(delivery, now)
    over = store.closed_events()
    store.close()
    assert not any((f"trigger {n}", "opened") in told for n in range(700))
    assert sum(not one.event.is_told for one in over) == 700
    for n in range(700, 1000):
        assert told[f"trigger {n}", "opened"] <= starts[n] + HOLD / MINUTE + 1
        assert (f"trigger {n}", "closed") in told
