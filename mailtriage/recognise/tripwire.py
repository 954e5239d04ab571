"""Open Source Tripwire: subject `TWReport web07 20261122202638 V:2 S:100 A:0 R:0 C:2`."""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._integrity import short
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Recovery, Report, Severity, State

_SUBJECT = re.compile(r"TWReport (\S{1,5000}) \d{14} V:(\d{1,9}) S:(\d{1,9}) A:(\d{1,9}) R:(\d{1,9}) C:(\d{1,9})")
_TITLE = re.compile(r"^\s{0,4}(?:Note: .{0,80})?(?:Open Source )?Tripwire\(R\) [\d.]{1,12} Integrity Check Report", re.MULTILINE)
_HOST = re.compile(r"^Host name: +(\S{1,5000})", re.MULTILINE)
_TOTAL = re.compile(r"^Total violations found: +(\d{1,9})", re.MULTILINE)
_NOTHING = re.compile(r"^Total objects scanned: +0$", re.MULTILINE)
_RULE = re.compile(r"^[* ] .{1,60}? {1,40}(\d{1,9}) +(\d{1,9}) +(\d{1,9}) +(\d{1,9}) *$", re.MULTILINE)
_OBJECT = re.compile(r"^(?:Added|Removed|Modified) object name:  (\S.{0,400})$", re.MULTILINE)
_QUOTED = re.compile(r"^\"(/[^\"\n]{1,400})\"$", re.MULTILINE)
_END = "*** End of report ***"
_NO_REPORT = re.compile(r"^### (?:Error|Warning): |^Tripwire .{0,60}error|^\*\*\* ?Error", re.MULTILINE)

_REPORT = SectionType(
    name="report",
    about="all violations of one check",
    check="tripwire",
    recovery=Recovery.EXPLICIT,
    measures=("violations", "violation_severity", "files_added", "files_removed", "files_changed"),
)
_ERRORS = SectionType(
    name="errors", about="files tripwire could not read, or a check that did not run", check="tripwire_errors", recovery=Recovery.SILENCE
)
SECTIONS = (_REPORT, _ERRORS)


def claims(message: Message) -> bool:
    """True if the subject is `TWReport HOST ...` or the title line is tripwire's, and headings of its report follow."""
    if not message.subject.startswith("TWReport") and "Tripwire" not in message.text[:3000]:
        return False
    message = without_margin(message)
    head = message.text[:20000]
    marks = (
        bool(_SUBJECT.fullmatch(message.subject)),
        bool(_TITLE.search(head)),
        "Report Summary:" in head and bool(_HOST.search(head)),
        bool(_TOTAL.search(head)) and "Rule Summary" in head,
    )
    return sum(marks) >= 2 and may_claim(message)


def report(message: Message) -> Report:
    """One section with all violations; `errors` where the error report is not empty."""
    message = without_margin(message)
    text = message.text
    lines = body_lines(text)
    subject = _SUBJECT.fullmatch(message.subject)
    named = _HOST.search(text[:20000])
    host = sane_host(named.group(1) if named else "") or sane_host(subject.group(1) if subject else "")
    in_subject = [int(number) for number in subject.groups()[1:]] if subject else [0] * 5
    totals = [int(found) for found in _TOTAL.findall(text)]
    rules = [[int(number) for number in found] for found in _RULE.findall(text[:400000])]
    hits = [row for row in rules if any(row[1:])]
    sums = [max(at, sum(row[n] for row in hits)) for n, at in zip((1, 2, 3), in_subject[2:], strict=True)]
    violations = max([in_subject[0], *totals, sum(sums)])
    worst = max([in_subject[1], *(row[0] for row in hits)])
    paths = [found.group(1) for found in _OBJECT.finditer(text)] or [found.group(1) for found in _QUOTED.finditer(text)]
    numbers = zip(_REPORT.measures, (violations, worst, *sums), strict=True)
    is_complete = _END in text
    sections = [
        _REPORT.section(
            lines,
            state=State.PROBLEM
            if violations
            else State.OK
            if is_complete and (totals or subject) and not _NOTHING.search(text)
            else State.INFO,
            severity=_severity(worst) if violations else None,
            summary=f"{violations} violations, severity {worst}: {short(paths)}" if violations else "",
            measures=[measure(name, "", value) for name, value in numbers],
        )
    ]
    errors = [line for line in lines if _NO_REPORT.match(line)]
    if errors:
        sections.append(_ERRORS.section(errors, state=State.PROBLEM, summary=f"tripwire: {errors[0]}"))
    return Report(
        kind="tripwire", host=longer_host(host, message.host) if host else message.host, sections=tuple(sections), is_complete=is_complete
    )


def _severity(worst: int) -> Severity:
    """100, 66 and 33 are tripwire's own high, medium and low."""
    return Severity.HIGH if worst >= 67 else Severity.WARNING
