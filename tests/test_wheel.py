"""The wheel works by itself: built, installed into an empty environment, it triages far from the checkout with its own rules and model."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.cli.running import cron_mail, environment

ROOT = Path(__file__).resolve().parents[1]
_NOT_TO_BE_HAD = re.compile(r"No matching distribution|Could not find a version|Failed to establish|Temporary failure|Connection|timed out")
QUIET = cron_mail("mysqldump: [Warning] Using a password on the command line interface can be insecure.")
TROUBLE = cron_mail("mysqldump: Got error: 2002: Can't connect to local MySQL server through socket '/tmp/mysql.sock' (2)", 2)


def _pip(*arguments: str) -> None:
    """Runs pip; where it has no registry to ask, the test is skipped with pip's own words."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if ended.returncode and _NOT_TO_BE_HAD.search(ended.stderr):
        pytest.skip(f"pip cannot get what it needs: {ended.stderr.strip().splitlines()[-1]}")
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and its dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("mailtriage-*.whl")
    venv.create(folder / "env", with_pip=False)
    _pip(
        *("--python", str(folder / "env/bin/python"), "install", "--quiet", "--no-compile"),
        *("--constraint", str(ROOT / "constraints.txt"), str(wheel)),
    )
    return folder / "env/bin"


def _run(program: Path, folder: Path, *arguments: str) -> str:
    ended = subprocess.run([str(program), *arguments], cwd=folder, capture_output=True, text=True, env=environment())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_an_installed_mailtriage_triages_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(QUIET)
    (tmp_path / "2.eml").write_bytes(TROUBLE)
    quiet, trouble = map(json.loads, _run(installed / "mailtriage", tmp_path, "triage", ".", "--json").splitlines())
    assert (quiet["verdict"], trouble["verdict"]) == ("drop", "event")
    assert trouble["events"][0]["key"] == "web07.example.org/cron_job/root: /usr/local/bin/backup"
    where = _run(installed / "python", tmp_path, "-c", "import mailtriage.shipped as s; print(s.shipped('rules'), s.shipped('models'))")
    assert str(ROOT) not in where


def test_the_rules_and_the_model_inside_are_those_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    printed = _run(installed / "python", tmp_path, "-c", "from mailtriage.shipped import shipped; print(shipped('rules').parent)")
    inside = Path(printed.strip())
    for name in ("rules", "models"):
        ours = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / name).rglob("*") if path.is_file()}
        theirs = {Path(name) / path.relative_to(inside / name): path.read_bytes() for path in (inside / name).rglob("*") if path.is_file()}
        assert theirs == ours
    assert ", 0 findings" in _run(installed / "mailtriage", tmp_path, "rules", "check", "--now", "2026-11-23")
    assert "# A model of mailtriage" in _run(installed / "mailtriage", tmp_path, "model", "show")
