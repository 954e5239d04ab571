"""Reads df(1): columns by the names of its header, so that -h, -k, -m, -i, -T and Linux' df all fit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailtriage.recognise._measures import measure, number, percent
from mailtriage.types import Measure

_HEADER = re.compile(
    r"^Filesystem +(Type +)?(\S{1,20}) +Used +Avail(?:able)? +(?:Capacity|Use%|%\S{1,20})( +iused +ifree +%iused)? +Mounted on$",
    re.IGNORECASE,
)
_INODES = re.compile(r"^Filesystem +(Type +)?Inodes +IUsed +IFree +IUse% +Mounted on$")
_BLOCK = re.compile(r"(\d+)([KMG]?)-blocks", re.IGNORECASE)
# Full by nature. A tmpfs is not among them: a full /tmp is a real one.
_PSEUDO = re.compile(
    r"devfs|procfs|linprocfs|linsysfs|fdescfs|fdesc|cd9660|udf|iso9660|squashfs|devtmpfs|efivarfs|/dev/a?cd\d+\S*|/dev/iso9660/.*|/dev/loop\d+|/dev/sr\d+"
)
_PERCENT = re.compile(r"-?\d{1,6}%", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Columns:
    has_type: bool
    has_inodes: bool
    factor: float  # bytes in a unit of bare numbers
    only_inodes: bool = False  # Linux' df -i: the four numbers are inodes


def read_df(lines: Iterable[str]) -> tuple[Measure, ...]:
    """fs_used, fs_avail and fs_inodes_used of every row below a df header."""
    measures: list[Measure] = []
    columns = None
    for line in lines:
        header = _HEADER.match(line) if line.startswith("Filesystem") else None
        inodes = _INODES.match(line) if line.startswith("Filesystem") else None
        if inodes:
            columns = _Columns(inodes.group(1) is not None, False, 1.0, only_inodes=True)
        elif header:
            block = _BLOCK.fullmatch(header.group(2))
            factor = number(block.group(1) + block.group(2).upper()) if block else None
            columns = _Columns(header.group(1) is not None, header.group(3) is not None, factor or 1.0)
        elif columns is not None and "%" in line:
            measures += _row(columns, line)
    return tuple(measures)


def _row(columns: _Columns, line: str) -> list[Measure]:
    """The capacity is the first word with a % that has three numbers before it; device and mount point may hold blanks."""
    words = line.split()
    n_before = 5 if columns.has_type else 4
    at = next((n for n in range(n_before, len(words)) if _PERCENT.fullmatch(words[n])), 0)
    sizes = [number(word) for word in words[at - 3 : at]] if at else []
    if not sizes or None in sizes or not sizes[0]:  # what has no size (an automounter's map) cannot be full
        return []
    rest = line.split(maxsplit=at + (4 if columns.has_inodes else 1))
    mount = rest[-1].rstrip() if len(rest) > at + (4 if columns.has_inodes else 1) else ""
    if not mount:
        return []
    kind = words[at - 4] if columns.has_type else ""
    device = " ".join(words[: at - n_before + 1])
    if columns.only_inodes:
        return [measure("fs_inodes_used", mount, percent(words[at]) or 0.0)]
    is_pseudo = bool(_PSEUDO.fullmatch(kind) or _PSEUDO.fullmatch(device))
    used = measure("fs_used_pseudo" if is_pseudo else "fs_used", mount, percent(words[at]) or 0.0)
    if is_pseudo:
        return [used]
    avail = (sizes[2] or 0.0) * (columns.factor if words[at - 1][-1].isdigit() else 1.0)
    inodes = percent(words[at + 3]) if columns.has_inodes else None
    return [used, measure("fs_avail", mount, avail), *([measure("fs_inodes_used", mount, inodes)] if inodes is not None else [])]
