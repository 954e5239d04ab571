"""A fleet's incidents from the mail to the sink: for each one problem and one recovery, whatever happens to the daemon."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from mailtriage.simulate import Fleet, Label, Role, SimulatedMail, fleet, mails
from mailtriage.simulate.incidents import Incident
from mailtriage.types import Change, ChangeType, Recovery
from tests.fleet.running import START, FleetRun, Told, alternates, received

IS_SOAK = bool(os.environ.get("SOAK"))
HOSTS, DAYS, N_KILLS = (75, 30, 200) if IS_SOAK else (24, 12, 25)
SEED = 5


@dataclass(frozen=True, kw_only=True)
class Life:
    """One incident as its mails show it."""

    incident: Incident
    mail_ids: frozenset[str]  # those that show it on
    problem_at: datetime
    recovery_at: datetime | None


@pytest.fixture(scope="module")
def made() -> tuple[Fleet, tuple[SimulatedMail, ...]]:
    found = fleet(hosts=HOSTS, days=DAYS, seed=SEED, start=START)
    return found, tuple(mails(found))


@pytest.fixture(scope="module")
def told(made: tuple[Fleet, tuple[SimulatedMail, ...]], tmp_path_factory: pytest.TempPathFactory) -> Told:
    run = FleetRun(tmp_path_factory.mktemp("fleet"))
    run.run(received(made[1]))
    run.close()
    return run.told


def lives(made: tuple[Fleet, Sequence[SimulatedMail]]) -> list[Life]:
    """The incidents that must be told: of those that only a digest shows, and of pairs that end within minutes, nothing is."""
    found = []
    for incident in made[0].incidents:
        shown = [
            (mail, role) for mail in made[1] for one, role in zip(mail.truth.incidents, mail.truth.roles, strict=True) if one == incident.id
        ]
        on = [mail for mail, role in shown if role in (Role.PROBLEM, Role.REPEAT) and mail.truth.label is Label.EVENT]
        over = [mail.sent_at for mail, role in shown if role is Role.RECOVERY]
        if incident.type.is_incident and incident.type.label is Label.EVENT and on:
            ids = frozenset(mail.stem for mail in on)
            found.append(
                Life(
                    incident=incident, mail_ids=ids, problem_at=on[0].sent_at, recovery_at=over[0].replace(microsecond=0) if over else None
                )
            )
    return found


def test_each_incident_is_told_once_and_so_is_its_end(made: tuple[Fleet, tuple[SimulatedMail, ...]], told: Told) -> None:
    found = lives(made)
    assert len(found) >= (40 if IS_SOAK else 12)
    for life in found:
        own = [change for _, change in told.changes if change.event.mail_id in life.mail_ids]
        keys = {change.event.key for change in own}
        assert keys, f"{life.incident.id} was told to nobody"
        for key in keys:
            _check(life, [change for change in own if change.event.key == key])


def _check(life: Life, changes: Sequence[Change]) -> None:
    types = [change.type for change in changes if change.type is not ChangeType.UPDATED]
    assert types in ([ChangeType.OPENED], [ChangeType.OPENED, ChangeType.CLOSED]), f"{life.incident.id}: {types}"
    is_over = types[-1] is ChangeType.CLOSED
    if life.recovery_at and changes[0].event.recovery in (Recovery.STATE, Recovery.EXPLICIT, Recovery.PER_DAY):
        assert is_over, f"{life.incident.id} is still open"
    # What is judged anew each day is over with the next day's report.
    if is_over and changes[-1].mail_id and (life.recovery_at or changes[0].event.recovery is not Recovery.PER_DAY):
        assert life.recovery_at, f"{life.incident.id} was closed by a mail while it was on"
        assert changes[-1].at >= life.recovery_at, f"{life.incident.id} was closed before its end was reported"


def test_no_end_is_told_without_its_problem_and_no_problem_twice(told: Told) -> None:
    assert {key: states for key, states in told.by_key.items() if not alternates(states)} == {}


def test_nothing_is_told_that_no_incident_explains(made: tuple[Fleet, tuple[SimulatedMail, ...]], told: Told) -> None:
    labels = {mail.stem: mail.truth.label for mail in made[1]}
    of_mails = [change for _, change in told.changes if change.type is ChangeType.OPENED and change.event.mail_id]
    assert [change.event.key for change in of_mails if labels[change.event.mail_id] is Label.NOISE] == []


def test_a_daemon_that_is_killed_again_and_again_tells_the_same(
    made: tuple[Fleet, tuple[SimulatedMail, ...]], told: Told, tmp_path: Path
) -> None:
    killed_at = set(random.Random(SEED).sample(range(len(made[1])), N_KILLS))
    run = FleetRun(tmp_path)
    run.run(received(made[1]), killed_at)
    run.close()
    assert run.n_kills == N_KILLS
    assert _said(run.told) == _said(told)


def _said(told: Told) -> list[tuple[str, str, str]]:
    return sorted((change.event.key, str(change.type), change.mail_id) for _, change in told.changes)
