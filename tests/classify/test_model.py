"""The model folder: made the same way each time, refused when anything in it is wrong, loaded without scikit-learn."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mailtriage.classify import load, train
from mailtriage.classify.manifest import seal
from mailtriage.errors import InputError, ModelError
from tests.classify.conftest import Trained
from tests.classify.fleet import HOSTS, Fleet, added, quiet, troubles


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_mails_in_any_order_give_the_same_bytes(trained: Trained, tmp_path: Path) -> None:
    fleet = Fleet()
    mails = [*quiet(fleet), *troubles(fleet)]
    train(reversed(mails), fleet.read, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(trained.folder)


def test_a_mail_more_gives_another_version(trained: Trained, tmp_path: Path) -> None:
    fleet = Fleet()
    manifest = train([*quiet(fleet), *troubles(fleet), fleet.array(HOSTS[0], 20)], fleet.read, tmp_path / "more")
    assert manifest.version != trained.model.version


def test_an_older_model_is_replaced_and_nothing_else_is(trained: Trained, tmp_path: Path) -> None:
    fleet = Fleet()
    folder = tmp_path / "m"
    shutil.copytree(trained.folder, folder)
    train([], fleet.read, folder)
    assert load(folder).version != trained.model.version
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="no model folder"):
        train([], fleet.read, mine)
    assert (mine / "thesis.txt").exists()


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(trained.folder, folder)
    return folder


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="model train"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["manifest.json", "gate.json.zst", "vocabulary.json", "weights.npz", "card.md"])
@pytest.mark.parametrize("damage", ["gone", "cut off", "one byte changed", "empty"])
def test_a_damaged_model_is_refused(copy: Path, name: str, damage: str) -> None:
    path = copy / name
    before = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(before) // 2
        changed = before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :]
        path.write_bytes({"cut off": before[: len(before) * 2 // 3], "one byte changed": changed, "empty": b""}[damage])
    with pytest.raises(ModelError, match="model train"):
        load(copy)


@pytest.mark.parametrize(("key", "value"), [("veto_threshold", 0.0), ("has_classifier", False), ("files", {}), ("version", "x")])
def test_a_manifest_changed_by_hand_is_refused(copy: Path, key: str, value: object) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {key: value}))
    with pytest.raises(ModelError):
        load(copy)


@pytest.mark.parametrize("number", [1, 2, 99], ids=["the first", "the second", "a later one"])
def test_another_format_is_named(copy: Path, number: int) -> None:
    manifest = json.loads((copy / "manifest.json").read_text()) | {"format": number}
    (copy / "manifest.json").write_text(json.dumps(manifest | {"version": seal(manifest)}))
    with pytest.raises(ModelError, match=f"format {number}"):
        load(copy)


def test_weights_that_hold_a_pickle_are_refused_and_not_run(copy: Path, tmp_path: Path) -> None:
    from hashlib import sha256

    ran = tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (ran,)

    arrays = dict.fromkeys(("rarity", "coefficients", "intercepts", "slopes", "offsets"), np.array([Trap()], dtype=object))
    np.savez(copy / "weights.npz", **arrays)  # type: ignore[arg-type]
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["weights.npz"] = sha256((copy / "weights.npz").read_bytes()).hexdigest()
    manifest["version"] = seal(manifest)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError):
        load(copy)
    assert not ran.exists()


def test_loading_and_judging_need_no_scikit_learn(trained: Trained) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom mailtriage.classify import load\nfrom tests.classify.fleet import HOSTS, Fleet\n"
        f"model = load(Path({str(trained.folder)!r}))\nfleet = Fleet()\nmessage, report = fleet.read(fleet.daily(HOSTS[0], 13).raw)\n"
        "assert all(o.is_quiet for o in model.opinions(report.kind, report.host, report.sections, message))\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('sklearn', 'scipy', 'joblib')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize(
    ("n_quiet", "n_troubles", "why"),
    [(0, 0, "no labels"), (30, 0, "0 mails labelled"), (0, 24, "labelled noise"), (30, 19, "19 mails labelled")],
)
def test_too_few_labels_give_no_classifier_and_the_manifest_says_so(tmp_path: Path, n_quiet: int, n_troubles: int, why: str) -> None:
    fleet = Fleet()
    mails = [*list(quiet(fleet))[:n_quiet], *troubles(fleet, n_troubles)]
    manifest = train(mails, fleet.read, tmp_path / "m")
    assert not manifest.has_classifier
    assert why in manifest.note
    model = load(tmp_path / "m")
    message, report = fleet.read(fleet.daily(HOSTS[0], 13).raw)
    opinions = model.opinions(report.kind, report.host, report.sections, message)
    assert all(model.vetoes(opinion) != opinion.is_quiet and not model.raises(opinion) for opinion in opinions)


def test_the_manifest_says_what_the_model_was_made_from(trained: Trained) -> None:
    manifest = trained.model.manifest
    assert manifest.labels == {"digest": 8, "event": 16, "noise": 288}
    assert manifest.kinds["cron"]["noise"] == 96
    assert manifest.quality.split == "host"
    assert (manifest.quality.n_wrong_drops, manifest.quality.n_must_see) == (0, 24)
    assert manifest.quality.n_noise_dropped >= 0.92 * manifest.quality.n_noise
    assert "0 of 24 must-see" in (trained.folder / "card.md").read_text()
    assert sum(len(content) for content in contents(trained.folder).values()) < 5_000_000
    assert not any(host.partition(".")[0].encode() in content for content in contents(trained.folder).values() for host in HOSTS)


def test_the_classifier_sees_trouble_in_words_and_names_them(trained: Trained) -> None:
    sick = trained.fleet.backup(HOSTS[2], 13, change=added("output", "vault: drive failed its self test"))
    opinion = trained.opinions(sick)["output"]
    assert opinion.p_event > 0.5 > opinion.p_drop
    assert any("failed" in feature and "trouble" in feature for feature in opinion.features)
    assert sum((opinion.p_drop, opinion.p_digest, opinion.p_event)) == pytest.approx(1)


def test_the_classifier_alone_never_lets_anything_through(trained: Trained) -> None:
    mild = trained.fleet.backup(HOSTS[2], 13, change=added("output", "volume backup verified, 0 errors, everything is fine"))
    opinion = trained.opinions(mild)["output"]
    assert not opinion.is_quiet
    for probability in (0.0, 1.0):
        trained.model.veto_threshold, kept = probability, trained.model.veto_threshold
        assert not trained.opinions(mild)["output"].is_quiet
        trained.model.veto_threshold = kept
