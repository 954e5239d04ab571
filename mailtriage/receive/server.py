"""The receiver: listens for SMTP and LMTP, and stops without losing what is on its way."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mailtriage import metrics
from mailtriage.errors import ConfigError
from mailtriage.receive.commit import GroupCommit, Spool
from mailtriage.receive.session import Desk, LmtpSession, Session
from mailtriage.receive.settings import Settings

_BACKLOG = 1024
_STOP_S = 10.0
_SESSIONS = metrics.gauge("connections", "Connections open now.")


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


class Receiver:
    """Takes mails over SMTP and LMTP and stores them in a spool."""

    def __init__(self, settings: Settings, spool: Spool, *, now: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self._spool = spool
        self._now = now
        self._servers: list[asyncio.Server] = []
        self._desk: Desk | None = None
        self._lmtp_path: Path | None = None  # once it is ours
        self.port = 0  # known after start

    async def start(self) -> None:
        """Begins to listen; ConfigError when that is not possible."""
        settings = self._settings
        commit = GroupCommit(self._spool)
        desk = Desk(settings=settings, commit=commit, now=self._now, networks=settings.parsed_networks(), sessions=set())
        self._desk = desk
        _SESSIONS.read_from(lambda: len(desk.sessions))
        try:
            if settings.host:
                await self._listen_tcp(desk)
            if settings.lmtp_path is not None:
                await self._listen_unix(desk, settings.lmtp_path)
        except ConfigError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Takes no new client, lets each mail that is being received end with its reply, then closes."""
        desk = self._desk
        if desk is None:
            return
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._lmtp_path is not None:
            self._lmtp_path.unlink(missing_ok=True)
            self._lmtp_path = None
        desk.is_stopping = True
        tasks = [session.task for session in desk.sessions if session.task is not None]
        for session in tuple(desk.sessions):
            session.stop()
        if tasks:
            await asyncio.wait(tasks, timeout=_STOP_S)
        for session in tuple(desk.sessions):
            session.abort()
        await desk.commit.close()
        self._desk = None

    async def _listen_tcp(self, desk: Desk) -> None:
        host, port = self._settings.host, self._settings.port
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(lambda: Session(desk), host, port, backlog=_BACKLOG)
        except OSError as error:
            remedy = "free the port, or set another one in the [receive] part of the configuration"
            raise ConfigError(f"cannot listen on {host} port {port}: {_why(error)}", remedy=remedy) from error
        self._servers.append(server)
        self.port = server.sockets[0].getsockname()[1]

    async def _listen_unix(self, desk: Desk, path: Path) -> None:
        _remove_stale(path)
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_unix_server(lambda: LmtpSession(desk), str(path), backlog=_BACKLOG)
            self._lmtp_path = path
            path.chmod(0o666)  # the MTA runs as another user; the folder decides who gets here
        except OSError as error:
            remedy = "its folder must exist and be writable for the user mailtriage runs as"
            raise ConfigError(f"cannot listen on {path}: {_why(error)}", remedy=remedy) from error
        self._servers.append(server)


def _why(error: OSError) -> str:
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return {
        errno.EADDRINUSE: "another program listens there",
        errno.EACCES: "only root may do that",
        errno.EADDRNOTAVAIL: "this machine has no such address",
    }.get(error.errno, os.strerror(error.errno))


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except OSError:
        return False


def _remove_stale(path: Path) -> None:
    """Removes the socket a killed receiver left behind, and nothing else."""
    if not path.exists():
        return
    if not _is_socket(path):
        raise ConfigError(f"cannot listen on {path}: it is there and not a socket", remedy="move it away, or set another lmtp_path")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise ConfigError(f"cannot listen on {path}: {_why(error)}", remedy="remove it, or set another lmtp_path") from error
    raise ConfigError(f"cannot listen on {path}: another program listens there", remedy="stop it, or set another lmtp_path")
