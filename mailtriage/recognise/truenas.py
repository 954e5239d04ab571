"""TrueNAS and FreeNAS alerts: subject `TrueNAS nas1.example.org: Alerts`, older `nas1.example.org: Critical Alerts`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import grade, host_of, is_bad, section_types, short, without_values
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.recognise._security import without_margin
from mailtriage.types import Measure, Message, Recovery, Report, Section, Severity, State

_CHECK = "nas_alert"
_TYPES = {
    **section_types(_CHECK, "text of the alert without numbers", ("pool_used", "temperature")),
    "current": SectionType(name="current", about="alerts that were told before and go on", check=_CHECK, recovery=Recovery.EXPLICIT),
    "frame": SectionType(name="frame", about="the lines around the alerts"),
    "source": SectionType(name="source", about="lines that were taken apart, as they were: HTML, or an alert behind its heading"),
}
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(r"(?:\[\w{1,30}\] ?)?(?:(?:True|Free)NAS )?(\S{1,255}): (?:Critical )?Alerts?", re.IGNORECASE)
_FIRST = re.compile(r"(?:True|Free)NAS(?: \w{1,20})? @ (\S{1,255})", re.IGNORECASE)
_HEADING = re.compile(
    r"[\s#*]{0,8}(?:(?P<new>New (?:critical )?alerts?|The following alert messages? w(?:ere|as) generated|The following new alerts?.{0,40})"
    r"|(?P<gone>(?:Gone|Cleared|Resolved) alerts?|(?:The following|These) alerts? (?:has|have) (?:been cleared|cleared).{0,40})"
    r"|(?P<current>(?:Current|Ongoing|Existing) alerts?))\s?:?\s{0,4}(?P<rest>.{0,2000})",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s{0,12}[*•·-]\s{1,8}(.{1,4000})")
_DIGEST = re.compile(
    # Its levels INFO and NOTICE.
    r"\b(?:update(?:s)? (?:is|are) available|new (?:version|update|feature flags)|feature flags|supported features"
    r"|upgrade (?:the )?pool|new zfs version"
    r"|(?:rsync|replication|snapshot|scrub|resilver) .{0,200}(?:succeeded|finished|completed|started)|deprecated"
    r"|task for .{1,200} succeeded|completed successfully|on line power|communication with ups .{1,80} established|\) is healthy"
    r"|established smb1 sessions|confirmation is pending|must change passwords)",
    re.IGNORECASE,
)
_USED = re.compile(r'[Ss]pace usage for pool ["\']?([\w.-]{1,100})["\']? is (\d{1,3})%')
_CELSIUS = re.compile(r"(/dev/\S{1,60}?)[,:]? .{0,60}?(\d{2,3}) ?(?:°C|Celsius)")


def claims(message: Message) -> bool:
    """True if a heading of alerts stands there, and the first line is `TrueNAS @ host` (or FreeNAS), or the subject is theirs."""
    text = _plain(message.text[:6000])
    if "lert" not in message.subject and "lert" not in text:
        return False
    marks = (
        bool(_FIRST.fullmatch(first_line(text))),
        bool(_SUBJECT.fullmatch(message.subject)),
        any(_HEADING.fullmatch(line[:2000]) for line in body_lines(text)[:40]),
        "ruenas" in message.sender_name.lower() or "freenas" in f"{message.sender} {message.subject}".lower(),
    )
    is_theirs = (marks[0] and any(marks[1:])) or (marks[2] and (marks[1] or marks[3]))
    return is_theirs and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for each alert that is new or gone, one for those that go on, one for the lines around them."""
    message = without_margin(message)
    subject, first = _SUBJECT.fullmatch(message.subject), _FIRST.fullmatch(first_line(_plain(message.text)))
    parts: list[tuple[str, list[str]]] = []
    frame: list[str] = []
    state = "new" if first else ""
    is_open = False
    for line in body_lines(_plain(message.text)):
        heading = _HEADING.fullmatch(line[:2000])
        bullet = _BULLET.fullmatch(line[:4000])
        if heading:
            state = next(name for name in ("new", "gone", "current") if heading.group(name))
            frame.append(line)
            is_open = False
            if heading.group("rest").strip():
                frame[-1] = line[: heading.start("rest")].rstrip()
                parts.append((state, [heading.group("rest").strip()]))
        elif not line.strip() or _FIRST.fullmatch(line.strip()):
            frame.append(line)
            is_open = False
        elif bullet or not is_open:
            if state:
                parts.append((state, [line.strip()]))
                is_open = True
            else:
                frame.append(line)
        else:
            parts[-1][1].append(line.strip())
    sections = [_alert(lines) if name == "new" else _gone(lines) for name, lines in parts if name != "current"]
    current = [line for name, lines in parts if name == "current" for line in lines]
    if current:
        sections.append(_TYPES["current"].section(current))
    if any(line.strip() for line in frame):
        sections.append(_TYPES["frame"].section(frame))
    shown = {line.strip() for section in sections for line in section.lines}
    source = [line for line in body_lines(message.text) if line.strip() and line.strip() not in shown]
    if source:
        sections.append(_TYPES["source"].section(source))
    host = host_of(message, first.group(1) if first else "", subject.group(1) if subject else "")
    # A heading without an alert below it: the mail is cut off.
    last = next((line for line in reversed(body_lines(_plain(message.text))) if line.strip()), "")
    heading = _HEADING.fullmatch(last[:2000])
    is_complete = bool(parts) and not (heading and not heading.group("rest").strip())
    return Report(kind="truenas", host=host, sections=tuple(sections), is_complete=is_complete)


def _plain(text: str) -> str:
    """The text without the tags of a mail that was saved without its header."""
    if "<br" not in text and "<li>" not in text:
        return text
    return re.sub(r"</?(?:ul|p|div|body|html)>|</li>", "\n", re.sub(r"<br ?/?>", "\n", text.replace("<li>", "\n* ")))


def _alert(lines: list[str]) -> Section:
    text = " ".join(lines)
    # It mails warnings and worse: an alert in words that we do not know is one.
    is_alert = is_bad(text) or bool(_BULLET.fullmatch(lines[0][:4000]))
    name = "notice" if (_DIGEST.search(text) and not _is_sick(text)) or not is_alert else "problem"
    return _TYPES[name].section(
        lines,
        item=_item(text),
        state=State.PROBLEM if name == "problem" else State.INFO,
        severity=Severity.INFO if name == "notice" else grade(text) if is_bad(text) else Severity.WARNING,
        summary=text.lstrip("*•·- ")[:300],
        measures=_measures(text),
    )


def _is_sick(text: str) -> bool:
    """Whether a text that speaks of a finished task also tells of a fault."""
    return bool(re.search(r"DEGRADED|FAULTED|UNAVAIL|OFFLINE|\bfail|[1-9]\d* errors?\b|with errors", text, re.IGNORECASE))


def _gone(lines: list[str]) -> Section:
    text = " ".join(lines)
    return _TYPES["recovery"].section(
        lines, item=_item(text), state=State.OK, severity=Severity.INFO, summary=f"cleared: {text.lstrip('*•·- ')}"[:300]
    )


def _item(text: str) -> str:
    """The alert without its values."""
    return short(without_values(text.lstrip("*•·- ")))


def _measures(text: str) -> list[Measure]:
    used, heat = _USED.search(text), _CELSIUS.search(text[:2000])
    return [
        *([measure("pool_used", used.group(1), int(used.group(2)))] if used else []),
        *([measure("temperature", heat.group(1), int(heat.group(2)))] if heat else []),
    ]
