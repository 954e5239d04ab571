"""cron-apt: subject `CRON-APT completed on web07 [/etc/cron-apt/config]` or `CRON-APT error on ...`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section

_SUBJECT = re.compile(r".{0,60}\b(completed|error) on (\S{1,300}) \[(/[^\]]{1,200})\]")
_RUN = re.compile(r"CRON-APT RUN \[[^\]]{1,200}\]: .{1,100}")
_ACTION = re.compile(r"CRON-APT ACTION: (\S{1,100})")
_COUNTS = re.compile(r"(\d{1,6}) upgraded, (\d{1,6}) newly installed,.{0,60} (\d{1,6}) to remove and (\d{1,6}) not upgraded\.")
_LISTS = re.compile(r"update|clean")
_LAST_WORDS = re.compile(
    r"\d{1,6} upgraded, .{1,100}|Reading package lists\.\.\..{0,40}|Reading state information\.\.\..{0,40}"
    r"|Download complete and in download only mode"
)

_RUN_SECTION = SectionType(
    name="run", about="when it ran, and whether the subject says that it failed", check="update_failed", recovery=Recovery.STATE
)
_ACTION_SECTION = SectionType(
    name="action",
    about="the output of one action [action]",
    check="package_updates",
    recovery=Recovery.STATE,
    measures=("updates_pending", "updates_held"),
)
SECTIONS = (_RUN_SECTION, _ACTION_SECTION)


def claims(message: Message) -> bool:
    """True if the body begins with cron-apt's run line, and an action line follows or the subject is cron-apt's."""
    first = first_line(message.text)
    if not first.startswith("CRON-APT "):
        return False
    has_action = "\nCRON-APT ACTION: " in message.text or "\nCRON-APT LINE: " in message.text or bool(_ACTION.fullmatch(first))
    return (has_action or bool(_SUBJECT.fullmatch(message.subject))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """Section `run`, and one section `action` for each action."""
    subject = _SUBJECT.fullmatch(message.subject)
    host = stated_host(subject.group(2), message.host) if subject else message.host
    run: list[str] = []
    actions: list[tuple[str, list[str]]] = []
    for line in message.text.split("\n"):
        found = _ACTION.fullmatch(line.rstrip())
        if found:
            actions.append((found.group(1), [line]))
        elif actions and not _RUN.fullmatch(line.rstrip()):
            actions[-1][1].append(line)
        else:
            run.append(line)
    if subject and subject.group(1) == "error":
        run.insert(0, "error in the subject")
    last = trimmed(message.text.split("\n"))[-1:]
    # The action that only reads the lists does not count packages; the others do.
    is_counted = not actions or bool(_LISTS.search(actions[-1][0])) or any(_COUNTS.fullmatch(line.strip()) for line in actions[-1][1])
    return Report(
        kind="cron_apt",
        host=host,
        sections=(_RUN_SECTION.section(trimmed(run)), *(_action(name, lines) for name, lines in actions)),
        is_complete=run[:1] == ["error in the subject"] or (is_counted and bool(last and _LAST_WORDS.fullmatch(last[0].strip()))),
    )


def _action(name: str, lines: list[str]) -> Section:
    counts = next((found for found in map(_COUNTS.fullmatch, (line.strip() for line in lines)) if found), None)
    measures = []
    if counts:
        measures = [
            measure("updates_pending", name, int(counts.group(1)) + int(counts.group(2))),
            measure("updates_held", name, int(counts.group(4))),
        ]
    return _ACTION_SECTION.section(trimmed(lines), item=name, measures=measures)
