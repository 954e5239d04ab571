"""VMware vCenter Server, its alarms by mail.

Subjects: `[VMware vCenter - Alarm Host memory usage] Alarm 'Host memory usage' on esx01.example.org changed from Green to Red`,
`[alarm.HostMemoryUsageAlarm] Host memory usage on esx01.example.org changed from green to red`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import each, monitored_host, short_item, speaks_of_relief, speaks_of_trouble, told_lines
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Severity, State

_SUBJECT = re.compile(
    r"\[(?:VMware (?:vCenter|vSphere|VirtualCenter)(?: Server)? - )?(?:Alarm alarm\.(?P<id>[\w.]{1,100})"
    r"|[Aa]larm[ .](?P<name>[^\]]{1,200}))\] ?(?P<text>.{0,500})",
    re.DOTALL,
)
_CHANGED = re.compile(
    r"(?:Alarm '(?P<alarm>[^'\n]{1,200})'|(?P<plain>[^'\n]{1,200}?)) on (?:\w{1,20} )?(?P<target>[^\n]{1,255}?) "
    r"(?:was )?changed from (?P<old>\w{1,10}) to (?P<new>\w{1,10})",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\s{0,8}(Target|Previous Status|Old Status|New Status|Metric Value|Summary|Description"
    r"|Event details|Alarm Definition|Host)\s{0,4}:\s{0,8}(.*)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\b(\d{1,3}(?:\.\d{1,6})?) ?%")
_COLOURS = {"red": Severity.HIGH, "yellow": Severity.WARNING, "gray": Severity.WARNING, "grey": Severity.WARNING}
_TYPES = {
    name: SectionType(name=name, about=about, check="vcenter", recovery=Recovery.EXPLICIT, measures=("metric",))
    for name, about in {
        "problem": "an alarm turned red or yellow, or gray, which says that nothing is known [alarm]",
        "recovery": "it turned green [alarm]",
        "notice": "another alarm of the same mail that is green [alarm]",
        "event": "an alarm that a single event sets off, without a state [alarm]",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are vCenter's: subject, the lines of target and status, the sentence that says which colour changed to which."""
    text = message.text[:8000]
    subject = message.subject.startswith("[") and bool(_SUBJECT.fullmatch(message.subject[:700]))
    keys = {match.group(1).lower() for match in map(_FIELD.fullmatch, body_lines(text)[:80]) if match} if "Target" in text else set()
    if not (subject or keys):
        return False
    lines = "target" in keys and bool(keys & {"previous status", "old status", "new status", "alarm definition"})
    sentence = _change(text) is not None
    named = "vcenter" in f"{message.sender} {message.sender_name}".lower() or "Alarm Definition" in text
    return sum((subject, lines, sentence, named)) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each alarm, by the colour it turned to."""
    return each(message, _headline, _one, _TYPES["notice"], seen=("subject",))


def _headline(line: str) -> str:
    if line.startswith("Target:"):
        return "target"
    return "subject" if line.startswith(("[", "Subject: [")) and _SUBJECT.fullmatch(line.removeprefix("Subject: ")) else ""


def _one(message: Message) -> Report:
    lines = body_lines(message.text[:20000])
    found: dict[str, str] = {}
    for number, line in enumerate(lines[:200]):
        match = _FIELD.fullmatch(line[:2000])
        if match:
            value = match.group(2).strip() or (lines[number + 1].strip() if number + 1 < len(lines) else "")
            found.setdefault(match.group(1).lower(), value)
    subject = _SUBJECT.fullmatch(message.subject[:700])
    changes = [match for match in map(_change, (message.text[:8000], message.subject)) if match]
    colours = [found.get("new status", "").lower(), *(match["new"].lower() for match in changes)]
    colours = [colour for colour in colours if colour in ("green", *_COLOURS)]
    severity = max((_COLOURS[colour] for colour in colours if colour in _COLOURS), key=lambda one: one.rank, default=None)
    is_disputed = bool(colours) and severity is None and _is_bad(message.subject, subject)
    if is_disputed:
        severity = Severity.WARNING
    if severity:
        name, state = "problem", State.PROBLEM
    elif colours:
        name, state = "recovery", State.OK
    else:
        name, state = "event", State.INFO
    alarm = next((match["alarm"] for match in changes if match["alarm"]), "") or (subject["name"] or subject["id"] if subject else "")
    alarm = alarm or next((match["plain"].strip() for match in changes if match["plain"]), "")
    target = found.get("target", "") or next((match["target"] for match in changes), "")
    host, prefix = monitored_host(target, "", message)
    shown = colours[0] if colours else (found.get("summary") or found.get("description") or (subject["text"].strip() if subject else ""))
    if is_disputed:
        alarm, shown = (subject["name"] or subject["id"] if subject else "") or alarm, message.subject
    headline = f"{target or host}: {alarm}: {shown}"
    section = _TYPES[name].section(
        told_lines(message, headline),
        item=short_item(prefix + alarm),
        state=state,
        severity=severity,
        summary=headline[:300],
        measures=_measures(alarm, message.text),
    )
    return Report(kind="vcenter", host=host, sections=(section,))


def _is_bad(whole: str, subject: re.Match[str] | None) -> bool:
    """Whether the subject contradicts a text that says green: what follows the alarm's name does not say that it is well."""
    if subject is None:
        return speaks_of_trouble(whole)
    return bool(subject["text"].strip()) and not speaks_of_relief(subject["text"])


def _change(text: str) -> re.Match[str] | None:
    """The sentence that says which colour changed to which: a line of its own, or the end of one."""
    for line in [line.strip()[:700] for line in text.split("\n") if "changed from" in line][:20]:
        found = _CHANGED.match(line[max(line.find("Alarm '"), 0) :]) or _CHANGED.match(
            line[line.find("] ") + 2 :] if line.startswith("[") else line
        )
        if found:
            return found
    return None


def _measures(alarm: str, text: str) -> list[Measure]:
    """The present value of the alarm's metric."""
    _, heading, rest = text[:20000].partition("Current values for metric/state")
    value = _PERCENT.search(rest[:500]) if heading else None
    return [measure("metric", alarm, float(value.group(1)))] if value else []
