"""Reads what local scripts print into periodic's mails: sensors and file systems."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.recognise._df import read_df
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

# sysctl, hddtemp, and the scripts that print `ada0: 38 C` for smartctl.
_SYSCTL = re.compile(
    r"(?:hw\.acpi\.thermal|dev\.(?:cpu|amdtemp|itetemp))\.(\S{1,80}?)\.?temperature: (-?\d{1,3}(?:\.\d{1,3})?)C?", re.ASCII
)
_DISK = re.compile(r"(?:/dev/)?([a-z]{2,5}\d{1,3}):(?: [^:]{1,80}:)? {0,20}(\d{1,3}) ?(?:°? ?C|Celsius)", re.ASCII)


def read_temperatures(lines: Sequence[str]) -> tuple[Measure, ...]:
    """The temperature of each sensor or disk a line names."""
    found = (_SYSCTL.fullmatch(line.strip()) or _DISK.fullmatch(line.strip()) for line in lines if len(line) < 200 and "C" in line)
    return tuple(measure("temperature", match.group(1), float(match.group(2))) for match in found if match)


def read_local(lines: Sequence[str]) -> tuple[Measure, ...]:
    """Temperatures, and the rows of a df table."""
    return (*read_temperatures(lines), *read_df(lines))
