"""apcupsd for UPSs of APC, 3.8 to 3.14: subject and first line `db03 UPS smart1500 Power Failure !!!`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import host_of
from mailtriage.recognise._appliance import is_bad as bad_words
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Measure, Message, Recovery, Report, Section, Severity, State

_SENTENCE = re.compile(
    r"(?P<host>(?!UPS )\S{1,255}) (?:(?:(?-i:UPS) ?(?P<ups>\S{0,60}) )?(?P<power>Power Failure !!!|Power has returned)"
    r"|(?-i:UPS) ?(?P<battery_ups>\S{0,60}) (?P<battery>battery needs changing NOW\.?|battery .{1,60}|.{0,20}(?:low battery"
    r"|shutdown|overload).{0,40})"
    r"|Communications with (?-i:UPS) ?(?P<comm_ups>\S{0,60}) (?P<comm>lost|restored))",
    re.IGNORECASE,
)
_STATUS = re.compile(r"^[ \t]{0,8}([A-Z][A-Z0-9 ]{1,9}?) *: ?(.*)$", re.MULTILINE)
_MOST = 20
_KEYS = {"BCHARGE": "ups_charge", "LOADPCT": "ups_load", "LINEV": "ups_voltage", "TIMELEFT": "ups_runtime", "ITEMP": "temperature"}
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(?: (Percent|Minutes|Volts|C|Seconds|F)\b.*)?")
_MEASURES = ("ups_charge", "ups_load", "ups_voltage", "ups_runtime", "temperature")
_TYPES = {
    name: SectionType(
        name=name,
        about=about,
        check=check,
        recovery=Recovery.EXPLICIT,
        measures=_MEASURES,
    )
    for name, check, about in (
        ("power", "ups_power", "the power failed, or is back [UPS]"),
        ("comm", "ups_comm", "the UPS does not answer, or answers again [UPS]"),
        ("battery", "ups_battery", "the battery is low or has to be replaced [UPS]"),
    )
}
_DOUBT = SectionType(
    name="doubt",
    about="the text says that it is over, the subject or a further line that it is not [UPS]",
    check="ups_doubt",
    measures=_MEASURES,
)
SECTIONS = (*_TYPES.values(), _DOUBT)


def claims(message: Message) -> bool:
    """True if the first line is apcupsd's, and the subject is the same or the lines of `apcaccess status` follow."""
    first = first_line(message.text)
    if "UPS" not in first and "Power" not in first:
        return False
    if not _SENTENCE.fullmatch(first):
        return False
    status = {name for name, _ in _STATUS.findall(message.text[:6000])}
    return (
        message.subject.strip() == first
        or message.text.strip() == first
        or len(status & {"APC", "HOSTNAME", "UPSNAME", "STATUS", "BCHARGE", "LINEV"}) >= 3
    ) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, one for each other trouble told by subject or text, and one where the status shows a battery to replace."""
    found = _SENTENCE.fullmatch(first_line(message.text))
    status = {name.strip(): value.strip() for name, value in _STATUS.findall(message.text[:20000])}
    if found is None:
        return Report(kind="apcupsd", host=message.host, sections=())
    told = _others(message, found)
    ups = found.group("ups") or found.group("comm_ups") or found.group("battery_ups") or status.get("UPSNAME", "")
    name, is_over = _told(found)
    flags = set(status.get("STATUS", "").split())
    is_bad = bool(flags & {"ONBATT", "LOWBATT", "COMMLOST", "SHUTTING", "OVERLOAD", "NOBATT"})
    worse = next((other for other in told if _told(other)[0] == name), None) if is_over else None
    if worse:
        found, is_bad = worse, True
    state = State.OK if is_over and not is_bad else State.PROBLEM
    # A good text under a bad subject closes nothing.
    is_doubted = state is State.OK and (bool(told) or bad_words(_SENTENCE.sub("", message.subject)))
    more = [
        _TYPES[of].section(
            (other.group(0),),
            item=other.group("ups") or other.group("comm_ups") or other.group("battery_ups") or ups,
            state=State.PROBLEM,
            severity=_severity(of, other.group(0), flags),
            summary=other.group(0),
        )
        for other in told
        if (of := _told(other)[0]) != name
    ]
    section = (_DOUBT if is_doubted else _TYPES[name]).section(
        body_lines(message.text),
        item=ups,
        state=State.INFO if is_doubted else state,
        severity=None if is_doubted else _severity(name, found.group(0), flags),
        summary=found.group(0),
        measures=_measures(status, ups),
    )
    return Report(kind="apcupsd", host=host_of(message, found.group("host")), sections=(section, *more, *_battery(name, flags, ups)))


def _others(message: Message, first: re.Match[str]) -> list[re.Match[str]]:
    """The sentences about trouble in the subject and below the first line."""
    lines = [message.subject.strip(), *(line.strip() for line in body_lines(message.text)[1:])]
    found = [_SENTENCE.fullmatch(line) for line in lines if ("UPS" in line or "Power" in line) and len(line) < 400]
    return [one for one in found if one and one.group(0) != first.group(0) and not _told(one)[1]][:_MOST]


def _told(found: re.Match[str]) -> tuple[str, bool]:
    if found.group("power"):
        return "power", "returned" in found.group("power").lower()
    if found.group("comm"):
        return "comm", found.group("comm").lower() == "restored"
    return "battery", False


def _severity(name: str, sentence: str, flags: set[str]) -> Severity:
    if "LOWBATT" in flags or "SHUTTING" in flags or re.search(r"low battery|shutdown|exhausted|failed", sentence, re.IGNORECASE):
        return Severity.CRITICAL
    return Severity.HIGH if name == "power" else Severity.WARNING


def _battery(name: str, flags: set[str], ups: str) -> tuple[Section, ...]:
    bad = sorted(flags & {"REPLACEBATT", "NOBATT"})
    if name == "battery" or not bad:
        return ()
    return (
        _TYPES["battery"].section(
            (f"STATUS: {' '.join(bad)}",), item=ups, state=State.PROBLEM, severity=Severity.WARNING, summary=f"UPS {ups}: {' '.join(bad)}"
        ),
    )


def _measures(status: dict[str, str], ups: str) -> list[Measure]:
    found = []
    for key, name in _KEYS.items():
        number = _NUMBER.fullmatch(status.get(key, ""))
        if number and number.group(2) != "F":
            factor = 60 if number.group(2) == "Minutes" else 1
            found.append(measure(name, ups, float(number.group(1)) * factor))
    return found
