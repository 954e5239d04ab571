"""The documents say only what is there: every command and option they show exists, and every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"^(?:[$#%] )?(?:\S*/)?mailtriage(?: (.*))?$")
_END = {"|", ">", ">>", "<", "&&", ";", "\\", "#", "2>"}


def shown_commands(page: str) -> list[list[str]]:
    """The words after `mailtriage` of every command a page shows, in a block of code or within a line."""
    blocks = [line.strip() for block in _FENCE.findall(page) for line in block.splitlines()]
    spans = _CODE.findall(_FENCE.sub("", page))
    found = []
    for text in (*blocks, *spans):
        command = _COMMAND.match(text)
        if command and command[1]:
            found.append(_words(command[1]))
    return found


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:  # an apostrophe in the output of a command
        words = command.split()
    end = next((n for n, word in enumerate(words) if word in _END), len(words))
    return words[:end]


def complaint(root: Any, words: list[str]) -> str:
    """What is wrong with this command line, "" if it names an existing command and its options."""
    command, path = root, "mailtriage"
    rest = list(words)
    while getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        name = rest.pop(0).strip("[],.")
        if name not in command.commands:
            return f"{path} has no command {name!r}"
        command, path = command.commands[name], f"{path} {name}"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help", "-h"}
    for word in rest:
        option = word.strip("[](),.").partition("=")[0]
        if option.startswith("--") and option != "--" and option not in known:
            return f"{path} has no option {option!r}"
    return ""


@pytest.fixture(scope="module")
def root() -> Any:
    from mailtriage import cli

    cli._build()
    return typer.main.get_command(cli.app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_a_page_shows_exists(page: Path, root: Any) -> None:
    complaints = [complaint(root, words) for words in shown_commands(page.read_text(encoding="utf-8"))]
    assert [one for one in complaints if one] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_to_a_file(page: Path) -> None:
    text = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    targets = [link.partition("#")[0] for link in _LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def test_every_command_the_digest_offers_exists(root: Any) -> None:
    sheet = (ROOT / "mailtriage" / "digest" / "sheet.py").read_text(encoding="utf-8")
    offered = [command.replace("{", "").replace("}", "").split() for command in re.findall(r'"mailtriage ([^"]+)"', sheet)]
    assert len(offered) > 5
    assert [one for one in (complaint(root, words) for words in offered) if one] == []


def test_a_page_with_a_wrong_command_or_option_would_be_noticed(root: Any) -> None:
    page = "Run `mailtriage levitate` or:\n```\n$ mailtriage digest --loudly | less\n```\nbut not `mailtriage` alone.\n"
    assert [complaint(root, words) for words in shown_commands(page)] == [
        "mailtriage digest has no option '--loudly'",
        "mailtriage has no command 'levitate'",
    ]
