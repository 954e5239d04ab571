"""Words of trouble and of health in several languages, and what scripts and mails say in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mailtriage.recognise._jobs_words import is_trouble
from mailtriage.rulebook import Rulebook
from tests.golden import SAMPLES, outcome_of, shipped_rules

SICK = """
USV: Netzausfall auf fs3
Die USV läuft auf Batterie (Ladung 96 %)
Akku fast leer
Plattenplatz auf ds720 wird knapp
Achtung, /volume1 ist zu 98 % belegt (noch 31 GB frei).
RAID md0 ist nicht vollständig
Die Batterie der USV muss ersetzt werden
Onduleur sur batterie depuis 3 minutes
RAID dégradé sur md0
Le disque /home est rempli à 98 %
Plus que 2 Go libres sur /var
Le serveur web ne répond pas
Défaut sur le disque sdb
Stroomuitval op nas
Netwerkstoring gemeld
De schijf is bijna vol
Schijf sdb defect
Niet genoeg vrije ruimte
Brak zasilania, UPS na baterii
Macierz md0 zdegradowana
Dysk sdb uszkodzony
Kończy się miejsce na dysku
Temperatura dysku sdb 61 C, przekroczony próg
Dysk /dev/sdb zajęty w 98%
Błędy: 0, awarie: 2
Wystąpił błąd
Disco averiado: sdb
Il disco è quasi pieno
Queda de energia
tar: Zakończenie w stanie błędu z powodu uprzednich błędów
tar: Poistutaan virhepaluuarvolla aiempien virheiden vuoksi
UPS on battery
"""
WELL = """
Aucune anomalie détectée.
Brak problemów.
Geen problemen gevonden
USV wieder im Netzbetrieb
0 fouten
RAID vollständig, nicht degradiert
Paramètres par défaut
Storing the archive in /srv
Restoring the archive from /srv
No action is required on your side
Zakończono bez błędów
Завершено без ошибок
Ошибок нет
Dokončeno. Chyby: 0
Ei virheitä.
intrusion0:  OK
Needs EKM Attention: No
Anomaly Report
[/dev/sdb].write_io_errs    0
History file not found...
No Errors Logged
ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE
  1 Raw_Read_Error_Rate     0x002f   200   200   051    Pre-fail  Always       -       0
199 UDMA_CRC_Error_Count    0x0032   200   200   000    Old_age   Always       -       0
"""


@cache
def rulebook() -> Rulebook:
    return shipped_rules()


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def verdict(text: str, subject: str) -> str:
    head = f"From: root@web07.example.org (Cron Daemon)\nSubject: {subject}\n"
    return str(outcome_of((head + "X-Cron-Env: <LOGNAME=root>\n\n" + text).encode(), rulebook()).verdict)


@pytest.mark.parametrize("line", _lines(SICK))
def test_trouble_is_found_in_other_languages(line: str) -> None:
    assert is_trouble(line)


@pytest.mark.parametrize("line", _lines(WELL))
def test_health_is_no_trouble_in_other_languages(line: str) -> None:
    assert not is_trouble(line)


def test_a_freshclam_without_a_name_server_is_a_lesser_complaint() -> None:
    line = "WARNING: Sun Nov 22 06:25:02 2026 -> {}"
    assert not is_trouble(line.format("Can't query current.cvd.clamav.net"))
    assert is_trouble(line.format("Can't open the database"))


@pytest.mark.parametrize(("n", "expected"), [(1, "drop"), (20, "drop"), (21, "digest"), (3000, "digest")])
def test_a_few_files_may_go_in_an_itemized_copy(n: int, expected: str) -> None:
    gone = "".join(f"*deleting   anna/mail/{number}.eml\n" for number in range(n))
    assert verdict(gone, "Cron <root@web07> rsync -ai --delete /a/ /b/") == expected


def test_files_that_go_are_counted_around_those_that_come() -> None:
    gone = "".join(f"*deleting   anna/mail/{number}.eml\n" for number in range(11))
    command = "Cron <root@web07> rsync -ai --delete /a/ /b/"
    assert verdict(f"{gone}>f.st...... anna/x\n", command) == "drop"
    assert verdict(f"{gone}>f.st...... anna/x\n{gone}", command) == "digest"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wordpress: OK (4,0K)", "wordpress: OK (0)"),
        ("wordpress: OK", "wordpress: nicht OK"),
        ("gelöscht: 0", "gelöscht: 4000"),
        ("Datenbank wird gesichert ...", "Datenbank wird übersprungen ..."),
        ("Sicherung erfolgreich beendet.", "Sicherung beinahe beendet."),
        ("Sicherung erfolgreich beendet.", ""),
    ],
)
def test_a_german_script_is_quiet_only_as_it_stands(old: str, new: str) -> None:
    text = (SAMPLES / "cron" / "quiet-saved-german.eml").read_text(encoding="utf-8")
    assert old in text
    assert outcome_of(text.encode(), rulebook()).verdict == "drop"
    assert outcome_of(text.replace(old, new, 1).encode(), rulebook()).verdict != "drop"


@pytest.mark.parametrize("name", ["quiet-virus-scan", "quiet-status-of-disks"])
@pytest.mark.parametrize("word", ["stopped", "incomplete", "of 2 hosts", "!!!"])
def test_a_subject_is_explained_in_its_own_words_only(name: str, word: str) -> None:
    text = (SAMPLES / "unknown" / f"{name}.eml").read_text(encoding="utf-8")
    subject = next(line for line in text.split("\n") if line.startswith("Subject: "))
    assert outcome_of(text.encode(), rulebook()).verdict == "drop"
    assert outcome_of(text.replace(subject, f"{subject} {word}", 1).encode(), rulebook()).verdict != "drop"


@pytest.mark.parametrize("sample", sorted((SAMPLES / "unknown").glob("quiet-*.eml")), ids=lambda path: path.stem)
def test_a_line_nobody_knows_keeps_a_mail_of_a_script(sample: Path) -> None:
    whole = sample.read_bytes().rstrip(b"\n")
    for line in (b"3 volumes remain", b"quota: 98%", b"only 2 of 9 made it", b"12"):
        assert outcome_of(whole + b"\n" + line + b"\n", rulebook()).verdict != "drop", line
