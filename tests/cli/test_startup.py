"""What a command does not need is not loaded: `--help` answers at once, and the accepting process stays small."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import environment

RULES = Path(__file__).resolve().parents[2] / "rules"
HEAVY = {"sklearn", "scipy", "numpy", "mailparser", "httpx", "jinja2", "sqlite_utils", "aiosmtpd", "re2"}
_LOADED = """
import json, runpy, sys
sys.argv = ["mailtriage", *{arguments!r}]
try:
    runpy.run_module("mailtriage", run_name="__main__")
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]))
"""


def _loaded_by(*arguments: str) -> set[str]:
    code = _LOADED.format(arguments=list(arguments))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    exit_code, modules = json.loads(ended.stdout.splitlines()[-1])
    assert exit_code == 0, ended.stdout
    return set(modules)


def _imports(module: str) -> set[str]:
    code = f"import {module}, json, sys; print(json.dumps(sorted(sys.modules)))"
    return set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout))


def test_help_loads_nothing_heavy() -> None:
    assert _loaded_by("--help") & HEAVY == set()


def test_a_check_of_the_rules_loads_no_more_than_the_rules_need() -> None:
    assert _loaded_by("rules", "check") & HEAVY <= {"re2"}


def test_judging_without_a_model_loads_no_scikit_learn(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_text("Subject: hello\n\nhello\n")
    assert _loaded_by("triage", str(mail), "--model", "none") & {"sklearn", "scipy", "numpy", "httpx", "jinja2", "aiosmtpd"} == set()


def test_the_accepting_process_knows_no_rules_no_parser_and_no_model() -> None:
    loaded = _imports("mailtriage.service.daemon")
    stages = {f"mailtriage.{stage}" for stage in ("rulebook", "parse", "recognise", "classify", "judge", "pipeline", "digest", "sinks")}
    assert loaded & (stages | {"re2", "mailparser", "sklearn", "numpy", "scipy", "httpx", "jinja2"}) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["rules", "check", "own"]], ids=" ".join)
def test_it_starts_in_less_than_six_tenths_of_a_second(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    shutil.copy(RULES / "cron.toml", tmp_path / "own")
    # CPU time, and one good run of eight: what else runs on this machine is not the question.
    assert any(_cpu_s(["-m", "mailtriage", *arguments], tmp_path) < 0.6 for _ in range(8))


def test_a_check_of_all_shipped_rules_costs_little_for_each(tmp_path: Path) -> None:
    n_rules = sum(path.read_text(encoding="utf-8").count("[[rule]]") for path in RULES.glob("*.toml"))
    assert n_rules > 500

    def is_cheap() -> bool:
        # Against the import of scikit-learn right before it, for machines differ and are not always as quick.
        yardstick = _cpu_s(["-c", "import sklearn.linear_model"], tmp_path)
        return _cpu_s(["-m", "mailtriage", "rules", "check"], tmp_path) < yardstick * n_rules / 600

    assert any(is_cheap() for _ in range(8))


def _cpu_s(arguments: list[str], folder: Path) -> float:
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment(), cwd=folder)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime
