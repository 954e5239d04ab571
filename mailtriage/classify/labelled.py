"""A labelled folder: a mail file `NAME.eml` or `NAME.txt` beside `NAME.json` with at least `{"label": ...}`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from mailtriage.errors import InputError, Place
from mailtriage.types import RawMail

LABELS = ("noise", "digest", "event", "human")  # noise should be dropped, human passed
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same on every machine, unlike a file's own time
_HEADER = re.compile(rb"\A(?:From |[!-9;-~]+:[ \t])")
_DATE = re.compile(rb"(?im)^Date:[ \t]*([^\r\n]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A mail with what it should become."""

    raw: RawMail
    label: str
    section_labels: Mapping[str, str] | None = None  # by section name; the mail's label holds for the others
    name: str = ""  # the file, for messages
    weak: bool = False  # a rule's verdict that nobody corrected, not a person's word
    source: str = ""  # the relay it came through, where that is known


def labelled(folder: Path, left_out: list[Path] | None = None) -> Iterator[Example]:
    """The examples of a labelled folder and its subfolders, in the order of their names.

    A mail without a label is refused; with `left_out`, as while a folder is being reviewed, it is noted there.
    """
    if not folder.is_dir():
        raise InputError("is no folder", place=Place(str(folder)), remedy="name a folder of NAME.eml or NAME.txt beside NAME.json")
    mails = sorted(path for path in folder.rglob("*") if path.suffix in (".eml", ".txt") and path.is_file())
    stems = {path.with_suffix("") for path in mails}
    if not mails:
        raise InputError("holds no .eml or .txt mail", place=Place(str(folder)), remedy="a labelled mail is NAME.eml beside NAME.json")
    for path in sorted(folder.rglob("*.json")):
        if path.with_suffix("") not in stems and "label" in (_read_json(path, is_lenient=True) or {}):
            raise InputError("has a label but no mail", place=Place(str(path)), remedy=f"put {path.stem}.eml or {path.stem}.txt beside it")
    for path in mails:
        beside = path.with_suffix(".json")
        if left_out is not None and not (beside.is_file() and "label" in (_read_json(beside) or {})):
            left_out.append(path)
        else:
            yield _example(path)


def _example(path: Path) -> Example:
    label_path = path.with_suffix(".json")
    if not label_path.is_file():
        raise InputError(
            "has no label", place=Place(str(path)), remedy=f'write {label_path.name} with {{"label": "noise|digest|event|human"}}'
        )
    content = _read_json(label_path)
    assert content is not None
    label = _label(content.get("label"), label_path)
    sections = content.get("sections")
    if sections is not None and not isinstance(sections, dict):
        raise InputError('"sections" is no table', place=Place(str(label_path)), remedy='write "sections": {"NAME": "noise|digest|event"}')
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=Place(str(path))) from error
    if path.suffix == ".txt" and not _HEADER.match(data):
        data = b"\n" + data  # body only
    return Example(
        raw=RawMail(id=hashlib.sha256(data).hexdigest()[:16], received_at=_date(data), data=data),
        label=label,
        section_labels={str(name): _label(value, label_path) for name, value in sections.items()} if sections else None,
        name=str(path),
    )


def _read_json(path: Path, *, is_lenient: bool = False) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        if is_lenient:
            return None
        place = Place(str(path), getattr(error, "lineno", 0), getattr(error, "colno", 0))
        raise InputError("is not JSON", place=place, remedy='write {"label": "noise|digest|event|human"}') from error
    if isinstance(content, dict):
        return content
    if is_lenient:
        return None
    raise InputError("holds no label", place=Place(str(path)), remedy='write {"label": "noise|digest|event|human"}')


def _label(value: object, path: Path) -> str:
    if isinstance(value, str) and value in LABELS:
        return value
    raise InputError(f"unknown label {value!r}", place=Place(str(path)), remedy=f"a label is one of {', '.join(LABELS)}")


def _date(data: bytes) -> datetime:
    head = re.split(rb"\r?\n\r?\n", data[:100_000], maxsplit=1)[0]
    found = _DATE.search(head)
    if not found:
        return _NO_DATE
    try:
        moment = parsedate_to_datetime(found[1].decode("latin-1").strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _NO_DATE
