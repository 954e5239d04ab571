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


@pytest.mark.parametrize(
    "body",
    [
        "Hi all,\n\nI got this today, what does it mean?\n\nThis is an automatically generated mail message from mdadm\nrunning on db03\n",
        "Hallo zusammen,\n\nich habe diese Mail bekommen:\n\n> all pools are healthy\n\nGruß\nAnna\n",
        "I think the disk of web07 is dying. Could you have a look?\n",
        "Can you look at web07?\n\nSent from my iPhone\n",
        "Can you please look at the attached log? It fails since Monday.\n",
        "The disk in web07 is making noise, can someone check?\n\nThanks,\nBob\n",
        "Hi Bob,\n\nplease find attached the report.\n\nCheers\nAlice\n",
        "hallo,\nkann mal jemand nach dem Server schauen?\ngruß\nanna\n",
        "> md0 : active raid1 sda1[0] [2/1] [U_]\n\nI replaced it yesterday, should be fine.\n",
        "Hello,\n\nsince the last update we see refused connections. Does anybody know why?\n\n-- \nJohn\n",
        "On Sun, 22 Nov 2026 at 10:00, root wrote:\n> disk full\n\nfixed\n",
        "Guys, please stop rebooting db1 during the day!\n\n  - Rosa\n",
        "Sam --\n\nyour job on batch3 mailed me 365 times. Would you stop it?\n\nVi\n",
        "hi, is the wiki down or is it just me?\n",
        "Whoever keeps changing resolv.conf: STOP. It is managed, your edits are gone anyway.\n\nHugs,\nMarta\n",
        "This is the mail system at host mx.example.org.\n\n<x@example.net>: host mx.example.net said: 550 5.1.1 User unknown\n\n"
        "I get this since the upgrade. Does anyone know how I can stop it?\n",
    ],
)
def test_a_bare_text_in_a_person_s_words_is_a_person_s(body: str) -> None:
    assert report(body).kind == "human"


@pytest.mark.parametrize(
    "body",
    [
        "Hi,\n\nthe job nightly ended.\n\nRegards\n",
        "Dear user,\n\nI/O error on disk 3?\n\nRegards,\nNAS\n",
        "backup finished: 3 files\n",
        "Dear anna,\n\nYour PC (web07) has not been backed up. Please contact us.\n\nRegards,\nBackupPC Genie\n",
        "arp: 02:00:00:00:00:01 is using my IP address 192.0.2.1 on em0!\nis this a duplicate?\n",
        "Hello,\n\nyour certificate expires. Do not reply to this message.\n\nRegards\n",
        "Hello,\n\nThe certificate of www expires in 5 days. Is that known?\n\nSSL Certificate Checker\n",
        "Dear admin,\n\nthe array is degraded.\n\nCheers,\nAmanda\n",
        "-- Journal begins at Mon 2022-05-02 --\nNov 24 06:25:04 sd1 backup[2211]: cannot reach the storage box\n",
        "backup of web07\n\nall good,\nDone\n",
    ],
)
def test_a_bare_text_of_a_machine_is_not(body: str) -> None:
    assert report(body).kind != "human"


@pytest.mark.parametrize(
    "body",
    [
        'Hola a todos:\n\nSi llega un aviso de "disk failure", es conocido.\n\nAbrazos,\nXavi\n',
        'Estimado Juan:\n\nLa alarma "RAID degraded" es conocida.\n\nUn abrazo, Marta\n',
        'Olá pessoal:\n\nO alarme "disk failure" do servidor velho é conhecido.\n\nAbraço,\nRui\n',
        'Dear all:\n\nThe "disk failure" warnings of the old array are known.\n\nBest,\nSam\n',
        "Bonjour à tous,\n\nL'alerte « disk failure » de la baie est connue.\n\nBises,\nClaire\n",
        "Hallo zusammen,\n\ndie Meldung „disk failure“ ist bekannt.\n\nSchönes Wochenende,\nJens\n",
        'Cześć wszystkim,\n\nalarm "disk failure" jest znany.\n\nMiłego dnia,\nOla\n',
        "Marek,\n\nthe old array throws disk failure. Leave it on until the 15th.\n\nBest,\nJo\n",
    ],
)
def test_a_bare_letter_that_speaks_of_a_fault_is_a_person_s(body: str) -> None:
    assert report(body).kind == "human"


@pytest.mark.parametrize(
    "body",
    [
        "Hello,\n\nthe nightly backup failed.\n\nRegards,\nHeimdall\n",
        "Hola a todos:\n\nLa copia de web07: disk failure.\n\nSaludos,\nMarvin\n",
        "Hi all:\n\n2022-03-08 03:01:30 backup ended with errors\n\nThanks,\nZeus\n",
        "Hi,\n\nBackup of db1: FAILED\nExit code: 12\n\nBye,\nMarvin\n",
        "Hola Ana:\n\nTu dominio example.es caduca en 30 días.\n\nUn saludo,\nDinahosting\n",
        "Hi Alice,\n\nThis notice confirms that your password was changed on Blog.\n\nThis email has been sent to a@b.example\n\n"
        "Regards,\nAll at Blog\nhttps://blog.example.com\n",
        "Dear abuse team,\n\nyour host 192.0.2.4 attacked ours: login failed.\n\nKind regards,\nBitNinja\n",
        "Dear Bob:\n\n\tJust wanted to let you know you were just left a 0:12 long message (number 3)\nin mailbox 100, so you might\n"
        "want to check it when you get a chance.  Thanks!\n\n\t\t\t\t--Asterisk\n",
    ],
)
def test_a_bare_letter_of_a_machine_that_takes_its_leave_is_not(body: str) -> None:
    assert report(body).kind != "human"


@pytest.mark.parametrize(
    ("said", "is_persons"),
    [
        ("Your PC (web07) has never been backed up by our\nPC backup software.", False),
        ("The Outlook files on your PC have not been backed up for 8 days.\nPlease exit Outlook.", False),
        ("I have not backed up your PC for 8 days.", True),
        ("We do not back up your PC any more.", True),
        ("Your PC was not backed up. Is it on?", True),
    ],
)
def test_a_short_letter_of_root_needs_a_person_s_word(said: str, is_persons: bool) -> None:
    body = f"Dear anna,\n\n{said}\n\nRegards,\nBackupPC Genie\nhttp://backuppc.sourceforge.net\n"
    assert (report(body, subject="nightly", sender="root@web07.example.org").kind == "human") is is_persons


@pytest.mark.parametrize(
    "body",
    [
        "ok\n",
        "Done.\n",
        "thanks!\n",
        "all done, thanks\n",
        "läuft wieder\n",
        "C'est fait, merci !\n",
        "gracias\n",
        "zrobione\n",
        "готово\n",
        "完了しました\n",
        "好的\n",
        "done 👍\n",
    ],
)
def test_an_answer_in_a_word_or_two_is_a_person_s(body: str) -> None:
    assert report(body).kind == "human"


@pytest.mark.parametrize(
    "body",
    [
        "rebooting fw2 in ten minutes, shout if you mind\n",
        "Which disk is the bad one? The panel says all are failed.\n",
        "Yes please order two, same type as last time.\n",
        "what do i do?? everything is red\n\nlisa (reception)\n",
        "Fehlalarm, hab nur das Kabel gezogen. Sorry!\n",
        "fausse alerte, c'était le ménage\n",
        "falsa alarma, mañana os cuento\n",
        "wymieniłem dysk, jutro sprawdzę jeszcze raz\n",
        "鈴木です。\n\nバックアップ失敗の件ですが、明日また確認します。\n",
        "Ahoj v¹ichni,\nzáloha probìhla, 0 chyb. Mù¾eme smazat starou pásku?\nHonza\n",
        "Pour info.\n\nDe : a@example.net\nEnvoyé : mardi 8 mars 2022 09:31\nÀ : b\nObjet : sw-2 est DOWN\n\nEtat : DOWN\n",
        "FYI\n\nVan: a@example.net\nVerzonden: dinsdag 8 maart 2022 09:31\nAan: b\nOnderwerp: disk failed\n\nFAILED\n",
        "FYI\n\nGesendet: Dienstag, 8. März 2022 um 09:31 Uhr\nVon: a@example.net\nAn: b\nBetreff: disk failed\n\nFAILED\n",
        "Zrobione.\n\nW dniu wt., 8 mar 2022 o 09:31 <a@example.net> napisał(a):\n\n> disk FAILED\n",
        "Vaihdettu.\n\nti 8. maalisk. 2022 klo 9.31 root (a@example.net) kirjoitti:\n\n> disk FAILED\n",
        "已处理。\n\nroot <a@example.net> 于2022年3月8日周二 09:31写道：\n\n> disk FAILED\n",
        "Replaced.\n\n>>> root <a@example.net> 08.03.2022 09:31 >>>\ndisk FAILED\n",
    ],
)
def test_a_short_text_that_somebody_typed_is_a_person_s(body: str) -> None:
    assert report(body).kind == "human"


@pytest.mark.parametrize(
    "body",
    [
        "Killed\n",
        "Segmentation fault\n",
        "Backup finished\n",
        "Disk failure on st3! Please replace it soon!!!\n",
        "Sorry, the backup failed again.\n",
        "No sensors found!\nMake sure you loaded all the kernel drivers you need.\n",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
        "ディスクの障害が検出されました。\n",
        "Thank you for your mail. A ticket was created.\n\nYou wrote:\n> the disk failed\n\nYour support team\n",
        "web07.example.org kernel log messages:\n> ada0: read error\n",
    ],
)
def test_a_short_text_of_a_machine_is_no_person_s(body: str) -> None:
    assert report(body).kind != "human"


def test_a_word_without_a_header_is_not_dropped() -> None:
    assert report("Backup finished\n").note == "a word or two without a header may be a person's answer"
    assert report("Backup finished\n", subject="Cron <root@web07> backup").note == ""


THREAD = ("In-Reply-To: <1@example.org>", "References: <1@example.org>", "Auto-Submitted: auto-generated", "Precedence: bulk")


@pytest.mark.parametrize(
    ("headers", "sender", "body"),
    [
        (
            ("X-RT-Ticket: x #1", "X-RT-Originator: ann@example.org"),
            '"Ann via RT" <q@example.org>',
            "The fan was replaced, please check.\n",
        ),
        (("X-JIRA-FingerPrint: 1",), '"Ann Lee (Jira)" <jira@example.org>', "Ann Lee commented on A-1:\n----\n\nNew fan.\n"),
        (
            ("X-GitLab-Author: ann",),
            '"Ann (@ann)" <gitlab@example.org>',
            "Ann commented:\n\n\nNew fan is in.\n\n-- \nReply to this email\n",
        ),
        (("X-GitHub-Sender: ann", "X-GitHub-Reason: mention"), "Ann <notifications@github.com>", "The new fan is in.\n\n-- \nReply\n"),
        (
            ("X-Gitea-Sender: ann", "X-Mailer: Gitea"),
            '"ann" <git@example.org>',
            "The new fan is in.\n\n---\nReply to this email directly\n",
        ),
        (
            ("X-Redmine-Sender: ann", "X-Mailer: Redmine"),
            "Redmine <redmine@example.org>",
            "Issue #1 has been updated by Ann.\n\nStatus changed from New to Closed\n\nThe new fan is in.\n\n" + "-" * 40 + "\nBug #1: x\n",
        ),
        (
            ("X-Phabricator-Sent-This-Message: Yes",),
            '"ann" <phab@example.org>',
            "ann added a comment.\n\n  New fan is in.\n\nTASK DETAIL\n  https://x.example/T1\n",
        ),
        (
            ("X-Bugzilla-Who: ann@example.org",),
            "bugs <bugzilla-daemon@example.org>",
            "--- Comment #4 from Ann <ann@example.org> ---\nNew fan is in.\n",
        ),
        (
            ("X-Mailer: Zendesk Mailer",),
            '"Ann (Support)" <support@example.org>',
            "Hi Bob,\n\nI’ve changed the fan. Could you check?\n\nAnn\n",
        ),
    ],
)
def test_what_a_person_typed_passes_whatever_system_carries_it(headers: tuple[str, ...], sender: str, body: str) -> None:
    found = report(body, subject="[x #1] fan FAILED on web07", sender=sender, headers=(*THREAD, *headers))
    assert found.kind == "human"


@pytest.mark.parametrize(
    ("headers", "sender", "body", "kind"),
    [
        (("X-GitLab-Author: ann",), '"Ann (@ann)" <gitlab@example.org>', "Issue was closed by Ann\n", "auto_reply"),
        (("X-GitHub-Sender: ann",), "Ann <notifications@github.com>", "Merged #94 into main.\n\n-- \nReply\n", "auto_reply"),
        (("X-Mailer: Zendesk Mailer",), "Support <support@example.org>", "Your request (1) has been received.\n", "auto_reply"),
        (("X-Mailer: Zammad Mail Service",), "Hilfe <help@example.org>", "Ihre Anfrage ist bei uns eingegangen.\n", "auto_reply"),
        (("X-Debian-PR-Message: ack 1",), "owner@bugs.example.org", "This is an automatically generated reply.\n", "auto_reply"),
        (("X-List-Administrivia: yes",), "list-owner@example.org", "The list has 2 request(s) waiting.\nCause: error\n", "auto_reply"),
        (
            ("X-JIRA-FingerPrint: 1",),
            '"Zabbix Bot (Jira)" <jira@example.org>',
            "Zabbix Bot commented on A-1:\n----\nfan FAILED\n",
            "unknown",
        ),
        (("X-RT-Originator: zabbix@example.org",), '"zabbix via RT" <q@example.org>', "PROBLEM: fan FAILED on web07\n", "unknown"),
    ],
)
def test_what_a_ticket_system_says_by_itself_is_no_person_s(headers: tuple[str, ...], sender: str, body: str, kind: str) -> None:
    found = report(body, subject="[x #1] fan FAILED on web07", sender=sender, headers=(*THREAD, *headers))
    assert found.kind == kind


def test_a_pasted_report_without_a_person_sign_still_shows_its_foreign_words() -> None:
    found = report("FYI\n" + REPORT, subject=DAILY)
    assert found.sections[0].name == "preamble"
    assert found.sections[0].lines == ("FYI",)


@pytest.mark.parametrize(
    "body",
    [
        "Merhaba,\n\nSunucuya bağlanamıyorum, bakabilir misiniz?\n\nTeşekkürler,\nMehmet\n",
        "Здравствуйте!\n\nНе могу войти на сервер.\n\nС уважением,\nИван\n",
        "お世話になっております。\n\nメンテナンスは何時からでしょうか。\nよろしくお願いいたします。\n",
        "你好,\n\n我的邮箱登录不了,麻烦看一下。谢谢!\n",
        "Hej,\n\nskulle ni kunna lägga upp en brevlåda åt vår praktikant?\n\nMvh\nGunilla\n",
        "Dobrý den,\n\nprosím o obnovení souboru ze zálohy.\n\nDěkuji, Jana Dvořáková\n",
        "Ciao Luca,\n\nho già ordinato il ricambio, arriva giovedì.\n\nA presto\nFederico\n",
        "Estimados,\n\nnecesito que alguien me abra la sala de servidores.\n\nAtentamente,\nIgnacio Ruiz\n",
        "Moikka,\n\nkiitos nopeasta avusta eilen! Kaikki toimii taas.\n\nt. Sanna\n",
        "Szia Kati!\n\nMegnéztem, a tanúsítvány tényleg lejárt.\n\nÜdv: Bence\n",
        "Tjena,\n\nhar någon lånat min kabel?\n\n/Micke\n",
        "Szia,\n\nnem tudok belépni a szerverre, meg tudnád nézni?\n",
        "Say so.\n\nSigned-off-by: Alice Miller <alice@example.org>\n---\n\ndiff --git a/x b/x\n-old error\n",
    ],
)
def test_a_bare_letter_is_a_person_s_in_any_language(body: str) -> None:
    assert report(body).kind == "human"


def test_a_bounce_of_a_letter_that_asks_stays_a_bounce() -> None:
    body = (
        "This is the mail system at host mx.example.org.\n\n<x@example.net>: host mx.example.net said: 550 5.1.1 User unknown\n\n"
        "Received: by web07.example.org\nFrom: Bob <bob@example.org>\nSubject: the wiki\n\nHi, can you tell me whether I may restart it?\n"
    )
    assert report(body).kind == "bounce"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY.\n\nx@example.net: 550 5.1.1 User unknown\n", "bounce"),
        ("Your message\n\n  To:      x@example.net\n\ndid not reach the following recipient(s):\n\nx@example.net on Thu\n", "bounce"),
        ("** Address not found **\n\nYour message wasn't delivered to x@example.net.\n\nThe response was:\n\nDNS Error\n", "bounce"),
    ],
)
def test_a_bare_bounce_is_known_by_its_words(body: str, kind: str) -> None:
    assert report(body).kind == kind
