"""What a check of the rules found, for people and for programs."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass

from mailtriage.errors import Place


class Level(enum.StrEnum):
    """How much a finding matters."""

    BROKEN = "broken"  # a rule or a file is off
    FINDING = "finding"  # a rule does not do what it says
    INFO = "info"  # worth knowing, not wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one rule: where, what, and what to do."""

    severity: Level
    place: Place
    code: str
    message: str
    remedy: str
    rule: str = ""


def exit_code(findings: Iterable[Finding]) -> int:
    """0 good, 1 findings, 2 broken rules."""
    levels = {finding.severity for finding in findings}
    if Level.BROKEN in levels:
        return 2
    return 1 if Level.FINDING in levels else 0


def as_text(findings: Iterable[Finding]) -> str:
    """`path:line:col: level: message [code]` and an indented remedy for each finding."""
    return "".join(f"{finding.place}: {finding.severity}: {finding.message} [{finding.code}]\n  {finding.remedy}\n" for finding in findings)


def as_json(findings: Iterable[Finding]) -> str:
    """The findings as a JSON list of objects."""
    return json.dumps(
        [
            {
                "severity": finding.severity,
                "path": finding.place.path,
                "line": finding.place.line,
                "column": finding.place.column,
                "code": finding.code,
                "rule": finding.rule,
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
        ensure_ascii=False,
        indent=2,
    )
