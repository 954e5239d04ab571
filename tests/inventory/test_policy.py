"""The policy: which row decides, what it may do to a severity, and what it can never do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.errors import InventoryError
from mailtriage.inventory import Attributes, Entry, Inventory, Policy, Source, weighed
from mailtriage.inventory.load import load_policy
from mailtriage.inventory.policy_file import SHIPPED, read_policy
from mailtriage.types import Entry as DigestEntry
from mailtriage.types import Reason, Severity, State, Verdict
from tests.inventory.support import NOW, event, open_event, outcome

WEB = Attributes(exposure="internet", groups=frozenset({"dmz", "web"}), users=250, maturity="production", owner="Web Team")
HOSTS = Inventory(
    [Source(path="x", entries=(Entry(name="web07.example.org", values={"exposure": "internet", "groups": {"dmz"}, "maturity": "test"}),))]
)


def policy(folder: Path, *rows: str) -> Policy:
    """A policy of these rows, as an admin writes them."""
    path = folder / "policy.toml"
    path.write_text("".join(f"[[row]]\n{row}\n" for row in rows))
    return read_policy(path)


def decides(folder: Path, *rows: str, of: Attributes = WEB) -> int:
    """Which of these rows decides for the usual event."""
    return policy(folder, *rows).row_for("web07.example.org", "zfs_pool", "freebsd_daily", of)[0]


def test_the_first_row_that_fits_decides(tmp_path: Path) -> None:
    rows = ('exposure = "none"\nweight = 1', 'group = "dmz"\nweight = 2', 'exposure = "internet"\nweight = 3')
    assert decides(tmp_path, *rows) == 2
    assert decides(tmp_path, *reversed(rows)) == 1
    assert decides(tmp_path, *rows, of=Attributes()) == 0


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ('host = "WEB*"', True),
        ('host = "db*"', False),
        ('group = "d?z|x"', True),
        ('group = "lan"', False),
        ('owner = "web team"', True),
        ('check = "smart|zfs_*"', True),
        ('check = "smart"', False),
        ('kind = "freebsd_*"', True),
        ('kind = "cron"', False),
        ('maturity = "experimental|test"', False),
        ("users_above = 249", True),
        ("users_above = 250", False),
        ("users_below = 251", True),
        ("users_above = 'few'", True),
        ("time_to_recover_below = '1w'", False),  # nobody said how long it may be down
        ('group = "dmz"\ncheck = "smart"', False),
    ],
)
def test_every_condition_must_hold(tmp_path: Path, condition: str, fits: bool) -> None:
    assert bool(decides(tmp_path, f"{condition}\nweight = 2")) is fits


def test_a_time_to_recover_is_a_limit(tmp_path: Path) -> None:
    of = Attributes(time_to_recover=timedelta(hours=4))
    assert decides(tmp_path, "time_to_recover_below = '4h'\nweight = 2", "time_to_recover_below = '5h'\nweight = 2", of=of) == 2


@pytest.mark.parametrize(
    ("row", "becomes"),  # of info, warning, high, critical
    [
        ('severity = "+1"', "warning high critical critical"),
        ('severity = "+3"', "critical critical critical critical"),
        ('severity = "-1"', "info warning warning high"),
        ('severity = "-3"', "info warning warning warning"),
        ('at_most = "warning"', "info warning warning warning"),
        ('at_most = "high"', "info warning high high"),
        ('at_least = "high"', "high high high critical"),
        ('severity = "-1"\nat_least = "high"', "high high high high"),
        ("weight = 3", "info warning high critical"),
    ],
)
def test_a_row_lowers_at_most_to_a_warning(tmp_path: Path, row: str, becomes: str) -> None:
    table = policy(tmp_path, row)
    assert " ".join(table.severity(event(str(given)), WEB) for given in Severity) == becomes


WRONG = {
    "hiding": ('at_most = "info"', "FILE:2:1: at_most is one of warning, high, critical, not 'info': a policy hides nothing"),
    "a name for a step": ('severity = "high"', 'FILE:2:1: severity is a step such as "+1" or "-1", not \'high\'; to name a severity use'),
    "a number for a step": ("severity = -1", "FILE:2:1: severity is a step"),
    "an unknown key": ('exposre = "internet"\nweight = 1', "FILE:2:1: exposre is no key of a row; did you mean exposure?"),
    "nothing done": ('group = "dmz"', "FILE:1:3: the row changes nothing"),
    "limits crossed": ('at_least = "critical"\nat_most = "high"', "FILE:2:1: at_least critical is more than at_most high"),
    "a weight below none": ("weight = -1", "FILE:2:1: weight is a number from 0 to 1000000, not -1"),
    "no number": ("weight = nan", "FILE:2:1: weight is a number"),
    "a list": ('group = ["dmz"]\nweight = 1', "FILE:2:1: group takes globs joined by |"),
    "an empty glob": ('group = ""\nweight = 1', "FILE:2:1: group takes globs joined by |"),
    "users like none": ('users_above = "some"\nweight = 1', "FILE:2:1: users_above takes a number, or one of none, few, many"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_row_is_told_with_its_place(tmp_path: Path, what: str) -> None:
    row, expected = WRONG[what]
    with pytest.raises(InventoryError) as error:
        policy(tmp_path, row)
    assert expected in str(error.value).replace(str(tmp_path / "policy.toml"), "FILE")


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as error:
        policy(tmp_path, "weight = -1", "weight = 2", "severity = 'x'")
    assert str(error.value).count("policy.toml:") == 2


def test_the_shipped_policy_raises_break_ins_on_the_internet_and_lowers_what_is_tried_out() -> None:
    table, notes = load_policy("")
    assert not notes
    assert table.path == str(SHIPPED)
    assert table.severity(event("high", check="rkhunter_rootkit"), WEB) is Severity.CRITICAL
    assert table.severity(event("high", check="rkhunter_rootkit"), Attributes(exposure="internet", maturity="test")) is Severity.CRITICAL
    assert table.severity(event("critical"), Attributes(maturity="test")) is Severity.HIGH
    assert table.severity(event("high"), Attributes()) is Severity.HIGH
    weights = [table.weight(event(), of) for of in (Attributes(maturity="test"), Attributes(), Attributes(maturity="production"), WEB)]
    assert weights == sorted(weights)
    assert len(set(weights)) == 4


def test_an_outcome_has_the_weighed_severity_with_its_reason(tmp_path: Path) -> None:
    given = outcome(event("high"), event("warning", host="other.example.org"))
    found = weighed(given, policy(tmp_path, 'group = "dmz"\nseverity = "+1"\nreason = "it stands in the open"'), HOSTS)
    assert [one.severity for one in found.events] == ["critical", "warning"]
    assert found.severity is found.sections[0].severity is Severity.CRITICAL
    assert found.sections[0].reasons[-1] == Reason(by="policy row 1", detail="high becomes critical: it stands in the open")
    assert found.decided_by == given.decided_by


def test_a_lowered_event_is_still_raised(tmp_path: Path) -> None:
    found = weighed(outcome(event("critical"), severity="critical"), policy(tmp_path, 'maturity = "test"\nat_most = "warning"'), HOSTS)
    assert (found.verdict, found.severity, found.events[0].severity) == (Verdict.EVENT, "warning", "warning")


def test_what_is_over_or_unknown_stays_as_it_is(tmp_path: Path) -> None:
    table = policy(tmp_path, 'group = "dmz"\nat_least = "critical"')
    for given in (
        outcome(event("info", state=State.OK), severity="info"),
        outcome(event(host="db01.example.org")),
        outcome(verdict=Verdict.DROP),
    ):
        assert weighed(given, table, HOSTS) is given
    assert weighed(outcome(event()), Policy(), HOSTS).events[0].severity == "high"


def test_what_is_kept_for_the_digest_is_weighed_too(tmp_path: Path) -> None:
    found = weighed(outcome(verdict=Verdict.DIGEST, severity="warning"), policy(tmp_path, 'check = "zfs_pool"\nseverity = "+1"'), HOSTS)
    assert (found.severity, found.verdict) == ("high", Verdict.DIGEST)


def test_open_events_and_digest_entries_have_a_weight(tmp_path: Path) -> None:
    table = policy(tmp_path, 'group = "dmz"\nkind = "freebsd_daily"\nweight = 7')
    entry = DigestEntry(
        mail_id="1",
        received_at=NOW,
        host="web07.example.org",
        kind="freebsd_daily",
        section="zfs_pools",
        verdict=Verdict.DIGEST,
        severity=None,
        summary="x",
        lines=(),
        reason=Reason(by="default", detail="x"),
        score=0.5,
    )
    of = HOSTS.attributes_of("web07.example.org")
    assert table.weight(open_event(), of) == table.weight(entry, of) == 7
    assert table.weight(open_event(), Attributes()) == 1
