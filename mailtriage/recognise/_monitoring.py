"""What mails of monitoring systems share: words of state, performance data, the line that says what a mail is about."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Section, Severity, State

# Words of Nagios and its kin. UNREACHABLE, UNKNOWN: the monitoring does not see, which is no proof of trouble.
SEVERITIES = {
    "WARNING": Severity.WARNING,
    "WARN": Severity.WARNING,
    "CRITICAL": Severity.HIGH,
    "CRIT": Severity.HIGH,
    "UNKNOWN": Severity.WARNING,
    "UNKN": Severity.WARNING,
    "DOWN": Severity.HIGH,
    "UNREACHABLE": Severity.WARNING,
    "UNREACH": Severity.WARNING,
}
GOOD = frozenset({"OK", "UP"})
STATE_WORDS = "OK|UP|WARN(?:ING)?|CRIT(?:ICAL)?|UNKN(?:OWN)?|DOWN|UNREACH(?:ABLE)?|PEND(?:ING)?"
TYPE_WORDS = (
    "PROBLEM|RECOVERY|ACKNOWLEDGE?MENT|FLAPPING(?:START|STOP|END|DISABLED)?|DOWNTIME(?:START|STOP|END|CANCELL?ED|REMOVED)?|CUSTOM|TEST"
)
# Written into the subject of a severity label by sites and mixins.
LABEL_SEVERITIES = {
    **dict.fromkeys(("critical", "crit", "page", "disaster", "emergency", "fatal", "p1", "sev1"), Severity.CRITICAL),
    **dict.fromkeys(("high", "major", "error", "severe", "alert", "ticket", "average"), Severity.HIGH),
    **dict.fromkeys(("warning", "warn", "minor", "medium"), Severity.WARNING),
    **dict.fromkeys(("info", "information", "informational", "none", "notice", "debug", "ok"), Severity.INFO),
}
_LONGEST_ITEM = 110
_MOST_METRICS = 40
_METRIC = re.compile(
    r"(?:^|[\s|])(?:'([^'\n]{1,80})'|([^\s=';|]{1,80}))=(-?\d{1,18}(?:\.\d{1,12})?)(?:[a-zA-Z%µ]{0,6})(?=;|\s|$)", re.MULTILINE
)
_STATE_LINE = re.compile(rf"^[ \t]{{0,8}}(?:State|Status)[ \t]{{0,4}}:[ \t]{{0,12}}({STATE_WORDS})\b", re.MULTILINE)
_MOST_BLOCKS = 50
_TROUBLE = re.compile(
    r"(?<![\w.-])(?:problem|critical|crit|down|firing|alerting|unreachable|unavailable|warning|fail(?:ed|s|ure|ures|ing)?|fault(?:ed)?"
    r"|errors?|lost|dead|died|dying|broken|exceeded|degraded|disaster|emergency|fatal|panic|timed out|timeout|cannot|can't|could not"
    r"|unable|no data|red|yellow|disconnected|missing|doesn't|does not|isn't|is not|not)(?![\w-]|\.\w)|🔴|❌",
    re.IGNORECASE,
)
_RELIEF = re.compile(
    r"(?<![\w.-])(?:resolved|recover(?:ed|y|s)?|ok|up|green|normal|succeeded|success(?:ful|fully)?|passed|fixed|clear(?:ed)?|exists|stable"
    r"|healthy)(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_NO_RELIEF = re.compile(
    r"^\W{0,8}(?:problem|firing|alerting)\b|\[(?:firing|alerting)\b"
    r"|\b(?:not|isn't|un|never) ?(?:yet )?(?:resolved|recovered|ok|up|normal|successful|passed|fixed|clear(?:ed)?|stable|healthy)\b",
    re.IGNORECASE,
)
_LOOPBACK = frozenset({"localhost", "localhost.localdomain", "127.0.0.1", "::1"})


def notification_types(check: str) -> dict[str, SectionType]:
    """The three things Nagios and its kin say: trouble, its end, and what is neither."""
    return {
        "problem": SectionType(
            name="problem",
            about="a host or service is not well [service, `host` for the host itself]",
            check=check,
            recovery=Recovery.EXPLICIT,
            measures=("metric",),
        ),
        "recovery": SectionType(
            name="recovery", about="it is well again [the same]", check=check, recovery=Recovery.EXPLICIT, measures=("metric",)
        ),
        "notice": SectionType(
            name="notice",
            about="an acknowledgement, a downtime, flapping, a message of an operator: no new problem [the same]",
            check=check,
            recovery=Recovery.EXPLICIT,
            measures=("metric",),
        ),
    }


def told(types: Iterable[str], states: Iterable[str]) -> tuple[str, State]:
    """What a notification is, by all the words it has for its type and its state. One that is bad makes it bad."""
    said = {word.upper() for word in types if word}
    shown = {word.upper() for word in states if word}
    is_bad = any(word in SEVERITIES for word in shown)
    if any(word.startswith("PROBLEM") for word in said):
        return "problem", State.PROBLEM
    if any(not word.startswith("RECOVERY") for word in said):
        return "notice", State.INFO
    if is_bad:
        return "problem", State.PROBLEM
    if said or shown & GOOD:
        return "recovery", State.OK
    return "notice", State.INFO


def speaks_of_relief(subject: str) -> bool:
    """Whether a subject says that something is well, or well again."""
    return bool(_RELIEF.search(subject[:700])) and not _NO_RELIEF.search(subject[:700])


def speaks_of_trouble(subject: str) -> bool:
    """Whether a subject speaks of trouble, and not of its end: then a text that says all is well is not believed."""
    return bool(_TROUBLE.search(subject[:700])) and not speaks_of_relief(subject)


def settled(subject: str, name: str, state: State, bad: str = "problem") -> tuple[str, State]:
    """Name and state by the text, made bad where the text is good and the subject is not."""
    return (bad, State.PROBLEM) if state is State.OK and speaks_of_trouble(subject) else (name, state)


def each(
    message: Message,
    headline: Callable[[str], str],
    one: Callable[[Message], Report],
    good: SectionType,
    *,
    is_whole: Callable[[str], bool] = bool,
    seen: Iterable[str] = (),
) -> Report:
    """The report of a text that holds one notification, or several that were pasted or forwarded together.

    A line whose `headline` has come before begins the next one. Behind the first a good one closes nothing: a plugin may have printed it.
    """
    blocks = _blocks(message.text, headline, is_whole, set(seen))
    if len(blocks) < 2:
        return one(message)
    reports = [one(replace(message, text=blocks[0]))]
    for block in blocks[1:]:
        first = block.lstrip()[:700].partition("\n")[0].strip()
        subject = first.removeprefix("Subject: ") if headline(first) in ("subject", "title") else ""
        reports.append(one(replace(message, text=block, subject=subject, headers=())))
    sections: list[Section] = []
    for number, found in enumerate(reports):
        for section in found.sections:
            is_kept = number == 0 or section.state is not State.OK
            sections.append(
                replace(section, host=section.host or found.host)
                if is_kept
                else good.section(section.lines, item=section.item, host=section.host or found.host, summary=section.summary)
            )
    return Report(
        kind=reports[0].kind,
        host=one_host((found.host for found in reports), message),
        sections=tuple(sections),
        is_complete=all(found.is_complete for found in reports),
        note=reports[0].note or f"the mail holds {len(reports)} notifications: a good one behind the first closes nothing",
    )


def _blocks(text: str, headline: Callable[[str], str], is_whole: Callable[[str], bool], seen: set[str]) -> list[str]:
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        mark = headline(line.strip()[:700]) if len(blocks) <= _MOST_BLOCKS else ""
        if mark in seen:
            blocks.append([])
            seen = set()
        if mark:
            seen.add(mark)
        blocks[-1].append(line)
    whole: list[str] = []
    for block in ("\n".join(lines) for lines in blocks):
        if not whole or not whole[-1].strip():
            whole[-1:] = [block]
        elif is_whole(block):
            whole.append(block)
        else:
            whole[-1] += "\n" + block
    return whole


def notification(
    message: Message,
    section_type: SectionType,
    what: str,
    states: list[str],
    kinds: list[str],
    *,
    item: str,
    state: State,
    output: str,
    service: str,
) -> Section:
    """The section of one notification: what it is about, the first state told, and the plugin's numbers behind the first `|`."""
    shown = next((word for word in states if word), "?")
    kind = next((word for word in kinds if word), "")
    of_kind = f" ({kind})" if section_type.name == "notice" and kind else ""
    return section_type.section(
        told_lines(message, f"{what} is {shown}{of_kind}" + (f": {output}" if output else "")),
        item=short_item(item),
        state=state,
        severity=worst(states) if section_type.name == "problem" else None,
        summary=f"{what} is {shown}",
        measures=metrics(message.text[:20000].partition("|")[2], service),
    )


def worst(states: Iterable[str]) -> Severity | None:
    """The severity of the worst state, None if no state is bad."""
    found = [SEVERITIES[word.upper()] for word in states if word.upper() in SEVERITIES]
    return max(found, key=lambda severity: severity.rank, default=None)


def bad_states(text: str) -> list[str]:
    """The states of all lines `State: CRITICAL` of a text that are bad: one that stands below a good one is not overlooked."""
    return [word for word in _STATE_LINE.findall(text[:200000]) if word in SEVERITIES]


def told_lines(message: Message, headline: str) -> tuple[str, ...]:
    """The lines of a section that is a whole mail: what it says in one line, its subject, its text."""
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    return (headline[:400], *subject, *body_lines(message.text))


def metrics(text: str, service: str) -> list[Measure]:
    """The performance data in a text, `'label'=value[unit];warn;crit;min;max`."""
    return [
        measure("metric", f"{service} {quoted or plain}".strip(), float(value))
        for quoted, plain, value in _METRIC.findall(text[:20000])[:_MOST_METRICS]
    ]


def short_item(item: str) -> str:
    """An item that still tells things apart when it is cut to the length of a key."""
    item = " ".join(item.split())
    if len(item) <= _LONGEST_ITEM:
        return item
    return f"{item[: _LONGEST_ITEM - 10]} #{hashlib.sha256(item.encode()).hexdigest()[:8]}"


def monitored_host(name: str, address: str, message: Message) -> tuple[str, str]:
    """The host a mail is about, and what its items begin with where the host has a name that is none."""
    host = sane_host(name)
    if host and host not in _LOOPBACK:
        return longer_host(host, message.host), ""
    if name.strip().lower() in _LOOPBACK:
        return message.host, ""
    place = sane_host(address)
    if place and place not in _LOOPBACK:
        return place, ""
    return message.host, f"{name.strip()}/" if name.strip() else ""


def one_host(hosts: Iterable[str], message: Message) -> str:
    """The host of a report of several sections: theirs, where it is one; else the one that sends it."""
    named = {host for host in hosts if host}
    return next(iter(named)) if len(named) == 1 else message.host
