"""Raw mails for the tests of parse."""

from __future__ import annotations

from datetime import UTC, datetime

from mailtriage.types import RawMail

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def raw(data: bytes, *, helo: str = "", peer: str = "") -> RawMail:
    """A raw mail of these bytes."""
    return RawMail(id="0", received_at=NOON, data=data, helo=helo, peer=peer)


def mail(body: bytes, *headers: str) -> RawMail:
    """A raw mail of these headers (without their ends) and this body."""
    return raw("".join(f"{header}\n" for header in headers).encode() + b"\n" + body)


PLAIN = b"""Received: by web07.example.org (Postfix, from userid 0)
\tid DC9AA3BDD; Sun, 22 Nov 2026 03:01:51 +0000 (UTC)
From: Charlie Root <root@web07.example.org>
To: root@web07.example.org
Subject: web07.example.org daily run output
Message-Id: <20261122030151.DC9AA3BDD@web07.example.org>
Date: Sun, 22 Nov 2026 03:01:51 +0000 (UTC)

Disk status:
/dev/ada0p2     29G     25G    2.1G    92%    /

-- End of daily output --
"""

CRON = b"""From: root@web07.example.org (Cron Daemon)
To: root@web07.example.org
Subject: Cron <root@web07> /usr/local/sbin/backup --quiet
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
X-Cron-Env: <SHELL=/bin/sh>
X-Cron-Env: <HOME=/root>
Date: Sun, 22 Nov 2026 04:05:01 +0100

sent 1,234 bytes  received 35 bytes  2,538.00 bytes/sec
gr\xc3\xbc\xc3\x9fe
"""

ALTERNATIVE = b"""From: Checkmk <cmk@mon.example.org>
Subject: =?utf-8?q?web07_=C3=BC?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

reached >=3D =
6.0
--b1
Content-Type: text/html; charset=utf-8

<p>reached <b>6.0</b></p>
--b1--
"""

BASE64 = b"""From: <zabbix@mon01.example.net>
To: <root@example.net>
In-Reply-To: <25.dbe636514bfd6c502ca1daea1eb02d75.1.b3c6f5dee6cbbe145a6c10f996bd2465@zabbix.com>
Date: Sun, 22 Nov 2026 20:41:51 +0000
Subject: Problem: High load on db03
MIME-Version: 1.0
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: base64

UHJvYmxlbSBzdGFydGVkIGF0IDIwOjQxOjQ5IG9uIDIwMjYuMTEuMjINClByb2JsZW0gbmFtZTog
SGlnaCBsb2FkIG9uIGRiMDMNCkhvc3Q6IGRiMDMNClNldmVyaXR5OiBBdmVyYWdlDQo=
"""
