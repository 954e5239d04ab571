"""What triage makes of every sample, as its `.expected` file says it.

`python -m tests.golden [KIND...]` rewrites the files from the present outcome: read the difference before you keep it.
The files hold what a careful admin wants of a mail, not what the program happens to do.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailtriage.pipeline import NoHistory, triage
from mailtriage.recognise import kinds
from mailtriage.rulebook import Rulebook, load
from mailtriage.types import Event, Outcome, RawMail, State, Verdict

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
RULES = ROOT / "rules"
NOW = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


def samples() -> list[Path]:
    """Every sample mail, in the order of their names."""
    return sorted(SAMPLES.rglob("*.eml"))


def shipped_rules() -> Rulebook:
    """The rules in `rules/`, on the day of the samples."""
    return load(RULES, today=NOW.date())


def outcome_of(data: bytes, rulebook: Rulebook) -> Outcome:
    """The outcome of one mail by rules alone, without a model and without a past."""
    raw = RawMail(id="sample", received_at=NOW, data=data, rcpt_tos=("root@example.org",))
    return triage(raw, rulebook, None, NoHistory(), NOW)


def in_words(outcome: Outcome) -> dict[str, Any]:
    """An outcome as `.expected` holds it: the sections that are kept, and the worst of the events of each key."""
    sections: dict[str, Verdict] = {}
    for judged in outcome.sections:
        name = judged.section.name
        if judged.verdict is not Verdict.DROP and judged.verdict.loudness >= sections.get(name, Verdict.DROP).loudness:
            sections[name] = judged.verdict
    worst: dict[str, Event] = {}
    for event in outcome.events:
        before = worst.get(event.key)
        if before is None or _weight(event.state, event.severity.rank) > _weight(before.state, before.severity.rank):
            worst[event.key] = event
    return {
        "kind": outcome.kind,
        "host": outcome.host,
        "complete": outcome.is_complete,
        "verdict": str(outcome.verdict),
        "severity": str(outcome.severity) if outcome.severity else None,
        "sections": {name: str(verdict) for name, verdict in sections.items()},
        "events": [{"key": event.key, "state": str(event.state), "severity": str(event.severity)} for event in worst.values()],
    }


def _weight(state: State, rank: int) -> tuple[bool, int]:
    """A problem outweighs an OK, a worse problem a milder one."""
    return state is State.PROBLEM, rank


def expected_of(sample: Path) -> dict[str, Any]:
    """What the `.expected` file beside a sample says."""
    wanted: dict[str, Any] = json.loads(sample.with_suffix(".expected").read_text(encoding="utf-8"))
    return wanted


def main() -> None:
    """Rewrites the `.expected` files whose sample has another outcome now."""
    kinds()  # a recogniser that cannot be imported would make every mail `unknown`
    rulebook = shipped_rules()
    chosen = sys.argv[1:]
    for sample in samples():
        if chosen and sample.parent.name not in chosen:
            continue
        target = sample.with_suffix(".expected")
        words = in_words(outcome_of(sample.read_bytes(), rulebook))
        if not target.exists() or not is_same(expected_of(sample), words):
            target.write_text(json.dumps(words, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"rewritten: {target.relative_to(ROOT)}")


def is_same(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether two outcomes agree; the order of the events does not matter."""
    return _ordered(wanted) == _ordered(found)


def _ordered(words: dict[str, Any]) -> dict[str, Any]:
    return words | {"events": sorted(words["events"], key=lambda event: event["key"])}


if __name__ == "__main__":
    main()
