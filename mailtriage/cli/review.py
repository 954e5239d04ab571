"""`model review`: the questions whose answers save most reading."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli.model import commands
from mailtriage.cli.options import ConfigOption, DryRunOption, NowOption, configuration, moment, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from mailtriage.classify.clusters import Cluster
    from mailtriage.judge import Model
    from mailtriage.rulebook import Rulebook
    from mailtriage.service.reviewing import Answers, Mails, Review

_KEYS = {"q": "noise", "d": "digest", "e": "event"}
_LEGEND = "q noise, drop it   d digest   e event   s skip   u undo   [Enter] more   x quit"


@commands.command()
def review(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Folders of mails, mbox, Maildir. Default: the mails of the store.")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", metavar="DIR|none", help="What is known already. Default: the model in force, or the shipped one.")
    ] = "",
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="DIR|none", help="Judge by exactly the rules in DIR; none: by none.")
    ] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="At most so many questions.")] = 20,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="ID=VERDICT", help="Answer a question: noise, digest, event or human.")
    ] = None,
    undo: Annotated[str, typer.Option("--undo", metavar="ID", help="Take the whole answer to a question back, exactly.")] = "",
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One question a line, and nothing is asked.")] = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Ask about the mails that neither rules nor the model decide, in clusters, those first that save most reading.

    An answer covers the shown mail and those near it, and becomes their label: NAME.json beside the files, or in the store.
    Then `model train` learns from it. On a terminal each question wants one key; elsewhere the questions are printed.

    Example: mailtriage model review mails --n 10
    """
    from mailtriage.text import plural

    at = moment(now)
    with _Source(paths, model, rules, config, at) as source:
        if undo:
            print(f"took back the labels of {plural(0 if dry_run else source.answers.take_back(undo), 'mail')}")
            return
        if answer:
            _answer(source, answer, dry_run=dry_run)
            return
        is_asking = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
        found = source.review(n)
        if as_json:
            for question in found.questions:
                print(json.dumps(_as_json(question), ensure_ascii=False))
        elif is_asking and not dry_run:
            _ask_all(found, source)
        else:
            _print(found, source)


class _Source:
    """The mails to review, where their labels are, and what decides about them: of paths, or of the store."""

    def __init__(self, paths: list[Path] | None, model: str, rules: Path | None, config: Path | None, at: datetime) -> None:
        self.paths = paths
        self.command = "mailtriage model train DIR --out M" if paths else "mailtriage model train"
        self._at = at
        self._model, self._rules, self._config = model, rules, config
        self._close: list[Callable[[], None]] = []

    def __enter__(self) -> _Source:
        if self.paths:
            self._from_files(self.paths)
        else:
            self._from_store()
        return self

    def __exit__(self, *_: object) -> None:
        for close in self._close:
            close()

    def review(self, n: int | None) -> Review:
        """The questions, at most `n`."""
        from mailtriage.cli.progress import counting
        from mailtriage.service.reviewing import review as look

        rulebook, model = _rulebook(self._rules, self._config), self._learnt()
        with counting("looking at") as progress:
            return look(self.mails, self.answers, rulebook, model, now=self._at, n=n, progress=progress)

    def _learnt(self) -> Model | None:
        from mailtriage.cli.triage import model_for
        from mailtriage.service.judgement import load_judgement

        if self.paths or self._model:
            return model_for(self._model or "shipped")
        return load_judgement(configuration(self._config), survives_model=True).model

    def _from_files(self, paths: list[Path]) -> None:
        from mailtriage.service.label_files import FileAnswers
        from mailtriage.service.reviewing import file_mails

        self.answers: Answers = FileAnswers(paths)
        self.mails: Mails = file_mails(paths, self._at)

    def _from_store(self) -> None:
        from mailtriage.service.files import open_spool, open_store
        from mailtriage.service.reviewing import StoreAnswers, store_mails

        settings = configuration(self._config)
        store, spool = open_store(settings), open_spool(settings)
        self._close += [store.close, spool.close]
        self.answers = StoreAnswers(store, who=user(), at=self._at)
        self.mails = store_mails(store, spool)


def _rulebook(rules: Path | None, config: Path | None) -> Rulebook:
    from mailtriage.cli.triage import rulebook_for
    from mailtriage.rulebook import Rulebook

    return Rulebook(()) if rules is not None and str(rules) == "none" else rulebook_for(rules, config)


def _answer(source: _Source, answers: Iterable[str], *, dry_run: bool) -> None:
    """Writes the answers given on the command line: all are read before the first is written."""
    from mailtriage.errors import InputError
    from mailtriage.service.reviewing import LABELS, approve
    from mailtriage.text import plural

    questions = {question.id: question for question in source.review(None).questions}
    given: list[tuple[Cluster, str]] = []
    for text in answers:
        name, _, label = text.partition("=")
        if label not in LABELS:
            raise InputError(f"--answer {text!r} is no answer", remedy=f"write ID=VERDICT, a verdict is one of {', '.join(LABELS)}")
        if name not in questions:
            raise InputError(
                f"there is no question {name!r}",
                remedy="`mailtriage model review` lists them; a label given since changes the question and its id",
            )
        given.append((questions[name], label))
    for question, label in given:
        if not dry_run:
            approve(question, label, source.answers)
        print(f"{'would label' if dry_run else 'labelled'} {plural(len(question.covers), 'mail')} {label}: question {question.id}")
    if not dry_run:
        print(f"train with it: {source.command}")


def _print(found: Review, source: _Source) -> None:
    from mailtriage.cli.question import summary, told

    print(summary(found))
    for question in found.questions:
        print(f"\n{told(question)}")
    if found.questions:
        where = f" {' '.join(map(str, source.paths))}" if source.paths else ""
        print(f"\nanswer: mailtriage model review{where} --answer {found.questions[0].id}=noise   (or digest, event, human)")


def _ask_all(found: Review, source: _Source) -> None:
    """One key for each question."""
    from mailtriage.cli.question import summary
    from mailtriage.text import plural

    print(summary(found))
    answered: list[Cluster] = []
    with _keys() as key:
        _ask_each(found, source, answered, key)
    if answered:
        print(f"\n{plural(len(answered), 'question')} answered; train with it: {source.command}")


def _ask_each(found: Review, source: _Source, answered: list[Cluster], next_key: Callable[[], str]) -> None:
    from mailtriage.cli.question import asked, in_full
    from mailtriage.errors import InputError
    from mailtriage.service.reviewing import approve
    from mailtriage.text import plural

    at = 0
    while at < len(found.questions):
        question = found.questions[at]
        print(f"\n{asked(question, len(found.questions))}\n{_LEGEND}", flush=True)
        key = next_key()
        if key in ("x", "\x04", ""):
            return
        if key in ("\r", "\n"):
            print(in_full(question))
        elif key == "s":
            at += 1
        elif key == "u" and answered:
            last = answered.pop()
            print(f"took back the labels of {plural(source.answers.take_back(last.id), 'mail')}")
            at = found.questions.index(last)
        elif key in _KEYS:
            try:
                approve(question, _KEYS[key], source.answers)
            except InputError as error:
                print(error)
                at += 1
                continue
            print(f"labelled {plural(len(question.covers), 'mail')} {_KEYS[key]}")
            answered.append(question)
            at += 1


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """A function that waits for one key; "" at the end of input. What is typed ahead is kept."""
    import os
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield lambda: os.read(terminal, 1).decode("ascii", "replace")
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _as_json(question: Cluster) -> dict[str, object]:
    return {
        "question": question.id,
        "rank": question.rank,
        "kind": question.kind,
        "section": question.section,
        "n_mails": len(question.covers),
        "n_hosts": len(question.hosts),
        "cost": question.cost,
        "settles": question.settles,
        "typical": question.typical.name,
        "unlike": question.unlike.name,
        "covers": [candidate.name for candidate in question.covers],
        "left_out": [{"mail": one.name, "why": one.why} for one in question.left_out],
        "must_see": list(question.must_see),
        "new_lines": [
            {
                "section": line.section,
                "why": line.why,
                "typical": line.typical,
                "unlike": line.unlike,
                "shape": line.shape,
                "ranges": line.ranges,
            }
            for line in question.lines
        ],
    }
