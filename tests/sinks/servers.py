"""A real HTTP server and a real SMTP server on loopback, on ports the system chooses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Hook:
    """What a webhook target was sent, and what it answers next (the last answer stays)."""

    port: int = 0
    answers: list[int] = field(default_factory=lambda: [200])
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def hook() -> Iterator[Hook]:
    state = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            state.headers.append(dict(self.headers))
            answer = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            if answer == 0:  # hang up without an answer
                return
            self.send_response(answer)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Relay:
    """What a relay was given, and what it says to recipients and mails."""

    port: int = 0
    mails: list[tuple[str, list[str], bytes, list[str]]] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"

    async def handle_RCPT(self, server: object, session: object, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.answer.startswith("2"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content, envelope.mail_options))
        return self.answer


@contextmanager
def relay() -> Iterator[Relay]:
    state = Relay()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(state, enable_SMTPUTF8=True, hostname="relay"), "127.0.0.1", 0))
    state.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield state
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
