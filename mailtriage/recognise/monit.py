"""monit 4 to 5.33 (and M/Monit), one event a mail.

Subject: `monit alert --  Connection failed mysql`; a site may have its own.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import each, monitored_host, settled, short_item
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Severity, State

_SUBJECT = re.compile(r"(?:monit alert --|\[?monit\]?:?) {1,4}(.{1,300})", re.IGNORECASE)
_DEFAULT_SUBJECT = re.compile(r"monit alert -- {1,4}(.{1,300})", re.IGNORECASE)
_FIRST = re.compile(r"(?P<event>[A-Z][\w '/-]{1,60}?) Service (?P<service>\S{1,200})\s*")
_FIELD = re.compile(r"\s{0,12}(Date|Action|Host|Service|Event|Description)\s{0,4}:\s{0,12}(.*)")
_ENDS = (
    r"not changed|changed not|succeeded|recovery|recovered|exists|ok|up|passed"
    r"|changed|failed|matched|match|doesn't match|error|exceeded|down|limit matched|limit succeeded"
)
_WORDS = re.compile(rf"(?P<what>.*?) ?\b(?P<end>{_ENDS})", re.IGNORECASE)
_GOOD = frozenset({"not changed", "changed not", "succeeded", "recovery", "recovered", "exists", "ok", "up", "passed", "limit succeeded"})
_GRAVE = re.compile(
    r"does not exist|connection failed|execution failed|data access error|invalid type|timeout|filesystem flags|link down"
    r"|(?:icmp|ping) failed|heartbeat failed"
    r"|status failed|space usage|inode usage",
    re.IGNORECASE,
)
# With a mail-format of the site's own the event stands anywhere.
_KNOWN = re.compile(
    r"Does not exist|\bExists\b|Data access (?:error|succeeded)|Invalid type|Type succeeded|Timeout(?: recovery)?|Action done"
    r"|Monit instance changed(?: not)?"
    r"|Link (?:down|up)|(?:Download|Upload) (?:bytes|packets) (?:exceeded|ok)|Resource limit (?:matched|succeeded)"
    r"|(?:Checksum|Connection|Content|Execution|Filesystem flags|[GU]ID|ICMP|Ping|P?PID|Permission|Size|Speed"
    r"|Status|Timestamp|Uptime|Saturation|Heartbeat)"
    r" (?:not changed|changed not|changed|failed|succeeded|exceeded|ok|match(?:ed)?)"
)
# A system has several limits: `mem usage of 93% matches`, `loadavg(1min) check succeeded`, `'rootfs' space usage 95% matches`.
_LIMIT = re.compile(r"(?:'[^']{1,100}' )?([a-z][\w ()/-]{1,40}?)(?: of| check succeeded| -?\d| matches)")
_NOTICES = re.compile(r"action done|monit instance changed(?: not)?", re.IGNORECASE)
_PERCENT = re.compile(
    r"\b(space usage|inode usage|mem usage|memory usage|cpu usage|swap usage|\w{1,12} usage"
    r"|loadavg ?\(\w{1,6}\))(?: of)? (-?\d{1,12}(?:\.\d{1,6})?)(%?)"
)
_CURRENT = re.compile(r"\[current ([\w ()]{1,40}?) ?= ?(-?\d{1,12}(?:\.\d{1,6})?)(%?)\]")
_SECTIONS = {
    name: SectionType(
        name=name,
        about=about,
        check="monit",
        recovery=Recovery.EXPLICIT,
        measures=("metric", "memory_used", "swap_used", "fs_used", "fs_inodes_used"),
    )
    for name, about in {
        "problem": "a test of a service failed, or something changed [service: what was tested]",
        "gave_up": "monit stopped a service, or does not watch it any more [the same]",
        "restarted": "monit started a service that had failed [the same]",
        "recovery": "the test succeeds again [the same]",
        "notice": "monit itself was started or stopped, or did what somebody asked for [the same]",
    }.items()
}
SECTIONS = tuple(_SECTIONS.values())


def claims(message: Message) -> bool:
    """True if two of these are monit's: X-Mailer, subject, first line, the block of date, action, host and description, the closing."""
    mailer = message.header("X-Mailer").startswith("Monit ")
    subject = bool(_SUBJECT.fullmatch(message.subject[:400])) and message.subject.lower().startswith(("monit alert", "[monit]", "monit"))
    text = message.text[:8000]
    if not (mailer or subject or ("Action:" in text and "Description:" in text)):
        return False
    lines = body_lines(text)
    keys = {match.group(1) for match in map(_FIELD.fullmatch, lines[:40]) if match}
    block = {"Action", "Host", "Description"} <= keys
    first = bool(lines) and bool(_FIRST.fullmatch(lines[0].strip()[:400]))
    closing = bool(re.search(r"^\s{0,8}Your faithful employee,", text, re.MULTILINE))
    return sum((mailer, subject, block, first, closing, message.sender.startswith("monit@"))) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for each notification, by the event and what monit did about it."""
    return each(message, _headline, _one, _SECTIONS["notice"], is_whole=_names_event, seen=("subject",))


def _headline(line: str) -> str:
    if _FIRST.fullmatch(line):
        return "first"
    field = _FIELD.fullmatch(line)
    return field.group(1) if field else "subject" if "monit alert -- " in line[:30].lower() else ""


def _names_event(block: str) -> bool:
    return bool(_KNOWN.search(block[:4000])) or any(_FIRST.fullmatch(line.strip()[:400]) for line in block[:4000].split("\n"))


def _bad_by_subject(subject: str) -> tuple[str, str] | None:
    """The bad event of a subject, and its service where the form is monit's own."""
    own = _DEFAULT_SUBJECT.fullmatch(subject[:400])
    if own:
        event, _, service = own.group(1).strip().rpartition(" ")
        return None if not event or _pair(event)[1] or _NOTICES.fullmatch(event.strip()) else (event, service)
    known = [event for event in _KNOWN.findall(subject[:400]) if not _pair(event)[1] and not _NOTICES.fullmatch(event)]
    return (known[0], "") if known else None


def _one(message: Message) -> Report:
    lines = body_lines(message.text)
    found: dict[str, str] = {}
    for line in lines[:60]:
        match = _FIELD.fullmatch(line[:2000])
        if match and match.group(2).strip():
            found.setdefault(match.group(1), match.group(2).strip())
    event, service = _event(message, lines, found)
    action = found.get("Action", "").lower()
    what, is_good = _pair(event)
    bad = _bad_by_subject(message.subject) if is_good else None
    if bad:
        event, service = bad[0], bad[1] or service
        what, is_good = _pair(event)
    if what == "resource" and (limit := _LIMIT.match(found.get("Description", "")[:300])):
        what = limit.group(1).strip()
    name, state = _what(event, action, is_good, found.get("Description", ""))
    name, state = settled(message.subject, name, state)
    described = found.get("Description", "")
    headline = f"{service}: {event}" + (f": {described}" if described else "") + (f" (action: {action})" if action else "")
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    host, prefix = monitored_host(found.get("Host", ""), "", message)
    section = _SECTIONS[name].section(
        (headline[:400], *subject, *lines),
        item=short_item(f"{prefix}{service}: {what}"),
        state=state,
        severity=_severity(name, event, described),
        summary=headline,
        measures=_measures(service, described),
    )
    return Report(kind="monit", host=host, sections=(section,))


def _event(message: Message, lines: tuple[str, ...], found: dict[str, str]) -> tuple[str, str]:
    """The event and its service: from the first line, else from the block, else from the subject."""
    first = _FIRST.fullmatch(lines[0].strip()[:400]) if lines else None
    if first:
        return first["event"].strip(), first["service"]
    subject = _SUBJECT.fullmatch(message.subject[:400])
    words = subject.group(1).strip() if subject else message.subject.strip()
    known = _KNOWN.search(f"{words}\n{message.text[:2000]}")
    event, _, service = words.rpartition(" ")
    if known:
        event = known.group()
        others = words.replace(event, " ").split()
        service = others[0] if others else ""
    return found.get("Event", "") or event or words, found.get("Service", "") or service


def _pair(event: str) -> tuple[str, bool]:
    """What was tested, in words that are the same in the good and the bad event, and whether this is the good one."""
    lower = event.lower().strip()
    if lower in ("exists", "does not exist"):
        return "exists", lower == "exists"
    if lower.startswith(("timeout", "invalid type", "type succeeded", "data access")):
        what = {"t": "timeout" if lower.startswith("timeout") else "type", "i": "type", "d": "data access"}[lower[0]]
        return what, lower.endswith(("recovery", "succeeded"))
    words = _WORDS.fullmatch(lower)
    if not words:
        return lower, False
    return words["what"].removesuffix(" limit") or lower, words["end"] in _GOOD


def _what(event: str, action: str, is_good: bool, described: str) -> tuple[str, State]:
    if action == "unmonitor" or re.search(r"\bunmonitor", described, re.IGNORECASE):
        return "gave_up", State.PROBLEM
    if _NOTICES.fullmatch(event.strip()):
        return "notice", State.INFO
    if is_good:
        return "recovery", State.OK
    if action == "stop":
        return "gave_up", State.PROBLEM
    # Where the start itself fails, monit says so in an event of its own.
    if action in ("restart", "start") and not re.search(r"failed to (?:re)?start|execution failed", f"{event} {described}", re.IGNORECASE):
        return "restarted", State.INFO
    return "problem", State.PROBLEM


def _severity(name: str, event: str, described: str) -> Severity | None:
    if name == "gave_up":
        return Severity.HIGH
    if name != "problem":
        return None
    return Severity.HIGH if _GRAVE.search(f"{event} {described[:200]}") else Severity.WARNING


_NAMES = {
    "mem usage": "memory_used",
    "memory usage": "memory_used",
    "swap usage": "swap_used",
    "space usage": "fs_used",
    "inode usage": "fs_inodes_used",
}


def _measures(service: str, described: str) -> list[Measure]:
    measures = []
    for pattern in (_PERCENT, _CURRENT):
        for label, value, percent in pattern.findall(described[:2000])[:5]:
            name = _NAMES.get(label.lower(), "") if percent else ""
            measures.append(measure(name or "metric", service if name else f"{service} {label}", float(value)))
    return measures
