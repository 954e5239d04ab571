"""What an admin knows better than what was learnt: the tables of cadence.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mailtriage.errors import ConfigError, Place
from mailtriage.text import one_line

_KEYS = ("host", "kind", "job", "period", "late_after", "never")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LATE_AFTER = {"hourly": 3 * 3600, "daily": 26 * 3600, "weekly": 8 * 86400, "monthly": 33 * 86400}
_LONGEST_S = 400 * 86400
_AT = re.compile(r"^(.*) \(at line (\d+), column (\d+)\)$", re.DOTALL)
_REMEDY = 'write, for example: [[cadence]] host = "web*" kind = "freebsd_daily" period = "daily" late_after = "30h"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One table: of which reports it speaks (globs), and what it says."""

    host: str
    kind: str
    job: str
    period: str  # as shown
    late_after_s: int  # after the last report; 0: never missed

    def covers(self, host: str, kind: str, job: str) -> bool:
        """Whether it speaks of this report."""
        return fnmatchcase(host, self.host) and fnmatchcase(kind, self.kind) and fnmatchcase(job, self.job)


def override_for(overrides: Sequence[Override], host: str, kind: str, job: str) -> Override | None:
    """The last one that covers this report, None where there is none."""
    return next((one for one in reversed(overrides) if one.covers(host, kind, job)), None)


def parse_overrides(content: bytes, path: str) -> tuple[Override, ...]:
    """The tables of a file, in order; a ConfigError lists every problem at once, each with its line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(path, content.count(b"\n", 0, error.start) + 1)
        raise ConfigError("this is not UTF-8 text", place=place, remedy="save the file as UTF-8") from None
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _AT.match(str(error))
        place = Place(path, int(found[2]), int(found[3])) if found else Place(path, max(1, len(text.splitlines())))
        raise ConfigError(one_line(f"this is not TOML: {found[1] if found else error}"), place=place, remedy=_REMEDY) from None
    tables = document.pop("cadence", [])
    lines = text.splitlines()
    problems = [f"{Place(path, _line_of(lines, name))}: unknown table or key {one_line(name, 40)!r}" for name in document]
    overrides = []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(f"{Place(path, _line_of(lines, 'cadence'))}: overrides are a list of tables: write [[cadence]], two brackets")
        tables = []
    for nth, table in enumerate(tables):
        wrong = list(_problems(table))
        problems += [f"{Place(path, _line_of(lines, key, nth))}: {message}" for key, message in wrong]
        if not wrong:
            overrides.append(_override(table))
    if problems:
        raise ConfigError("\n".join(problems), remedy=f"the file as it was before stays in force; {_REMEDY}")
    return tuple(overrides)


def _problems(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if key not in _KEYS:
            yield key, f"unknown key {one_line(key, 40)!r}; known are {', '.join(_KEYS)}"
        elif key == "never":
            if not isinstance(value, bool):
                yield key, "never takes true or false"
        elif not isinstance(value, str) or not value.strip():
            yield key, f"{key} takes a text in quotes"
        elif key == "period" and value not in _LATE_AFTER:
            yield key, f"period is one of {', '.join(_LATE_AFTER)}, not {one_line(value, 40)!r}"
        elif key == "late_after" and not 0 < _seconds(value) <= _LONGEST_S:
            yield key, f'late_after is a time of up to 400 days such as "30h" or "8d", not {one_line(value, 40)!r}'
    if not {"host", "kind"} & table.keys():
        yield "cadence", "neither host nor kind: it would speak of everything"
    if not table.get("never") and not {"period", "late_after"} & table.keys():
        yield "cadence", "nothing is said: give period, late_after or never = true"


def _override(table: Mapping[str, Any]) -> Override:
    period = str(table.get("period", ""))
    late = 0 if table.get("never") else _seconds(table["late_after"]) if "late_after" in table else _LATE_AFTER[period]
    given = {key: str(table.get(key, "*")) for key in ("host", "kind", "job")}
    return Override(host=given["host"].lower(), kind=given["kind"], job=given["job"], period=period, late_after_s=late)


def _seconds(text: str) -> int:
    """The seconds of `30h`, 0 when that is no time."""
    found = re.fullmatch(r"(\d{1,6}) ?([mhdw])", text.strip())
    return int(found[1]) * _UNITS[found[2]] if found else 0


def _line_of(lines: Sequence[str], key: str, nth: int = 0) -> int:
    """The line of a key within the `nth` table, else of that table's heading, else the first."""
    n_headings, heading = -1, 0
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*\[\[?\s*cadence\s*\]", line):
            n_headings += 1
            heading = number if n_headings == nth else heading
        is_inside = n_headings == nth or not heading
        if is_inside and re.match(rf"\s*(?:\[\[?\s*)?{re.escape(key)}\s*[=\]]", line) and (key != "cadence" or n_headings == nth):
            return number
    return heading or 1
