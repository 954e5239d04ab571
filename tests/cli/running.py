"""The program in a child process, as a shell starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = (sys.executable, "-m", "mailtriage")
PATIENCE_S = 100
CRON = """\
Received: by web07.example.org (Postfix, from userid 0)
\tid 4A1B2C3D4E; Mon, 23 Nov 2026 03:00:00 +0000 (UTC)
From: root@web07.example.org (Cron Daemon)
To: root@web07.example.org
Subject: Cron <root@web07> /usr/local/bin/backup
X-Cron-Env: <SHELL=/bin/sh>
Message-Id: <{number}@web07.example.org>
Date: Mon, 23 Nov 2026 03:00:00 +0000

{text}
"""


def cron_mail(text: str, number: int = 1) -> bytes:
    """The mail of one cron job."""
    return CRON.format(text=text, number=number).encode()


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would change how the program speaks or what it finds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILTRIAGE_", "COLUMNS", "LC_", "PYTHON"))}
    return {**kept, "LANG": "C.UTF-8", "COLUMNS": "100", **more}


def run(folder: Path, *arguments: str, given: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Runs `mailtriage ARGUMENTS` in `folder`; no run may ever end in a traceback."""
    ended = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, input=given, capture_output=True, env=environment(**more), timeout=PATIENCE_S, check=False
    )
    out, err = ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace")
    assert "Traceback" not in out + err, err
    return subprocess.CompletedProcess(ended.args, ended.returncode, out, err)
