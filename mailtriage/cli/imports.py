"""`import`: an archive into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from mailtriage.config import Config
    from mailtriage.service.importing import Imported
    from mailtriage.service.judgement import Judgement
    from mailtriage.service.reviewing import Review

_MOST_BROKEN = 20
_MOST_QUESTIONS = 10
_STEPS = (10, 30, 100)


@app.command("import")
def import_archive(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="mbox, Maildir, .eml, .txt, or folders of them.")],
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Load an archive into the store, dated by its mails, firing nothing; then say what learning could take away.

    The same mail is stored once: what was stopped is started again. A running `serve` goes on. Exit 1 when a file cannot be read.

    Example: mailtriage import ~/Maildir /var/mail/root --dry-run
    """
    settings, at = configuration(config), moment(now)
    said, found, is_balanced = _looked_at(settings, paths, at) if dry_run else _imported(settings, paths, at)
    if as_json:
        print_json(_as_json(said, found, is_balanced))
    else:
        _print(said, found, is_balanced, dry_run=dry_run)
    raise typer.Exit(0 if is_balanced and not said.broken else 1)


def _imported(settings: Config, paths: list[Path], at: datetime) -> tuple[Imported, Review, bool]:
    from mailtriage.cli.options import user
    from mailtriage.cli.progress import counting
    from mailtriage.service.files import open_spool, open_store
    from mailtriage.service.importing import import_mails
    from mailtriage.service.reviewing import StoreAnswers, review, store_mails

    with counting("importing") as progress:
        said = import_mails(settings, paths, now=at, progress=progress)
    store, spool = open_store(settings), open_spool(settings)
    try:
        by = _judgement(settings)
        with counting("looking at") as progress:
            mails = store_mails(store, spool, only_kept=False)
            answers = StoreAnswers(store, who=user(), at=at)
            found = review(mails, answers, by.rulebook, by.model, now=at, n=_STEPS[-1], progress=progress)
        is_balanced = store.balance(spool.n_received(), spool.last_seq()).is_balanced
    finally:
        store.close()
        spool.close()
    return said, found, is_balanced


def _judgement(settings: Config) -> Judgement:
    """What decides, with what is wrong with it said."""
    from mailtriage.service.judgement import load_judgement

    by = load_judgement(settings, survives_model=True)
    for note in by.notes:
        typer.echo(f"mailtriage: {note}", err=True)
    return by


def _looked_at(settings: Config, paths: list[Path], at: datetime) -> tuple[Imported, Review, bool]:
    """The same without storing anything; the questions are of the first mails."""
    from itertools import islice

    from mailtriage.cli.progress import counting
    from mailtriage.service.importing import Imported, archive_mails
    from mailtriage.service.label_files import FileAnswers
    from mailtriage.service.reviewing import MOST_MAILS, review

    said = Imported()
    by = _judgement(settings)
    mails = archive_mails(paths, settings, said, at)
    with counting("looking at") as progress:
        found = review(islice(mails, MOST_MAILS), FileAnswers(paths), by.rulebook, by.model, now=at, n=_STEPS[-1], progress=progress)
        for _ in mails:  # only counted
            pass
    return said, found, True


def _print(said: Imported, found: Review, is_balanced: bool, *, dry_run: bool) -> None:
    from mailtriage.cli.question import summary, told
    from mailtriage.service.reviewing import MOST_MAILS
    from mailtriage.text import one_line, plural

    if dry_run:
        print(f"would import {plural(said.n_read, 'mail')}, those among them that are in the store already left out")
    else:
        print(f"imported {plural(said.n_new, 'mail')}, {said.n_known} known already")
    if said.n_held:
        print(f"{plural(said.n_held, 'mail')} could not be judged: held, and shown in the digest")
    if said.n_undated:
        print(f"{plural(said.n_undated, 'mail')} without a date that can be: counted as of today")
    for error in said.broken[:_MOST_BROKEN]:
        print(f"not read: {one_line(f'{error.place}: {error.message}', 200)}")
    if said.broken:
        print(
            f"{plural(len(said.broken), 'file')} not read, the rest is in"
            if not dry_run
            else f"{plural(len(said.broken), 'file')} not read"
        )
    if not is_balanced:
        print("the books do not balance: `mailtriage ledger` says where")
    limit = f" (of the newest {MOST_MAILS} mails)" if found.n_mails >= MOST_MAILS else ""
    print(f"\nwhat rules and learning, if promoted, make of them{limit}\n{summary(found)}")
    for question in found.questions[:_MOST_QUESTIONS]:
        print(f"\n{told(question)}")
    if found.questions and not dry_run:
        print("\nanswer: mailtriage model review")


def _as_json(said: Imported, found: Review, is_balanced: bool) -> dict[str, object]:
    return {
        "n_read": said.n_read,
        "n_new": said.n_new,
        "n_known": said.n_known,
        "n_undated": said.n_undated,
        "n_held": said.n_held,
        "broken": [{"path": error.place.path if error.place else "", "why": error.message} for error in said.broken],
        "is_balanced": is_balanced,
        "looked_at": found.n_mails,
        "counts": dict(sorted(found.counts.items())),
        "settled_after": {str(step): found.settled_by(step) for step in _STEPS},
        "questions": [
            {
                "question": question.id,
                "kind": question.kind,
                "section": question.section,
                "n_mails": len(question.covers),
                "n_hosts": len(question.hosts),
                "cost": question.cost,
                "settles": question.settles,
                "typical": question.typical.name,
            }
            for question in found.questions[:_MOST_QUESTIONS]
        ],
    }
