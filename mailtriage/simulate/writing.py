"""Writes a simulated fleet's mails as a labelled folder, with truth.json beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

from mailtriage.errors import InputError, Place
from mailtriage.simulate.mail import Label, SimulatedMail
from mailtriage.simulate.timeline import Fleet, mails, truth_document

_NUMBER = re.compile(r"[\d.,:]+")


def write(out: Path, fleet: Fleet, progress: Callable[[int], None] | None = None) -> int:
    """Writes `out/mails/NNNNNN.eml` with its label beside it, and `out/truth.json`; gives the number of mails."""
    folder = out / "mails"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(
                "the folder holds mails already", place=Place(str(folder)), remedy="name a new folder, or remove this one first"
            )
        document = truth_document(fleet, _written(folder, fleet, progress))
        (out / "truth.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write: {error.strerror}",
            place=Place(str(error.filename or folder)),
            remedy="check the path, its rights and the free space",
        ) from error
    listed = document["mails"]
    assert isinstance(listed, list)
    return len(listed)


def _written(folder: Path, fleet: Fleet, progress: Callable[[int], None] | None) -> Iterator[SimulatedMail]:
    for mail in mails(fleet):
        (folder / f"{mail.stem}.eml").write_bytes(mail.data)
        (folder / f"{mail.stem}.json").write_text(json.dumps(label_document(mail)) + "\n", encoding="utf-8")
        if progress:
            progress(mail.number)
        yield mail


def label_document(mail: SimulatedMail) -> dict[str, object]:
    """What stands beside a mail in a labelled folder."""
    truth = mail.truth
    document: dict[str, object] = {
        "label": truth.label.value,
        "kind": truth.kind,
        "host": truth.host,
        "at": mail.sent_at.isoformat(),
        "sections": {name: label.value for name, label in truth.sections},
    }
    if named := faults(mail):
        document["fault"] = list(named)
    return document


def faults(mail: SimulatedMail) -> tuple[str, ...]:
    """What is to be seen in a mail: the types of its incidents; without one its kind with its sections, for an alert the trigger."""
    truth = mail.truth
    if truth.label in (Label.NOISE, Label.HUMAN):
        return ()
    if types := {incident.rsplit("-", 1)[0] for incident in truth.incidents}:
        return tuple(sorted(types))
    if truth.kind == "zabbix":
        subject = str(BytesHeaderParser(policy=default).parsebytes(mail.data)["Subject"])
        return (f"zabbix: {_NUMBER.sub('#', subject.partition(': ')[2])}",)
    return (f"{truth.kind}: {', '.join(sorted({name for name, label in truth.sections if label is not Label.NOISE}))}",)
