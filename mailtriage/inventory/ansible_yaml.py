"""Ansible's YAML inventories (`all: hosts: children: vars:`), and its files of variables."""

from __future__ import annotations

from pathlib import Path

from mailtriage.errors import InventoryError, Place
from mailtriage.inventory.ansible_hosts import READ, Graph, Variable, expanded
from mailtriage.inventory.yaml_tree import Node, pairs, plain, read_tree
from mailtriage.text import one_line

_VAULT = "$ANSIBLE_VAULT"
_WHAT = "the Ansible inventory"
_MOST_GROUPS = 100_000


def read_yaml(text: str, path: Path, graph: Graph) -> None:
    """Adds what the file says to the graph; an InventoryError names the place that cannot be read."""
    tree = _read(text, path, graph)
    if tree is None:
        return
    if tree.pairs is None:
        raise _wrong(path, tree, "the file is no mapping of groups", "begin with a line all:")
    if any(key == "plugin" for key, _, _ in pairs(tree)):
        graph.note(Place(str(path)), "the file configures a plugin, which would have to be run: it is left out")
        return
    # The same anchor may stand in many groups: each pair of name and node is read once.
    seen: set[tuple[str, int]] = set()
    waiting = [(name, key, node) for name, key, node in pairs(tree)]
    while waiting:
        name, key, node = waiting.pop()
        if (name, id(node)) in seen:
            continue
        seen.add((name, id(node)))
        if len(seen) > _MOST_GROUPS:
            raise _wrong(path, key, f"more than {_MOST_GROUPS} groups", "no inventory needs that: mend it")
        waiting += _group(name, key, node, path, graph)


def _group(name: str, key: Node, node: Node, path: Path, graph: Graph) -> list[tuple[str, Node, Node]]:
    """Reads one group; gives the groups in it."""
    group = graph.group(name)
    if node.pairs is None and not node.is_null:
        raise _wrong(path, key, f"group {one_line(name, 60)} is no mapping", "write hosts:, children: or vars: below it")
    children: list[tuple[str, Node, Node]] = []
    for part, part_node, value in pairs(node):
        if part not in ("hosts", "children", "vars"):
            graph.note(_place(path, part_node), f"{one_line(part, 40)} is no part of group {one_line(name, 60)} and is left out")
        elif part == "vars":
            group.variables.update(_variables(value, path, graph))
        elif part == "children":
            children += _named(value, path, part)
        else:
            for pattern, host_node, variables in _named(value, path, part):
                place = _place(path, host_node)
                found = _variables(variables, path, graph)
                for host in expanded(pattern, place):
                    graph.add(host, name, found, place)
    group.children.update(child for child, _, _ in children)
    return children


def _named(node: Node, path: Path, part: str) -> list[tuple[str, Node, Node]]:
    """The pairs of `hosts:` or `children:`; one name alone may stand there without a colon."""
    if node.pairs is not None:
        return list(pairs(node))
    if node.text is not None and " " not in node.text:
        empty = Node(node.line, node.column, text="", is_plain=True)
        return [] if node.is_null else [(node.text, node, empty)]
    raise _wrong(path, node, f"{part} is no mapping", "write each name on a line of its own, with a colon after it")


def read_variables(text: str, path: Path, graph: Graph) -> dict[str, Variable]:
    """The variables of one file below host_vars or group_vars; an encrypted file is noted and gives none."""
    tree = _read(text, path, graph)
    if tree is None or tree.is_null:
        return {}
    if tree.pairs is None:
        raise _wrong(path, tree, "the file is no mapping of variables", "write key: value")
    return _variables(tree, path, graph)


def _variables(node: Node, path: Path, graph: Graph) -> dict[str, Variable]:
    found = {}
    for key, _, value in pairs(node):
        place = _place(path, value)
        graph.spend(1, place)
        if key.startswith(READ):
            found[key] = Variable(None if value.is_vault else plain(value), place)
    return found


def _read(text: str, path: Path, graph: Graph) -> Node | None:
    if text.startswith(_VAULT):
        graph.note(Place(str(path)), "the file is encrypted and left out")
        return None
    return read_tree(text, path, _WHAT)


def _place(path: Path, node: Node) -> Place:
    return Place(str(path), node.line, node.column)


def _wrong(path: Path, node: Node, message: str, remedy: str) -> InventoryError:
    return InventoryError(message, place=_place(path, node), remedy=remedy)
