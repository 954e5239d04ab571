"""munin-limits of Munin 1.4 to 2.0, by a contact command that mails. A section for each graph.

The subject is the site's: `Munin notification example.org::web07.example.org`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import monitored_host, one_host, short_item, speaks_of_trouble
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Section, Severity, State

_HEAD = re.compile(r"(\S.{0,200}?) :: (\S.{0,200}?) :: (.{1,300})")
_LEVEL = re.compile(r"\s{0,12}(CRITICAL|WARNING|UNKNOWN|OK)s:(.*)")
_VALUE = re.compile(r"(?:^|, | )([^,:]{1,120}?) is (-?\d{1,18}(?:\.\d{1,9})?(?:e[+-]?\d{1,3})?)\b")
_STATES = {"CRITICAL": Severity.HIGH, "WARNING": Severity.WARNING, "UNKNOWN": Severity.WARNING}
_TYPES = {
    name: SectionType(name=name, about=about, check="munin", recovery=Recovery.EXPLICIT, measures=("metric",))
    for name, about in {
        "problem": "values of a graph are outside their range, or unknown [graph]",
        "recovery": "all values it names are well again [graph]",
        "notice": "a graph without a state, or lines before the first one",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if a line is `GROUP :: HOST :: GRAPH` and one of those below it begins with `CRITICALs:`, `WARNINGs:`, `UNKNOWNs:` or `OKs:`."""
    text = message.text[:20000]
    if " :: " not in text[:2000]:
        return False
    lines = body_lines(text)
    head = next((n for n, line in enumerate(lines[:10]) if _HEAD.fullmatch(line.strip()[:800])), -1)
    return head >= 0 and any(_LEVEL.match(line[:40]) for line in lines[head + 1 : head + 8]) and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each graph, by the worst of its values."""
    lines = body_lines(message.text)
    starts = [n for n, line in enumerate(lines) if _HEAD.fullmatch(line.strip()[:800])]
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    pieces = [_section(message, block) for block in blocks]
    sections = [section for _, section in pieces]
    if speaks_of_trouble(message.subject) and not any(section.state is State.PROBLEM for section in sections):
        lines = (f"Subject: {message.subject}", *lines)
        sections = [_TYPES["notice"].section(lines, state=State.INFO, summary="the subject speaks of trouble, the text does not")]
        return Report(kind="munin", host=one_host((host for host, _ in pieces), message), sections=tuple(sections))
    before = lines[: starts[0]] if starts else lines
    if any(before):
        sections.insert(0, _TYPES["notice"].section(before))
    return Report(kind="munin", host=one_host((host for host, _ in pieces), message), sections=tuple(sections))


def _section(message: Message, block: tuple[str, ...]) -> tuple[str, Section]:
    head = _HEAD.fullmatch(block[0].strip()[:800])
    names = head.groups() if head else ("", "", "")
    host, prefix = monitored_host(names[1], "", message)
    levels = [(match.group(1), match.group(2)) for match in map(_LEVEL.match, block[1:]) if match]
    bad = [(level, rest) for level, rest in levels if level != "OK"]
    severity = max((_STATES[level] for level, _ in bad), key=lambda one: one.rank, default=None)
    name, state = ("problem", State.PROBLEM) if bad else ("recovery", State.OK) if levels else ("notice", State.INFO)
    shown = next((f"{level}:{rest}" for level, rest in bad or levels), "")
    headline = f"{names[1]}: {names[2]} {shown}".strip()
    return host, _TYPES[name].section(
        (headline[:400], *block),
        host=host,
        item=short_item(prefix + names[2]),
        state=state,
        severity=severity,
        summary=headline[:300],
        measures=_measures(names[2], levels),
    )


def _measures(graph: str, levels: list[tuple[str, str]]) -> list[Measure]:
    pairs = [pair for _, rest in levels for pair in _VALUE.findall(rest[:4000])]
    return [measure("metric", f"{graph} {label.strip()}", float(value)) for label, value in pairs[:40]]
