"""One shape on few and on many hosts, in the lines of a digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailtriage.digest import text
from mailtriage.types import Entry, OpenEvent, Severity
from tests.digest.editions import SINCE, edition, entry, event


def events(n_hosts: int) -> list[OpenEvent]:
    """The same trouble on so many hosts over six hours, with other numbers on each."""
    every = timedelta(hours=6) / n_hosts
    return [
        event(n, summary=f"pool tank is DEGRADED: {n + 1} of 90 disks", severity=Severity.HIGH, opened_at=SINCE + n * every, item="tank")
        for n in range(n_hosts)
    ]


@pytest.mark.parametrize("n_hosts", [1, 40, 75])
def test_one_shape_is_one_item_of_at_most_ten_lines_and_outliers_stand_apart(n_hosts: int) -> None:
    same = events(n_hosts)
    others = [
        event(200, summary="pool tank is FAULTED: 3 of 90 disks", severity=Severity.HIGH, item="tank"),
        event(201, summary="pool tank is DEGRADED: 0 of 90 disks", severity=Severity.HIGH, item="tank"),
    ]
    alone = text(edition(open_events=tuple(same), opened=tuple(same)))
    shown = alone.split("NEW PROBLEMS")[1].split("412 mails")[0]
    (item,) = [line for line in shown.splitlines() if "zfs_pool" in line]
    assert n_hosts == 1 or f"on {n_hosts} hosts" in item
    assert len(shown.splitlines()) <= 10
    together = text(edition(open_events=(*same, *others), opened=(*same, *others)))
    heads = [line for line in together.splitlines() if "zfs_pool" in line and " on " in line]
    assert len(heads) == 3
    assert any("FAULTED" in line for line in together.splitlines())


@pytest.mark.parametrize("n_hosts", [1, 40, 75])
def test_one_shape_of_what_is_to_be_read_is_one_item_too(n_hosts: int) -> None:
    same: list[Entry] = [replace(entry(n), lines=(f"rsync: connection closed after {n + 1} s",)) for n in range(n_hosts)]
    odd = replace(entry(300), summary="rsync: connection refused", lines=("rsync: connection refused",))
    shown = text(edition(entries=tuple(same))).split("TO READ")[1].split("412 mails")[0]
    assert len([line for line in shown.splitlines() if "cron/output on" in line]) == 1
    assert len(shown.splitlines()) <= 10
    both = text(edition(entries=(*same, odd)))
    assert len([line for line in both.splitlines() if "cron/output on" in line]) == 2
