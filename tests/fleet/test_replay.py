"""The archive judged once more gives what live operation gave; where it does not, the difference is named."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.config import Config
from mailtriage.service.replaying import replay
from mailtriage.simulate import fleet, mails
from mailtriage.store.values import ClosedEvent
from tests.fleet.running import START, FleetRun, received

DAYS = 6
END = START + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A fleet's week, as it was judged live."""
    run = FleetRun(tmp_path_factory.mktemp("live"))
    run.run(received(mails(fleet(hosts=10, days=DAYS, seed=4, start=START))))
    run.wait(END, timedelta(minutes=10))
    run.close()
    return run.config


def test_a_replay_gives_what_live_operation_gave(live: Config) -> None:
    found = replay(live, START, END)
    assert found.differences == ()
    assert found.n_mails > 100
    assert len(found.events) > 10
    assert any(isinstance(one, ClosedEvent) for one in found.events)


def test_only_what_opened_or_closed_in_the_time_is_shown(live: Config) -> None:
    start, end = START + timedelta(days=2), START + timedelta(days=3)
    for one in replay(live, start, end).events:
        event, closed_at = (one.event, one.closed_at) if isinstance(one, ClosedEvent) else (one, None)
        assert start <= event.opened_at < end or (closed_at is not None and start <= closed_at < end)


def test_rules_that_changed_since_show_in_what_differs(live: Config, tmp_path: Path) -> None:
    config = tmp_path / "mailtriage.toml"
    own = tmp_path / "rules.d"
    own.mkdir()
    (own / "zabbix.toml").write_text('[[rule]]\nid = "no-more"\naction = "event"\nlines = ["."]\nseverity = "high"\ncheck = "other"\n')
    config.write_text(f'[store]\npath = {json.dumps(str(live.store.path))}\n[model]\npath = "none"\n')
    command = ["replay", "--from", START.isoformat(), "--to", END.isoformat(), "--json", "--config", str(config)]
    done = subprocess.run([sys.executable, "-m", "mailtriage", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert any("/other/" in difference and difference.endswith("only replayed") for difference in said["differences"])
