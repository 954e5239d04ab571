"""Each `transcripts/*.txt`: files, commands typed among them, what they print (errors too), and how they end.

    $ mailtriage events --config mailtriage.toml
    mailtriage: mailtriage.toml:2:1: unknown key 'prot' in [receive]; did you mean 'port'?
    [2]

`...` stands for any text; `-- NAME --` begins a file of the folder the commands run in (a NAME that ends in / is a folder).
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailtriage.cli import main
from tests.cli.running import COMMAND, PATIENCE_S, environment

FOLDER = Path(__file__).with_name("transcripts")
_FILE = re.compile(r"^-- (\S+) --\n", re.MULTILINE)
_COMMAND = re.compile(r"^\$ mailtriage (.*)\n((?:(?!\[\d+\]$).*\n)*)\[(\d+)\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of a transcript."""

    words: str
    output: str
    code: int


def _transcript(path: Path) -> tuple[list[Typed], dict[str, str]]:
    top, *parts = _FILE.split(path.read_text(encoding="utf-8"))
    typed = [Typed(words=match[1], output=match[2], code=int(match[3])) for match in _COMMAND.finditer(top)]
    assert len(typed) == top.count("\n$ "), f"{path}: every command ends with its exit code, such as [0]"
    return typed, dict(zip(parts[::2], parts[1::2], strict=True))


def _is_as_written(output: str, expected: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, output, re.DOTALL) is not None


def _run_here(words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """The program's `main` in this process: the start of Python and its imports are no part of a transcript."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["mailtriage", *words])
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        with pytest.raises(SystemExit) as end:
            main()
    assert isinstance(end.value.code, int)
    return written.getvalue().decode(), end.value.code


def _run_child(words: list[str], folder: Path) -> tuple[str, int]:
    """The daemon wants a process of its own."""
    command = [*COMMAND, *words]
    ended = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), timeout=PATIENCE_S, check=False
    )
    return ended.stdout.decode(), ended.returncode


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_command_prints_what_its_transcript_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed, files = _transcript(path)
    for name, text in files.items():
        target = tmp_path / name
        if name.endswith("/"):
            target.mkdir(parents=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("MAILTRIAGE_CONFIG", raising=False)
    for command in typed:
        words = shlex.split(command.words)
        output, code = _run_child(words, tmp_path) if words[0] == "serve" else _run_here(words, monkeypatch)
        assert _is_as_written(output, command.output), f"$ mailtriage {command.words}\n{output}"
        assert code == command.code, f"$ mailtriage {command.words}\n{output}"
        assert "Traceback" not in output


def test_there_are_transcripts() -> None:
    assert list(FOLDER.glob("*.txt"))
