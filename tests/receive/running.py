"""A real receiver on a port the system chose, in a thread of its own, and a client that speaks bytes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mailtriage.errors import StoreError
from mailtriage.receive.server import Receiver
from mailtriage.receive.settings import Settings
from mailtriage.store.spool import Spool
from mailtriage.types import RawMail

WAIT_S = 20


class Server:
    """`with Server(path) as server:`; `server.connect()` gives a client."""

    def __init__(self, folder: Path, settings: Settings | None = None, spool: object | None = None) -> None:
        self.settings = settings or replace(Settings(), port=0)
        self.spool = spool or Spool(folder / "spool.sqlite3")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        self.receiver = self.call(self._make())
        self.call(self.receiver.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.call(self.receiver.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()
        self.spool.close()

    def call(self, coroutine: object) -> object:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WAIT_S)

    async def _make(self) -> Receiver:
        return Receiver(self.settings, self.spool)

    def connect(self, *, is_lmtp: bool = False) -> Client:
        if is_lmtp:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(WAIT_S)
            sock.connect(str(self.settings.lmtp_path))
        else:
            sock = socket.create_connection(("127.0.0.1", self.receiver.port), timeout=WAIT_S)
        return Client(sock)

    def stored(self) -> list[RawMail]:
        return [mail for _, mail in self.spool.after(0, 10_000)]


class Client:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._stream = sock.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def reply(self) -> str:
        """The last line of the next reply, "" when the server hung up."""
        while True:
            line = self._stream.readline().decode()
            if line[3:4] != "-":
                return line.rstrip("\r\n")

    def line(self) -> str:
        return self._stream.readline().decode().rstrip("\r\n")

    def ask(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def greet(self, hello: str = "EHLO") -> Client:
        assert self.reply().startswith("220")
        assert self.ask(f"{hello} client.example.org").startswith("250")
        return self

    def begin_mail(self, *rcpt_tos: str, mail_from: str = "root@web07.example.org") -> None:
        assert self.ask(f"MAIL FROM:<{mail_from}>").startswith("250")
        for to in rcpt_tos or ("root",):
            assert self.ask(f"RCPT TO:<{to}>").startswith("250")
        assert self.ask("DATA").startswith("354")

    def mail(self, content: bytes, *rcpt_tos: str) -> str:
        """Sends one mail (with its last line end, dots as they are) and gives the reply."""
        self.begin_mail(*rcpt_tos)
        self.send(content + b".\r\n")
        return self.reply()

    def close(self) -> None:
        self._stream.close()
        self.sock.close()


class FailingSpool:
    """A spool whose disk is broken until told otherwise, and that can be held in the middle of a commit."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.error: Exception | None = None
        self.batches: list[int] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_in_commit = threading.Event()

    def add(self, mails: Sequence[RawMail]) -> list[str]:
        self.is_in_commit.set()
        assert self.may_go_on.wait(WAIT_S)
        if self.error is not None:
            raise self.error
        self.batches.append(len(mails))
        return self._spool.add(mails)

    def after(self, seq: int, limit: int) -> list[tuple[int, RawMail]]:
        return self._spool.after(seq, limit)

    def close(self) -> None:
        self._spool.close()


DISK_FULL = StoreError("database or disk is full")
