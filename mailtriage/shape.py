"""What a text says once its numbers, identifiers and host names are left out: two texts of one shape say the same.

State words and the step between none and some ("0 errors", "3 errors") are never masked away: what differs there differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.text import one_line

_STATE_WORDS = (
    r"ok|good|bad|passed|pass|fail(?:ed|ure|ures|s|ing)?|errors?|degraded|faulted|offline|online|unavail(?:able)?|removed|missing|lost|"
    r"warnings?|critical|fatal|panic(?:ked)?|dead|down|up|broken|corrupt(?:ed|ion)?|uncorrectable|refused|denied|timeout|timed|full|"
    r"expired|vulnerab(?:le|ility|ilities)|stopped|running|active|inactive|optimal|rebuil(?:d|ding|t)|resilver(?:ed|ing)|repaired|"
    r"changed|added|deleted|closed|open|problem|resolved|success(?:ful|fully)?|abort(?:ed)?|killed|crash(?:ed)?|rejected|overdue"
)
_STATE_WORD = re.compile(rf"(?i:{_STATE_WORDS})")
_STATE = re.compile(rf"(?i)(?:\b(?P<none>0|no|not|none|never|without)\s+)?\b(?P<word>{_STATE_WORDS})\b")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*\w)?")
_IDENTIFIER = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MAX_SHAPED = 400  # characters of a text that count for its shape


def shape(text: str, hosts: frozenset[str] = frozenset(), own: str = "") -> str:
    """`text` with host names and identifiers masked and every number as `#`; a number that is zero stays `0`."""
    label = own.partition(".")[0].lower()

    def masked(match: re.Match[str]) -> str:
        word = match[0].lower()
        is_host = word in hosts or (word == label and not is_state_word(word))
        return "HOST" if is_host else match[0]

    text = _WORD.sub(masked, one_line(text, _MAX_SHAPED))
    text = _IDENTIFIER.sub("#", text)
    return _NUMBER.sub(lambda number: "0" if _is_zero(text, number) else "#", text)


def states(lines: Iterable[str]) -> frozenset[str]:
    """The state words of the lines, each with whether it is denied or counted as none."""
    return frozenset(
        ("no " if found["none"] else "") + found["word"].lower() for line in lines for found in _STATE.finditer(one_line(line, _MAX_SHAPED))
    )


def is_state_word(word: str) -> bool:
    """Whether the word says how something is: no host's name may mask it."""
    return _STATE_WORD.fullmatch(word) is not None


def _is_zero(text: str, number: re.Match[str]) -> bool:
    before = text[number.start() - 1 : number.start()]
    return ":" not in number[0] and not number[0].strip("0.,") and not (before.isalnum() or before in ("_", "-", "/"))
