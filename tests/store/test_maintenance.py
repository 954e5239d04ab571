from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailtriage.errors import InputError
from mailtriage.store.main import Store
from mailtriage.types import Severity, Window
from tests.store.build import DAY, NOW, change, open_event

HOUR = timedelta(hours=1)
WINDOW = Window(
    n=1,
    host="web*.example.org",
    group="",
    starts_at=NOW,
    until=NOW + HOUR,
    unless=Severity.CRITICAL,
    comment="new switches",
    who="ann",
)


def test_a_window_comes_back_as_it_was_given_until_it_is_ended(store: Store) -> None:
    planned = replace(WINDOW, n=2, host="", group="dmz", starts_at=NOW + DAY, until=NOW + 2 * DAY, unless=None)
    assert [store.maintenance.add(WINDOW), store.maintenance.add(planned)] == [WINDOW, planned]
    assert store.maintenance.windows() == (WINDOW, planned)
    assert store.maintenance.end(2, NOW) == replace(planned, ended_at=NOW)
    assert store.maintenance.windows() == (WINDOW,)
    with pytest.raises(InputError, match="no maintenance window 2 is open"):
        store.maintenance.end(2, NOW)


def test_a_window_is_over_at_its_end_and_not_before(store: Store) -> None:
    store.maintenance.add(WINDOW)
    store.maintenance.pass_by(WINDOW.until - timedelta(seconds=1))
    assert store.maintenance.windows() == (WINDOW,)
    store.maintenance.pass_by(WINDOW.until)
    assert store.maintenance.windows() == ()
    assert store.maintenance.counts(NOW + 2 * HOUR) == ()


def test_an_event_is_held_until_all_of_it_is_told(store: Store) -> None:
    store.maintenance.add(WINDOW)
    store.apply([change(), change(of=open_event(item="/usr", key_id="e2"))], now=NOW)
    store.maintenance.note([("e1", 1), ("e2", 1)], (), NOW)
    assert store.maintenance.held() == store.maintenance.untold(["e1", "e2", "e3"]) == {"e1", "e2"}
    store.maintenance.note((), ["e1"], NOW)
    assert store.maintenance.held() == store.maintenance.untold(["e1", "e2", "e3"]) == {"e2"}
    (count,) = store.maintenance.counts(NOW)
    assert (count.window, count.n_held, count.n_waiting, count.n_over, count.n_told) == (WINDOW, 2, 1, 0, 1)
