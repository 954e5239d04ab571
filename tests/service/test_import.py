"""An archive in the store: all of it, once, dated by itself, and nothing follows from it."""

from __future__ import annotations

import json
import mailbox
import os
import shutil
import signal
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage import config as configuration
from mailtriage.config import Config
from mailtriage.service import files
from mailtriage.service.importing import Imported, import_mails
from mailtriage.service.worker import Worker
from mailtriage.simulate import fleet, mails
from mailtriage.types import RawMail, Verdict
from tests.cli.running import COMMAND, cron_mail, environment, run
from tests.service.running import Serve, wait_until

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 mails of a simulated fleet, one file each."""
    folder = tmp_path_factory.mktemp("archive")
    for mail, _ in zip(mails(fleet(hosts=40, days=14, seed=5, start=START)), range(2000), strict=False):
        (folder / f"{mail.stem}.eml").write_bytes(mail.data)
    return folder


_CONFIG = """\
[store]
path = "store"
[model]
path = "none"
[relay]
host = "127.0.0.1"
[digest]
to = ["admin@example.org"]
[http]
port = -1
"""


def _site(folder: Path) -> Config:
    path = folder / "mailtriage.toml"
    path.write_text(_CONFIG, encoding="utf-8")
    return configuration.load(path)


@pytest.fixture(scope="session")
def imported(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Imported]:
    """A site with the archive in its store, and what the import said."""
    folder = tmp_path_factory.mktemp("imported")
    return folder, import_mails(_site(folder), [archive], now=NOW)


@pytest.fixture
def site(imported: tuple[Path, Imported], tmp_path: Path) -> Config:
    """A copy of it."""
    shutil.copytree(imported[0], tmp_path / "site")
    return configuration.load(tmp_path / "site" / "mailtriage.toml")


def _days(config: Config) -> Counter[str]:
    spool = files.open_spool(config)
    days = Counter({day.isoformat(): n for day, n in spool.n_received()})
    spool.close()
    return days


def _require_balanced(config: Config, n_mails: int) -> None:
    store, spool = files.open_store(config), files.open_spool(config)
    balance = store.balance(spool.n_received(), spool.last_seq())
    assert balance.is_balanced, balance.faults
    assert sum(day.n_received for day in balance.days) == n_mails
    assert sum(day.n_held for day in balance.days) == 0
    store.close()
    spool.close()


def test_two_thousand_mails_are_dated_by_themselves_and_fire_nothing(imported: tuple[Path, Imported], site: Config) -> None:
    said = imported[1]
    assert (said.n_read, said.n_new, said.n_undated, said.n_held, said.broken) == (2000, 2000, 0, 0, [])
    _require_balanced(site, 2000)
    assert min(_days(site)) >= "2026-08-31"
    assert max(_days(site)) <= "2026-09-15"
    store = files.open_store(site)
    assert not store.events(closed_since=START)
    assert not store.entries()
    assert not store.hosts()
    assert store.book().n_mails == 0
    assert not store.outbox.counts()
    assert {row.verdict for row in store.mails("", 2000)} >= {Verdict.DROP, Verdict.EVENT, Verdict.DIGEST}
    store.close()


def test_nothing_follows_later_either(site: Config) -> None:
    worker = Worker(site)
    worker.tick()  # hosts of an archive are not silent, and no digest is due
    assert not worker.store.open_events()
    assert worker.store.last_digest() is None
    # Imported today, so kept from today.
    assert not worker.store.kept_long_enough(dropped_before=NOW - timedelta(days=1), others_before=NOW - timedelta(days=1))
    worker.close()


def test_the_same_archive_again_changes_nothing(archive: Path, site: Config) -> None:
    days = _days(site)
    again = import_mails(site, [archive], now=NOW + timedelta(days=30))
    assert (again.n_read, again.n_new, again.n_known) == (2000, 0, 2000)
    assert _days(site) == days
    _require_balanced(site, 2000)


def test_an_import_that_is_killed_goes_on_where_it_was(archive: Path, tmp_path: Path) -> None:
    config = _site(tmp_path)
    command = [*COMMAND, "import", str(archive), "--config", str(config.path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()) as process:
        wait_until(lambda: (tmp_path / "store" / "spool.sqlite3").exists() and sum(_days(config).values()) > 300, "a part is in")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    n_before = sum(_days(config).values())
    assert n_before < 2000
    said = import_mails(config, [archive], now=NOW)
    assert said.n_known == n_before
    assert said.n_new == 2000 - n_before
    _require_balanced(config, 2000)
    store = files.open_store(config)
    assert not store.open_events()
    assert not store.entries()
    store.close()


def test_what_a_killed_import_left_in_the_spool_fires_nothing_either(tmp_path: Path) -> None:
    config = _site(tmp_path)
    spool = files.open_spool(config)
    failing = cron_mail('pg_dump: error: connection to server at "db", port 5432 failed: Connection refused')
    spool.add([RawMail(id="a1", received_at=START, data=failing, is_archive=True)])
    worker = Worker(config)
    worker.step()
    row = worker.store.mail("a1")
    assert row is not None
    assert row.verdict is Verdict.EVENT
    assert not worker.store.open_events()
    worker.close()
    spool.close()


def test_beside_a_running_daemon_both_go_on(archive: Path, tmp_path: Path) -> None:
    with Serve(tmp_path) as serve:
        ended = run(tmp_path, "import", str(archive), "--config", "mailtriage.toml", "--json")
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["n_new"] == 2000
        serve.send(cron_mail('pg_dump: error: connection to server at "db", port 5432 failed: Connection refused'))
        serve.wait_until_judged()
        store = serve.store()
        assert len(store.open_events()) == 1
        assert store.book().n_mails == 1
        store.close()
        config = configuration.load(serve.config)
    _require_balanced(config, 2001)


def test_a_mail_that_comes_after_its_copy_was_imported_is_judged(tmp_path: Path) -> None:
    config = _site(tmp_path)
    mail = cron_mail("backup failed: no space left on device")
    (tmp_path / "old.eml").write_bytes(mail)
    import_mails(config, [tmp_path / "old.eml"], now=NOW)
    spool = files.open_spool(config)
    assert spool.add([RawMail(id="live", received_at=NOW, data=mail)]) == ["live"]
    spool.close()
    again = import_mails(config, [tmp_path / "old.eml"], now=NOW)
    assert again.n_new == 0
    store = files.open_store(config)
    assert store.open_events()
    store.close()


def test_an_mbox_with_from_lines_in_its_bodies_and_a_maildir(tmp_path: Path) -> None:
    config = _site(tmp_path)
    texts = ["first\n\nFrom the crontab of root:\nall done", "second\n\n>From here on it is quoted\nend", "third"]
    box = "".join(
        f"From root@web07 Mon Nov 23 03:00:0{number} 2026\n" + cron_mail(text, number).decode() + "\n" for number, text in enumerate(texts)
    )
    (tmp_path / "mbox").write_text(box, encoding="utf-8")
    maildir = mailbox.Maildir(str(tmp_path / "Maildir"))
    for number in range(10, 13):
        maildir.add(cron_mail("in a Maildir", number))
    (tmp_path / "Maildir" / "tmp" / "half").write_bytes(cron_mail("not there yet", 99))
    said = import_mails(config, [tmp_path / "mbox", tmp_path / "Maildir"], now=NOW)
    assert said.n_new == 6
    store, spool = files.open_store(config), files.open_spool(config)
    found = [spool.get(row.id) for row in store.mails("", 10)]
    assert sum(b"From the crontab" in raw.data for raw in found if raw) == 1
    assert sum(b"\nFrom here on it is quoted" in raw.data for raw in found if raw) == 1
    store.close()
    spool.close()


def test_what_cannot_be_read_is_named_and_the_rest_is_in(tmp_path: Path) -> None:
    _site(tmp_path)
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "a.eml").write_bytes(cron_mail("one", 1))
    (folder / "b.eml").write_bytes(b"")
    (folder / "c.eml").write_bytes(cron_mail("two", 2))
    (folder / "d.eml").write_bytes(b"Subject: no date\n\nhello\n")
    (folder / "e.eml").write_bytes(b"Date: Mon, 23 Nov 2099 03:00:00 +0000\nSubject: a clock that jumped\n\nhello\n")
    ended = run(tmp_path, "import", "mails", "missing", "--json")
    assert ended.returncode == 1, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["n_new"], said["n_undated"], said["is_balanced"]) == (4, 2, True)
    assert [broken["path"] for broken in said["broken"]] == ["mails/b.eml", "missing"]


def test_dry_run_stores_nothing(tmp_path: Path) -> None:
    config = _site(tmp_path)
    (tmp_path / "a.eml").write_bytes(cron_mail("one", 1))
    ended = run(tmp_path, "import", "a.eml", "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "would import 1 mail" in ended.stdout
    assert not config.store.path.exists()
