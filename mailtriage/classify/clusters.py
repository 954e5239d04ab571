"""Clusters of undecided mail: what is held for the same unknown lines is asked about together.

An answer covers the shown mail and those whose numbers lie near it. Whatever lies apart is asked on its own: one sick mail
among thirty healthy ones must not be approved with them. How often a mail came approves nothing; it only sets the order.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailtriage.classify._near import Measured, Place, Profile, profile, split_near
from mailtriage.classify.gate import MIN_APPROVALS, MIN_MAILS, Finding, Gate, Table
from mailtriage.classify.order import Asked, Doubt, in_order
from mailtriage.classify.reading import Reading, line_set
from mailtriage.classify.slots import out_of_slot

MOST_COVERED = 500  # mails that one answer labels; more teach nothing new
_MOST_PARTS = 6  # clusters made of one group of mails with the same unknown lines
_MUST_SEE = ("digest", "event", "human")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A mail that neither rules nor the model decide, or one that is labelled already."""

    name: str  # path or id
    host: str
    kind: str
    readings: tuple[Reading, ...]  # of the sections that are undecided
    label: str = ""  # noise, digest, event, human; "" while nobody said


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line that is not known yet, as the two shown mails have it, and what the covered ones have in its places."""

    section: str
    shape: str
    why: str  # new, value, missing, held
    typical: str  # "" where it has none
    unlike: str
    ranges: tuple[tuple[float, float], ...]  # least and greatest number of each place, over the covered mails
    types: str  # the letter of each place (slots.py)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A mail that has the same unknown lines but is not covered, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Mails that one answer settles."""

    id: str
    kind: str
    section: str  # the one with most unknown lines
    typical: Candidate
    unlike: Candidate
    covers: tuple[Candidate, ...]  # the typical one first
    left_out: tuple[Apart, ...]
    must_see: tuple[str, ...]  # mails near it that are labelled as to be seen: no approval
    lines: tuple[NewLine, ...]
    doubts: frozenset[Doubt]  # what its approval helps to know; for mails apart from others with these lines only that
    rank: int = 0
    cost: float = 0.0  # reading it saves, in mails; one of whose four unknown lines one becomes known counts a quarter
    settles: int = 0  # mails with nothing unknown left after it and the answers ranked before it

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts whose mails it covers."""
        return tuple(sorted({candidate.host for candidate in self.covers if candidate.host}))


@dataclass(frozen=True, slots=True)
class _Read:
    """A candidate with what is unknown in it."""

    candidate: Candidate
    needs: dict[Doubt, int]  # approved mails that are missing
    signature: str
    profile: Profile
    asked: tuple[tuple[Reading, tuple[int, ...], tuple[Doubt, ...]], ...] = field(default=())  # lines to show, by section


def clusters(candidates: Iterable[Candidate], gate: Gate, n: int | None = None) -> tuple[Cluster, ...]:
    """The clusters of all that is not labelled, those that save most reading first; at most `n`.

    Labelled mails are not asked about again; those to be seen forbid the approval of what lies near them.
    """
    groups: dict[str, list[_Read]] = defaultdict(list)
    n_must_see: Counter[str] = Counter()  # labelled mails, by the key of their only undecided section
    needs: dict[Doubt, int] = {}
    open_doubts: list[frozenset[Doubt]] = []
    for candidate in candidates:
        if not candidate.readings or any(reading.unread for reading in candidate.readings):
            continue
        read = _read(candidate, gate)
        groups[read.signature].append(read)
        if candidate.label in _MUST_SEE and len(candidate.readings) == 1:
            n_must_see[candidate.readings[0].key] += 1
    found: list[Cluster] = []
    for signature in sorted(groups):
        for cluster, n_covered in _parts(signature, groups[signature]):
            found.append(cluster)
            own = groups[signature][0].needs | dict.fromkeys(cluster.doubts - groups[signature][0].needs.keys(), 1)
            needs |= own
            open_doubts += [frozenset(own)] * n_covered
    asked = [Asked(doubts=one.doubts, n_approved=len(one.covers), chance=_chance(one, gate, n_must_see), tie=one.id) for one in found]
    ranked = in_order(asked, open_doubts, needs, n)
    return tuple(
        replace(found[place.at], rank=rank, cost=round(place.gain, 2), settles=place.settles) for rank, place in enumerate(ranked, 1)
    )


def _chance(cluster: Cluster, gate: Gate, n_must_see: Counter[str]) -> float:
    """How likely an approval is: small where all that was ever said of such mails is that they are to be seen."""
    if cluster.must_see:
        return 0.0
    key = cluster.typical.readings[0].key
    if len(cluster.typical.readings) > 1 or gate.table(key) is not None:
        return 1.0
    return max(0.1, 1 / (1 + n_must_see[key]))


def _read(candidate: Candidate, gate: Gate) -> _Read:
    needs: dict[Doubt, int] = {}
    parts: list[str] = []
    measured: list[Measured] = []
    asked: list[tuple[Reading, tuple[int, ...], tuple[Doubt, ...]]] = []
    for reading in candidate.readings:
        table = gate.table(reading.key)
        finding = gate.judge(reading)
        own, lines = _doubts(reading, table, finding)
        needs.update(own)
        is_whole = any(doubt[1] in ("kind", "held") for doubt in own)
        compared = tuple(range(len(reading.lines))) if is_whole else lines
        measured.append((reading, compared))
        shapes = sorted({reading.lines[at].shape for at in compared})
        parts.append("\t".join((reading.key, *(f"{what}:{of}" for _, what, of in sorted(own)), *shapes)))
        asked.append((reading, lines, tuple(doubt for doubt in sorted(own) if doubt[1] == "missing")))
    signature = hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()
    return _Read(candidate, needs, signature, profile(measured), tuple(asked))


def _doubts(reading: Reading, table: Table | None, finding: Finding) -> tuple[dict[Doubt, int], tuple[int, ...]]:
    """What is unknown in a section, with the approved mails each needs, and the lines that are."""
    key = reading.key
    needs: dict[Doubt, int] = {}
    lines = set(finding.new)
    n_known = table.n if table else 0
    if n_known < MIN_MAILS and (table is None or line_set(reading) not in table.line_sets or finding.held_by):
        needs[key, "kind", ""] = MIN_MAILS - n_known
    for at in finding.new:
        shape = reading.lines[at].shape
        known = table.lines.get(shape) if table else None
        needs[key, "line", shape] = max(1, MIN_APPROVALS - (known.n if known else 0))
    if table is not None:
        for at in _odd(reading, table, finding):
            lines.add(at)
            needs[key, "value", reading.lines[at].shape] = 1
        counts = Counter(line.shape for line in reading.lines)
        missing = [shape for shape, least in table.always if counts[shape] < least]
        for shape in missing:
            needs[key, "missing", shape] = 1
        if finding.n_missing > len(missing):
            needs[key, "missing", ""] = 1
    if not needs:
        needs[key, "held", ""] = 1
    return needs, tuple(sorted(lines))


def _odd(reading: Reading, table: Table, finding: Finding) -> list[int]:
    """The known lines with numbers out of place."""
    found = []
    for at, line in enumerate(reading.lines):
        known = table.lines.get(line.shape)
        if known is None or at in finding.new:
            continue
        numbers = [reading.number(value, slot.order) for value, slot in zip(line.values, known.slots, strict=True)]
        is_strict = known.is_strict or table.n < MIN_MAILS
        if any(number is None or out_of_slot(slot, number, is_strict=is_strict) for slot, number in zip(known.slots, numbers, strict=True)):
            found.append(at)
    return found


def _parts(signature: str, group: list[_Read]) -> list[tuple[Cluster, int]]:
    """The clusters of mails with the same unknown lines, each with the mails near it: first the near ones, then the rest."""
    rest = sorted(group, key=lambda read: read.candidate.name)
    found: list[tuple[Cluster, int]] = []
    while len(found) < _MOST_PARTS and any(not read.candidate.label for read in rest):
        free = [at for at, read in enumerate(rest) if not read.candidate.label]
        split = split_near([read.profile for read in rest], free)
        covered = [at for at in split.near if not rest[at].candidate.label]
        kept = set(_few(covered, rest, split.typical, split.unlike))
        typical, unlike = rest[split.typical], rest[split.unlike]
        covers = tuple(rest[at].candidate for at in covered if at in kept and at != split.typical)
        cluster = Cluster(
            id=_id(signature, (typical.candidate, *covers)),
            kind=typical.candidate.kind,
            section=max(typical.asked, key=lambda entry: (len(entry[1]), entry[0].section))[0].section,
            typical=typical.candidate,
            unlike=unlike.candidate,
            covers=(typical.candidate, *covers),
            left_out=tuple(Apart(name=rest[at].candidate.name, why=why) for at, why in split.apart if not rest[at].candidate.label),
            must_see=tuple(rest[at].candidate.name for at in split.near if rest[at].candidate.label in _MUST_SEE),
            lines=_lines(typical, unlike, [rest[at].profile for at in covered if at in kept]),
            doubts=frozenset({("", "apart", f"{signature} {len(found)}")} if found else typical.needs),
        )
        found.append((cluster, len(covered)))
        near = set(split.near)
        rest = [read for at, read in enumerate(rest) if at not in near]
    return found


def _few(covered: Sequence[int], rest: Sequence[_Read], *shown: int) -> Sequence[int]:
    """So many of them as one answer labels, from as many hosts as there are."""
    if len(covered) <= MOST_COVERED:
        return covered
    names = {at: hashlib.sha256(rest[at].candidate.name.encode("utf-8", "surrogatepass")).hexdigest() for at in covered}
    seen: Counter[str] = Counter()
    place: dict[int, tuple[int, str]] = {}
    for at in sorted(covered, key=names.__getitem__):
        host = rest[at].candidate.host
        place[at] = (-1 if at in shown else seen[host], names[at])
        seen[host] += 1
    return sorted(covered, key=place.__getitem__)[:MOST_COVERED]


def _lines(typical: _Read, unlike: _Read, covered: Sequence[Profile]) -> tuple[NewLine, ...]:
    """What is not known yet, as both shown mails have it."""
    other: dict[tuple[str, str], str] = {}
    for reading, lines, _ in unlike.asked:
        for at in lines:
            other.setdefault((reading.key, reading.lines[at].shape), reading.raw[at])
    found: dict[tuple[str, str, str], NewLine] = {}
    for reading, lines, missing in typical.asked:
        for at in lines:
            line = reading.lines[at]
            told = [place for place, value in enumerate(line.values) if value.type != "o"]  # the profile has no times of day
            why = "value" if (reading.key, "value", line.shape) in typical.needs else "new"
            found.setdefault(
                (reading.key, why, line.shape),
                NewLine(
                    section=reading.section,
                    shape=line.shape,
                    why=why,
                    typical=reading.raw[at],
                    unlike=other.get((reading.key, line.shape), ""),
                    ranges=tuple(_range(covered, (reading.key, line.shape, place)) for place in told),
                    types="".join(line.values[place].type for place in told),
                ),
            )
        for key, _, shape in missing:
            found[key, "missing", shape] = NewLine(
                section=reading.section, shape=shape, why="missing", typical="", unlike="", ranges=(), types=""
            )
    return tuple(found.values())


def _range(covered: Sequence[Profile], place: Place) -> tuple[float, float]:
    spans = [one[place] for one in covered if place in one]
    return (min(span.low for span in spans), max(span.high for span in spans)) if spans else (0.0, 0.0)


def _id(signature: str, covered: Sequence[Candidate]) -> str:
    names = "\n".join((signature, *sorted(candidate.name for candidate in covered)))
    return hashlib.sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:10]
