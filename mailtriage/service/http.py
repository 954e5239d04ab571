"""`/metrics`, `/-/healthy` and `/-/ready` on loopback: three answers, no framework."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mailtriage.errors import ConfigError

_LIMIT = 8192
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: str
    text: str


async def listen(host: str, port: int, answer: Callable[[str], Answer]) -> asyncio.Server:
    """Serves `answer(path)` for GET; ConfigError when the port cannot be had."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _TIMEOUT_S)
            method, path = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]
            reply = (
                answer(path.split("?", 1)[0]) if method in ("GET", "HEAD") else Answer(status="405 Method Not Allowed", text="GET only\n")
            )
            body = reply.text.encode()
            writer.write(
                f"HTTP/1.1 {reply.status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + (b"" if method == "HEAD" else body)
            )
            await asyncio.wait_for(writer.drain(), _TIMEOUT_S)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a client that speaks no HTTP or went away
        finally:
            writer.close()

    try:
        return await asyncio.start_server(serve, host, port, limit=_LIMIT)
    except OSError as error:
        remedy = "free the port, or set another one (-1: none) in the [http] part of the configuration"
        raise ConfigError(f"cannot listen on {host} port {port} for HTTP: {error.strerror or error}", remedy=remedy) from error
