"""Which groups a host of an Ansible inventory is in, in the order in which their variables are laid over each other."""

from __future__ import annotations

from mailtriage.errors import InventoryError
from mailtriage.inventory.ansible_hosts import Graph
from mailtriage.text import one_line

_TOP, _REST = "all", "ungrouped"


class Families:
    """The groups of a graph, ordered; an InventoryError if a group is in itself."""

    def __init__(self, graph: Graph) -> None:
        self._adopt(graph)
        self._parents: dict[str, set[str]] = {name: set() for name in graph.groups}
        for name, group in graph.groups.items():
            for child in group.children:
                self._parents[child].add(name)
        self._depth: dict[str, int] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._measure(graph)
        priorities = {name: _priority(graph, name) for name in graph.groups}
        self._order = {name: (self._depth[name], priorities[name], name) for name in graph.groups}
        self._direct: dict[str, set[str]] = {host: set() for host in graph.hosts}
        for name, group in graph.groups.items():
            for host in group.hosts:
                self._direct[host].add(name)
        self._known: dict[frozenset[str], tuple[str, ...]] = {}

    @staticmethod
    def _adopt(graph: Graph) -> None:
        """Gives every group and host its place below `all`; who is in no other group is `ungrouped`."""
        top, rest = graph.group(_TOP), graph.group(_REST)
        has_parent = {child for group in graph.groups.values() for child in group.children}
        top.children.update(name for name in graph.groups if name != _TOP and name not in has_parent)
        grouped = {host for name, group in graph.groups.items() if name not in (_TOP, _REST) for host in group.hosts}
        rest.hosts = {host for host in graph.hosts if host not in grouped}

    def _measure(self, graph: Graph) -> None:
        """Depth (the longest way from `all`) and ancestors of each group, parents before children."""
        n_waiting = {name: len(parents) for name, parents in self._parents.items()}
        ready = [name for name, n in n_waiting.items() if not n]
        while ready:
            name = ready.pop()
            parents = self._parents[name]
            self._depth[name] = max((self._depth[parent] + 1 for parent in parents), default=0)
            self._above[name] = frozenset(parents).union(*(self._above[parent] for parent in parents))
            for child in graph.groups[name].children:
                n_waiting[child] -= 1
                if not n_waiting[child]:
                    ready.append(child)
        looped = sorted(set(graph.groups) - set(self._depth))
        if looped:
            named = ", ".join(one_line(name, 40) for name in looped[:5])
            raise InventoryError(f"groups that are in themselves: {named}", remedy="a group cannot be a child of its own child")

    def of(self, host: str) -> tuple[str, ...]:
        """All groups of a host, `all` first and the nearest last: the order in which a later variable overrides an earlier one."""
        direct = frozenset(self._direct[host])
        if direct not in self._known:
            groups = direct.union({_TOP}, *(self._above[name] for name in direct))
            self._known[direct] = tuple(sorted(groups, key=self._order.__getitem__))
        return self._known[direct]


def _priority(graph: Graph, name: str) -> int:
    variable = graph.groups[name].variables.get("ansible_group_priority")
    text = str(variable.value).strip() if variable else ""
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else 1
