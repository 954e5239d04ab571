"""`model`: train, measure and look at what has been learnt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import JsonOption, print_json
from mailtriage.cli.triage import ModelOption, RulesOption, model_for, rulebook_for

if TYPE_CHECKING:
    from mailtriage.classify import Example
    from mailtriage.types import Outcome, Verdict

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train, measure and look at what has been learnt.")
app.add_typer(commands, name="model")


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
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A labelled folder the model was not trained on.")],
    model: ModelOption = "shipped",
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure rules and model on labelled mails: wrong drops with their bound, noise reduction, event recall. Exit 1 on a wrong drop.

    Example: mailtriage model evaluate labelled --model my-model
    """
    from mailtriage.classify import evaluate as score
    from mailtriage.classify import labelled
    from mailtriage.pipeline import NoHistory, triage

    rulebook, learnt = rulebook_for(rules), model_for(model)
    seen: dict[str, Outcome] = {}

    def verdict(example: Example) -> Verdict:
        outcome = triage(example.raw, rulebook, learnt, NoHistory(), example.raw.received_at)
        seen[example.name or example.raw.id] = outcome
        return outcome.verdict

    result = score(labelled(directory), verdict, lambda example: seen[example.name or example.raw.id].kind)
    if as_json:
        print_json(result.as_dict())
    else:
        print(result.text())
    raise typer.Exit(1 if result.total.n_wrong_drops else 0)


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
