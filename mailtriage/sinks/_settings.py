"""A sink's `Settings` from its configuration table, with all that is wrong said at once."""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from mailtriage.errors import ConfigError, Place

_T = TypeVar("_T")
_WORDS: Mapping[object, str] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path in quotes",
    tuple[str, ...]: "a list of texts",
}


def settings_from(shape: type[_T], options: Mapping[str, object], where: str, place: Place | None = None) -> _T:
    """`options` as the frozen dataclass `shape`; its own `__post_init__` may raise ValueError with one problem a line."""
    hints = typing.get_type_hints(shape)
    fields = {field.name: field for field in dataclasses.fields(typing.cast(typing.Any, shape))}
    values: dict[str, object] = {}
    problems: list[str] = []
    for key, value in options.items():
        if key not in fields:
            problems.append(f"unknown key {key!r}{did_you_mean(key, list(fields))}")
            continue
        try:
            values[key] = _as(hints[key], value)
        except TypeError:
            problems.append(f"{key} takes {_WORDS[hints[key]]}, not {value!r}")
    missing = [name for name, field in fields.items() if field.default is dataclasses.MISSING and name not in options]
    problems += [f"{name} is missing: it takes {_WORDS[hints[name]]}" for name in missing]
    if not problems:
        try:
            return shape(**values)
        except ValueError as error:
            problems = str(error).splitlines()
    raise ConfigError("\n".join(f"{where}: {problem}" for problem in problems), place=place)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The end of a message about a word that is not known."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _as(hint: object, value: object) -> object:
    if hint is Path and isinstance(value, str) and value:
        return Path(value).expanduser()
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint == tuple[str, ...] and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise TypeError
