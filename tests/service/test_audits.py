"""Audits from the digest's question to the suspended rule, in a store and with a real `serve`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mailtriage.config import Config
from mailtriage.service import auditing, files, mailing
from mailtriage.service.deliver import RELAY_SINK
from mailtriage.store.main import Store
from mailtriage.store.values import Answer, Audit
from mailtriage.types import Verdict
from tests.cli.running import cron_mail, run
from tests.service.running import Serve, wait_until
from tests.service.sites import HOUR, NOW, Site

DAY = 24 * HOUR
RULE, SOURCE = "cron/our-backup-fine", "rule cron/our-backup-fine"
QUIET_RULE = """
[[rule]]
id = "our-backup-fine"
section = "output"
action = "drop"
lines = ['^backup \\d+ done, \\d+ files$']
reason = "our nightly backup says it went well"
review = 2030-01-01
hit = ["backup 7 done, 9 files"]
miss = ["backup done, 3 files"]
"""
CONFIG = '[model]\npath = "none"\n[digest]\nto = ["admin@example.org"]\n[relay]\nhost = "127.0.0.1"\n'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "cron.toml").write_text(QUIET_RULE)
    site = Site(tmp_path, CONFIG)
    yield site
    site.store.close()
    site.spool.close()


def drop(site: Site, n: int) -> list[str]:
    return [site.cron(f"backup {number} done, 9 files") for number in range(n)]


def send(site: Site, slot: str = "2026-11-25T06:30:00+00:00") -> str:
    """The text of the digest of this slot."""
    at = NOW + 3 * DAY
    assert mailing.send(site.store, site.spool, site.config, (), slot=slot, now=at)
    (delivery,) = site.store.outbox.claim(RELAY_SINK, at)
    site.store.outbox.done(delivery, at)
    return delivery.text


def reply(site: Site, audit: Audit, said: Answer) -> tuple[str, ...]:
    return auditing.answer(site.store, site.config, audit, said, why="", who="root", at=NOW + DAY)


def test_a_digest_asks_about_some_of_what_was_dropped_since_the_last(site: Site) -> None:
    drop(site, 40)
    text = send(site)
    assert "PLEASE CHECK: 5 DROPPED SECTIONS, DRAWN AT RANDOM" in text
    asked = site.store.audits.open()
    assert [audit.chance for audit in asked] == [5 / 40] * 5
    assert all(f"mailtriage audit answer {audit.id} right" in text for audit in asked)
    assert "PLEASE CHECK" in send(site, "2026-11-26T06:30:00+00:00")  # nobody answered: still the same five
    assert site.store.audits.open() == asked
    ids = drop(site, 3)
    text = send(site, "2026-11-27T06:30:00+00:00")
    assert "PLEASE CHECK: 5 DROPPED SECTIONS" in text
    assert {audit.drop.mail_id for audit in site.store.audits.open()} >= set(ids)
    assert "and 3 earlier questions without an answer" in text


def test_a_second_try_asks_the_same(site: Site, tmp_path: Path) -> None:
    drop(site, 40)
    site.store.close()
    copy = tmp_path / "copy"
    files.instance(site.config)
    shutil.copytree(site.config.store.path, copy)
    asked = []
    for folder in (site.config.store.path, copy):
        store = Store(folder / "mailtriage.sqlite3")
        asked.append([audit.id for audit in auditing.ask(store, site.config, "monday", NOW)])
        assert [audit.id for audit in auditing.ask(store, site.config, "monday", NOW)] == asked[-1]
        store.close()
    assert asked[0] == asked[1]
    assert len(asked[0]) == 5


def test_a_wrong_drop_is_shown_labelled_and_stops_its_rule(site: Site) -> None:
    drop(site, 40)
    audit = auditing.next_question(site.store, site.config, NOW + 2 * DAY)
    assert audit is not None
    assert reply(site, audit, Answer.WRONG) == (SOURCE,)
    assert [entry.mail_id for entry in site.store.entries()] == [audit.drop.mail_id]
    (label,) = site.store.learning.labels(audit.drop.mail_id)
    assert (label.verdict, label.section, label.how, label.question) == (Verdict.DIGEST, "output", "audit", audit.id)
    (suspension,) = site.store.audits.suspensions()
    assert suspension.why.startswith("1 wrong of 1 audited")
    assert suspension.why.endswith("allowed are 1.0 %")
    (source,) = auditing.report(site.store, 0.01).sources
    assert (source.source, source.is_suspended, source.found.n_wrong, source.found.n_drops) == (SOURCE, True, 1, 40)


def test_right_answers_bound_the_share_of_wrong_drops(site: Site) -> None:
    drop(site, 40)
    for n in range(40):
        audit = auditing.next_question(site.store, site.config, NOW + 2 * DAY + n * HOUR)
        assert audit is not None
        assert reply(site, audit, Answer.RIGHT) == ()
        found = auditing.report(site.store, 0.01)
        assert (found.rules.found.high == 0) == (n == 39)
    assert found.rules.text == "0 wrong of 40, all audited: 0 %"
    assert found.learning.text == "nothing to ask about yet"
    assert auditing.next_question(site.store, site.config, NOW + 9 * DAY) is None


def test_a_label_answers_the_question_about_its_mail(site: Site) -> None:
    drop(site, 200)
    audit, other, *_ = auditing.ask(site.store, site.config, "monday", NOW)
    label_as = partial(auditing.label, site.store, site.config, why="", who="root", at=NOW)
    _, answered, suspended = label_as(audit.drop.mail_id, None, Verdict.DROP)
    assert ([one.id for one in answered], suspended) == ([audit.id], ())
    assert site.store.audits.find(audit.id).answer is Answer.RIGHT
    (label,) = site.store.learning.labels(audit.drop.mail_id)
    assert (label.how, label.question) == ("audit", audit.id)
    _, answered, suspended = label_as(other.drop.mail_id, "output", Verdict.EVENT)
    assert ([one.id for one in answered], suspended) == ([other.id], (SOURCE,))
    assert site.store.audits.find(other.id).answer is Answer.WRONG


@pytest.mark.parametrize(("n_drops", "is_suspended"), [(40, True), (150, False)])
def test_an_undropped_mail_stops_its_rule_only_where_it_alone_is_too_much(site: Site, n_drops: int, *, is_suspended: bool) -> None:
    ids = drop(site, n_drops)
    auditing.ask(site.store, _asking(site.config, 1), "monday", NOW)
    mail_id = next(one for one in ids if not site.store.audits.of_mail(one))
    assert auditing.undrop(site.store, site.config, mail_id, who="root", at=NOW) == (True, (SOURCE,) if is_suspended else ())
    assert auditing.undrop(site.store, site.config, mail_id, who="root", at=NOW) == (False, ())
    (source,) = auditing.report(site.store, 0.01).sources
    assert (source.n_known, source.found.n_wrong, source.found.n_drops) == (1, 0, n_drops - 1)  # apart from the estimate


def test_an_undropped_mail_that_was_asked_about_answers_the_question(site: Site) -> None:
    drop(site, 200)
    audit = auditing.ask(site.store, site.config, "monday", NOW)[0]
    assert auditing.undrop(site.store, site.config, audit.drop.mail_id, who="root", at=NOW) == (True, (SOURCE,))
    assert site.store.audits.find(audit.id).answer is Answer.WRONG
    assert site.store.audits.known_wrong() == ()


def test_without_questions_wanted_none_are_asked(site: Site) -> None:
    drop(site, 5)
    assert auditing.ask(site.store, _asking(site.config, 0), "monday", NOW) == ()
    assert site.store.audits.has_new()


def _asking(config: Config, n: int) -> Config:
    return replace(config, digest=replace(config.digest, n_audits=n))


def _json(serve: Serve, *arguments: str) -> Any:
    ended = run(serve.folder, *arguments, "--json", "--config", str(serve.config))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def _cli(serve: Serve, *arguments: str, code: int = 0) -> str:
    ended = run(serve.folder, *arguments, "--config", str(serve.config))
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


def test_serve_takes_a_suspension_with_the_next_mail_and_its_end_too(tmp_path: Path) -> None:
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "cron.toml").write_text(QUIET_RULE)
    key = f"mailtriage/suspended/{SOURCE}"
    with Serve(tmp_path, extra='[model]\npath = "none"\n') as serve:

        def verdict_of(number: int) -> tuple[str, str]:
            (mail_id,) = serve.mail_ids(cron_mail(f"backup {number} done, 3 files", number))
            serve.wait_until_judged()
            return mail_id, {row["id"]: row["verdict"] for row in _json(serve, "mails")}[mail_id]

        def is_told() -> bool:
            store = serve.store()
            try:
                return key in {event.key for event in store.open_events()}
            finally:
                store.close()

        assert verdict_of(1)[1] == "drop"
        assert "no question is open" in _cli(serve, "audit", "next", "--dry-run")
        question = _json(serve, "audit", "next")
        assert (question["source"], question["lines"], question["chance"]) == (SOURCE, ["backup 1 done, 3 files"], 1.0)
        shown = _cli(serve, "audit", "next")
        assert "| backup 1 done, 3 files\n" in shown
        assert f"mailtriage audit answer {question['id']} right" in shown
        assert "would answer" in _cli(serve, "audit", "answer", question["id"], "wrong", "--dry-run")
        assert "drops nothing any more" in _cli(serve, "audit", "answer", question["id"][:4], "wrong", "--why", "3 files are not fine")
        assert "backup 1 done, 3 files" in _cli(serve, "digest")

        kept, verdict = verdict_of(2)
        assert verdict == "digest"
        assert f"not acting: test rule {RULE}: would drop: backup 2 done, 3 files" in _cli(serve, "why", kept)
        serve.signal(1)  # a reload looks at once at what the clock brings
        wait_until(is_told, "the event of the suspension")
        report = _json(serve, "audit", "report")
        assert [(one["source"], one["suspended"], one["wrong"]) for one in report["sources"]] == [(SOURCE, True, 1)]
        assert "suspended" in _cli(serve, "audit", "report")

        assert "would lift" in _cli(serve, "audit", "lift", SOURCE, "--why", "the rule is mended", "--dry-run")
        assert "may drop again" in _cli(serve, "audit", "lift", SOURCE, "--why", "the rule is mended")
        assert verdict_of(3)[1] == "drop"
        serve.signal(1)
        wait_until(lambda: not is_told(), "the end of the suspension's event")
        assert serve.stop() == 0
