"""Mails from files: .eml, .txt, mbox, Maildir, and folders of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mailtriage.errors import InputError, Place

_NOT_MAILS = (".json", ".expected")
_BACKUPS = ("~", ".bak", ".orig", ".swp", ".tmp")
_MAILS = (".eml", ".txt", ".mbox", ".mbx")
# A body may hold a line "From the crontab:": a separator also carries a time and a year, as every mbox writer puts them.
_SEPARATOR = re.compile(rb"From .*\d\d:\d\d.* \d{4}")
_QUOTED_FROM = re.compile(rb">+From ")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|received|message-id|return-path|delivered-to|x-original-to|envelope-to|reply-to|sender|mime-version"
    rb"|content-type|content-transfer-encoding|auto-submitted|precedence|resent-from|x-cron-env)[ \t]*:",
    re.IGNORECASE,
)


def read_mails(path: Path, on_broken: Callable[[InputError], None] | None = None) -> Iterator[tuple[str, bytes]]:
    """The mails under `path`, sorted by name, each with its label: the path, and `#N` for the N-th mail of an mbox.

    What cannot be read ends it with an InputError; with `on_broken` that is told of each, and the rest goes on.
    """
    n_mails = 0
    try:
        if not path.is_dir():
            yield from _read_file(path, is_asked_for=True)
            return
        for file in _walk(path, on_broken):
            try:
                for mail in _read_file(file, is_asked_for=False):
                    n_mails += 1
                    yield mail
            except (OSError, InputError) as error:
                if on_broken is None:
                    raise
                on_broken(_unreadable(error, file))
    except OSError as error:
        raise _unreadable(error, path) from error
    if not n_mails:
        raise InputError(
            "no mails in this folder", place=Place(str(path)), remedy="mails are .eml, .txt and mbox files, and Maildir folders"
        )


def _unreadable(error: OSError | InputError, path: Path) -> InputError:
    if isinstance(error, InputError):
        return error
    place = Place(str(error.filename or path))
    return InputError(error.strerror or str(error), place=place, remedy="give a file or folder of mails that can be read")


def _walk(folder: Path, on_broken: Callable[[InputError], None] | None) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if on_broken is None:
            raise
        on_broken(_unreadable(error, folder))
        return
    is_maildir = {"cur", "new"} <= {entry.name for entry in found if entry.is_dir(follow_symlinks=False)}
    for entry in found:
        if entry.name.startswith((".", "#")) or entry.name.endswith((*_BACKUPS, *_NOT_MAILS)) or ".dpkg-" in entry.name:
            continue
        if entry.is_dir(follow_symlinks=False):
            if not (is_maildir and entry.name == "tmp"):  # mails still being delivered
                yield from _walk(Path(entry.path), on_broken)
        elif _is_file(entry):
            yield Path(entry.path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether there is a file; a link that leads nowhere, or round in a ring, is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _read_file(path: Path, *, is_asked_for: bool) -> Iterator[tuple[str, bytes]]:
    is_mail = is_asked_for or path.suffix.lower() in _MAILS or path.parent.name in ("cur", "new")
    if path.exists() and not (path.is_file() or path.is_fifo()):
        raise InputError("not a file that holds mails", place=Place(str(path)), remedy="give a file or folder of mails that can be read")
    with path.open("rb") as file:
        start = file.read(64 * 1024)
        if start.startswith(b"From ") and path.suffix.lower() != ".txt":
            file.seek(0)
            yield from _split_mbox(str(path), file)
            return
        if not start and is_asked_for:
            raise InputError("empty, there is no mail in it", place=Place(str(path)), remedy="give a file of a mail")
        has_header = _has_header(start)
        if not (is_mail or has_header):
            return  # some other file beside the mails
        content = start + file.read()
    # Without a header the text must not be taken for one: an empty line ends the header that is not there.
    is_bare = path.suffix.lower() == ".txt" and not has_header
    yield str(path), b"\n" + content if is_bare else content


def _has_header(start: bytes) -> bool:
    """Whether the first paragraph is a mail's header: fields only, and one of them a field that mails have."""
    is_known = False
    for n_line, line in enumerate(start.splitlines()):
        if not line:
            break
        if n_line == 0 and line.startswith(b"From "):
            continue
        if not (_FIELD.match(line) or (line[:1] in (b" ", b"\t") and n_line)):
            return False
        is_known = is_known or _KNOWN_FIELD.match(line) is not None
    return is_known


def _split_mbox(label: str, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    n_mail = 0
    mail: list[bytes] = []
    is_after_blank = True
    for line in lines:
        if is_after_blank and line.startswith(b"From ") and (n_mail == 0 or _SEPARATOR.match(line)):
            if n_mail:
                yield f"{label}#{n_mail}", _joined(mail)
            n_mail += 1
            mail = []
        else:
            # mboxrd: one ">" was put before each line that begins with "From " after any ">".
            mail.append(line[1:] if _QUOTED_FROM.match(line) else line)
        is_after_blank = line in (b"\n", b"\r\n")
    yield f"{label}#{n_mail}", _joined(mail)


def _joined(lines: list[bytes]) -> bytes:
    """The lines without the blank one that the format puts after each mail."""
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines = lines[:-1]
    return b"".join(lines)
