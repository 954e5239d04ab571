"""All benchmarks in one run, beside their goals: `make bench`, or python -m benchmarks [--quick]

`--quick` only shows that they run: too few mails and pairs for figures that mean anything.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import accept, learning, listings, rules, startup, triage
from benchmarks.figures import Figure, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured."""

    n_hosts: int
    n_pairs: int
    accept_pairs: int
    n_messages: int
    sessions: tuple[int, ...]
    n_rounds: int
    n_starts: int
    n_trained: int
    n_listed: int  # mails of the store that is listed; a hundredth of it are hosts


FULL = Extent(
    n_hosts=55,
    n_pairs=7,
    accept_pairs=7,
    n_messages=2000,
    sessions=(10, 50, 200),
    n_rounds=3,
    n_starts=5,
    n_trained=10_000,
    n_listed=1_000_000,
)
QUICK = Extent(n_hosts=6, n_pairs=2, accept_pairs=1, n_messages=200, sessions=(50,), n_rounds=1, n_starts=1, n_trained=300, n_listed=2000)


def main() -> None:
    """Runs everything and prints one table with the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short run, to see that the benchmarks work")
    extent = QUICK if parser.parse_args().quick else FULL
    print(machine(), flush=True)
    if extent is QUICK:
        print("a quick run: too few mails and pairs for these figures to mean anything")
    model = triage.shipped_model()
    mails = triage.mix(extent.n_hosts, extent.n_pairs)
    found: list[Figure] = []
    if reason := accept.hindrance():
        print(f"\naccept: not measured, {reason}")
    else:
        print(
            f"\naccept: bursts of {extent.n_messages} mails of {accept.LENGTH} bytes, each server with its default durability", flush=True
        )
        found += accept.figures(extent.accept_pairs, extent.n_messages, extent.sessions)
    print(f"\ntriage: {len(mails.week)} simulated mails of {mails.size:.0f} bytes on average", flush=True)
    if model is None:
        print("  no model is shipped yet (`make model` trains it): rules only")
    found += triage.against_mail_parser(mails, model, extent.n_pairs)
    found += triage.many_rules(mails)
    print("\nrules", flush=True)
    found += rules.figures(extent.n_pairs)
    found += startup.figures(extent.n_starts)
    print("\nlearning", flush=True)
    found += learning.figures(max(20, extent.n_hosts), extent.n_trained)
    print("\nlistings", flush=True)
    found += listings.figures(extent.n_listed, extent.n_listed // 100, extent.n_starts)
    print(f"\n{table(found)}\n\n{missed(found)}\n\n{triage.in_words(mails, model, extent.n_rounds)}")


def missed(figures: Sequence[Figure]) -> str:
    """Which goals were not reached, and by how much."""
    lines = [f"{figure.what}: {figure.value:.2f}, the goal is {figure.goal} ({figure.answer})" for figure in figures if figure.is_missed]
    return "\n".join(["goals missed:", *lines]) if lines else f"all {sum(bool(figure.goal) for figure in figures)} goals are met"


def machine() -> str:
    """What this ran on, and when."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # FreeBSD has none
        lines = []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine()
    )


if __name__ == "__main__":
    main()
