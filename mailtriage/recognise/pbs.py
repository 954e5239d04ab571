"""Proxmox Backup Server, and the notice of updates of Proxmox VE.

Subjects: `Garbage Collect Datastore 'x' successful`, `Verify Datastore 'x' failed`, `Sync remote 'r' datastore 'd' successful`,
`Pruning datastore 'x' failed`, `Tape Backup 'j' datastore 'x' successful`, `Load Media 'x' request for drive 'd'`,
`New software packages available (pbs1)`, `Certificate renewal failed`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._stated import digits, size, stated_host, trimmed
from mailtriage.types import Measure, Message, Recovery, Report, State

_SUBJECT = re.compile(
    r"(?:\[[^\]]{1,60}\] )?(?:"
    r"(?P<gc>Garbage Collect(?:ion)? Datastore) '(?P<gc_store>[^']{1,100})' (?:successful|failed)"
    r"|(?P<verify>Verif(?:y|ication) Datastore) '(?P<verify_store>[^']{1,100})' (?:successful|failed)"
    r"|(?P<sync>Sync (?:remote '[^']{1,100}'|local)) datastore '(?P<sync_store>[^']{1,100})' (?:successful|failed)"
    r"|(?P<prune>Prun(?:ing|e) datastore) '(?P<prune_store>[^']{1,100})' (?:successful|failed)"
    r"|(?P<tape>Tape Backup(?: '[^']{1,100}')?) datastore '(?P<tape_store>[^']{1,100})' (?:successful|failed)"
    r"|(?P<media>Load Media) '(?P<media_store>[^']{1,100})' request for .{1,100}"
    r"|(?P<updates>New software packages available) \((?P<updates_store>[^)]{1,100})\)"
    r"|(?P<certificate>.{0,60}(?:Certificate renewal|renew .{0,40}certificate).{0,60})"
    r")"
)
_WORDS = {
    "gc": re.compile(r"Garbage collection (?:successful|failed)", re.IGNORECASE),
    "verify": re.compile(r"Verification (?:successful|failed)", re.IGNORECASE),
    "sync": re.compile(r"Synchronization (?:successful|failed)", re.IGNORECASE),
    "prune": re.compile(r"Pruning (?:successful|failed)", re.IGNORECASE),
    "tape": re.compile(r"Tape Backup (?:successful|failed)", re.IGNORECASE),
    "media": re.compile(r"Please insert the requested media into"),
    "updates": re.compile(r"has the following updates available|^The following updates are available:", re.MULTILINE),
    "certificate": re.compile(r"Proxmox .{1,40} was not able to renew a TLS certificate"),
}
_STORE = re.compile(r"^(?:Datastore|Media): +(\S{1,100})$", re.MULTILINE)
_DATASTORE = re.compile(r"^Datastore: +(\S{1,100})$|/#DataStore-([\w.-]{1,100})\b", re.MULTILINE)
_SOURCE = re.compile(r"^(?:Remote Store|Local Source Store): +(\S{1,100})$", re.MULTILINE)
_STORED = frozenset({"gc", "verify", "sync", "prune", "tape"})
_JOB_ID = re.compile(r"^Job ID: +(\S{1,100})$", re.MULTILINE)
_URL = re.compile(r"https://([\w.-]{1,255}):\d{2,5}/#")
_GOOD = re.compile(r"^[A-Z][\w ]{2,40} successful\.$", re.MULTILINE)
_BAD = re.compile(r"^[A-Z][\w ]{2,40} failed\b", re.MULTILINE)
_USAGE = re.compile(r"^On-Disk usage: +(\d[\d.]{0,15} ?[KMGTP]?i?B)\b", re.MULTILINE)
_BAD_CHUNKS = re.compile(r"^(?:Leftover|Removed) bad chunks?: +(\d{1,12})$", re.MULTILINE)


def _type(name: str, about: str, check: str, *measures: str) -> SectionType:
    return SectionType(name=name, about=about, check=check, recovery=Recovery.EXPLICIT, measures=measures)


_TYPES = {
    "gc": _type("gc", "a garbage collection [datastore]", "pbs_gc", "backup_size", "backup_errors"),
    "verify": _type("verify", "a verification [job or datastore]", "pbs_verify"),
    "sync": _type("sync", "a copy from another server [job or datastore]", "pbs_sync"),
    "prune": _type("prune", "a pruning [job or datastore]", "pbs_prune"),
    "tape": _type("tape", "a backup to tape [job or datastore]", "pbs_tape"),
    "media": SectionType(name="media", about="a tape that is asked for [its label]", check="backup_volume", recovery=Recovery.SILENCE),
    "updates": SectionType(
        name="updates", about="packages that wait", check="package_updates", recovery=Recovery.SILENCE, measures=("updates_pending",)
    ),
    "certificate": SectionType(
        name="certificate", about="a certificate that could not be renewed", check="certificate", recovery=Recovery.SILENCE
    ),
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if subject and body are of the same task of Proxmox, or the body has its sentence, its web address and a datastore."""
    text = message.text[:50000]
    subject = _SUBJECT.fullmatch(message.subject[:400])
    if subject is None and ("https://" not in text or ("Datastore" not in text and "Proxmox" not in text)):
        return False
    task = _task(message)
    if not task:
        return False
    has_url = bool(_URL.search(text))
    is_named = subject is not None and subject.group(task) is not None
    return (is_named or (has_url and (bool(_STORE.search(text)) or "Proxmox" in text))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, named by the task."""
    text = message.text[:200000]
    task = _task(message)
    subject = _SUBJECT.fullmatch(message.subject[:400])
    url, store, job = _URL.search(text), _STORE.search(text), _JOB_ID.search(text)
    named = subject.group(f"{task}_store") if subject and task in _STORED else None
    others = _disputed(text, named or "")
    is_good = not others and bool(_GOOD.search(text)) and not _BAD.search(text) and " failed" not in message.subject
    item = job.group(1) if job and task != "gc" else store.group(1) if store else ""
    measures = _measures(task, text, item)
    section = _TYPES[task].section(
        [*([f"Subject: {message.subject}"] if message.subject else []), *trimmed(message.text.split("\n"))],
        item=item,
        state=State.OK if is_good and not any(one.value for one in measures if one.name == "backup_errors") else State.PROBLEM,
        summary=message.subject,
        measures=measures,
    )
    node = subject.group("updates_store") if subject and task == "updates" else ""
    host = stated_host(url.group(1) if url else node or "", message.host)
    note = f"the mail speaks of several datastores: {', '.join(others)}"[:300] if others else ""
    return Report(kind="pbs", host=host, sections=(section,), note=note)


def _disputed(text: str, named: str) -> list[str]:
    """The datastores of a text that is not about one, and of one that is not about the subject's."""
    stores = {one or other for one, other in _DATASTORE.findall(text)}
    # A sync has two: its subject names the one it copies from.
    is_named = not named or not stores or named in stores or named in _SOURCE.findall(text)
    return [] if is_named and len(stores) < 2 else sorted(stores)


def _task(message: Message) -> str:
    """The task whose sentence the body has; that of the subject first."""
    text = message.text[:50000]
    subject = _SUBJECT.fullmatch(message.subject[:400])
    named = [task for task in _WORDS if subject and subject.group(task)]
    return next((task for task in (*named, *_WORDS) if _WORDS[task].search(text)), "")


def _measures(task: str, text: str, item: str) -> list[Measure]:
    if task == "updates":
        return [measure("updates_pending", "", sum(1 for line in text.split("\n") if " -> " in line))]
    if task != "gc":
        return []
    usage = _USAGE.search(text)
    n_bytes = size(usage.group(1)) if usage else None
    bad = [digits(found) for found in _BAD_CHUNKS.findall(text)]
    measures = [measure("backup_errors", item, sum(bad))] if bad else []
    return [*measures, *([measure("backup_size", item, n_bytes)] if n_bytes is not None else [])]
