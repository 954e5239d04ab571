"""Mails made to hurt: each is judged and kept, one line each, in bounded time, and none ends the run."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import cron_mail, run

HEAD = b"From: root@web07.example.org\nTo: root@web07.example.org\nSubject: report\nDate: Mon, 23 Nov 2026 03:00:00 +0000\n"
MIME = HEAD + b"MIME-Version: 1.0\n"


def _fifty_megabytes() -> bytes:
    return HEAD + b"\n" + b"backup of web07 done, 0 errors, all is well here\n" * (50 * 2**20 // 49)


def _one_line_of_fifty_megabytes() -> bytes:
    return HEAD + b"\n" + b"x" * (50 * 2**20) + b"\n"


def _attachment_of_fifty_megabytes() -> bytes:
    parts = b"--b\n\nsee the attachment\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
    return MIME + b"Content-Type: multipart/mixed; boundary=b\n\n" + parts + base64.encodebytes(bytes(37 * 2**20)) + b"--b--\n"


def _ten_thousand_parts() -> bytes:
    return MIME + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000 + b"--b--\n"


def _nested_200_deep() -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(200))
    return MIME + opened + b"\nthe text\n" + b"".join(b"--b%d--\n" % depth for depth in reversed(range(200)))


def _messages_nested_200_deep() -> bytes:
    return MIME + b"Content-Type: message/rfc822\n\n" * 200 + b"Subject: inner\n\nthe text\n"


def _header_of_a_megabyte() -> bytes:
    return b"X-Filler: " + b"x" * 2**20 + b"\n" + HEAD + b"\nhello\n"


def _header_folded_over_a_megabyte() -> bytes:
    return b"Received: by web07.example.org" + b"\n\tx" * (2**20 // 3) + b"\n" + HEAD + b"\nhello\n"


def _hundred_thousand_headers() -> bytes:
    return b"".join(b"X-%d: y\n" % number for number in range(100_000)) + HEAD + b"\nhello\n"


def _subject_of_a_megabyte() -> bytes:
    return b"From: a@example.org\nSubject: " + b"=?utf-8?q?=C3=A4?= " * (2**20 // 18) + b"\n\nhello\n"


def _nul_bytes() -> bytes:
    return b"From: a\0b@example.org\nSubject: a\0b\n\n\0\0\0hello\0\n"


def _only_nul_bytes() -> bytes:
    return bytes(100_000)


def _every_byte() -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=no-such-charset\n\n" + bytes(range(256)) * 100


def _half_surrogates() -> bytes:
    return MIME + b"Content-Type: text/plain; charset=utf-16-le\nContent-Transfer-Encoding: base64\n\nANgA2ADcANw=\n"


def _angle_brackets() -> bytes:
    return MIME + b"Content-Type: text/html\n\n" + b"<" * 2**20


def _open_tags() -> bytes:
    return MIME + b"Content-Type: text/html\n\n" + b"<div><b>" * 200_000


def _boundary_that_never_ends() -> bytes:
    return MIME + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 1000


def _addresses() -> bytes:
    return b"From: " + b"(((" * 50_000 + b"\nTo: " + b"a@b, " * 50_000 + b"\nSubject: x\n\nhello\n"


def _no_header() -> bytes:
    return b"hello\n" * 10


def _million_lines_of_cron() -> bytes:
    return cron_mail("line\n" * 500_000)


def _carriage_returns() -> bytes:
    return HEAD.replace(b"\n", b"\r") + b"\r" + b"hello\r" * 1000


HOSTILE = {
    make.__name__.lstrip("_"): make
    for make in (
        _fifty_megabytes,
        _one_line_of_fifty_megabytes,
        _attachment_of_fifty_megabytes,
        _ten_thousand_parts,
        _nested_200_deep,
        _messages_nested_200_deep,
        _header_of_a_megabyte,
        _header_folded_over_a_megabyte,
        _hundred_thousand_headers,
        _subject_of_a_megabyte,
        _nul_bytes,
        _only_nul_bytes,
        _every_byte,
        _half_surrogates,
        _angle_brackets,
        _open_tags,
        _boundary_that_never_ends,
        _addresses,
        _no_header,
        _million_lines_of_cron,
        _carriage_returns,
    )
}


NAMED = ("fifty_megabytes", "ten_thousand_parts", "nested_200_deep", "header_of_a_megabyte", "nul_bytes")


def _is_kept_with_reasons(judged: dict[str, Any]) -> bool:
    return judged["verdict"] != "drop" and all(section["reasons"] for section in judged["sections"])


@pytest.mark.parametrize("name", NAMED)
def test_a_hostile_mail_is_judged_in_bounded_time_and_kept(name: str, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(HOSTILE[name]())
    began = time.monotonic()
    ended = run(tmp_path, "triage", "mail.eml", "--json")
    assert time.monotonic() - began < 30
    assert ended.returncode == 0, ended.stderr
    (judged,) = map(json.loads, ended.stdout.splitlines())
    assert _is_kept_with_reasons(judged)


def test_many_hostile_mails_give_one_line_each_in_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, make in HOSTILE.items():
        (folder / f"{name}.eml").write_bytes(make())
    (folder / "empty.eml").write_bytes(b"")
    began = time.monotonic()
    ended = run(tmp_path, "triage", "mails", "--json")
    assert time.monotonic() - began < 60
    assert ended.returncode == 0, ended.stderr
    judged = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["path"] for one in judged] == [f"mails/{name}.eml" for name in sorted([*HOSTILE, "empty"])]
    assert [one["path"] for one in judged if not _is_kept_with_reasons(one)] == []


def test_an_empty_file_in_a_folder_is_a_mail_that_says_nothing_and_is_kept(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")
    (judged,) = map(json.loads, run(tmp_path, "triage", ".", "--json").stdout.splitlines())
    assert judged["verdict"] == "digest"
