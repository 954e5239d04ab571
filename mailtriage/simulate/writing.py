"""Writes a simulated fleet's mails as a labelled folder, with truth.json beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from mailtriage.errors import InputError, Place
from mailtriage.simulate.mail import SimulatedMail
from mailtriage.simulate.timeline import Fleet, mails, truth_document


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
    return {
        "label": truth.label.value,
        "kind": truth.kind,
        "host": truth.host,
        "sections": {name: label.value for name, label in truth.sections},
    }
