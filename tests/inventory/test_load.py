"""Reading anew while the daemon runs: what became unreadable stays as it was, and is said."""

from __future__ import annotations

from pathlib import Path

from mailtriage.inventory import Weights, load_weights
from mailtriage.types import Change, ChangeType
from tests.inventory.support import NOW, open_event, written

FILES = {
    "own.toml": '[[host]]\nname = "a.example.org"\nusers = 5\n',
    "hosts": "[web]\nb.example.org mailtriage_users=6\n",
    "policy.toml": '[[row]]\ngroup = "web"\nseverity = "+1"\nweight = 9\n',
}


def loaded(folder: Path, old: Weights | None = None) -> Weights:
    return load_weights(str(folder / "own.toml"), (str(folder / "hosts"),), str(folder / "policy.toml"), old)


def users(weights: Weights) -> tuple[int | None, int | None]:
    return tuple(weights.inventory.attributes_of(f"{name}.example.org").users for name in "ab")  # type: ignore[return-value]


def test_what_is_not_named_is_not_there() -> None:
    weights = load_weights("", (), "")
    assert weights.inventory.hosts == ()
    assert weights.policy.rows
    assert weights.notes == ()


def test_a_source_that_breaks_stays_as_it_was_while_the_others_are_read_anew(tmp_path: Path) -> None:
    first = loaded(written(tmp_path, FILES))
    assert (users(first), first.notes) == ((5, 6), ())
    (tmp_path / "hosts").write_text("[web\nb.example.org mailtriage_users='\n")
    (tmp_path / "own.toml").write_text('[[host]]\nname = "a.example.org"\nusers = 7\n')
    second = loaded(tmp_path, first)
    assert users(second) == (7, 6)
    assert len(second.notes) == 1
    assert "what was read of it before stays in force" in second.notes[0]
    assert "hosts:1:" in second.notes[0]
    third = loaded(tmp_path, second)  # broken twice is no worse
    assert users(third) == (7, 6)
    (tmp_path / "hosts").write_text("b.example.org mailtriage_users=8\n")
    assert (users(loaded(tmp_path, third)), loaded(tmp_path, third).notes) == ((7, 8), ())


def test_a_source_that_is_broken_at_the_start_is_said_and_the_others_count(tmp_path: Path) -> None:
    written(tmp_path, {**FILES, "own.toml": "[[host"})
    weights = loaded(tmp_path)
    assert users(weights) == (None, 6)
    assert "nothing of it is in force" in weights.notes[0]


def test_a_broken_policy_leaves_the_old_one_or_the_shipped_one(tmp_path: Path) -> None:
    first = loaded(written(tmp_path, FILES))
    (tmp_path / "policy.toml").write_text('[[row]]\ngroup = "web"\nseverity = "worse"\n')
    second = loaded(tmp_path, first)
    assert second.policy == first.policy
    assert "policy.toml:3:1: severity is a step" in second.notes[0]
    assert loaded(tmp_path).policy == load_weights("", (), "").policy


def test_a_source_that_is_no_longer_named_is_gone(tmp_path: Path) -> None:
    first = loaded(written(tmp_path, FILES))
    assert load_weights("", (), "", first).inventory.hosts == ()


def test_what_the_clock_opens_is_weighed_and_what_it_closes_is_not(tmp_path: Path) -> None:
    weights = loaded(written(tmp_path, FILES))
    changes = [
        Change(type=kind, event=open_event("high", host="b.example.org"), mail_id="", at=NOW)
        for kind in (ChangeType.OPENED, ChangeType.CLOSED)
    ]
    assert [change.event.severity for change in weights.opened(changes)] == ["critical", "high"]
    assert weights.of(changes[0].event) == 9
