"""A fleet written out is a labelled folder with its truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtriage.classify import labelled
from mailtriage.classify.splits import SPLITS, members, split
from mailtriage.errors import InputError
from mailtriage.pipeline import read
from mailtriage.simulate import fleet, mails, write

START = datetime(2026, 11, 16, tzinfo=UTC)


def test_each_mail_stands_beside_its_label(tmp_path: Path) -> None:
    made = fleet(hosts=5, days=2, seed=3, start=START)
    counted: list[int] = []
    n = write(tmp_path / "out", made, counted.append)
    expected = list(mails(made))
    assert n == len(expected) == len(counted)
    for mail in expected:
        assert (tmp_path / "out" / "mails" / f"{mail.stem}.eml").read_bytes() == mail.data
        label = json.loads((tmp_path / "out" / "mails" / f"{mail.stem}.json").read_text())
        assert label["label"] == mail.truth.label
        assert label["kind"] == mail.truth.kind
        assert set(label["sections"].values()) <= {"noise", "digest", "event", "human"}
        assert datetime.fromisoformat(label["at"]) == mail.sent_at
        assert bool(label.get("fault")) == (label["label"] in ("digest", "event"))
    truth = json.loads((tmp_path / "out" / "truth.json").read_text())
    assert [entry["file"] for entry in truth["mails"]] == [f"{mail.stem}.eml" for mail in expected]
    assert {entry["id"] for entry in truth["incidents"]} == {incident.id for incident in made.incidents}


@pytest.mark.parametrize("by", SPLITS)
def test_a_folder_can_be_evaluated_by_every_split(tmp_path: Path, by: str) -> None:
    write(tmp_path, fleet(hosts=6, days=3, seed=3, start=START))
    parts = split(by, members(labelled(tmp_path), read))
    assert len(parts.folds) >= 1
    assert not any("left out" in note for note in parts.notes)


def test_a_folder_with_mails_is_left_alone(tmp_path: Path) -> None:
    made = fleet(hosts=1, days=1, seed=3, start=START)
    write(tmp_path, made)
    with pytest.raises(InputError, match="holds mails already"):
        write(tmp_path, made)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write(tmp_path / "file" / "out", fleet(hosts=1, days=1, seed=3, start=START))
