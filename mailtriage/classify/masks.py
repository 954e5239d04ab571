"""A line becomes its shape: what varies from day to day is masked, what carries meaning stays.

Words, results, units, percent signs and signs stay as they are. Numbers, dates, clock times, sizes and durations become
typed slots whose values are kept beside the shape. Names of the mail's own host are masked. So are other hosts of its
domain, addresses, hex strings, ids and URLs, but a slot keeps which one it was: where it was always the same, another is news.
An address keeps whether it is private or public.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from mailtriage.classify.dates import MONTH_NUMBER, Day, parsed, period, time_of_day
from mailtriage.classify.rows import row
from mailtriage.classify.scan import DURATION_UNIT, NUMBER, finds
from mailtriage.classify.slots import VERSION_STEP

LONGEST_LINE = 4000  # characters; a longer line is only known by its hash, so it is always new
_CACHE_SIZE = 300_000  # lines


@dataclass(frozen=True, slots=True)
class Value:
    """What stood in one slot of a line. `type` is one of the letters of slots.py."""

    type: str
    number: float
    day: Day | None = None
    mark: str = ""  # of a number, what it says of the decimal mark (slots.py)


@dataclass(frozen=True, slots=True)
class MaskedLine:
    """A line without what varies."""

    shape: str  # what must be known
    name: str  # what must not be missing: the shape, or for a row of a table with its subject
    wording: str  # for the classifier: the shape with zero told from non-zero
    values: tuple[Value, ...]
    is_row: bool
    has_time: bool = False  # whether a date in it says the time of day
    subject: tuple[str, float] | None = None  # of a row: where a device hangs, and which one, as a hash


_SIZES = {"": 1.0, "K": 2.0**10, "M": 2.0**20, "G": 2.0**30, "T": 2.0**40, "P": 2.0**50, "E": 2.0**60}
_SECONDS = {
    "ms": 0.001,
    "msec": 0.001,
    "us": 1e-6,
    "s": 1,
    "sec": 1,
    "secs": 1,
    "m": 60,
    "min": 60,
    "mins": 60,
    "h": 3600,
    "hr": 3600,
    "d": 86400,
    "w": 604800,
}

# A percentage is a fill level, never learnt past 90, unless a word near it says that high is good or that it is no level.
_NOT_A_LEVEL = re.compile(
    r"(?i)\b(?:done|complete[d]?|finished|idle|free|avail\w*|uptime|sla|hit|hits|ratio|success\w*|ok|passed|loss|charge[d]?|battery|health\w*|"
    r"received|transferred|sent|copied|written|verified|dedup\w*|compress\w*|saved|unchanged|same|coverage|progress|remaining|left|"
    r"ups|usv|onduleur|frei|verfügbar|fertig|abgeschlossen|erledigt|übertragen|libre|terminée?s?|achevée?s?|disponible|batterie|akku|accu|bateria|baterii|synchron\w*|resync\w*|zakończon\w*|ukończon\w*|gereed|geladen|opgeladen|naładowan\w*|vrij|voltooid|klaar|beschikbaar|wolne|ukończono|gotowe|dostępne)\b"
)

_PERCENT = re.compile(r"%|(?i:percent|pct|prozent|pour ?cent|procent)")
_WORTH_MASKING = re.compile(r"\d|::")
_RULER = re.compile(r"([-=_*#~.+])\1{3,}")
_HOST, _PEER = "\x01", "\x02"  # a peer's name stands between two of its marks
_PEER_NAME = re.compile(f"{_PEER}([^{_PEER}]*){_PEER}")
_NUMBERED_WORD = re.compile(r"[^\W\d_][\w.-]{0,20}?\d{1,4}[:,;)]?")
_WEEKDAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# 896 860 is one number: a plain or narrow blank between groups of three, before a word or at the end; columns lie farther apart.
_BLANK = "[ \u00a0\u202f]"
_THOUSANDS = re.compile(
    rf"(?<![\w.,:;/+-])(?<!\d{_BLANK})[1-9]\d{{0,2}}({_BLANK})\d{{3}}(?:\1\d{{3}})*"
    rf"(?=\s*$|{_BLANK}?[^\W\d_]|{_BLANK}?[%€$£]|[;!)]|[.,](?:\s|$)|,\d{{1,2}}(?!\d))"
)

_cache: dict[str, MaskedLine] = {}


def masked(line: str) -> MaskedLine:
    """The shape of a line in which `hosts_masked` has already replaced the host's own names."""
    known = _cache.get(line)
    if known is None:
        if len(_cache) >= _CACHE_SIZE:
            _cache.clear()
        known = _cache[line] = _mask(line)
    return known


def _mask(line: str) -> MaskedLine:
    if len(line) > LONGEST_LINE:
        shape = "‹long›" + hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()
        return MaskedLine(shape, shape, "‹long›", (), False)
    # What looks like one of our own marks in a mail must not pass for one.
    line = line.replace("‹", "<").replace("›", ">").replace(_HOST, "‹host›")
    if typed := row(_PEER_NAME.sub("‹peer›", line)):
        found = tuple(Value(letter, number) for letter, number in typed.values)
        subject = (typed.subject[0], _named("k", typed.subject[1]).number) if typed.subject else None
        return MaskedLine(typed.shape, typed.name, typed.shape, found, True, False, subject)
    if _THOUSANDS.search(line):
        line = _THOUSANDS.sub(_joined_groups, line)
    text = _RULER.sub(r"\1\1\1\1", " ".join(line.split()))
    peers = _PEER_NAME.findall(text)
    text = _PEER_NAME.sub("‹peer›", text)
    values: list[Value] = []
    if _WORTH_MASKING.search(text):
        text = _with_slots(text, values)
    # A URL or a message id swallows the name in it: a shape has as many values as marks.
    values[:0] = [_named("a", name) for name in peers[: text.count("‹peer›")]]
    if any(day in text for day in _WEEKDAYS):
        text = _WEEKDAY.sub("‹weekday›", text)
    shape = text.replace("‹0", "‹")
    return MaskedLine(shape, _row_name(line, shape), text, tuple(values), False, "‹time›" in shape)


def _joined_groups(found: re.Match[str]) -> str:
    """The number without the blanks in it; after a month it is a day and a number."""
    before = found.string[: found.start()].split()
    if before and before[-1].rstrip(".").lower() in MONTH_NUMBER:
        return found[0]
    return re.sub(_BLANK, "", found[0])


def _row_name(line: str, shape: str) -> str:
    """The shape with its first word unmasked where that numbers a thing (`imp-3`, `D01:`): a host's own habits tell such rows apart."""
    word = line.split(None, 1)[0] if line and not line.isspace() else ""
    if not _NUMBERED_WORD.fullmatch(word):
        return shape
    return f"{word}{shape[len(shape.split(' ', 1)[0]) :]}"


def _with_slots(text: str, values: list[Value]) -> str:
    """The line with what varies replaced; the values go to `values`."""
    percent = "c" if _PERCENT.search(text) and not _NOT_A_LEVEL.search(text) else "%"
    kept: list[str] = []
    at = 0
    for found in finds(text):
        kept += (text[at : found.start()], _slot(found, values, percent))
        at = found.end()
    return "".join((*kept, text[at:]))


def _slot(found: re.Match[str], values: list[Value], percent: str) -> str:
    """What stands in the shape for one match; its value goes to `values`."""
    name, text = found.lastgroup or "", found[0]
    if name in ("date", "period"):
        return _dated(text, values, is_day=name == "date")
    if name in _FREE:
        return _FREE[name]
    if name in _NAMES or name in ("ip4", "ip6"):
        values.append(_named("k" if name in _LASTING else "a", text))
        return _NAMES.get(name) or _address(text)
    number = _MAGNITUDE[name](text)
    letter = percent if name == "percent" else _LETTER[name]
    values.append(Value(letter, number, None, _decimal_mark(text) if name in _WITH_MARK else ""))
    mark = "%" if name == "percent" else text[-1] if name == "heat" else _LETTER[name]
    return f"‹0{mark}›" if number == 0 else f"‹{mark}›"


def _dated(text: str, values: list[Value], *, is_day: bool) -> str:
    day = parsed(text) if is_day else period(text)
    if day is None:
        return text
    values.append(Value("d", 0.0, day))
    if not is_day:
        return "‹week›" if "W" in text else "‹month›"
    clock = time_of_day(text)
    if clock is None:
        return "‹date›"
    values.append(Value("o", clock))
    return "‹date› ‹time›"


def _named(letter: str, name: str) -> Value:
    """Which one stood here, as a hash: no model tells addresses."""
    return Value(
        letter, float(int.from_bytes(hashlib.blake2b(name.lower().encode("utf-8", "surrogatepass"), digest_size=5).digest(), "big"))
    )


def _number(text: str) -> float:
    """`1,234` and `1.234.567` are thousands, `0,5` and `1.5` are fractions."""
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        whole, fraction = text[:decimal], text[decimal + 1 :]
        return float(re.sub(r"[.,]", "", whole) + "." + fraction)
    mark = "," if "," in text else "."
    parts = text.split(mark)
    is_thousands = len(parts) > 2 or (mark == "," and len(parts) == 2 and len(parts[1]) == 3 and parts[0] != "0")
    return float("".join(parts)) if is_thousands else float(".".join(parts))


_NUMBERS = re.compile(NUMBER)
_WITH_MARK = ("percent", "heat", "duration", "size", "glued", "number")


def _decimal_mark(text: str) -> str:
    """What the number in this text says of its decimal mark: `1.5` has a point; `i` is a plain number; `1.649` may have a point (`?.`)."""
    found = None if text.isdigit() else _NUMBERS.search(text)
    number = found[0] if found else ""
    if "," not in number and "." not in number:
        return "i"
    if "," in number and "." in number:
        return number[max(number.rfind(","), number.rfind("."))]
    mark = "," if "," in number else "."
    parts = number.split(mark)
    if len(parts) > 2:
        return "." if mark == "," else ","
    if len(parts[1]) == 3 and len(parts[0]) <= 3 and parts[0][0] != "0":
        return f"?{mark}"
    return mark


def _clock(text: str) -> float:
    total = 0.0
    parts = text.rstrip("AaPpMm ").replace("h", ":").split(":")
    for part in parts:
        total = total * 60 + float(part)
    return total * 60 if len(parts) == 2 else total


_LEADING = re.compile(NUMBER)
_DURATION_PART = re.compile(rf"({NUMBER})({DURATION_UNIT})")
_SIZE_PARTS = re.compile(r"([\d.,]+)\s?([KMGTPEk]?)")


def _duration(text: str) -> float:
    return sum(_number(part[1]) * _SECONDS[part[2]] for part in _DURATION_PART.finditer(text))


def _size(text: str) -> float:
    found = _SIZE_PARTS.match(text)
    assert found is not None
    return _number(found[1].rstrip(".,")) * _SIZES[found[2].upper()]


def _leading(text: str) -> float:
    """The number that a unit follows."""
    found = _LEADING.match(text)
    assert found is not None
    return _number(found[0])


def _version(text: str) -> float:
    """One number that sorts as the first three parts do."""
    parts = [min(float(part), VERSION_STEP - 1) for part in text.split(".")[:3]]
    return (parts[0] * VERSION_STEP + parts[1]) * VERSION_STEP + (parts[2] if len(parts) > 2 else 0.0)


_MAGNITUDE: dict[str, Callable[[str], float]] = {
    "clock": _clock,
    "percent": _leading,
    "heat": _leading,
    "duration": _duration,
    "size": _size,
    "version": _version,
    "glued": _number,
    "number": _number,
}
_LETTER = {"clock": "t", "duration": "u", "size": "s", "version": "v", "glued": "g", "number": "n", "heat": "h"}
_FREE = {"msgid": "‹msgid›", "pid": "‹pid›", "temporary": "‹tmp›"}  # another one each time, and never any news
_NAMES = {"url": "‹url›", "uuid": "‹uuid›", "mac": "‹mac›", "hex": "‹hex›", "id": "‹id›", "card": "‹card›", "virtual": "‹virtual card›"}

_LASTING = ("url", "uuid", "hex", "id")  # where a whole fleet has the same one, another is news


def _address(text: str) -> str:
    """An address keeps its family and whether it can come from outside."""
    if ":" in text:
        if text in ("::", "::1"):
            return "‹ip loopback›"
        return "‹ip private›" if text.lower().startswith(("fe8", "fe9", "fea", "feb", "fc", "fd")) else "‹ip public›"
    parts = [int(part) for part in text.split(".")]
    if max(parts) > 255:
        return "‹ip odd›"
    if parts[0] in (0, 127):
        return "‹ip loopback›"
    is_private = parts[0] == 10 or parts[:2] in ([192, 168], [169, 254]) or (parts[0] == 172 and 16 <= parts[1] <= 31)
    return "‹ip private›" if is_private or parts[:2] == [100, 64] else "‹ip public›"


# Short names that are also words of reports: masking them would make two shapes of one line.
_COMMON_NAMES = (
    "mail backup db web www proxy ns gate gateway monitor files file build test dev prod root host local localhost server node disk pool "
    "tank data log logs home var usr tmp ok good bad error errors failed fail warning critical fatal panic down up online offline degraded "
    "faulted problem active inactive done full empty none new old lost alert danger dead sick healthy clean dirty"
)

HostMask = tuple[re.Pattern[str] | None, re.Pattern[str] | None, str]


@lru_cache(maxsize=8192)
def host_mask(hosts: tuple[str, ...]) -> HostMask:
    """What `hosts_masked` needs to mask these hosts' names and the other names of their domains."""
    full: set[str] = set()
    names: set[str] = set()
    domains: set[str] = set()
    for host in hosts:
        short, _, domain = host.partition(".")
        if domain:
            full.add(host)
            if "." in domain:
                domains.add(domain)
        if len(short) > 2 and short not in _COMMON_NAMES.split() and not short.isdigit():
            names.add(short)
    if not names and not full:
        return None, None, ""
    numbered = {name for name in names if name[-1].isdigit()}
    # What stands before or behind a full name (www.NAME, NAME.conf), or a numbered one (NAME-daily), stays in the shape.
    forms = (
        (full, r"(?<![\w-])(?:{})(?![\w-])"),
        (numbered, r"(?<![^\W_])(?:{})(?![^\W_])"),
        (names - numbered, r"(?<![\w.-])(?:{})(?![\w-]|\.\w)"),
    )
    own_pattern = re.compile("(?i)" + "|".join(form.format(_either(some)) for some, form in forms if some))
    if not domains:
        return own_pattern, None, ""
    others = re.compile(rf"(?i)(?<![\w.-])[\w-]+(?:\.[\w-]+)*?\.(?:{_either(domains)})(?![\w-])")
    return own_pattern, others, min(domains, key=len)


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


def hosts_masked(line: str, mask: HostMask) -> str:
    """The line with the mail's own host, and other hosts of its domain, replaced by placeholders."""
    if _HOST in line or _PEER in line:
        line = line.replace(_HOST, "?").replace(_PEER, "?")
    own, others, domain = mask
    if own is None or len(line) > LONGEST_LINE:
        return line
    line = own.sub(_HOST, line)
    return others.sub(lambda found: _PEER + found[0] + _PEER, line) if others is not None and domain in line else line
