from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mailtriage.sinks import Answer
from mailtriage.sinks.webhook import Settings, send
from mailtriage.store.values import Delivery, What
from mailtriage.types import ChangeType
from tests.sinks.servers import hook
from tests.store.build import NOW, change, open_event


def settings(port: int) -> Settings:
    return Settings(url=f"http://127.0.0.1:{port}/alerts", timeout_s=5)


def test_an_event_arrives_as_json_with_a_stable_id(delivery: Delivery) -> None:
    with hook() as target:
        for _ in range(2):
            assert send(delivery, settings(target.port)).answer is Answer.DONE
    assert target.bodies[0] == target.bodies[1]
    assert json.loads(target.bodies[0]) == {
        "id": "d1",
        "event_id": "e1",
        "key": "web07.example.org/filesystem//var",
        "state": "problem",
        "change": "opened",
        "severity": "high",
        "summary": "/var is 97 % full",
        "host": "web07.example.org",
        "check": "filesystem",
        "item": "/var",
        "at": "2026-11-23T03:01:07Z",
        "opened_at": "2026-11-22T03:01:07Z",
        "mail_id": "m1",
        "count": 1,
        "comment": "",
        "origin": "mailtriage",
    }
    assert target.headers[0]["Idempotency-Key"] == "d1"


def test_the_end_of_a_problem_is_an_ok(delivery: Delivery) -> None:
    with hook() as target:
        send(replace(delivery, change=change(ChangeType.CLOSED, mail_id="")), settings(target.port))
    said = json.loads(target.bodies[0])
    assert (said["state"], said["change"], said["mail_id"]) == ("ok", "closed", "m0")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer.DONE),
        (204, Answer.DONE),
        (302, Answer.AGAIN),
        (400, Answer.NEVER),
        (401, Answer.AGAIN),
        (404, Answer.AGAIN),
        (422, Answer.NEVER),
        (408, Answer.AGAIN),
        (425, Answer.AGAIN),
        (429, Answer.AGAIN),
        (500, Answer.AGAIN),
        (503, Answer.AGAIN),
        (0, Answer.AGAIN),
    ],
)
def test_what_the_target_answers_decides(delivery: Delivery, status: int, answer: Answer) -> None:
    with hook() as target:
        target.answers = [status]
        result = send(delivery, settings(target.port))
    assert result.answer is answer
    assert bool(result.detail) is (answer is not Answer.DONE)


def test_a_target_that_is_down_is_asked_again(delivery: Delivery) -> None:
    with hook() as target:
        port = target.port
    assert send(delivery, settings(port)).answer is Answer.AGAIN


def test_text_of_a_mail_stays_inside_its_field_and_is_bounded(delivery: Delivery) -> None:
    nasty = open_event('x\r\n\x1b[31m"},{\u2028' + "y" * 100_000, summary="z" * 10**6)
    with hook() as target:
        send(replace(delivery, change=change(of=nasty)), settings(target.port))
    assert len(target.bodies[0]) < 16_384
    assert b"\n" not in target.bodies[0]
    assert b"\\u001b" not in target.bodies[0]
    assert json.loads(target.bodies[0])["item"].startswith('x "},{ y')


def test_a_digest_is_not_for_webhooks() -> None:
    digest = Delivery(id="d", sink="hook", what=What.DIGEST, order_key="digest", mail_id="", created_at=NOW)
    assert send(digest, Settings(url="http://127.0.0.1:9/")).answer is Answer.NEVER
