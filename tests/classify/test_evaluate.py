"""The score of a judge over labelled mails."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtriage.classify import Example, evaluate, labelled, upper_bound
from mailtriage.classify.splits import Member, is_faultless, members, split
from mailtriage.cli import main
from mailtriage.errors import InputError
from mailtriage.pipeline import read
from mailtriage.types import Verdict
from tests.classify.fleet import HOSTS, Fleet


def test_wrong_drops_noise_and_events_are_counted_by_kind() -> None:
    fleet = Fleet()
    expected = {"noise": Verdict.DROP, "digest": Verdict.DIGEST, "event": Verdict.EVENT, "human": Verdict.PASS}
    mails = [fleet.backup(HOSTS[0], day, label) for day, label in enumerate(["noise", "noise", "digest", "event", "event", "human"])]
    missed = mails[3]

    def judge_mail(example: Example) -> Verdict:
        return Verdict.DROP if example is missed else expected[example.label]

    result = evaluate(mails, judge_mail, lambda example: fleet.read(example.raw)[1].kind)
    total = result.total
    assert (total.n_wrong_drops, total.n_must_see, total.noise_reduction, total.event_recall) == (1, 4, 1.0, 0.5)
    assert (total.n_human_passed, result.kinds[0].kind, result.wrong_drops) == (1, "cron", (missed.raw.id,))
    assert result.text().startswith("wrong drops: 1 of 4 must-see mails, at most ")
    assert result.as_dict()["n_wrong_drops"] == 1


def test_nothing_to_score_divides_by_nothing() -> None:
    result = evaluate([], lambda _: Verdict.DROP)
    assert (result.total.noise_reduction, result.total.event_recall) == (None, None)
    assert "wrong drops: 0 of 0" in result.text()


@pytest.mark.parametrize(
    ("n_wrong", "n", "bound"), [(0, 59, 0.0495), (0, 299, 0.00997), (0, 2919, 0.001026), (1, 299, 0.01577), (5, 5, 1.0)]
)
def test_the_bound_is_clopper_pearsons(n_wrong: int, n: int, bound: float) -> None:
    assert upper_bound(n_wrong, n) == pytest.approx(bound, rel=0.005)


def _member(example: Example, *, host: str = "", kind: str = "cron", day: int = 1, faults: tuple[str, ...] = ()) -> Member:
    at = datetime(2026, 9, day, 3, tzinfo=UTC)
    return Member(example=example, kind=kind, host=host, faults=faults, at=at, is_faultless=is_faultless(example))


def _members() -> list[Member]:
    """Four hosts over six days; on each host one fault and one without a name."""
    fleet = Fleet()
    found = [_member(fleet.backup(host, day), host=host, day=day) for host in HOSTS[:4] for day in range(1, 7)]
    for at, host in enumerate(HOSTS[:4]):
        found.append(_member(fleet.backup(host, 1, "event"), host=host, faults=("disk", f"fault{at}") if at else ("disk",)))
        found.append(_member(fleet.array(host, 2, "digest"), host=host, kind="unknown", day=2, faults=(f"array{at}",)))
    return found


@pytest.mark.parametrize("by", ["host", "kind", "fault"])
def test_every_mail_is_judged_once_by_a_model_that_did_not_see_it(by: str) -> None:
    among = _members()
    parts = split(by, among)
    judged = [id(example) for fold in parts.folds for example in fold.test]
    assert sorted(judged) == sorted(id(member.example) for member in among)
    assert all(not {id(example) for example in fold.train} & {id(example) for example in fold.test} for fold in parts.folds)


@pytest.mark.parametrize("by", ["host", "kind", "fault"])
def test_nothing_held_out_trains(by: str) -> None:
    among = _members()
    of = {id(member.example): {"host": (member.host,), "kind": (member.kind,), "fault": member.faults}[by] for member in among}
    for fold in split(by, among).folds:
        assert not {name for example in fold.train for name in of[id(example)]} & set(fold.held_out)


def test_the_first_half_of_the_days_trains() -> None:
    (fold,) = split("time", _members()).folds
    assert fold.held_out == ("2026-09-04", "2026-09-05", "2026-09-06")
    assert (len(fold.train), len(fold.test)) == (12 + 8, 12)


def test_a_mail_to_be_seen_without_a_fault_is_left_out_and_said() -> None:
    among = [*_members(), _member(Fleet().backup(HOSTS[0], 3, "event"), host=HOSTS[0])]
    parts = split("fault", among)
    assert all(among[-1].example not in (*fold.train, *fold.test) for fold in parts.folds)
    assert parts.notes == ('1 mail to be seen left out: no key "fault"',)


@pytest.mark.parametrize(("by", "key"), [("host", '"host"'), ("kind", '"kind"'), ("time", '"at"'), ("fault", '"fault"')])
def test_a_folder_that_cannot_be_split_names_the_key(by: str, key: str) -> None:
    fleet = Fleet()
    with pytest.raises(InputError, match=key):
        split(by, [_member(fleet.backup(HOSTS[0], 1, label)) for label in ("noise", "event")])


def test_what_stands_beside_the_label_counts_before_the_mail(tmp_path: Path) -> None:
    keys = {"label": "event", "kind": "vault", "host": "Node9", "at": "2026-11-23T06:30:00+01:00", "fault": ["b", "a"]}
    (tmp_path / "a.eml").write_text("Subject: x\n\nx\n", encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(keys), encoding="utf-8")
    (member,) = members(labelled(tmp_path), read)
    assert (member.kind, member.host, member.faults) == ("vault", "node9", ("a", "b"))
    assert member.at == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def test_evaluate_splits_a_folder_by_fault_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(40):
        is_bad = number % 4 == 0
        text = f"files {1000 + number}\n" + (f"error {'disk' if number % 8 else 'link'} broken\n" if is_bad else "") + "done\n"
        head = f"From: root@node{number % 5}.example.org\nSubject: vault report\nDate: Tue, {1 + number % 20} Sep 2026 03:00:00 +0000\n\n"
        (tmp_path / f"{number:02}.eml").write_text(head + text, encoding="utf-8")
        keys = {"label": "event", "fault": "disk" if number % 8 else "link"} if is_bad else {"label": "noise"}
        (tmp_path / f"{number:02}.json").write_text(json.dumps(keys), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["mailtriage", "model", "evaluate", str(tmp_path), "--split", "fault", "--rules", "none", "--json"])
    with pytest.raises(SystemExit) as end:
        main()
    found = json.loads(capfd.readouterr().out)
    assert (found["n_must_see"], found["n_wrong_drops"], found["n_noise"], found["split"], found["n_folds"]) == (10, 0, 30, "fault", 2)
    assert found["n_noise_dropped"] > 20
    assert not end.value.code
