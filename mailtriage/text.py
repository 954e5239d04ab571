"""Text that came by mail, made fit for a line of a terminal, a log or a sink."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
# C0 and C1 controls, and what turns the reading direction around (Unicode bidi controls).
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def one_line(text: str, limit: int = 200) -> str:
    """`text` as one printable line of at most `limit` characters: no escapes, controls or line ends."""
    text = text[: limit * 8]
    if not text.isprintable():  # every control and bidi mark is not
        text = _CONTROLS.sub(" ", _ESCAPES.sub("", text))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def printable(text: str) -> str:
    """`text` with its line ends and tabs kept and every other control character shown as `·`."""
    text = _ESCAPES.sub("·", text)
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", "·", text)


def plural(n: int, word: str) -> str:
    """`1 mail`, `2 mails`."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
