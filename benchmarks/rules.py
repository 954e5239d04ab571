"""What 10,000 rules cost against 10: CPU time of `Rulebook.rule_on` on the sections of a fleet, in interleaved pairs.

Run: python -m benchmarks.rules [pairs]. Every pair takes a new day of the fleet, so that numbers change as they do in life
and lines that stay the same are met again. `fresh` lines never repeat: what the memory of earlier lines does not help.
Goals: normal patterns at most 1.3, hard ones at most 2.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

from benchmarks.figures import Figure, table
from mailtriage.errors import Place
from mailtriage.rulebook import Action, Rule, Rulebook
from mailtriage.rulebook.floor import entries_in
from mailtriage.types import Section

KIND = "freebsd_daily"
TODAY = date(2026, 11, 22)
_WORDS = ("pool", "scrub", "backup", "login", "kernel", "mirror", "vdev", "packet", "job", "queue", "lease", "update", "vacuum", "snapshot")
_SECTIONS = ("zfs_pools", "disk_status", "network", "system_status", "local", "kernel_messages", "login_failures", "mailq_local")


def base_rules() -> tuple[Rule, ...]:
    """The ten rules a small site has: they explain the quiet lines of the fleet."""
    return tuple(
        _rule(number, section, pattern)
        for number, (section, pattern) in enumerate(
            (
                ("zfs_pools", r"^all pools are healthy$"),
                ("disk_status", r"^Filesystem +Size +Used +Avail Capacity +Mounted on$"),
                ("disk_status", r"^/dev/\S+ +\S+ +\S+ +\S+ +[1-7]?\d% +/\S*$"),
                ("network", r"^Name +Mtu +Network +Address"),
                ("network", r"^ix\d +\d+ +\S+ +\S+ +\d+ +0 +0 +\d+ +0 +0$"),
                ("system_status", r"^ *\d+:\d\d[AP]M +up .* load averages: [0-3]\.\d\d"),
                ("login_failures", r"sshd\[\d+\]: Invalid user \S+ from (?P<address>[0-9.]+)"),
                ("kernel_messages", r"^\+(?P<device>ix\d): link state changed to UP$"),
                ("mailq_local", r"^Mail queue is empty$"),
                ("local", r"^job \S+ finished in \d+ s$"),
            )
        )
    )


def normal_rules(n: int) -> tuple[Rule, ...]:
    """Rules as people write them: words that stand for themselves, numbers and names between them."""
    choice = random.Random(1)
    rules = []
    for number in range(n):
        first, second, third = choice.sample(_WORDS, 3)
        rules.append(_rule(100 + number, choice.choice(_SECTIONS), rf"^{first}{number} {second} \d+ {third} (?P<name>\S+)$"))
    return tuple(rules)


def hard_rules(n: int) -> tuple[Rule, ...]:
    """Rules that make automata large: gaps, counted repeats, and the only sure word late in the line."""
    choice = random.Random(2)
    rules = []
    for number in range(n):
        first, second = choice.sample(_WORDS, 2)
        pattern = rf"^\S+ .*[a-f0-9]{{2,{number % 7 + 3}}}.{{0,20}} \d{{1,5}} .*{first}-{number}\b.*{second}.*$"
        rules.append(_rule(100 + number, choice.choice(_SECTIONS), pattern))
    return tuple(rules)


def bare_rules(n: int) -> tuple[Rule, ...]:
    """Rules without any word: only their form can be looked at."""
    choice = random.Random(3)
    rules = []
    for number in range(n):
        low, high, digits, tail = number % 7 + 1, number % 11 + 8, number % 5 + 1, number % 97 + 1
        pattern = rf"^[a-z]{{{low},{high}}}\s+\d{{1,{digits}}}\s+[a-f0-9]{{{number % 13 + 1}}}[x-z]{{{tail}}}$"
        rules.append(_rule(100 + number, choice.choice(_SECTIONS), pattern))
    return tuple(rules)


def _rule(number: int, section: str, pattern: str) -> Rule:
    place = Place("bench.toml")
    return Rule(id=f"{KIND}/{number}", kind=KIND, section=section, action=Action.DROP, lines=(pattern,), reason="bench", place=place)


def fleet_day(day: int, n_hosts: int, *, is_fresh: bool = False) -> tuple[Section, ...]:
    """The sections of one day's reports; with `is_fresh` no line ever stood in another report."""
    choice = random.Random(1000 + day)
    found: list[Section] = []
    for host in range(n_hosts):
        steady = random.Random(host)
        disks = [
            f"/dev/ada{disk}p2 {steady.randrange(20, 900)}G {steady.randrange(20)}G 400G {steady.randrange(1, 80)}% /disk{disk}"
            for disk in range(6)
        ]
        disks[0] = f"/dev/ada0p2 484G {20 + day % 9}G 425G {5 + day % 3}% /"
        traffic = [
            f"ix{card} 1500 <Link#1> 02:00:00:00:00:{card:02x} {choice.randrange(10**9)} 0 0 {choice.randrange(10**9)} 0 0"
            for card in (0, 1)
        ]
        login = [
            f"Nov {day % 28} 03:01 host{host} sshd[{choice.randrange(99999)}]: Invalid user x from 192.0.2.{choice.randrange(256)}"
            for _ in range(8)
        ]
        jobs = [f"job {choice.choice(_WORDS)} finished in {choice.randrange(99)} s" for _ in range(4)]
        report = {
            "zfs_pools": ["all pools are healthy"],
            "disk_status": ["Filesystem  Size Used Avail Capacity Mounted on", *disks],
            "network": ["Name  Mtu Network Address Ipkts Ierrs Idrop Opkts Oerrs Coll", *traffic],
            "system_status": [
                f" 3:0{choice.randrange(9)}AM  up {day} days, 3:14, 0 users, load averages: 0.{choice.randrange(10, 99)}, 0.10, 0.09"
            ],
            "login_failures": login,
            "kernel_messages": ["+ix0: link state changed to UP"],
            "mailq_local": ["Mail queue is empty"],
            "local": jobs,
        }
        mark = f" {day}.{host}" if is_fresh else ""
        found += [Section(name=name, lines=tuple(line + mark for line in lines)) for name, lines in report.items()]
    return tuple(found)


def cost(rulebook: Rulebook, sections: Sequence[Section]) -> float:
    """CPU seconds to rule on all sections."""
    start = time.process_time()
    for section in sections:
        rulebook.rule_on(KIND, "host", section, lambda name, subject, within=None: None)
    return time.process_time() - start


def ratios(many: Rulebook, few: Rulebook, n_pairs: int, n_hosts: int, *, is_fresh: bool = False) -> list[float]:
    """What `many` costs against `few` on the same day, day by day, in turns; the first day warms both up."""
    found = []
    for day in range(n_pairs + 1):
        sections = fleet_day(day, n_hosts, is_fresh=is_fresh)
        for section in sections:
            for line in section.lines:
                entries_in(line)  # the floor costs both the same and remembers its lines: left out of both
        pair = {id(book): cost(book, sections) for book in ((few, many) if day % 2 else (many, few))}
        found.append(pair[id(many)] / pair[id(few)])
    return found[1:]


def figures(n_pairs: int) -> tuple[Figure, ...]:
    """What 9,990 rules more cost, for each sort of rules and of lines."""
    sorts: tuple[tuple[str, Callable[[int], tuple[Rule, ...]], float | None], ...] = (
        ("normal", normal_rules, 1.3),
        ("hard", hard_rules, 2.0),
        ("no literal", bare_rules, None),
    )
    found = []
    for name, make, goal in sorts:
        for is_fresh in (False, True):
            few, many = Rulebook(base_rules(), today=TODAY), Rulebook((*base_rules(), *make(9_990)), today=TODAY)
            lines = "fresh" if is_fresh else "fleet"
            built_s = cost(many, fleet_day(0, 1))
            values = ratios(many, few, n_pairs, 25, is_fresh=is_fresh)
            each_us = cost(many, fleet_day(99, 25, is_fresh=is_fresh)) / 25 / 8 * 1e6
            print(f"  {name} rules, {lines} lines: {each_us:.0f} us a section, built in {built_s:.2f} s", flush=True)
            found.append(Figure(what=f"rules alone, 10,000 {name} / 10, {lines} lines", values=tuple(values), at_most=goal))
    return tuple(found)


if __name__ == "__main__":
    print(table(figures(int(sys.argv[1]) if len(sys.argv) > 1 else 7)))
