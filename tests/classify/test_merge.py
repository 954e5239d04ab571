"""A site's own labels add to what the base model knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.classify import Example, load, train
from mailtriage.errors import ModelError
from tests.classify.conftest import Trained
from tests.classify.fleet import HOSTS, Fleet, added, instead, quiet, troubles

NEW_HOST = "node77.example.org"
PATROL = added("mail", "Patrol read finished")


def on_base(base: Path, fleet: Fleet, examples: list[Example], out: Path) -> Trained:
    train(examples, fleet.read, out, base=base)
    return Trained(fleet, load(out), out)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    fleet = Fleet()
    train([*quiet(fleet), *troubles(fleet)], fleet.read, tmp_path / "base", forgets_hosts=True)
    return tmp_path / "base"


def test_what_the_base_knows_is_known_with_no_label_at_all(base: Path, tmp_path: Path) -> None:
    site = on_base(base, Fleet(), [], tmp_path / "site")
    for host in (HOSTS[0], NEW_HOST):
        assert site.held_by(site.fleet.backup(host, 13)) == ""
        assert site.held_by(site.fleet.daily(host, 13)) == ""
    assert "new line" in site.held_by(site.fleet.array(HOSTS[0], 13, change=PATROL))
    assert site.model.manifest.has_classifier
    assert site.model.manifest.base == load(base).version


def test_own_labels_add_lines_and_ranges_to_the_base(base: Path, tmp_path: Path) -> None:
    fleet = Fleet()
    site = on_base(base, fleet, [fleet.array(host, day, change=PATROL) for host in HOSTS for day in range(4)], tmp_path / "site")
    assert site.held_by(fleet.array(NEW_HOST, 13, change=PATROL)) == ""
    assert site.held_by(fleet.array(NEW_HOST, 13)) == ""
    assert site.held_by(fleet.backup(NEW_HOST, 13)) == ""
    assert site.held_by(fleet.array(NEW_HOST, 13, change=instead("mail", "optimal", "degraded"))) != ""


def test_an_own_label_event_takes_from_the_base_what_it_would_have_dropped(base: Path, tmp_path: Path) -> None:
    fleet = Fleet()
    assert on_base(base, fleet, [], tmp_path / "before").held_by(fleet.array(HOSTS[2], 13)) == ""
    site = on_base(base, fleet, [fleet.array(HOSTS[2], 13, "event")], tmp_path / "site")
    assert site.model.manifest.n_contradictions == 1
    assert site.held_by(fleet.array(HOSTS[2], 13)) != ""


def test_training_on_a_base_twice_gives_the_same_bytes_and_leaves_the_base_alone(base: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in base.iterdir()}
    fleet = Fleet()
    own = [*(fleet.array(host, day, change=PATROL) for host in HOSTS for day in range(4)), fleet.array(HOSTS[2], 13, "event")]
    one, other = on_base(base, fleet, own, tmp_path / "one"), on_base(base, fleet, own[::-1], tmp_path / "other")
    assert {path.name: path.read_bytes() for path in one.folder.iterdir()} == {
        path.name: path.read_bytes() for path in other.folder.iterdir()
    }
    assert {path.name: path.read_bytes() for path in base.iterdir()} == before


def test_a_base_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        train([], Fleet().read, tmp_path / "site", base=tmp_path / "nowhere")
