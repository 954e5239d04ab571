"""A word of trouble that is counted as zero is no trouble, in any tongue; one word or digit away it is."""

from __future__ import annotations

import pytest

from mailtriage.recognise._jobs_words import is_trouble, read_trouble
from mailtriage.rulebook.floor import entries_in
from mailtriage.zero_words import is_bad
from mailtriage.zeros import cut
from tests.golden import outcome_of, shipped_rules

# Healthy on the left, sick on the right.
PAIRS = """
Błędy sterownika: 0 | Błędy sterownika: 4
inkomend 89, uitgaand 190, mislukt 0% | inkomend 89, uitgaand 190, mislukt 2%
tape LT1: wrote 5 GB at 2 MB/s, 0 soft errors | tape LT1: wrote 5 GB at 2 MB/s, 1 hard errors
tape LT1: 12 soft errors | tape LT1: 400 soft errors
corrected errors: 3 | uncorrected errors: 3 on a failed drive
alarmów: 0 | alarmów: 3
Zustand kritisch: 0 | Zustand kritisch: 2
0 abgelehnt | 12 abgelehnt
erreurs: 0 | erreurs: 3
fouten 0 | fouten 10
0 problèmes, 0 erreurs | 0 problèmes, 4 erreurs
errors: 0 | errors: 0.5
errors: 0, failed: 0 | errors: 0, failed: 3
0 errors | 0.5 errors found
0 of 12 hosts down | 0 errors, 3 of 12 hosts failed
0 failed | 10 failed
failed: 0 | failed: 0 of 3
failed: 0 | failed: 0 -> 3
failed: 0 | failed: 0 ... 3
failed: 0 | failed: 0 +3
failed: 0, 12 ok | failed: 0, 12
errors: 0 | errors: 0x1f
failed: 0x0 | failed: 0x10
rc=0, 0 failed | rc=0 but failed
exit code 0, no errors | exit code 0 failed
failed (0) | failed (3)
failed [0], broken (0) | failed [0], broken (2)
failed ......: 0 | failed ......: 1
failed .... 0 | failed .... 1
failed = 0 | failed = 1
failed=0 | failed=2
failure rate 0.00% | failure rate 0.01%
failure rate: 0,0 % | failure rate: 3,0 %
Fehlerrate: 0,0 % | Fehler in 1,0 % der Fälle
Fehlerquote 0% | Fehler: 5%
Lesefehler: 0 | Fehler beim Lesen: 0
Fehler: keine | Fehler: keine Verbindung
Fehler: keiner. | Fehler: kein Platz
keine neuen Fehler | keine Antwort, Fehler
Fehlgeschlagen: 0 | Fehlgeschlagen: 1
0 Dateien fehlgeschlagen | 0 Bytes kopiert, fehlgeschlagen
0 Dateien beschädigt | 20 Dateien beschädigt
Abgebrochen: 0 | Abgebrochen: ja
échecs : 0 | échecs : 2
échec: aucun | échec: aucun accès
0 fichiers en erreur | 10 fichiers en erreur
Nombre d'erreurs : 0 | Nombre d'erreurs : 5
failed in/out: 0/0 | failed in/out: 0/4
erreurs: néant | erreurs: nombreuses
alerte : 0 | alerte : 1
fouten: geen | fouten: geen toegang
geen nieuwe fouten | geen toegang, fouten
0 bestanden mislukt | 1 bestanden mislukt
mislukt: 0 | mislukt: 0 van 3
geweigerd: 0 | geweigerd: 7
błędów: 0 | błąd: 10
błędy: brak | błędy: brak miejsca
0 błędów krytycznych | 5 błędów krytycznych
uszkodzone: 0 | uszkodzone: 1
0 plików uszkodzonych | 100 plików uszkodzonych
errores: 0 | errores: 9
fallos: ninguno | fallos: ninguna respuesta
0 archivos fallidos; rechazada: 0 | 0 archivos fallidos; rechazada: 1
errori: nessuno | errori: nessuna risposta
0 file danneggiati, falliti: 0 | 0 file danneggiati, fallito: 1
erros: 0 | erros: 1
falhas: nenhuma | falhas: nenhuma resposta
fel: 0 | fel: 1
0 fel | 2 fel i filen
fejl: ingen | fejl: ingen plads
0 fejl | 10 fejl
feil: 0 | feil: 1
virheitä: 0 | virheitä: 3
0 virhettä | 10 virhettä
chyby: 0 | chyba: 7
chyb: žádné | chyba: žádné místo
hibák: 0 | hibák: 2
0 hiba | 4 hiba
ошибок: 0 | ошибок: 10
ошибок: нет | ошибок: нет места
0 ошибок | 1 000 ошибок
помилок: 0 | помилок: 5
エラー: 0件 | エラー: 3件
failed: none | failed: none of the mirrors answered
failed: - | failed: -1
no new failures | no answer, failures
0 failed 0 skipped | failed 0 errors 3
0 errors failed: 0 | 3 failed 0 skipped
failed 0 | failed 0 12
failed tests: 0 | failed disk: 0
0 timed out, 0 refused | 0 timed out, 1 refused
0 files failed | 0 bytes sent, failed
dead tuples 1234 | dead node 1234
n_dead_tup: 77, dead rows: 12 | dead: 12
files: error-pages.tar.gz | files: error: pages.tar.gz
reading /var/log/errors.log | reading failed: /var/log/errors.log
copied denied.txt | copied, denied
failover ready | failed over
fail2ban is running | fail2ban failed
drives failed: 0, spares: 2 | drives failed: 2, spares: 0
- 0 failed | - 1 failed
* failed: 0 | * failed: 9
failed: 00 | failed: 01
failed: 0; retried: 3 | failed: 3; retried: 0
10 files, 0 failed | 0 files, 10 failed
"""
# Counts of what takes a phrase: a verb with its "not", a limit and what happened to it.
PHRASES = """
601 files removed, 0 could not be removed | 601 files removed, 19 could not be removed
[2026-10-29 03:31:01] INFO total 601 files removed, 0 could not be removed | [2026-10-29 03:31:01] INFO 0 could not be removed: 3
0 files could not be removed | 10 files could not be removed
0 old files cannot be read | 0 bytes cannot be read
0 hosts are not responding | 0 hosts are up, web01 is not responding
0 could not be removed | Drives 1 and 0 could not be removed
0 could not be opened | drive 0 could not be opened
0 could not be opened | tape: 0 could not be opened
0 files could not be removed | 0 files could not be removed, 3 could not be read
0 files could not be removed | 0 files could not be removed: permission denied
could not be removed: 0 | could not be removed: 0 of 3
files that could not be removed: 0 | backup could not be removed: 0
could not be removed ..... 0 | could not be removed ..... 4
could not be removed: none | could not be removed: null
0 konnten nicht gelöscht werden | 3 konnten nicht gelöscht werden
0 Dateien konnten nicht gelöscht werden | LUN 0 konnten nicht gelöscht werden
konnten nicht gelöscht werden: keine | konnten nicht gelöscht werden: keine Rechte
0 n'ont pas pu être supprimés | 3 n'ont pas pu être supprimés
0 fichiers n'ont pas pu être supprimés | disque 0 n'ont pas pu être lus
n’ont pas pu être lus : 0 | n’ont pas pu être lus : 7
0 konden niet worden verwijderd | 12 konden niet worden verwijderd
0 bestanden konden niet verwijderd worden | schijf 0 konden niet verwijderd worden
niet gevonden: geen | niet gevonden: geen toegang
0 nie udało się usunąć | 5 nie udało się usunąć
0 plików nie udało się usunąć | 0 plików nie udało się usunąć: brak dostępu
nie udało się usunąć: brak | nie udało się usunąć: brak miejsca
0 no se pudieron eliminar | 2 no se pudieron eliminar
0 file non è stato possibile eliminare | 8 file non è stato possibile eliminare
0 kunde inte tas bort | 6 kunde inte tas bort
0 kunne ikke slettes | 6 kunne ikke slettes
0 не удалось удалить | 4 не удалось удалить
5 certificates checked, 0 expire within 21 days, 0 expired | 5 certificates checked, 0 expire within 21 days, 3 expired
5 certificates checked, 0 expire within 21 days | 5 certificates checked, 3 expire within 21 days, 0 expired
0 certificates will expire in 30 days | Certificate 0 will expire in 30 days
0 expiring soon | cert: 0 expiring soon
Quota exceeded: none | Quota exceeded: none of the users can write
users over quota: 0 | users over quota: 3
0 users over quota | 4 users over quota
quota exceeded: 0 | limit of 0 exceeded
Quota überschritten: keine | Quota überschritten: meier
Quota dépassé : aucun | Quota dépassé : 2 utilisateurs
Quota dépassé : 0 utilisateurs | Quota dépassé : aucun espace
Seuils dépassés : 0 | Seuils dépassés : 0 sur 3
Quota overschreden: geen | Quota overschreden: jansen
Limit przekroczony: brak | limit 0 przekroczony
nicht erreichbar: 0 | Dienst nicht erreichbar: 0
not responding: 0 | db1 not responding: none
infected ............... 0 | infected ............... 9
infected.....0 | infected.....4
infected . . . . . 0 | infected . . . . . 10
infected . . . . . 0 | infected . . . . . 0 . . . 3
0 failed | Drives 1 and 0 failed
removed 3 files, 0 failed | removed 3 files, 2 failed
removed 3 old, expired files; 0 failed | removed 3; 2 failed
"""
# A count of zero beside it does not whitewash a line.
WHITEWASHED = """
0 errors WAN2 is down
0 failed - WAN2 is down
link state changed to DOWN 0 errors
tape drive FAILED to load, 0 errors
Backup failed: 0 files copied
a sauvegarde a échoué : 0
das Backup ist leider fehlgeschlagen: 0 errors
Port 0 failed
Drive 0 failed
rc: 0 failed
exit=0 failed
PROCS CRITICAL: 0 processes with command name 'dovecot'
tank    928G   420G   508G        -         -    11%    45%  1.00x  DEGRADED  -
raidz1-0  DEGRADED     0     0     0
sdb     FAULTED      3   211     0  too many errors
Controller ID:  0   VD is now DEGRADED   VD   0
mfi0: 4211 (711s/0x0001/WARN) - VD 00/0 is now DEGRADED
state: failed disks: 0
failed | 0 | 3
"""
TABLE = """\
feature      issued  peak  denied  days left  daemon
ansysmech        25    16       {}  162        up
eplan_p8         10     2       0  223        up
"""
PIPES = "Host   | Jobs | Failed | Time\n-------+------+--------+-----\nweb07  | 3  | {} | 12 s\nweb08 | 4 | 0 | 3 s"
BAD_WORDS = "errors Fehler Lesefehler échecs mislukt błędów fejl virhettä hibák ошибок I/O-errors error-rate ALARMÓW"
OTHER_WORDS = "issued failover person dropbox download badge felt hate error-pages fatherly data tafel"
ON_FLOOR = """
degraded arrays (0) | degraded arrays (1)
degraded: keine | degraded: keine Antwort
panics ......: 0 | panics ......: 1
corrupted files: 0 | corrupted files: 0 of 3
disks offline: none | disks offline: none of them answers
uncorrectable rate: 0.00% | uncorrectable rate: 0.01%
disks failed .... 0 | disks failed .... 1
0 degraded, 0 faulted | 0 degraded, 1 faulted
0 degraded arrays | Port 0 degraded
unavail: - | unavail: -1
0 panics | 0 Kernel panic - not syncing
degraded: 0, spares: 1 | ar0: ATA RAID1 status: DEGRADED subdisks: 0 ad4 ONLINE 1 MISSING
offline = 0 | OFFLINE 0
faulted: 0 | FAULTED      0     0     0
"""


def _pairs(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(" | ")) for line in text.split("\n") if line]


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize(("healthy", "sick"), _pairs(PAIRS + PHRASES))
def test_a_count_of_zero_is_no_trouble(healthy: str, sick: str) -> None:
    assert not is_trouble(healthy)
    assert is_trouble(sick)


@pytest.mark.parametrize("line", _lines(WHITEWASHED))
def test_a_zero_beside_trouble_does_not_whitewash_it(line: str) -> None:
    assert is_trouble(line)


@pytest.mark.parametrize("healthy", [pair[0] for pair in _pairs(PAIRS + PHRASES)])
def test_a_failure_in_the_same_line_is_trouble(healthy: str) -> None:
    assert is_trouble(f"{healthy}; 3 backups failed")
    assert is_trouble(f"3 backups failed, {healthy}")


@pytest.mark.parametrize(("healthy", "sick"), _pairs(ON_FLOOR))
def test_a_count_of_zero_is_not_on_the_floor(healthy: str, sick: str) -> None:
    assert entries_in(healthy) == ()
    assert entries_in(sick) != ()


@pytest.mark.parametrize("table", [TABLE, PIPES])
def test_a_heading_is_no_trouble_and_a_count_below_it_is(table: str) -> None:
    for cell in ("0", "-", "0 %", "0.0"):
        assert read_trouble(table.format(cell).split("\n")) == (), cell
    for cell in ("2", "100", "0.5"):
        (trouble,) = read_trouble(lines := table.format(cell).split("\n"))
        assert trouble.value == 1
        assert trouble.subject in next(line for line in lines if cell in line)


@pytest.mark.parametrize(
    "text",
    [
        TABLE.format("timeout"),
        "host  jobs  denied",
        "host  jobs  denied\nweb07  1  0  3",
        "host  jobs  denied\nweb07  1",
        "ERROR   cannot open   archive\nweb07   1   2",
        "cannot open   archive   denied\nweb07   x   y",
    ],
)
def test_a_heading_whose_table_cannot_be_read_stays_trouble(text: str) -> None:
    assert read_trouble(text.split("\n"))


@pytest.mark.parametrize("word", BAD_WORDS.split())
def test_words_of_trouble(word: str) -> None:
    assert is_bad(word)


@pytest.mark.parametrize("word", OTHER_WORDS.split())
def test_words_that_only_begin_so(word: str) -> None:
    assert not is_bad(word)


def test_what_is_left_of_a_line_keeps_its_order() -> None:
    assert cut("copied 12, 0 errors, 3 skipped").split() == ["copied", "12,", ",", "3", "skipped"]
    assert cut("nothing to see") == "nothing to see"


@pytest.mark.parametrize(
    ("n", "verdict", "by"),
    [("0", "digest", ""), ("1", "digest", "corrected-errors"), ("400", "event", "jobs_failures/trouble")],
)
def test_errors_a_drive_corrected_are_shown_and_many_of_them_are_an_event(n: str, verdict: str, by: str) -> None:
    head = "From: root@web07.example.org (Cron Daemon)\nSubject: Cron <root@web07> nightly-tape\nX-Cron-Env: <LOGNAME=root>\n\n"
    outcome = outcome_of(f"{head}tape LT1: wrote 992 GB, {n} soft errors\n".encode(), shipped_rules())
    assert outcome.verdict == verdict
    assert by in outcome.sections[0].reasons[0].by
