from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailtriage.correlate.maintenance import hold, holds, release
from mailtriage.types import Change, ChangeType, OpenEvent, Severity, Window
from tests.store.build import NOW, change, open_event

HOUR = timedelta(hours=1)


def window(host: str = "web*.example.org", *, n: int = 1, group: str = "", unless: Severity | None = None) -> Window:
    return Window(n=n, host=host, group=group, starts_at=NOW, until=NOW + HOUR, unless=unless, comment="new switch", who="ann")


def groups_of(host: str) -> frozenset[str]:
    return frozenset({"dmz"}) if host.startswith("web") else frozenset()


def held_by(event: OpenEvent, *windows: Window, at: timedelta = timedelta()) -> int:
    found = holds(event, windows, NOW + at, groups_of)
    return found.n if found else 0


@pytest.mark.parametrize(
    ("host", "glob", "group", "n"),
    [
        ("web07.example.org", "web*.example.org", "", 1),
        ("WEB07.example.org", "web07.example.org", "", 1),
        ("web07.example.org", "web07", "", 0),
        ("db01.example.org", "web*.example.org", "", 0),
        ("web07.example.org", "", "dmz", 1),
        ("db01.example.org", "", "dmz", 0),
        ("", "*", "", 1),
        ("mailtriage", "*", "", 0),
    ],
)
def test_a_window_is_for_the_hosts_it_names(host: str, glob: str, group: str, n: int) -> None:
    assert held_by(open_event(host=host), window(glob, group=group)) == n


def test_a_window_holds_from_its_beginning_to_its_end() -> None:
    second = timedelta(seconds=1)
    assert [held_by(open_event(), window(), at=at) for at in (-second, 0 * HOUR, HOUR - second, HOUR)] == [0, 1, 1, 0]


def test_a_window_that_has_ended_holds_nothing_although_the_clock_is_set_back() -> None:
    assert held_by(open_event(), replace(window(), ended_at=NOW + HOUR)) == 0


def test_where_windows_overlap_the_one_that_is_open_holds() -> None:
    assert held_by(open_event(), replace(window(), ended_at=NOW), window(n=2)) == 2


@pytest.mark.parametrize(("severity", "n"), [(Severity.WARNING, 1), (Severity.HIGH, 0), (Severity.CRITICAL, 0)])
def test_what_is_as_bad_as_the_exception_is_told(severity: Severity, n: int) -> None:
    assert held_by(open_event(severity=severity), window(unless=Severity.HIGH)) == n
    assert held_by(open_event(severity=severity), window()) == 1


def news(changes: tuple[Change, ...]) -> list[bool]:
    return [change.is_news for change in changes]


def test_what_opens_or_gets_worse_is_held_and_an_end_is_told() -> None:
    other = open_event(host="db01.example.org", key_id="e2")
    changes = [change(), change(ChangeType.UPDATED), change(ChangeType.CLOSED), change(of=other), change(ChangeType.UPDATED, other)]
    held = hold(changes, [window()], NOW, groups_of)
    assert news(held.changes) == [False, False, True, True, True]
    assert (held.marks, held.told) == ((("e1", 1), ("e1", 1)), ("e2",))


def test_a_mere_repeat_is_not_held_as_it_is_no_news() -> None:
    repeat = replace(change(ChangeType.UPDATED), is_news=False)
    held = hold([repeat], [window()], NOW, groups_of)
    assert (held.changes, held.marks, held.told) == ((repeat,), (), ())


def test_what_is_still_open_is_told_when_no_window_holds_it_any_more() -> None:
    events = [open_event(), open_event(item="/usr", key_id="e2"), open_event(item="/tmp", key_id="e3")]
    held = frozenset({"e1", "e2", "e9"})
    assert release(events, held, [window()], NOW, groups_of) == ()
    released = release(events, held, [window()], NOW + HOUR, groups_of, acked=frozenset({"e2"}))
    assert [(change.type, change.event.id, change.is_news) for change in released] == [(ChangeType.UPDATED, "e1", True)]


def test_a_host_that_leaves_the_group_is_told_of_at_once() -> None:
    (released,) = release([open_event()], frozenset({"e1"}), [window("", group="dmz")], NOW, lambda _: frozenset())
    assert released.event.id == "e1"
