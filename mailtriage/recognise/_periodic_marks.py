"""How a mail is known as one of periodic(8)'s: its subject, its first and last lines, and the headings of a bare body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from textwrap import dedent

from mailtriage.recognise import _headings_runs, _headings_security, _people
from mailtriage.recognise._headings import Heading, Table
from mailtriage.recognise._hosts import longer_host, same_host, sane_host
from mailtriage.types import Message

PARTS = ("daily", "security", "weekly", "monthly")  # where two fit alike, the first is meant
TABLES: dict[str, Table] = {
    **_headings_runs.TABLES,
    "security": _headings_security.TABLE,
    "custom": _headings_runs.TABLES["daily"],  # of a run of scripts elsewhere nothing is known but what they borrow
}
_TAG = r"(?:\[[^\]\n]{1,40}\] |\*{2,5}\w{1,20}\*{2,5} )?"  # put in front by filters and lists
# Until FreeBSD 4 `security check output`.
_SUBJECT = re.compile(_TAG + r"(\S{1,5000}) (?:(?:daily|weekly|monthly) (?=security ))?(\S{1,100}) (?:run|(?<=security )check) output")
_END = re.compile(r"-- End of (?:/\S{0,300}/)?([^\s/]{1,100}) output --")
PRIOR_RUN = re.compile(r"(\S{1,5000}) (?:/\S{0,300}/)?(\S{1,100}) prior run still in progress")
NO_OUTPUT = re.compile(r"No output from the \d{1,6} files processed")
_LOCK = re.compile(r"can't create /var/run/periodic\.(\S{1,100})\.lock")
DEPRECATED = re.compile(r"Warning: Variable \$\w{1,100} is deprecated,? use \$\w{1,100} instead\.?")
_LOCAL = re.compile(r"Running /etc/(daily|weekly|monthly)\.local:")
_PAGE_WORD = re.compile(r"\A(?:Code|\[code\]|Quote|```\w*):?\s*\n\s*", re.IGNORECASE)  # what a page puts over a copy
_ADJACENT = re.compile(r"[^\n]\n[^\n]")  # two lines with text, one right below the other
_LOOKED_AT = 200_000  # characters of a body in which headings are looked for

# How the first line under a heading looks: with the heading it is the second mark of a fragment.
_FIRST_LINES = {
    "disk_status": r"Filesystem\b.*\b(?:Capacity|Mounted on)\b",
    "zfs_pools": r"NAME +SIZE|pool: |all pools are healthy|no pools available",
    "graid gmirror graid3 gstripe gconcat": r"Name +Status +Components|(?:raid|mirror|raid3|stripe|concat)/\S+ +[A-Z]",
    "ata_raid": r"ar\d+: ",
    "mfi": r"mfi\d+ (?:Volumes:|Adapter|Physical)",
    "tw_cli": r"Controller c\d|Alarms \(",
    "network": r"Name +Mtu ",
    "system_status": r"\d{1,2}:\d\d(?:[AP]M)? +up |\S+ +(?:up|down) +\d",
    "mailq_local mailq_submit": r"/var/spool/\S+ (?:is empty|\()|Mail queue is empty|-{3,}Q-ID-|-Queue ID-|Total requests: ",
    "security_check": r"\(output (?:mailed|logged) separately\)",
    "mail_rejects zone_transfers": r"\d+ \S",
    "ntp": r"remote +refid ",
    "world_kernel": r"Userland and kernel ",
    "zfs_scrub zfs_trim": r"[Ss]kipping |starting |WARNING: pool ",
    "smart": r"Checking health of /dev/",
    "group_syntax": r"/etc/group is fine|chkgrp: ",
    "dump_status": r"[> ]*\S+\s+\(.*\) Last dump: ",
    "login_accounting": r"\S+ +\d+\.\d\d$",
    "noid clean_tmps clean_disks": r"/\S+$",
    "pkg_outdated": r"\S+-\d\S* .*(?:needs updating|orphaned)",
    "passwd_diff group_diff aliases_diff setuid_diff mount_diff": r"[-+<>@]|\d+[acd]\d+",
    "kernel_messages": r"[+>]",
    "login_failures refused_connections": r"[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d ",
    "uid0": r"\S+ 0$",
    "pkg_audit": r"Database fetched: |\S+-\d\S* is vulnerable|Affected package: |\d+ problem\(s\)|[a-z]\S*-\d\S*$",
    "base_audit": r"Database fetched: |FreeBSD|\d+ problem\(s\)",
    "ipfw_denied pf_denied ipf_denied ipf6_denied ip6fw_denied ipfw_limit": r"[+>]|\d+ ",
}
_FIRST_LINE_OF = {name: re.compile(pattern) for names, pattern in _FIRST_LINES.items() for name in names.split()}

# A section that was copied without its heading: its first line, one that follows, and the section.
_ORPHANS = (
    (r"pool: \S+$", r" *state: [A-Z]+ *$", "zfs_pools"),
    (r"NAME +SIZE +.* HEALTH +ALTROOT *$", r" *\S+ +[\d.-]+[KMGTP]? .*(?:ONLINE|[A-Z]{5,}) +\S+ *$", "zfs_pools"),
    (r"Name +Status +Components *$", r" *mirror/\S+ +[A-Z]+ ", "gmirror"),
    (r"Name +Status +Components *$", r" *raid/\S+ +[A-Z]+ ", "graid"),
    (r"Name +Status +Components *$", r" *raid3/\S+ +[A-Z]+ ", "graid3"),
    (r"mfi\d+ Volumes:$", r" *Id +Size +Level ", "mfi"),
    (r"Filesystem +.*\bCapacity +(?:iused +ifree +%iused +)?Mounted on *$", r" */dev/\S+ .*\d% +/", "disk_status"),
)
_ORPHAN_LINES = tuple((re.compile(first), re.compile(second, re.MULTILINE), section) for first, second, section in _ORPHANS)


def claims(message: Message, part: str) -> bool:
    """Whether subject and body, or the body alone where there is no header, are of a run of this part."""
    found = _SUBJECT.fullmatch(message.subject)
    if found:
        named = found.group(2) if found.group(2) in PARTS else "custom"
        if named != part or not _has_body_mark(message, part, found.group(2)):
            return False
        return not _people.forbids(message)
    if message.headers:
        return False
    text = text_of(message)
    return part_of_bare(text) == part and (_is_whole(text) or not _people.forbids(message))


def title_host(message: Message) -> str:
    """The host as the subject writes it, "" if it names none."""
    found = _SUBJECT.fullmatch(message.subject)
    return found.group(1) if found else ""


def host_of(message: Message) -> str:
    """The host the subject names, else the one the headers do."""
    named = sane_host(title_host(message))
    return longer_host(named, message.host) if named else message.host


def text_of(message: Message) -> str:
    """The body. Of a bare one, which was copied from a page, the margin that all lines share is cut off, and an empty line after each."""
    if message.headers:
        return message.text
    text = dedent(message.text.replace("\xa0", " "))
    return text if _ADJACENT.search(text.strip()) else text.replace("\n\n", "\n")


def run_of_end(text: str) -> str:
    """The run whose end line is the last line of the text, "" if it is none."""
    found = _END.fullmatch(text.rstrip()[-500:].rpartition("\n")[2].strip())
    return found.group(1) if found else ""


def part_of_end(text: str) -> str:
    """The same as a part: a run of scripts elsewhere is `custom`."""
    run = run_of_end(text)
    return run if run in PARTS or not run else "custom"


def _has_body_mark(message: Message, part: str, run: str) -> bool:
    """The first line is one that periodic prints, or the last one is its end line, or a heading stands between them."""
    first = _first_line(message.text)
    host = host_of(message)
    if TABLES[part].find(first, lambda name: not host or same_host(name, host)) or TABLES["security"].find(first, lambda name: True):
        return True
    if any(pattern.match(first) for pattern in (PRIOR_RUN, NO_OUTPUT, _LOCK, DEPRECATED)):
        return True
    if _people.has_own_words(first):
        return False
    return run_of_end(message.text) == run or any(_headings_in(message.text, TABLES[part]))


def _is_whole(text: str) -> bool:
    """Begins with a heading and ends with the end line: nobody wrote around it."""
    first = _first_line(text)
    return bool(run_of_end(text)) and any(TABLES[part].find(first, lambda name: True) for part in PARTS)


def _first_line(text: str) -> str:
    return _PAGE_WORD.sub("", text.lstrip()[:500]).partition("\n")[0].rstrip()


@lru_cache(maxsize=1)
def part_of_bare(text: str) -> str:
    """The part a body without headers is of, also where its end line is missing; "" if it is no report."""
    first = _first_line(text)
    if text.strip() == first and (part := _part_of_line(first)):
        return part
    found = {part: list(_headings_in(text, TABLES[part], is_bare=True)) for part in PARTS}
    if _people.has_own_words(first) and not any(line == first for headings in found.values() for _, line, _ in headings):
        return ""
    by_end = part_of_end(text)
    if by_end and any(found.values()):
        return by_end
    if not any(found.values()) or not any(_is_fragment(headings, first) for headings in found.values()):
        local = _LOCAL.fullmatch(first)
        return local.group(1) if local else "daily" if orphan_of(text) else ""
    n_security = len(found["security"])
    scores = {part: len(found[part]) + (n_security if found[part] and part != "security" else 0) for part in PARTS}
    return max(PARTS, key=lambda part: scores[part])


def orphan_of(text: str) -> str:
    """The section a bare body begins with where its heading was not copied, "" if none."""
    first, _, rest = text.lstrip()[:4000].partition("\n")
    return next((section for line, below, section in _ORPHAN_LINES if line.match(first.rstrip()) and below.search(rest)), "")


def _part_of_line(line: str) -> str:
    """A report of one line: the last run had not ended, or the lock could not be made."""
    prior, lock = PRIOR_RUN.fullmatch(line), _LOCK.fullmatch(line)
    run = prior.group(2) if prior else lock.group(1) if lock else ""
    return run if run in PARTS or not run else "custom"


def _is_fragment(headings: list[tuple[Heading, str, str]], first: str) -> bool:
    """Begins with a heading, has two of them, or one with a line below that its script prints."""
    if len({heading.section for heading, _, _ in headings}) > 1:
        return True
    return any(is_first_line(heading, below) or (line == first and not _people.has_own_words(below)) for heading, line, below in headings)


def is_first_line(heading: Heading, line: str) -> bool:
    """Whether the line is what the script prints first under this heading."""
    pattern = _FIRST_LINE_OF.get(heading.section)
    return bool(pattern and pattern.match(line.strip()))


def line_below(lines: Sequence[str], number: int) -> str:
    """The next line with text, at most three further down."""
    return next((below for below in lines[number + 1 : number + 4] if below.strip()), "")


def _headings_in(text: str, table: Table, *, is_bare: bool = False) -> Iterator[tuple[Heading, str, str]]:
    """The headings that stand where a section may begin, each with its line and the line below; `Running /x:` proves nothing.

    In a bare body, which may have lost an empty line, a heading counts as well where what its script prints stands below."""
    lines = text[:_LOOKED_AT].strip().split("\n")
    has_gaps = any(not line.strip() for line in lines)
    is_start = True
    for number, line in enumerate(lines):
        stripped = line.rstrip()
        if stripped and (is_start or not has_gaps or is_bare):
            heading = table.find(stripped, lambda name: is_bare or bool(sane_host(name)))
            below = line_below(lines, number) if heading else ""
            if heading is not None and heading.text and (is_start or not has_gaps or is_first_line(heading, below)):
                yield heading, stripped, below
        is_start = not stripped
