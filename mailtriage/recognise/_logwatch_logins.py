"""Takes logwatch's sections SSHD and pam_unix apart: who failed, who logged in, and what each service of PAM lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TIMES = r" ?: {0,3}(\d{1,9}) [Tt]imes?(?:\([sS]\))?"
_ADDRESS = re.compile(rf"([\w.:%-]{{2,255}})(?: ?\([^()]{{0,255}}\))?{_TIMES}")
_FAILED = re.compile(
    r"(?:Failed logins from|Illegal users from|Authentication Failures?|Failed to bind|Login attempted .{0,60}):?(?: these:)?",
    re.IGNORECASE,
)
_ACCEPTED = re.compile(r"Users logging in through sshd:", re.IGNORECASE)
_HEADING = re.compile(r"\S.{0,200}:|\*\*.{1,60}\*\*")


def indent(line: str) -> int:
    """How far a line is set in."""
    return len(line) - len(line.lstrip())


def dedent(lines: list[str]) -> list[str]:
    """The lines moved to the left, so that headings stand in the first column: logwatch 7 sets everything in by one."""
    least = min(map(indent, lines), default=0)
    return [line[least:] for line in lines]


def read_sshd(lines: list[str]) -> dict[str, float]:
    """How often each address failed, by the lists of failed logins and illegal users."""
    counts: dict[str, float] = {}
    is_failed, base = False, 0
    for line in lines:
        text = line.strip()
        if not text:
            continue
        found = _ADDRESS.fullmatch(text)
        if found is None:
            if _HEADING.fullmatch(text) and indent(line) <= base + 1:
                is_failed, base = bool(_FAILED.fullmatch(text)), indent(line)
        # Below an address its users are listed, set in further.
        elif is_failed and indent(line) <= base + 4 and ("." in found.group(1) or ":" in found.group(1)):
            counts[found.group(1)] = counts.get(found.group(1), 0) + int(found.group(2))
    return counts


def logins(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines about attempts, and the list of those who logged in, which ends where a line is set in as little as its heading."""
    attempts: list[str] = []
    accepted: list[str] = []
    base = -1
    for line in lines:
        if base < 0 and _ACCEPTED.fullmatch(line.strip()) and not accepted:
            base = indent(line)
            accepted.append(line)
        elif base >= 0 and indent(line) > base:
            accepted.append(line)
        else:
            base = -1
            attempts.append(line)
    return attempts, accepted


def split_pam(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The lists of each service with `service: list` as item; lines below no list go with an empty item."""
    depth = min((indent(line) for line in lines), default=0)
    service, listed = "", ""
    block: list[str] = []
    for line in lines:
        text = line.strip()
        level = indent(line) - depth
        if level == 0:
            if block:
                yield _item(service, listed), block
            is_service = bool(re.fullmatch(r"[\w.@/() +-]{1,60}:", text))
            service, listed, block = (text[:-1] if is_service else ""), "", [line]
        elif 0 < level <= 4 and re.fullmatch(r"[A-Z][\w /()-]{1,60}:", text):
            if listed or len(block) > 1:
                yield _item(service, listed), block
                block = []
            listed = text[:-1]
            block.append(line)
        else:
            block.append(line)
    if block:
        yield _item(service, listed), block


def _item(service: str, listed: str) -> str:
    return f"{service}: {listed.lower()}".strip(": ") if service else ""


def address_in(line: str) -> str:
    """The address a line of the list of logins names: first, or in brackets behind a name; "" where it names a method."""
    found = _ADDRESS.fullmatch(line.strip()) or re.fullmatch(r"([\w.:%-]{2,255})(?: ?\([^()]{0,255}\))?:?", line.strip())
    if found is None:
        return ""
    named = re.search(r"\(([\d.]{7,15}|[0-9a-fA-F:]{3,45}) ?\)", line)
    address = named.group(1) if named else found.group(1).removesuffix(":")
    return address if "." in address or ":" in address else ""


def unwrap(lines: list[str]) -> list[str]:
    """The rows of df without blanks at their ends, a long device joined to the row below it."""
    rows: list[str] = []
    for line in lines:
        text = line.strip()
        if rows and rows[-1].startswith("/") and " " not in rows[-1] and text[:1].isdigit():
            rows[-1] = f"{rows[-1]} {text}"
        else:
            rows.append(text)
    return rows
