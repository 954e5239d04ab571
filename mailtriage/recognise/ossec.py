"""OSSEC and Wazuh: subjects `OSSEC Notification - web07 - Alert level 7`, `Wazuh notification - (db03) 192.0.2.7 - Alert level 9`.

Several alerts, also of several agents, may stand in one mail. The log lines below each are text of strangers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_SUBJECT = re.compile(r"(?:\[\S{1,40}\] )?(?:OSSEC|Wazuh)(?: HIDS)? (?:[Nn]otification|[Aa]lert) - .{1,300}", re.DOTALL)
_LEVEL = re.compile(r"\b[Ll]evel:? (\d{1,2})\b")
_START = re.compile(r"(?:OSSEC HIDS|OSSEC|Wazuh)(?: Manager)? Notification\.?", re.IGNORECASE)
_FROM = re.compile(r"Received From: (?:\(([^()]{1,254})\) (\S{1,254}?)|(\S{1,254}?))->(.{1,400})")
_RULE = re.compile(r"Rule: (\d{1,7}) (?:\([^)]{1,20}\) )?fired \(level (\d{1,2})\) -> \"?(.{0,400}?)\"?")
_SOURCE = re.compile(r"Src IP: (\S{1,254})")
_FILE = re.compile(
    r"(?:File|Integrity checksum changed for:?|New file|Registry Key)[^'/]{0,30}'?(/[^'\s]{1,400}|[A-Z]:\\[^']{1,400}|HKEY_[^']{1,400})'?"
)
_GONE = re.compile(
    r"(?:ossec|wazuh): Agent (?:started|disconnected|removed|stopped): '([\w.-]{1,254}?)(?:->?(?:any|[0-9a-fA-F.:/]{2,60}))?'"
)
_END = "--END OF NOTIFICATION"
_MOST = 300

_TYPES = {
    name: SectionType(name=name, about=about, check=check, recovery=recovery)
    for name, about, check, recovery in (
        ("agent_up", "an agent or the server started [agent]", "ossec_agent", Recovery.EXPLICIT),
        ("agent_down", "an agent is gone or stopped [agent]", "ossec_agent", Recovery.EXPLICIT),
        ("integrity", "a watched file changed, appeared or vanished [rule: path]", "ossec", Recovery.SILENCE),
        ("rootcheck", "the rootkit check or the policy check found something [rule: text]", "ossec", Recovery.SILENCE),
        ("login", "a single login that failed, or a session [rule: source]", "ossec", Recovery.SILENCE),
        ("logins", "many failed logins [rule: source]", "ossec", Recovery.SILENCE),
        ("web", "requests that a web server refused, or attacks on it [rule: source]", "ossec", Recovery.SILENCE),
        ("sudo", "use of sudo or su [rule: text]", "ossec", Recovery.SILENCE),
        ("account", "a user or group was added, changed or removed [rule: text]", "ossec", Recovery.SILENCE),
        ("ports", "another set of ports is open [rule]", "ossec", Recovery.SILENCE),
        ("unknown_problem", "a log line with a bad word that no rule of OSSEC knows [rule]", "ossec", Recovery.SILENCE),
        ("alert", "any other alert [rule: source or text]", "ossec", Recovery.SILENCE),
        ("other", "lines outside of an alert", "ossec", Recovery.SILENCE),
    )
}
SECTIONS = tuple(_TYPES.values())
_BY_RULE = {
    **dict.fromkeys((501, 502, 503), "agent_up"),
    **dict.fromkeys((504, 505, 506), "agent_down"),
    **dict.fromkeys((510, 509, 512, 513, 514, 515, 516, 518, 519), "rootcheck"),
    **dict.fromkeys((550, 551, 552, 553, 554, 555, 556, 580, 581, 594, 597, 598, 750, 751, 752), "integrity"),
    533: "ports",
    **dict.fromkeys((5501, 5502, 5503, 5504, 5557, 5710, 5711, 5715, 5716, 5717, 5718, 5738, 5758, 5760, 5762, 2501), "login"),
    **dict.fromkeys((5551, 5712, 5719, 5720, 5763, 5758, 40111, 2502, 11210, 11306, 3152, 3357, 3910), "logins"),
    **dict.fromkeys((5400, 5401, 5402, 5403, 5404, 5405, 5407, 5301, 5302, 5303, 5304, 5305), "sudo"),
    **dict.fromkeys((5901, 5902, 5903, 5904, 5905, 18110, 18111, 18112, 60109, 60110, 60111), "account"),
    1002: "unknown_problem",
}


def claims(message: Message) -> bool:
    """True if the first line is `OSSEC HIDS Notification.` or `Wazuh Notification.`, and `Received From:` and `Rule: N fired` follow."""
    if "Received From:" not in message.text[:4000]:
        return False
    lines = [line.strip() for line in message.text[:4000].split("\n") if line.strip()]
    has_start = bool(lines) and bool(_START.fullmatch(lines[0]))
    has_fields = any(map(_FROM.fullmatch, lines[:6])) and any(map(_RULE.fullmatch, lines[:12]))
    return has_fields and (has_start or bool(_SUBJECT.fullmatch(message.subject))) and may_claim(message)


def report(message: Message) -> Report:
    """A section for each alert, named by the number of OSSEC's rule; cut off where the last alert has no end line."""
    message = without_margin(message)
    lines = [line.rstrip() for line in body_lines(message.text)]
    sections: list[Section] = []
    host = ""
    is_complete = True
    for alert in _alerts(lines):
        if len(sections) >= _MOST:
            sections.append(_TYPES["other"].section(alert, summary="more alerts than are taken apart"))
            break
        agent = _agent(alert)
        host = host or agent
        has_rule = any(map(_RULE.fullmatch, alert[:12]))
        if not has_rule:
            sections.append(_TYPES["other"].section(alert))
            continue
        is_complete = any(line.strip() == _END for line in alert)
        sections.append(_section(alert, agent if agent != host else ""))
    host = longer_host(host, message.host) if host else message.host
    said = _LEVEL.search(message.subject)
    told = [int(found.group(2)) for found in map(_RULE.fullmatch, lines) if found]
    note = "the subject tells of a higher level than the alerts have" if said and int(said.group(1)) > max(told, default=0) else ""
    return Report(kind="ossec", host=host, sections=tuple(sections), is_complete=is_complete, note=note)


def _alerts(lines: list[str]) -> Iterator[list[str]]:
    """The alerts; a heading counts only where its `Received From:` follows at once, for logs may hold its words."""
    starts = [
        n
        for n, line in enumerate(lines)
        if _START.fullmatch(line.strip()) and any(_FROM.fullmatch(below.strip()) for below in lines[n + 1 : n + 6])
    ]
    if not starts:
        starts = [0]
    if any(lines[: starts[0]]):
        yield [line for line in lines[: starts[0]] if line]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        alert = [line for line in lines[start:end] if line.strip()]
        if alert:
            yield alert


def _agent(alert: list[str]) -> str:
    """The agent an alert is about: for one that is gone, which the server tells, the one its log line names."""
    gone = next((found for found in map(_GONE.match, alert[4:12]) if found), None)
    if gone:
        return sane_host(gone.group(1))
    found = next((found for found in map(_FROM.fullmatch, (line.strip() for line in alert[:6])) if found), None)
    return sane_host(found.group(1) or found.group(3) or "") if found else ""


def _section(alert: list[str], other_agent: str) -> Section:
    rule = next(found for found in map(_RULE.fullmatch, alert[:12]) if found)
    number, level, text = int(rule.group(1)), int(rule.group(2)), rule.group(3)
    name = _BY_RULE.get(number) or ("web" if 31100 <= number < 31600 else "rootcheck" if 19000 <= number < 19100 else "alert")
    if level >= 12:
        name = name if name in ("integrity", "account", "agent_down", "rootcheck") else "alert"
    source = next((found.group(1) for found in map(_SOURCE.fullmatch, (line.strip() for line in alert[:14])) if found), "")
    path = next((found.group(1) for found in map(_FILE.search, alert[3:40]) if found), "") if name == "integrity" else ""
    what = path or source or (" ".join(text.split())[:80] if name not in ("ports", "unknown_problem") else "")
    item = _agent(alert) if name in ("agent_up", "agent_down") else f"{number}: {what}".rstrip(": ")
    if other_agent and name not in ("agent_up", "agent_down"):
        item = f"{other_agent}: {item}"
    states = {"agent_up": State.OK, "agent_down": State.PROBLEM}
    return _TYPES[name].section(
        alert,
        item=item,
        state=states.get(name, State.INFO),
        severity=Severity.CRITICAL if level >= 15 else Severity.HIGH if level >= 12 else Severity.WARNING if level >= 7 else Severity.INFO,
        summary=f"level {level}: {text} {path or source}".rstrip(),
    )
