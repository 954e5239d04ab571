"""Reads the text of smartctl(8) in periodic's `SMART status:`: attributes, error counts, temperatures; ATA, SCSI and NVMe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

MEASURES = "smart_pending smart_uncorrectable smart_reallocated temperature ata_errors"
_DEVICE = re.compile(r"^Checking health of (/dev/\S{1,80}?)(?: \(-d[^)]{1,40}\))?:")
_ATTRIBUTE = re.compile(r"^ *(5|190|194|197|198) [A-Za-z]\S* +(?:0x[0-9a-f]{4}|[A-Z-]{6}) .* (\d{1,12})(?: \(.*\))?$", re.ASCII)
_NAMES = {
    "5": "smart_reallocated",
    "190": "temperature",
    "194": "temperature",
    "197": "smart_pending",
    "198": "smart_uncorrectable",
}
_OTHER = (
    (re.compile(r"^Current Drive Temperature: +(\d{1,3}) C\b"), "temperature"),
    (re.compile(r"^Temperature: +(\d{1,3}) Celsius\b"), "temperature"),
    (re.compile(r"^Elements in grown defect list: (\d{1,9})$"), "smart_reallocated"),
    (re.compile(r"^ATA Error Count: (\d{1,9})\b"), "ata_errors"),
    (re.compile(r"^Error Information Log Entries: +(\d{1,9})$"), "ata_errors"),
    (re.compile(r"^Media and Data Integrity Errors: +(\d{1,9})$"), "smart_uncorrectable"),
)


def read_smart(lines: Sequence[str]) -> tuple[Measure, ...]:
    """The numbers of each disk, under its device name."""
    found: dict[tuple[str, str], float] = {}
    device = ""
    for line in lines:
        if len(line) > 300:
            continue
        named = _DEVICE.match(line)
        if named:
            device = named.group(1)
        attribute = _ATTRIBUTE.match(line)
        if attribute:
            found.setdefault((_NAMES[attribute.group(1)], device), float(attribute.group(2)))
            continue
        for pattern, name in _OTHER:
            other = pattern.match(line)
            if other:
                found.setdefault((name, device), float(other.group(1)))
    return tuple(measure(name, subject, value) for (name, subject), value in found.items())
