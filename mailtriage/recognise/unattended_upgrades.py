"""unattended-upgrades of Debian and Ubuntu.

Subjects: `[package on hold] [reboot required] unattended-upgrades result for web07.example.org: SUCCESS`, up to about 1.x
`unattended-upgrades result for 'web07': 'True'`; the words around the host are translated, SUCCESS and FAILURE are not.
"""

from __future__ import annotations

import re
from collections import Counter

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section, State

_NAME = r"(?:unattended[- ]upgrades?|Unattended[- ]upgrades?|automatischen Systemaktualisierung)"
_SUBJECT = re.compile(
    rf"(?:\[[^\]]{{1,40}}\]\s*){{0,3}}.{{0,60}}{_NAME}\b.{{0,30}}?\s'?(?P<host>[^\s':]{{1,300}})'?\s?:\s*'?(?P<result>SUCCESS|FAILURE|True|False)'?\s*"
)
_FLAG = re.compile(r"\[([^\]]{1,60})\]")
_REBOOT_FLAG = re.compile(r"reboot|neustart|redémarrage|herstart|reinici|riavvi|omstart|genstart", re.IGNORECASE)
_RESULT = re.compile(
    r"(?:Unattended upgrade (?:result|returned)|Ergebnis der automatischen Systemaktualisierung"
    r"|Resultaat van opwaardering zonder toezicht): .+"
)
_REBOOT = re.compile(
    r"Warning: A reboot is required to complete|Warnung: (?:Ein|Es ist ein) Neustart|.{0,40}\bA reboot is required\b"
    r"|Pending kernel upgrade!?$|Newer kernel available$|.{0,40}kernel version is .{1,120}|.{0,40}not the expected kernel version"
    r"|Restarting the system to load the new kernel|Diagnostics:$|.{0,20}\*\*\* System restart required"
)
_HEADINGS = (
    (
        "packages",
        re.compile(
            r"Packages that (?:were|are) (?:upgraded|auto-removed):|Pakete, welche aktualisiert wurden:|Paquets mis à niveau\s?:"
            r"|Paquetes que se actualizaron:|Pakketten die opgewaardeerd werden:|Pakker som blev opgraderet:"
        ),
    ),
    (
        "held",
        re.compile(
            r"Packages with upgradable origin but kept back:|Packages that were kept from being auto-removed:"
            r"|Pakete mit aktualisierbarem Ursprung, aber zurückgehalten.{0,20}|Packages? (?:that are )?kept back:"
            r"|Packages with conffile prompt.{0,80}"
        ),
    ),
)
_KEPT = re.compile(
    r"Package \S{1,200} is (?:kept back because|marked to be held back|blacklisted)\b.{0,200}|Package \S{1,200}'s origin is not trusted\."
    r"|Packages that are kept back: \S.{0,5000}|Keeping (?:the following |\S{1,200} )?auto-removable .{0,5000}"
)
_LOG = re.compile(
    r"Unattended-upgrades log:|Protokoll der automatischen Systemaktualisierung:|Journal de unattended-upgrades\s?:"
    r"|Registro de unattended-upgrades:|Journaal van unattended-upgrades:|Log for unattended-upgrades:"
)
_REMOVED_LIST = re.compile(
    r"Packages that (?:were|are) (?:successfully )?auto[- ]removed: ?|Removing unused kernel packages: ?"
    r"|Packages that were successfully auto-removed: ?"
)
_LISTED = re.compile(
    r"(?:Packages that [a-z -]{1,60}|Initial [a-z ()]{1,60}|Removing unused kernel packages|Pake[^:]{1,60}|Paq[^:]{1,60}): ?(.{1,5000})"
)
_REMOVING = re.compile(r"^(?:Removing|Purging configuration files for) ([a-z0-9][a-z0-9+.:-]{0,100})", re.MULTILINE)
_FUNCTION_WORDS = frozenset(
    {
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "not",
        "no",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "the",
        "an",
        "will",
        "would",
        "can",
        "cannot",
        "to",
        "of",
    }
)
_LIST = re.compile(r"[a-z0-9][a-z0-9+.:-]{1,100}(?: [a-z0-9][a-z0-9+.:-]{1,100}){0,2000}")
_LAST_WORDS = re.compile(
    r"All upgrades installed|No packages found that can be upgraded unattended\b.{0,60}"
    r"|Packages (?:that )?(?:were successfully auto-removed|are kept back|are auto removed):? ?.*"
    r"|Alle Systemaktualisierungen installiert|Es wurden keine Pakete gefunden.{0,200}|Toutes les mises à niveau ont été installées"
    r"|Aucun paquet à mettre à niveau.{0,100}|Se han instalado todas las actualizaciones|No se encontraron paquetes que .{0,150}"
    r"|Alle opwaarderingen zijn geïnstalleerd\.|Er werden geen pakketten gevonden.{0,200}"
    r"|Package \S{1,200} is (?:kept back|marked to be held back|blacklisted).*"
    r"|Todas as atualizações instaladas"
)

_RESULT_SECTION = SectionType(
    name="result",
    about="what became of the run: the result, the logs of dpkg and of unattended-upgrades",
    check="update_failed",
    recovery=Recovery.STATE,
)
_PACKAGES = SectionType(name="packages", about="packages that were upgraded or removed", measures=("updates_applied",))
_HELD = SectionType(
    name="held", about="packages kept back or on hold", check="updates_held", recovery=Recovery.STATE, measures=("updates_held",)
)
_REBOOT_SECTION = SectionType(
    name="reboot",
    about="a reboot that an update waits for; empty where none does",
    check="reboot_pending",
    recovery=Recovery.STATE,
    measures=("reboot_required",),
)
SECTIONS = (_RESULT_SECTION, _PACKAGES, _HELD, _REBOOT_SECTION)


def claims(message: Message) -> bool:
    """True if two of these are there: the subject, the first line that states the result, the heading of the program's own log."""
    subject, text = message.subject, message.text
    if not any(mark in text or mark in subject for mark in ("nattended", "Systemaktualisierung", "zonder toezicht")):
        return False
    marks = (
        bool(_SUBJECT.fullmatch(subject[:800])),
        bool(_RESULT.match(first_line(text))),
        any(_LOG.match(line) for line in text.split("\n")),
    )
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """Sections `result` and `reboot` always, `packages` and `held` where the mail lists any."""
    subject = _SUBJECT.fullmatch(message.subject[:800])
    is_bad = subject is not None and subject.group("result") in ("FAILURE", "False")
    pieces = _pieces(message.text)
    flags = _FLAG.findall(message.subject[: subject.start("host")]) if subject else []
    for flag in flags:
        pieces["reboot" if _REBOOT_FLAG.search(flag) else "held"].insert(0, f"[{flag}]")
    if is_bad and subject:
        pieces["result"].insert(0, f"{subject.group('result')} in the subject")
    for line in list(pieces["result"]):
        listed = _LISTED.fullmatch(line[:5000])
        if listed and _FUNCTION_WORDS & set(listed.group(1).split()):
            pieces["result"].append(f"no names of packages: {listed.group(1)}"[:1000])
    removed = _removed(message.text[:400000])
    if removed:
        pieces["result"].append(f"removed, and in no list of what is removed: {' '.join(removed)}"[:1000])
    filled = [line for line in message.text[-20000:].split("\n") if line.strip()]
    is_complete = is_bad or bool(filled and _LAST_WORDS.fullmatch(filled[-1].rstrip()[:5000]))
    host = stated_host(subject.group("host"), message.host) if subject else message.host
    return Report(kind="unattended_upgrades", host=host, sections=_sections(pieces), is_complete=is_complete)


def _pieces(text: str) -> dict[str, list[str]]:
    """The lines by the section they belong to; a list ends with the first empty line."""
    pieces: dict[str, list[str]] = {"result": [], "packages": [], "held": [], "reboot": []}
    known = Counter(re.findall(r"[a-z0-9][a-z0-9+.-]{1,100}", text[:400000]))
    here = "result"
    was_heading = False
    for raw in text.lstrip().split("\n"):
        line = raw.rstrip()
        heading = next((name for name, words in _HEADINGS if words.fullmatch(line)), "")
        if heading:
            here = heading
        elif not line or not (line.startswith(" ") or (here == "packages" and _LIST.fullmatch(line) and was_heading)):
            here = "result"
        was_heading = bool(heading)
        if here == "packages" and not heading and not _are_packages(line, known):
            pieces["result"].append(line.strip())  # a sentence, or a name that nothing else in the mail knows
            continue
        if line and here == "result" and len(pieces["result"]) == 1 and _RESULT.match(pieces["result"][0]):
            pieces["result"][0] += " " + line.lstrip()  # the result is wrapped at 70 characters
        elif here == "result" and _KEPT.fullmatch(line):
            pieces["held"].append(line)
        else:
            pieces["reboot" if here == "result" and _REBOOT.match(line.lstrip()) else here].append(line)
    return pieces


def _are_packages(line: str, known: Counter[str]) -> bool:
    """Whether a line of the list holds names of packages: each word looks like one, or stands in the log too."""
    words = [word.partition(":")[0] for word in line.split()]
    if line.endswith(":") or not _LIST.fullmatch(line.strip()):
        return True  # an origin, or what no rule explains
    return not _FUNCTION_WORDS & set(words) and all(re.search(r"[\d+-]", word) or known[word] > 1 for word in words)


def _removed(text: str) -> list[str]:
    """The packages that dpkg says it removed and no list of the program names as removed."""
    listed: set[str] = set()
    is_listed = False
    for line in text.split("\n"):
        found = _REMOVED_LIST.match(line)
        is_listed = bool(found) or (is_listed and line.startswith(" "))
        if is_listed:
            listed |= {word.strip("'\",").partition(":")[0] for word in (line[found.end() :] if found else line).split()}
    removed = [found.partition(":")[0] for found in _REMOVING.findall(text)]
    return [name for name in dict.fromkeys(removed) if name not in listed]


def _sections(pieces: dict[str, list[str]]) -> tuple[Section, ...]:
    packages, held, reboot = trimmed(pieces["packages"]), trimmed(pieces["held"]), trimmed(pieces["reboot"])
    sections = [_RESULT_SECTION.section(trimmed(pieces["result"]))]
    if packages:
        sections.append(_PACKAGES.section(packages, measures=[measure("updates_applied", "", _names(packages))]))
    sections.append(
        _HELD.section(held, state=State.PROBLEM if held else State.OK, measures=[measure("updates_held", "", _names(held))] if held else [])
    )
    sections.append(
        _REBOOT_SECTION.section(
            reboot, state=State.PROBLEM if reboot else State.OK, measures=[measure("reboot_required", "", bool(reboot))]
        )
    )
    return tuple(sections)


def _names(lines: list[str]) -> int:
    """How many packages the indented lines name; a line that ends with a colon names their origin."""
    return sum(len(line.split()) for line in lines if line.startswith(" ") and not line.endswith(":"))
