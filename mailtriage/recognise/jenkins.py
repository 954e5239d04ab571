"""Jenkins: the mailer (`Build failed in Jenkins: nightly #321`, `Jenkins build is back to normal : nightly #322`) and the plugin
email-ext (subject `nightly - Build # 321 - Failure!`)."""

from __future__ import annotations

import re

from mailtriage.recognise._monitoring import settled
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Message, Recovery, Report, State

_SUBJECT = re.compile(
    r"(?P<failed>Build failed in (?:Jenkins|Hudson)): (?P<a>\S.{0,200})|(?P<normal>(?:Jenkins|Hudson) build is back to (?:normal"
    r"|stable)) ?: (?P<b>\S.{0,200})"
    r"|(?P<unstable>(?:Jenkins|Hudson) build (?:is (?:still )?unstable|became unstable)) ?: (?P<c>\S.{0,200})"
)
_EXT = re.compile(
    r"(\S.{0,200}?) - Build ?# ?(\d{1,9}) - (Failure|Still Failing|Fixed|Successful|Success|Unstable|Still Unstable|Aborted"
    r"|Not Built)[!:]?"
)
_SEE = re.compile(r"See <https?://[^>\s]{1,1000}>|Check console output at ['\"]?<?(?:https?|\$)", re.MULTILINE)
_NUMBER = re.compile(r" ?[»›]? ?#\d{1,9}.{0,100}$")
_BODY = re.compile(
    r"^(?:Changes:|-{10,}|Started by |Finished: (?:FAILURE|UNSTABLE|SUCCESS|ABORTED)|Building (?:remotely |in workspace"
    r"|on ))",
    re.MULTILINE,
)
_STATES = {"Failure": "failed", "Still Failing": "failed", "Fixed": "fixed", "Successful": "good", "Success": "good"}
_RESULTS = {"FAILURE": "failed", "UNSTABLE": "unstable", "ABORTED": "aborted"}

_ABOUT = "[job]"
_TYPES = {
    name: SectionType(name=name, about=f"{about} {_ABOUT}", check="build", recovery=Recovery.EXPLICIT)
    for name, about in {
        "failed": "a build failed",
        "unstable": "tests of a build failed",
        "aborted": "a build was stopped or not begun",
        "fixed": "a build is good again",
        "good": "a build was good",
    }.items()
}
SECTIONS = tuple(_TYPES.values())
_PROBLEMS = ("failed",)


def claims(message: Message) -> bool:
    """True if two of these are Jenkins': a header X-Jenkins-Job, the subject, the first line with the build's address."""
    subject = message.subject
    if subject[:3].lower() in ("re:", "fwd", "fw:", "aw:", "wg:"):
        return False
    first = first_line(message.text)
    marks = (
        bool(message.header("X-Jenkins-Job") or message.header("X-Jenkins-Result")),
        bool(_SUBJECT.match(subject) or _EXT.fullmatch(subject.strip())),
        bool(_SEE.match(first) or _EXT.fullmatch(first)),
    )
    if sum(marks) >= 2:
        return True
    return (
        marks[2]
        and not message.headers
        and bool(_SEE.search(message.text[:2000]) and (_EXT.fullmatch(first) or _BODY.search(message.text[:20000])))
    )


def report(message: Message) -> Report:
    """One section, named by the result: the worse of subject and header."""
    result = _result(message)
    section = _TYPES[result].section(
        body_lines(message.text),
        item=_job(message),
        state=State.PROBLEM if result in _PROBLEMS else State.OK if result in ("fixed", "good") else State.INFO,
        summary=message.subject or first_line(message.text),
    )
    return Report(kind="jenkins", host=message.host, sections=(section,))


def _result(message: Message) -> str:
    found = _SUBJECT.match(message.subject)
    by_subject = next((name for name in ("failed", "normal", "unstable") if found and found.group(name)), "")
    by_subject = "fixed" if by_subject == "normal" else by_subject
    ext = _EXT.fullmatch(message.subject.strip()) or _EXT.fullmatch(first_line(message.text))
    if ext and not by_subject:
        word = ext.group(3)
        by_subject = _STATES.get(word, "unstable" if "Unstable" in word else "aborted")
    by_header = _RESULTS.get(message.header("X-Jenkins-Result").upper(), "")
    stated = [by_subject, by_header]
    stated += [_RESULTS[word] for word in re.findall(r"\nFinished: (FAILURE|UNSTABLE|ABORTED)\b", message.text[-2000:])]
    result = next((name for name in ("failed", "unstable", "aborted", "fixed", "good") if name in stated), "unstable")
    if found or ext:
        return result
    return settled(message.subject, result, State.OK if result in ("fixed", "good") else State.INFO, "failed")[0]


def _job(message: Message) -> str:
    named = message.header("X-Jenkins-Job")
    found = _SUBJECT.match(message.subject)
    ext = _EXT.fullmatch(message.subject.strip()) or _EXT.fullmatch(first_line(message.text))
    if not named and found:
        named = next(found.group(name) for name in ("a", "b", "c") if found.group(name))
    if not named:
        named = ext.group(1) if ext else ""
        address = re.search(r"/job/([^/>\s]{1,100})/", message.text[:2000])
        named = named or (address.group(1) if address else "")
    return _NUMBER.sub("", named).strip()[:200]
