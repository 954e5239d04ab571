"""The samples are the specification: each has the outcome its `.expected` says, and no rule stands without an example."""

from __future__ import annotations

import base64
import random
import re
from collections import defaultdict
from pathlib import Path

import pytest

from mailtriage.parse import parse
from mailtriage.recognise import kinds, recognise
from mailtriage.recognise import name as name_of
from mailtriage.rulebook import Rulebook
from mailtriage.rulebook.examples import examples, is_found
from mailtriage.rulebook.floor import NAMES, entries_in
from mailtriage.rulebook.rule import Action
from mailtriage.types import RawMail, Verdict
from tests.golden import NOW, SAMPLES, expected_of, in_words, is_same, outcome_of, samples, shipped_rules

ALL = samples()
IDS = [str(sample.relative_to(SAMPLES).with_suffix("")) for sample in ALL]
# One line for each entry of the floor, as a program would print it.
ALARMS = {
    "degraded": "mirror/gm0  DEGRADED  ada1 (ACTIVE)",
    "faulted": "        da3     FAULTED      3   211     0  too many errors",
    "unavail": "        3386550101567640421    UNAVAIL      0     0     0",
    "offline_volume": " mfid1 (   18T) RAID-1      64K OFFLINE Disabled",
    "io_error": "cp: /home/anna/x: Input/output error",
    "panic": "panic: page fault",
    "out_of_space": "cannot write /var/log/messages: No space left on device",
    "filesystem_full": "pid 811 (syslogd), uid 0 inumber 4711 on /var: filesystem full",
    "uncorrectable": "ada0: 4 uncorrectable sectors",
    "medium_error": "(da1:mps0:0:4:0): SCSI sense: MEDIUM ERROR asc:11,0",
    "out_of_memory": "pid 811 (mysqld), uid 88, was killed: out of swap space",
    "fatal_trap": "Fatal trap 12: page fault while in kernel mode",
    "smart_failed": "SMART overall-health self-assessment test result: FAILED!",
    "data_errors": "errors: Permanent errors have been detected in the following files:",
    "corruption": "btree index corrupted",
    "disk_failure": "disk 3 failed",
    "raid_failed": "md0 : active raid1 sda1[0] [2/1] [U_]",
    "retries_exhausted": "(ada0:ahcich0:0:0:0): Error 5, Retries exhausted",
    "lost_device": "ada1: lost device",
    "read_only_remount": "EXT4-fs (sda1): Remounting filesystem read-only",
    "hardware_failure": "Power supply 2 failed",
}

# The sections in which text is dropped whatever it says, short of the floor: what whois says, what people write before they leave.
FREE_TEXT = {("fail2ban", "whois"), ("auto_reply", "absence")}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_rules()


@pytest.mark.parametrize("sample", ALL, ids=IDS)
def test_a_sample_is_judged_as_expected(sample: Path, rulebook: Rulebook) -> None:
    outcome = outcome_of(sample.read_bytes(), rulebook)
    found, wanted = in_words(outcome), expected_of(sample)
    why = [f"{judged.section.name}: {judged.verdict}: {judged.reasons[0].by}: {judged.reasons[0].detail}" for judged in outcome.sections]
    assert is_same(wanted, found), "\n".join([f"wanted {wanted}", f"found  {found}", *why])


@pytest.mark.parametrize("sample", ALL, ids=IDS)
def test_a_sample_lies_in_the_folder_of_its_kind(sample: Path) -> None:
    assert expected_of(sample)["kind"] == sample.parent.name


@pytest.mark.parametrize("sample", ALL, ids=IDS)
def test_a_sample_is_claimed_by_its_own_kind_and_no_other(sample: Path) -> None:
    message = parse(RawMail(id="sample", received_at=NOW, data=sample.read_bytes(), rcpt_tos=("root@example.org",)))
    claiming = {name_of(one) for one in kinds() if one.claims(message)} - {"unknown", "human"}
    assert claiming <= {sample.parent.name}
    (kind,) = [one for one in kinds() if name_of(one) == sample.parent.name]
    declared = {one.name: set(one.measures) for one in kind.SECTIONS}
    for section in recognise(message).sections:
        if section.name == "returned_problem":
            continue  # carries what the report within the bounce carries
        assert {measure.name for measure in section.measures} <= declared[section.name], section.name


def test_every_kind_has_a_sample_and_says_who_sends_it() -> None:
    names = {name_of(one) for one in kinds()}
    assert names == {sample.parent.name for sample in ALL}
    assert [one.__name__ for one in kinds() if "ubject" not in (one.__doc__ or "")] == []


def test_every_kind_with_rules_has_a_quiet_and_a_bad_sample(rulebook: Rulebook) -> None:
    verdicts = defaultdict(set)
    for sample in ALL:
        wanted = expected_of(sample)
        # The end of a problem is told as an event, too, of severity info.
        verdicts[sample.parent.name].add((wanted["verdict"], wanted["severity"] == "info"))
    with_rules = {rule.kind for rule in rulebook.rules}
    assert {kind for kind in verdicts if kind in with_rules and len(verdicts[kind]) < 2} == set()


def test_every_shipped_rule_is_readable(rulebook: Rulebook) -> None:
    assert [str(problem) for problem in rulebook.problems] == []


def test_every_rule_is_hit_by_a_sample_or_an_example(rulebook: Rulebook) -> None:
    hit = {reason.by for sample in ALL for judged in outcome_of(sample.read_bytes(), rulebook).sections for reason in judged.reasons}
    dead = [rule.id for rule in rulebook.rules if f"rule {rule.id}" not in hit and not any(map(is_found, examples(rule)))]
    assert dead == []


def test_every_drop_rule_has_a_near_miss_that_is_kept(rulebook: Rulebook) -> None:
    drops = [rule for rule in rulebook.rules if rule.action is Action.DROP]
    assert [rule.id for rule in drops if not rule.miss] == []
    misses = [example for rule in drops for example in examples(rule) if example.key == "miss"]
    dropped = [(example.rule.id, example.section.lines) for example in misses if example.ruling(rulebook).is_explained]
    assert dropped == []


def test_every_example_does_what_its_rule_says(rulebook: Rulebook) -> None:
    wrong = [
        (rule.id, example.key, example.section.lines)
        for rule in rulebook.rules
        for example in examples(rule)
        if is_found(example) != (example.key == "hit")
    ]
    assert wrong == []


def test_every_entry_of_the_floor_has_an_alarm_here() -> None:
    assert {name for name in NAMES if name not in ALARMS or name not in entries_in(ALARMS[name])} == set()


class Body:
    """The text of a sample in which a line can be planted where a reader would see it."""

    def __init__(self, data: bytes) -> None:
        self.head, self.separator, body = data.partition(b"\n\n")
        kind = b" ".join(re.findall(rb"(?im)^content-t[^\n]*(?:\n[ \t][^\n]*)*", self.head)).lower()
        self.is_encoded = b"base64" in kind
        self.lines = (base64.b64decode(body) if self.is_encoded else body).split(b"\n")
        self.places = self._in_text_parts() if b"multipart/" in kind else list(range(len(self.lines)))

    def _in_text_parts(self) -> list[int]:
        places, is_text, is_html, is_header, header = [], False, False, False, b""
        for number, line in enumerate(self.lines):
            if line.startswith(b"--") and len(line) > 6 and b" " not in line.strip():
                is_header, is_text, header = True, False, b""
            elif is_header and not line.strip():
                # Text without a type is plain (RFC 2045 5.2); of HTML a reader sees what stands in its body.
                is_html = b"text/html" in header
                is_plain = b"text/plain" in header or b"content-type" not in header
                is_header, is_text = False, is_plain and b"base64" not in header
            elif is_header:
                header += line.lower()
            elif is_html and b"<body" in line.lower() and b"base64" not in header:
                is_text = True
            elif is_text:
                places.append(number)
        return places

    def with_line(self, place: int, line: bytes) -> bytes:
        planted = b"\n".join([*self.lines[:place], line, *self.lines[place:]])
        return self.head + self.separator + (base64.encodebytes(planted) if self.is_encoded else planted)


@pytest.mark.parametrize("sample", ALL, ids=IDS)
def test_an_alarm_planted_anywhere_keeps_the_mail(sample: Path, rulebook: Rulebook) -> None:
    body, dice = Body(sample.read_bytes()), random.Random(sample.name)
    if not body.places:  # all of it is encoded or attached
        assert expected_of(sample)["verdict"] != "drop"
        return
    for name, alarm in ALARMS.items():
        place = dice.choice(body.places)
        outcome = outcome_of(body.with_line(place, alarm.encode()), rulebook)
        assert outcome.verdict is not Verdict.DROP, f"{name} in line {place + 1} of the body"


@pytest.mark.parametrize("sample", [sample for sample in ALL if expected_of(sample)["verdict"] == "drop"], ids=lambda sample: sample.stem)
def test_a_line_nobody_has_heard_of_keeps_the_mail_wherever_it_stands(sample: Path, rulebook: Rulebook) -> None:
    body = Body(sample.read_bytes())
    filled = [number for number in body.places if body.lines[number].strip()]
    for place in sorted({*filled[:3], *filled[-3:], *random.Random(sample.name).sample(filled, k=min(6, len(filled)))}):
        outcome = outcome_of(body.with_line(place, b"The quux has frobnicated 7 wugs"), rulebook)
        holding = {
            (outcome.kind, judged.section.name) for judged in outcome.sections if any("quux" in line for line in judged.section.lines)
        }
        is_free = bool(holding) and holding <= FREE_TEXT
        assert outcome.verdict is not Verdict.DROP or is_free, f"before line {place + 1} of the body"


_END = b"\n-- End of "
PERIODIC = [sample for sample in ALL if sample.parent.name.startswith("freebsd_") and _END in sample.read_bytes()]


@pytest.mark.parametrize("sample", PERIODIC, ids=lambda sample: sample.stem)
def test_a_report_without_its_end_line_is_shown(sample: Path, rulebook: Rulebook) -> None:
    data = sample.read_bytes()
    cut = data[: data.rindex(_END)]
    outcome = outcome_of(cut, rulebook)
    assert not outcome.is_complete
    assert outcome.verdict is not Verdict.DROP
