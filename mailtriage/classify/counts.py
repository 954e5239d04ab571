"""How often lines stand in a mail: rows of one table, numbers that count them, lines that never stood there twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import Reading

CONSTANT_FROM = 5  # mails that had a line equally often before once more is news
_UNLIKE_FROM = 8  # mails with several of a line before two that are the same are news
_COUNTED_FROM = 5  # mails in which a number was that of the rows
_MOST_GROUPS = 50

Counted = tuple[str, int, str]  # a line's shape, which of its numbers, and the rows that it counts


@lru_cache(maxsize=50_000)
def group_of(shape: str) -> str:
    """What rows of one table have in common: the two words behind the first that is not masked, "" if there are none."""
    words = shape.split(" ")
    first = next((at for at, word in enumerate(words) if "‹" not in word and word), len(words))
    return " ".join(words[first + 1 : first + 3]) if first + 2 < len(words) else ""


def group_counts(lines: Iterable[MaskedLine]) -> Counter[str]:
    """The lines of each group."""
    return Counter(group_of(line.shape) for line in lines)


def rows_of(readings: Sequence[Reading], counts: Sequence[Counter[str]]) -> dict[str, dict[str, int]]:
    """By group, then by host, the rows that each host shows, of groups whose rows never come and go on a host."""
    by_host: dict[str, list[Counter[str]]] = defaultdict(list)
    for reading, count in zip(readings, counts, strict=True):
        if reading.host:
            by_host[reading.host].append(count)
    if not any(len(mine) > 1 for mine in by_host.values()):
        return {}
    groups = sorted({group for count in counts for group, n in count.items() if group and n > 1})
    steady = [group for group in groups if all(len({count[group] for count in mine}) == 1 for mine in by_host.values())]
    return {group: {host: by_host[host][0][group] for host in sorted(by_host)} for group in steady[:_MOST_GROUPS]}


def counted_by(readings: Sequence[Reading], counts: Sequence[Counter[str]]) -> tuple[Counted, ...]:
    """The numbers that were in every mail how many rows it had, in mails with different numbers of rows."""
    possible: dict[tuple[str, int], set[str]] = {}
    different: dict[tuple[str, int], set[float]] = defaultdict(set)
    n_mails: Counter[tuple[str, int]] = Counter()
    for reading, count in zip(readings, counts, strict=True):
        by_size: dict[float, set[str]] = defaultdict(set)
        for group, n in count.items():
            if group and n > 1:
                by_size[n].add(group)
        for line in reading.lines:
            for place, value in enumerate(line.values):
                at = line.shape, place
                if value.type == "n" and (at not in possible or possible[at]):
                    possible[at] = possible[at] & by_size[value.number] if at in possible else set(by_size[value.number])
                    different[at].add(value.number)
                    n_mails[at] += 1
    return tuple(
        (*at, min(groups)) for at, groups in sorted(possible.items()) if groups and len(different[at]) > 1 and n_mails[at] >= _COUNTED_FROM
    )[:_MOST_GROUPS]


def too_few_rows(lines: Sequence[MaskedLine], host: str, rows: Mapping[str, Mapping[str, int]], counted: Sequence[Counted]) -> str:
    """Why rows are missing, "" if none are: fewer than this host always shows, or than the mail itself says."""
    counts = group_counts(lines)
    for group, known in rows.items():
        if counts[group] < known.get(host, 0):
            return f"missing: a row with “{group}”, {counts[group]} instead of the {known[host]} of this host"
    if counted:
        values = {line.shape: line.values for line in lines}
        for shape, place, group in counted:
            if shape in values and values[shape][place].number != counts[group]:
                return f"the mail counts {values[shape][place].number:g} rows with “{group}” and has {counts[group]}"
    return ""


def unlike_of(by_mail: Sequence[Sequence[MaskedLine]]) -> str:
    """What no two lines of one shape in one mail ever shared, "" if nothing: their `name`, or the whole `line`."""
    several = [lines for lines in by_mail if len(lines) > 1]
    if len(several) >= CONSTANT_FROM and all(
        len({line.name for line in lines}) == len(lines) and all(line.name != line.shape for line in lines) for lines in several
    ):
        return "name"
    is_unlike = len(several) >= _UNLIKE_FROM and all(len({line.values for line in lines}) == len(lines) for lines in several)
    return "line" if is_unlike else ""


def same_twice(unlike: str, lines: Sequence[MaskedLine]) -> bool:
    """Whether two of these lines of one shape share what none did; `masked` gives one object for one text."""
    if unlike == "name":
        return len({line.name for line in lines}) < len(lines)
    return unlike == "line" and len(set(map(id, lines))) < len(lines)
