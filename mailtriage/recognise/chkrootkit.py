"""chkrootkit: subject `[chkrootkit] alert for web07.example.org`; a difference to the expected output, or the whole output."""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Recovery, Report, Section, State

_SUBJECT = re.compile(
    r"(?:\[chkrootkit\] (?:alert|report|output|\S{1,20}) (?:for|from|on) (\S{1,5000})|chkrootkit (?:\S{1,20} ){0,3}(?:for|from"
    r"|on) (\S{1,5000}))",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:ERROR: |WARNING: )?(?:chkrootkit output was not as expected\.|No file /\S{1,200}log\.expected|ROOTDIR is `/[^']{0,200}'"
    r"|/etc/cron\.daily/chkrootkit:|WARNING: /etc/chkrootkit\.conf is deprecated.{0,200})"
)
_CHECK = re.compile(r"[+ -]?(?:Checking `([\w./+-]{1,60})'\.\.\.|Searching for .{1,100}\.\.\.)")
# What chkrootkit -q prints.
_QUIET = re.compile(
    r"INFECTED \(PORTS: .{1,80}|chk(?:proc|dirs|utmp|lastlog|wtmp): .{1,200}|\S{1,20}: PACKET SNIFFER\(.{1,300}"
    r"|The following suspicious files and directories were found:|You have +\d{1,6} process hidden for \w{1,20} command"
)
_INFECTED = re.compile(r"\bINFECTED\b")
_TEST = re.compile(r"`([\w./+-]{1,60})'")
# What chkrootkit is known to take for an infection: its port list, DHCP clients that listen to raw sockets, systemd's init.
_KNOWN = re.compile(
    r"[+ ]?Checking `bindshell'\.\.\.\s+(?:WARNING\s*)?INFECTED \(PORTS: {1,2}(?:465|\b(?:465 ?)+)\)"
    r"|[+ ]?(?:Warning: )?/sbin/init INFECTED|[+ ]?Searching for Suckit rootkit\.\.\.\s+Warning: /sbin/init INFECTED",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"\bvulnerable but disabled\b|possible .{0,40}(?:rootkit|trojan|worm|malware) (?:installed|found|infection)|(?:rootkit|trojan"
    r"|worm|malware)\b.{0,40}\b(?:found|installed|detected)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\b(?:not|nothing|no|none)\b", re.IGNORECASE)
_MOST = 100

_HIT = SectionType(name="infected", about="a test says INFECTED [test]", check="chkrootkit", recovery=Recovery.SILENCE)
_FALSE = SectionType(
    name="known_false", about="an INFECTED that healthy hosts are known for [test]", check="chkrootkit_false", recovery=Recovery.SILENCE
)
_OUTPUT = SectionType(name="output", about="all other lines", check="chkrootkit_output", recovery=Recovery.SILENCE)
SECTIONS = (_HIT, _FALSE, _OUTPUT)


def claims(message: Message) -> bool:
    """True if the subject is chkrootkit's and a line is too, or the first line is its and lines like "Checking `ls'..." follow."""
    if "chkrootkit" not in message.subject.lower() and "chkrootkit" not in message.text[:600] and "ROOTDIR is" not in message.text[:200]:
        return False
    lines = [line.strip() for line in message.text[:8000].split("\n") if line.strip()]
    if not lines:
        return False
    has_first = bool(_FIRST.fullmatch(lines[0]))
    has_check = any(_CHECK.match(line) or _QUIET.fullmatch(line) for line in lines) or "--- [ BEGIN: " in message.text[:4000]
    has_subject = bool(_SUBJECT.fullmatch(message.subject))
    return (has_first + has_check + has_subject) >= 2 and may_claim(message)


def report(message: Message) -> Report:
    """A section for each INFECTED; lines that a diff takes away say nothing."""
    message = without_margin(message)
    infected: list[Section] = []
    rest: list[str] = []
    for line in body_lines(message.text):
        is_gone = line.startswith("-") and not line.startswith("---")
        is_bad = bool(_INFECTED.search(line)) or (bool(_BAD.search(line)) and not _NOTHING.search(line))
        if is_gone or not is_bad or len(infected) >= _MOST:
            rest.append(line)
            continue
        test = _TEST.search(line)
        item = test.group(1) if test else " ".join(line.lstrip("+ ").split())[:120]
        kind = _FALSE if _KNOWN.fullmatch(line.rstrip()) else _HIT
        infected.append(kind.section((line,), item=item, state=State.PROBLEM, summary=f"chkrootkit: {' '.join(line.lstrip('+ ').split())}"))
    sections = [*infected, _OUTPUT.section(rest)] if rest else infected
    subject = _SUBJECT.fullmatch(message.subject)
    host = sane_host(subject.group(1) or subject.group(2) or "") if subject else ""
    return Report(kind="chkrootkit", host=longer_host(host, message.host) if host else message.host, sections=tuple(sections))
