"""Reads diffs whose two sides must be held against each other: setuid files and mounts, in unified and in plain form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_SIDE = re.compile(r"^([-+<>]) ?(?![-+]{2} )(.*)$")
# ls -liTd: inode, mode, links, owner, group, flags or size, time with the year, path.
_FILE = re.compile(r"^ *\d+ +([-a-zA-Z]{10})\S* +\d+ +(\S+) +(\S+) .*? \d\d:\d\d:\d\d \d{4} (/.*)$")
_OF_A_BUILD = re.compile(r"/poudriere/|/\.zfs/snapshot/")  # mounted and taken away by programs, by the hundred
_LASTING = re.compile(r"ufs|zfs|ext[234]?fs|msdosfs|nfs|fusefs\S*|smbfs|xfs|btrfs")


def read_setuid(lines: Iterable[str]) -> tuple[Measure, ...]:
    """setuid_new for each name that only the new side has, setuid_mode for each whose mode or owner differs."""
    old: dict[str, tuple[str, ...]] = {}
    new: dict[str, tuple[str, ...]] = {}
    for line in lines:
        side = _SIDE.match(line)
        found = _FILE.match(side.group(2)) if side else None
        if side and found:
            (new if side.group(1) in "+>" else old)[found.group(4)] = found.groups()[:3]
    measures = []
    for path, mode in new.items():
        if path not in old:
            measures.append(measure("setuid_new", path, 1))
        elif old[path] != mode:
            measures.append(measure("setuid_mode", path, 1))
    return tuple(measures)


def read_mounts(lines: Iterable[str]) -> tuple[Measure, ...]:
    """mount_gone for each mount point that only the old side has, mount_readonly for each that lost its `rw`; of the types that stay."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    for line in lines:
        side = _SIDE.match(line)
        words = side.group(2).split() if side else []
        if side and len(words) >= 4 and words[1].startswith("/") and not _OF_A_BUILD.search(words[1]):
            if side.group(1) in "+>":
                new[words[1]] = words[3]
            elif _LASTING.fullmatch(words[2]):
                old[words[1]] = words[3]
    measures = []
    for mount, options in old.items():
        if mount not in new:
            measures.append(measure("mount_gone", mount, 1))
        elif "rw" in options.split(",") and "ro" in new[mount].split(","):
            measures.append(measure("mount_readonly", mount, 1))
    return tuple(measures)
