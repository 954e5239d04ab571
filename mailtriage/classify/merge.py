"""The tables of a base model and those of a site's own approvals, as if both had been learnt together.

Tables hold ranges, not mails, so this is as near as it gets: counts add up, ranges widen to both, and a line is always
there only if it was in both. What a site forgot on a contradiction is forgotten after merging (approvals.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailtriage.classify.approvals import ANY
from mailtriage.classify.gate import Gate, Line, Table, table_of
from mailtriage.classify.slots import Slot, both


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
        devices={
            mount: both(base.devices[mount], own.devices[mount]) if mount in base.devices and mount in own.devices else slot
            for mount, slot in sorted({**base.devices, **own.devices}.items())
        },
    )


def _line(base: Line | None, own: Line | None, n_own: int) -> Line:
    if base is None:
        assert own is not None
        # No mail of the base had it: it is not always there.
        return Line(own.n, own.least, own.most, own.slots, own.is_strict, own.indexes, own.index_sets, own.hosts, (ANY, ANY), own.twins)
    if own is None:
        lacked_by = (ANY, ANY) if n_own else base.lacked_by
        return Line(
            base.n, base.least, base.most, base.slots, base.is_strict, base.indexes, base.index_sets, base.hosts, lacked_by, base.twins
        )
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
    )


def _slot(base: Slot, own: Slot) -> Slot:
    # Distances that were counted from differently read dates cannot be put together.
    return own if base.order != own.order else both(base, own)
