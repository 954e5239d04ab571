"""TOML files of tables in a list, with the line of each table and key, so that what is wrong can be told by place."""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailtriage.errors import InventoryError, Place

MOST_BYTES = 8 << 20  # a fleet of 10,000 hosts takes one
_HEADING = re.compile(r"\s*\[\[?\s*([\w.-]+)")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one file, and where they stand."""

    path: str
    content: dict[str, Any]
    lines: tuple[str, ...]

    def place(self, table: str, nth: int = 0, key: str = "") -> Place:
        """Line and column of a key in the `nth` table of this name, else of the table's heading, else of the file."""
        n, is_inside, found = -1, False, (0, 0)
        for number, line in enumerate(self.lines, 1):
            if heading := _HEADING.match(line):
                n += heading[1] == table
                is_inside = heading[1] == table and n == nth
                if is_inside:
                    found = (number, heading.start(1) + 1)
            elif is_inside and key and (match := _KEY.match(line)) and match[1] == key:
                return Place(self.path, number, match.start(1) + 1)
        return Place(self.path, *found)


def read_text(path: Path, what: str) -> str:
    """A file as text; an InventoryError says why not."""
    place = Place(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for its writer
            raise InventoryError(f"{what} is not a file", place=place, remedy="name a regular file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = error.strerror if isinstance(error, OSError) else error
        raise InventoryError(f"{what} cannot be read: {why}", place=place, remedy="name a file that this user may read") from None
    if len(content) > MOST_BYTES:
        remedy = f"at most {MOST_BYTES >> 20} MB are read: split it, or name the file that lists the hosts"
        raise InventoryError(f"{what} is too large", place=place, remedy=remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(str(path), content.count(b"\n", 0, error.start) + 1)
        raise InventoryError(f"{what} is not UTF-8 text", place=place, remedy="save the file as UTF-8") from None


def read_tables(path: Path, what: str) -> Tables:
    """The tables of a TOML file; an InventoryError with line and column if it is none."""
    text = read_text(path, what)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = Place(str(path), int(at[1]), int(at[2])) if at else Place(str(path), max(1, len(text.splitlines())))
        said = re.sub(r" \(at [^)]*\)$", "", str(error))
        remedy = "texts stand in quotes, lists in [ ]; docs/inventory.md has examples"
        raise InventoryError(f"{what} is not TOML: {said}", place=place, remedy=remedy) from None
    except RecursionError:
        raise InventoryError(f"{what} is nested too deeply", place=Place(str(path)), remedy="write plain tables") from None
    return Tables(str(path), content, tuple(text.splitlines()))
