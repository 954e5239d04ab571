"""From the outbox to the target and back: what is marked, what is kept, in which order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from mailtriage.sinks import Delivery, Result, Sink, deliver, open_sink
from mailtriage.store.main import Store
from mailtriage.types import ChangeType, RawMail
from tests.sinks.servers import hook
from tests.store.build import NOW, change, open_event, raw

LATER = NOW + timedelta(hours=1)


def fill(store: Store, *items: str) -> None:
    for item in items:
        for type_ in (ChangeType.OPENED, ChangeType.CLOSED):
            store.outbox.add_change(change(type_, open_event(item, key_id=item)), ("hook",), NOW)


def go(store: Store, sink: Sink, at: datetime = NOW, mail: RawMail | None = None) -> int:
    return deliver(store.outbox, sink, lambda: at, lambda _: mail)


def test_everything_due_arrives_in_order(store: Store) -> None:
    fill(store, "a", "b")
    with hook() as target:
        sink = open_sink("hook", "webhook", {"url": f"http://127.0.0.1:{target.port}/"})
        assert go(store, sink) == 4
        assert go(store, sink) == 0
    said = [(one["item"], one["state"]) for one in map(json.loads, target.bodies)]
    assert said == [("a", "problem"), ("a", "ok"), ("b", "problem"), ("b", "ok")]
    assert store.outbox.counts() == ()


def test_a_failing_target_is_asked_once_a_round_and_gets_all_in_order_later(store: Store) -> None:
    fill(store, "a")
    with hook() as target:
        target.answers = [503, 200]
        sink = open_sink("hook", "webhook", {"url": f"http://127.0.0.1:{target.port}/"})
        assert go(store, sink) == 0
        assert go(store, sink) == 0  # not due yet, and the end of the problem waits for its beginning
        assert len(target.bodies) == 1
        assert go(store, sink, LATER) == 2
    ids = [json.loads(body)["id"] for body in target.bodies]
    assert ids[0] == ids[1]
    assert [json.loads(body)["state"] for body in target.bodies] == ["problem", "problem", "ok"]


def test_one_event_the_target_chokes_on_does_not_stop_the_others(store: Store) -> None:
    fill(store, "poison", "b")

    def send(delivery: Delivery) -> Result:
        assert delivery.change is not None
        return Result.again("HTTP 500") if delivery.change.event.item == "poison" else Result.done()

    sink = Sink(name="hook", send=send)
    assert [go(store, sink) for _ in range(2)] == [0, 2]
    assert store.outbox.counts() == (("hook", "waiting", 2),)


def test_what_the_target_never_takes_becomes_a_dead_letter(store: Store) -> None:
    fill(store, "a")
    with hook() as target:
        target.answers = [422, 200]
        assert go(store, open_sink("hook", "webhook", {"url": f"http://127.0.0.1:{target.port}/"})) == 1
    (letter,) = store.outbox.dead_letters()
    assert letter.error == "HTTP 422 Unprocessable Entity"


def test_a_sink_that_raises_keeps_its_delivery(store: Store) -> None:
    fill(store, "a")

    def send(_: Delivery) -> Result:
        raise KeyError("a bug")

    assert go(store, Sink(name="hook", send=send)) == 0
    assert store.outbox.counts() == (("hook", "waiting", 2),)


def test_a_kill_after_the_send_doubles_it_under_the_same_id(store: Store) -> None:
    fill(store, "a")
    seen: list[str] = []

    def killed(delivery: Delivery) -> Result:
        seen.append(delivery.id)
        raise KeyboardInterrupt

    for at in (NOW, LATER):
        try:
            go(store, Sink(name="hook", send=killed), at)
        except KeyboardInterrupt:
            continue
    assert len(seen) == 2
    assert len(set(seen)) == 1


def test_a_passed_mail_gets_its_bytes_from_the_spool(store: Store) -> None:
    store.outbox.add_pass("m1", ("mail",), NOW)
    store.outbox.add_pass("m2", ("mail",), NOW)
    got: list[RawMail | None] = []

    def send(delivery: Delivery) -> Result:
        got.append(delivery.raw)
        return Result.done()

    assert deliver(store.outbox, Sink(name="mail", send=send), lambda: NOW, lambda mail_id: raw() if mail_id == "m1" else None) == 1
    assert got == [raw()]
    assert "not in the spool" in store.outbox.dead_letters()[0].error
