"""What learning costs: an opinion of a mail in a batch, and training on ten thousand mails.

python -m benchmarks.learning
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, table
from mailtriage.classify import Example, Model, load, train
from mailtriage.pipeline import read
from mailtriage.shipped import shipped
from mailtriage.simulate import fleet, mails
from mailtriage.types import Message, RawMail, Report

BATCH = 256
START = datetime(2026, 4, 1, tzinfo=UTC)
_MEGABYTE = 1024  # ru_maxrss counts kilobytes
_LABELS = {"drop": "noise", "digest": "digest", "event": "event", "pass": "human"}


def figures(n_hosts: int, n_mails: int) -> list[Figure]:
    """Gate and classifier on new mails of a known fleet, and a training."""
    model = load(shipped("models") / "base")
    costs = list(_costs(model, _reads(n_hosts)))
    half = len(costs) // 2
    seconds, megabytes, n_trained = _training(n_mails)
    return [
        Figure(what="gate and classifier on the first mails of a fleet, CPU a mail", values=tuple(costs[:half]) or (0.0,), unit="ms"),
        Figure(what="the same on the later ones", values=tuple(costs[half:]), unit="ms", at_most=0.5),
        Figure(what=f"training on {n_trained} mails, CPU", values=(seconds,), unit="s", at_most=60.0),
        Figure(what="the same: most memory", values=(megabytes,), unit="MB", at_most=1536.0),
    ]


def _raws(n_hosts: int, days: int, seed: int) -> Iterator[tuple[RawMail, str, dict[str, str]]]:
    for mail in mails(fleet(hosts=n_hosts, days=days, seed=seed, start=START)):
        raw = RawMail(id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,))
        yield raw, mail.truth.label.value, {name: label.value for name, label in mail.truth.sections}


def _reads(n_hosts: int) -> list[tuple[Message, Report]]:
    return [read(raw) for raw, _, _ in _raws(n_hosts, 8, seed=7)]


def _costs(model: Model, reads: Sequence[tuple[Message, Report]]) -> Iterator[float]:
    """Milliseconds of CPU a mail, batch by batch; no mail comes twice."""
    for start in range(0, len(reads) - len(reads) % BATCH, BATCH):
        began = time.process_time()
        for message, report in reads[start : start + BATCH]:
            model.opinions(report.kind, report.host, report.sections, message)
        yield (time.process_time() - began) / BATCH * 1000


def _training(n_mails: int) -> tuple[float, float, int]:
    """Seconds of CPU, megabytes at most, and the mails, of a training in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_train, (n_mails,))


def _train(n_mails: int) -> tuple[float, float, int]:
    examples = []
    for raw, label, sections in _raws(75, 1 + n_mails // 300, seed=11):
        examples.append(Example(raw=raw, label=label, section_labels=sections or None))
        if len(examples) == n_mails:
            break
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        train(examples, read, Path(folder) / "model")
        spent = time.process_time() - began
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE, len(examples)


if __name__ == "__main__":
    print(table(figures(75, 10_000)))
