"""Nagios 1 to 4, Naemon, Icinga 1 and its kin, by the notification commands of their packages.

Subjects: `** PROBLEM Service Alert: web07/HTTP is CRITICAL **`, `** RECOVERY Host Alert: web07 is UP **`,
`PROBLEM - web07 - HTTP is WARNING` (Icinga 1), `*** PROBLEM *** web07 / HTTP is CRITICAL` (OMD).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailtriage.recognise import _people
from mailtriage.recognise._monitoring import (
    STATE_WORDS,
    TYPE_WORDS,
    bad_states,
    each,
    monitored_host,
    notification,
    notification_types,
    settled,
    told,
)
from mailtriage.recognise._sections import body_lines
from mailtriage.types import Message, Report

_PROGRAMS = r"(?:Nagios|Icinga|Naemon|Shinken|Centreon|OMD|Opsview|op5|NEMS|Monitor(?:ing)?|Adagios|Thruk)"
_STARS = re.compile(rf"\*{{3,8}} *{_PROGRAMS}\b(?! 2(?!\.\d))(?!.{{0,30}}\bMonitoring on )[^*\n]{{0,80}}\*{{3,8}}", re.IGNORECASE)
_BOX = re.compile(r"--(?:HOST|SERVICE)-ALERT-{5,60}")
_SUBJECTS = (
    re.compile(
        rf"\*\* ?(?P<type>{TYPE_WORDS})(?: ?\([^)]{{0,40}}\))? (?:(?:Service|Host) )?[Aa]lert(?::| -) "
        rf"(?P<what>.{{1,300}}) is (?P<state>{STATE_WORDS}) ?\*{{0,2}}"
    ),
    re.compile(rf"\*{{3}} ?(?P<type>{TYPE_WORDS}) ?\*{{3}} (?P<what>.{{1,300}}) is (?P<state>{STATE_WORDS})"),
    re.compile(rf"(?:\*\* )?(?P<type>{TYPE_WORDS}) - (?P<what>.{{1,300}}) is (?P<state>{STATE_WORDS})(?: \*\*)?"),
    re.compile(rf"(?:Host|Service) (?P<state>{STATE_WORDS}) alert for (?P<what>.{{1,300}}?)!?"),
)
_FIELD = re.compile(
    r"\s{0,8}(?:- )?((?:Notification )?Type|Service|Host(?:name| Name|alias| Alias|address| Address)?|Nagios Hostname"
    r"|Address|IP|State|Status|Info|Output"
    r"|Additional Info|Service Output|Host Output|Date/Time|Date|Comment|Author)\s{0,8}:\s{0,12}(.*)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?:nagios|icinga|naemon|shinken|centreon)[\w.+-]{0,40}@", re.IGNORECASE)
_LIST = re.compile(r"^\[[\w .-]{1,40}\] ")  # put there by mailing lists
_TYPE_LINE = re.compile(rf"^\s{{0,8}}(?:Notification )?Type: {{0,4}}({TYPE_WORDS})\b", re.MULTILINE)
_TYPES = notification_types("nagios")
SECTIONS = tuple(_TYPES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What the subject names."""

    type: str = ""
    what: str = ""
    state: str = ""


def claims(message: Message) -> bool:
    """True if two of these are those of a notification: subject, first line in stars, line of the type, lines of host and state, sender."""
    text = message.text[:20000]
    first = next((line.strip() for line in text[:2000].split("\n") if line.strip()), "")
    is_starred = bool(_STARS.fullmatch(first) or _BOX.fullmatch(first))
    has_type = "Type:" in text and bool(_TYPE_LINE.search(text))
    if first.startswith("*") and not is_starred:
        return False  # the stars of another program
    if not (is_starred or has_type or _named(message.subject).state):
        return False
    found = _fields(text)
    has_lines = bool(found.get("state") and (found.get("host") or found.get("address")))
    is_sender = bool(_ACCOUNT.match(message.sender))
    return sum((is_starred, has_type, bool(_named(message.subject).state), has_lines, is_sender)) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each notification: `problem`, `recovery`, or `notice` for acknowledgements, downtimes and flapping."""
    return each(message, _headline, _one, _TYPES["notice"], is_whole=_is_whole, seen=("subject",))


def _headline(line: str) -> str:
    if line.startswith("Notification Type:"):
        return "type"
    if _named(line.removeprefix("Subject: ")).state:
        return "subject"
    return "stars" if line[:2] in ("**", "--") and (_STARS.fullmatch(line) or _BOX.fullmatch(line)) else ""


def _is_whole(block: str) -> bool:
    first = block.strip()[:700].partition("\n")[0].strip()
    return _headline(first) in ("subject", "stars") or bool(_fields(block[:20000]).get("state"))


def _one(message: Message) -> Report:
    text = message.text
    named = _named(message.subject)
    found = _fields(text[:20000])
    state = found.get("state", "").split(" ")[0].strip("!*.")
    kinds = [found.get("notification type", "").split(" ")[0], named.type]
    states = [state, named.state, *bad_states(text)]
    name, is_now = settled(message.subject, *told(kinds, states))
    alias, service = found.get("host", ""), found.get("service", "")
    if not alias and named.what:
        alias, _, in_subject = named.what.partition("/") if "/" in named.what else named.what.partition(" - ")
        service = service or in_subject.strip()
    host, prefix = monitored_host(alias, found.get("address", ""), message)
    output = _output(text)
    what = "/".join(part for part in (alias or host, service) if part)
    section = notification(
        message, _TYPES[name], what, states, kinds, item=prefix + (service or "host"), state=is_now, output=output, service=service
    )
    return Report(kind="nagios", host=host, sections=(section,))


def _named(subject: str) -> _Named:
    for pattern in _SUBJECTS:
        found = pattern.fullmatch(_LIST.sub("", subject.strip()[:700]))
        if found:
            return _Named(**found.groupdict(""))
    return _Named()


_SAME = {
    "hostname": "host",
    "host name": "host",
    "nagios hostname": "host",
    "hostaddress": "address",
    "host address": "address",
    "ip": "address",
}
_SAME |= {"status": "state", "hostalias": "alias", "host alias": "alias", "type": "notification type"}


def _fields(text: str) -> dict[str, str]:
    """The first value of each line of the block; below the plugin's output nothing is a field."""
    found: dict[str, str] = {}
    for line in body_lines(text)[:80]:
        match = _FIELD.fullmatch(line[:2000])
        if not match:
            continue
        key = match.group(1).lower()
        if match.group(2).strip():
            found.setdefault(_SAME.get(key, key), match.group(2).strip())
        if key in ("additional info", "service output"):
            break
    return found


def _output(text: str) -> str:
    """The first line of the plugin's output."""
    lines = body_lines(text[:20000])
    for number, line in enumerate(lines):
        match = _FIELD.fullmatch(line[:2000])
        if match and match.group(1).lower() in ("additional info", "info", "output", "service output", "host output"):
            rest = [match.group(2), *lines[number + 1 : number + 4]]
            return next((one.strip() for one in rest if one.strip()), "").partition("|")[0].strip()[:200]
    return ""
