from __future__ import annotations

from dataclasses import replace

import pytest

from mailtriage.correlate.ack import acknowledgement
from mailtriage.errors import InputError
from mailtriage.store.main import Store
from mailtriage.types import ChangeType
from tests.store.build import DAY, NOW, change, open_event


def test_an_acknowledgement_belongs_to_the_open_event_only(store: Store) -> None:
    store.apply([change()], now=NOW)
    given = acknowledgement(store.acks.event(open_event().key), comment="known", who="ann", at=NOW, until=NOW + DAY, above=98)
    store.acks.add(given)
    assert store.acks.all() == store.acks.of([change()]) == (given,)
    assert store.acks.of([change(of=open_event(key_id="e2"))]) == store.acks.of([]) == ()
    store.apply([change(ChangeType.CLOSED)], now=NOW)
    assert store.acks.all() == store.acks.of([change()]) == ()
    with pytest.raises(InputError, match=r"no event .* is open"):
        store.acks.event(open_event().key)


def test_the_later_acknowledgement_replaces_the_earlier_and_can_be_taken_back(store: Store) -> None:
    store.apply([change()], now=NOW)
    given = acknowledgement(open_event(), comment="known", who="ann", at=NOW)
    store.acks.add(given)
    later = replace(given, comment="\ud800", who="bob", above=99)
    store.acks.add(later)
    assert store.acks.all() == (replace(later, comment="?"),)
    store.acks.end(("e1",))
    assert store.acks.all() == ()


def test_the_number_of_an_event_is_kept(store: Store) -> None:
    store.apply([change(of=replace(open_event(), value=97.5))], now=NOW)
    assert store.open_events()[0].value == 97.5
    store.apply([change(ChangeType.UPDATED, replace(open_event(), value=98.5))], now=NOW)
    assert store.open_events()[0].value == 98.5
