"""`make docs`: the pages that are made from the program, so that they cannot drift from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailtriage.baseline import CAPACITIES, COUNTERS, LEVELS
from mailtriage.recognise import Recogniser, kinds, measures
from mailtriage.recognise import name as name_of
from mailtriage.rulebook import Rulebook, load
from mailtriage.service.setup import reference
from mailtriage.shipped import shipped
from mailtriage.types import Recovery

_RECOVERIES = {
    Recovery.NONE: "feeds no check",
    Recovery.STATE: "the next complete report that shows the section without the fault closes it",
    Recovery.ONE_SHOT: "a diff: closed by acknowledgement or after seven days, never by a quiet report",
    Recovery.PER_DAY: "judged anew each day",
    Recovery.EXPLICIT: "the sender says with the same key that it is over",
    Recovery.SILENCE: "the sender never says that it is over: closed after two of its periods without a repeat",
}


def pages() -> dict[str, str]:
    """Every generated page, by its file name below `docs`."""
    return {"config.md": reference(), "kinds.md": kinds_page(load(shipped("rules"))), "measures.md": measures_page()}


def kinds_page(rulebook: Rulebook) -> str:
    """docs/kinds.md: each kind, who sends it, how it is recognised, its sections with check, measures and recovery."""
    found = sorted(kinds(), key=name_of)
    parts = [
        "# Kinds of mail\n\nMade by `make docs` from the recognisers and the shipped rules. "
        f"{len(found)} kinds; what none of them claims is `unknown` and is shown.\n"
        "\n## How a problem ends\n\n| class | closes |\n| --- | --- |\n"
    ]
    parts += [f"| {recovery.value} | {text} |\n" for recovery, text in _RECOVERIES.items()]
    parts += [_kind(kind, rulebook) for kind in found]
    return "".join(parts)


def _kind(kind: Recogniser, rulebook: Rulebook) -> str:
    sender, claimed = _paragraph(kind.__doc__ or ""), _paragraph(kind.claims.__doc__ or "")
    claimed = f"Recognised if {claimed.removeprefix('True if ')}" if claimed.startswith("True if ") else "Everything else."
    rules = [rule for rule in rulebook.rules if rule.is_for(name_of(kind))]
    counts = ", ".join(f"{sum(rule.action == action for rule in rules)} {action}" for action in ("event", "digest", "drop"))
    files = sorted({rule.id.partition("/")[0] for rule in rules})
    where = " (" + ", ".join(f"`{name}.toml`" for name in files) + ")" if files else ""
    rows = "".join(
        f"| `{one.name}` | {_cell(one.about)} | {f'`{one.check or one.name}`' if one.recovery is not Recovery.NONE else '-'} "
        f"| {', '.join(f'`{each}`' for each in one.measures) or '-'} | {one.recovery.value} |\n"
        for one in kind.SECTIONS
    )
    return (
        f"\n## {name_of(kind)}\n\n{sender}\n\n{claimed}\nRules: {counts}{where}.\n\n"
        f"| section | is | check | measures | ends |\n| --- | --- | --- | --- | --- |\n{rows}"
    )


def measures_page() -> str:
    """docs/measures.md: every measure with unit, meaning and the sections that carry it."""
    carriers: dict[str, list[str]] = {}
    for kind in sorted(kinds(), key=name_of):
        for one in kind.SECTIONS:
            for each in one.measures:
                carriers.setdefault(each, []).append(f"`{name_of(kind)}/{one.name}`")
    rows = "".join(
        f"| `{name}` | {unit or '-'} | {_cell(text)} | {_course(name)} | {', '.join(carriers.get(name, ())) or '-'} |\n"
        for name, (unit, text) in sorted(measures().items())
    )
    return (
        "# Measures\n\nMade by `make docs`: every number that is read from a mail, with its unit. What stands in square brackets is the\n"
        'subject, what the number belongs to. Rules ask for them by name: `measure = { name = "fs_used", above = 95 }`.\n\n'
        "Of those that have a course, the past is kept for each host ([rules](rules.md), The past of a host): a `level` goes up\n"
        "and down, a `capacity` is a level that can be full, a `counter` only grows until it starts anew.\n\n"
        f"| name | unit | is | course | read from |\n| --- | --- | --- | --- | --- |\n{rows}"
    )


def _course(name: str) -> str:
    kinds_of_course = (("capacity", CAPACITIES), ("counter", COUNTERS), ("level", LEVELS))
    return next((course for course, names in kinds_of_course if name in names), "-")


def _paragraph(text: str) -> str:
    """The whole of a docstring, its lines joined within paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _write(folder: Path) -> Iterator[str]:
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield name


if __name__ == "__main__":
    for written in _write(Path("docs")):
        print(f"written: docs/{written}")
