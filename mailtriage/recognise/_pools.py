"""Reads zpool list and status, scrub notes, and the tables of the GEOM and RAID status commands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._measures import measure, number, percent
from mailtriage.types import Measure

_DONE = re.compile(r"(\d{1,3}(?:\.\d+)?)% done")
_DATA_ERRORS = re.compile(r"^errors: (\d{1,12}) data errors")
_SYNCHRONIZING = re.compile(r"\((?:[A-Z]+, )?(\d{1,3}(?:\.\d+)?)%\)|REBUILDING (\d{1,3})% completed")
_SCRUB_POOL = re.compile(r"scrubbing of pool '([^']{1,100})'")
_SCRUB_AGE = re.compile(r"last scrubbing is (\d{1,6}) days ago")


def read_pools(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Capacity of each pool of the list, errors and progress of each pool with a status block."""
    measures: list[Measure] = []
    listed: list[str] = []
    pool = ""
    in_config = False
    for line in lines:
        words = line.split()
        if not words:
            listed = []
        elif words[0] == "NAME" and "CAP" in words:
            listed = words
        elif listed and len(words) == len(listed):
            measures += _listed(dict(zip(listed, words, strict=True)))
        elif words[0] == "pool:" and len(words) > 1:
            pool, in_config = words[1], False
        elif words[0] == "NAME" and "CKSUM" in words:
            in_config = True
        elif words[0] == "errors:":
            in_config = False
            found = _DATA_ERRORS.match(line)
            if found:
                measures.append(measure("pool_data_errors", pool, int(found.group(1))))
        elif in_config and len(words) >= 5:
            counts = [number(word) for word in words[2:5]]
            if None not in counts:
                subject = pool if words[0] == pool else f"{pool}/{words[0]}"
                measures.append(measure("pool_errors", subject, sum(count or 0 for count in counts)))
        else:
            found = _DONE.search(line)
            if found and pool and not in_config:
                measures.append(measure("pool_resilver", pool, float(found.group(1))))
    return tuple(measures)


def _listed(row: dict[str, str]) -> list[Measure]:
    cells = (("pool_used", percent(row.get("CAP", ""))), ("pool_frag", percent(row.get("FRAG", ""))))
    return [measure(name, row["NAME"], value) for name, value in cells if value is not None]


def sick_pools(lines: Iterable[str]) -> tuple[str, ...]:
    """The pools that have a status block."""
    return tuple(dict.fromkeys(line.split()[1] for line in lines if line.lstrip().startswith("pool: ") and len(line.split()) > 1))


def read_rebuilds(lines: Iterable[str]) -> tuple[Measure, ...]:
    """The progress of a mirror or array that is being rebuilt; continuation lines begin with blanks."""
    measures = []
    name = ""
    for line in lines:
        if line[:1].strip():
            name = line.split()[0].rstrip(":")
        found = _SYNCHRONIZING.search(line)
        if found and name:
            measures.append(measure("mirror_rebuild", name, float(found.group(1) or found.group(2))))
    return tuple(measures)


def read_scrubs(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Days since the last scrub of each pool."""
    measures = []
    pool = ""
    for line in lines:
        found = _SCRUB_POOL.search(line)
        if found:
            pool = found.group(1)
        age = _SCRUB_AGE.search(line)
        if age and pool:
            measures.append(measure("scrub_age", pool, int(age.group(1))))
    return tuple(measures)
