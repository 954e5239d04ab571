"""Runs of GitHub Actions: subject `[example/shop] Run failed: CI - main (64f0ad8)`, `[example/shop] PR run failed: CI - fix (64f0ad8)`."""

from __future__ import annotations

import re

from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Message, Recovery, Report, State

_SUBJECT = re.compile(
    r"\[([\w.-]{1,100}/[\w.-]{1,100})\] (?:PR )?[Rr]un (failed(?: at startup)?|cancelled|canceled|succeeded|skipped"
    r"|timed out): (.{1,200}?)(?: - (\S{1,200}))?(?: \(([0-9a-f]{6,40})\))?"
)
_FIRST = re.compile(
    r"\[[\w.-]{1,100}/[\w.-]{1,100}\] .{1,200} workflow run|Run (?:failed|cancelled|succeeded)\b.{0,200}|.{1,200}: (?:Some"
    r"|All) jobs (?:were not successful|have (?:failed|succeeded)|were successful)"
)
_ADDRESS = re.compile(r"https://[\w.-]{1,100}/[\w.-]{1,100}/[\w.-]{1,100}/actions/runs/\d{1,20}")

_FAILED = SectionType(name="failed", about="a run failed [repository, workflow and branch]", check="workflow", recovery=Recovery.EXPLICIT)
_ENDED = SectionType(
    name="ended", about="a run ended otherwise: cancelled, skipped, good [the same]", check="workflow", recovery=Recovery.EXPLICIT
)
SECTIONS = (_FAILED, _ENDED)


def claims(message: Message) -> bool:
    """True if the subject is that of a run, and a GitHub header, the sender or the run's address in the text is too."""
    if not message.subject.startswith("["):
        return not message.headers and bool(_FIRST.fullmatch(first_line(message.text)) and _ADDRESS.search(message.text[:20000]))
    if _SUBJECT.fullmatch(message.subject) is None:
        return False
    by_header = any(name.lower().startswith("x-github-") for name, _ in message.headers) or "github" in message.sender
    return by_header or bool(_ADDRESS.search(message.text[:20000]))


def report(message: Message) -> Report:
    """One section for the run."""
    found = _SUBJECT.fullmatch(message.subject)
    repository, how, workflow, branch = (
        (found.group(1), found.group(2), found.group(3), found.group(4) or "") if found else ("", "", first_line(message.text)[:150], "")
    )
    is_bad = "failed" in how or how == "timed out" or (not found and not re.search(r"succe", workflow))
    section = (_FAILED if is_bad else _ENDED).section(
        body_lines(message.text),
        item=" ".join(part for part in (repository, workflow, branch) if part)[:200],
        state=State.PROBLEM if is_bad else State.OK if how == "succeeded" else State.INFO,
        summary=message.subject or workflow,
    )
    return Report(kind="github", host=message.host, sections=(section,))
