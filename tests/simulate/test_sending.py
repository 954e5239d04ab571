"""Simulated mails arrive over SMTP byte for byte, with their envelope."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailtriage.errors import InputError
from mailtriage.simulate import fleet, mails, send

START = datetime(2026, 11, 16, tzinfo=UTC)


class Inbox:
    """Keeps what arrives; refuses what is addressed to `refuses`."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.envelopes: list[tuple[str | None, list[str], bytes]] = []
        self.peers: set[object] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses and self.refuses in envelope.rcpt_tos:
            return "554 5.7.1 not here"
        assert isinstance(envelope.content, bytes)
        self.peers.add(session.peer)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 taken"


@contextmanager
def serving(inbox: Inbox) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_all_mails_arrive_unchanged_over_several_connections() -> None:
    sent = list(mails(fleet(hosts=6, days=2, seed=1, start=START)))
    inbox, counted = Inbox(), list[int]()
    with serving(inbox) as port:
        result = send("127.0.0.1", port, sent, counted.append, connections=3)
    assert result.accepted == len(sent)
    assert not result.refused
    assert counted == list(range(1, len(sent) + 1))
    assert len(inbox.peers) >= 2
    expected = sorted((mail.mail_from, [mail.rcpt_to], mail.data) for mail in sent)
    arrived = sorted((sender.replace("<>", "") if sender else "", recipients, content) for sender, recipients, content in inbox.envelopes)
    assert [one[:2] for one in arrived] == [one[:2] for one in expected]
    assert [one[2].rstrip(b"\r\n") for one in arrived] == [one[2].rstrip(b"\r\n") for one in expected]


def test_one_connection_keeps_the_order() -> None:
    sent = list(mails(fleet(hosts=2, days=2, seed=1, start=START)))
    inbox = Inbox()
    with serving(inbox) as port:
        send("127.0.0.1", port, sent, connections=1)
    assert [content.rstrip() for _, _, content in inbox.envelopes] == [mail.data.rstrip() for mail in sent]


def test_a_refused_mail_is_told_and_the_others_go_on() -> None:
    sent = list(mails(fleet(hosts=3, days=2, seed=1, start=START)))
    refuses = sent[0].rcpt_to
    inbox = Inbox(refuses)
    with serving(inbox) as port:
        result = send("127.0.0.1", port, sent)
    assert {refused.number for refused in result.refused} == {mail.number for mail in sent if mail.rcpt_to == refuses}
    assert {refused.code for refused in result.refused} == {554}
    assert result.accepted + len(result.refused) == len(sent)


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        port = held.getsockname()[1]
        with pytest.raises(InputError, match="SMTP server 127"):
            send("127.0.0.1", port, mails(fleet(hosts=2, days=1, seed=1, start=START)))
