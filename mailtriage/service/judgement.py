"""What decides about mails, as the configuration names it: rules and model. What is wrong with them is said before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import ModelError
from mailtriage.judge import Kinds, Model
from mailtriage.rulebook import Rulebook
from mailtriage.rulebook import load as load_rules
from mailtriage.shipped import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What decides about mails."""

    rulebook: Rulebook
    model: Model | None
    promoted: Kinds
    notes: tuple[str, ...] = ()  # what is wrong and was survived, for the digest


def load_judgement(config: Config, *, survives_model: bool = False) -> Judgement:
    """The shipped rules with the site's own over them, and the model; ModelError and RuleError say what to do.

    With `survives_model` a model that cannot be loaded leaves the rules alone to decide: everything else is kept, and said.
    """
    folders = [shipped("rules")]
    if config.rules.local.is_dir() and any(config.rules.local.glob("*.toml")):
        folders.append(config.rules.local)
    rulebook = load_rules(*folders)
    notes = [f"rule problem: {problem}" for problem in rulebook.problems]
    learnt = None
    try:
        learnt = load_model_of(config.model.path, config.folder)
    except ModelError as error:
        if not survives_model:
            raise
        notes.append(f"no model, rules only: {error}")
    return Judgement(rulebook=rulebook, model=learnt, promoted=frozenset(config.model.promoted), notes=tuple(notes))


def load_model_of(name: str, folder: Path = Path()) -> Model | None:
    """The model of this name: `none`, `shipped`, or a folder (relative to `folder`)."""
    if name == "none":
        return None
    from mailtriage.classify import load as load_model

    return load_model(shipped("models") / "base" if name == "shipped" else folder / name)
