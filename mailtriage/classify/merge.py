"""The tables of a base model and those of a site's own approvals, as if both had been learnt together.

Tables hold ranges, not mails, so this is as near as it gets: counts add up, ranges widen to both, and a line is always
there only if it was in both. What a site forgot on a contradiction is forgotten after merging (approvals.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mailtriage.classify.approvals import ANY
from mailtriage.classify.counts import Counted, group_of
from mailtriage.classify.gate import Gate, Line, Table, table_of
from mailtriage.classify.slots import Slot, both
from mailtriage.classify.sums import Sum

_Relation = TypeVar("_Relation", Counted, Sum)


def merged(base: Mapping[str, Any], own: Gate) -> Gate:
    """A gate that knows what the base's stored tables know, and what `own` does; neither is changed."""
    tables: dict[str, Any] = dict(base)
    for key, table in own.tables():
        tables[key] = _table(table_of(base[key]), table) if key in base else table
    return Gate({key: tables[key] for key in sorted(tables)})


def _table(base: Table, own: Table) -> Table:
    endings = {shape: base.endings.get(shape, 0) + own.endings.get(shape, 0) for shape in sorted({*base.endings, *own.endings})}
    return Table(
        n=base.n + own.n,
        fewest_lines=min(base.fewest_lines, own.fewest_lines),
        most_lines=max(base.most_lines, own.most_lines),
        fewest_rows=min(base.fewest_rows, own.fewest_rows),
        lines={shape: _line(base.lines.get(shape), own.lines.get(shape), own.n) for shape in sorted({*base.lines, *own.lines})},
        endings=endings,
        line_sets=base.line_sets | own.line_sets,
        hosts={**base.hosts, **own.hosts},
        named={name: _line(base.named.get(name), own.named.get(name), own.n) for name in sorted({*base.named, *own.named})},
        alike={like: min(least, base.alike[like]) for like, least in own.alike.items() if like in base.alike},
        rows=_rows(base, own),
        counted=_known_in_both(base.counted, own.counted, base, own),
        sums=_known_in_both(base.sums, own.sums, base, own),
        seen_sick=[*base.seen_sick, *own.seen_sick],
        devices={
            mount: both(base.devices[mount], own.devices[mount]) if mount in base.devices and mount in own.devices else slot
            for mount, slot in sorted({**base.devices, **own.devices}.items())
        },
    )


def _rows(base: Table, own: Table) -> dict[str, dict[str, int]]:
    """Rows that never came and went in either."""
    elsewhere = {group_of(shape) for shape in base.lines}
    return {
        group: {**base.rows.get(group, {}), **hosts} for group, hosts in own.rows.items() if group in base.rows or group not in elsewhere
    }


def _known_in_both(of_base: Iterable[_Relation], of_own: Iterable[_Relation], base: Table, own: Table) -> tuple[_Relation, ...]:
    """What counts rows or is a sum in one table, and in the other too or not at all there."""
    one, other = set(of_base), set(of_own)
    alone = {known for known in one - other if known[0] not in own.lines} | {known for known in other - one if known[0] not in base.lines}
    return tuple(sorted((one & other) | alone))


def _line(base: Line | None, own: Line | None, n_own: int) -> Line:
    if base is None:
        assert own is not None
        # No mail of the base had it: it is not always there.
        return replace(own, lacked_by=(ANY, ANY))
    if own is None:
        lacked_by = (ANY, ANY) if n_own else base.lacked_by
        return replace(base, lacked_by=lacked_by)
    slots = own.slots
    if [slot.type for slot in base.slots] == [slot.type for slot in own.slots]:
        slots = tuple(_slot(one, other) for one, other in zip(base.slots, own.slots, strict=True))
    sets = {
        place: base.index_sets[base.indexes.index(place)] & numbers
        if base.index_sets[base.indexes.index(place)] == numbers
        else frozenset[float]()
        for place, numbers in zip(own.indexes, own.index_sets, strict=True)
        if place in base.indexes
    }
    return Line(
        n=base.n + own.n,
        least=min(base.least, own.least),
        most=max(base.most, own.most),
        slots=slots,
        is_strict=base.is_strict or own.is_strict,
        indexes=tuple(sets),
        index_sets=tuple(sets.values()),
        hosts=tuple(sorted({*base.hosts, *own.hosts})) if base.hosts and own.hosts else (),
        lacked_by=(*base.lacked_by, *own.lacked_by)[:2],
        twins=tuple(pair for pair in own.twins if pair in base.twins),
        unlike=base.unlike if base.unlike == own.unlike else "",
    )


def _slot(base: Slot, own: Slot) -> Slot:
    # Distances that were counted from differently read dates cannot be put together, nor numbers read with another decimal mark.
    is_alike = base.order == own.order or (own.type != "d" and ("" in (base.order, own.order) or "," not in (base.order, own.order)))
    return both(base, own) if is_alike else own
