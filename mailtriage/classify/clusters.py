"""Clusters of undecided mail: what is held for the same unknown lines is asked about together.

An answer covers the shown mail and those whose numbers lie near it, also of hosts that name other things in the same lines.
Whatever lies apart is asked on its own: one sick mail among thirty healthy ones must not be approved with them. How often a
mail came approves nothing; it only sets the order.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailtriage.classify._near import Measured, Place, Profile, profile, row_forms, split_near, without_names
from mailtriage.classify.gate import MIN_APPROVALS, MIN_MAILS, Finding, Gate, Table
from mailtriage.classify.order import Asked, Doubt, in_order
from mailtriage.classify.reading import Reading, line_set
from mailtriage.classify.slots import out_of_slot

MOST_COVERED = 500  # mails that one answer labels; more teach nothing new
_MOST_PARTS = 6  # clusters made of one group of mails with the same unknown lines
_USUAL_SHARE = 0.8  # of the mails of a host with such lines that name the same things
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
    host: str  # as the gate knows it
    needs: dict[Doubt, int]
    signature: str
    measured: tuple[Measured, ...]
    profile: Profile
    missing: tuple[tuple[Doubt, ...], ...]  # beside `measured`
    lines: tuple[tuple[int, ...], ...]  # to show, beside `measured`


@dataclass(frozen=True, slots=True)
class _Part:
    """Mails that are asked about together, before it is said how."""

    typical: _Read
    unlike: _Read
    near: tuple[_Read, ...]  # the typical one among them
    left_out: tuple[Apart, ...]
    must_see: tuple[str, ...]
    forms: frozenset[str] = frozenset()  # of lines that name a thing each
    number: int = 0  # among those with the same unknown lines

    @property
    def signature(self) -> str:
        return self.typical.signature

    def needs(self, read: _Read) -> dict[Doubt, int]:
        """What its approval helps to know of one of its mails; of what lies apart from others with these lines only that."""
        return {("", "apart", f"{self.signature} {self.number}"): 1} if self.number else read.needs


def clusters(candidates: Iterable[Candidate], gate: Gate, n: int | None = None) -> tuple[Cluster, ...]:
    """The clusters of all that is not labelled, those that save most reading first; at most `n`.

    Labelled mails are not asked about again; those to be seen forbid the approval of what lies near them.
    """
    groups: dict[str, list[_Read]] = defaultdict(list)
    n_must_see: Counter[str] = Counter()  # labelled mails, by the key of their only undecided section
    for candidate in candidates:
        if not candidate.readings or any(reading.unread for reading in candidate.readings):
            continue
        read = _read(candidate, gate)
        groups[read.signature].append(read)
        if candidate.label in _MUST_SEE and len(candidate.readings) == 1:
            n_must_see[candidate.readings[0].key] += 1
    parts = _joined([part for signature in sorted(groups) for part in _parts(groups[signature])], groups)
    needs: dict[Doubt, int] = {}
    open_doubts: list[frozenset[Doubt]] = []
    found: list[Cluster] = []
    asked: list[Asked] = []
    for part in parts:
        for read in part.near:
            own = read.needs | part.needs(read)
            needs |= own
            open_doubts.append(frozenset(own))
        cluster, told = _cluster(part)
        found.append(cluster)
        asked.append(Asked(told=told, chance=_chance(cluster, gate, n_must_see), tie=cluster.id))
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
    shown: list[tuple[int, ...]] = []
    missing: list[tuple[Doubt, ...]] = []
    for reading in candidate.readings:
        own, lines = _doubts(reading, gate.table(reading.key), gate.judge(reading))
        needs.update(own)
        is_whole = any(doubt[1] in ("kind", "held") for doubt in own)
        compared = tuple(range(len(reading.lines))) if is_whole else lines
        measured.append((reading, compared))
        parts.append(_said(reading, compared, lines, own))
        shown.append(lines)
        missing.append(tuple(doubt for doubt in sorted(own) if doubt[1] == "missing"))
    return _Read(
        candidate, candidate.readings[0].host, needs, _hashed(parts), tuple(measured), profile(measured), tuple(missing), tuple(shown)
    )


def _said(reading: Reading, compared: Sequence[int], unknown: Sequence[int], doubts: Iterable[Doubt]) -> str:
    shapes = sorted({reading.lines[at].shape for at in compared})
    new = sorted({f"line:{reading.lines[at].shape}" for at in unknown})
    return "\t".join((reading.key, *(f"{what}:{of}" for _, what, of in sorted(doubts) if what != "line"), *new, *shapes))


def _hashed(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


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


def _parts(group: list[_Read]) -> list[_Part]:
    """Mails with the same unknown lines, each with those near it: first the near ones, then the rest."""
    rest = sorted(group, key=lambda read: read.candidate.name)
    found: list[_Part] = []
    while len(found) < _MOST_PARTS and any(not read.candidate.label for read in rest):
        split = split_near([read.profile for read in rest], [at for at, read in enumerate(rest) if not read.candidate.label])
        found.append(
            _Part(
                typical=rest[split.typical],
                unlike=rest[split.unlike],
                near=tuple(rest[at] for at in split.near if not rest[at].candidate.label),
                left_out=tuple(Apart(name=rest[at].candidate.name, why=why) for at, why in split.apart if not rest[at].candidate.label),
                must_see=tuple(rest[at].candidate.name for at in split.near if rest[at].candidate.label in _MUST_SEE),
                number=len(found),
            )
        )
        near = set(split.near)
        rest = [read for at, read in enumerate(rest) if at not in near]
    return found


def _joined(parts: Sequence[_Part], groups: Mapping[str, Sequence[_Read]]) -> list[_Part]:
    """The parts, those of several hosts made one where their lines differ in nothing but the names of things.

    Each mail is near the typical one of its own part, and these are near each other. Only what a host usually names is joined: the mail
    in which a name is missing stays by itself.
    """
    forms = _forms_by_key(groups)
    like = {signature: _like(group[0], forms) for signature, group in groups.items()}
    n_own = {signature: Counter(read.host for read in group) for signature, group in groups.items()}
    n_like: dict[str, Counter[str]] = defaultdict(Counter)
    for signature, hosts in n_own.items():
        n_like[like[signature]].update(hosts)
    alone: list[_Part] = []
    alike: dict[str, list[_Part]] = defaultdict(list)
    for part in parts:
        own, all_like = n_own[part.signature], n_like[like[part.signature]]
        is_usual = all(own[read.host] > 1 and own[read.host] >= _USUAL_SHARE * all_like[read.host] for read in part.near)
        if part.number or part.must_see or not is_usual:
            alone.append(part)
        else:
            alike[like[part.signature]].append(part)
    must_see: dict[str, list[_Read]] = defaultdict(list)
    for signature, group in groups.items():
        must_see[like[signature]] += (read for read in group if read.candidate.label in _MUST_SEE)
    for what, several in alike.items():
        alone += _near_parts(several, must_see[what], forms)
    return alone


def _near_parts(rest: list[_Part], must_see: Sequence[_Read], forms: Mapping[str, frozenset[str]]) -> list[_Part]:
    """Those near each other as one, unless a mail that is to be seen is near them too."""
    found: list[_Part] = []
    while len(rest) > 1:
        split = split_near([profile(_common(read, forms)) for read in (*(part.typical for part in rest), *must_see)], range(len(rest)))
        near = [rest[at] for at in split.near if at < len(rest)]
        if len(near) < len(split.near) or len(near) == 1:
            found += near
        else:
            first = rest[split.typical]
            found.append(
                replace(
                    first,
                    unlike=rest[split.unlike].typical,
                    near=tuple(read for part in near for read in part.near),
                    left_out=tuple(apart for part in near for apart in part.left_out),
                    forms=frozenset().union(*(forms[reading.key] for reading, _ in first.typical.measured)),
                )
            )
        rest = [part for at, part in enumerate(rest) if at not in split.near]
    return found + rest


def _forms_by_key(groups: Mapping[str, Sequence[_Read]]) -> Mapping[str, frozenset[str]]:
    readings: dict[str, list[Reading]] = defaultdict(list)
    for group in groups.values():
        for read in group:
            for reading in read.candidate.readings:
                readings[reading.key].append(reading)
    return {key: row_forms(mine) for key, mine in readings.items()}


def _like(read: _Read, forms: Mapping[str, frozenset[str]]) -> str:
    """What mails have in common whose lines differ in nothing but names."""
    return _hashed(
        _said(reading, compared, lines, [doubt for doubt in read.needs if doubt[0] == reading.key])
        for (reading, compared), lines in zip(_common(read, forms), read.lines, strict=True)
    )


def _common(read: _Read, forms: Mapping[str, frozenset[str]]) -> list[Measured]:
    return [(without_names(reading, forms[reading.key]), compared) for reading, compared in read.measured]


def _cluster(part: _Part) -> tuple[Cluster, Mapping[Doubt, int]]:
    """The question, and the approved mails it would give to each doubt."""
    kept = _few(part.near, part.typical, part.unlike)
    covers = (part.typical, *(read for read in kept if read is not part.typical))
    told = Counter(doubt for read in covers for doubt in part.needs(read))
    candidates = tuple(read.candidate for read in covers)
    at = max(range(len(part.typical.lines)), key=lambda at: (len(part.typical.lines[at]), part.typical.measured[at][0].section))
    cluster = Cluster(
        id=_id(part.signature, candidates),
        kind=part.typical.candidate.kind,
        section=part.typical.measured[at][0].section,
        typical=part.typical.candidate,
        unlike=part.unlike.candidate,
        covers=candidates,
        left_out=part.left_out,
        must_see=part.must_see,
        lines=_lines(part, covers),
    )
    return cluster, told


def _few(near: Sequence[_Read], *shown: _Read) -> Sequence[_Read]:
    """So many of them as one answer labels, from as many hosts as there are."""
    if len(near) <= MOST_COVERED:
        return near
    names = {read.candidate.name: hashlib.sha256(read.candidate.name.encode("utf-8", "surrogatepass")).hexdigest() for read in near}
    seen: Counter[str] = Counter()
    place: dict[str, tuple[int, str]] = {}
    for read in sorted(near, key=lambda read: names[read.candidate.name]):
        place[read.candidate.name] = (-1 if any(read is one for one in shown) else seen[read.host], names[read.candidate.name])
        seen[read.host] += 1
    return sorted(near, key=lambda read: place[read.candidate.name])[:MOST_COVERED]


def _lines(part: _Part, covers: Sequence[_Read]) -> tuple[NewLine, ...]:
    """What is not known yet, as both shown mails have it."""
    forms = part.forms
    covered = [
        profile([(without_names(reading, forms), compared) for reading, compared in read.measured]) if forms else read.profile
        for read in covers
    ]
    other: dict[tuple[str, str], str] = {}
    for (reading, _), lines in zip(part.unlike.measured, part.unlike.lines, strict=True):
        common = without_names(reading, forms)
        for at in lines:
            for line in (reading.lines[at], common.lines[at]):
                other.setdefault((reading.key, line.shape), reading.raw[at])
    found: dict[tuple[str, str, str], NewLine] = {}
    for (reading, _), lines, missing in zip(part.typical.measured, part.typical.lines, part.typical.missing, strict=True):
        common = without_names(reading, forms)
        for at in lines:
            line, form = reading.lines[at], common.lines[at].shape
            told = [place for place, value in enumerate(line.values) if value.type != "o"]  # the profile has no times of day
            why = "value" if (reading.key, "value", line.shape) in part.typical.needs else "new"
            found.setdefault(
                (reading.key, why, line.shape),
                NewLine(
                    section=reading.section,
                    shape=form,
                    why=why,
                    typical=reading.raw[at],
                    unlike=other.get((reading.key, line.shape)) or other.get((reading.key, form), ""),
                    ranges=tuple(_range(covered, (reading.key, form, place)) for place in told),
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
