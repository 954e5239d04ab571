"""A queue that drains: what a relay kept for days comes in one minute, in any order, and twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mailtriage.simulate import fleet, mails
from mailtriage.types import RawMail
from tests.fleet.running import START, FleetRun, Told, alternates, received

DAYS = 14
OUTAGE = START + timedelta(days=5, hours=12)


@pytest.fixture(scope="module")
def letters() -> list[RawMail]:
    made = mails(fleet(hosts=14, days=DAYS, seed=9, start=START))
    return [_relayed(raw) for raw in received(made)]


def _relayed(raw: RawMail) -> RawMail:
    by = "by relay.example.org (Postfix) with ESMTP id X"
    stamp = f"Received: from client (client [192.0.2.9])\r\n\t{by};\r\n\t{format_datetime(raw.received_at)}\r\n"
    return replace(raw, data=stamp.encode() + raw.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _told(folder: Path, mails: Sequence[RawMail], *more: RawMail) -> tuple[Told, set[str], set[str]]:
    """What the sink was told, what is open at the end, and who is called silent."""
    run = FleetRun(folder)
    told = run.run((*mails, *more))
    run.wait(run.worker.now() + timedelta(hours=1), timedelta(minutes=10))
    known = run.worker.store.open_events()
    run.close()
    return told, {event.key for event in known if event.check != "silence"}, {event.key for event in known if event.check == "silence"}


@pytest.fixture(scope="module")
def in_time(letters: list[RawMail], tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, set[str], set[str]]:
    return _told(tmp_path_factory.mktemp("in-time"), letters)


@pytest.mark.parametrize("order", ["sent", "reversed", "random"])
def test_a_backlog_in_one_minute_leaves_open_what_mail_in_time_would_have(
    letters: list[RawMail], in_time: tuple[Told, set[str], set[str]], tmp_path: Path, order: str
) -> None:
    at = START + timedelta(days=DAYS)
    before = [raw for raw in letters if raw.received_at < OUTAGE]
    kept = [replace(raw, received_at=at) for raw in letters if raw.received_at >= OUTAGE]
    if order == "reversed":
        kept.reverse()
    elif order == "random":
        random.Random(1).shuffle(kept)
    late, is_open, silent = _told(tmp_path, (*before, *kept))
    assert {key: states for key, states in late.by_key.items() if not alternates(states)} == {}
    assert is_open == in_time[1]
    assert silent <= in_time[2] | {"-/silence/-"}


def test_the_same_week_twice_opens_and_closes_nothing(
    letters: list[RawMail], in_time: tuple[Told, set[str], set[str]], tmp_path: Path
) -> None:
    end = letters[-1].received_at
    again = [replace(raw, id=f"x{raw.id}", received_at=end) for raw in letters if raw.received_at >= end - timedelta(days=7)]
    told, is_open, _ = _told(tmp_path, letters, *again)
    assert told.by_key == in_time[0].by_key
    assert is_open == in_time[1]
