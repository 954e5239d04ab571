"""NUT, Network UPS Tools, through a site's script; subject as the site has it, such as `UPS ups@localhost on battery`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import host_of, is_bad
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Section, Severity, State

# The messages of upsmon(8), NOTIFYMSG: words, section, severity; None closes.
_UPS = r"UPS '?([\w.-]{1,80}(?:@[\w.:\[\]-]{1,120})?)'?:? (?:is )?"
SENTENCES: tuple[tuple[re.Pattern[str], str, Severity | None], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name, severity)
    for pattern, name, severity in (
        (_UPS + r"(?:running )?on (?:line power|line|utility|mains)\b", "power", None),
        (_UPS + r"(?:running )?on battery\b", "power", Severity.HIGH),
        (_UPS + r"(?:battery is low|low battery|on low battery|battery low)\b", "power", Severity.CRITICAL),
        (_UPS + r"forced shutdown in progress", "power", Severity.CRITICAL),
        (_UPS + r"(?:is )?unavailable", "comm", Severity.WARNING),
        (_UPS + r"battery needs (?:to be replaced|replac)", "battery", Severity.WARNING),
        # Of 2.8: each has its opposite.
        (_UPS + r"no longer (?:administratively )?off\b", "off", None),
        (_UPS + r"(?:administratively )?off\b", "off", Severity.WARNING),
        (_UPS + r"no longer (?:on )?bypass", "bypass", None),
        (_UPS + r"(?:on )?bypass", "bypass", Severity.WARNING),
        (_UPS + r"no longer overloaded", "overload", None),
        (_UPS + r"overload", "overload", Severity.WARNING),
        (_UPS + r"no longer in an? alarm", "alarm", None),
        (_UPS + r"(?:one or more active )?alarm", "alarm", Severity.WARNING),
        (_UPS + r"(?:no longer )?(?:calibrat|trimming|boosting|in eco mode|has at least one unclassified)", "notice", Severity.INFO),
        (_UPS + r"(?:data stale|not connected)", "comm", Severity.WARNING),
        (r"Communications with UPS ([\w.@:\[\]-]{1,200}?) (?:is |are )?lost", "comm", Severity.WARNING),
        (r"Communications with UPS ([\w.@:\[\]-]{1,200}?) (?:re-?)?established", "comm", None),
        (r"(Auto) ?logout and shutdown proceeding", "power", Severity.CRITICAL),
        (r"(upsmon) parent process died - shutdown impossible", "comm", Severity.CRITICAL),
        (r"(?:UPS )?(\S{1,100}) \[.{1,60}\]: administratively OFF", "power", Severity.WARNING),
    )
)
_STATUS = re.compile(
    r"^ ?(battery\.charge|battery\.runtime|ups\.load|input\.voltage|battery\.temperature|ups\.status): ?(.{1,80})$", re.MULTILINE
)
_NAMES = {
    "battery.charge": "ups_charge",
    "battery.runtime": "ups_runtime",
    "ups.load": "ups_load",
    "input.voltage": "ups_voltage",
    "battery.temperature": "temperature",
}
_TYPES = {
    name: SectionType(name=name, about=about, check=check, recovery=Recovery.EXPLICIT, measures=tuple(_NAMES.values()))
    for name, check, about in (
        ("power", "ups_power", "the power failed, the battery is low, or the power is back [UPS]"),
        ("comm", "ups_comm", "the UPS does not answer, or answers again [UPS]"),
        ("battery", "ups_battery", "the battery has to be replaced [UPS]"),
        ("off", "ups_off", "it was switched off, or on again [UPS]"),
        ("bypass", "ups_bypass", "it is on bypass and protects nothing, or no longer [UPS]"),
        ("overload", "ups_overload", "too much is connected to it, or no longer [UPS]"),
        ("alarm", "ups_alarm", "it has alarms of its own, or no longer [UPS]"),
        ("notice", "ups_notice", "it calibrates, trims, boosts or saves power, or the text is good under a bad subject [UPS]"),
    )
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if a sentence of upsmon stands alone in the first lines, and the subject, the sender or the name `ups@host` shows a UPS."""
    head = message.text[:2000]
    if "UPS" not in head and "upsmon" not in head and "logout and shutdown" not in head:
        return False
    told = [line for line in body_lines(message.text[:2000])[:8] if _alone(line)]
    if not told or "Notifications in this message" in message.text[:400]:
        return False
    has_mark = bool(
        re.search(r"\b(?:ups|nut|upsmon|upssched)\b", f"{message.subject} {message.sender} {message.sender_name}", re.IGNORECASE)
    )
    return (has_mark or any("@" in line for line in told) or len(told) > 1) and not _people.forbids(message)


def _alone(line: str) -> bool:
    """True if the line is a sentence of upsmon, apart from a time before it or a full stop after it."""
    text = re.sub(r"^[\d\s:./,T+-]{0,40}(?:[\w.-]{1,80}: )?", "", line.strip()[:400])
    return any(pattern.match(text) and len(text) < 160 for pattern, _, _ in SENTENCES)


def read(lines: tuple[str, ...]) -> list[tuple[str, str, Severity | None, str]]:
    """Section, UPS, severity (None: over) and line of each sentence of upsmon, in order."""
    found = []
    for line in lines:
        for pattern, name, severity in SENTENCES:
            match = pattern.search(line[:600])
            if match:
                found.append((name, match.group(1).rstrip(":."), severity, line))
                break
    return found


def report(message: Message) -> Report:
    """One section for each UPS and side of it; the last sentence of one mail counts."""
    lines = body_lines(message.text)
    told = read(lines)
    known = {(name, ups) for name, ups, _, _ in told}
    in_subject = [one for one in read((message.subject,)) if one[2] is not None]
    told += [one for one in in_subject if one[:2] not in known]
    last = {(name, ups): (severity, line) for name, ups, severity, line in told}
    # If subject or text is bad, it is bad; and a good text under a bad subject closes nothing.
    last |= {one[:2]: one[2:] for one in in_subject if last[one[:2]][0] is None}
    is_doubted = bool(in_subject) or (not read((message.subject,)) and is_bad(message.subject))
    sections: list[Section] = []
    for (what, ups), (severity, line) in last.items():
        name = "notice" if severity is None and is_doubted else what
        sections.append(
            _TYPES[name].section(
                lines if not sections else (line,),
                item=ups,
                state=State.INFO if name == "notice" else State.OK if severity is None else State.PROBLEM,
                severity=severity,
                summary=line.strip(),
                measures=_measures(message.text, ups) if not sections else (),
            )
        )
    return Report(kind="nut", host=host_of(message), sections=tuple(sections))


def _measures(text: str, ups: str) -> list[Measure]:
    found = []
    for key, value in _STATUS.findall(text[:20000]):
        if key in _NAMES and re.fullmatch(r"\d{1,8}(?:\.\d{1,4})?", value.strip()):
            found.append(measure(_NAMES[key], ups, float(value)))
    return found
