"""The house as a stranger finds it: what lies at the top, a Makefile for every make, files of readable length, nothing of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = "pyproject.toml mailtriage rules models tests samples README.md Makefile docs benchmarks CHANGELOG.md LICENSE .ci/run constraints.txt"
TARGETS = ("demo", "test", "check", "golden", "model", "docs", "bench", "clean")
_GNU_ONLY = {
    "conditionals": re.compile(r"^\s*-?(?:ifeq|ifneq|ifdef|ifndef|else|endif|define|endef|override|export|unexport|vpath)\b", re.MULTILINE),
    "functions": re.compile(r"\$[({](?:shell|wildcard|patsubst|subst|foreach|if|call|eval|sort|filter|dir|notdir|info|error|warning)\s"),
    "assignments": re.compile(r"^[\w.]+\s*(?:::?=|\?=|\+=|!=)", re.MULTILINE),
    "variables": re.compile(r"\$[\^+|]|\$\(MAKEFILE_LIST\)|\$\(CURDIR\)"),
    "pattern rules": re.compile(r"^[^\t#\n]*%[^\n]*:", re.MULTILINE),
    "order-only prerequisites": re.compile(r"^[^\t#\n=]*:[^\n=]*\|", re.MULTILINE),
    "special targets": re.compile(r"^\.(?:ONESHELL|SECONDEXPANSION|DELETE_ON_ERROR|DEFAULT_GOAL|RECIPEPREFIX)\b", re.MULTILINE),
    "includes": re.compile(r"^-include\b", re.MULTILINE),
}


def _files() -> Iterator[Path]:
    """What belongs to the repository."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"no git checkout: {listed.stderr.strip()}")
    yield from (path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


@pytest.mark.parametrize("name", TOP.split())
def test_the_top_level_holds_what_belongs_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


def test_ci_runs_the_checks_and_the_tests() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert re.findall(r"^make (\w+)$", script.read_text(), re.MULTILINE) == ["check", "test"]


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_understands_the_makefile(target: str) -> None:
    makes = [make for make in ("bmake", "make", "gmake") if shutil.which(make)]
    if not makes:
        pytest.skip("no make is installed")
    for make in makes:
        tried = subprocess.run([make, "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        assert tried.stdout.strip() or tried.stderr.strip()


@pytest.mark.parametrize("what", _GNU_ONLY)
def test_the_makefile_holds_nothing_only_gnu_make_knows(what: str) -> None:
    found = _GNU_ONLY[what].search((ROOT / "Makefile").read_text())
    assert found is None, found


def test_what_the_makefile_installs_is_pinned_without_addresses() -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.]*", line)] == []
    assert len({line.partition("==")[0].lower().replace("_", "-") for line in pins}) == len(pins)


def test_no_file_of_the_program_is_too_long_to_read() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "mailtriage").rglob("*.py")}
    assert {str(path): n for path, n in lengths.items() if n > 500} == {}


def test_nothing_names_a_registry_or_a_path_of_this_machine() -> None:
    # In parts, so that this file may pass its own test.
    registries = ["py" + "pi.org", "python" + "hosted.org", "index" + "-url", "find" + "-links", "conda" + ".anaconda"]
    here = [f"{ROOT}/{name}/" for name in (".venv", "mailtriage", "tests", "rules", "samples")]
    wanted = re.compile("|".join(map(re.escape, (*registries, *here))).encode())
    found = {str(path.relative_to(ROOT)): match[0] for path in _files() if (match := wanted.search(path.read_bytes()))}
    assert found == {}


def test_a_verb_is_a_stage_and_no_module_is_called_after_nothing() -> None:
    empty_words = {"utils", "util", "misc", "common", "manager", "helpers", "data", "info", "base", "core"}
    assert [path for path in (ROOT / "mailtriage").rglob("*.py") if path.stem.lstrip("_") in empty_words] == []
