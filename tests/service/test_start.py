"""What is wrong from the start ends the daemon with one message and exit code 2; nothing is half started."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.cli.running import run

CONFIG = '[store]\npath = "store"\n[receive]\nport = {smtp}\n{receive}\n[http]\nport = {http}\n{more}\n'


def _serve(folder: Path, *, smtp: int = 0, http: int = 0, receive: str = "", more: str = "") -> str:
    (folder / "mailtriage.toml").write_text(CONFIG.format(smtp=smtp, http=http, receive=receive, more=more))
    ended = run(folder, "serve")
    assert ended.returncode == 2, ended.stderr
    return ended.stderr


@pytest.mark.parametrize("which", ["smtp", "http"])
def test_a_port_in_use_is_named(which: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _serve(tmp_path, **{which: port})
    assert f"cannot listen on 127.0.0.1 port {port}" in said
    assert "free the port, or set another one" in said


def test_a_file_where_the_lmtp_socket_should_be_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lmtp").write_text("precious")
    said = _serve(tmp_path, receive='lmtp = "lmtp"')
    assert "cannot listen on lmtp: it is there and not a socket" in said
    assert (tmp_path / "lmtp").read_text() == "precious"


def test_a_wrong_key_of_a_sink_is_named(tmp_path: Path) -> None:
    said = _serve(tmp_path, more='[[sink]]\ntype = "webhook"\nulr = "http://127.0.0.1/"')
    assert "unknown key 'ulr'; did you mean 'url'?" in said
    assert "mailtriage.toml" in said


def test_a_type_of_sink_that_does_not_exist_is_named(tmp_path: Path) -> None:
    said = _serve(tmp_path, more='[[sink]]\ntype = "webhok"')
    assert "there is no type 'webhok'; did you mean 'webhook'?" in said


def test_rules_that_cannot_be_read_do_not_stop_it_but_a_store_of_a_newer_program_does(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "store").mkdir()
    with sqlite3.connect(tmp_path / "store" / "spool.sqlite3") as db:
        db.execute("PRAGMA application_id = 0x6D745370")
        db.execute("PRAGMA user_version = 99")
    db.close()
    said = _serve(tmp_path)
    assert "written by a newer mailtriage" in said
