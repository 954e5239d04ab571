"""A full disk turns into 4xx; nothing answered with 250 is lost, and it is over when there is space again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtriage.store.spool import Spool
from tests.receive.running import Server

pytestmark = pytest.mark.real


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_a_full_disk_is_answered_with_451_and_loses_nothing(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * 1_000_000)
    promised: dict[str, bytes] = {}

    def take(reply: str, content: bytes) -> bool:
        if reply.startswith("250 "):
            promised[reply.rpartition(" ")[2]] = content
            return True
        assert reply.startswith("451 4.3.0"), reply
        return False

    with Server(disk) as server, server.connect() as client:
        client.greet()
        contents = [b"Date: %d\r\n\r\n" % number + os.urandom(6000).hex().encode() + b"\r\n" for number in range(1000)]
        taken = [take(client.mail(content), content) for content in contents[:500]]
        assert 0 < sum(taken) < 500
        refused = contents[taken.index(False)]
        ballast.unlink()
        assert take(client.mail(refused), refused)
    spool = Spool(disk / "spool.sqlite3")
    assert {mail.id: mail.data for _, mail in spool.after(0, 1000)} == promised
    spool.close()
