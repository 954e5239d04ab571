from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage.store.codec import change_from, change_text, pack, unpack
from mailtriage.types import (
    Change,
    ChangeType,
    Event,
    Judged,
    Measure,
    OpenEvent,
    Outcome,
    Reason,
    Recovery,
    Section,
    Severity,
    State,
    Verdict,
)
from tests.store import build


def tuples(of: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, min_size=least, max_size=2).map(tuple)


# Half surrogate pairs and NUL too: broken mails have them.
text = st.text(st.characters(codec=None), max_size=8)
times = st.datetimes(timezones=st.just(UTC))
number = st.floats(allow_nan=False)
reason = st.builds(Reason, by=text, detail=text)
measure = st.builds(Measure, name=text, subject=text, value=number, unit=text)
severity = st.none() | st.sampled_from(Severity)
section = st.builds(
    Section,
    name=text,
    lines=tuples(text),
    heading=text,
    check=text,
    item=text,
    recovery=st.sampled_from(Recovery),
    state=st.sampled_from(State),
    severity=severity,
    summary=text,
    measures=tuples(measure),
)
event = st.builds(Event, host=text, check=text, item=text, summary=text, origin=text, reason=reason)
judged = st.builds(
    Judged,
    section=section,
    reasons=tuples(reason, 1),
    verdict=st.sampled_from(Verdict),
    severity=severity,
    events=tuples(event),
    score=number,
    shadow=tuples(reason),
)
outcome = st.builds(
    Outcome,
    id=text,
    received_at=times,
    sent_at=st.none() | times,
    kind=text,
    host=text,
    subject=text,
    sender=text,
    severity=severity,
    sections=tuples(judged),
    model_version=text,
    rules_version=text,
    defects=tuples(text),
)
open_event = st.builds(
    OpenEvent,
    id=text,
    key=text,
    host=text,
    check=text,
    item=text,
    summary=text,
    origin=text,
    opened_at=times,
    last_seen_at=times,
    mail_id=text,
)
change = st.builds(Change, type=st.sampled_from(ChangeType), event=open_event, mail_id=text, at=times, comment=text, is_news=st.booleans())


@settings(deadline=None, max_examples=50)
@given(outcome)
def test_an_outcome_comes_back_exactly_as_it_was(outcome: Outcome) -> None:
    assert unpack(pack(outcome)) == outcome


@settings(deadline=None, max_examples=50)
@given(change)
def test_a_change_comes_back_exactly_as_it_was(change: Change) -> None:
    assert change_from(change_text(change)) == change


def test_an_unused_default_takes_no_room_and_a_later_field_no_harm() -> None:
    said = Change(type=ChangeType.OPENED, event=build.open_event(), mail_id="m", at=datetime(2026, 11, 23, tzinfo=UTC))
    assert "comment" not in change_text(said)
    assert change_from(change_text(said)[:-1] + ',"later":1}') == said


@pytest.mark.parametrize("bad", [b"", b"not zstd", b"\x28\xb5\x2f\xfd\x00"])
def test_bytes_that_are_no_outcome_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="not an outcome"):
        unpack(bad)
