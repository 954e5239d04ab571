"""Check_MK and Checkmk, as text, HTML, and several notifications in one mail.

Subjects: `Check_MK: web07/Filesystem / OK -> CRIT`, `Checkmk: web07 - UP -> DOWN`, `Check_MK: web07/CPU load Acknowledged (WARN)`,
`Check_MK: 3 notifications for web07`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import longer_host
from mailtriage.recognise._monitoring import STATE_WORDS, metrics, monitored_host, notification_types, one_host, short_item, told, worst
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Message, Report, Section

_SUBJECT = re.compile(r"(?:\[?Check_?MK\]?|OMD):? (.{1,400})", re.IGNORECASE)
_BULK = re.compile(r"\d{1,6} notifications? for (?:\d{1,6} hosts|(\S{1,255}))")
_EVENT_WORDS = (
    rf"(?:{STATE_WORDS}) *(?:->|→|=>|➔|⟶) *(?:{STATE_WORDS})"
    r"|(?:Acknowledged|Acknowledgement|Started Flapping|Stopped Flapping|Flapping \w{1,10}|Downtime \w{1,12}|"
    r"Custom Notification|Alert Handler)(?: ?\([^)]{0,80}\))?"
)
_AT_END = re.compile(rf"(.{{1,300}}?)(?: -)? ({_EVENT_WORDS})", re.IGNORECASE)
_ARROW = re.compile(rf"({STATE_WORDS}) *(?:->|→|=>|➔|⟶) *({STATE_WORDS})", re.IGNORECASE)
_EVENT_LINE = re.compile(rf"^ *Event:?[ \t]+({_EVENT_WORDS})[ \t]*$", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(
    r"(Host(?: ?name)?|Alias|Address|Service|Event|Output|Plugin Output|Summary|Perfdata|Performance Data"
    r"|Host Metrics|Service Metrics|Alert handler|Handler output)(?::[ \t]*|[ \t]+)(.*)",
    re.IGNORECASE,
)
_TYPES = notification_types("checkmk")
_FRAME = SectionType(name="frame", about="what stands before the first of several notifications")
SECTIONS = (*_TYPES.values(), _FRAME)


def claims(message: Message) -> bool:
    """True if the line of the event is in the text, and the subject or the lines of host and output are there too."""
    subject = bool(_SUBJECT.fullmatch(message.subject[:500]))
    if not subject and "Event" not in message.text[:5000]:
        return False
    event = bool(_EVENT_LINE.search(message.text[:20000]))
    keys = {match.group(1).lower() for match in map(_FIELD.match, body_lines(message.text[:20000])[:60]) if match}
    has_lines = bool(keys & {"host", "hostname", "host name"}) and bool(
        keys & {"output", "plugin output", "summary", "perfdata", "service metrics", "host metrics", "handler output"}
    )
    named = ("check" in message.sender and "mk" in message.sender) or "checkmk" in message.sender_name.lower().replace("_", "")
    return sum((subject, event, has_lines, named)) >= 2 and (event or subject) and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each notification: `problem`, `recovery`, or `notice` for acknowledgements, downtimes and flapping."""
    lines = body_lines(message.text)
    blocks = _blocks(lines)
    subject = _SUBJECT.fullmatch(message.subject[:500])
    named = subject.group(1).strip() if subject else ""
    bulk = _BULK.fullmatch(named)
    pieces = [_section(message, block, "" if bulk or number else named) for number, block in enumerate(blocks)]
    before = lines[: len(lines) - sum(len(block) for block in blocks)] if len(blocks) > 1 else ()
    sections = [section for _, section in pieces]
    if any(before):
        sections.insert(0, _FRAME.section(before))
    return Report(kind="checkmk", host=one_host((host for host, _ in pieces), message), sections=tuple(sections))


def _blocks(lines: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The lines of each notification: each begins with its host and has an event of its own."""
    starts = [n for n, line in enumerate(lines) if re.match(r"Host(?: ?name)?(?::|[ \t])", line)]
    if not starts:
        return [lines]
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    whole: list[tuple[str, ...]] = []
    for part in parts:
        if whole and not any(re.match(r"Event:?[ \t]", line) for line in part):
            whole[-1] += part  # a line of the plugin's output that looks like a host
        else:
            whole.append(part)
    return whole if len(whole) > 1 else [lines]


def _section(message: Message, block: tuple[str, ...], named: str) -> tuple[str, Section]:
    """The host of one notification, and its section."""
    found: dict[str, str] = {}
    for line in block[:200]:
        match = _FIELD.match(line[:2000])
        if match and match.group(2).strip():
            found.setdefault(match.group(1).lower().replace("hostname", "host").replace("host name", "host"), match.group(2).strip())
    in_subject = _AT_END.fullmatch(named)
    object_ = in_subject.group(1) if in_subject else ""
    events = [event for event in (found.get("event", ""), in_subject.group(2) if in_subject else "") if event]
    arrows = [match for match in map(_ARROW.search, events) if match]
    states = [match.group(2) for match in arrows]
    if arrows:
        name, state = told((), states)
    else:
        name, state = told(("NOTICE",), ())
    host_name = found.get("host", "").split(" ")[0] or object_.partition("/")[0]
    service = found.get("service", "") or object_.partition("/")[2]
    host, prefix = monitored_host(host_name, found.get("address", ""), message)
    output = found.get("output") or found.get("plugin output") or found.get("summary") or ""
    what = "/".join(part for part in (host_name or host, service) if part)
    event = events[0] if events else ""
    headline = f"{what} {event}" + (f": {output}" if output else "")
    subject = (f"Subject: {message.subject}",) if named else ()
    measured = " ".join(found.get(key, "") for key in ("perfdata", "performance data", "service metrics", "host metrics"))
    host = longer_host(host, message.host)
    return host, _TYPES[name].section(
        (headline[:400], *subject, *block),
        host=host,
        item=short_item(prefix + (service or "host")),
        state=state,
        severity=worst(states) if name == "problem" else None,
        summary=f"{what} {event}",
        measures=metrics(measured, service),
    )
