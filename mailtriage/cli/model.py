"""`model`: train, measure and look at what has been learnt, and say where it may act."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user
from mailtriage.cli.triage import ModelOption, model_for, rulebook_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailtriage.classify import Evaluation, Example
    from mailtriage.config import Config
    from mailtriage.judge import Model
    from mailtriage.rulebook import Rulebook
    from mailtriage.service.learning import Training
    from mailtriage.types import Verdict

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train, measure and look at what has been learnt.")
app.add_typer(commands, name="model")


_N_DECISIONS = 5
_HEADS = ("AT", "WHAT", "OF", "BY", "WHY")


class SplitBy(enum.StrEnum):
    """What `model evaluate` holds out."""

    NONE = "none"
    HOST = "host"
    TIME = "time"
    FAULT = "fault"
    KIND = "kind"


@commands.command()
def train(
    directories: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Labelled folders: NAME.eml or NAME.txt beside NAME.json. None: the labels of the store."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The model folder to write, when DIR is given.")] = None,
    base: Annotated[
        str, typer.Option("--base", metavar="shipped|none|DIR", help="The model whose knowledge is kept beside what is learnt.")
    ] = "shipped",
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Train gate and classifier; the same input gives the same bytes. From the store it takes over if it is not worse, else exit 1.

    Example: mailtriage model train --dry-run
    """
    if directories and out:
        _train_folder(directories, out, base_of(base), as_json=as_json, dry_run=dry_run)
    elif directories or out:
        raise typer.BadParameter("labelled folders and the folder to write are given together: model train DIR --out M")
    else:
        _train_site(config, base_of(base), dry_run=dry_run, as_json=as_json, now=now)


def base_of(name: str) -> Path | None:
    """The folder of the model to build on; None for `none`, and for `shipped` where none was shipped."""
    from mailtriage.shipped import shipped

    if name == "none":
        return None
    if name != "shipped":
        return Path(name)
    folder = shipped("models") / "base"
    return folder if folder.is_dir() else None


def _train_folder(directories: list[Path], out: Path, base: Path | None, *, as_json: bool, dry_run: bool) -> None:
    from mailtriage.classify import labelled
    from mailtriage.classify import train as train_model
    from mailtriage.classify.manifest import as_dict
    from mailtriage.errors import InputError, Place
    from mailtriage.pipeline import read
    from mailtriage.text import plural

    left_out: list[Path] = []
    examples = [example for directory in directories for example in labelled(directory, left_out)]
    if not examples:
        raise InputError(
            "no mail in it has a label", place=Place(str(directories[0])), remedy="`mailtriage model review DIR` asks for them"
        )
    if left_out:
        typer.echo(f"mailtriage: {plural(len(left_out), 'mail')} without a label left out, such as {left_out[0]}", err=True)
    if dry_run:
        print(f"would train on {plural(len(examples), 'mail')} and write {out}")
        return
    manifest = train_model(examples, read, out, base=base)
    if as_json:
        print_json(as_dict(manifest))
    else:
        print(f"model {manifest.version} written to {out}")
        print((out / "card.md").read_text(encoding="utf-8"))


def _train_site(config: Path | None, base: Path | None, *, dry_run: bool, as_json: bool, now: str) -> None:
    from mailtriage.classify.manifest import as_dict
    from mailtriage.service.files import open_spool, open_store
    from mailtriage.service.learning import train_site
    from mailtriage.shipped import shipped

    settings = configuration(config)
    store, samples = open_store(settings), shipped("samples")  # a wheel has none
    traps = samples if samples.is_dir() else None
    result = train_site(settings, store, open_spool(settings), base=base, traps=traps, who=user(), at=moment(now), dry_run=dry_run)
    if as_json:
        print_json({**as_dict(result.manifest), "champion": result.champion, "challenge": result.challenge.as_dict()})
    else:
        _print_training(result, ", ".join(sorted(store.learning.promoted())) or "nothing", dry_run=dry_run)
    raise typer.Exit(0 if result.is_same or result.may_take_over else 1)


def _print_training(result: Training, acts_on: str, *, dry_run: bool) -> None:
    version, champion = result.manifest.version, f"model {result.champion}" if result.champion else "no model"
    print(f"model {version}, {result.lessons.text}")
    for note in (*result.lessons.said.notes, *filter(None, (result.champion_note, result.manifest.note))):
        print(f"note: {note}")
    if result.is_same:
        print("it is the model in force: nothing to do")
        return
    print(f"against {champion} in force, which acts on {acts_on}; {result.n_archive} mails of the archive judged by both")
    print(result.challenge.text)
    for refusal in result.challenge.refusals:
        print(f"refused: {refusal}")
    if not result.may_take_over:
        print(f"{champion} stays in force")
    elif dry_run:
        print("it would take over; nothing was changed")
    else:
        print(f"model {version} is in force; `mailtriage model rollback` goes back")


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
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A model folder. Default: the model in force here, else the shipped one.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Show a model's card; without DIR also where learning acts, and whether the fleet has moved away from it.

    Example: mailtriage model show
    """
    import json

    from mailtriage import config as configurations
    from mailtriage.classify import load
    from mailtriage.shipped import shipped

    if directory is None and configurations.find(config) is not None:
        _show_site(configuration(config), as_json=as_json, now=now)
        return
    folder = directory if directory is not None else shipped("models") / "base"
    load(folder)  # refuses what is broken, with the remedy
    if as_json:
        print_json(json.loads((folder / "manifest.json").read_bytes()))
    else:
        print((folder / "card.md").read_text(encoding="utf-8").rstrip())


def _show_site(settings: Config, *, as_json: bool, now: str) -> None:
    import json

    from mailtriage.service import site_model
    from mailtriage.service.files import open_spool, open_store
    from mailtriage.service.judgement import model_in_force
    from mailtriage.service.lessons import said_by_people
    from mailtriage.service.watching import watch

    store, at = open_store(settings), moment(now)
    watched = watch(settings, store, at)
    said = said_by_people(store, open_spool(settings))
    model, folder = model_in_force(settings), site_model.in_force(settings)
    where = {"shipped": "shipped with mailtriage", "": "named in the configuration"}.get(site_model.chosen(settings), "trained here")
    if as_json:
        manifest = json.loads((folder / "manifest.json").read_bytes()) if folder else {}
        site = {
            "where": where,
            "before": site_model.before(settings),
            "n_labels": said.n_labels,
            "promotions": [{"kind": one.kind, "at": one.at, "who": one.who, "detail": one.detail} for one in store.learning.promotions()],
            "drift": list(watched.findings),
            "held": [{"kind": one.kind, "n": one.n, "share": one.share, "share_before": one.share_before} for one in watched.held],
            "brier": watched.calibration.brier if watched.calibration.n else None,
        }
        print_json({**manifest, "site": site})
        return
    print(f"in force: model {model.version}, {where}" if model else "in force: none, rules decide alone")
    if previous := site_model.before(settings):
        print(f"before it: {previous} (mailtriage model rollback)")
    promotions = store.learning.promotions()
    for one in promotions:
        print(f"acts on {one.kind} since {one.at:%Y-%m-%d}, by {one.who}: {one.detail}")
    if not promotions:
        print("acts on nothing: it only says what it would drop (mailtriage model promote KIND)")
    print(f"labels: {said.n_labels}")
    for line in (*said.notes, *watched.findings):
        print(f"note: {line}")
    print(watched.calibration.text)
    if watched.held:
        rows = [(one.kind, one.n, f"{one.share:.0%}", f"{one.share_before:.0%}", one.n_new) for one in watched.held]
        print("sections that no rule decided, on the last full day:")
        print_table([*rows], ("KIND", "SECTIONS", "HELD", "FOUR WEEKS BEFORE", "NEW LINES"))
    if decisions := store.learning.decisions(_N_DECISIONS):
        print("what was done:")
        print_table([(f"{one.at:%Y-%m-%d %H:%M}", one.what, one.subject, one.who, one.detail) for one in decisions], _HEADS)
    if folder is not None:
        print("\n" + (folder / "card.md").read_text(encoding="utf-8").rstrip())


KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="A kind of mail, such as cron.")]


@commands.command()
def promote(kind: KindArgument, config: ConfigOption = None, dry_run: DryRunOption = False, now: NowOption = "") -> None:
    """Let learning drop mail of a kind, if enough of it is confirmed quiet and audits agree; else exit 1 and what is missing.

    Example: mailtriage model promote cron
    """
    from mailtriage.service.files import open_spool, open_store
    from mailtriage.service.promotion import standing

    settings = configuration(config)
    store = open_store(settings)
    found = standing(settings, store, open_spool(settings), kind)
    if kind in store.learning.promoted():
        print(f"learning acts on {kind} already")
    elif found.missing:
        print(f"{kind} is not promoted:")
        for line in found.missing:
            print(f"  {line}")
        raise typer.Exit(1)
    elif dry_run:
        print(f"would let learning act on {kind}: {found.detail}")
    else:
        store.learning.promote(kind, who=user(), at=moment(now), detail=found.detail)
        print(f"learning acts on {kind} from the next mail on: {found.detail}")


@commands.command()
def retire(kind: KindArgument, config: ConfigOption = None, dry_run: DryRunOption = False, now: NowOption = "") -> None:
    """Let learning drop mail of a kind no more: it only says again what it would drop.

    Example: mailtriage model retire cron
    """
    from mailtriage.service.files import open_store

    store = open_store(configuration(config))
    is_promoted = kind in store.learning.promoted() if dry_run else store.learning.retire(kind, who=user(), at=moment(now))
    if not is_promoted:
        print(f"learning does not act on {kind}: nothing to take back")
    else:
        print(f"{'would take' if dry_run else 'took'} {kind} back: learning only says what it would drop")


@commands.command()
def rollback(config: ConfigOption = None, dry_run: DryRunOption = False, now: NowOption = "") -> None:
    """Go back to the model that was in force before; a second time undoes the first.

    Example: mailtriage model rollback
    """
    from mailtriage.service.files import open_store
    from mailtriage.service.learning import roll_back

    settings = configuration(config)
    was, is_now = roll_back(settings, open_store(settings), who=user(), at=moment(now), dry_run=dry_run)
    print(f"{'would put' if dry_run else 'put'} model {is_now} in force instead of {was}")
