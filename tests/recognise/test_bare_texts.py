"""Texts without a header: what a person typed, and what a machine printed."""

from __future__ import annotations

import pytest

from tests.recognise.support import report


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
