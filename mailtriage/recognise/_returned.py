"""The mail that a bounce gives back: where it begins in the text, and what it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._people import is_system_account
from mailtriage.types import Message, Report

_SUBJECT_LINE = re.compile(r"Subject: ?\S")
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}:(?:\s|$)|\s+\S|>?From \S")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,60}): ?(.*)")
_MARKER = re.compile(
    r"-{2,} ?(?:This is a copy of (?:the|your) message|Below this line is a copy of the message|(?:Original|Unsent"
    r"|Returned) message|Message header"
    r"|The body of the message)|(?:Message headers|Original message) follow|Below is a copy of the original|Original message headers:"
    r"|Received: (?:from|by|\()",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"<?([^\s<>()\"]{1,64}@[^\s<>()\"]{1,255}|[\w.-]{1,64})>?")
_LOCAL_ACCOUNT = re.compile(r"\bby ([A-Za-z0-9._-]+)[^;]{0,80}(?:from userid|with local|Submit)|from userid|with local|invoked by uid")
_MOST_HEADERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What came back."""

    lines: tuple[str, ...]  # headers and text, as far as the bounce shows them
    report: Report | None  # as another kind than unknown reads it
    is_from_machine: bool
    host: str  # the host that sent it
    subject: str


def split(lines: Sequence[str]) -> tuple[int, int]:
    """Where the returned mail begins among the lines, and where its text; both are their number if none is there."""
    for n, line in enumerate(lines):
        if n and _SUBJECT_LINE.match(line):
            start = n
            while start > 1 and n - start < _MOST_HEADERS and _HEADER_LINE.match(lines[start - 1]):
                start -= 1
            while start < n and lines[start][:1] in (" ", "\t"):
                start += 1
            end = n + 1
            while end < len(lines) and end - n < _MOST_HEADERS and _HEADER_LINE.match(lines[end]):
                end += 1
            return start, end
        # A copy without a subject has a marker only.
        is_marker = n and _MARKER.match(line.strip()) and not line.startswith("Received:")
        if is_marker and not any(map(_SUBJECT_LINE.match, lines[n : n + _MOST_HEADERS])):
            return n, len(lines)
    return len(lines), len(lines)


def original(message: Message, lines: Sequence[str], body_at: int) -> Original:
    """The returned mail, read as if it had come by itself."""
    headers = _headers(lines[:body_at])
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name.lower(), value)
    subject = first.get("subject", "")
    found = _ADDRESS.search(first.get("from", "").rpartition("<")[2] or first.get("from", ""))
    sender = found.group(1).lower() if found else ""
    received = [value for name, value in headers if name.lower() == "received"]
    host = _host(received, sender, message.host)
    inner = replace(
        message,
        sender=sender,
        sender_name=first.get("from", "").partition("<")[0].strip(' "'),
        subject=subject,
        text="\n".join(lines[body_at:]),
        host=host,
        headers=headers,
        unread=(),
        defects=(),
    )
    report = _recognised(inner)
    by_system = (
        bool(sender) and is_system_account(inner) and sender.partition("@")[0] not in ("mailer-daemon", "postmaster", "noreply", "no-reply")
    )
    return Original(
        lines=tuple(lines),
        report=report,
        is_from_machine=report is not None or by_system or _looks_like_report(subject),
        host=host,
        subject=subject,
    )


def _looks_like_report(subject: str) -> bool:
    """The subjects of reports whose text did not come back with them."""
    return bool(
        re.match(
            r"(?:Cron <|fcron <|Anacron job |Logwatch for |SMART error |\*{2,3} ?(?:PROBLEM|RECOVERY)|(?:Fail"
            r"|Degraded\w+) event on |LogCheck|rkhunter|\[Fail2Ban\]"
            r"|(?:Problem|Resolved\w* in [\w ]+|PROBLEM|OK): |\[FIRING:|unattended-upgrades |AIDE report|ZFS |monit alert|apcupsd|UPS )",
            subject,
        )
        or re.search(r" (?:daily|weekly|monthly)(?: security)? run output$| security run output$|\bbackup\b", subject)
    )


def _recognised(inner: Message) -> Report | None:
    from mailtriage.recognise import kinds, name  # the package walks its modules, this one among them

    for kind in kinds():
        if name(kind) in ("bounce", "abuse_report", "auto_reply", "human", "unknown"):
            continue
        try:
            if kind.claims(inner):
                return kind.report(inner)
        except Exception:  # noqa: BLE001 - the bounce itself was read: what it gives back stays text
            return None
    return None


def _headers(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found:
            headers.append((found.group(1), found.group(2).strip()))
        elif headers and line[:1] in (" ", "\t"):
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}"[:4000])
    return tuple(headers)


def _host(received: Sequence[str], sender: str, outer: str) -> str:
    for hop in reversed(received):
        found = _LOCAL_ACCOUNT.search(hop)
        by = re.search(r"\bby ([A-Za-z0-9._-]+)", hop) if found else None
        if by and sane_host(by.group(1)):
            return sane_host(by.group(1))
    return sane_host(sender.rpartition("@")[2]) if "@" in sender else outer
