from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailtriage.classify import Example, Model, load, train
from mailtriage.types import Opinion
from tests.classify.fleet import Fleet, quiet, troubles


@dataclass(frozen=True)
class Trained:
    """A model with the fleet it was trained on."""

    fleet: Fleet
    model: Model
    folder: Path

    def opinions(self, example: Example) -> dict[str, Opinion]:
        message, report = self.fleet.read(example.raw)
        opinions = self.model.opinions(report.kind, report.host, report.sections, message)
        return {section.name: opinion for section, opinion in zip(report.sections, opinions, strict=True)}

    def held_by(self, example: Example) -> str:
        """The first reason why the mail is kept, "" if the gate lets all of it through."""
        return next((opinion.held_by for opinion in self.opinions(example).values() if not opinion.is_quiet), "")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    fleet = Fleet()
    folder = tmp_path_factory.mktemp("model") / "m"
    train([*quiet(fleet), *troubles(fleet)], fleet.read, folder)
    return Trained(fleet, load(folder), folder)


@pytest.fixture
def teach(tmp_path: Path) -> Callable[[Fleet, list[Example]], Trained]:
    """Trains on the given examples."""
    made = iter(range(100))

    def teach_now(fleet: Fleet, examples: list[Example]) -> Trained:
        folder = tmp_path / f"model{next(made)}"
        train(examples, fleet.read, folder)
        return Trained(fleet, load(folder), folder)

    return teach_now
