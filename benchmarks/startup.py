"""How long a command takes to answer: wall and CPU time of the best of some runs, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import Figure

_COMMANDS = (("--help",), ("rules", "check"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One run of a command."""

    wall_s: float
    cpu_s: float


def figures(n_runs: int = 5) -> tuple[Figure, ...]:
    """`--help` and `rules check` in seconds, and their CPU against the import of scikit-learn's linear models."""
    yardstick = best([sys.executable, "-c", "import sklearn.linear_model"], min(n_runs, 2))
    found = []
    for words in _COMMANDS:
        name = f"mailtriage {' '.join(words)}"
        start = best([sys.executable, "-m", "mailtriage", *words], n_runs)
        found += [
            Figure(what=f"{name}: wall", values=(start.wall_s,), unit="s", at_most=0.6),
            Figure(what=f"{name}: CPU", values=(start.cpu_s,), unit="s"),
            Figure(what=f"{name}: CPU / import of scikit-learn", values=(start.cpu_s / yardstick.cpu_s,), at_most=0.2),
        ]
    return tuple(found)


def best(command: Sequence[str], n_runs: int) -> Start:
    """The quickest of the runs: nothing but other work on the machine makes one slower."""
    runs = [_run(command) for _ in range(n_runs)]
    return Start(wall_s=min(run.wall_s for run in runs), cpu_s=min(run.cpu_s for run in runs))


def _run(command: Sequence[str]) -> Start:
    with tempfile.TemporaryDirectory() as folder:  # no configuration lies there
        began_at = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began_at
        process.returncode = os.waitstatus_to_exitcode(status)
    return Start(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime)
