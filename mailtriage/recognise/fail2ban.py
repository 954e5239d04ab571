"""fail2ban: subjects `[Fail2Ban] sshd: banned 203.0.113.9 from web07.example.org`, `[Fail2Ban] sshd: started on web07.example.org`.

What whois says of an address, and the log lines it left, are text of strangers: they are sections of their own.
"""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import is_own, may_claim, without_margin
from mailtriage.recognise._syslog import read_logins
from mailtriage.types import Measure, Message, Recovery, Report, Section

_SUBJECT = re.compile(
    r"\[Fail2[Bb]an\] (?:(\S{1,200}?): )?(banned \S{1,60}|started|stopped|summary|unbanned \S{1,60})(?: {1,2}(?:from"
    r"|on) (\S{1,5000}))?.{0,60}"
)
_BAN = re.compile(
    r"The IP (\S{1,60}) has just been banned by Fail2[Bb]an after\s{1,3}\S{1,12} attempts? against ([^\n]{1,200}?)\.?\s*$", re.MULTILINE
)
_JAIL = re.compile(r"^The jail (.{1,200}?) has been (started successfully|stopped)\.", re.MULTILINE)
_SUMMARY = re.compile(r"^These hosts have been banned by Fail2[Bb]an\.", re.MULTILINE)
_BANNED_ROW = re.compile(r".{10,60}: (\S{1,60}) \(\d{1,6} failures\)")
_END = re.compile(r"Fail2[Bb]an")
_WHOIS = re.compile(r"Here (?:is|are) more information about \S{1,60} ?:")
_LOG = re.compile(r"(?:Lines containing (?:failures of |IP:)|Matches (?:for|with) )\S.{0,200}")

_BLOCKS = ("blocker", "banned")
_BANNED = SectionType(name="ban", about="an address was banned [jail]", check="fail2ban_ban", measures=_BLOCKS)
_OWN = SectionType(name="own_ban", about="one of ours was banned [address]", check="fail2ban_own_ban", recovery=Recovery.SILENCE)
_WHOIS_TEXT = SectionType(name="whois", about="what whois says of the address; never judged by its words", check="fail2ban_ban")
_LINES = SectionType(
    name="log",
    about="the log lines the address left [jail]",
    check="fail2ban_ban",
    measures=("failed_logins", "login_after_failures", "blocker"),
)
_BUFFERED = SectionType(name="summary", about="addresses banned since the last summary [jail]", check="fail2ban_ban", measures=_BLOCKS)
_STARTED = SectionType(name="started", about="a jail started [jail]", check="fail2ban_jail", recovery=Recovery.NONE)
_STOPPED = SectionType(name="stopped", about="a jail stopped [jail]", check="fail2ban_jail", recovery=Recovery.NONE)
_OTHER = SectionType(name="other", about="any other mail of fail2ban [jail]", check="fail2ban_jail")
SECTIONS = (_BANNED, _OWN, _WHOIS_TEXT, _LINES, _BUFFERED, _STARTED, _STOPPED, _OTHER)


def claims(message: Message) -> bool:
    """True if two of these are fail2ban's: subject, sentence of a ban, of a jail or of a summary, greeting `Hi,`, last line `Fail2Ban`."""
    if "ail2" not in message.subject and "ail2" not in message.text[:2000] and "ail2" not in message.text[-400:]:
        return False
    message = without_margin(message)
    head = message.text[:3000]
    has_sentence = bool(_BAN.search(head) or _JAIL.search(head) or _SUMMARY.search(head))
    marks = (
        bool(_SUBJECT.fullmatch(message.subject)),
        has_sentence,
        head.lstrip().startswith("Hi,"),
        bool(_END.fullmatch(message.text.rstrip().rpartition("\n")[2].strip())),
    )
    return (marks[0] or has_sentence) and sum(marks) >= 2 and may_claim(message)


def report(message: Message) -> Report:
    """The ban, jail or summary; whois and log lines apart; cut off where `Fail2Ban` is not the last line."""
    message = without_margin(message)
    subject = _SUBJECT.fullmatch(message.subject)
    jail = (subject.group(1) if subject else "") or ""
    lines = list(body_lines(message.text))
    is_complete = bool(lines) and bool(_END.fullmatch(lines[-1].strip()))
    own, whois, log = ([line for line in part if line.strip()] for part in _parts(lines))
    text = "\n".join(own)
    ban, of_jail = _BAN.search(text), _JAIL.search(text)
    sections: list[Section]
    if ban:
        jail = ban.group(2)
        sections = [_ban(own, jail, ban.group(1))]
    elif of_jail:
        jail = of_jail.group(1)
        sections = [(_STOPPED if of_jail.group(2) == "stopped" else _STARTED).section(own, item=jail, summary=of_jail.group())]
    elif _SUMMARY.search(text):
        banned = [found.group(1) for found in map(_BANNED_ROW.fullmatch, (line.strip() for line in own)) if found]
        sections = [_BUFFERED.section(own, item=jail, measures=_blocks(jail, len(banned)))]
        sections += [_OWN.section((f"banned: {address}",), item=address) for address in banned if is_own(address)]
    else:
        sections = [_OTHER.section(own, item=jail, summary=message.subject)]
    if whois:
        sections.append(_WHOIS_TEXT.section(whois))
    if log:
        sections.append(_LINES.section(log, item=jail, measures=read_logins(log)))
    host = sane_host(subject.group(3) or "") if subject else ""
    host = longer_host(host, message.host) if host else message.host
    return Report(kind="fail2ban", host=host, sections=tuple(sections), is_complete=is_complete)


def _ban(lines: list[str], jail: str, address: str) -> Section:
    if is_own(address):
        return _OWN.section(lines, item=address, summary=f"{address}, one of our own addresses, was banned by {jail}")
    return _BANNED.section(lines, item=jail, measures=_blocks(jail, 1))


def _blocks(jail: str, count: int) -> list[Measure]:
    return [measure("blocker", "", 1), measure("banned", jail, count)]


def _parts(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """fail2ban's own lines, whois, log lines; the closing lines are its own again."""
    own: list[str] = []
    whois: list[str] = []
    log: list[str] = []
    start = next((n for n, line in enumerate(lines) if _WHOIS.fullmatch(line.strip()) or _LOG.fullmatch(line.strip())), len(lines))
    own += lines[:start]
    end = len(lines)
    if start < end and _END.fullmatch(lines[-1].strip()):
        end = next((n for n in range(end - 2, max(start, end - 5), -1) if lines[n].strip() == "Regards,"), end)
    target = whois
    for line in lines[start:end]:
        if _LOG.fullmatch(line.strip()):
            target = log
        target.append(line)
    own += lines[end:]
    return own, whois, log
