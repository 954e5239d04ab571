"""A person's mail is passed on, also when it quotes a report; a machine's is not taken for a person's."""

from __future__ import annotations

import pytest

from tests.recognise.support import report

REPORT = "\nDisk status:\nFilesystem Size\n\n-- End of daily output --\n"
QUOTED = "".join(f"> {line}\n" for line in REPORT.split("\n"))
DAILY = "web07.example.org daily run output"
ALICE = "Alice Miller <alice@example.org>"
OUTLOOK = "X-Mailer: Microsoft Outlook 16.0"

PEOPLE = {
    "a reply above a quoted report": (ALICE, f"Re: {DAILY}", "see below\n\n" + QUOTED, ()),
    "a reply that quotes without marks": (ALICE, f"RE: {DAILY}", REPORT, ()),
    "a German reply": (ALICE, f"AW: {DAILY}", REPORT, ()),
    "a forward": (ALICE, f"Fwd: {DAILY}", "---------- Forwarded message ---------\n" + REPORT, ()),
    "a reply from root": ("root@web07.example.org", f"Re: {DAILY}", REPORT, ()),
    "a thread without Re": (ALICE, DAILY, REPORT, ("In-Reply-To: <1@web07.example.org>",)),
    "a mail program": (ALICE, DAILY, REPORT, (OUTLOOK,)),
    "thunderbird": ("root@web07.example.org", "hello", "x\n", ("User-Agent: Mozilla Thunderbird",)),
    "words above a pasted report": (ALICE, DAILY, "Could you look at this?\n" + REPORT, ()),
    "a reply to Zabbix": (
        "zabbix-admin@example.org",
        "Re: Problem: High load",
        "Problem started at 20:41:49 on 2026.11.22\nOriginal problem ID: 25\n",
        (),
    ),
    "an attribution": ("alice@web07.example.org", "load", "On Sun, 22 Nov 2026 at 10:00, root wrote:\n> x\n", ()),
    "a greeting": ("alice@web07.example.org", "disk", "Hi,\n\nthe disk makes noise.\n", ()),
    "a closing": ("alice@web07.example.org", "Platte", "die Platte klackert.\n\nViele Grüße\nAlice\n", ()),
    "a signature": ("alice@web07.example.org", "disk", "the disk makes noise\n\n-- \nAlice\n", ()),
    "somebody who filled in a form": (
        "noreply@example.org",
        "Contact form: hosting",
        "Hello, we are a small choir and look for a host. Do you still do that?\n\nBest wishes\nEwa\n",
        ("Reply-To: ewa@example.com", "X-Mailer: PHPMailer 6.6.0"),
    ),
    "a mail of a contact form": (
        "Corner Bakery <wordpress@bakery.example.com>",
        'Corner Bakery "a broken page"',
        'From: Paul <paul@example.net>\nSubject: a broken page\n\nMessage Body:\nThe page only shows "Error". Are you open?\n\n'
        "-- \nThis e-mail was sent from a contact form on Corner Bakery\n",
        ("Reply-To: paul@example.net", "X-Mailer: PHPMailer 5.2.22"),
    ),
    "Proton's mark of bulk on a letter": (
        "sara@example.com",
        "disclosure",
        "Hi,\n\nyour Grafana lets me read any file. I don't want money, please patch it.\n\nS.\n",
        ("Feedback-ID: 4471223:user:proton",),
    ),
    "root who greets and closes": ("root@web07.example.org", "disk", "Hello,\n\nthe disk makes noise.\n\nRegards\nBob\n", ()),
    "a name": ("Taro Yamada <taro@mail.host.example.jp>", "質問", "ディスクの件です\n", ()),
    "an address of a mail domain": ("taro@example.jp", "質問", "ディスクの件です\n", ()),
    "a bare address, handed in with a login": (
        "taro@mail.dept.example.jp",
        "質問",
        "ディスクの件です\n",
        ("Received: from [198.51.100.7] by mail.dept.example.jp with ESMTPSA id x",),
    ),
    "British mail domain": ("jo@example.co.uk", "hard drive", "makes noise\n", ()),
    "PGP": ("bob@web07.example.org", "x", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n", ()),
    "a list, noreply, in a thread": ("noreply@lists.example.org", "question", "why?\n", ("References: <1@example.org>",)),
    "a phone": ("alice@web07.example.org", "disk", "on my way\n\nSent from my iPhone\n", ()),
    "a German phone": ("alice@web07.example.org", "Platte", "bin unterwegs\n\nVon meinem iPhone gesendet\n", ()),
    "a local account that asks": (
        "Alice Miller <alice@web07.example.org>",
        "disk full on web07?",
        "\n",
        ("Received: by web07.example.org (Postfix, from userid 1001)",),
    ),
    "a local account in words": (
        "Alice Miller <alice@web07.example.org>",
        "restart",
        "I have to restart web07 tonight.\n",
        ("Received: by web07.example.org (Postfix, from userid 1001)",),
    ),
    "a local account in Japanese": (
        "Taro Yamada <taro@web07.example.org>",
        "再起動",
        "今夜再起動します\n",
        ("Received: by web07.example.org (Postfix, from userid 1001)",),
    ),
    "a question from noreply of a list": (
        "noreply@lists.example.org",
        "array question",
        "Hi all,\n\nI got this mail today. What should I do?\n\nThis is an automatically generated mail message from mdadm\n",
        ("List-Id: <users.lists.example.org>", "Precedence: bulk"),
    ),
    "a list with the marks of bulk": (
        ALICE,
        "smartd",
        "Hello,\n\nsmartd warns.\n",
        (
            "List-Id: <u.example.org>",
            "List-Post: <mailto:u@example.org>",
            "List-Unsubscribe: <mailto:u-leave@example.org>",
            "Precedence: bulk",
        ),
    ),
    "a reply of the postmaster": ("postmaster@example.org", "Re: bounce", "done\n", ()),
    "Exchange puts its header on a reply": (ALICE, "Re: bounce", "done\n", ("X-Auto-Response-Suppress: All",)),
    "a list name before Re": (ALICE, f"[admins] Re: {DAILY}", REPORT, ()),
    "a Chinese forward": (ALICE, f"转发: {DAILY}", REPORT, ()),
    "Outlook's line above what is forwarded": (
        "root@web07.example.org",
        "look",
        "________________________________\nFrom: root\nSent: Sunday\nTo: x\n" + REPORT,
        (),
    ),
    "a forwarded bounce": (
        ALICE,
        "Fwd: Undelivered Mail Returned to Sender",
        "Is this ours?\n\nThis is the mail system at host mx.example.org.\n",
        (),
    ),
    "a forwarded cron mail": (ALICE, "Fwd: Cron <root@web07> /usr/local/sbin/backup", "seen this?\n", ()),
    "an attachment without a word": ("alice@example.org", "photo", "\n", ("Content-Type: image/jpeg",)),
    "one word": (ALICE, "ok", "ok\n", ()),
    "S/MIME": ("root@web07.example.org", "x", "abc\n", ("Content-Type: application/pkcs7-mime; name=smime.p7m",)),
    "out of office in words": (ALICE, "I am away from office", "I am back on Monday\n", ()),
}
NAGIOS = "***** Nagios *****\n\nNotification Type: PROBLEM\n\nService: HTTP\nHost: web07\nState: CRITICAL\n"
PEOPLE |= {
    "a greeting and own words above a pasted alert": (ALICE, "mails", "Hello all,\n\nI get this each day:\n\n" + NAGIOS, ()),
    "a list that writes no List-Id": (
        ALICE,
        "[admins] mails",
        "Which filter helps?\n",
        ("Sender: owner-admins@example.org", "Precedence: bulk"),
    ),
    "dear admin, and I": ("tom@mail.dept.example.com", "quota", "Dear admin, my quota is full. Could you raise it?\n", ()),
    "a form of a web site in a person's words": (
        "no-reply@example.org",
        "Contact",
        "Hello, I would like to have a mirror for our school.\n\nBest, Mary\n",
        (),
    ),
    "root warns the users": ("root@web07.example.org", "reboot", "rebooting web07 at 22:00, please log out\n", ()),
    "root tells what was done": ("root@web07.example.org", "disk", "I replaced sdb today, watch the resync.\n", ()),
    "a mail attached without a word": (
        "Alice Miller <alice@example.org>",
        "look",
        "--b\nContent-Type: message/rfc822\n\nFrom: root@web07.example.org\nSubject: Cron <root@web07> x\n\n" + NAGIOS + "\n--b--\n",
        ('Content-Type: multipart/mixed; boundary="b"',),
    ),
}
MACHINES = {
    "a script's farewell": (
        "root <root@web07.example.org>",
        "Platte",
        "Hallo Admin,\n\n/dev/sda1 ist voll.\n\nViele Grüße\nDein Server\n",
        (),
    ),
    "a script with my address": ("root@web07.example.org", "ip", "Hi, my new IP address is 192.0.2.4\n", ()),
    "a team of a form": ("root@web07.example.org", "x", "Dear Bob,\n\nYour password ends soon.\n\nRegards,\nThe IT team\n", ()),
    "root's script that fails and says I": ("root@web07.example.org", "job", "I have failed to reach the database\n", ()),
    "a copier": ("hp@example.org", "scan", "This document was digitally sent to you using an HP Digital Sending device.\n", ()),
    "noreply with a word before": ("alerts-noreply@example.com", "Alert", "Hi,\n\nThe gateway went offline.\n", ()),
    "a voice box": ("asterisk@pbx.example.org", "New message", "Dear Bob:\n\nyou have a message. Thanks!\n", ()),
    "a registrar who knows a name": ("Registrar <support@example.com>", "Renewal", "Dear Root Admin,\n\nthis domain is renewed.\n", ()),
    "a mailing list's own mail": (
        "admins@example.org",
        "requests",
        "3 requests wait.\n",
        ("X-BeenThere: a@b", "X-List-Administrivia: yes"),
    ),
    "root by hand": ("root@web07.example.org", "test", "If you are reading this, mail works\n", ()),
    "a script of root": ("root <root@web07.example.org>", "backup report", "42 files\n", ()),
    "a script of a user": (
        "Alice Miller <alice@web07.example.org>",
        "nightly",
        "42 files\n",
        ("Received: by web07.example.org (Postfix, from userid 1001)",),
    ),
    "an account without name": ("alice@web07.example.org", "nightly", "42 files\n", ()),
    "mdadm": (
        "mdadm monitoring <root@db03.example.org>",
        "DegradedArray event on /dev/md0:db03",
        "This is an automatically generated mail\n",
        (),
    ),
    "a bounce": (
        "Mail Delivery System <MAILER-DAEMON@mx.example.org>",
        "Undelivered Mail",
        "Hi. This is the mail system.\n",
        ("In-Reply-To: <1@a>",),
    ),
    "a vacation reply": (ALICE, "Re: x", "I am away. You can write to Bob.\n", ("Auto-Submitted: auto-replied",)),
    "an old vacation reply": (ALICE, "Re: x", "I am away. You can write to Bob.\n", ("Precedence: bulk",)),
    "Jenkins": ("ci@example.org", "Build failed", "See <https://ci>\n", ("X-Jenkins-Job: a", "In-Reply-To: <1@a>")),
    "a monitoring address": ("nagios@example.org", "PROBLEM", "we have you\n", ()),
    "a script of a user with manners": (
        "alice@web07.example.org",
        "nightly",
        "Backup finished, please check your disk.\n",
        ("Received: by web07.example.org (Postfix, from userid 1001)",),
    ),
    "a NAS that uses a person's account": ("Alice Miller <alice@example.org>", "[nas01] Volume", "Dear user,\n\nthe volume is well.\n", ()),
    "a newsletter": (
        "Example News <news@example.com>",
        "Offers",
        "Hello,\n\nWe have what you need.\n\nRegards\nThe team\n\nUnsubscribe here\n",
        ("List-Unsubscribe: <https://example.com/u>",),
    ),
    "a vendor who greets": ("no-reply@example.com", "Your order", "Hello,\n\nyour order was shipped.\n\nKind regards\nExample Ltd\n", ()),
    "a blocker without its subject": (
        "root@web07.example.org",
        "ban",
        "Hi,\n\nThe address 192.0.2.9 was blocked.\n\nRegards,\n\nBlock2Ban\n",
        (),
    ),
    "a script with manners": (
        "root@nas.example.org",
        "Datensicherung FEHLGESCHLAGEN",
        "Guten Morgen,\n\ndie Datensicherung ist leider fehlgeschlagen:\n\nrsync error: code 12\n\nViele Grüße\nIhr Sicherungsskript\n",
        (),
    ),
    "noreply": ("no-reply@example.org", "Your invoice", "Dear customer,\nplease pay\n", ()),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_gets_through(name: str) -> None:
    sender, subject, body, headers = PEOPLE[name]
    found = report(body, subject=subject, sender=sender, headers=headers)
    assert found.kind == "human"
    assert found.note
    assert [section.name for section in found.sections] == ["mail"]


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_is_not_taken_for_a_person(name: str) -> None:
    sender, subject, body, headers = MACHINES[name]
    found = report(body, subject=subject, sender=sender, headers=headers)
    assert found.kind != "human"
    assert found.note == ""


def test_a_pasted_report_without_a_person_sign_still_shows_its_foreign_words() -> None:
    found = report("FYI\n" + REPORT, subject=DAILY)
    assert found.sections[0].name == "preamble"
    assert found.sections[0].lines == ("FYI",)
