"""What in a line is masked: the masks, and a way to find them without trying each at every character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailtriage.classify.dates import DATE, DATE_AT_DIGIT, DATE_WORDS, PERIOD

# Network cards as FreeBSD, Linux and appliances name them, and what is made of software: what one does says nothing of the other.
CARD = (
    r"(?:em|igb|igc|ixl?|re|rl|bge|bce|bnxt|cxgbe?|mlxen|mlx|mce|vtnet|vmx|hn|xn|ena|msk|sk|fxp|dc|ale|alc|ath|iwn|eth|ens|eno|ue)\d+"
    r"|enp\d+s\d+(?:f\d+)?"
)
VIRTUAL = r"(?:epair|bridge|vlan|tun|tap|gif|gre|wg|veth|virbr|docker|vmbr|br)\d+[ab]?"
NUMBER = r"\d+(?:[.,]\d+)*"
DURATION_UNIT = r"(?:ms|msec|us|secs?|s|mins?|m|hr|h|d|w)"
# Of those that match at a place the first one counts.
MASKS = (
    ("url", r"\b(?:https?|ftp|rsync|ssh)://[^\s<>\"]+"),
    ("msgid", r"<[^<>\s@]*\d[^<>\s@]{5,}@[^<>\s]+>"),
    ("uuid", r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"),
    ("mac", r"(?<![\w:])[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?![\w:])"),
    ("date", DATE),
    ("period", PERIOD),
    ("clock", r"(?<![\w.:])[0-2]?\dh[0-5]\d(?![\w:])|(?<![\w.:])\d{1,3}:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[AaPp][Mm]\b|(?![\w:]))"),
    ("ip6", r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){0,6}(?:::)?(?![\w:])|"
        r"(?<![\w:.])::(?:1|ffff:[\d.]+)?(?![\w:])|(?<![\w:.])[0-9a-fA-F]{1,4}::(?:[0-9a-fA-F]{1,4}:?){0,6}(?![\w:])"),
    ("ip4", r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.]*\d)"),
    ("pid", r"(?<=[\w)])\[\d+\]"),
    ("hex", r"\b0x(?=[0-9a-fA-F]*[1-9a-fA-F])[0-9a-fA-F]+\b|\b(?=[0-9a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{12,}\b"
        r"|(?<=[A-Za-z][-_.])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,11}(?![\w-])"
        r"|(?<![\w.-])(?=[a-f]*\d)(?=\d*[a-f])(?!\d+[a-f]\b)[0-9a-f]{6,11}(?![\w.-])"),
    ("temporary", r"(?<=/)(?:tmp|temp|mktemp|cron)[.-][A-Za-z0-9]{5,}\b"
        r"|(?<=/tmp/)(?=[\w.-]*(?:\d|[a-z][A-Z]))[A-Za-z][\w.-]{4,}(?![\w./-])"),
    ("card", rf"(?<![\w.-])(?:{CARD})(?![\w-]|\.\w)"),
    ("virtual", rf"(?<![\w.-]){VIRTUAL}(?![\w-]|\.\w)"),
    ("id", r"\b(?=(?:[A-Za-z]*\d){3})(?=(?:\d*[A-Za-z]){3})"
        r"(?:[A-Za-z]+\d+[A-Za-z]+\d+|\d+[A-Za-z]+\d+[A-Za-z]+)[A-Za-z0-9]*\b(?<=[A-Za-z0-9]{8})"),
    ("percent", rf"(?<![\w.]){NUMBER}\s?(?:%|(?i:percent|pct|prozent|pour cent|pourcents?|procent\w{{0,3}})\b)"),
    ("heat", rf"(?<![\w.]){NUMBER}(?:\s?[°º]\s?[CF]|\s?C|\s?dBm?)(?!\w)"),
    ("duration", rf"(?<![\w.]){NUMBER}{DURATION_UNIT}(?:\s?{NUMBER}{DURATION_UNIT})*(?![\w/])"),
    ("size", rf"(?<![\w.]){NUMBER}(?:\s?[KMGTPE]i?B(?:ytes?)?|[KMGTPEk]i?|B|\s(?:bytes|kB|[KMGT]Bytes))(?![\w%/])"),
    ("version", r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w%])"),
    ("glued", rf"(?<=[A-Za-z_]){NUMBER}|{NUMBER}(?=[A-Za-z_])"),
    ("number", rf"{NUMBER}"),
)  # fmt: skip

_NEVER_AT_DIGIT = ("url", "msgid", "pid", "temporary", "card", "virtual")
_NEVER_AT_SIGN = ("date", "period", "clock", "ip4", "percent", "heat", "duration", "size", "version", "glued", "number")


def _joined(masks: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in masks.items()))


_AT_DIGIT = _joined({name: pattern for name, pattern in MASKS if name not in _NEVER_AT_DIGIT} | {"date": DATE_AT_DIGIT})
_AT_WORD = _joined({"date": DATE})
_AT_SIGN = _joined({name: pattern for name, pattern in MASKS if name not in _NEVER_AT_SIGN})
# Every place where a mask can match, and some where none does: this may find too much, never too little. What follows a
# sign rules out a date: its first word ends before a dot, a comma or a blank.
_START = re.compile(
    r"(?P<digit>\d)"
    r"|(?P<sign>\[(?=\d)|<(?=[^<>\s]*@)|::"
    r"|(?<![A-Za-z0-9])(?:(?=[A-Za-z]+\d|[a-fA-F]{1,4}:|[a-fA-F]{8}-)|(?=[hfrs][a-z]{2,4}://|(?:tmp|temp|mktemp|cron)[.-]))|(?<=/tmp/)(?=[A-Za-z]))"
    r"|(?<!\w)(?P<word>[^\W\d_]{2,}+)(?=[.,]{0,2}\s+(?:[^\W\d_]+\.?\s+){0,2}\d)"
)


def finds(text: str) -> Iterator[re.Match[str]]:
    """What is to be masked, from left to right; the group that matched names the mask."""
    at = 0
    while start := _START.search(text, at):
        place = start.start()
        if start.lastgroup == "digit":
            found = _AT_DIGIT.match(text, place)
        elif start.lastgroup == "sign":
            found = _AT_SIGN.match(text, place)
        else:
            word = start["word"]
            found = None if word.isascii() and word.lower() not in DATE_WORDS else _AT_WORD.match(text, place)
        if found is None:
            at = place + 1
        else:
            yield found
            at = found.end()
