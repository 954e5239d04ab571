"""Ansible's INI inventories: `[group]`, `[group:children]`, `[group:vars]`, host lines with ranges and `key=value`."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

from mailtriage.errors import InventoryError, Place
from mailtriage.inventory.ansible_hosts import Graph, Variable, expanded
from mailtriage.text import one_line

_HEADING = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_PARTS = ("hosts", "children", "vars")
_LONGEST_LITERAL = 4000


def read_ini(text: str, path: Path, graph: Graph) -> None:
    """Adds what the file says to the graph; an InventoryError names the line that cannot be read."""
    group, part = "ungrouped", "hosts"
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        place = Place(str(path), number)
        if not line or line[0] in "#;":
            continue
        if heading := _HEADING.fullmatch(line):
            group, part = heading[1], heading[2] or "hosts"
            if part not in _PARTS:
                remedy = f"write [{one_line(group, 40)}], [{one_line(group, 40)}:children] or [{one_line(group, 40)}:vars]"
                raise InventoryError(f"unknown section {one_line(line, 60)}", place=place, remedy=remedy)
            graph.group(group)
        elif line.startswith("[") and line.endswith("]") and ":" not in line:
            raise InventoryError(f"{one_line(line, 60)} is no section", place=place, remedy="a name of a group has no spaces")
        elif part == "vars":
            key, equals, value = line.partition("=")
            if not equals:
                raise InventoryError(f"{one_line(line, 60)} sets nothing", place=place, remedy="write key=value")
            graph.group(group).variables[key.strip()] = Variable(_value(value), place)
        elif part == "children":
            child = _words(line, place)[0]
            graph.group(child)
            graph.group(group).children.add(child)
        else:
            _host_line(line, group, place, graph)


def _host_line(line: str, group: str, place: Place, graph: Graph) -> None:
    pattern, *settings = _words(line, place)
    variables = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            remedy = "after the host stand key=value only; a value with spaces stands in quotes"
            raise InventoryError(f"{one_line(setting, 60)} sets nothing", place=place, remedy=remedy)
        variables[key] = Variable(_value(value), place)
    for host in expanded(pattern, place):
        graph.add(host, group, variables, place)


def _words(line: str, place: Place) -> list[str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        raise InventoryError(f"{one_line(line, 60)}: {error}", place=place, remedy="close the quotes") from None
    if not words:
        raise InventoryError(f"{one_line(line, 60)} names nothing", place=place, remedy="write the name of a host or group")
    return words


def _value(text: str) -> object:
    """A value as text, or as list where one is written; Ansible reads Python literals here, so `"x"` is x."""
    text = text.strip()
    if not text or text[0] not in "\"'[(" or len(text) > _LONGEST_LITERAL:
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    return list(value) if isinstance(value, list | tuple) else value if isinstance(value, str) else text
