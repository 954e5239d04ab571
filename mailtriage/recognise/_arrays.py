"""Reads the tables of the GEOM classes and of RAID controllers: graid, gmirror, graid3, ATA RAID, mfi, 3ware."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_SYNCHRONIZING = re.compile(r"\((?:[A-Z]+, )?(\d{1,3}(?:\.\d+)?)%\)|REBUILDING (\d{1,3})% completed")
_COMPONENT = re.compile(r"([a-z][\w/.-]{0,100})(?: \((ACTIVE)\b.{0,40}| \(.{0,40})?", re.ASCII)
_TABLE_ROW = re.compile(r" *((?:mirror|raid|raid3|stripe|concat)/\S{1,100}) +([A-Z]{2,20}) +(\S.*)", re.ASCII)
_SUBDISK = re.compile(r"\b\d{1,2} (?:(\w+) +)?(ONLINE|MISSING|SPARE|FAILED|OFFLINE)\b", re.ASCII)
_MFI_CONTROLLER = re.compile(r"(mfi\d{1,3}) Volumes:", re.ASCII)
_MFI_ROW = re.compile(r" *(?:mfid)?\d{1,3} \(.{1,20}\) +\S+ +\S+ +((?:PARTIALLY )?[A-Z]+)\b", re.ASCII)
_TW_CONTROLLER = re.compile(r"Controller (c\d{1,3}):", re.ASCII)
_TW_ROW = re.compile(r"[-+! ]?([up]\d{1,3}) +(?:(?:RAID-?\S+|SINGLE|JBOD|SPARE) +)?([A-Z-]{2,30})\b *(\d{1,3}%?)?", re.ASCII)


def read_arrays(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Members that work of each array, and the progress of one that is being rebuilt; continuation lines begin with blanks."""
    measures = []
    working: dict[str, int] = {}
    name = ""
    for line in lines:
        if len(line) > 500 or not line.strip():
            continue
        row = _TABLE_ROW.match(line)
        component = line.strip()
        if row:
            name, component = row.group(1), row.group(3).strip()
            working.setdefault(name, 0)
        elif line[:1].strip():
            name = line.split()[0].rstrip(":")
        found = _SYNCHRONIZING.search(line)
        if found and name:
            measures.append(measure("mirror_rebuild", name, float(found.group(1) or found.group(2))))
        elif name in working:
            part = _COMPONENT.fullmatch(component)
            working[name] += bool(part and (part.group(2) or " " not in component))
        subdisks = _SUBDISK.findall(line) if "subdisks" in line else []
        if subdisks:
            measures.append(measure("raid_wanted", name, sum(1 for _, state in subdisks if state != "SPARE")))
            working[name] = sum(1 for _, state in subdisks if state == "ONLINE")
    return (*measures, *(measure("raid_working", array, count) for array, count in working.items()))


def read_mfi(lines: Iterable[str]) -> tuple[Measure, ...]:
    """How many volumes of each controller are not OPTIMAL."""
    bad: dict[str, int] = {}
    controller = ""
    for line in lines:
        named = _MFI_CONTROLLER.match(line)
        if named:
            controller = named.group(1)
            bad.setdefault(controller, 0)
        row = _MFI_ROW.match(line[:300])
        if row:
            bad[controller] = bad.get(controller, 0) + (row.group(1) != "OPTIMAL")
    return tuple(measure("raid_bad_disks", name, count) for name, count in bad.items())


def read_3ware(lines: Iterable[str]) -> tuple[Measure, ...]:
    """How many units and disks of each controller are not well, and how far a rebuild has come; a line of a diff counts where it is new."""
    measures = []
    bad: dict[str, int] = {}
    controller = ""
    for line in lines:
        named = _TW_CONTROLLER.match(line)
        if named:
            controller = named.group(1)
            bad.setdefault(controller, 0)
        row = _TW_ROW.match(line[:300])
        if row and not line.startswith("-") and controller:
            bad[controller] += row.group(2) not in ("OK", "VERIFYING", "INITIALIZING")
            if row.group(2).startswith("REBUILD") and row.group(3):
                measures.append(measure("mirror_rebuild", f"{controller}/{row.group(1)}", float(row.group(3).rstrip("%"))))
    return (*measures, *(measure("raid_bad_disks", name, count) for name, count in bad.items()))
