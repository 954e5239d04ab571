"""A mail that nothing can judge is parked and shown, and holds up nobody.

No mail is known that does this; the faults are planted in the worker process, where the interpreter looks for `sitecustomize`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mailtriage.errors import StoreError
from tests.cli.running import cron_mail, run
from tests.service.running import Serve, wait_until

PLANTED = """
import os, sys
if "mailtriage.service.worker" in sys.orig_argv:
    from mailtriage import pipeline
    read = pipeline.read
    def fail(raw):
        if b"POISON" in raw.data:
            raise ZeroDivisionError("planted")
        if b"KILLER" in raw.data:
            os._exit(9)
        return read(raw)
    pipeline.read = fail
"""


@pytest.fixture
def planted(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "planted"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(PLANTED)
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}


@pytest.mark.parametrize("fault", ["POISON", "KILLER"])
def test_a_mail_that_cannot_be_judged_is_parked_and_shown(fault: str, tmp_path: Path, planted: dict[str, str]) -> None:
    with Serve(tmp_path, extra='[model]\npath = "none"\n', environment=planted) as serve:
        before, poison, after = serve.mail_ids(cron_mail("before", 1), cron_mail(f"the {fault} text", 2), cron_mail("after", 3))
        store = None

        def is_parked() -> bool:
            nonlocal store
            try:
                store = store or serve.store()
                return bool(store.parked()) and store.cursor == 3
            except StoreError:  # not set up yet
                return False

        wait_until(is_parked, "parked")
        assert store is not None
        assert [parked.id for parked in store.parked()] == [poison]
        assert store.mail(before) is not None
        assert store.mail(after) is not None
        store.close()
        serve.wait_until_logged("what=parked", poison)
        digest = run(tmp_path, "digest").stdout
        assert f"the {fault} text" in digest or f"show {poison}" in digest
        ended = run(tmp_path, "why", poison)
        assert (ended.returncode, "parked" in ended.stderr) == (2, True)
        assert f"the {fault} text" in run(tmp_path, "show", poison).stdout
        status = run(tmp_path, "status", "--nagios")
        assert (status.returncode, "1 mails could not be judged" in status.stdout) == (1, True)
        ledger = json.loads(run(tmp_path, "ledger", "--json").stdout)
        assert ledger["balanced"]
        assert [(day["received"], day["held"]) for day in ledger["days"]] == [(3, 1)]
        assert serve.stop() == 0
