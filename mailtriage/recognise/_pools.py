"""Reads zpool list and status, and scrub notes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._measures import measure, number, percent
from mailtriage.types import Measure

_DONE = re.compile(r"(\d{1,3}(?:\.\d+)?)% done")
_DATA_ERRORS = re.compile(r"^errors: (\d{1,12}) data errors")
# Since 2019 `in 0 days 01:12:09`, before `in 1h12m`; in version 15 `scrub: scrub completed after 1h12m`.
_SCANNED = re.compile(
    r"^ *(?:scan|scrub): (?:(?:scrub repaired|resilvered) (\S{1,20}) in|(?:scrub|resilver) completed after) "
    r"(?:(\d{1,5}) days )?(\d{1,5})(?:h(\d{1,2})m|:(\d\d):(\d\d)) with (\d{1,12}) errors",
    re.ASCII,
)
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
        elif pool and not in_config:
            measures += _progress(line, pool)
    return tuple(measures)


def _progress(line: str, pool: str) -> list[Measure]:
    """What a `scan:` line and its continuation say of the last scrub or resilver, or of the one that runs."""
    done = _DONE.search(line)
    if done:
        return [measure("pool_resilver", pool, float(done.group(1)))]
    found = _SCANNED.match(line)
    if not found:
        return []
    repaired, days, hours, minutes, long_minutes, seconds, errors = found.groups()
    took = int(days or 0) * 86400 + int(hours) * 3600 + int(minutes or long_minutes) * 60 + int(seconds or 0)
    size = number(repaired or "")
    return [
        measure("scrub_duration", pool, took),
        measure("scrub_errors", pool, int(errors)),
        *([measure("scrub_repaired", pool, size)] if size is not None else []),
    ]


def _listed(row: dict[str, str]) -> list[Measure]:
    cells = (("pool_used", percent(row.get("CAP", ""))), ("pool_frag", percent(row.get("FRAG", ""))))
    return [measure(name, row["NAME"], value) for name, value in cells if value is not None]


def sick_pools(lines: Iterable[str]) -> tuple[str, ...]:
    """The pools that have a status block."""
    return tuple(dict.fromkeys(line.split()[1] for line in lines if line.lstrip().startswith("pool: ") and len(line.split()) > 1))


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
