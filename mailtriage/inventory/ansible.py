"""An Ansible inventory: one INI or YAML file, or a folder of them, with host_vars and group_vars beside. Nothing in it is run.

Variables are laid over each other in Ansible's own order; only those that begin with `mailtriage_`, and `ansible_host`, are looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mailtriage.errors import InventoryError, Place
from mailtriage.inventory import attributes
from mailtriage.inventory.ansible_hosts import PREFIX, Graph, Variable
from mailtriage.inventory.ansible_ini import read_ini
from mailtriage.inventory.ansible_tree import Families
from mailtriage.inventory.ansible_yaml import read_variables, read_yaml
from mailtriage.inventory.hosts import Entry, Source
from mailtriage.inventory.tables import read_text
from mailtriage.text import one_line

_WHAT = "the Ansible inventory"
_SCRIPTS = (".sh", ".py", ".pl", ".rb")
_YAML = (".yml", ".yaml", ".json")
# What Ansible itself leaves out of a folder.
_NOT_READ = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".ini", ".cfg", ".retry")
_FOLDERS_OF_VARIABLES = ("host_vars", "group_vars", "vars_plugins")
_MOST_FILES, _DEEPEST = 10_000, 8
_IS_YAML = re.compile(r"(?:[ \t]*(?:#.*)?\n)*(?:---|%YAML|[\w.-]+:[ \t]*(?:#.*)?(?:\n|\Z))")
_JINJA = re.compile(r"\{[{%#]")


def read_ansible(path: Path) -> Source:
    """Everything the inventory says of its hosts; an InventoryError with place and remedy if any file of it cannot be read.

    A value that is no value of an attribute, is encrypted, or waits for Ansible to fill it in is noted and left out.
    """
    graph = Graph()
    if not path.exists():
        raise InventoryError(f"{_WHAT} is not there", place=Place(str(path)), remedy="mend [inventory] ansible, or take it out")
    for file in _files(path) if path.is_dir() else [path]:
        _read_file(file, graph)
    families = Families(graph)
    folder = path if path.is_dir() else path.parent
    of_groups = _variables_below(folder / "group_vars", graph.groups, graph)
    of_hosts = _variables_below(folder / "host_vars", graph.hosts, graph)
    entries = [_entry(host, families, of_groups, of_hosts, graph) for host in graph.hosts]
    return Source(path=str(path), entries=tuple(entries), notes=tuple(dict.fromkeys(graph.notes)))


def _files(folder: Path, depth: int = 0) -> list[Path]:
    """The files Ansible would read of a folder, in its order."""
    found: list[Path] = []
    for name in _listed(folder):
        path = folder / name
        if name.startswith(".") or name.endswith(_NOT_READ) or name in _FOLDERS_OF_VARIABLES:
            continue
        if path.is_dir():
            found += _files(path, depth + 1) if depth < _DEEPEST else []
        elif path.is_file():
            found.append(path)
        if len(found) > _MOST_FILES:
            raise InventoryError(f"more than {_MOST_FILES} files", place=Place(str(folder)), remedy="name the folder of the inventory only")
    return found


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        place = Place(str(folder))
        raise InventoryError(f"the folder cannot be read: {error.strerror}", place=place, remedy="let this user read it") from None


def _read_file(path: Path, graph: Graph) -> None:
    if path.suffix == ".toml":
        graph.note(Place(str(path)), "TOML inventories of Ansible are not read: it is left out")
        return
    if _is_program(path):
        graph.note(Place(str(path)), "the file is a program, and nothing is run: it is left out; write its output to a file instead")
        return
    text = read_text(path, _WHAT)
    is_yaml = path.suffix in _YAML or (not path.suffix and _IS_YAML.match(text) is not None)
    (read_yaml if is_yaml else read_ini)(text, path, graph)


def _is_program(path: Path) -> bool:
    """Whether Ansible would run the file: it may be run, or is named as a script is, and begins as a program does."""
    if not path.is_file() or not (path.suffix in _SCRIPTS or os.access(path, os.X_OK)):
        return False
    try:
        with path.open("rb") as file:
            return file.read(4).startswith((b"#!", b"\x7fELF"))
    except OSError:
        return False


def _variables_below(folder: Path, names: Iterable[str], graph: Graph) -> dict[str, dict[str, Variable]]:
    """What host_vars or group_vars hold for these names: NAME, NAME.yml, NAME.yaml, NAME.json, or a folder NAME of such files."""
    if not folder.is_dir():
        return {}
    listed = set(_listed(folder))
    found = {}
    for name in names:
        chosen = next((name + suffix for suffix in ("", *_YAML) if name + suffix in listed), "")
        if chosen:
            variables: dict[str, Variable] = {}
            for path in _variable_files(folder / chosen):
                variables.update(read_variables(read_text(path, "the file of variables"), path, graph))
            found[name] = variables
    return found


def _variable_files(path: Path, depth: int = 0) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for name in _listed(path):
        inner = path / name
        if name.startswith(".") or name.endswith("~"):
            continue
        if inner.is_dir() and not inner.suffix and depth < _DEEPEST:
            yield from _variable_files(inner, depth + 1)
        elif inner.is_file() and inner.suffix in ("", *_YAML):
            yield inner


def _entry(
    host: str, families: Families, of_groups: dict[str, dict[str, Variable]], of_hosts: dict[str, dict[str, Variable]], graph: Graph
) -> Entry:
    groups = families.of(host)
    together: dict[str, Variable] = {}
    for group in groups:
        together.update(graph.groups[group].variables)
    for group in groups:
        together.update(of_groups.get(group, {}))
    together.update(graph.hosts[host])
    together.update(of_hosts.get(host, {}))
    values = _attributes(together, graph)
    names = {group.lower() for group in groups}
    aliases = (*values.get("aliases", ()), *_address_name(host, together))
    values = {**values, "groups": names.union(values.get("groups", ()))}
    return Entry(name=host.lower().rstrip("."), values={**values, "aliases": tuple(dict.fromkeys(aliases))} if aliases else values)


def _attributes(variables: dict[str, Variable], graph: Graph) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, variable in variables.items():
        if not name.startswith(PREFIX):
            continue
        value = variable.value
        if value is None:
            graph.note(variable.place, f"{one_line(name, 60)} is encrypted, or no plain value, and left out")
        elif isinstance(value, str) and _JINJA.search(value):
            graph.note(variable.place, f"{one_line(name, 60)} is filled in by Ansible only, and left out")
        else:
            try:
                values[name.removeprefix(PREFIX)] = attributes.read(name.removeprefix(PREFIX), value)
            except ValueError as error:
                graph.note(variable.place, f"{one_line(name, 60)} {error}; it is left out")
    return values


def _address_name(host: str, variables: dict[str, Variable]) -> tuple[str, ...]:
    """The name under which Ansible reaches the host, where that is a name and another one than its own."""
    value = variables["ansible_host"].value if "ansible_host" in variables else ""
    name = value.strip().lower().rstrip(".") if isinstance(value, str) else ""
    is_name = re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", name) and not re.fullmatch(r"[\d.]+", name)
    return (name,) if is_name and name not in (host.lower(), "localhost") else ()
