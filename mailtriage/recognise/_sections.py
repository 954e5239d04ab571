"""What a kind's sections are, declared once: the recogniser makes its sections from it, `docs/kinds.md` and the linter read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailtriage.types import Measure, Recovery, Section, Severity, State


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionType:
    """One sort of section of a kind."""

    name: str
    about: str  # one line for docs/kinds.md: what the section is; its item in brackets
    check: str = ""  # the check it feeds; the name if not given
    recovery: Recovery = Recovery.NONE
    measures: tuple[str, ...] = ()  # names of `_measures.MEASURES` it may carry

    def section(
        self,
        lines: Iterable[str],
        *,
        heading: str = "",
        item: str = "",
        host: str = "",
        state: State = State.INFO,
        severity: Severity | None = None,
        summary: str = "",
        measures: Iterable[Measure] = (),
    ) -> Section:
        """A section of this type."""
        return Section(
            name=self.name,
            lines=tuple(lines),
            heading=heading,
            check=self.check or self.name,
            item=item,
            host=host,
            recovery=self.recovery,
            state=state,
            severity=severity,
            summary=summary,
            measures=tuple(measures),
        )


def body_lines(text: str) -> tuple[str, ...]:
    """The lines of a text without trailing blanks, and without the blank lines at its ends."""
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    start = next((n for n, line in enumerate(lines) if line), 0)
    return tuple(lines[start:])


def first_line(text: str) -> str:
    """The first line that is not blank, without blanks at its ends; at most 400 characters are looked at."""
    return text.lstrip()[:400].partition("\n")[0].rstrip()
