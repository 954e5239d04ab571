"""Reads tables by their columns: a heading that names trouble is none, a cell under it that is no zero is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.zero_words import is_bad

_BETWEEN = re.compile(r"[ \t]*\|[ \t]*|\t[ \t]*|[ \t]{2,}")
_CELL = re.compile(r"(?:[^\W\d_][^\W\d_'’()/-]{0,20}|\(?[#%]\)?)(?: ?[(/-]?[^\W\d_]{1,20}\)?){0,2}[.#%]?")
_RULER = re.compile(r"[\s=_*+|:-]{3,}")
_NUMBER = re.compile(r"[+-]?\d[\d.,:]{0,20}(?: ?[%\w°/]{1,6})?")
_ZERO = re.compile(r"0{1,9}(?:[.,]0{1,9})?(?: ?%| ?[kmgt]?i?b)?|[-–—.]|none|no", re.IGNORECASE)
_LEAST_COLUMNS = 3
_LONGEST = 400


def without_headings(lines: Sequence[str], found: Sequence[int]) -> list[int]:
    """The numbers of the lines of trouble, where those of headings gave way to the rows with a count under the word of trouble.

    A heading stays where no row below it can be read by its columns.
    """
    told: set[int] = set()
    for number in found:
        rows = _rows_with_counts(lines, number)
        told.update([number] if rows is None else rows)
    return sorted(told)


def _rows_with_counts(lines: Sequence[str], number: int) -> list[int] | None:
    """The rows below a heading that count trouble; None if the line is no heading, or a row says anything but a number."""
    heading = _cells(lines[number])
    if len(heading) < _LEAST_COLUMNS or not all(map(_CELL.fullmatch, heading)):
        return None
    bad = [column for column, cell in enumerate(heading) if any(map(is_bad, cell.split()))]
    below = _below(lines, number, len(heading))
    if not bad or 0 in bad or not below or not all(_is_row_of_numbers(cells) for _, cells in below):
        return None
    counts = [(at, [cells[column] for column in bad]) for at, cells in below]
    if not all(_NUMBER.fullmatch(cell) or _ZERO.fullmatch(cell) for _, row in counts for cell in row):
        return None
    return [at for at, row in counts if not all(map(_ZERO.fullmatch, row))]


def _below(lines: Sequence[str], number: int, n_columns: int) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    for at in range(number + 1, len(lines)):
        if not rows and _RULER.fullmatch(lines[at]):
            continue
        cells = _cells(lines[at])
        if len(cells) != n_columns:
            # A row with more or fewer cells may have one under the word of trouble: then nothing is known.
            return [] if len(cells) >= _LEAST_COLUMNS and not _RULER.fullmatch(lines[at]) else rows
        rows.append((at, cells))
    return rows


def _is_row_of_numbers(cells: Sequence[str]) -> bool:
    return sum(bool(_NUMBER.fullmatch(cell) or _ZERO.fullmatch(cell)) for cell in cells[1:]) * 2 >= len(cells) - 1


def _cells(line: str) -> list[str]:
    line = line.strip().strip("|").strip() if len(line) <= _LONGEST else ""
    return [cell for cell in _BETWEEN.split(line) if cell] if line else []
