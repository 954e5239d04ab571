"""Conversations as files. `C: ` is sent with CRLF (Python escapes; `C+ ` without CRLF), `S: ` is what must come (`*` is anything),
`= name value` is a setting, `LMTP` on a line uses the unix socket, `STORED n` is what the spool holds in the end,
`MAIL ` one of the mails as stored (Python escapes), `SENDER ` and `RECIPIENTS ` its envelope, `END` means that the server hung up."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mailtriage.receive.settings import Settings
from tests.receive.running import Server

DIALOGS = sorted((Path(__file__).parent / "dialogs").glob("*.txt"))


def _octets(text: str) -> bytes:
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1") if text.isascii() else text.encode()


def _settings(lines: list[str], folder: Path) -> Settings:
    settings = replace(Settings(), port=0)
    for line in lines:
        if line.startswith("= "):
            name, value = line[2:].split(" ", 1)
            settings = replace(settings, **{name: int(value) if value.isdigit() else value})
        elif line == "LMTP":
            settings = replace(settings, lmtp_path=folder / "lmtp.sock")
    return settings


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda path: path.stem)
def test_the_dialog_runs_as_written(dialog: Path, tmp_path: Path) -> None:
    lines = [line for line in dialog.read_text().splitlines() if line and not line.startswith("#")]
    with Server(tmp_path, _settings(lines, tmp_path)) as server, server.connect(is_lmtp="LMTP" in lines) as client:
        for line in lines:
            word, rest = (line + " ").split(" ", 1)
            rest = rest[:-1] if rest else ""
            if word in ("C:", "C+"):
                client.send(_octets(rest) + (b"\r\n" if word == "C:" else b""))
            elif word == "S:":
                answer = client.line()
                assert fnmatchcase(answer, rest.replace("[", "[[]")), f"{line!r}: the server said {answer!r}"
            elif word == "END":
                assert client.line() == ""
            elif word == "STORED":
                assert len(server.stored()) == int(rest)
            elif word == "MAIL":
                assert _octets(rest) in [mail.data for mail in server.stored()]
            elif word == "SENDER":
                assert server.stored()[-1].mail_from == rest
            elif word == "RECIPIENTS":
                assert " ".join(server.stored()[-1].rcpt_tos) == rest


def test_there_are_dialogs() -> None:
    assert len(DIALOGS) > 10
