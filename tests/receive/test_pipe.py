"""A mail by pipe is stored for good or given back to the MTA with a code it understands."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtriage.receive.pipe import inject
from mailtriage.store.spool import Spool

NOW = datetime(2026, 11, 23, 3, 1, 7, tzinfo=UTC)
MAIL = b"Subject: x\nDate: Mon, 23 Nov 2026 03:01:07 +0000\n\nFrom here\n"


def _inject(content: bytes, spool: Path) -> tuple[int, str]:
    errors = io.StringIO()
    code = inject(io.BytesIO(content), lambda: Spool(spool), errors, now=NOW, max_size=1000, instance="mx1", rcpt_tos=("root",))
    return code, errors.getvalue()


@pytest.mark.parametrize("content", [MAIL, b"From root@web07  Mon Nov 23 03:01:07 2026\n" + MAIL])
def test_a_mail_is_stored_without_the_line_of_the_mbox_format(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spool.sqlite3"
    assert _inject(content, path) == (0, "")
    ((_, mail),) = Spool(path).after(0, 10)
    assert (mail.data, mail.rcpt_tos, mail.received_at) == (MAIL, ("root",), NOW)


def test_the_same_mail_again_is_folded(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite3"
    assert _inject(MAIL, path) == _inject(MAIL, path) == (0, "")
    assert len(Spool(path).after(0, 10)) == 1


def test_a_mail_that_cannot_be_stored_is_kept_by_the_mta(tmp_path: Path) -> None:
    code, message = _inject(MAIL, tmp_path / "no" / "spool.sqlite3")
    assert code == 75
    assert "the folder must exist" in message


@pytest.mark.parametrize("content", [b"x" * 1001, b"X-Mailtriage-Loop: mx1\n\n"])
def test_a_mail_too_large_or_of_our_own_is_sent_back(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spool.sqlite3"
    assert _inject(content, path)[0] == 65
    assert not path.exists()
