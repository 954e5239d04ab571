"""Where the keys of a rule file stand: tomllib does not say, so the text is scanned once more, by tokens.

The scan is only trusted after tomllib has accepted the text; on other text it ends early, never with an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A string token never spans into a comment or another string, so brackets and `=` inside strings are not seen.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=,\n]"
    r"""|[^\s"'\#\[\]{}=,]+""",
    re.DOTALL,
)
_HEADER = re.compile(r"\[\[?\s*([^\]\n]*?)\s*\]\]?[^\n]*")


@dataclass(slots=True)
class Block:
    """One `[[rule]]` (or any other table): where it begins and where its keys and their values stand."""

    name: str
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    values: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def blocks(text: str) -> tuple[Block, ...]:
    """The tables of a TOML text in order, the keys before the first one as a block without a name."""
    found = [Block("", 1, 1)]
    for name, line, column in _statements(text, found):
        parent = found[-1]
        # `[rule.measure]` belongs to the `[[rule]]` above it.
        if "." in name and name.partition(".")[0] == parent.name:
            parent.keys.setdefault(name.partition(".")[2], (line, column))
        else:
            found.append(Block(name, line, column))
    return tuple(found)


def _statements(text: str, found: list[Block]) -> Iterator[tuple[str, int, int]]:
    """Walks the tokens: yields each table header, and writes keys and values into the newest block."""
    at, depth, key, line, line_start = 0, 0, "", 1, 0
    last, last_spot = "", (1, 1)
    is_start = True  # a statement may begin here
    while match := _TOKEN.search(text, at):
        piece, spot = match[0], (line, match.start() - line_start + 1)
        at = match.end()
        if piece == "\n":
            line, line_start = line + 1, at
            is_start = is_start or depth == 0
            continue
        if piece[0] == "#":
            continue
        if is_start and piece == "[":
            header = _HEADER.match(text, match.start())
            if header:
                at = header.end()
                yield header[1].strip("\"'"), *spot
                continue
        if is_start:
            key, is_start = piece.strip("\"'"), False
            found[-1].keys.setdefault(key, spot)
        elif piece == "=":
            if depth:
                found[-1].keys.setdefault(f"{key}.{last}", last_spot)
        elif piece in "[{":
            depth += 1
        elif piece in "]}":
            depth = max(depth - 1, 0)
        elif piece != ",":
            found[-1].values.setdefault(key, []).append(spot)
        last, last_spot = piece, spot
        breaks = piece.count("\n")
        if breaks:
            line, line_start = line + breaks, match.start() + piece.rindex("\n") + 1
