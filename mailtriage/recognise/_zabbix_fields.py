"""What the text of a Zabbix mail says, over the templates of versions 1.8 to 7: fields, durations, severities."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.types import Severity

SEVERITIES = {
    "not classified": Severity.INFO,
    "information": Severity.INFO,
    "warning": Severity.WARNING,
    "average": Severity.HIGH,
    "high": Severity.HIGH,
    "disaster": Severity.CRITICAL,
}
_FIELD = re.compile(
    r"(Problem name|Problem duration|Host|Severity|Operational data|Current utilization|Original (?:problem|event) ID"
    r"|Trigger|Trigger status|Trigger severity|Device IP|Device DNS|Device status|Host name|Host IP|Agent port|Discovery rule): ?(.*)"
)
_SPAN = re.compile(r"(\d{1,9})(ms|[yMwdhms])(?![a-zA-Z])")
_SECONDS = {"y": 365 * 86400, "M": 30 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_CHANGED = re.compile(r"changed severity from ([\w ]{1,40}) to ([\w ]{1,40}?)(?: problem at|\.|,| and |$)")
_SEVERITY_WORD = re.compile(r"\b(not classified|information|warning|average|high|disaster)\b", re.IGNORECASE)


def fields(lines: Sequence[str]) -> dict[str, str]:
    """The first value of each `Name: value` line; names in lower case."""
    found: dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line.strip())
        if match:
            found.setdefault(match.group(1).lower(), match.group(2).strip())
    return found


def seconds(text: str) -> float | None:
    """`1d 2h 5m` in seconds, None if there is no duration in the text."""
    spans = _SPAN.findall(text)
    return sum(int(count) * _SECONDS[unit] for count, unit in spans) if spans else None


def severity_word(found: dict[str, str], text: str, subject: str) -> str:
    """The severity as the mail words it: after a change the new one; a custom text may have it in the subject only."""
    changed = _CHANGED.search(text)
    if changed:
        return changed.group(2).strip()
    word = found.get("severity") or found.get("trigger severity") or ""
    if word:
        return word
    in_subject = _SEVERITY_WORD.search(subject.partition(": ")[0])
    return in_subject.group(1).capitalize() if in_subject else ""
