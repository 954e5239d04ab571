"""pfSense (and OPNsense scripts like it): subject `fw1.example.org - Notification`, several notifications in one mail."""

from __future__ import annotations

import re

from mailtriage.recognise import _people, nut
from mailtriage.recognise._appliance import grade, host_of, is_bad, is_good, section_types, short, without_values
from mailtriage.recognise._sections import body_lines, first_line
from mailtriage.types import Message, Report, Section, Severity, State

_TYPES = section_types("firewall", "gateway, UPS, or the text without numbers")
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(r"(?:\[\w{1,30}\] ?)?([\w.-]{1,254}) - (?:Notification|Test)\b.{0,60}", re.IGNORECASE)
_FIRST = re.compile(r"Notifications in this message: \d{1,6}", re.IGNORECASE)
_BLOCK = re.compile(r"\s{0,4}(?:\d{4}-\d\d-\d\d )?(\d{1,2}:\d\d:\d\d)(?: [AP]M)? {1,4}(\S.{0,4000})")
_GATEWAY = re.compile(r"MONITOR: (\S{1,100}) (.{1,1000})|Gateway,? ?(\S{1,100}?)[,:]? (?:is |has )(.{1,400})", re.IGNORECASE)
_ALONE = re.compile(
    r"MONITOR: |There were error\(s\) loading the rules|.{0,80}\bCARP\b|(?:Bootup|Startup) complete|PHP Error|.{0,60}[Cc]ertificate"
)
_UP = re.compile(r"is (?:now )?available|is back|is up\b|adding to routing group|packet ?loss (?:is )?back|cleared|online", re.IGNORECASE)
_MOST = 50
# Beside a word of _UP: something else is down.
_STILL_DOWN = re.compile(r"\b(?:is|are|went|gone) (?:now )?(?:down|offline)\b|\bomitting\b|[|](?:force_)?down\b", re.IGNORECASE)
_CARP = re.compile(
    r"\b(?:HA |CARP )?cluster member [\"'(]?(\S{1,100}?)[\"')]? .{0,80}?\b(?:state|has resumed|CARP)\b.{0,60}?(MASTER|BACKUP|INIT)\b",
    re.IGNORECASE,
)


def claims(message: Message) -> bool:
    """True if the first line counts the notifications and a time stands before each, or the subject ends with `- Notification`."""
    first = first_line(message.text)
    if not _FIRST.match(first):  # before 2.5 a mail held one notification, and nothing else
        is_one = bool(_SUBJECT.fullmatch(message.subject)) and bool(_ALONE.match(first) or nut.read((first,)))
        return is_one and not _people.forbids(message)
    has_blocks = any(_BLOCK.fullmatch(line[:4000]) for line in body_lines(message.text[:8000])[:40])
    return (has_blocks or bool(_SUBJECT.fullmatch(message.subject))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for each thing the notifications are about; of several about one thing the last counts."""
    lines = body_lines(message.text)
    blocks: list[list[str]] = []
    frame: list[str] = []
    for line in lines:
        if _BLOCK.fullmatch(line[:4000]):
            blocks.append([line])
        elif blocks and line.strip():
            blocks[-1].append(line)
        else:
            frame.append(line)
    if not blocks and not any(_FIRST.match(line.strip()) for line in frame):
        blocks, frame = [[line] for line in frame if line.strip()], []
    about: dict[tuple[str, str], list[tuple[str, Severity, list[str]]]] = {}
    for block in [part for whole in blocks for part in _parts(whole)]:
        found = _BLOCK.fullmatch(block[0][:4000])
        text = " ".join([found.group(2) if found else block[0], *block[1:]])
        item, name, severity = _told(text)
        key = (item.partition(":")[0], item)
        about.setdefault(key, []).append((name, severity, block))
    sections = [_section(item, told) for (_, item), told in about.items()]
    if any(line.strip() for line in frame) or not sections:
        sections.append(_TYPES["notice"].section(frame, summary=message.subject))
    subject = _SUBJECT.fullmatch(message.subject)
    return Report(kind="pfsense", host=host_of(message, subject.group(1) if subject else ""), sections=tuple(sections))


def _parts(block: list[str]) -> list[list[str]]:
    """A notification, and each line below it that tells of trouble where the notification tells of none."""
    found = _BLOCK.fullmatch(block[0][:4000])
    if len(block) < 2 or _told(found.group(2) if found else block[0])[1] == "problem":
        return [block]
    bad = [line for line in block[1:1000] if "|" not in line and _told(line.strip())[1] == "problem"][:_MOST]
    return [[block[0], *(line for line in block[1:] if line not in bad)], *([line] for line in bad)]


def _section(item: str, told: list[tuple[str, Severity, list[str]]]) -> Section:
    """The last notification decides; one that begins and ends in this mail is told in the digest."""
    name, severity, last = told[-1]
    is_netted = name == "recovery" and any(before == "problem" for before, _, _ in told[:-1])
    return _TYPES["notice" if is_netted else name].section(
        [line for _, _, block in told for line in block],
        item=item,
        state=State.PROBLEM if name == "problem" else State.OK if name == "recovery" else State.INFO,
        severity=severity,
        summary=" ".join(" ".join(last).split())[:300],
    )


def _told(text: str) -> tuple[str, str, Severity]:
    """Item, section and severity of one notification."""
    ups = nut.read((text,))
    if ups:
        side, name, severity, _ = ups[0]
        return (
            f"ups {side} {name}",
            "recovery" if severity is None else "notice" if side == "notice" else "problem",
            severity or Severity.INFO,
        )
    gateway = _GATEWAY.search(text)
    if gateway:
        what = gateway.group(2) or gateway.group(4)
        name = "recovery" if _UP.search(what) and not _STILL_DOWN.search(what) else "problem"
        return f"gateway {gateway.group(1) or gateway.group(3)}", name, Severity.HIGH
    carp = _CARP.search(text)
    if carp:
        return short(f"carp {carp.group(1)}"), "problem", Severity.WARNING
    item = short(without_values(text))
    if re.search(r"certificate|\bCA\b", text) and re.search(r"expir", text, re.IGNORECASE):
        return item, "problem", Severity.WARNING
    is_bug = re.search(r"PHP Errors?|crash report|fatal", text, re.IGNORECASE)
    name = "problem" if is_bug else "recovery" if is_good(text) else "problem" if is_bad(text) else "notice"
    return item, name, Severity.WARNING if is_bug else grade(text)
