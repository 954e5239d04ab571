"""Ansible: the callback plugin `mail` (subject `Failed: ` or `Unreachable: ` and the first line of the fault), and run reports
with a PLAY RECAP."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Measure, Message, Recovery, Report, Section, State

_SUBJECT = re.compile(r"(?:Failed|Unreachable|Error|Async failure)\b.{0,500}", re.DOTALL)
_PLAYBOOK = re.compile(r"Playbook: \S[^\n]{0,300}")
_HOST_LINE = re.compile(r"^Host: (\S{1,255})$", re.MULTILINE)
_TASK_FAILED = re.compile(
    r"^(?:The following task failed:|An error occurred for host (\S{1,255}) with the following message:)", re.MULTILINE
)
_RECAP = re.compile(r"^PLAY RECAP \*+ *$", re.MULTILINE)
_HOST_RESULT = re.compile(
    r"(\S{1,255})\s*: ok=(\d{1,9})\s+changed=(\d{1,9})\s+unreachable=(\d{1,9})\s+failed=(\d{1,9})"
    r"(?:\s+skipped=\d{1,9})?(?:\s+rescued=\d{1,9})?(?:\s+ignored=\d{1,9})?\s*"
)
_MET = re.compile(r"^(?:ok|changed|skipping|fatal|failed|unreachable): \[([^\]\s]{1,255})(?: -> [^\]]{1,255})?\]")
_START = re.compile(r"^(?:PLAY|TASK|PLAYBOOK) ?(?:\[|:|RECAP)", re.MULTILINE)
_CRON = ("Cron <", "fcron <", "Anacron job ", "cron: ")

_TASK = SectionType(name="task", about="a task failed, or its host did not answer [host]", check="ansible", recovery=Recovery.SILENCE)
_RESULT = SectionType(
    name="recap",
    about="the result of a run on one host [host]",
    check="ansible_run",
    recovery=Recovery.EXPLICIT,
    measures=("ansible_changed", "ansible_failed", "ansible_unreachable"),
)
_OUTPUT = SectionType(name="output", about="what the plays printed before the recap, and after it")
SECTIONS = (_TASK, _RESULT, _OUTPUT)


def claims(message: Message) -> bool:
    """True if the text names playbook and host and says that a task failed, or has a PLAY RECAP with results and is no cron job's."""
    text = message.text
    if "PLAY RECAP" in text:
        if message.subject.startswith(_CRON) or not _RECAP.search(text) or _people.forbids(message) or _people.reads_as_person(message):
            return False
        return bool(_START.search(text[:3000])) and any(map(_HOST_RESULT.fullmatch, text[text.rindex("PLAY RECAP") :].split("\n")[1:500]))
    head = text.lstrip()[:300]
    if head.startswith("Playbook: "):
        return bool(_PLAYBOOK.match(head) and _HOST_LINE.search(text[:2000]) and _TASK_FAILED.search(text[:5000])) and not _people.forbids(
            message
        )
    if not head.startswith("An error occurred for host "):
        return False
    return bool(_TASK_FAILED.match(head) and (not message.headers or _SUBJECT.match(message.subject))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """`task` for a mail of the callback; else one `recap` a host, and `output` for the rest."""
    if "PLAY RECAP" not in message.text:
        return _task(message)
    results: list[Section] = []
    rest: list[str] = []
    met: set[str] = set()
    for line in body_lines(message.text):
        found = _HOST_RESULT.fullmatch(line)
        if found:
            results.append(_result(line, found))
        else:
            rest.append(line)
            met.update(_MET.findall(line[:400]))
    output = [_OUTPUT.section(rest)] if any(line.strip() for line in rest) else []
    # The recap has no last line of its own: it is whole when every host of the plays is in it.
    is_complete = met <= {section.item for section in results}
    return Report(kind="ansible", host=message.host, sections=(*results, *output), is_complete=is_complete)


def _task(message: Message) -> Report:
    named = _HOST_LINE.search(message.text[:2000])
    failed = _TASK_FAILED.search(message.text[:5000])
    stated = sane_host(named.group(1) if named else (failed.group(1) or "") if failed else "")
    host = longer_host(stated, message.host) if stated else message.host
    section = _TASK.section(body_lines(message.text), item=host, state=State.PROBLEM, summary=message.subject)
    return Report(kind="ansible", host=host, sections=(section,))


def _result(line: str, found: re.Match[str]) -> Section:
    host = found.group(1)
    changed, unreachable, failed = (int(found.group(number)) for number in (3, 4, 5))
    measures: list[Measure] = [
        measure("ansible_changed", host, changed),
        measure("ansible_failed", host, failed),
        measure("ansible_unreachable", host, unreachable),
    ]
    state = State.PROBLEM if failed or unreachable else State.OK
    return _RESULT.section((line,), item=host, state=state, summary=" ".join(line.split()), measures=measures)
