"""What decides about mails, as the configuration names it: rules, model, inventory and policy.

What is wrong with them is said before anything starts.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import ModelError
from mailtriage.inventory import Weights, load_weights
from mailtriage.judge import Model
from mailtriage.rulebook import Rulebook
from mailtriage.rulebook import load as load_rules
from mailtriage.service import site_model
from mailtriage.shipped import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What decides about mails."""

    rulebook: Rulebook
    model: Model | None
    promoted: AbstractSet[str]  # the kinds on which learning may act
    model_name: str = ""  # of the site's model, or what of it could not be used: another name means another model
    model_note: str = ""  # what is wrong with the model and was survived
    weights: Weights = field(default_factory=Weights)  # what hosts and their troubles weigh

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong and was survived, for the digest."""
        found = [*(f"rule problem: {problem}" for problem in self.rulebook.problems), *self.weights.notes]
        return (*found, self.model_note) if self.model_note else tuple(found)


def load_judgement(
    config: Config, *, promoted: AbstractSet[str] = frozenset(), survives_model: bool = False, old: Weights | None = None
) -> Judgement:
    """The shipped rules with the site's own over them, and the model in force; ModelError and RuleError say what to do.

    With `survives_model` a model that cannot be loaded leaves the rules alone to decide: everything else is kept, and said. Of an
    inventory or a policy that cannot be read the `old` one stays.
    """
    weights = weights_of(config, old)
    found = Judgement(rulebook=rulebook_of(config, weights), model=None, promoted=promoted, model_name=_name(config), weights=weights)
    try:
        return replace(found, model=model_in_force(config))
    except ModelError as error:
        if not survives_model:
            raise
        return replace(found, model_note=f"no model, rules only: {error}")


def relearnt(config: Config, judgement: Judgement, promoted: AbstractSet[str]) -> Judgement:
    """The same with what was learnt, promoted or retired since; the same object when nothing was.

    A model that cannot be loaded leaves the old one in force, and is said.
    """
    name = _name(config)
    if promoted == judgement.promoted and name == judgement.model_name:
        return judgement
    fresh = replace(judgement, promoted=promoted, model_name=name)
    if name == judgement.model_name:
        return fresh
    try:
        return replace(fresh, model=model_in_force(config), model_note="")
    except ModelError as error:
        kept = f"model {judgement.model.version} stays in force" if judgement.model else "rules only"
        return replace(fresh, model_note=f"the new model cannot be used, {kept}: {error}")


def weights_of(config: Config, old: Weights | None = None) -> Weights:
    """Inventory and policy; what cannot be read is noted, and stays as in `old`."""
    return load_weights(config.inventory.file, config.inventory.ansible, config.inventory.policy, old)


def rulebook_of(config: Config, weights: Weights | None = None) -> Rulebook:
    """The shipped rules with the site's own over them, and the groups its hosts are in."""
    local = config.rules.local
    has_own = local.is_dir() and any(local.glob("*.toml"))
    rules = load_rules(shipped("rules"), *((local,) if has_own else ()))
    return rules.with_groups((weights or weights_of(config)).inventory.groups_of)


def model_in_force(config: Config) -> Model | None:
    """The model that decides here: the site's own where it has one, the shipped one, the one configured, or None for `none`."""
    folder = site_model.in_force(config)
    if folder is None:
        return None
    try:
        return _load(folder)
    except ModelError as error:
        if site_model.chosen(config) in ("", site_model.SHIPPED):
            raise
        raise ModelError(error.message, place=error.place, remedy=site_model.BACK) from error


def _load(folder: Path) -> Model:
    from mailtriage.classify import load as load_model

    return load_model(folder)


def _name(config: Config) -> str:
    try:
        return site_model.chosen(config)
    except ModelError as error:
        return str(error)
