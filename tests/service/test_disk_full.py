"""The whole daemon on a full disk: mails are answered 451, nothing answered 250 is lost, and all is well when there is space again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.running import Serve, wait_until

pytestmark = pytest.mark.real


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(path)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def _mail(number: int) -> bytes:
    return b"Date: Mon, 23 Nov 2026 03:00:00 +0000\r\nMessage-ID: <%d@x>\r\n\r\n" % number + os.urandom(6000).hex().encode() + b"\r\n"


def test_a_full_disk_defers_mails_and_loses_none(disk: Path, tmp_path: Path) -> None:
    promised: dict[str, bytes] = {}

    def take(serve: Serve, mails: list[bytes]) -> int:
        replies = serve.send(*mails)
        for reply, mail in zip(replies, mails, strict=True):
            if reply.startswith("250 "):
                promised[reply.rpartition(" ")[2]] = mail
            else:
                assert reply.startswith("451 "), reply
        return sum(reply.startswith("451 ") for reply in replies)

    (tmp_path / "store").symlink_to(disk)
    with Serve(tmp_path, extra='[model]\npath = "none"\n') as serve:
        serve.wait_until_ready()
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 36_000_000)  # more than the write-ahead logs need afterwards
        assert take(serve, [_mail(number) for number in range(500)]) > 0
        assert serve.get("/-/healthy")[0] == 200
        ballast.unlink()
        wait_until(lambda: take(serve, [_mail(1000)]) == 0, "mails are taken again")
        serve.wait_until_judged()
        store, spool = serve.store(), serve.spool()
        assert {mail.id: mail.data for _, mail in spool.after(0, 10_000)} == promised
        balance = store.balance(spool.n_received(), spool.last_seq())
        assert balance.is_balanced, balance.faults
        assert sum(day.n_received for day in balance.days) == len(promised)
        store.close()
        spool.close()
        assert serve.stop() == 0
