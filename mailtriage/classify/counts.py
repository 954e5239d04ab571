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
FROM_END = "… "  # begins a group of lines that end alike

Counted = tuple[str, int, str]  # a line's shape, which of its numbers, and the rows that it counts


@lru_cache(maxsize=50_000)
def group_of(shape: str) -> str:
    """What rows of one table have in common: the two words behind the first that is not masked, "" if there are none."""
    words = shape.split(" ")
    first = next((at for at, word in enumerate(words) if "‹" not in word and word), len(words))
    return " ".join(words[first + 1 : first + 3]) if first + 2 < len(words) else ""


@lru_cache(maxsize=50_000)
def groups_of(shape: str) -> tuple[str, ...]:
    """All groups in which a line may be a row: that of `group_of`, by its last words, and by its first ones where a number leads.

    Names are of many words or stand behind a word all rows share: `dumping shop ... ok`, `120 MB /home/ann`.
    """
    words = shape.split(" ")
    groups = [group_of(shape), FROM_END + " ".join(words[max(1, len(words) - 2) :]) if len(words) > 1 else ""]
    if words[0] in ("‹n›", "‹s›") and len(words) > 2:
        groups.append(" ".join(words[:2]) + " …")
    return tuple(group for group in groups if group)


def group_counts(lines: Iterable[MaskedLine]) -> Counter[str]:
    """The lines of each group."""
    found: Counter[str] = Counter()
    for shape, n in Counter(line.shape for line in lines).items():
        for group in groups_of(shape):
            found[group] += n
    return found


def rows_of(readings: Sequence[Reading], counts: Sequence[Counter[str]]) -> dict[str, dict[str, int]]:
    """By group, then by host, the rows that each host shows, of groups whose rows never come and go on a host."""
    by_host: dict[str, list[Counter[str]]] = defaultdict(list)
    for reading, count in zip(readings, counts, strict=True):
        if reading.host:
            by_host[reading.host].append(count)
    if not any(len(mine) > 1 for mine in by_host.values()):
        return {}
    groups = sorted({group for count in counts for group, n in count.items() if n > 1 and "…" not in (group[0], group[-1])})
    steady = [group for group in groups if all(len({count[group] for count in mine}) == 1 for mine in by_host.values())]
    return {group: {host: by_host[host][0][group] for host in sorted(by_host)} for group in steady[:_MOST_GROUPS]}


def counted_by(readings: Sequence[Reading], counts: Sequence[Counter[str]]) -> tuple[Counted, ...]:
    """The numbers that were in every mail how many rows it had, in mails with different numbers of rows."""
    possible: dict[tuple[str, int], set[str]] = {}
    for reading, count in zip(readings, counts, strict=True):
        by_size: dict[float, set[str]] = defaultdict(set)
        for group, n in count.items():
            if n > 1:
                by_size[n].add(group)
        for line, n_alike in _numbered(reading):
            for place, value in enumerate(line.values):
                at = line.shape, place
                if value.type == "n" and value.number > 1 and (at not in possible or possible[at]):
                    own = {group for group in groups_of(line.shape) if _n_rows(count, group, line.shape, n_alike) == value.number}
                    fit = by_size[value.number].difference(groups_of(line.shape)) | own
                    possible[at] = possible[at] & fit if at in possible else fit
    different: dict[tuple[str, int], set[float]] = defaultdict(set)
    n_mails: Counter[tuple[str, int]] = Counter()
    by_shape = defaultdict(list)
    for shape, place in (at for at, groups in possible.items() if groups):
        by_shape[shape].append(place)
    for reading, count in zip(readings, counts, strict=True) if by_shape else ():
        for line, n_alike in _numbered(reading):
            for place in by_shape.get(line.shape, ()):
                at, number = (line.shape, place), line.values[place].number
                possible[at] = {group for group in possible[at] if _n_rows(count, group, line.shape, n_alike) == number}
                different[at].add(number)
                n_mails[at] += 1
    return tuple(
        (*at, min(groups)) for at, groups in sorted(possible.items()) if groups and len(different[at]) > 1 and n_mails[at] >= _COUNTED_FROM
    )[:_MOST_GROUPS]


def _numbered(reading: Reading) -> list[tuple[MaskedLine, int]]:
    """The lines with values, and how many of their shape there are."""
    shapes = Counter(line.shape for line in reading.lines)
    return [(line, shapes[line.shape]) for line in reading.lines if line.values]


def _n_rows(count: Counter[str], group: str, shape: str, n_alike: int) -> int:
    """The rows that a line of this shape may count: not itself, where it is the only one of its shape."""
    return count[group] - (n_alike == 1 and group in groups_of(shape))


def too_few_rows(lines: Sequence[MaskedLine], host: str, rows: Mapping[str, Mapping[str, int]], counted: Sequence[Counted]) -> str:
    """Why rows are missing, "" if none are: fewer than this host always shows, or than the mail itself says."""
    counts = group_counts(lines)
    for group, known in rows.items():
        if counts[group] < known.get(host, 0):
            return f"missing: a row with “{group}”, {counts[group]} instead of the {known[host]} of this host"
    if counted:
        values = {line.shape: line.values for line in lines}
        shapes = Counter(line.shape for line in lines)
        for shape, place, group in counted:
            if shape in values and values[shape][place].number != (n := _n_rows(counts, group, shape, shapes[shape])):
                return f"the mail counts {values[shape][place].number:g} rows with “{group}” and has {n}"
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
