"""What is found after a kill, a full disk, a restored file or a long night: nothing is lost, and nobody is left behind."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage import config as configuration
from mailtriage.config import Config
from mailtriage.errors import StoreError
from mailtriage.service import files, mailing
from mailtriage.service.worker import Worker
from mailtriage.types import Change, ChangeType, Recovery
from tests.cli.running import cron_mail
from tests.service.running import Serve, wait_until
from tests.store.build import NOW, change, open_event, outcome, raw

NO_MODEL = '[model]\npath = "none"\n'
HOUR = timedelta(hours=1)


def _configured(folder: Path, extra: str = "") -> Config:
    path = folder / "mailtriage.toml"
    path.write_text(f'[store]\npath = "store"\n{NO_MODEL}{extra}', encoding="utf-8")
    return configuration.load(path)


def _file_sink(folder: Path) -> str:
    return f'[[sink]]\ntype = "file"\npath = {json.dumps(str(folder / "events.jsonl"))}\n'


def _crlf(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.real
@pytest.mark.parametrize("is_ready", [False, True])
def test_a_killed_daemon_leaves_no_worker_behind(tmp_path: Path, is_ready: bool) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("there is no /proc here")
    serve = Serve(tmp_path, extra=NO_MODEL + _file_sink(tmp_path)).start()
    wait_until(serve.worker_pids, "a worker")
    if is_ready:
        serve.wait_until_ready()
    pids = serve.worker_pids()
    serve.kill()
    try:
        wait_until(lambda: not any(map(_is_running, pids)), "the worker ends, too")
    finally:
        for pid in filter(_is_running, pids):
            os.kill(pid, signal.SIGKILL)
    assert "Traceback" not in serve.log()


@pytest.mark.real
def test_a_stop_that_reaches_every_process_ends_in_order(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        serve.wait_until_ready()
        for pid in serve.worker_pids():
            os.kill(pid, signal.SIGTERM)  # as a service manager does it
        serve.mail_ids(_crlf(cron_mail("the flux compensator is warm", 1)))
        serve.wait_until_judged()
        assert serve.stop() == 0
        assert "worker_died" not in serve.log()


@pytest.mark.real
def test_mails_are_judged_when_the_spool_was_made_anew(tmp_path: Path) -> None:
    with Serve(tmp_path, extra=NO_MODEL) as serve:
        serve.mail_ids(*(_crlf(cron_mail(f"odd {number}", number)) for number in range(5)))
        serve.wait_until_judged()
        serve.stop()
        for path in (tmp_path / "store").glob("spool.sqlite3*"):
            path.unlink()
        serve.start()
        (mail_id,) = serve.mail_ids(_crlf(cron_mail("odd 6", 6)))
        store = serve.store()
        wait_until(lambda: store.mail(mail_id), "the mail is judged")
        store.close()


def test_a_restored_spool_is_read_again_and_nothing_is_recorded_twice(tmp_path: Path) -> None:
    config = _configured(tmp_path)
    spool, store = files.open_spool(config), files.open_store(config)
    spool.add([raw("m1")])
    assert store.record(outcome("m1"), 7, seen_at=NOW, now=NOW)
    assert files.rewind(config, spool)
    assert (store.cursor, files.rewind(config, spool)) == (0, False)
    assert not store.record(outcome("m1"), 1, seen_at=NOW, now=NOW)
    assert store.cursor == 1
    store.close()
    spool.close()


def test_a_full_disk_parks_no_mail(tmp_path: Path) -> None:
    config = _configured(tmp_path)
    spool = files.open_spool(config)
    spool.add([raw(content=b"Subject: x\r\n\r\n" + os.urandom(6000).hex().encode())])
    files.open_store(config).close()
    for _ in range(6):
        worker = Worker(config)
        db = worker.store._db
        n_pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {n_pages}")
        with pytest.raises(StoreError, match="full"):
            worker.step()
        assert worker.store.parked() == ()
        worker.close()
    worker = Worker(config)
    assert worker.step() == 1
    assert worker.store.mail("m1")
    worker.close()
    spool.close()


def test_no_host_is_called_silent_while_its_mail_may_be_waiting(tmp_path: Path) -> None:
    config = _configured(tmp_path)
    now = datetime.now(UTC)
    spool, store = files.open_spool(config), files.open_store(config)
    for n, age in enumerate((30 + 24 * days) * HOUR for days in range(6, -1, -1)):
        store.record(outcome(f"m{n}", at=now - age), 0, seen_at=now - age, now=now - age)
    store.close()
    spool.add([raw("late", at=now)])
    worker = Worker(config)
    worker.tick()
    assert worker.store.open_events() == ()
    assert worker.step() == 1
    worker._next_tick = None
    worker.tick()
    assert [event.check for event in worker.store.open_events()] == ["silence"]
    worker.close()
    spool.close()


def test_what_a_late_mail_opened_and_closed_before_the_last_digest_is_in_the_next(tmp_path: Path) -> None:
    config = _configured(tmp_path)
    spool, store = files.open_spool(config), files.open_store(config)
    with store.transaction():
        store.add_digest("1", subject="", text="", html="", sinks=(), now=NOW)
    event = open_event(recovery=Recovery.STATE, opened_at=NOW - 3 * HOUR)
    store.apply((change(of=event, at=NOW - 3 * HOUR), change(ChangeType.CLOSED, event, "m2", NOW - HOUR)), now=NOW + HOUR)
    edition = mailing.preview(store, spool, config, (), since=None, now=NOW + HOUR)
    assert [one.key for one in edition.closed] == [event.key]
    store.close()
    spool.close()


@pytest.mark.parametrize(
    ("mail_id", "count", "is_counted_only"),
    [("m1", 1, True), ("m1", 2, False), ("", 1, False)],
    ids=["held", "told as it got worse", "of the clock, never held"],
)
def test_only_what_nobody_was_told_of_is_counted_as_a_flap(tmp_path: Path, mail_id: str, count: int, is_counted_only: bool) -> None:
    from dataclasses import replace

    config = _configured(tmp_path)
    spool, store = files.open_spool(config), files.open_store(config)
    event = replace(open_event(recovery=Recovery.EXPLICIT, opened_at=NOW, count=count), mail_id=mail_id)
    store.apply((change(of=event), change(ChangeType.CLOSED, event, "m2", NOW + timedelta(minutes=5))), now=NOW)
    edition = mailing.preview(store, spool, config, (), since=None, now=NOW + HOUR)
    assert (len(edition.flaps), len(edition.closed)) == ((1, 0) if is_counted_only else (0, 1))
    store.close()
    spool.close()


def test_a_reload_leaves_the_store_and_the_name_in_our_own_mail_alone(tmp_path: Path) -> None:
    worker = Worker(_configured(tmp_path))
    path = tmp_path / "mailtriage.toml"
    path.write_text(path.read_text().replace('"store"', '"elsewhere"'))
    worker.reload()
    assert worker.config.store.path == tmp_path / "store"
    assert not (tmp_path / "elsewhere").exists()
    worker.close()


def test_a_delivery_nobody_can_read_holds_up_no_other(tmp_path: Path) -> None:
    worker = Worker(_configured(tmp_path, _file_sink(tmp_path)))
    first, second = (change(of=open_event(item, key_id=item)) for item in "ab")
    worker.store.apply((first, second), now=worker.now(), sinks_for=_to_the_file)
    worker.store._db.execute("UPDATE outbox SET what = 'pigeon' WHERE n = 1")
    worker.deliverer.start()
    worker.deliverer.wake()
    told = tmp_path / "events.jsonl"
    wait_until(lambda: told.exists() and '"item":"b"' in told.read_text(), "the other is delivered")
    worker.close()


def _to_the_file(_: Change) -> tuple[str, ...]:
    return ("file",)
