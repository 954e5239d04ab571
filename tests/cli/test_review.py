"""`model review`: what it asks, what an answer writes, and that it can be taken back exactly."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import COMMAND, PATIENCE_S, cron_mail, environment, run

N_MAILS = 12


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """Twelve mails of a job nobody knows, one of which says something else, and one far off."""
    folder = tmp_path / "pool"
    folder.mkdir()
    for number in range(N_MAILS):
        (folder / f"{number:02d}.eml").write_bytes(cron_mail(f"vault sealed, {100 + number} shards, 0 lost", number))
    (folder / "far.eml").write_bytes(cron_mail("vault sealed, 90000 shards, 0 lost", 50))
    (folder / "sick.eml").write_bytes(cron_mail("vault sealed, 105 shards, 3 lost", 51))
    return tmp_path


def _questions(folder: Path, *more: str) -> list[dict[str, Any]]:
    ended = run(folder, "model", "review", "pool", "--model", "none", "--rules", "none", "--json", *more)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_each_line_of_json_is_a_question(pool: Path) -> None:
    first, *others = _questions(pool)
    assert first["rank"] == 1
    assert (first["kind"], first["section"], first["n_mails"], first["n_hosts"]) == ("cron", "output", N_MAILS, 1)
    assert first["typical"] in first["covers"]
    assert first["unlike"] in first["covers"]
    assert first["settles"] == N_MAILS
    assert {one["mail"] for one in first["left_out"]} == {"pool/far.eml", "pool/sick.eml"}
    assert next(line["shape"] for line in first["new_lines"]) == "vault sealed, ‹n› shards, ‹n› lost"
    assert first["new_lines"][0]["ranges"] == [[100.0, 111.0], [0.0, 0.0]]
    assert {tuple(other["covers"]) for other in others} == {("pool/far.eml",), ("pool/sick.eml",)}
    assert len(_questions(pool, "--n", "1")) == 1


def test_an_answer_labels_what_it_covers_and_is_not_asked_again(pool: Path) -> None:
    first = _questions(pool)[0]
    ended = run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", f"{first['question']}=noise")
    assert ended.returncode == 0, ended.stderr
    for name in first["covers"]:
        assert json.loads((pool / name).with_suffix(".json").read_text())["label"] == "noise"
    assert not (pool / "pool" / "sick.json").exists()
    assert {name for question in _questions(pool) for name in question["covers"]} == {"pool/far.eml", "pool/sick.eml"}


def test_an_answer_is_taken_back_to_the_byte(pool: Path) -> None:
    (pool / "pool" / "03.json").write_text('{"host":   "web07"}', encoding="utf-8")
    before = _content(pool / "pool")
    question = _questions(pool)[0]["question"]
    run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", f"{question}=noise")
    assert json.loads((pool / "pool" / "03.json").read_text())["host"] == "web07"
    assert _content(pool / "pool") != before
    ended = run(pool, "model", "review", "pool", "--undo", question)
    assert f"{N_MAILS} mails" in ended.stdout
    assert _content(pool / "pool") == before


def test_dry_run_writes_nothing(pool: Path) -> None:
    before = _content(pool / "pool")
    question = _questions(pool)[0]["question"]
    ended = run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", f"{question}=noise", "--dry-run")
    assert f"would label {N_MAILS} mails noise" in ended.stdout
    assert _content(pool / "pool") == before


def test_labels_train_a_model_that_knows_them(pool: Path) -> None:
    question = _questions(pool)[0]["question"]
    run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", f"{question}=noise")
    trained = run(pool, "model", "train", "pool", "--out", "m")
    assert trained.returncode == 0, trained.stderr
    assert "2 mails without a label left out" in trained.stderr
    judged = run(pool, "triage", "pool", "--model", "m", "--json")
    verdicts = {Path(one["path"]).stem: one["verdict"] for one in map(json.loads, judged.stdout.splitlines())}
    assert verdicts["sick"] != "drop"
    assert verdicts["far"] != "drop"
    assert sum(verdict == "drop" for verdict in verdicts.values()) == N_MAILS


def test_a_folder_without_any_label_trains_nothing(pool: Path) -> None:
    ended = run(pool, "model", "train", "pool", "--out", "m")
    assert ended.returncode == 2
    assert "no mail in it has a label" in ended.stderr
    (pool / "pool" / "01.json").write_text('{"label": "event"', encoding="utf-8")
    ended = run(pool, "model", "train", "pool", "--out", "m")
    assert "01.json" in ended.stderr  # a broken label is never passed over


def test_what_lies_near_a_mail_to_be_seen_is_not_approved(pool: Path) -> None:
    (pool / "pool" / "04.json").write_text('{"label": "event"}', encoding="utf-8")
    question = next(one for one in _questions(pool) if one["n_mails"] == N_MAILS - 1)
    assert question["must_see"] == ["pool/04.eml"]
    ended = run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", f"{question['question']}=noise")
    assert ended.returncode == 2
    assert "pool/04.eml" in ended.stderr
    assert not (pool / "pool" / "05.json").exists()


@pytest.mark.parametrize("wrong", ["nothing", "abc=noise", "abc=maybe"])
def test_an_answer_that_is_none_says_so(pool: Path, wrong: str) -> None:
    ended = run(pool, "model", "review", "pool", "--model", "none", "--rules", "none", "--answer", wrong)
    assert ended.returncode == 2
    assert wrong.partition("=")[0] in ended.stderr


def test_a_mail_inside_an_mbox_can_be_asked_about_but_not_labelled(pool: Path) -> None:
    box = "".join(f"From root Mon Nov 23 03:00:00 2026\n{cron_mail('vault sealed', number).decode()}\n" for number in range(3))
    (pool / "box").write_text(box, encoding="utf-8")
    asked = run(pool, "model", "review", "box", "--model", "none", "--rules", "none", "--json")
    question = json.loads(asked.stdout.splitlines()[0])
    assert sorted(question["covers"]) == ["box#1", "box#2", "box#3"]
    ended = run(pool, "model", "review", "box", "--model", "none", "--rules", "none", "--answer", f"{question['question']}=noise")
    assert ended.returncode == 2
    assert "mailtriage import" in ended.stderr


def test_the_store_keeps_which_question_a_label_answers(pool: Path) -> None:
    (pool / "mailtriage.toml").write_text('[store]\npath = "store"\n[model]\npath = "none"\n', encoding="utf-8")
    assert run(pool, "import", "pool").returncode == 0
    asked = [json.loads(line) for line in run(pool, "model", "review", "--json").stdout.splitlines()]
    question = asked[0]["question"]
    assert asked[0]["n_mails"] == N_MAILS
    ended = run(pool, "model", "review", "--answer", f"{question}=noise")
    assert ended.returncode == 0, ended.stderr
    again = [json.loads(line) for line in run(pool, "model", "review", "--json").stdout.splitlines()]
    assert sorted(one["n_mails"] for one in again) == [1, 1]
    assert f"{N_MAILS} mails" in run(pool, "model", "review", "--undo", question).stdout
    assert [json.loads(line) for line in run(pool, "model", "review", "--json").stdout.splitlines()] == asked


@contextmanager
def _typing(folder: Path, keys: bytes) -> Iterator[str]:
    """What the command shows on a terminal on which these keys are typed."""
    ours, theirs = pty.openpty()
    command = [*COMMAND, "model", "review", "pool", "--model", "none", "--rules", "none"]
    with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(TERM="dumb")) as process:
        os.close(theirs)
        shown = b""
        typed = 0
        while True:
            try:
                some = os.read(ours, 65536)
            except OSError:  # the terminal is gone with the last process on it
                break
            if not some:
                break
            shown += some
            while shown.count(b"x quit") > typed:
                os.write(ours, keys[typed : typed + 1] or b"x")
                typed += 1
        process.wait(PATIENCE_S)
    os.close(ours)
    yield shown.decode("utf-8", "replace")


def test_on_a_terminal_one_key_answers(pool: Path) -> None:
    with _typing(pool, b"qe") as shown:
        assert "most unlike:" in shown
        assert "labelled 12 mails noise" in shown
        assert "labelled 1 mail event" in shown
    labels = [json.loads(path.read_text())["label"] for path in (pool / "pool").glob("*.json")]
    assert (labels.count("noise"), labels.count("event")) == (N_MAILS, 1)


def test_on_a_terminal_an_answer_is_undone_and_more_is_shown(pool: Path) -> None:
    before = _content(pool / "pool")
    with _typing(pool, b"q\rus") as shown:
        assert "took back the labels of 12 mails" in shown
        assert "--- pool/" in shown
    assert _content(pool / "pool") == before
