"""The program at its edges: readers that go away, disks that are full, Ctrl-C, terminals of another encoding, and as a mail pipe."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from mailtriage.store.spool import Spool
from tests.cli.running import COMMAND, PATIENCE_S, cron_mail, environment, run

CONFIG = '[store]\npath = "store"\n[model]\npath = "none"\n'


def _mbox(n: int) -> bytes:
    return b"".join(b"From root@web07 Mon Nov 23 03:00:00 2026\n" + cron_mail(f"done {i}", i) + b"\n" for i in range(n))


def test_a_reader_that_goes_away_ends_the_output_quietly(tmp_path: Path) -> None:
    (tmp_path / "mails.mbox").write_bytes(_mbox(300))
    with subprocess.Popen(
        [*COMMAND, "triage", "mails.mbox", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["kind"] == "cron"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_S) == 0


def test_a_reader_that_never_came_is_no_error_either(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run([*COMMAND, "rules", "list"], cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, env=environment(), check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_output_to_a_full_disk_is_one_message(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [*COMMAND, "rules", "list"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )
    assert (ended.returncode, ended.stderr) == (2, b"mailtriage: the output: No space left on device\n")


def test_ctrl_c_ends_without_a_word(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mail.eml")
    (tmp_path / "first.eml").write_bytes(cron_mail("done"))
    command = [*COMMAND, "triage", "first.eml", "mail.eml", "--json", "--model", "none"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()  # it is at work, and now waits for a mail that never comes
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_another_encoding_gets_what_it_can_show(encoding: str, tmp_path: Path) -> None:
    name = "häufig…\udcff.eml".encode("utf-8", "surrogateescape")
    (Path(os.fsdecode(bytes(tmp_path) + b"/" + name))).write_bytes("Subject: größer → 日本\n\nweiß\n".encode())
    ended = run(tmp_path, "triage", ".", PYTHONIOENCODING=encoding)
    assert ended.returncode == 0, ended.stderr
    assert "1 mail: 0 drop, 1 digest" in ended.stdout


def test_inject_stores_the_mail_and_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "mailtriage.toml").write_text(CONFIG)
    mail = cron_mail("done")
    ended = run(tmp_path, "inject", "--config", "mailtriage.toml", "--from", "root@web07", "root", given=b"From root@web07\n" + mail)
    assert ended.returncode == 0, ended.stderr
    spool = Spool(tmp_path / "store" / "spool.sqlite3")
    ((_, raw),) = spool.after(0, 10)
    spool.close()
    assert (raw.data, raw.mail_from, raw.rcpt_tos) == (mail, "root@web07", ("root",))


BROKEN = {
    "a broken configuration": ("[store\n", ["inject"]),
    "an unknown key": ("[stoer]\n", ["inject"]),
    "no configuration": (None, ["inject"]),
    "a store that cannot be made": ('[store]\npath = "mailtriage.toml/store"\n', ["inject"]),
    "a store folder that takes no files": ('[store]\npath = "/proc/self"\n', ["inject"]),
    "a wrong option in the aliases file": (CONFIG, ["inject", "--form", "root"]),
}


@pytest.mark.parametrize(("config", "arguments"), BROKEN.values(), ids=BROKEN)
def test_inject_ends_with_75_so_that_the_mta_keeps_the_mail(config: str | None, arguments: list[str], tmp_path: Path) -> None:
    if config is not None:
        (tmp_path / "mailtriage.toml").write_text(config)
    ended = run(tmp_path, *arguments, given=cron_mail("done"))
    assert ended.returncode == 75, ended.stderr
    assert ended.stderr


@pytest.mark.parametrize("name", ["spool.sqlite3", "instance"])
def test_inject_into_a_store_with_a_broken_file_ends_with_75(name: str, tmp_path: Path) -> None:
    (tmp_path / "mailtriage.toml").write_text(CONFIG)
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / name).write_bytes(b"\xff\xfe this is not what it should be")
    ended = run(tmp_path, "inject", given=cron_mail("done"))
    assert ended.returncode == 75
    assert name in ended.stderr


def test_inject_refuses_a_mail_that_is_too_large_for_good(tmp_path: Path) -> None:
    (tmp_path / "mailtriage.toml").write_text(CONFIG + "[receive]\nmax_size = 1024\n")
    ended = run(tmp_path, "inject", given=cron_mail("x" * 2000))
    assert ended.returncode == 65
    assert "larger than 1024 bytes" in ended.stderr


def test_many_injections_at_once_agree_on_the_name_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "mailtriage.toml").write_text(CONFIG)
    command = [*COMMAND, "inject"]
    processes = [
        subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) for _ in range(6)
    ]
    said = [process.communicate(cron_mail(f"done {number}", number))[1] for number, process in enumerate(processes)]
    assert [process.returncode for process in processes] == [0] * 6, said
    spool = Spool(tmp_path / "store" / "spool.sqlite3")
    assert len(spool.after(0, 10)) == 6
    spool.close()
    assert sorted(path.name for path in (tmp_path / "store").iterdir() if "sqlite3" not in path.name) == ["instance"]
