"""Reads /proc/mdstat of Linux: the arrays, their members that work, and what runs on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure, Severity

_ARRAY = re.compile(r"\s{0,8}(md[\w/.-]{1,60}) : (active|inactive)((?: \([\w-]{1,20}\))?) ?(\S{0,20})(.*)")
_MEMBERS = re.compile(r"\[(\d{1,4})/(\d{1,4})\] \[([U_]{1,400})\]")
_PROGRESS = re.compile(r"\b(recovery|resync|reshape|check|repair) ?= ?(\d{1,3}(?:\.\d{1,3})?)%")
_SPARED = {"raid4": 1, "raid5": 1, "raid6": 2}  # members that may be missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One array of the table."""

    name: str
    level: str
    is_active: bool
    is_failed: bool  # a member carries (F)
    wanted: int  # 0 where the level has no redundancy
    working: int
    running: str  # recovery, check and the like
    percent: float
    lines: tuple[str, ...]

    @property
    def is_bad(self) -> bool:
        """Whether it misses a member, or does not run."""
        return not self.is_active or self.is_failed or self.working < self.wanted

    @property
    def is_readable(self) -> bool:
        """Whether the table says how many members work, where the level has spare ones."""
        return bool(self.wanted) or self.level in ("raid0", "linear", "container")

    @property
    def severity(self) -> Severity:
        """Critical where no redundancy is left, warning while it is being rebuilt."""
        if self.running == "recovery":
            return Severity.WARNING
        spared = self.wanted - 1 if self.level == "raid1" else _SPARED.get(self.level)
        is_last = not self.is_active or (spared is not None and bool(self.wanted) and self.working <= self.wanted - spared)
        return Severity.CRITICAL if is_last else Severity.HIGH

    @property
    def in_words(self) -> str:
        """`raid1, 1 of 2 members work`"""
        state = f"{self.working} of {self.wanted} members work" if self.wanted else "active" if self.is_active else "inactive"
        progress = f", {self.running} {self.percent:g} %" if self.running else ""
        return f"{self.level or 'array'}, {state}{progress}"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Members, and how far what runs has come."""
        found = [measure("raid_wanted", self.name, self.wanted), measure("raid_working", self.name, self.working)] if self.wanted else []
        if self.running:
            found.append(measure("array_check" if self.running in ("check", "repair") else "mirror_rebuild", self.name, self.percent))
        return tuple(found)


def read_mdstat(text: str) -> dict[str, Array]:
    """The arrays by name."""
    blocks: dict[str, list[str]] = {}
    name = ""
    for line in text.split("\n"):
        found = _ARRAY.fullmatch(line[:4000].rstrip())
        if found:
            name = found.group(1)
            blocks[name] = [line.rstrip()]
        elif not line.strip() or line.startswith("unused devices"):
            name = ""
        elif name and len(blocks[name]) < 20:
            blocks[name].append(line.rstrip())
    return {name: _array(name, lines) for name, lines in blocks.items()}


def _array(name: str, lines: list[str]) -> Array:
    head = _ARRAY.fullmatch(lines[0][:4000])
    text = "\n".join(line[:4000] for line in lines)
    members, progress = _MEMBERS.search(text), _PROGRESS.search(text)
    wanted, working = (int(members.group(1)), min(int(members.group(2)), members.group(3).count("U"))) if members else (0, 0)
    return Array(
        name=name,
        level=head.group(4) if head else "",
        is_active=bool(head) and head.group(2) == "active" if head else False,
        is_failed=bool(head and "](F)" in head.group(5)),
        wanted=wanted,
        working=working,
        running=progress.group(1) if progress else "",
        percent=float(progress.group(2)) if progress else 0.0,
        lines=tuple(lines),
    )
