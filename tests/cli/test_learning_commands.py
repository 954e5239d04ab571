"""Labels, training, promotion and back, as an admin types it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailtriage.cli import main
from mailtriage.types import Verdict
from tests.service.sites import HOUR, NOW, Site, quiet, troubled

Type = Callable[..., tuple[str, int]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path)
    monkeypatch.setenv("MAILTRIAGE_CONFIG", str(tmp_path / "mailtriage.toml"))
    yield made
    made.close()


@pytest.fixture
def type_(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    def typed(*words: str) -> tuple[str, int]:
        monkeypatch.setattr(sys, "argv", ["mailtriage", *words])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return said.out + said.err, end.value.code

    return typed


def test_the_way_from_a_label_to_a_dropped_mail_and_back(site: Site, type_: Type) -> None:
    good = [site.cron(quiet(n)) for n in range(31)]
    bad = [site.cron(troubled(n)) for n in range(3)]
    out, code = type_("label", good[0], "drop", "--why", "always the same")
    assert (out, code) == (f"labelled {good[0]} drop\n", 0)
    for mail_id in good[1:]:
        site.store.label(mail_id, None, Verdict.DROP, at=NOW)
    for mail_id in bad:
        site.store.label(mail_id, None, Verdict.EVENT, at=NOW)

    out, code = type_("model", "promote", "cron")
    assert (out, code) == (f"learning acts on cron from the next mail on: {site.store.learning.promotions()[0].detail}\n", 0)
    assert "31 mails confirmed quiet" in out
    out, code = type_("model", "train", "--dry-run")
    assert code == 0
    assert "digest -> drop  cron/output on web07.example.org" in out
    assert out.endswith("it would take over; nothing was changed\n")
    out, code = type_("model", "train")
    assert code == 0
    assert "is in force; `mailtriage model rollback` goes back" in out
    dropped = site.outcome(site.cron(quiet(7), at=NOW + 99 * HOUR))
    assert dropped.verdict == "drop"

    out, _ = type_("model", "show")
    assert "trained here" in out
    assert "before it: shipped (mailtriage model rollback)" in out
    assert "acts on cron since" in out
    shown = json.loads(type_("model", "show", "--json")[0])
    assert shown["site"]["promotions"][0]["kind"] == "cron"
    assert shown["version"] == dropped.model_version

    assert type_("model", "rollback", "--dry-run") == (f"would put model shipped in force instead of {shown['version']}\n", 0)
    assert type_("model", "rollback") == (f"put model shipped in force instead of {shown['version']}\n", 0)
    assert site.outcome(site.cron(quiet(8), at=NOW + 100 * HOUR)).verdict == "digest"
    assert type_("model", "retire", "cron", "--dry-run")[0] == "would take cron back: learning only says what it would drop\n"
    assert type_("model", "retire", "cron")[0] == "took cron back: learning only says what it would drop\n"
    assert site.store.learning.promoted() == frozenset()


def test_too_few_labels_are_said_in_numbers(site: Site, type_: Type) -> None:
    type_("label", site.cron(quiet(1)), "drop")
    out, code = type_("model", "promote", "cron")
    assert code == 1
    assert out == (
        "cron is not promoted:\n  1 of 30 mails confirmed quiet, 29 more to go: `mailtriage model review`, or `mailtriage label ID drop`\n"
    )


def test_unlabel_takes_the_last_label_back(site: Site, type_: Type) -> None:
    mail_id = site.cron(quiet(1))
    type_("label", mail_id, "drop")
    type_("label", mail_id, "event")
    assert type_("unlabel", mail_id, "--dry-run")[0] == f"would take back the label event of {mail_id}\n"
    assert type_("unlabel", mail_id)[0] == f"took back the label event of {mail_id}\nthe label drop before it stands again\n"
    assert type_("unlabel", mail_id)[0] == f"took back the label drop of {mail_id}\n"
    assert type_("unlabel", mail_id) == (f"{mail_id} has no such label: nothing to take back\n", 0)


def test_a_label_on_the_floor_and_one_that_contradicts_are_noted(site: Site, type_: Type) -> None:
    floor = site.cron("pool: tank is DEGRADED\n")
    out, code = type_("label", floor, "drop", "--section", "output")
    assert code == 0
    assert "note: section output is on the floor (" in out
    assert "kept as an opinion and never acted on" in out
    first, second = site.cron(quiet(1)), site.cron(quiet(2))
    type_("label", first, "drop")
    out, _ = type_("label", second, "event", "--dry-run")
    assert out.startswith(f"would label {second} event\nnote: {first} has the same lines, numbers aside, and is labelled drop")
    assert [label.mail_id for label in site.store.learning.labels()] == [floor, first]
