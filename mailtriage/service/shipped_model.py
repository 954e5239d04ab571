"""`make model`: trains the shipped model from the samples and the simulator. The same code and versions give the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailtriage.classify import Example, train
from mailtriage.pipeline import read
from mailtriage.receive.files import read_mails
from mailtriage.simulate import fleet, mails
from mailtriage.types import RawMail

HOSTS, DAYS, SEEDS = 40, 14, (101, 202, 303, 404)
START = datetime(2026, 2, 20, tzinfo=UTC)  # a month's end and a weekend lie within
_LABELS = {"drop": "noise", "digest": "digest", "event": "event", "pass": "human"}


def examples(samples: Path) -> Iterator[Example]:
    """Every sample with its expected verdict, and the mails of simulated fleets with their truth."""
    for path in sorted(samples.rglob("*.eml")):
        expected = json.loads(path.with_suffix(".expected").read_text(encoding="utf-8"))
        for label, data in read_mails(path):
            raw = RawMail(id=path.stem, received_at=START, data=data)
            yield Example(raw=raw, label=_LABELS[expected["verdict"]], name=label)
    for seed in SEEDS:
        for mail in mails(fleet(hosts=HOSTS, days=DAYS, seed=seed, start=START)):
            raw = RawMail(id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,))
            sections = {name: label.value for name, label in mail.truth.sections}
            yield Example(raw=raw, label=mail.truth.label.value, section_labels=sections or None, name=f"{seed}/{mail.stem}")


def main() -> None:
    """Writes `models/base` below the folder that is named, or the current one."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    manifest = train(examples(root / "samples"), read, root / "models" / "base", forgets_hosts=True)
    print(f"model {manifest.version}: {dict(manifest.labels)}, {manifest.quality}")


if __name__ == "__main__":
    main()
