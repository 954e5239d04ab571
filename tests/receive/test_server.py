"""What a client sees of the receiver beyond a written dialog: time, number, failure."""

from __future__ import annotations

import asyncio
import socket
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mailtriage.errors import ConfigError
from mailtriage.receive.server import Receiver
from mailtriage.receive.settings import Settings
from mailtriage.store.spool import Spool
from tests.receive.running import DISK_FULL, WAIT_S, Client, FailingSpool, Server

ANY_PORT = replace(Settings(), port=0)
MAIL = b"Subject: web07 daily run output\r\nDate: Mon, 23 Nov 2026 03:01:07 +0000\r\n\r\n"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.sqlite3")


@pytest.mark.parametrize("length", [5_000, 1_000_000])
def test_a_long_line_is_taken_whole(tmp_path: Path, length: int) -> None:
    with Server(tmp_path) as server, server.connect() as client:
        content = MAIL + b"x" * length + b"\r\n"
        assert client.greet().mail(content).startswith("250 ")
        assert server.stored()[0].data == content


def test_the_end_is_found_wherever_the_packets_are_cut(tmp_path: Path) -> None:
    with Server(tmp_path) as server, server.connect() as client:
        client.greet()
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n_dots, lines in enumerate((b"", b"\r\n", b"..\r\n", b"a\r\n", b"\r", b"..x\r\n..\r\n")):
            client.begin_mail()
            for octet in lines + (b"" if not lines or lines.endswith(b"\n") else b"\r\n") + b".\r\n":
                client.send(bytes([octet]))
            assert client.reply().startswith("250 "), n_dots
        assert [mail.data for mail in server.stored()] == [b"", b"\r\n", b".\r\n", b"a\r\n", b"\r\r\n", b".x\r\n.\r\n"]


def test_a_50_mb_mail_is_taken(tmp_path: Path) -> None:
    with Server(tmp_path) as server, server.connect() as client:
        content = MAIL + b"0123456789abcdef" * 4 * 781_250 + b"\r\n"
        assert client.greet().mail(content).startswith("250 ")
        assert server.stored()[0].data == content


def test_one_connection_too_many_is_asked_to_come_again(tmp_path: Path) -> None:
    with Server(tmp_path, replace(ANY_PORT, max_connections=2)) as server:
        first, second = server.connect().greet(), server.connect().greet()
        with server.connect() as third:
            assert third.reply().startswith("421 4.7.0")
            assert third.reply() == ""
        assert first.ask("QUIT").startswith("221")
        assert first.reply() == ""
        assert second.mail(MAIL).startswith("250")
        with server.connect() as fourth:
            fourth.greet()
        first.close()
        second.close()


def test_a_client_that_says_nothing_is_let_go(tmp_path: Path) -> None:
    with Server(tmp_path, replace(ANY_PORT, idle_timeout_s=0.05)) as server, server.connect() as client:
        assert client.reply().startswith("220")
        assert client.reply().startswith("421 4.4.2")
        assert client.reply() == ""


def test_a_client_that_stops_within_a_mail_is_let_go_and_nothing_is_stored(tmp_path: Path) -> None:
    with Server(tmp_path, replace(ANY_PORT, idle_timeout_s=0.3)) as server, server.connect() as client:
        client.greet().begin_mail()
        client.send(MAIL)
        assert client.reply().startswith("421 4.4.2")
        assert server.stored() == []


def test_a_slow_disk_is_not_the_client_being_idle(tmp_path: Path, spool: Spool) -> None:
    failing = FailingSpool(spool)
    with Server(tmp_path, replace(ANY_PORT, idle_timeout_s=0.1), failing) as server, server.connect() as client, server.connect() as idle:
        idle.greet()
        failing.may_go_on.clear()
        client.greet().begin_mail()
        client.send(MAIL + b".\r\n")
        assert idle.reply().startswith("421")  # the time-out has passed, and the blocked disk stalls nobody else
        failing.may_go_on.set()
        assert client.reply().startswith("250")


def test_a_client_from_another_network_is_refused(tmp_path: Path) -> None:
    with Server(tmp_path, replace(ANY_PORT, networks=("192.0.2.0/24",))) as server, server.connect() as client:
        assert client.reply().startswith("554 5.7.1 127.0.0.1 is in none of the networks")
        assert client.reply() == ""


def test_a_failed_commit_is_answered_with_451_and_stores_nothing(tmp_path: Path, spool: Spool) -> None:
    failing = FailingSpool(spool)
    with Server(tmp_path, ANY_PORT, failing) as server, server.connect() as client:
        client.greet()
        for error in (DISK_FULL, RuntimeError("a bug")):
            failing.error = error
            assert client.mail(MAIL).startswith("451 4.3.0")
        assert server.stored() == []
        failing.error = None
        assert client.mail(MAIL).startswith("250")


def test_each_recipient_hears_of_a_failed_commit_over_lmtp(tmp_path: Path, spool: Spool) -> None:
    failing = FailingSpool(spool)
    failing.error = DISK_FULL
    settings = replace(ANY_PORT, lmtp_path=tmp_path / "lmtp.sock")
    with Server(tmp_path, settings, failing) as server, server.connect(is_lmtp=True) as client:
        assert client.greet("LHLO").mail(MAIL, "root", "toor").startswith("451")
        assert client.reply().startswith("451")


def test_a_client_gone_after_the_dot_leaves_its_mail_and_the_resend_is_folded(tmp_path: Path, spool: Spool) -> None:
    failing = FailingSpool(spool)
    with Server(tmp_path, ANY_PORT, failing) as server:
        failing.may_go_on.clear()
        with server.connect() as client:
            client.greet().begin_mail()
            client.send(MAIL + b".\r\n")
            assert failing.is_in_commit.wait(WAIT_S)
        failing.may_go_on.set()
        with server.connect() as client:
            reply = client.greet().mail(MAIL)
        (mail,) = server.stored()
        assert reply == f"250 2.0.0 Ok: stored as {mail.id}"
        assert spool.copies(mail.id) == 2


def test_a_client_gone_before_the_dot_leaves_nothing(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        with server.connect() as client:
            client.greet().begin_mail()
            client.send(MAIL)
        with server.connect() as client:
            assert client.greet().mail(MAIL + b"second\r\n").startswith("250")
        assert [mail.data for mail in server.stored()] == [MAIL + b"second\r\n"]


def test_a_client_that_closes_its_half_after_sending_everything_is_answered(tmp_path: Path) -> None:
    with Server(tmp_path) as server, server.connect() as client:
        client.send(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<root>\r\nDATA\r\n" + MAIL + b".\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        assert [client.reply()[:3] for _ in range(7)] == ["220", "250", "250", "250", "354", "250", ""]
        assert len(server.stored()) == 1


def test_mails_that_wait_share_one_commit(tmp_path: Path, spool: Spool) -> None:
    counting = FailingSpool(spool)
    with Server(tmp_path, ANY_PORT, counting) as server:
        clients = [server.connect().greet() for _ in range(20)]
        counting.may_go_on.clear()
        for n_mail, client in enumerate(clients):
            client.begin_mail()
            client.send(MAIL + b"%d\r\n.\r\n" % n_mail)
            if n_mail == 0:
                assert counting.is_in_commit.wait(WAIT_S)
        with server.connect() as last:  # by its greeting the server has read all that came before
            last.greet()
        counting.may_go_on.set()
        assert all(client.reply().startswith("250") for client in clients)
        assert sum(counting.batches) == 20
        assert len(counting.batches) <= 3
        for client in clients:
            client.close()


def test_200_sessions_at_once_lose_nothing(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        replies: list[str] = []

        def send(n_client: int) -> None:
            with server.connect() as client:
                client.greet()
                replies.extend(client.mail(MAIL + b"%d %d\r\n" % (n_client, n_mail)) for n_mail in range(3))

        threads = [threading.Thread(target=send, args=(n_client,)) for n_client in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
        ids = {reply.rpartition(" ")[2] for reply in replies if reply.startswith("250 ")}
        assert len(replies) == len(ids) == 600
        assert ids == {mail.id for mail in server.stored()}


def test_stopping_ends_the_mail_under_way_first(tmp_path: Path, spool: Spool) -> None:
    failing = FailingSpool(spool)
    server = Server(tmp_path, ANY_PORT, failing)
    with server:
        idle, busy = server.connect().greet(), server.connect().greet()
        failing.may_go_on.clear()
        busy.begin_mail()
        busy.send(MAIL + b".\r\n")
        assert failing.is_in_commit.wait(WAIT_S)
        stopping = asyncio.run_coroutine_threadsafe(server.receiver.stop(), server._loop)
        assert idle.reply().startswith("421 4.3.2")
        failing.may_go_on.set()
        assert busy.reply().startswith("250")
        assert busy.reply().startswith("421 4.3.2")
        stopping.result(WAIT_S)
        assert [mail.data for mail in server.stored()] == [MAIL]
        idle.close()
        busy.close()


def test_connections_do_not_pile_up(tmp_path: Path) -> None:
    with Server(tmp_path, replace(ANY_PORT, max_connections=3)) as server:
        for _ in range(50):
            with server.connect() as client:
                client.greet()
                assert client.ask("QUIT").startswith("221")
                assert client.reply() == ""


def test_a_command_line_without_end_is_refused_and_the_session_goes_on(tmp_path: Path) -> None:
    with Server(tmp_path) as server, server.connect() as client:
        client.greet()
        assert client.ask("NOOP " + "x" * 300_000).startswith("500 5.5.2")
        assert client.ask("NOOP").startswith("250")


def _start_and_stop(settings: Settings, spool: Spool) -> None:
    async def run() -> None:
        receiver = Receiver(settings, spool)
        try:
            await receiver.start()
        finally:
            await receiver.stop()

    asyncio.run(run())


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path, spool: Spool) -> None:
    with Server(tmp_path) as server, pytest.raises(ConfigError, match=rf"port {server.receiver.port}: another program listens there\n"):
        _start_and_stop(replace(ANY_PORT, port=server.receiver.port), spool)


def test_a_socket_left_by_a_killed_receiver_is_replaced(tmp_path: Path, spool: Spool) -> None:
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with Server(tmp_path, replace(ANY_PORT, host="", lmtp_path=path), spool) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        with server.connect(is_lmtp=True) as client:
            assert client.greet("LHLO").mail(MAIL).startswith("250")
    assert not path.exists()


def test_a_socket_in_use_or_another_file_is_left_alone(tmp_path: Path, spool: Spool) -> None:
    path = tmp_path / "lmtp.sock"
    settings = replace(ANY_PORT, host="", lmtp_path=path)
    with Server(tmp_path, settings) as server:
        with pytest.raises(ConfigError, match="another program listens there"):
            _start_and_stop(settings, spool)
        with Client(server.connect(is_lmtp=True).sock) as client:
            client.greet("LHLO")
    path.write_text("precious")
    with pytest.raises(ConfigError, match="not a socket"):
        _start_and_stop(settings, spool)
    assert path.read_text() == "precious"


def test_a_missing_folder_for_the_socket_is_named(tmp_path: Path, spool: Spool) -> None:
    with pytest.raises(ConfigError, match="its folder must exist"):
        _start_and_stop(replace(ANY_PORT, lmtp_path=tmp_path / "no" / "lmtp.sock"), spool)


def test_all_mistakes_in_the_settings_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings(host="", port=70_000, max_size=0, networks=("10.0.0.0/33",))
    assert len(caught.value.message.splitlines()) == 4
