"""`triage`: judge mails offline."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, JsonOption, NowOption, moment

if TYPE_CHECKING:
    from mailtriage.judge import Model
    from mailtriage.rulebook import Rulebook

RulesOption = Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Judge by exactly the rules in DIR.")]
ModelOption = Annotated[str, typer.Option("--model", metavar="DIR|none", help="Judge with the model in DIR; it acts as if promoted.")]


@app.command()
def triage(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help=".eml, .txt, mbox, Maildir, or folders of them.")],
    rules: RulesOption = None,
    model: ModelOption = "shipped",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Judge mails offline: nothing is stored, nothing is sent. Where there is a configuration, its own rules count too.

    Example: mailtriage triage samples --json
    """
    from mailtriage.explain import as_json as outcome_json
    from mailtriage.pipeline import NoHistory
    from mailtriage.pipeline import triage as judge_mail
    from mailtriage.receive.files import read_mails
    from mailtriage.receive.ids import new_id
    from mailtriage.text import one_line, plural
    from mailtriage.types import RawMail

    at = moment(now)
    rulebook, learnt = rulebook_for(rules, config), model_for(model)
    verdicts: Counter[str] = Counter()
    for path in paths:
        for label, data in read_mails(path):
            raw = RawMail(id=new_id(at), received_at=at, data=data)
            outcome = judge_mail(raw, rulebook, learnt, NoHistory(), at)
            verdicts[outcome.verdict.value] += 1
            if as_json:
                print(json.dumps(outcome_json(outcome, label), ensure_ascii=False), flush=True)
            else:
                reason = outcome.decided_by
                print(f"{outcome.verdict.value:7}{outcome.severity or '-':9}{one_line(label, 60)}  {outcome.kind} {outcome.host or '-'}")
                print(f"                {one_line(f'{reason.by}: {reason.detail}', 140)}")
    if not as_json:
        counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in ("drop", "digest", "event", "pass"))
        print(f"{plural(verdicts.total(), 'mail')}: {counts}")


def rulebook_for(folder: Path | None, config: Path | None = None) -> Rulebook:
    """The rulebook as `chosen_rulebook` finds it; its problems are said on standard error."""
    rulebook = chosen_rulebook(folder, config)
    for problem in rulebook.problems:
        typer.echo(f"mailtriage: {problem}", err=True)
    return rulebook


def chosen_rulebook(folder: Path | None, config: Path | None = None) -> Rulebook:
    """The rulebook in `folder`, else the shipped one with that of the configuration, where there is one, over it."""
    from mailtriage import config as configuration
    from mailtriage.rulebook import load
    from mailtriage.service.judgement import rulebook_of
    from mailtriage.shipped import shipped

    if folder is not None:
        return load(folder)
    found = configuration.find(config)
    return rulebook_of(configuration.load(found)) if found else load(shipped("rules"))


def model_for(name: str, *, shipped_may_be_missing: bool = True) -> Model | None:
    """The model in the folder `name`; None for `none`, and for `shipped` where none was shipped."""
    from mailtriage.shipped import shipped

    if name == "none":
        return None
    folder = shipped("models") / "base" if name == "shipped" else Path(name)
    if name == "shipped" and shipped_may_be_missing and not folder.is_dir():
        return None
    from mailtriage.classify import load

    return load(folder)
