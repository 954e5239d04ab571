"""A real `serve`: what comes in by mail leaves as nothing, an event, a line of the digest, or unchanged."""

from __future__ import annotations

import json
import re
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import cron_mail, run
from tests.service.running import Serve, wait_until
from tests.sinks.servers import Hook, Relay, hook, relay

NO_MODEL = '[model]\npath = "none"\n'
QUIET_RULE = """
[[rule]]
id = "our-backup-fine"
section = "output"
action = "drop"
lines = ['^backup of \\S+ done, 0 errors$']
reason = "our nightly backup says it went well"
review = 2030-01-01
hit = ["backup of web07 done, 0 errors"]
miss = ["backup of web07 done, 3 errors"]
"""
QUIET = cron_mail("backup of web07 done, 0 errors", 1)
TROUBLE = cron_mail('pg_dump: error: connection to server at "db", port 5432 failed: Connection refused', 2)
ODD = cron_mail("the flux compensator is warm", 3)
PERSON = (
    b"Received: from mail.example.org by web07.example.org; Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    b"From: Jane Roe <jane@example.org>\r\nTo: root@example.org\r\nSubject: Re: lunch?\r\n"
    b"Message-ID: <lunch@example.org>\r\nIn-Reply-To: <question@example.org>\r\nUser-Agent: Mutt/2.2.9\r\n"
    b"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nHi Jim,\r\n\r\nyes, at one.\r\n\r\n.\r\nBest, Jane\r\n"
)


def _crlf(mail: bytes) -> bytes:
    return re.sub(rb"\r?\n", b"\r\n", mail)


def _with_rule(folder: Path) -> None:
    (folder / "rules.d").mkdir(exist_ok=True)
    (folder / "rules.d" / "cron.toml").write_text(QUIET_RULE)


@pytest.fixture
def target() -> Iterator[Hook]:
    with hook() as state:
        yield state


@pytest.fixture
def mta() -> Iterator[Relay]:
    with relay() as state:
        yield state


def _cli(serve: Serve, *arguments: str, code: int = 0) -> str:
    """What a command prints on the store of the daemon, while it runs."""
    ended = run(serve.folder, *arguments, "--config", str(serve.config))
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


def _json(serve: Serve, *arguments: str) -> Any:
    return json.loads(_cli(serve, *arguments, "--json"))


def _waiting(serve: Serve) -> int:
    store = serve.store()
    try:
        return sum(n for _, state, n in store.outbox.counts() if state == "waiting")
    finally:
        store.close()


def _verdict(serve: Serve, mail_id: str) -> str:
    store = serve.store()
    try:
        row = store.mail(mail_id)
        return row.verdict.value if row else ""
    finally:
        store.close()


def test_mails_leave_as_nothing_as_an_event_as_a_line_or_unchanged(tmp_path: Path, target: Hook, mta: Relay) -> None:
    _with_rule(tmp_path)
    lmtp = tmp_path / "lmtp"
    extra = f"""
[relay]
host = "127.0.0.1"
port = {mta.port}
[digest]
to = ["admin@example.org"]
[[sink]]
type = "webhook"
url = "http://127.0.0.1:{target.port}/"
[[sink]]
type = "file"
path = {json.dumps(str(tmp_path / "events.jsonl"))}
"""
    with Serve(tmp_path, receive=f'lmtp = "{lmtp}"', extra=NO_MODEL + extra) as serve:
        quiet, trouble, odd = serve.mail_ids(*map(_crlf, (QUIET, TROUBLE, ODD)))
        with smtplib.LMTP(str(lmtp)) as client:
            client.sendmail("jane@example.org", ["root@example.org"], PERSON)
        serve.wait_until_judged()
        wait_until(lambda: not _waiting(serve), "everything delivered")

        key = "web07.example.org/cron_job/root: /usr/local/bin/backup"
        listed = {row["id"]: row for row in _json(serve, "mails")}
        person = next(mail_id for mail_id, row in listed.items() if row["verdict"] == "pass")
        assert {mail_id: row["verdict"] for mail_id, row in listed.items()} == {
            quiet: "drop",
            trouble: "event",
            odd: "digest",
            person: "pass",
        }
        assert listed[quiet]["by"] == "rule cron/our-backup-fine"

        (line,) = (tmp_path / "events.jsonl").read_text().splitlines()
        told = json.loads(line)
        assert (told["key"], told["state"], told["mail_id"]) == (key, "problem", trouble)
        assert [json.loads(body)["key"] for body in target.bodies] == [key]
        assert target.headers[0]["Idempotency-Key"]
        ((sender, recipients, content, _),) = mta.mails
        assert (sender, recipients) == ("jane@example.org", ["root@example.org"])
        ours, separator, passed = content.partition(b"Received: ")
        assert separator + passed == PERSON  # as it came, below two lines of ours
        assert [field.split(b":")[0] for field in ours.splitlines()] == [b"X-Mailtriage-Loop", b"X-Mailtriage-Id"]
        assert serve.send(content)[0].startswith("5")  # what we have sent is not taken again

        assert [event["key"] for event in _json(serve, "events", "--open")] == [key]
        assert {row["host"] for row in _json(serve, "hosts")} >= {"web07.example.org"}
        (day,) = _json(serve, "ledger")["days"]
        del day["day"]
        assert day == {"received": 4, "raised": 1, "digested": 1, "dropped": 1, "passed": 1, "held": 0}
        assert run(serve.folder, "show", quiet, "--raw").stdout == _crlf(QUIET).decode()
        assert "the flux compensator is warm" in _cli(serve, "show", odd[:12])
        assert "rule cron/our-backup-fine: our nightly backup says it went well" in _cli(serve, "why", quiet)
        assert "the flux compensator is warm" in _cli(serve, "digest")
        assert "MAILTRIAGE OK - 1 events open, 0 mails waiting" in _cli(serve, "status", "--nagios")
        assert "beginning of several ids" in run(serve.folder, "why", quiet[:2]).stderr
        assert _cli(serve, "sinks", "check").count(" 0 waiting, 0 given up") == 3

        assert "would take back" in _cli(serve, "undrop", quiet, "--dry-run")
        assert _verdict(serve, quiet) == "drop"
        assert "will be in the next digest" in _cli(serve, "undrop", quiet)
        assert "nothing to take back" in _cli(serve, "undrop", quiet)
        assert "Since then: digest by undrop" in _cli(serve, "why", quiet)
        assert "backup of web07 done" in _cli(serve, "digest")
        (day,) = _json(serve, "ledger")["days"]
        assert (day["digested"], day["dropped"]) == (2, 0)

        assert "labelled" in _cli(serve, "label", odd, "drop", "--why", "it is always warm")
        assert "labelled" in _cli(serve, "label", odd, "digest", "--section", "output")
        ended = run(serve.folder, "label", odd, "drop", "--section", "nowhere")
        assert (ended.returncode, "it has output" in ended.stderr) == (2, True)
        assert "took back the label digest of section output" in _cli(serve, "unlabel", odd)
        assert "took back the label drop of" in _cli(serve, "unlabel", odd)
        assert "nothing to take back" in _cli(serve, "unlabel", odd)
        assert "acknowledged" in _cli(serve, "ack", key, "--comment", "the database moves today", "--until", "2030-01-01")
        assert _json(serve, "events", "--open")[0]["ack"] == "the database moves today"

        assert "the flux compensator is warm" in _cli(serve, "digest", "--send", "--dry-run")
        assert _cli(serve, "digest", "--send") == "on its way to admin@example.org\n"
        wait_until(lambda: len(mta.mails) == 2, "the digest")
        assert "the flux compensator is warm" not in _cli(serve, "digest")  # shown once
        assert serve.stop() == 0


def test_the_digest_goes_out_when_the_mails_own_clock_says_so(tmp_path: Path, mta: Relay) -> None:
    extra = f'[relay]\nhost = "127.0.0.1"\nport = {mta.port}\n[digest]\nto = ["admin@example.org"]\nat = "06:30"\n'
    with Serve(tmp_path, extra=NO_MODEL + extra, arguments=["--mail-clock"]) as serve:
        evening = ODD.replace(b"Mon, 23 Nov 2026 03:00", b"Mon, 23 Nov 2026 20:00")
        serve.send(evening, cron_mail("still warm", 4).replace(b"Mon, 23 Nov 2026 03:00", b"Tue, 24 Nov 2026 06:29"))
        serve.wait_until_judged()
        assert mta.mails == []
        serve.send(cron_mail("and warm", 5).replace(b"Mon, 23 Nov 2026 03:00", b"Tue, 24 Nov 2026 06:31"))
        wait_until(lambda: mta.mails, "a digest")
        ((_, recipients, content, _),) = mta.mails
        assert recipients == ["admin@example.org"]
        assert b"\r\nAuto-Submitted: auto-generated" in content
        assert b"the flux compensator is warm" in content
        serve.send(cron_mail("cold", 6).replace(b"Mon, 23 Nov 2026 03:00", b"Tue, 24 Nov 2026 20:00"))
        serve.wait_until_judged()
        wait_until(lambda: not _waiting(serve), "everything delivered")
        assert len(mta.mails) == 1  # once a day


def test_it_tells_how_it_is_over_http(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        assert serve.get("/-/healthy") == (200, "healthy\n")
        serve.wait_until_ready()
        serve.send(ODD)
        serve.wait_until_judged()
        wait_until(lambda: 'mailtriage_judged_total{verdict="digest"} 1' in serve.get("/metrics")[1], "the mail in the metrics")
        status, text = serve.get("/metrics?since=ever")
        assert status == 200
        names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
        assert len(names) == len(set(names))
        assert {"mailtriage_connections", "mailtriage_backlog", "mailtriage_worker_restarts_total"} <= set(names)
        assert serve.get("/")[0] == 404
        for said, answer in ((b"POST / HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 "), (b"\0\xff\r\n\r\n", b""), (b"x" * 20_000, b"")):
            with socket.create_connection(("127.0.0.1", serve.http), 10) as client:
                client.sendall(said)
                try:
                    assert client.recv(100).startswith(answer)
                except ConnectionResetError:  # it hung up before it had read all of it
                    assert not answer
        assert serve.get("/-/healthy")[0] == 200


def test_a_reload_takes_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        (before,) = serve.mail_ids(QUIET)
        serve.wait_until_judged()
        assert _verdict(serve, before) == "digest"

        _with_rule(tmp_path)
        serve.signal(1)
        serve.wait_until_logged("what=reloaded")
        (after,) = serve.mail_ids(cron_mail("backup of web07 done, 0 errors", 7))
        serve.wait_until_judged()
        assert _verdict(serve, after) == "drop"

        serve.configure(NO_MODEL + "[digets]\n")
        serve.signal(1)
        serve.wait_until_logged("what=reload_refused", "unknown table [digets]", "did you mean")
        (still,) = serve.mail_ids(cron_mail("backup of web07 done, 0 errors", 8))
        serve.wait_until_judged()
        assert _verdict(serve, still) == "drop"

        # A broken rule is no reason to refuse: it is off, and what it covered is kept.
        serve.configure(NO_MODEL)
        (tmp_path / "rules.d" / "cron.toml").write_text(QUIET_RULE.replace("^backup", "^(backup"))
        serve.signal(1)
        serve.wait_until_logged("what=not_as_configured", "cron.toml:6:11")
        (kept,) = serve.mail_ids(cron_mail("backup of web07 done, 0 errors", 9))
        serve.wait_until_judged()
        assert _verdict(serve, kept) == "digest"
        assert serve.stop() == 0


def test_a_mail_by_pipe_is_judged_by_the_running_daemon(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        serve.wait_until_ready()
        assert run(tmp_path, "inject", "root", given=ODD).returncode == 0
        serve.wait_until_judged()
        ((_, raw),) = serve.stored()
        assert (raw.data, raw.peer) == (ODD, "pipe")
        assert _verdict(serve, raw.id) == "digest"


def test_sigterm_ends_what_is_in_flight_and_then_the_daemon(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        serve.wait_until_ready()
        replies = serve.send(*(cron_mail(f"done {number}", number) for number in range(100)))
        assert serve.stop() == 0
        assert all(reply.startswith("250") for reply in replies)
    store, spool = serve.store(), serve.spool()
    assert store.cursor == spool.last_seq() == 100
    store.close()
    spool.close()


def test_sigterm_right_after_the_start_is_heard(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        assert serve.stop() == 0


def test_a_worker_that_is_killed_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        serve.wait_until_ready()
        serve.send(*(cron_mail(f"before {number}", number) for number in range(20)))
        (worker,) = serve.worker_pids()
        serve.kill_worker(worker)
        wait_until(lambda: serve.get("/-/ready")[0] == 503, "not ready")
        serve.send(*(cron_mail(f"meanwhile {number}", 100 + number) for number in range(20)))
        serve.wait_until_judged()
        assert "mailtriage_worker_restarts_total 1" in serve.get("/metrics")[1]
        assert serve.worker_pids() != [worker]
        (day,) = _json(serve, "ledger")["days"]
        assert (day["received"], day["held"]) == (40, 0)
        assert serve.stop() == 0


def test_without_its_model_it_goes_on_with_rules_and_says_so(tmp_path: Path) -> None:
    _with_rule(tmp_path)
    with Serve(tmp_path, extra='[model]\npath = "nowhere"\n') as serve:
        quiet, odd = serve.mail_ids(QUIET, ODD)
        serve.wait_until_judged()
        assert (_verdict(serve, quiet), _verdict(serve, odd)) == ("drop", "digest")
        serve.wait_until_logged("what=not_as_configured", "no model, rules only")
        assert "no model, rules only" in _cli(serve, "digest")
        findings = {finding["what"]: finding for finding in json.loads(_cli(serve, "doctor", "--json", code=1))}
        assert not findings["model"]["good"]
        assert "nowhere: there is no model folder" in findings["model"]["detail"]
