"""Mails are found in every form an archive has, and nothing else is taken for one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailtriage.errors import InputError
from mailtriage.receive.files import read_mails

MAIL = b"From: root@web07.example.org\nSubject: web07 daily run output\n\nbody\n"


def _labels(folder: Path) -> list[str]:
    return [os.path.relpath(label, folder) for label, _ in read_mails(folder)]


def test_a_single_file_of_any_name_is_a_mail(tmp_path: Path) -> None:
    path = tmp_path / "1763863267.M1P1.mx1"
    path.write_bytes(MAIL)
    assert list(read_mails(path)) == [(str(path), MAIL)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (MAIL, MAIL),
        (b"Checking for packages with security vulnerabilities:\n\n0 problems\n", None),
        (b"Filesystem: /var\nUsed: 93%\n\nx\n", None),
        (b"note: from: here on\nit is text\n", None),
        (b"\nall pools are healthy\n", None),
    ],
)
def test_a_text_without_header_is_all_body(tmp_path: Path, content: bytes, expected: bytes | None) -> None:
    path = tmp_path / "mail.txt"
    path.write_bytes(content)
    assert [mail for _, mail in read_mails(path)] == [b"\n" + content if expected is None else expected]


def test_an_mbox_is_split_and_its_quoting_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    first = b"Subject: a\n\nFrom here on it is text\n\nFrom the start: 1\n>From quoted\n"
    path.write_bytes(
        b"From root@web07 Mon Nov 23 03:01:07 2026\n"
        + first.replace(b">From", b">>From")
        + b"\nFrom MAILER-DAEMON  Mon Nov 23 03:01:08 2026 +0000\n"
        + b"Subject: b\n\n>From x\n\n"
    )
    assert list(read_mails(path)) == [(f"{path}#1", first), (f"{path}#2", b"Subject: b\n\nFrom x\n")]


def test_a_folder_is_read_in_order_without_what_is_no_mail(tmp_path: Path) -> None:
    for name in ("b.eml", "a/z.eml", "a/c.txt", "b.json", "b.expected", ".hidden.eml", ".git/x.eml", "old.eml~", "x.eml.bak", "#b.eml#"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(MAIL)
    (tmp_path / "README.md").write_text("# Samples\n")
    assert _labels(tmp_path) == ["a/c.txt", "a/z.eml", "b.eml"]


def test_a_maildir_is_read_but_for_what_is_still_being_delivered(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
        (tmp_path / "Maildir" / folder / "1763863267.M1P1.mx1:2,S").write_bytes(b"no header at all\n")
    assert _labels(tmp_path) == [f"Maildir/{folder}/1763863267.M1P1.mx1:2,S" for folder in ("cur", "new")]


def test_an_empty_mail_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.eml").touch()
    assert [mail for _, mail in read_mails(tmp_path)] == [b""]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "no mails in this folder"), (tmp_path / "no.eml", "No such file or directory")):
        with pytest.raises(InputError, match=f"{path}: {message}"):
            list(read_mails(path))
    (tmp_path / "a.eml").touch()
    with pytest.raises(InputError, match=r"a\.eml: empty"):
        list(read_mails(tmp_path / "a.eml"))


def test_a_ring_of_links_beside_mails_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    assert _labels(tmp_path) == ["a.eml"]
