"""What mails of storage, power and management hardware share: three sorts of section, and the words that tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Section, Severity, State

# A bad word wins over a good one: `rebuild failed` is no recovery.
_BAD = re.compile(
    r"\bfail(?!over|back)|\bfault|\bdegrad|\bcrash|\bcritical|\bfatal|\berror|\bcorrupt|\bmissing|\blost\b|\bdown\b"
    r"|\bbad sector|\bunreadable"
    r"|\bpending\b.{0,20}\bsectors?|\boffline\b|\bunavail|\bremoved?\b|\bimproper|\babnormal|\bexceed|\bover ?temp"
    r"|\boverheat|\btoo (?:high|low|hot)"
    r"|\bpredict|\bwarning\b|\bnot (?:optimal|healthy|redundant|present|responding|mounted|available)|\bunhealthy"
    r"|\bunreachable|\bout of (?:range|space)"
    r"|\bnearly full|\balmost full|\brunning out|\blow (?:on|space|battery|capacity)|\bbattery (?:is )?low"
    r"|\bdisconnect|\bshut ?down|\bpower (?:failure|loss|outage)"
    r"|\bunsafe|\bunable\b|\bcannot\b|\bcould not\b|\bdisabled\b|\bexpir(?:e[sd]?|ing)\b|\bsuspended|\bread-?only|\bintrusion"
    r"|\basserted|\bgoing (?:low|high)"
    r"|\bblocked\b|\bvirus|\bmalware|\bransom|\bloss of\b|\bdied\b|\bdead\b|\buncorrect|\bdegener|\babort|\bstopped\b"
    r"|\bunexpected|\bimpending|\bvulnerab"
    r"|\brebuild(?:ing)? (?:has )?start|\brepair(?:ing)? (?:has )?start|\b(?:8[5-9]|9\d|100) ?%|\bon battery|\breplac"
    r"|\bdefekt|\bfehler|\bausgefallen|\bherabgestuft"
    r"|\babgestürzt|\bverschlechtert|\bbeschädigt|\bdégrad|\béchou|\bdefectu|\bpanne|\bbad blocks?"
    r"|\bbbu\b.{0,30}\b(?:disabl|discharg|low)",
    re.IGNORECASE,
)
_LOST = re.compile(r"\bcrash|\bfatal|\buncorrect|\bnon-?recoverable|\bemergency|\bdata loss|\bsuspended|\bcorrupt", re.IGNORECASE)
_WITHOUT_SPARE = re.compile(r"\bdegrad|\bremoved\b|\bsectors?\b|\bnot redundant|\bredundancy lost", re.IGNORECASE)
_MILD = re.compile(
    r"\b(?:predict|warning|non-?critical|correctable|login|log ?on|backup|update|certificate|replica|sync|space"
    r"|full\b|[78]\d ?%|password)",
    re.IGNORECASE,
)
_GRAVE = re.compile(r"\bfail(?:ed|ure)|\bread-?only|\bcritical\b", re.IGNORECASE)
_GOOD = re.compile(
    r"\brepaired\b|\brestored\b|\brecovered\b|\breturned\b|\bcleared\b|\bdeassert|\bback (?:online|to normal"
    r"|in normal|up)|\bnow (?:optimal|online|available)"
    r"|\bis (?:now )?(?:optimal|online|normal|healthy|ok)\b|\breturned to (?:normal|ok)|\b(?:rebuild"
    r"|repair)\w*.{0,40}\b(?:complete|finished|done)"
    r"|\bwithin range|\bhas been (?:repaired|rebuilt|restored|resolved)|\bresolved\b|\bestablished\b"
    r"|\boperating normally|\bto:? (?:ok|normal|optimal|online)\b|\bredundancy regained|\bredundant\b",
    re.IGNORECASE,
)
WORDS = {
    **dict.fromkeys(("info", "information", "informational", "notice", "normal", "ok", "progress", "clear", "debug"), Severity.INFO),
    **dict.fromkeys(("warning", "warn", "caution", "minor", "non-critical", "noncritical", "warning minor"), Severity.WARNING),
    **dict.fromkeys(("error", "high", "major", "failed", "warning major", "err"), Severity.HIGH),
    **dict.fromkeys(("critical", "fatal", "emergency", "alert", "dead", "non-recoverable", "crit"), Severity.CRITICAL),
}


def section_types(check: str, about: str, measures: tuple[str, ...] = (), recovery: Recovery = Recovery.EXPLICIT) -> dict[str, SectionType]:
    """The three sorts of section of a device's mail; `about` says what the item is."""
    texts = {"problem": f"something is not well [{about}]", "recovery": "it is well again [the same]", "notice": "neither [the same]"}
    return {name: SectionType(name=name, about=text, check=check, recovery=recovery, measures=measures) for name, text in texts.items()}


def is_bad(sentence: str) -> bool:
    """True if a sentence tells of trouble."""
    return bool(_BAD.search(sentence[:2000]))


def is_good(sentence: str) -> bool:
    """True if a sentence tells that trouble is over, and of no other."""
    return bool(_GOOD.search(sentence[:2000])) and not is_bad(_GOOD.sub(" ", sentence[:2000]))


def grade(sentence: str) -> Severity:
    """How bad the words of a bad sentence are."""
    text = sentence[:2000]
    if _LOST.search(text):
        return Severity.CRITICAL
    if _WITHOUT_SPARE.search(text):
        return Severity.HIGH
    if _MILD.search(text):
        return Severity.WARNING
    return Severity.CRITICAL if _GRAVE.search(text) else Severity.HIGH


def told(
    types: dict[str, SectionType],
    name: str,
    lines: Iterable[str],
    *,
    item: str,
    summary: str,
    severity: Severity | None = None,
    measures: Iterable[Measure] = (),
) -> Section:
    """A section of this name, in the state the name says; its first line is the summary."""
    states = {"problem": State.PROBLEM, "recovery": State.OK}
    return types[name].section(
        (" ".join(summary.split())[:300] or "(no text)", *lines),
        item=short(item),
        state=states.get(name, State.INFO),
        severity=severity,
        summary=" ".join(summary.split())[:300],
        measures=measures,
    )


def short(item: str) -> str:
    """An item of one line; numbers that are values are the sender's to leave out."""
    return " ".join(item.split())[:110]


def whole(message: Message) -> tuple[str, ...]:
    """All lines of a mail, its subject first: a verdict on the mail is a verdict on both."""
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    return (*subject, *body_lines(message.text))


def without_values(text: str) -> str:
    """A sentence without counts, percentages and readings; the number of a disk or pool stays."""
    return _VALUE.sub("N", text)


_VALUE = re.compile(
    r"(?<![\w/.-])\d{1,18}(?:\.\d{1,9})?(?: ?(?:%|°?[CF]\b|[KMGTP]i?B\b|RPM\b|V(?:olts?)?\b)"
    r"|(?= (?:[\w()]{1,20} ){0,3}(?:sectors?|errors?|times?|days?|hours?)\b))"
    r"|\b\d{4,18}\b|\b\d{1,2}(?::\d\d){1,2}\b",
    re.IGNORECASE,
)


def fields(text: str, most: int = 200) -> dict[str, str]:
    """`Name: value` lines by lower-case name; the first of a name counts. A value may stand on the line below."""
    found: dict[str, str] = {}
    waiting = ""
    for line in text[:40000].split("\n")[:most]:
        stripped = line.strip().strip("|*").strip()
        pair = _FIELD.fullmatch(stripped[:1000])
        if pair:
            waiting = "" if pair.group(2) else pair.group(1).strip().lower()
            if pair.group(2):
                found.setdefault(pair.group(1).strip().lower(), pair.group(2).strip())
        elif stripped and waiting:
            found.setdefault(waiting, stripped)
            waiting = ""
    return found


_FIELD = re.compile(r"([A-Za-z][\w ./()#-]{0,40}?)\s{0,20}[:=]\s{0,30}(.*)")


def host_of(message: Message, *names: str) -> str:
    """The first of the names that can be a host, in its long form; else the host that sent the mail."""
    for name in names:
        host = sane_host(name)
        if host and host not in ("localhost", "unknown", "n", "na", "none"):
            return longer_host(host, message.host)
    return message.host
