"""What an Ansible inventory is made of: groups, hosts and their variables, before anything is resolved."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailtriage.errors import InventoryError, Place
from mailtriage.text import one_line

PREFIX = "mailtriage_"
READ = (PREFIX, "ansible_host", "ansible_group_priority")  # how the variables begin that mean something here
MOST_HOSTS = 200_000
_MOST_STEPS = 2_000_000
_RANGE = re.compile(r"\[(\w+):(\w+)(?::(\d+))?\]")
_PORT = re.compile(r":\d{1,5}$")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a host or group: a text or a list of texts, and where it stands; None: encrypted."""

    value: object
    place: Place


@dataclass(slots=True)
class Group:
    """One group: its variables, its own hosts and the groups in it."""

    variables: dict[str, Variable] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Graph:
    """All files of one Ansible inventory together, as they are read one after the other; names keep their case."""

    groups: dict[str, Group] = field(default_factory=dict)
    hosts: dict[str, dict[str, Variable]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    n_steps: int = 0

    def spend(self, n: int, place: Place) -> None:
        """Counts work, so that no few lines with ranges and references can ask for hours of it."""
        self.n_steps += n
        if self.n_steps > _MOST_STEPS:
            raise InventoryError("the inventory unfolds to too much", place=place, remedy="no inventory needs that: mend it")

    def group(self, name: str) -> Group:
        """The group of this name, made where it is not known yet."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = Group()
        return found

    def host(self, name: str, place: Place) -> dict[str, Variable]:
        """The variables of a host, which is known from now on."""
        if name not in self.hosts and len(self.hosts) >= MOST_HOSTS:
            raise InventoryError(f"more than {MOST_HOSTS} hosts", place=place, remedy="is a range longer than it should be?")
        return self.hosts.setdefault(name, {})

    def add(self, host: str, group: str, variables: Mapping[str, Variable], place: Place) -> None:
        """Puts a host into a group, and lays variables over those it has."""
        self.spend(1 + len(variables), place)
        self.host(host, place).update(variables)
        self.group(group).hosts.add(host)

    def note(self, place: Place, message: str) -> None:
        """What is left out, and why."""
        self.notes.append(f"{place}: {one_line(message, 300)}")


def expanded(pattern: str, place: Place) -> Iterator[str]:
    """The hosts a name with ranges stands for, `web[01:20:2]` or `db-[a:f].example.org`, without their ports."""
    if address := _BRACKETED.fullmatch(pattern):
        try:
            yield str(ipaddress.ip_address(address[1]))
        except ValueError:
            pass
        else:
            return
    yield from _ranged(pattern if _is_address(pattern) else _PORT.sub("", pattern), place)


def _ranged(pattern: str, place: Place) -> Iterator[str]:
    found = _RANGE.search(pattern)
    if not found:
        if "[" in pattern or "]" in pattern:
            remedy = "a range is written web[01:20], web[01:20:2] or db-[a:f]"
            raise InventoryError(f"{one_line(pattern, 60)} is no name of a host", place=place, remedy=remedy)
        yield pattern
        return
    head, tail = pattern[: found.start()], pattern[found.end() :]
    for part in _steps(found[1], found[2], int(found[3] or 1), pattern, place):
        yield from (head + part + rest for rest in _ranged(tail, place))


def _steps(first: str, last: str, step: int, pattern: str, place: Place) -> Iterator[str]:
    letters = string.ascii_letters
    if first.isdecimal() and last.isdecimal() and step and len(first) < 19 and len(last) < 19:
        width = len(first) if first.startswith("0") else 0
        is_right = int(first) <= int(last) and (not width or len(first) == len(last))
        numbers = range(int(first), int(last) + 1, step)
        parts: Iterator[str] = (f"{number:0{width}d}" for number in numbers)
    elif len(first) == len(last) == 1 and first in letters and last in letters and step:
        is_right = letters.index(first) <= letters.index(last)
        parts = iter(letters[letters.index(first) : letters.index(last) + 1 : step])
    else:
        is_right, parts = False, iter(())
    if not is_right:
        remedy = "write web[01:20], web[01:20:2] or db-[a:f]: both ends of one length, the smaller first"
        raise InventoryError(f"{one_line(pattern, 60)} holds no range of hosts", place=place, remedy=remedy)
    return parts


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
