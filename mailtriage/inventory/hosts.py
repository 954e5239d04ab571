"""The inventory: what all sources together say of a host, asked for by the name its mail gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from mailtriage.inventory.attributes import Attributes

_REMEMBERED = 1 << 15  # hosts; names in mails may be anything
_GLOB = frozenset("*?[|")
# What a source says: any of the fields of Attributes, as `attributes.read` gives them.
Values = Mapping[str, Any]
_NOTHING: Values = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one source says of one host, or of all whose names a glob fits."""

    name: str  # lower case; globs are joined by |
    values: Values = field(default_factory=dict)

    @property
    def is_glob(self) -> bool:
        """Whether it may speak of more than one host."""
        return not _GLOB.isdisjoint(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything one file or folder says."""

    path: str
    entries: tuple[Entry, ...] = ()
    groups: Mapping[str, Values] = field(default_factory=dict)  # what holds for a group's hosts that say nothing themselves
    notes: tuple[str, ...] = ()  # what was left out, and why

    @property
    def n_hosts(self) -> int:
        """How many hosts it names."""
        return len({entry.name for entry in self.entries if not entry.is_glob})


class Inventory:
    """All sources, weakest first: a later one overrides an earlier one key by key, and adds to its groups and aliases."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self.sources = tuple(sources)
        self._full = _full_names(self.sources)
        self._exact: dict[str, list[Values]] = {}
        self._globs = [entry for source in self.sources for entry in source.entries if entry.is_glob]
        self._groups: dict[str, dict[str, Any]] = {}
        for source in self.sources:
            for entry in source.entries:
                if not entry.is_glob:
                    self._exact.setdefault(self._full.get(entry.name, entry.name), []).append(entry.values)
            for group, values in source.groups.items():
                self._groups.setdefault(group, {}).update(values)
        self._aliases = self._read_aliases()
        self._by_label: dict[str, set[str]] = {}
        for name in (*self._exact, *self._aliases):
            self._by_label.setdefault(name.partition(".")[0], set()).add(self._aliases.get(name, name))
        self.attributes_of = lru_cache(maxsize=_REMEMBERED)(self._attributes_of)

    def _read_aliases(self) -> dict[str, str]:
        """Each alias and whose it is; an own name is stronger, and what two hosts claim is nobody's (`localhost`)."""
        owners: dict[str, set[str]] = {}
        for name, layers in self._exact.items():
            for values in layers:
                for alias in values.get("aliases", ()):
                    owners.setdefault(alias, set()).add(name)
        return {alias: next(iter(of)) for alias, of in owners.items() if len(of) == 1 and alias not in self._exact} | self._full

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of all hosts that a source names, sorted."""
        return tuple(sorted(self._exact))

    @property
    def groups(self) -> frozenset[str]:
        """Every group that some host may be in."""
        named = {group for layers in self._exact.values() for values in layers for group in values.get("groups", ())}
        return frozenset(named.union(*(entry.values.get("groups", ()) for entry in self._globs)))

    def candidates(self, host: str) -> tuple[str, ...]:
        """The hosts a name may mean, sorted: one if it is known, none if not, several if it is ambiguous."""
        name = host.lower().rstrip(".")
        if name in self._exact:
            return (name,)
        if name in self._aliases:
            return (self._aliases[name],)
        label, dot, _ = name.partition(".")
        if not label or label.isdigit():  # an address
            return ()
        same: set[str] = self._by_label.get(label, set())
        if not dot:
            return tuple(sorted(same))
        # A full name is another host than one with another full name, but it may be what is listed by its short name.
        return tuple(sorted(same)) if label in self._exact or label in self._aliases else ()

    def groups_of(self, host: str) -> frozenset[str]:
        """The groups of a host in lower case; none for a host nobody knows."""
        return self.attributes_of(host).groups

    def _attributes_of(self, host: str) -> Attributes:
        found = self.candidates(host)
        known = found[0] if len(found) == 1 else ""
        names = {name for name in (host.lower().rstrip("."), known) if name}
        layers = [entry.values for entry in self._globs if any(_fits(name, entry.name) for name in names)]
        layers += self._exact.get(known, ())
        groups = frozenset(group for values in layers for group in values.get("groups", ()))
        defaults = [values for group, values in self._groups.items() if group in groups]
        return _merged((*defaults, *layers), groups)


def _full_names(sources: Sequence[Source]) -> dict[str, str]:
    """Short names that one source uses for a host that others list in full; not where a source lists both, or the label is shared."""
    listed = [{entry.name for entry in source.entries if not entry.is_glob} for source in sources]
    by_label: dict[str, set[str]] = {}
    for name in set().union(*listed):
        label, dot, _ = name.partition(".")
        if dot:
            by_label.setdefault(label, set()).add(name)
    found = {}
    for short in {name for names in listed for name in names if "." not in name}:
        full = by_label.get(short, set())
        if len(full) == 1 and not any(short in names and full & names for names in listed):
            found[short] = next(iter(full))
    return found


def _merged(layers: Sequence[Values], groups: frozenset[str]) -> Attributes:
    together: dict[str, Any] = {}
    aliases: dict[str, None] = {}
    for values in layers:
        together.update(values)
        aliases.update(dict.fromkeys(values.get("aliases", ())))
    return Attributes(**{**together, "groups": groups, "aliases": tuple(aliases)})


def _fits(name: str, globs: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs.split("|"))


EMPTY = Inventory()
