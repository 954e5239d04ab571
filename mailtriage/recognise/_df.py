"""Reads df(1): columns by the names of its header, so that -h, -k, -m, -i, -T and Linux' df all fit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._measures import measure, number, percent
from mailtriage.types import Measure

_NUM = r"-?[\d.]+[BKMGTPEk]?i?"
_HEADER = re.compile(
    r"^Filesystem +(Type +)?(\S+) +Used +Avail(?:able)? +(?:Capacity|Use%|%\S*)( +iused +ifree +%iused)? +Mounted on$", re.IGNORECASE
)
_BLOCK = re.compile(r"(\d+)([KMG]?)-blocks", re.IGNORECASE)
_ROWS = {
    (typed, inodes): re.compile(
        r"^(?P<device>\S.*?) +"
        + (r"(?P<type>[A-Za-z][\w.-]*) +" if typed else "")
        + rf"{_NUM} +{_NUM} +(?P<avail>{_NUM}) +(?P<used>-?\d+%) +"
        + (r"\d+\S* +\d+\S* +(?P<inodes>\d+%) +" if inodes else "")
        + r"(?P<mount>/.*|-)$",
        re.ASCII,
    )
    for typed in (True, False)
    for inodes in (True, False)
}
# Full by nature. A tmpfs is not among them: a full /tmp is a real one.
_PSEUDO = re.compile(
    r"devfs|procfs|linprocfs|linsysfs|fdescfs|fdesc|cd9660|udf|iso9660|squashfs|devtmpfs|efivarfs|/dev/a?cd\d+\S*|/dev/iso9660/.*|/dev/loop\d+|/dev/sr\d+"
)
_LONGEST_ROW = 2000


def read_df(lines: Iterable[str]) -> tuple[Measure, ...]:
    """fs_used, fs_avail and fs_inodes_used of every row below a df header."""
    measures: list[Measure] = []
    row = None
    factor = 1.0
    for line in lines:
        header = _HEADER.match(line)
        if header:
            row = _ROWS[header.group(1) is not None, header.group(3) is not None]
            block = _BLOCK.fullmatch(header.group(2))
            factor = (number(block.group(1) + block.group(2).upper()) or 1.0) if block else 1.0
        elif row is not None and len(line) <= _LONGEST_ROW:
            measures += _row(row, line, factor)
    return tuple(measures)


def _row(pattern: re.Pattern[str], line: str, factor: float) -> list[Measure]:
    found = pattern.match(line)
    if not found:
        return []
    cells = found.groupdict()
    mount = cells["mount"]
    is_pseudo = bool(_PSEUDO.fullmatch(cells.get("type") or "") or _PSEUDO.fullmatch(cells["device"]))
    measures = []
    used, avail = percent(cells["used"]), number(cells["avail"])
    if used is not None:
        measures.append(measure("fs_used_pseudo" if is_pseudo else "fs_used", mount, used))
    if avail is not None and not is_pseudo:
        measures.append(measure("fs_avail", mount, avail * factor if cells["avail"][-1].isdigit() else avail))
    inodes = percent(cells.get("inodes") or "")
    if inodes is not None and not is_pseudo:
        measures.append(measure("fs_inodes_used", mount, inodes))
    return measures
