"""`model`: train, measure and look at what has been learnt."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import JsonOption, print_json
from mailtriage.cli.triage import ModelOption, model_for, rulebook_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailtriage.classify import Evaluation, Example
    from mailtriage.judge import Model
    from mailtriage.rulebook import Rulebook
    from mailtriage.types import Verdict

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train, measure and look at what has been learnt.")
app.add_typer(commands, name="model")


class SplitBy(enum.StrEnum):
    """What `model evaluate` holds out."""

    NONE = "none"
    HOST = "host"
    TIME = "time"
    FAULT = "fault"
    KIND = "kind"


@commands.command()
def train(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR", help="Labelled folders: NAME.eml or NAME.txt beside NAME.json.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The model folder to write.")],
    as_json: JsonOption = False,
) -> None:
    """Train gate and classifier from labelled mails; the same input gives the same bytes.

    Example: mailtriage model train labelled --out my-model
    """
    from mailtriage.classify import labelled
    from mailtriage.classify import train as train_model
    from mailtriage.classify.manifest import as_dict
    from mailtriage.pipeline import read

    manifest = train_model((example for directory in directories for example in labelled(directory)), read, out)
    if as_json:
        print_json(as_dict(manifest))
    else:
        print(f"model {manifest.version} written to {out}")
        print((out / "card.md").read_text(encoding="utf-8"))


@commands.command()
def evaluate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A labelled folder; without --split one the model was not trained on.")],
    model: ModelOption = "shipped",
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="DIR|none", help="Judge by the rules in DIR; none: by learning alone.")
    ] = None,
    split: Annotated[
        SplitBy, typer.Option("--split", help="Train on the folder itself, judge what was held out: whole hosts, days, faults or kinds.")
    ] = SplitBy.NONE,
    as_json: JsonOption = False,
) -> None:
    """Measure rules and model on labelled mails: wrong drops with their bound, noise reduction, event recall. Exit 1 on a wrong drop.

    Example: mailtriage model evaluate labelled --split fault --rules none
    """
    from mailtriage.classify import evaluate as score
    from mailtriage.classify import labelled
    from mailtriage.pipeline import NoHistory, triage

    rulebook = _no_rules() if rules is not None and str(rules) == "none" else rulebook_for(rules)
    kinds: dict[int, str] = {}

    def judge_by(learnt: Model | None, example: Example) -> Verdict:
        outcome = triage(example.raw, rulebook, learnt, NoHistory(), example.raw.received_at)
        kinds[id(example)] = outcome.kind
        return outcome.verdict

    def kind_of(example: Example) -> str:
        return kinds[id(example)]

    if split is SplitBy.NONE:
        learnt = model_for(model)
        result = score(labelled(directory), lambda example: judge_by(learnt, example), kind_of)
    elif model != "shipped":
        raise typer.BadParameter("a split trains models of its own: leave --model out", param_hint="--split")
    else:
        result = _held_out(directory, split.value, judge_by, kind_of)
    if as_json:
        print_json(result.as_dict())
    else:
        print(result.text())
    raise typer.Exit(1 if result.total.n_wrong_drops else 0)


def _no_rules() -> Rulebook:
    from mailtriage.rulebook import Rulebook

    return Rulebook(())


def _held_out(
    directory: Path, by: str, judge_by: Callable[[Model | None, Example], Verdict], kind_of: Callable[[Example], str]
) -> Evaluation:
    """The score of models that did not see what they judge."""
    from dataclasses import replace

    from mailtriage.classify import evaluate as score
    from mailtriage.classify import labelled, splits
    from mailtriage.pipeline import read

    read_once = splits.remembering(read)
    parts = splits.split(by, splits.members(labelled(directory), read_once))
    verdicts: dict[int, Verdict] = {}
    for fold, learnt in splits.models(parts, read_once):
        verdicts.update({id(example): judge_by(learnt, example) for example in fold.test})
    judged = [example for fold in parts.folds for example in fold.test]
    result = score(judged, lambda example: verdicts[id(example)], kind_of)
    return replace(result, split=by, n_folds=len(parts.folds), notes=(parts.text, *parts.notes))


@commands.command()
def show(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="A model folder. Default: the shipped model.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a model's card: what it was made from, how good it is, where it ends.

    Example: mailtriage model show
    """
    from mailtriage.classify import load
    from mailtriage.shipped import shipped

    folder = directory if directory is not None else shipped("models") / "base"
    load(folder)  # refuses what is broken, with the remedy
    name = "manifest.json" if as_json else "card.md"
    print((folder / name).read_text(encoding="utf-8").rstrip())
