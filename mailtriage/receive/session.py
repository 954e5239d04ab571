"""SMTP and LMTP sessions: aiosmtpd 1.4.6 with the parts replaced that lose mail or cost time.

Replaced: reading DATA (long lines, strict end, size limit, one read), the conversation's edges (own faults answer 451, idle and
stopping clients get 421), what a connection costs to begin with, plain addresses, one LMTP reply for each recipient.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, AnyStr, ClassVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from mailtriage import maillog, metrics
from mailtriage.errors import StoreError
from mailtriage.receive.commit import GroupCommit
from mailtriage.receive.content import read_content
from mailtriage.receive.ids import new_id
from mailtriage.receive.loop import is_own
from mailtriage.receive.settings import Network, Settings
from mailtriage.types import RawMail

_log = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own, a line for each command
# What nearly every MAIL and RCPT carries; anything else goes through aiosmtpd's grammar.
_PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*(?:@[A-Za-z0-9._-]+)?)>(.*)", re.DOTALL)
_ANY_ADDRESS = re.compile(r"<([^\r\n]*)>(.*)", re.DOTALL)
_MAX_COMMAND = 4096  # RFC 5321 asks for 512 and more with extensions
_MAX_BOGUS = 5
_BUFFER = 64 * 2**10

_CONNECTIONS = metrics.counter("connections_total", "Connections taken.")
_REFUSED = metrics.counter("refused_total", "Clients and mails turned away, by the reply's code.")
_DEFERRED = metrics.counter("deferred_total", "Clients and mails asked to come again later, by the reply's code.")


@dataclass(slots=True, kw_only=True)
class Desk:
    """What all sessions of a receiver share."""

    settings: Settings
    commit: GroupCommit
    now: Callable[[], datetime]
    networks: tuple[Network, ...]
    sessions: set[Session]
    is_stopping: bool = False


class Session(SMTP):
    """One SMTP connection."""

    line_length_limit = _BUFFER  # the stream's buffer; DATA is not read by lines
    command_size_limit = _MAX_COMMAND
    # aiosmtpd leaves these open or optional; here they are set whenever a command runs.
    session: Any
    envelope: Any
    transport: Any
    data_size_limit: int
    _templates: ClassVar[dict[type, dict[str, Any]]] = {}
    _hello = "EHLO"

    def __init__(self, desk: Desk) -> None:
        # aiosmtpd finds commands, hooks and its host name anew for each connection: done once, then copied.
        cls = type(self)
        loop = asyncio.get_running_loop()
        if cls not in self._templates:
            super().__init__(None, enable_SMTPUTF8=True, hostname=desk.settings.hostname, ident="mailtriage", loop=loop)
            commands = {name[5:]: getattr(cls, name) for name in dir(cls) if name.startswith("smtp_") and name not in _NO_COMMANDS}
            self._templates[cls] = {**_shared(self.__dict__), "_commands": commands}
        self.__dict__.update(self._templates[cls])
        asyncio.StreamReaderProtocol.__init__(
            self, asyncio.StreamReader(limit=_BUFFER, loop=loop), client_connected_cb=self._cb_client_connected, loop=loop
        )
        self.loop = loop
        self.hostname = desk.settings.hostname
        self.data_size_limit = desk.settings.max_size
        self._desk = desk
        self._peer = ""
        self._active_at = loop.time()
        self._is_receiving = False  # between DATA and its reply: not to be interrupted

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, or turns the client away."""
        assert isinstance(transport, asyncio.Transport)
        self._peer = _peer_name(transport)
        refusal = self._refusal()
        if refusal:
            self._write_off(refusal)
            transport.write(refusal.encode() + b"\r\n")
            transport.close()
            self.transport = None
            return
        _CONNECTIONS.inc()
        self._desk.sessions.add(self)
        self._timeout_handle = self.loop.call_later(self._desk.settings.idle_timeout_s, self._timeout_cb)
        self.session = self._create_session()
        self.session.peer = self._peer
        self.envelope = self._create_envelope()
        asyncio.StreamReaderProtocol.connection_made(self, transport)
        self.transport = transport
        self._handler_coroutine = self.loop.create_task(self._handle_client())

    def connection_lost(self, error: Exception | None) -> None:
        """Forgets the client; a mail whose dot was read is stored all the same."""
        self._desk.sessions.discard(self)
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.transport = None

    def data_received(self, chunk: bytes) -> None:
        """Notes that the client is alive."""
        self._active_at = self.loop.time()
        asyncio.StreamReaderProtocol.data_received(self, chunk)

    def eof_received(self) -> bool | None:
        """Lets what was sent before the end be answered."""
        if self.transport is None:
            return None
        return asyncio.StreamReaderProtocol.eof_received(self)

    def stop(self) -> None:
        """Says goodbye, at once or after the mail that is being received."""
        if not self._is_receiving:
            self._say_goodbye("421 4.3.2 stopping, come again later")

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The conversation."""
        return self._handler_coroutine

    def abort(self) -> None:
        """Cuts the connection."""
        if self.transport is not None:
            self.transport.abort()

    async def _handle_client(self) -> None:
        self._write(f"220 {self.hostname} {'LMTP' if self._hello == 'LHLO' else 'ESMTP'} mailtriage")
        try:
            while self.transport is not None and not self.transport.is_closing():
                line = await self._command_line()
                await self._obey(line)
                if self._desk.is_stopping:
                    self._say_goodbye("421 4.3.2 stopping, come again later")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away: nothing was promised, or the mail is stored
        except Exception:  # noqa: BLE001 (an own fault never answers 5xx: the sender would bounce the mail and lose it)
            _log.exception("session of %s ended by a fault", self._peer)
            self._say_goodbye("421 4.3.0 a fault here, come again later")
        finally:
            if self.transport is not None:
                self.transport.close()

    async def _command_line(self) -> bytes:
        while True:
            try:
                line: bytes = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                await self._skip_line(error.consumed)
                await self.push("500 5.5.2 line too long")
                continue
            if len(line) <= _MAX_COMMAND:
                return line
            await self.push("500 5.5.2 line too long")

    async def _skip_line(self, n_bytes: int) -> None:
        while True:
            await self._reader.readexactly(n_bytes)
            try:
                await self._reader.readuntil(b"\n")
                return
            except asyncio.LimitOverrunError as error:
                n_bytes = error.consumed

    async def _obey(self, line: bytes) -> None:
        name, _, argument = line.rstrip(b"\r\n").partition(b" ")
        command = self._commands.get(name.upper().decode("ascii", "replace"))
        if command is None:
            self._n_bogus += 1
            if self._n_bogus >= _MAX_BOGUS:
                self._say_goodbye("421 4.7.0 too many unknown commands")
            else:
                await self.push("500 5.5.1 unknown command")
            return
        try:
            await command(self, argument.strip().decode("utf-8", "surrogateescape") or None)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise
        except Exception as error:
            if self._is_receiving:
                raise  # where the mail ends is not known any more
            await self.push(await self.handle_exception(error))

    async def handle_exception(self, error: Exception) -> str:
        """The reply to an own fault: try again, never a bounce."""
        _log.error("session of %s: %s", self._peer, error, exc_info=error)
        _DEFERRED.inc(code="451")
        return "451 4.3.0 a fault here, come again later"

    def _refusal(self) -> str:
        desk = self._desk
        if desk.is_stopping:
            return "421 4.3.2 stopping, come again later"
        if not _is_allowed(self._peer, desk.networks):
            return f"554 5.7.1 {self._peer} is in none of the networks mail is taken from"
        if len(desk.sessions) >= desk.settings.max_connections:
            return "421 4.7.0 too many connections, come again later"
        return ""

    def _write_off(self, reply: str, mail_id: str = "") -> None:
        if reply.startswith("5"):
            _REFUSED.inc(code=reply[:3])
            maillog.refused(mail_id, peer=self._peer, reply=reply)
        else:
            _DEFERRED.inc(code=reply[:3])
            maillog.deferred(mail_id, peer=self._peer, reply=reply)

    def _timeout_cb(self) -> None:
        timeout_s = self._desk.settings.idle_timeout_s
        left_s = self._active_at + timeout_s - self.loop.time()
        if self._is_storing and left_s <= 0:
            left_s = timeout_s  # it is we who are slow
        if left_s > 0:
            self._timeout_handle = self.loop.call_later(left_s, self._timeout_cb)
        else:
            self._say_goodbye("421 4.4.2 nothing heard for too long")

    def _say_goodbye(self, reply: str) -> None:
        if self.transport is not None and not self.transport.is_closing():
            _DEFERRED.inc(code=reply[:3])
            _log.info("peer=%s reply=%r", self._peer, reply)
            self._write(reply)
            self.transport.close()

    def _write(self, reply: str) -> None:
        if self.transport is not None:
            self.transport.write(reply.encode("utf-8", "replace") + b"\r\n")

    async def push(self, status: AnyStr) -> None:
        """Sends a reply; waits only for a client that does not read."""
        self._write(status if isinstance(status, str) else status.decode())
        if self.transport is not None and self.transport.get_write_buffer_size():
            await self._writer.drain()

    # Commands

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Greets and says what is understood."""
        if not hostname:
            await self.push(f"501 5.5.4 syntax: {self._hello} hostname")
            return
        self.envelope = self._create_envelope()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        size = f"SIZE {self.data_size_limit}"
        lines = [self.hostname, "PIPELINING", size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "HELP"]
        await self.push("\r\n".join(f"250{' ' if line == 'HELP' else '-'}{line}" for line in lines))

    async def smtp_VRFY(self, _argument: str | None) -> None:
        """Says neither yes nor no."""
        await self.push("252 2.5.0 cannot say; send the mail")

    async def smtp_HELP(self, _argument: str | None) -> None:
        """Names the standard."""
        await self.push("214 2.0.0 see RFC 5321")

    async def smtp_DATA(self, argument: str | None) -> None:
        """Takes a mail; 250 only after it is durable."""
        if argument or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 syntax: DATA" if argument else "503 5.5.1 send MAIL and RCPT first")
            return
        self._is_receiving = True
        await self.push("354 end with <CR><LF>.<CR><LF>")
        content = await read_content(self._reader, self.data_size_limit)
        try:
            reply = await self._take(content)
        except Exception as error:  # noqa: BLE001 (a bug here must not make the sender bounce the mail either)
            reply = await self.handle_exception(error)
        n_replies = self._n_replies()
        self.envelope = self._create_envelope()
        self._is_receiving = False
        await self.push("\r\n".join([reply] * n_replies))

    def _n_replies(self) -> int:
        return 1

    async def _take(self, content: bytes | None) -> str:
        now = self._desk.now()
        mail_id = new_id(now)
        if content is None:
            reply = f"552 5.3.4 larger than {self.data_size_limit} bytes"
            self._write_off(reply, mail_id)
            return reply
        if is_own(content, self._desk.settings.instance):
            reply = "554 5.4.6 this mail was sent by this very mailtriage"
            self._write_off(reply, mail_id)
            return reply
        sender = self.envelope.mail_from
        mail = RawMail(
            id=mail_id,
            received_at=now,
            data=content,
            mail_from="" if sender == "<>" else _clean(sender),
            rcpt_tos=tuple(_clean(to) for to in self.envelope.rcpt_tos),
            peer=self._peer,
            helo=_clean(self.session.host_name or ""),
        )
        self._is_storing = True
        try:
            return f"250 2.0.0 Ok: stored as {await self._desk.commit.store(mail)}"
        except StoreError:
            _DEFERRED.inc(code="451")
            return "451 4.3.0 cannot be stored now, come again later"
        finally:
            self._is_storing = False

    def _getaddr(self, argument: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_ADDRESS.fullmatch(argument)
        if plain:
            return plain[1] or "<>", plain[2]
        try:
            address, rest = super()._getaddr(argument)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):  # some addresses break Python's own grammar
            address, rest = None, None
        if address is None:  # an odd address is no reason to lose a report
            anything = _ANY_ADDRESS.fullmatch(argument)
            return (anything[1] or "<>", anything[2]) if anything else (None, None)
        return address, rest

    _commands: dict[str, Callable[..., Any]]
    _n_bogus = 0
    _is_storing = False


class LmtpSession(Session, LMTP):
    """One LMTP connection: RFC 2033 wants one reply after the dot for each recipient."""

    _hello = "LHLO"

    async def smtp_LHLO(self, hostname: str | None) -> None:
        """Greets and says what is understood."""
        await Session.smtp_EHLO(self, hostname)

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Not a command of LMTP."""
        await LMTP.smtp_EHLO(self, hostname or "")

    def _n_replies(self) -> int:
        return len(self.envelope.rcpt_tos)


_NO_COMMANDS = frozenset(("smtp_AUTH", "smtp_STARTTLS"))


def _shared(attributes: dict[str, Any]) -> dict[str, Any]:
    """What aiosmtpd sets up that is the same for each connection: plain values, no bound methods, no streams."""
    own = ("_stream_reader", "_client_connected_cb", "_loop", "_smtp_methods", "_auth_methods", "_source_traceback", "_closed")
    return {name: value for name, value in attributes.items() if not name.startswith(own)}


def _peer_name(transport: asyncio.Transport) -> str:
    name = transport.get_extra_info("peername")
    if not isinstance(name, tuple):
        return "local"  # a unix socket: its permissions decide who may speak
    address = ipaddress.ip_address(name[0].partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _is_allowed(peer: str, networks: tuple[Network, ...]) -> bool:
    return peer == "local" or any(ipaddress.ip_address(peer) in network for network in networks)


def _clean(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
