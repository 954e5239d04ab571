"""Ids sort by time and never repeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailtriage.receive.ids import new_id

NOW = datetime(2100, 1, 1, tzinfo=UTC)


def test_ids_of_one_moment_differ_and_sort_in_the_order_they_were_made() -> None:
    ids = [new_id(NOW) for _ in range(10_000)]
    assert ids == sorted(set(ids))


def test_an_id_is_16_characters_that_cannot_be_misread() -> None:
    assert all(len(new_id(NOW)) == 16 and not set(new_id(NOW)) - set("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(100))


def test_a_later_id_is_greater() -> None:
    later = NOW + timedelta(hours=1)
    assert new_id(NOW) < new_id(later) < new_id(later + timedelta(milliseconds=1))
