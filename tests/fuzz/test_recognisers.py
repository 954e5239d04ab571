"""Every recogniser on damaged samples: it never raises, loses no line, and a damaged quiet mail with an alarm in it is kept.

`make test` takes a few damages of each sample; `make fuzz` takes as many as FUZZ says.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import defaultdict
from pathlib import Path

import pytest

from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.rulebook import Rulebook
from mailtriage.types import RawMail, Verdict
from tests.golden import NOW, outcome_of, samples, shipped_rules

ROUNDS = int(os.environ.get("FUZZ", "1"))
BY_KIND: dict[str, list[Path]] = defaultdict(list)
for _sample in samples():
    BY_KIND[_sample.parent.name].append(_sample)
# What breaks a form: what the issue of a broken mail looked like, each over a few lines of it.
JUNK = (
    b"",
    b"\n",
    b"\x00\xff\xfe\x1b[31m",
    b"\x1b]0;owned\x07",
    b"%s" % (b"h" * 4000 + b".example.org"),
    b"-1",
    b"99999999999999999999999999",
    b"1970-01-01 00:00:00",
    b"Thu, 01 Jan 1970 00:00:00 +0000",
    b"\t" * 40,
    b"\xe2\x80\xae\xd7\x90",
    b": : :",
    b"|" * 200,
    b"[" * 50,
    b"\r",
    "Prüfung der Datenträger läuft:".encode(),
)
ALARM = b"(ada0:ahcich0:0:0:0): Error 5, Retries exhausted"
_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z]{3,}")


def damaged(data: bytes, source: random.Random) -> bytes:
    """The mail with a few of the things wrong that a mail can have."""
    for _ in range(source.randint(1, 4)):
        lines = data.split(b"\n")
        at = source.randrange(len(lines))
        what = source.randrange(8)
        if what == 0:
            del lines[at : at + source.randint(1, 5)]
        elif what == 1:
            lines[at:at] = [source.choice(JUNK)]
        elif what == 2:
            lines[at] = lines[at][: source.randint(0, len(lines[at]))]
        elif what == 3:
            lines[at] = _NUMBER.sub(lambda _: source.choice((b"0", b"-7", b"9" * 30, b"")), lines[at], count=2)
        elif what == 4:
            lines[at] = _WORD.sub(lambda _: source.choice((b"", b"FAILED", b"\xc3\xa9t\xc3\xa9", b"x" * 500)), lines[at], count=2)
        elif what == 5:
            lines = lines[: at + 1]
        elif what == 6:
            lines[at : at + 8] = lines[at : at + 8][::-1]
        else:
            lines[at] = lines[at] + source.choice(JUNK)
        data = b"\n".join(lines)
    return data


def check(data: bytes, name: str) -> None:
    """Parse and recognise take the mail in bounded time, and no line of it is lost."""
    began = time.monotonic()
    message = parse(RawMail(id="fuzz", received_at=NOW, data=data, rcpt_tos=("root@example.org",)))
    found = recognise(message)
    assert time.monotonic() - began < 5, name
    assert not re.search(r"the recogniser \w+ failed", found.note), (name, found.note)
    assert len(found.host) <= 260, name
    # A recogniser may join what a mail system has folded, or take a margin off: it is the words that must not get lost.
    kept = " ".join(" ".join(line.split()) for section in found.sections for line in (section.heading, *section.lines))
    missing = {line for line in map(str.strip, message.text.split("\n")) if " ".join(line.split()) not in kept}
    # Marks that say nothing by themselves: periodic's end line, and its heading over the run within the run.
    lost = {line for line in missing if not line.startswith("-- End of ") and line != "Security check:"}
    assert not lost, (name, found.kind, sorted(lost)[:3])


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_rules()


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_damaged_mail_is_read_as_far_as_it_can_be_and_loses_no_line(kind: str) -> None:
    for number in range(ROUNDS):
        for sample in BY_KIND[kind]:
            data = sample.read_bytes()
            check(data, str(sample))
            for seed in range(6):
                check(damaged(data, random.Random(f"{sample.name}/{number}/{seed}")), f"{sample} {number}/{seed}")


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_damaged_mail_with_an_alarm_in_it_is_never_dropped(kind: str, rulebook: Rulebook) -> None:
    for number in range(ROUNDS):
        for sample in BY_KIND[kind]:
            source = random.Random(f"{sample.name}/{number}/alarm")
            head, separator, body = damaged(sample.read_bytes(), source).partition(b"\n\n")
            if b"base64" in head or not separator:
                continue
            lines = body.split(b"\n")
            lines[source.randint(0, len(lines)) : 0] = [b"", ALARM, b""]
            outcome = outcome_of(head + separator + b"\n".join(lines), rulebook)
            shown = any("exhausted" in line for judged in outcome.sections for line in judged.section.lines)
            assert outcome.verdict is not Verdict.DROP or not shown, f"{sample} {number}"
            assert shown or outcome.verdict is not Verdict.DROP, f"{sample} {number}: the line is nowhere"
