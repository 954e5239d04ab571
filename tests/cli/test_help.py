"""Every command explains itself, with an example that can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from mailtriage import cli


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if getattr(command, "invoke_without_command", False):
            yield (*path, name), command
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


cli._build()
COMMANDS = dict(_commands(typer.main.get_command(cli.app)))


def test_the_commands_are_those_that_are_promised() -> None:
    promised = "demo init doctor serve triage mails show why undrop label unlabel digest events ack hosts ledger inject simulate status"
    promised_groups = ["rules check", "rules list", "rules explain", "model train", "model evaluate", "model show", "sinks check"]
    assert set(promised.split()) | set(promised_groups) <= {" ".join(path) for path in COMMANDS}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_shows_an_example_of_itself(path: tuple[str, ...]) -> None:
    told = " ".join((COMMANDS[path].help or "").split())
    assert "Example: " in told
    example = told.partition("Example: ")[2].replace("\\n", "\n")
    assert f"mailtriage {' '.join(path)}" in example
    for command in example.split("|"):
        assert shlex.split(command)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    options = [parameter for parameter in COMMANDS[path].params if parameter.param_type_name == "option"]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_ends_well(path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["mailtriage", *path, "--help"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert "Usage: " in told
    assert "Example: " in told


CHANGING = {
    "init",
    "import",
    "undrop",
    "label",
    "unlabel",
    "ack",
    "digest",
    "audit next",
    "audit answer",
    "audit lift",
    "maintenance add",
    "maintenance end",
}
CHANGING |= {"hosts retire", "hosts rename"}
CHANGING |= {"model train", "model promote", "model retire", "model rollback", "model review"}


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_a_command_that_changes_something_can_be_tried_without(name: str) -> None:
    assert "dry_run" in [parameter.name for parameter in COMMANDS[tuple(name.split())].params]
