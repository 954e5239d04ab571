"""mdadm --monitor of Linux software RAID: subject `DegradedArray event on /dev/md0:db03`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import host_of
from mailtriage.recognise._mdstat import Array, read_mdstat
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.recognise._security import without_margin
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_FIRST = "This is an automatically generated mail message from "
_SUBJECT = re.compile(r"(?:\S{1,40} )?(\w{1,60}) event on (/dev/\S{1,200}?):(\S{1,255})")
_EVENT = re.compile(r"^\s{0,8}An? (\w{1,60}) event (?:has|had|was)(?: been)? detected on md device (\S{1,200}?)\.?\s*$", re.MULTILINE)
_RUNNING_ON = re.compile(r"message from \S{1,100}\s{1,20}running on (\S{1,255})")
_MEASURES = ("raid_wanted", "raid_working", "raid_mismatches", "mirror_rebuild", "array_check")
_ARRAY = SectionType(
    name="array",
    about="an event of an array, or an array that the mail shows degraded [array]",
    check="mdadm",
    recovery=Recovery.SILENCE,
    measures=_MEASURES,
)
_TEST = SectionType(name="test", about="the test mail of `--test` [array]", check="mdadm", recovery=Recovery.SILENCE, measures=_MEASURES)
SECTIONS = (_ARRAY, _TEST)
_MOST = 20
_SEVERITIES = {"Fail": Severity.CRITICAL, "DeviceDisappeared": Severity.CRITICAL}


def claims(message: Message) -> bool:
    """True if the first line is mdadm's, and the sentence that names the event or the subject is too."""
    if not first_line(message.text).startswith(_FIRST):
        return False
    message = without_margin(message)
    return bool(_EVENT.search(message.text[:4000]) or _SUBJECT.fullmatch(message.subject)) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for the event, and one for each other array that the mail shows degraded."""
    message = without_margin(message)
    subject = _SUBJECT.fullmatch(message.subject)
    sections: list[Section] = []
    parts = _parts(message.text)
    is_complete = len(parts) < _MOST
    for n, part in enumerate(parts):
        arrays = read_mdstat(part[:200000])
        sections += _sections(part, arrays, subject if n == 0 else None)
        is_complete = is_complete and all(array.is_readable for array in arrays.values())
    running = _RUNNING_ON.search(message.text[:2000])
    host = host_of(message, running.group(1).rstrip(".") if running else "", subject.group(3) if subject else "")
    return Report(kind="mdadm", host=host, sections=tuple(sections), is_complete=is_complete)


def _parts(text: str) -> list[str]:
    """The mails in one body: each sentence about an event has its own table below."""
    starts = [found.start() for found in re.finditer(rf"^[ \t]{{0,8}}{re.escape(_FIRST)}", text, re.MULTILINE)]
    events = [found.start() for found in _EVENT.finditer(text)]
    cuts = [0]
    for before, event in pairwise(events[:_MOST]):
        # A second mail whose first line is lost begins with its event.
        start = bisect_left(starts, event) - 1
        cuts.append(starts[start] if start >= 0 and starts[start] > before else event)
    cuts.append(len(text))
    return [text[begin:end] for begin, end in pairwise(cuts)]


def _sections(whole: str, arrays: dict[str, Array], subject: re.Match[str] | None) -> Iterator[Section]:
    text = whole[:200000]
    found = _EVENT.search(text)
    named = found.groups() if found else subject.groups()[:2] if subject else ("", "")
    device = _array_of(named[1], arrays)
    known = arrays.get(device)
    # A test mail of an array that its own table does not show is no test any more.
    is_gone = known is None and bool(re.fullmatch(r"md\d{1,4}", device)) and "unused devices" in text
    is_test = named[0] == "TestMessage" and not is_gone and (subject is None or subject.groups()[:2] == named)
    summary = f"{named[0]} event on {named[1]}" + (f": {known.in_words}" if known else ": it is not in the table" if is_gone else "")
    first = (_TEST if is_test else _ARRAY).section(
        body_lines(whole) if is_test else (summary, *body_lines(whole)),
        item=device,
        state=State.INFO if is_test else State.PROBLEM,
        severity=Severity.INFO if is_test else Severity.HIGH if is_gone else _severity(named[0], known),
        summary=summary,
        measures=[measure for array in arrays.values() for measure in array.measures],
    )
    yield first
    yield from (_degraded(array) for array in arrays.values() if array.is_bad and (is_test or array.name != device))


def _severity(event: str, array: Array | None) -> Severity:
    if event == "DegradedArray":
        return array.severity if array and array.is_bad else Severity.HIGH
    return _SEVERITIES.get(event, Severity.WARNING)


def _degraded(array: Array) -> Section:
    summary = f"{array.name} is degraded: {array.in_words}"
    return _ARRAY.section(
        (summary, *array.lines),
        item=array.name,
        state=State.PROBLEM,
        severity=array.severity,
        summary=summary,
        measures=array.measures,
    )


def _array_of(device: str, arrays: dict[str, Array]) -> str:
    """The name mdstat has for a device; where a name of the admin's stands for a number, the only degraded array is it."""
    name = device.removeprefix("/dev/")
    name = "md" + name[3:] if re.fullmatch(r"md/\d{1,4}", name) else name
    bad = [array.name for array in arrays.values() if array.is_bad]
    return bad[0] if name not in arrays and len(bad) == 1 else name
