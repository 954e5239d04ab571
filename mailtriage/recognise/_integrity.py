"""What reports about changed files share: which paths matter most, and a short text of many paths."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Accounts, logins, jobs and programs: a change here is how an intruder stays.
_SENSITIVE = re.compile(
    r"(?:/private|/usr/local|/mnt/\S{1,40})?"
    r"(?:/etc/(?:passwd|shadow|gshadow|group|master\.passwd|sudoers(?:\.d)?|sudo\.conf|ssh|pam\.d|pam\.conf|security|cron[\w.]*"
    r"|anacrontab|ld\.so\.\w+"
    r"|rc\.local|init\.d|systemd|profile(?:\.d)?|bash\.bashrc|hosts\.(?:allow|deny)|securetty|modprobe\.d)\b"
    r"|/root/\.(?:ssh|bashrc|profile)|/home/[^/]{1,64}/\.ssh|/var/spool/cron"
    r"|/(?:usr/(?:local/)?)?s?bin/|/boot/|/(?:usr/)?lib(?:32|64|x32)?/(?:security|systemd|modules)/|/lib/[\w.-]{1,60}\.so)"
)


def is_sensitive(path: str) -> bool:
    """True if a change of this file lets somebody in or keeps him there."""
    return bool(_SENSITIVE.match(path))


def short(paths: Sequence[str]) -> str:
    """The sensitive ones first, a few, and how many there are."""
    first = [path for path in paths if is_sensitive(path)][:3]
    first += [path for path in paths[:6] if path not in first][: 3 - len(first)]
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path[:80] for path in first) + more
