"""Labels beside the mails of a folder: NAME.json beside NAME.eml or NAME.txt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mailtriage.classify.clusters import Cluster
from mailtriage.errors import InputError, Place

_MAILS = (".eml", ".txt")


class FileAnswers:
    """Labels of the mails under some paths."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)

    def label(self, name: str) -> str:
        """The label of a mail, "" while it has none."""
        beside = _beside(name)
        content = _content(beside) if beside is not None else {}
        label = content.get("label")
        return label if isinstance(label, str) else ""

    def write(self, cluster: Cluster, label: str) -> None:
        """Labels every mail the cluster covers; what a NAME.json held before stays, and comes back when the answer is taken back."""
        targets: list[Path] = []
        for candidate in cluster.covers:
            beside = _beside(candidate.name)
            if beside is None:
                raise InputError(
                    "a label stands beside a mail in a file of its own: NAME.json beside NAME.eml",
                    place=Place(candidate.name),
                    remedy="`mailtriage import` takes it into the store; `mailtriage model review` without a path asks there",
                )
            targets.append(beside)
        for path in targets:
            content = _content(path)
            content |= {"label": label, "how": "cluster", "question": cluster.id}
            if path.exists():
                content["before"] = path.read_text(encoding="utf-8")
            _replace(path, json.dumps(content) + "\n")

    def take_back(self, question: str) -> int:
        """Takes the answer to a question back, exactly, and says of how many mails."""
        taken = 0
        for path in self._labels():
            content = _content(path, is_lenient=True)
            if content.get("question") != question:
                continue
            taken += 1
            if "before" in content:
                _replace(path, str(content["before"]))
            else:
                path.unlink()
        return taken

    def _labels(self) -> Iterator[Path]:
        for path in self._paths:
            if path.is_dir():
                yield from sorted(path.rglob("*.json"))
            elif (beside := _beside(str(path))) is not None and beside.exists():
                yield beside


def _beside(name: str) -> Path | None:
    """Where the label of a mail stands; None for a mail that is no file of its own."""
    path = Path(name)
    return path.with_suffix(".json") if path.suffix in _MAILS and path.is_file() else None


def _content(path: Path, *, is_lenient: bool = False) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        if is_lenient:
            return {}
        raise InputError("is not JSON", place=Place(str(path)), remedy='write {"label": "noise|digest|event|human"}') from error
    return content if isinstance(content, dict) else {}


def _replace(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        remedy = "the folder must be writable, and the disk must have space"
        raise InputError(f"cannot be written: {error.strerror or error}", place=Place(str(path)), remedy=remedy) from error
