"""`ack`: what it prints and writes, and that it can be tried and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailtriage import config as configuration
from mailtriage.cli import main
from mailtriage.service.files import open_store
from mailtriage.store.main import Store
from mailtriage.types import Recovery
from tests.store.build import NOW, change, open_event

KEY = open_event().key
AT = "2026-11-24T04:00"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    (tmp_path / "mailtriage.toml").write_text('[store]\npath = "store"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILTRIAGE_CONFIG", raising=False)
    store = open_store(configuration.load(tmp_path / "mailtriage.toml"))
    store.apply([change(), change(of=open_event("/etc/passwd", Recovery.ONE_SHOT, key_id="e2"))], now=NOW)
    return store


@pytest.fixture
def typed(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[str, int]:
        monkeypatch.setattr("sys.argv", ["mailtriage", *words])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return told.out + told.err, int(end.value.code or 0)

    return run


def _event(typed: Any) -> dict[str, Any]:
    return next(event for event in json.loads(typed("events", "--open", "--json", "--now", AT)[0]) if event["key"] == KEY)


def test_an_acknowledgement_says_when_it_ends_and_is_shown(store: Store, typed: Any) -> None:
    words = ("ack", KEY, "--comment", "growing it", "--until", "2026-12-01", "--above", "98", "--now", AT)
    assert typed(*words, "--dry-run") == (
        f"would acknowledge {KEY}: /var is 97 % full\n  until 2026-12-01 00:00 UTC, or above 98 (now 97)\n",
        0,
    )
    assert _event(typed)["ack"] is None
    assert typed(*words)[0].startswith(f"acknowledged {KEY}")
    shown = _event(typed)
    assert (shown["ack"], shown["ack_until"], shown["ack_above"], shown["value"]) == ("growing it", "2026-12-01T00:00:00+00:00", 98.0, 97.0)
    assert shown["state"] == "problem"
    assert f"acked    high      {KEY}" in typed("events", "--open", "--now", AT)[0]


def test_an_acknowledgement_can_be_taken_back(store: Store, typed: Any) -> None:
    assert typed("ack", KEY, "--comment", "known", "--now", AT)[0].endswith("  until 2026-12-24 04:00 UTC\n")
    end = ("ack", KEY, "--end", "--now", AT)
    assert typed(*end, "--dry-run") == (f"would take back the acknowledgement of {KEY}: it is told again\n", 0)
    assert _event(typed)["ack"] == "known"
    assert typed(*end) == (f"took back the acknowledgement of {KEY}: it is told again\n", 0)
    assert _event(typed)["ack"] is None
    assert typed(*end) == (f"mailtriage: {KEY} is not acknowledged\n  `mailtriage events --open` shows what is\n", 2)


def test_what_no_report_can_close_is_said_to_be_closed_by_it(typed: Any) -> None:
    key = open_event("/etc/passwd").key
    assert typed("ack", key, "--comment", "it was me")[0].endswith("  it is closed: no report can say that it is over\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere/at/all", "--comment", "x"), "no event 'nowhere/at/all' is open"),
        ((KEY,), "--comment is empty"),
        ((KEY, "--comment", "x", "--until", "2026-11-22", "--now", AT), "--until 2026-11-22 00:00 UTC has passed"),
        ((KEY, "--comment", "x", "--above", "90"), "--above 90: it is 97 already"),
        ((KEY, "--comment", "x", "--until", "soon"), "--until 'soon' is not an ISO time"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy_and_nothing_is_written(store: Store, typed: Any, words: tuple[str, ...], said: str) -> None:
    text, code = typed("ack", *words)
    assert code == 2
    assert text.startswith(f"mailtriage: {said}")
    assert text.count("\n  ") == 1
    assert store.acks.all() == ()
