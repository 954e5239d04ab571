"""The table of a transaction as dnf and yum print it: is it whole, and what does it do?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailtriage.recognise._sections import SectionType
from mailtriage.types import Recovery

_COLUMNS = r"(?:noarch|x86_64|i[3-6]86|aarch64|ppc64(?:le)?|s390x?|armv7hl|src) +\S{1,120} +\S{1,120} +[\d.]{1,12} [kMGT]? ?B?"
_ROW = re.compile(rf" \S{{1,200}} +{_COLUMNS}")

_NAME_ALONE = re.compile(r" \S{1,200}")
_REST = re.compile(rf" {{10,}}{_COLUMNS}")
_COUNT = re.compile(
    r"(?:Install|Upgrade|Update|Remove|Downgrade|Reinstall|Skip) +(\d{1,6}) Packages?(?: +\(\+ *(\d{1,6}) Dependent packages?\))?"
)

APPLIED = SectionType(
    name="applied",
    about="updates that were applied, or could not be",
    check="update_failed",
    recovery=Recovery.EXPLICIT,
    measures=("updates_applied",),
)
PENDING = SectionType(
    name="pending",
    about="updates that wait",
    check="package_updates",
    recovery=Recovery.STATE,
    measures=("updates_pending",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was read of the table."""

    n_rows: int
    n_stated: int  # what the summary counts
    has_summary: bool

    @property
    def is_whole(self) -> bool:
        """Whether the summary counts as many packages as the table lists."""
        return self.has_summary and self.n_rows > 0 and self.n_rows == self.n_stated


def read_table(lines: Iterable[str]) -> Table:
    """Counts the rows and what the summary says of them; a name too long for its column stands on a line of its own."""
    n_rows = n_stated = 0
    has_summary = False
    name_waits = False
    for raw in lines:
        line = raw.rstrip()
        if line == "Transaction Summary":
            has_summary = True
        elif _ROW.fullmatch(line) or (name_waits and _REST.fullmatch(line)):
            n_rows += 1
        elif has_summary and (found := _COUNT.fullmatch(line)):
            n_stated += int(found.group(1)) + int(found.group(2) or 0)
        name_waits = bool(_NAME_ALONE.fullmatch(line))
    return Table(n_rows=n_rows, n_stated=n_stated, has_summary=has_summary)
