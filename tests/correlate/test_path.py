"""The way a mail took: read from what our own relays wrote, whatever the mail says of itself, and what follows for its OKs."""

from __future__ import annotations

import time

import pytest

from mailtriage.correlate.path import Known, confirmed, doubt_entry, fits, path_of, unbelieved_oks, withhold
from mailtriage.types import ChangeType, Doubt, RawMail, State
from tests.store.build import DAY, NOW, alarm, change, event, open_event, outcome

LINES = {
    "Postfix": "from {helo} (unknown [{addr}])\r\n\tby mx.example.org (Postfix) with ESMTP id 4AB; Mon, 23 Nov 2026 03:01:07 +0000",
    "Postfix with TLS": "from {helo} (web07.example.org [IPv6:{addr}])\r\n\t(using TLSv1.3 with cipher TLS_AES_256 (256/256 bits))"
    '\r\n\t(Client CN "[192.0.2.1]", Issuer "x" (not verified))\r\n\tby mx (Postfix) with ESMTPS id 4AB; date',
    "Exim": "from [{addr}] (helo={helo})\r\n\tby mx with esmtp (Exim 4.96) id 1xVDrr-000044-1n; date",
    "Exim with a name": "from web07.example.org ([{addr}]:51234 helo={helo})\r\n\tby mx with esmtps (TLS1.3) (Exim 4.96); date",
    "sendmail": "from {helo} (web07.example.org [{addr}] (may be forged))\r\n\tby mx (8.17.1/8.17.1) with ESMTP id 3AN; date",
    "OpenSMTPD": "from {helo} (web07.example.org [{addr}])\r\n\tby mx (OpenSMTPD) with ESMTP id 8f7; date",
    "qmail": "from unknown (HELO {helo}) ({addr})\r\n  by mx with SMTP; 23 Nov 2026 03:01:07 -0000",
    "Exchange": "from {helo} ({addr}) by mx.example.org (10.0.0.1) with Microsoft SMTP Server id 15.1; date",
}
MADE_ON_THE_HOST = (
    "by web07.example.org (Postfix, from userid 0)\r\n\tid 4A1; date",
    "from root by web07.example.org with local (Exim 4.96)\r\n\t(envelope-from <root@web07.example.org>)\r\n\tid 1xV; date",
    "(from root@localhost)\r\n\tby web07.example.org (8.15.2/8.15.2/Submit) id w535; date",
    "from root (uid 0)\r\n\t(envelope-from root@web07)\r\n\tid e06d1\r\n\tby web07 (DragonFly Mail Agent v0.13); date",
    "(nullmailer pid 7777 invoked by uid 0); date",
    "from localhost (web07.example.org [local])\r\n\tby web07 (OpenSMTPD) with ESMTPA id 1; date",
    "from root (uid 0)\r\n\t(envelope-from root@10.1.0.8)\r\n\tid e06d1\r\n\tby web07 (DragonFly Mail Agent v0.13); date",
    "from localhost (localhost [127.0.0.1])\r\n\tby web07 (Postfix) with ESMTP id 4A2; date",
)


def raw(*received: str, peer: str = "127.0.0.1", helo: str = "mx", subject: str = "x") -> RawMail:
    header = "".join(f"Received: {line}\r\n" for line in received) + f"Subject: {subject}\r\n"
    return RawMail(id="m1", received_at=NOW, data=f"{header}\r\nbody\r\n".encode(), peer=peer, helo=helo, mail_from="root@x")


@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("own", MADE_ON_THE_HOST)
def test_the_address_the_relay_saw_is_read_from_the_line_of_each_mail_system(form: str, own: str) -> None:
    addr = "2001:db8::7" if "IPv6" in LINES[form] else "10.1.0.7"
    assert path_of(raw(LINES[form].format(helo="web07.example.org", addr=addr), own)) == f"{addr} > local"


@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("helo", ["[192.0.2.1]", "192.0.2.1", "localhost", "x"])
def test_what_the_client_says_of_itself_is_no_evidence(form: str, helo: str) -> None:
    addr = "2001:db8::99" if "IPv6" in LINES[form] else "10.1.0.99"
    forged = LINES["Postfix"].format(helo="web07.example.org", addr="192.0.2.1")
    path = path_of(raw(LINES[form].format(helo=helo, addr=addr), forged))
    assert path == f"192.0.2.1 > {addr} > local"


def test_a_relay_on_another_machine_stands_in_the_path_and_a_direct_mail_has_its_host_alone() -> None:
    line = LINES["Postfix"].format(helo="web07", addr="10.1.0.7")
    assert path_of(raw(line, MADE_ON_THE_HOST[0], peer="10.0.0.1")) == "10.1.0.7 > 10.0.0.1"
    assert path_of(raw(MADE_ON_THE_HOST[0], peer="10.1.0.7")) == "10.1.0.7"
    assert path_of(raw(MADE_ON_THE_HOST[0], peer="pipe")) == path_of(raw(peer="::1")) == path_of(raw(peer="")) == "local"


def test_ids_dates_ports_names_and_ciphers_do_not_change_the_path() -> None:
    old = "from web07 (web07.example.org [10.1.0.7]) by mx1.old (Postfix) with ESMTP id 1; Mon"
    new = "from web07.example.org (unknown [10.1.0.7]) (using TLSv1.3 with X (256/256 bits)) by mx2.new (Postfix 3.9) with ESMTPS; Tue"
    assert path_of(raw(old)) == path_of(raw(new))
    assert path_of(raw(LINES["Exim with a name"].format(addr="10.1.0.7", helo="a"))) == path_of(raw(old))


def test_a_line_that_cannot_be_read_is_no_proof_and_not_skipped() -> None:
    forged = LINES["Postfix"].format(helo="web07", addr="10.1.0.7")
    for odd in ("from evil by mx with ESMTP", "from x by y with local (unknown [10.1.0.99]) by mx", "from (a (b by c) by mx"):
        path = path_of(raw(odd, forged))
        assert path == "10.1.0.7 > ? > local"
        assert not fits(path, Known(paths=("10.1.0.7 > local",)))
        assert not fits("? > 10.0.0.2", Known(paths=("? > 10.0.0.1",), trusted=("10.0.0.2/32",)))
    two = path_of(raw("from x ([10.1.0.7]) (unknown [10.1.0.99]) by mx"))
    assert two == "10.1.0.7|10.1.0.99 > local"


def test_any_header_is_read_in_bounded_time_and_size() -> None:
    start = time.process_time()
    for line in ("(" * 30_000, "from " + "[1" * 10_000, "from " + "a (" * 9_000 + "[10.1.0.7]", '"' * 30_000):
        assert len(path_of(raw(line))) <= 500
    many = path_of(raw(*[LINES["Postfix"].format(helo="x", addr=f"10.1.{n}.7") for n in range(200)]))
    assert many.startswith("... > ")
    assert len(many) <= 500
    assert not fits(many, Known(paths=(many,)))
    assert time.process_time() - start < 2


def test_only_the_header_counts() -> None:
    body = RawMail(id="m1", received_at=NOW, data=b"Subject: x\r\n\r\nReceived: from a (a [10.1.0.7]) by b\r\n", peer="10.0.0.1")
    assert path_of(body) == "10.0.0.1"


def test_a_path_fits_by_its_origin_over_relays_that_somebody_vouches_for() -> None:
    learnt = Known(paths=("10.1.0.7 > 10.0.0.1",))
    assert fits("10.1.0.7 > 10.0.0.1", learnt)
    assert fits("10.1.0.7", learnt)  # the host itself, without its relay
    assert not fits("10.1.0.99 > 10.0.0.1", learnt)
    assert not fits("10.1.0.7 > 10.1.0.99", learnt)  # written by the one who forges
    assert not fits("10.1.0.7 > 10.1.0.99 > 10.0.0.1", learnt)
    assert not fits("10.1.0.7 > local", learnt)
    second = Known(paths=learnt.paths, trusted=("10.0.0.2/32",))
    assert fits("10.1.0.7 > 10.0.0.2", second)
    assert fits("10.0.0.2", second)
    assert not fits("10.1.0.99 > 10.0.0.2", second)


def test_what_is_made_on_our_own_machine_says_nothing_about_a_host_elsewhere() -> None:
    assert not fits("local", Known(paths=("10.1.0.7 > local",)))
    assert fits("local", Known(paths=("local",)))
    assert not fits("local", Known())


def test_who_raised_an_event_may_end_it_unless_others_showed_it_too() -> None:
    assert fits("10.1.0.99 > local", Known(shown_over="10.1.0.99 > local"))
    assert not fits("10.1.0.99 > local", Known(shown_over=""))


def test_only_ends_are_withheld_and_only_those_a_mail_brings() -> None:
    ends = change(ChangeType.CLOSED)
    by_clock = change(ChangeType.CLOSED, mail_id="")
    others = (change(ChangeType.OPENED), change(ChangeType.UPDATED), by_clock)
    kept, doubted = withhold((*others, ends), "10.1.0.99", lambda _: Known(paths=("10.1.0.7",)))
    assert kept == others
    assert [(doubt.event, doubt.path, doubt.mail_id) for doubt in doubted] == [(ends.event, "10.1.0.99", "m1")]
    assert withhold((ends,), "10.1.0.7", lambda _: Known(paths=("10.1.0.7",))) == ((ends,), ())


def test_a_forged_ok_does_not_overtake_a_later_problem() -> None:
    said = outcome("m1", alarm(event(state=State.OK), event("/usr")))
    key = event().key
    assert unbelieved_oks(said, "10.1.0.99", lambda *_: Known(paths=("10.1.0.7",))) == {key}
    assert unbelieved_oks(said, "10.1.0.7", lambda *_: Known(paths=("10.1.0.7",))) == frozenset()
    assert unbelieved_oks(said, "10.1.0.99", lambda *_: Known()) == frozenset()


def test_a_doubted_end_is_told_in_words_and_ends_the_event_once_its_path_is_known() -> None:
    doubt = Doubt(event=open_event(), path="10.1.0.99", mail_id="m1", at=NOW, comment="all is well")
    shown = doubt_entry(outcome("m1"), (doubt,), Known(paths=("10.1.0.7",)))
    assert "unusual path" in shown.summary
    assert "10.1.0.99" in shown.summary
    assert "10.1.0.7" in shown.reason.detail
    assert "mailtriage hosts confirm-path web07.example.org" in shown.reason.detail
    assert (shown.section, shown.lines) == ("disk_status", ("web07.example.org/filesystem//var: all is well",))
    assert confirmed((doubt, doubt), lambda _: Known(paths=("10.1.0.7",)), NOW) == ()
    (ended,) = confirmed((doubt, doubt), lambda _: Known(paths=("10.1.0.99",)), NOW + DAY)
    assert (ended.type, ended.mail_id, ended.at) == (ChangeType.CLOSED, "m1", NOW + DAY)
