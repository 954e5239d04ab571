"""`item` and `summary` of a rule: plain text with `{names}`, nothing more of Python's format language."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

FROM_SECTION = frozenset({"line", "item"})
FROM_MEASURE = frozenset({"subject", "value", "unit"})
FROM_BASELINE = frozenset({"baseline", "growth"})  # a growth per day only for counters
FROM_TREND = frozenset({"days_left", "growth"})


def names_in(template: str) -> tuple[str, ...]:
    """The names a template uses; raises ValueError with what is wrong with it."""
    names = []
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is not a plain name")
        names.append(name)
    return tuple(names)


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its names replaced; a name without a value leaves nothing."""
    return "".join(text + (values.get(name, "") if name else "") for text, name, _, _ in Formatter().parse(template))


def number(value: float) -> str:
    """A measure's value as a person writes it: 97, 0.25, 12345678."""
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    return f"{value:.2f}".rstrip("0").rstrip(".") if 0.01 <= abs(value) < 1e15 else f"{value:g}"
