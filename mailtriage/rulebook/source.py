"""Reads the rule files of a folder; whatever is wrong with a file becomes a problem that holds all the file covered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailtriage.errors import Place, RuleError
from mailtriage.rulebook.places import Block, blocks
from mailtriage.rulebook.rule import Problem, Rule
from mailtriage.rulebook.syntax import rule_from, suggestion
from mailtriage.text import one_line

_AT = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
_KIND = re.compile(r"""^\s*kind\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
# What editors and package managers leave behind: foo.toml~, .foo.toml.swp, foo.toml.dpkg-old. All but the hidden ones
# do not end in .toml; foo.bak.toml and foo.orig.toml are what people name a copy.
_BACKUP = re.compile(r"^[.#]|~$|\.(?:bak|orig|rej|swp|swo|tmp|save|dpkg-[\w-]+|rpm(?:new|save|orig)|ucf-[\w-]+)(?:\.toml)?$", re.IGNORECASE)
_DEFAULTS = ("kind", "section")  # above the rules of a file: what they are for, where a rule does not say
_TOML_REMEDY = "mend the line; patterns are best written in single quotes: '^\\d+$'"


def rule_files(folder: Path) -> tuple[Path, ...]:
    """The rule files of a folder in order of their names, backups left out; a path to one file is that file."""
    try:
        if folder.is_file():
            return (folder,)
        if not folder.is_dir():
            raise RuleError("there is no such folder of rules", place=Place(str(folder)), remedy="name a folder that holds KIND.toml files")
        return tuple(sorted(path for path in folder.iterdir() if path.name.endswith(".toml") and not _BACKUP.search(path.name)))
    except OSError as error:
        remedy = "make the folder readable for the user mailtriage runs as"
        raise RuleError(f"the folder of rules cannot be read: {error.strerror}", place=Place(str(folder)), remedy=remedy) from None


def read_folder(folder: Path) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """All rules of a folder that can be used, and all problems of the others."""
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for path in rule_files(folder):
        for rule, wrong in _read_file(path):
            problems += wrong
            if rule is None:
                continue
            if first := rules.get(rule.id):
                problems.append(_duplicate(rule, first))
            else:
                rules[rule.id] = rule
    return tuple(rules.values()), tuple(problems)


def _duplicate(rule: Rule, first: Rule) -> Problem:
    return Problem(
        place=rule.place_of("id"),
        code="duplicate",
        message=f"the id {rule.id} is taken by the rule at {first.place}",
        remedy="give one of the two another id",
        rule=rule.id,
        kind=rule.kind,
        section=rule.section,
    )


def _read_file(path: Path) -> Iterator[tuple[Rule | None, tuple[Problem, ...]]]:
    stem = path.stem
    try:
        if not path.is_file():
            yield None, _whole_file(stem, Place(str(path)), "unreadable", "this is not a file", "remove it, or mend the link")
            return
        raw = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        yield None, _whole_file(stem, Place(str(path)), "unreadable", message, "make it readable for the user mailtriage runs as")
        return
    yield from read_text(raw, str(path), stem)


def read_text(raw: bytes, path: str, stem: str) -> Iterator[tuple[Rule | None, tuple[Problem, ...]]]:
    """The rules in the bytes of one file, each with its problems; never raises, whatever the bytes are."""
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        place = Place(path, before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1)
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        yield None, _whole_file(stem, place, "utf-8", message, "save the file as UTF-8", raw.decode("latin-1"))
        return
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        yield None, _whole_file(stem, *_toml_error(error, path, text), text)
        return
    found = blocks(text)
    yield from ((None, wrong) for wrong in _strangers(document, found, path, stem, text))
    defaults = {key: document[key] for key in _DEFAULTS if _is_default(key, document.get(key))}
    tables = document.get("rule", [])
    headers = [block for block in found if block.name == "rule"]
    for number, table in enumerate(tables if isinstance(tables, list) else ()):
        yield rule_from(table, path, stem, headers[number] if len(headers) == len(tables) else None, defaults)


def _strangers(document: dict[str, Any], found: tuple[Block, ...], path: str, stem: str, text: str) -> Iterator[tuple[Problem, ...]]:
    """Whatever stands beside the `[[rule]]` tables: rules meant by it are not in force, so the kind is held."""
    for key, value in document.items():
        if (key == "rule" and isinstance(value, list)) or _is_default(key, value):
            continue
        places = (
            Place(path, *block.keys.get(key, (block.line, block.column))) for block in found if block.name == key or key in block.keys
        )
        if key == "rule":
            message, remedy = "a rule must be one of a list of tables", "begin each rule with a line [[rule]], two brackets"
        else:
            message = f"unknown table or key {one_line(key, 40)} outside a rule"
            remedy = suggestion(
                key, ("rule", *_DEFAULTS), "only [[rule]] tables, and a kind and section for all of them, stand in a rule file"
            )
            remedy = remedy.replace("did you mean rule?", "did you mean [[rule]]?")
        yield _whole_file(stem, next(places, Place(path, 1, 1)), "unknown-table", message, remedy, text)


def _is_default(key: str, value: object) -> bool:
    return key in _DEFAULTS and isinstance(value, str) and bool(value.strip())


def _toml_error(error: Exception, path: str, text: str) -> tuple[Place, str, str, str]:
    if isinstance(error, RecursionError):
        return Place(path, 1, 1), "toml", "the file is nested too deep", "rules need one level of brackets"
    match = _AT.match(str(error))
    if not match:
        return Place(path, 1, 1), "toml", one_line(f"the file is not TOML: {error}"), _TOML_REMEDY
    line, column = (int(match[2]), int(match[3])) if match[2] else (text.count("\n") + 1, len(text) - text.rfind("\n"))
    return Place(path, line, column), "toml", one_line(f"the file is not TOML: {match[1]}"), _TOML_REMEDY


def _whole_file(stem: str, place: Place, code: str, message: str, remedy: str, text: str = "") -> tuple[Problem, ...]:
    """One problem for each kind the file covered: its own, and those its rules seem to name."""
    kinds = dict.fromkeys((stem, *_KIND.findall(text)))
    return tuple(Problem(place=place, code=code, message=message, remedy=remedy, kind=kind) for kind in kinds)
