"""logwatch 2.x to 7.x, as text and HTML: subjects `Logwatch for web07.example.org (Linux)`, `LogWatch for web07` and a site's own.

Between ` --- SSHD Begin --- ` and ` --- SSHD End --- ` stand counts and, below `**Unmatched Entries**`, lines of the logs.
What strangers wrote into the logs can hold any text: a section ends at its own End line, and what it seems to begin inside stays inside.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from mailtriage.recognise._df import read_df
from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._logwatch_logins import address_in, dedent, logins, read_sshd, split_pam, unwrap
from mailtriage.recognise._logwatch_names import section_of
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._security import is_own, may_claim
from mailtriage.recognise._syslog import read_logins
from mailtriage.types import Measure, Message, Recovery, Report, Section

_SUBJECT = re.compile(r".{0,60}\blogwatch (?:for|from|on|report for) (\S{1,5000}).{0,80}", re.IGNORECASE)
_HEADER = re.compile(r"#{5,40} {1,3}Log[Ww]atch [\w.-]{1,20}(?: \([\w/ .-]{1,30}\))? {1,3}#{5,40}")
_INITIATED = re.compile(r"Processing Initiated: .{10,60}")
_HOST = re.compile(r"Logfiles for Host: {1,3}(\S{1,5000})")
_BEGIN = re.compile(r"-{8,40} (\S.{0,80}?) Begin(?: \(detail=\d{1,3}\))? -{8,40}")
_END = re.compile(r"-{8,40} (\S.{0,80}?) End -{8,40}")
# Up to 5.2 this section has no Begin and no End.
_OLD_DISK = re.compile(r"-{10,40} (Disk Space) -{10,40}")
_LAST = re.compile(r"#{5,40} {1,3}Log[Ww]atch End #{5,40}")
_TITLE_IN_HTML = "Back to Top"
_ENDED_IN_HTML = re.compile(r"Log[Ww]atch Ended at .{10,60}")

_MOST_LISTS = 300

_LOGINS = ("failed_logins", "login_after_failures", "blocker", "log_lines")
_DISK = ("fs_used", "fs_avail", "fs_inodes_used", "fs_used_pseudo")
_TYPES = {
    name: SectionType(name=name, about=f"{about} [logwatch's title]", check=f"logwatch_{name}", recovery=recovery, measures=measures)
    for name, about, recovery, measures in (
        ("header", "what logwatch looked at, and what stands outside of a section", Recovery.NONE, ()),
        ("kernel", "messages of the kernel", Recovery.SILENCE, _LOGINS),
        ("sshd", "attempts to log in by ssh", Recovery.PER_DAY, _LOGINS),
        ("sshd_logins", "who logged in by ssh, and whether his address failed before", Recovery.PER_DAY, _LOGINS),
        ("root_login", "root logged in by ssh from an address that is none of ours [address]", Recovery.PER_DAY, ()),
        ("pam", "one list of one service of PAM: `service: list`", Recovery.PER_DAY, _LOGINS),
        ("secure", "accounts, connections and other lines of the security log", Recovery.SILENCE, _LOGINS),
        ("sudo", "what was run with sudo", Recovery.PER_DAY, _LOGINS),
        ("disk", "how full the file systems are", Recovery.STATE, (*_LOGINS, *_DISK)),
        ("mail", "counts of mail servers", Recovery.PER_DAY, _LOGINS),
        ("virus", "counts and updates of virus scanners", Recovery.PER_DAY, _LOGINS),
        ("web", "counts and errors of web servers", Recovery.PER_DAY, _LOGINS),
        ("network", "counts of other network services", Recovery.PER_DAY, _LOGINS),
        ("cron", "jobs of cron", Recovery.PER_DAY, _LOGINS),
        ("system", "start and end of services", Recovery.SILENCE, _LOGINS),
        ("packages", "packages installed and removed", Recovery.PER_DAY, _LOGINS),
        ("storage", "disks, arrays, pools", Recovery.SILENCE, _LOGINS),
        ("backup", "runs of backup programs", Recovery.PER_DAY, _LOGINS),
        ("sensors", "temperatures and voltages", Recovery.PER_DAY, _LOGINS),
        ("blocker", "addresses blocked by fail2ban and its like", Recovery.PER_DAY, _LOGINS),
        ("database", "database servers", Recovery.PER_DAY, _LOGINS),
        ("other", "any other section", Recovery.PER_DAY, _LOGINS),
    )
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are logwatch's: subject, line with its version, line `Processing Initiated:`, a `Begin` line, an end line."""
    text = message.text
    if "ogwatch" not in message.subject.lower() and "ogwatch" not in text[:6000].lower() and " Begin -----" not in text[:6000]:
        return False
    lines = [line.strip() for line in text[:20000].split("\n") if line.strip()]
    begins = [found.group(1) for found in map(_BEGIN.fullmatch, lines) if found]
    tail = [line.strip() for line in text[-3000:].split("\n")]
    marks = (
        bool(_SUBJECT.fullmatch(message.subject)),
        any(map(_HEADER.fullmatch, lines[:60])) or any(line.startswith("Logwatch Version: ") for line in lines[:200]),
        any(map(_INITIATED.fullmatch, lines[:200])),
        bool(begins),
        any(map(_LAST.fullmatch, tail))
        or any(map(_ENDED_IN_HTML.fullmatch, tail))
        or any(f" {title} End ----" in text for title in begins[:5]),
    )
    return sum(marks) >= 2 and (any(marks[1:])) and may_claim(message)


def report(message: Message) -> Report:
    """A section for each of logwatch's; the lines outside of them as `header`; cut off where its last line is missing."""
    lines = [line.rstrip() for line in message.text.split("\n")]
    is_html = any(_ENDED_IN_HTML.fullmatch(line.strip()) for line in lines[-20:]) or any(line == "LOGWATCH Summary" for line in lines[:400])
    parts = _parts_of_html(lines) if is_html else _parts(lines)
    outside: list[str] = []
    sections: list[Section] = []
    failed: dict[str, float] = {}
    all_parts = list(parts)
    for title, own in all_parts:
        if section_of(title) == "sshd" and title:
            failed |= read_sshd(own)
    for title, own in all_parts:
        if title:
            sections += _sections(title, own, failed)
        else:
            outside += own
    head = [line for line in outside if line.strip()]
    last = _ENDED_IN_HTML if is_html else _LAST
    is_complete = any(last.fullmatch(line.strip()) for line in lines[-200:])
    sections.insert(0, _TYPES["header"].section(head))
    return Report(kind="logwatch", host=_host(message), sections=tuple(sections), is_complete=is_complete)


def _parts(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of each section, in order; "" for what stands outside.

    A section ends at its own End line. Where it has none before the next section has begun *and* ended, its End line was broken
    by a log line, and the next section begins; a Begin line with the own End still to come is text of a log.
    """
    found = [(n, begin, end) for n, line in enumerate(lines) if "---" in line for begin, end in [_frame(line)] if begin or end]
    ends: dict[str, list[int]] = {}
    for n, _, end in found:
        if end:
            ends.setdefault(end, []).append(n)
    # Begin lines whose section ends somewhere below: the places where a section without an end line may stop.
    whole = [n for n, begin, _ in found if begin and ends.get(begin, [-1])[-1] > n]
    at = 0
    for n, begin, _ in found:
        if not begin or n < at:
            continue
        yield "", lines[at : n + 1]
        own_end = _above(ends.get(begin, []), n)
        if own_end is None:
            at = _above(whole, n) or len(lines)
            # What came in the place of the End line stays visible: nothing explains this line.
            yield begin, [*lines[n + 1 : at], f"(the section {begin} has no end line)"]
        else:
            yield begin, lines[n + 1 : own_end]
            at = own_end  # the End line stands outside again
    yield from _after_the_last(lines[at:])


def _after_the_last(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """What stands below the last End line: the disks of old releases, and logwatch's own last line."""
    disk = next((n for n, line in enumerate(lines) if _OLD_DISK.fullmatch(line.strip())), len(lines))
    last = next((n for n, line in enumerate(lines) if n > disk and _LAST.fullmatch(line.strip())), len(lines))
    yield "", lines[: disk + 1]
    if disk < len(lines):
        yield "Disk Space", lines[disk + 1 : last]
        yield "", lines[last:]


def _above(places: list[int], n: int) -> int | None:
    """The first of the ordered places after n."""
    at = bisect_right(places, n)
    return places[at] if at < len(places) else None


def _frame(line: str) -> tuple[str, str]:
    text = line.strip()
    begin, end = _BEGIN.fullmatch(text), _END.fullmatch(text)
    return (begin.group(1) if begin else "", end.group(1) if end else "")


def _parts_of_html(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The same of HTML: each section begins with its title after `Back to Top`, in the order of the index at the top."""
    start = next((n for n, line in enumerate(lines) if line.strip() == _TITLE_IN_HTML), len(lines))
    index = [line.strip() for line in lines[:start] if line.strip()]
    first = next((n for n, title in enumerate(index[1:], 1) if title == index[0]), len(index)) if index else 0
    titles = index[1:first]
    yield "", [line for line in index if line not in titles]
    title = ""
    own: list[str] = []
    links: list[str] = []
    # Each line is a row of a table, with an empty line below.
    for n, line in enumerate(lines[start:], start):
        links += [line] if line.strip() == _TITLE_IN_HTML else []
        before = next((lines[m].strip() for m in range(n - 1, max(start - 1, n - 4), -1) if lines[m].strip()), "")
        if titles and line.strip() == titles[0] and before == _TITLE_IN_HTML:
            yield title, own
            title, own = titles.pop(0), []
        elif _ENDED_IN_HTML.fullmatch(line.strip()) or (line.strip() == _TITLE_IN_HTML and not titles):
            yield title, own
            title, own = "", [line] if _ENDED_IN_HTML.fullmatch(line.strip()) else []
        elif line.strip() and line.strip() != _TITLE_IN_HTML:
            own.append(line)
    yield title, own
    yield "", [*titles, *links]  # what the index names and no section has


def _sections(title: str, own: list[str], failed: dict[str, float]) -> Iterator[Section]:
    lines = dedent([line for line in own if line.strip()])
    name = section_of(title)
    if name == "pam":
        blocks = list(split_pam(lines))
        if len(blocks) > _MOST_LISTS:
            blocks = [*blocks[:_MOST_LISTS], ("", [line for _, block in blocks[_MOST_LISTS:] for line in block])]
        for item, block in blocks:
            yield _TYPES["pam"].section(block, heading=title, item=item, measures=_measures(block))
        return
    if name == "sshd":
        attempts, accepted = logins(lines)
        if attempts or not accepted:
            counts = [measure("failed_logins", address, count) for address, count in list(read_sshd(lines).items())[:50]]
            yield _TYPES["sshd"].section(attempts, heading=title, item=title, measures=[*counts, *_measures(attempts)])
        if accepted:
            yield _TYPES["sshd_logins"].section(accepted, heading=title, item=title, measures=list(_after(accepted, failed)))
            for address, line in _root_logins(accepted):
                yield _TYPES["root_login"].section((line,), heading=title, item=address, summary=f"root logged in from {address}")
        return
    measures = _measures(lines)
    if name == "disk":
        measures += read_df(unwrap(lines))
    elif name == "blocker":
        measures.append(measure("blocker", "", 1))
    yield _TYPES[name].section(lines, heading=title, item=title, measures=measures)


def _measures(lines: list[str]) -> list[Measure]:
    return [*read_logins([line.strip() for line in lines]), measure("log_lines", "", len(lines))]


def _after(accepted: list[str], failed: dict[str, float]) -> Iterator[Measure]:
    """Logins from an address that failed as well; the order of the day is not told."""
    user = ""
    for line in accepted[1:]:
        words = line.split()
        if words and words[0].endswith(":") and len(words) == 1:
            user = words[0].rstrip(":")
        elif words:
            address = address_in(line)
            if failed.get(address):
                yield measure("login_after_failures", f"{user}@{address}", failed[address])


def _root_logins(accepted: list[str]) -> Iterator[tuple[str, str]]:
    """Addresses root came from, but our own; a method in their place is none."""
    user = ""
    for line in accepted[1:]:
        words = line.split()
        if len(words) == 1 and words[0].endswith(":"):
            user = words[0].rstrip(":")
        elif user == "root" and (address := address_in(line)) and not is_own(address):
            yield address, line


def _host(message: Message) -> str:
    named = _HOST.search(message.text[:20000])
    subject = _SUBJECT.fullmatch(message.subject)
    host = sane_host(named.group(1)) if named else ""
    stated = sane_host(subject.group(1)) if subject else ""
    host = longer_host(host, stated) if host else stated
    return longer_host(host, message.host) if host else message.host
