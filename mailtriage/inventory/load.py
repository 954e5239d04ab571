"""Inventory and policy as the configuration names them. What cannot be read leaves the old in force, and is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailtriage.errors import InventoryError
from mailtriage.inventory.ansible import read_ansible
from mailtriage.inventory.file import read_file
from mailtriage.inventory.hosts import EMPTY, Inventory, Source
from mailtriage.inventory.policy import Policy, weighed
from mailtriage.inventory.policy_file import SHIPPED, read_policy
from mailtriage.types import Change, ChangeType, Entry, Event, OpenEvent, Outcome


def load_inventory(file: str, ansible: Sequence[str] = (), old: Inventory = EMPTY) -> tuple[Inventory, tuple[str, ...]]:
    """The inventory of these paths ("": none), and what is wrong with it, one text each; never raises.

    A source that cannot be read is taken from `old`, where it was readable, and the others are read anew. The own file is the strongest.
    """
    kept = {source.path: source for source in old.sources}
    sources: list[Source] = []
    notes: list[str] = []
    wanted: list[tuple[str, Callable[[Path], Source]]] = [(path, read_ansible) for path in ansible]
    wanted += [(file, read_file)] if file else []
    for path, read in wanted:
        try:
            source = read(Path(path))
        except (InventoryError, OSError) as error:
            in_force = "what was read of it before stays in force" if path in kept else "nothing of it is in force"
            notes.append(f"inventory {path}: {in_force}: {_in_a_line(error)}")
            if path in kept:
                sources.append(kept[path])
            continue
        notes += [f"inventory: {note}" for note in source.notes]
        sources.append(source)
    return Inventory(sources), tuple(notes)


def load_policy(path: str, old: Policy | None = None) -> tuple[Policy, tuple[str, ...]]:
    """The policy in this file ("": the shipped one), and what is wrong with it; never raises.

    A file that is wrong leaves `old` in force, else the shipped one.
    """
    if not path:
        return read_policy(SHIPPED), ()
    try:
        return read_policy(Path(path)), ()
    except (InventoryError, OSError) as error:
        in_force = old or read_policy(SHIPPED)
        return in_force, (f"policy {path}: {in_force.path} as it was read before stays in force: {_in_a_line(error)}",)


def _in_a_line(error: Exception) -> str:
    """Problems and remedy, which stand on lines of their own, for a log or a digest."""
    return "; ".join(line.strip() for line in str(error).splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Inventory and policy in force, asked together; `notes` say what is wrong with them."""

    inventory: Inventory = EMPTY
    policy: Policy = field(default_factory=Policy)
    notes: tuple[str, ...] = ()

    def weighed(self, outcome: Outcome) -> Outcome:
        """The outcome with the severities the policy gives."""
        return weighed(outcome, self.policy, self.inventory)

    def opened(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """The same for events the clock opens; what repeats or ends stays as it is."""
        return tuple(self._opened(change) if change.type is ChangeType.OPENED else change for change in changes)

    def _opened(self, change: Change) -> Change:
        event = change.event
        severity = self.policy.severity(event, self.inventory.attributes_of(event.host))
        return change if severity is event.severity else replace(change, event=replace(event, severity=severity))

    def of(self, one: Event | OpenEvent | Entry) -> float:
        """How far up it stands in the digest among those of its severity; 1 where the policy says nothing."""
        return self.policy.weight(one, self.inventory.attributes_of(one.host))


def load_weights(file: str, ansible: Sequence[str], policy: str, old: Weights | None = None) -> Weights:
    """Inventory and policy of these paths ("": none, the shipped one); what cannot be read stays as it is in `old`. Never raises."""
    inventory, wrong = load_inventory(file, ansible, old.inventory if old else EMPTY)
    table, also_wrong = load_policy(policy, old.policy if old else None)
    return Weights(inventory=inventory, policy=table, notes=(*wrong, *also_wrong))
