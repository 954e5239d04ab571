"""What holds for all kinds: a fault in one costs nothing but its own work. That one claims a mail and no other: tests/test_samples.py."""

from __future__ import annotations

import pytest

from mailtriage.recognise import freebsd_daily, recognise
from tests.recognise.support import message


def test_a_recogniser_that_fails_keeps_the_mail_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(mail: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(freebsd_daily, "report", fail)
    found = recognise(message("\nDisk status:\nx\n\n-- End of daily output --\n", subject="a daily run output"))
    assert found.kind == "unknown"
    assert "freebsd_daily failed" in found.note
    assert "Disk status:" in found.sections[0].lines
