"""Reads the policy table. A row that is wrong makes the whole table wrong: without it the rows below would decide otherwise."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailtriage.errors import InventoryError, Place
from mailtriage.inventory import attributes
from mailtriage.inventory.policy import GLOBS, LOWEST, Policy, Row
from mailtriage.inventory.tables import Tables, read_tables
from mailtriage.text import one_line
from mailtriage.types import Severity

SHIPPED = Path(__file__).with_name("policy.toml")
_WHAT = "the policy"
_USERS = ("users_above", "users_below")
_TIMES = ("time_to_recover_above", "time_to_recover_below")
_BOUNDS = ("at_least", "at_most")
_KEYS = (*GLOBS, *_USERS, *_TIMES, "severity", *_BOUNDS, "weight", "reason")
_SHIFT = re.compile(r"[+-][123]")
_MOST_WEIGHT = 1_000_000


def read_policy(path: Path) -> Policy:
    """The table in the file; an InventoryError with every problem and its line."""
    tables = read_tables(path, _WHAT)
    reading = _Reading(tables)
    for name in tables.content:
        if name != "row":
            reading.wrong(tables.place(name), f"unknown table [{one_line(name, 40)}]: rows are [[row]] tables")
    given = tables.content.get("row", [])
    if not isinstance(given, list) or not all(isinstance(table, dict) for table in given):
        reading.wrong(tables.place("row"), "row is a list of tables: begin each with a line [[row]]")
        given = []
    rows = tuple(reading.row(nth, table) for nth, table in enumerate(given))
    if reading.problems:
        raise InventoryError("\n".join(reading.problems), remedy="the policy in force stays; docs/inventory.md describes every key")
    return Policy(rows=rows, path=str(path))


@dataclass(slots=True)
class _Reading:
    tables: Tables
    problems: list[str] = field(default_factory=list)

    def wrong(self, place: Place, message: str) -> None:
        self.problems.append(f"{place}: {one_line(message, 300)}")

    def row(self, nth: int, table: Mapping[str, Any]) -> Row:
        values: dict[str, Any] = {}
        for key, value in table.items():
            try:
                name, read = _value(key, value)
                values[name] = read
            except ValueError as error:
                self.wrong(self.tables.place("row", nth, key), f"{one_line(key, 40)} {error}")
        low, high = values.get("at_least"), values.get("at_most")
        if low and high and low.rank > high.rank:
            self.wrong(self.tables.place("row", nth, "at_least"), f"at_least {low} is more than at_most {high}")
        if not any(key in table for key in ("severity", *_BOUNDS, "weight")):
            self.wrong(self.tables.place("row", nth), "the row changes nothing: it has neither severity, at_least, at_most nor weight")
        return Row(place=self.tables.place("row", nth), **values)


def _value(key: str, value: object) -> tuple[str, object]:  # noqa: PLR0911  one line for each sort of key
    if key in GLOBS:
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f'takes globs joined by |, such as "web*|db*", not {value!r}')
        return key, value.strip().lower()
    if key in _USERS:
        return key, attributes.users(value)
    if key in _TIMES:
        return key, attributes.duration(value)
    if key in _BOUNDS:
        return key, _bound(key, value)
    if key == "severity":
        if not isinstance(value, str) or not _SHIFT.fullmatch(value):
            raise ValueError(f'is a step such as "+1" or "-1", not {value!r}; to name a severity use at_least or at_most')
        return "shift", int(value)
    if key == "weight":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_WEIGHT:
            raise ValueError(f"is a number from 0 to {_MOST_WEIGHT}, not {value!r}")
        return key, float(value)
    if key == "reason":
        if not isinstance(value, str):
            raise ValueError(f"takes a text, not {value!r}")
        return key, one_line(value)
    close = difflib.get_close_matches(key, _KEYS, n=1)
    raise ValueError(f"is no key of a row; did you mean {close[0]}?" if close else f"is no key of a row; known are {', '.join(_KEYS)}")


def _bound(key: str, value: object) -> Severity:
    known = [str(one) for one in Severity if key == "at_least" or one.rank >= LOWEST.rank]
    if value not in known:
        hint = ": a policy hides nothing" if value in tuple(Severity) else ""
        raise ValueError(f"is one of {', '.join(known)}, not {value!r}{hint}")
    return Severity(str(value))
