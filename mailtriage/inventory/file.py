"""The inventory file of this site: `[[host]]` tables, and `[[group]]` tables with what holds for a group's hosts. See docs/inventory.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailtriage.errors import InventoryError, Place
from mailtriage.inventory import attributes
from mailtriage.inventory.hosts import Entry, Source
from mailtriage.inventory.tables import Tables, read_tables
from mailtriage.text import one_line

_TABLES = ("host", "group")
_NOT_OF_GROUPS = ("groups", "aliases")


def read_file(path: Path) -> Source:
    """What the file says. What is wrong with one value is noted and left out; an InventoryError if it is no such file at all."""
    tables = read_tables(path, "the inventory")
    for name in tables.content:
        if name not in _TABLES:
            remedy = "hosts are [[host]] tables, groups [[group]] tables"
            raise InventoryError(f"unknown table [{one_line(name, 40)}]", place=_place_of(tables, name), remedy=remedy)
    notes: list[str] = []
    entries, groups = [], {}
    for nth, name, table in _named(tables, "host", notes):
        entries.append(Entry(name=name, values=_values(tables, "host", nth, table, notes)))
    for nth, name, table in _named(tables, "group", notes):
        groups[name] = _values(tables, "group", nth, table, notes)
    return Source(path=str(path), entries=tuple(entries), groups=groups, notes=tuple(notes))


def _named(tables: Tables, kind: str, notes: list[str]) -> list[tuple[int, str, Mapping[str, Any]]]:
    found = []
    given = tables.content.get(kind, [])
    if not isinstance(given, list) or not all(isinstance(table, dict) for table in given):
        place = tables.place(kind)
        raise InventoryError(f"{kind} is a list of tables", place=place, remedy=f"begin each with a line [[{kind}]]")
    for nth, table in enumerate(given):
        name = table.get("name")
        if isinstance(name, str) and name.strip() and name.isprintable():
            found.append((nth, name.strip().lower().rstrip("."), table))
        else:
            notes.append(_note(tables.place(kind, nth, "name"), f'a [[{kind}]] needs name = "..."; it is left out'))
    return found


def _values(tables: Tables, kind: str, nth: int, table: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    values = {}
    for key, value in table.items():
        if key == "name":
            continue
        try:
            if kind == "group" and key in _NOT_OF_GROUPS:
                raise ValueError("is a key of [[host]] tables")
            values[key] = attributes.read(key, value)
        except ValueError as error:
            notes.append(_note(tables.place(kind, nth, key), f"{one_line(key, 40)} {error}; it is left out"))
    return values


def _note(place: Place, message: str) -> str:
    return f"{place}: {one_line(message, 300)}"


def _place_of(tables: Tables, name: str) -> Place:
    place = tables.place(name)
    if place.line:
        return place
    line = next((number for number, line in enumerate(tables.lines, 1) if line.lstrip().startswith(name)), 0)
    return Place(tables.path, line)
