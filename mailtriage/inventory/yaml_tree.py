"""YAML as a tree with lines, built from the parser's events: nothing is constructed, so no tag can do anything.

Aliases stay references, so a document that expands to gigabytes stays as small as it is written, and nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailtriage.errors import InventoryError, Place
from mailtriage.text import one_line

_MOST_NODES = 2_000_000
_DEEPEST = 100
_MOST_MERGED = 100  # mappings that one mapping may take in by <<
_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(slots=True, eq=False)
class Node:
    """A scalar (`text`), a mapping (`pairs`) or a sequence (`items`); `line` and `column` count from 1."""

    line: int
    column: int
    tag: str = ""
    text: str | None = None
    is_plain: bool = False
    pairs: list[tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    pending: Node | None = field(default=None, repr=False)  # a key whose value is still to come

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return self.is_plain and self.text in _NULLS

    @property
    def is_vault(self) -> bool:
        """Whether Ansible holds it encrypted."""
        return self.tag == "!vault"


def read_tree(text: str, path: Path, what: str) -> Node | None:
    """The first document of a YAML text, None if it is empty; an InventoryError with line and column if it is no YAML."""
    import yaml  # 40 ms that most commands have no use for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _tree(text, path, what, yaml, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        said = one_line(error.problem or error.context or "not readable", 200)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place, said = Place(str(path)), one_line(str(error), 200)
    raise InventoryError(f"{what} is not YAML: {said}", place=place, remedy="mend the file, or take it out of [inventory]")


def _tree(text: str, path: Path, what: str, yaml: Any, loader: Any) -> Node | None:
    anchors: dict[str, Node] = {}
    open_nodes: list[Node] = []
    n_nodes = 0
    for event in yaml.parse(text, Loader=loader):
        name = type(event).__name__
        if name in ("MappingEndEvent", "SequenceEndEvent"):
            node = open_nodes.pop()
        elif name == "AliasEvent":
            if event.anchor not in anchors:
                raise _wrong(f"{what} uses *{one_line(event.anchor, 40)}, which is not there", event, path)
            node = anchors[event.anchor]
        elif name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            node = _node(event, name)
            n_nodes += 1
            if event.anchor:
                anchors[event.anchor] = node
            if node.text is None:
                open_nodes.append(node)
                if len(open_nodes) > _DEEPEST or n_nodes > _MOST_NODES:
                    raise _wrong(f"{what} is nested too deeply, or too large", event, path)
                continue
        elif name == "DocumentEndEvent":
            return node
        else:
            continue
        if open_nodes:
            _put(open_nodes[-1], node)
    return None


def _node(event: Any, name: str) -> Node:
    node = Node(event.start_mark.line + 1, event.start_mark.column + 1, tag=event.tag or "")
    if name == "ScalarEvent":
        node.text, node.is_plain = event.value, event.implicit[0]
    elif name == "MappingStartEvent":
        node.pairs = []
    else:
        node.items = []
    return node


def _wrong(message: str, event: Any, path: Path) -> InventoryError:
    place = Place(str(path), event.start_mark.line + 1, event.start_mark.column + 1)
    return InventoryError(message, place=place, remedy="mend the file, or take it out of [inventory]")


def _put(parent: Node, node: Node) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif parent.pairs is not None:
        if parent.pending is None:
            parent.pending = node
        else:
            parent.pairs.append((parent.pending, node))
            parent.pending = None


def pairs(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """The pairs of a mapping as (key, its node, value), what `<<` brings first so that it is overridden; nothing for other nodes."""
    yield from _pairs(node, {id(node)})


def _pairs(node: Node, seen: set[int]) -> Iterator[tuple[str, Node, Node]]:
    own = [(key.text, key, value) for key, value in node.pairs or () if key.text is not None]
    for key, key_node, value in own:
        if key != "<<" or not key_node.is_plain:
            continue
        for one in reversed(value.items if value.items is not None else [value]):
            if id(one) not in seen and len(seen) < _MOST_MERGED:
                seen.add(id(one))
                yield from _pairs(one, seen)
    yield from ((key, key_node, value) for key, key_node, value in own if key != "<<" or not key_node.is_plain)


def plain(node: Node) -> object:
    """A scalar as text, a sequence as the list of its texts; None for anything else."""
    if node.items is not None:
        return [one.text for one in node.items]
    return node.text
