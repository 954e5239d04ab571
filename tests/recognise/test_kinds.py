"""What holds for all kinds: one claims a mail and no other, and a fault in one costs nothing but its own work."""

from __future__ import annotations

import pytest

from mailtriage.recognise import freebsd_daily, kinds, recognise
from tests.recognise.support import message
from tests.recognise.test_smartd import BODY
from tests.recognise.test_zabbix import PROBLEM, REPLY

MAILS = {
    "freebsd_daily": message("\nDisk status:\nx\n\n-- End of daily output --\n", subject="a daily run output"),
    "freebsd_security": message("\nChecking for uids of 0:\nroot 0\n", subject="a daily security run output"),
    "freebsd_weekly": message("\nRebuilding locate database:\n", subject="a weekly run output"),
    "freebsd_monthly": message("\nDoing login accounting:\n", subject="a monthly run output"),
    "cron": message("x\n", subject="Cron <root@a> b", sender="root (Cron Daemon)"),
    "zabbix": message(PROBLEM.format("High"), subject="Problem: x", sender="zabbix@a", headers=(REPLY,)),
    "smartd": message(BODY.format(domain="a", warning="Device: /dev/sda, x", serial=""), subject="SMART error (Usage) detected on host: a"),
    "human": message("Hi,\nhow are you?\nCheers\n", subject="hello", sender="alice@example.org"),
    "unknown": message("42\n", subject="numbers"),
}


@pytest.mark.parametrize("kind", MAILS)
def test_its_own_kind_and_no_other_claims_a_mail(kind: str) -> None:
    claiming = [one.__name__.rpartition(".")[2] for one in kinds() if one.claims(MAILS[kind])]
    assert claiming in ([kind, "unknown"], ["unknown"])
    assert recognise(MAILS[kind]).kind == kind


def test_every_kind_has_a_mail_here_and_says_who_sends_it() -> None:
    assert {one.__name__.rpartition(".")[2] for one in kinds()} == set(MAILS)
    assert all("ubject" in (one.__doc__ or "") for one in kinds())


def test_a_recogniser_that_fails_keeps_the_mail_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(mail: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(freebsd_daily, "report", fail)
    found = recognise(MAILS["freebsd_daily"])
    assert found.kind == "unknown"
    assert "freebsd_daily failed" in found.note
    assert "Disk status:" in found.sections[0].lines
