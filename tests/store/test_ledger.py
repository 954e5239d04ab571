"""received = raised + digested + dropped + passed + held, whatever happens in whatever order."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage.store.main import Store
from mailtriage.types import Verdict
from tests.store.build import DAY, NOW, judged, outcome, raw

_STEPS = st.lists(st.tuples(st.sampled_from([*Verdict, "park", "fail", "twice", "undrop", "wait"]), st.integers(0, 2)), max_size=25)


@settings(max_examples=40, deadline=None)
@given(_STEPS)
def test_the_ledger_balances(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "main.sqlite3")
        received: Counter[date] = Counter()
        n_waiting = 0
        for seq, (step, day) in enumerate(steps, 1):
            at, mail_id = NOW + day * DAY, f"m{seq:03}"
            received[at.date()] += 1
            if step == "wait" or n_waiting:  # the cursor passes no mail by
                n_waiting += 1
                continue
            if step == "park":
                store.park(raw(mail_id, at=at), seq, "no", now=NOW)
                continue
            verdict = Verdict(step) if step in tuple(Verdict) else Verdict.DROP
            mail = outcome(mail_id, judged(verdict=verdict), at=at)
            for _ in range(2 if step == "twice" else 1):
                store.record(mail, seq, seen_at=at, now=NOW)
            if step == "undrop":
                store.undrop(mail_id)
        balance = store.balance(sorted(received.items()), len(steps))
        store.close()
        assert balance.faults == ()
        assert sum(day.n_received for day in balance.days) == len(steps)
        assert sum(day.n_held for day in balance.days) == n_waiting + sum(day.n_parked for day in balance.days)


def test_a_mail_missing_behind_the_cursor_is_a_fault(store: Store) -> None:
    store.record(outcome("m1"), 1, seen_at=NOW, now=NOW)
    store.record(outcome("m3"), 3, seen_at=NOW, now=NOW)
    balance = store.balance([(NOW.date(), 3)], 3)
    assert not balance.is_balanced
    assert "1 received" in balance.faults[0]


def test_a_mail_counted_twice_is_a_fault(store: Store) -> None:
    store.record(outcome("m1"), 1, seen_at=NOW, now=NOW)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE ledger SET n = 2")
    assert len(store.balance([(NOW.date(), 1)], 1).faults) == 2
