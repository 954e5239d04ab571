"""What jobs print, wherever it lands: words of trouble, and the numbers of copies and backups."""

from __future__ import annotations

import time
from datetime import date

import pytest

from mailtriage.recognise._jobs import read_job
from mailtriage.recognise._jobs_words import is_trouble, read_trouble
from tests.golden import outcome_of, shipped_rules
from tests.recognise.support import report, section

SICK = """
Subject: ディスク使用率警告
数据库备份异常
磁盘使用率超过 90%
DANGER! 2 files were not protected
Cannot load Zend OPcache - it was built with another API
Error summary:    csum=12
Subject: SSH login alert for user root
Subject: lfd on web07: Excessive resource usage
There are 12031 messages in the mail queue
java.lang.NullPointerException
Subject: [ALERT] web07 is down
Subject: Disk space warning
Subject: CRITICAL: load average is 43.12
Subject: RAID problem on host db03
Subject: mysql is not running on db01
Subject: backup of shop incomplete
Subject: Sicherung fehlgeschlagen
Subject: Error en la copia de seguridad
Subject: backup non riuscito
Subject: Certificate for www.example.org expires in 5 days
Subject: High load on web07
Subject: replication broken on db02
Subject: MySQL replication lag
Subject: nightly job aborted
Subject: [web07] ZFS pool degraded
Subject: mail queue too large
Subject: blacklist check: 192.0.2.1 is listed in zen.example.org
Subject: OSSEC: suspicious activity
Subject: NTP out of sync
Subject: DNS check failed
Subject: rsync exit code 23
Subject: Slave SQL thread not running
Subject: swap usage critical
Subject: Service nginx crashed
ERROR 1045 (28000): Access denied for user 'backup'@'localhost' (using password: YES)
mysqldump: Couldn't execute 'show events': Access denied
FATAL: database "shop" does not exist
psql: could not connect to server: Connection refused
The backup could not be completed
rsync: failed to set times on "/x": Operation not permitted (1)
@ERROR: max connections (4) reached -- try again later
tar: Error opening archive: Failed to open '/dev/sa0'
ssh: Could not resolve hostname backup: Name or service not known
ssh_exchange_identification: Connection closed by remote host
ftp: connect: Connection timed out
421 Service not available, closing connection
530 Login incorrect.
wget: unable to resolve host address 'x.example.org'
lynx: Can't access startfile http://localhost/cron.php
Uncaught TypeError: Cannot read property 'x' of undefined
Exception in thread "main" java.lang.OutOfMemoryError: Java heap space
sh: 1: mailx: not found
-bash: foo: command not found
sudo: sorry, you must have a tty to run sudo
crontab: cannot use crontab
Segmentation fault (core dumped)
Killed
Zombie process detected
DRAC: Power supply failure
Renewal failed for example.org
Let's Encrypt: challenge failed
certificate will expire in 6 days
gpg: can't connect to the agent: IPC connect call failed
fatal: Could not read from remote repository.
error: Your local changes to the following files would be overwritten by merge:
E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)
dpkg: error processing package x (--configure):
Error: Failed to synchronize cache for repo 'epel'
yum: Another app is currently holding the yum lock
pkg: http://pkg.example.org/x: Operation timed out
cannot send 'tank/a@x': dataset does not exist
internal error: Invalid exchange
mount: wrong fs type, bad option, bad superblock on /dev/sdb1
umount: /mnt: target is busy.
stale NFS file handle
Device: /dev/sda, 8 Currently unreadable (pending) sectors
There is at least one disk/array in a NOT OPTIMAL state.
Temperature above threshold: 78 C
Memory usage at 98%, critical
process httpd is not running, restarting
httpd dead but pid file exists
Backup finished with 12 warnings and 2 errors
Job finished with status ERROR
[FAIL] nginx
exit status 1
Script exited with code 2
Lock file exists, another instance is running? aborting
usage: doveadm [-Dv] [-f <formatter>] quota <command> [<args>]
error: can't remove file /var/lib/spamassassin/3.003002/x.cf: Permission denied
could not find any snapshots to destroy; check snapshot names.
[warn] ERROR: dataset (zones/38bc295e) does not exist on destination
Giving up after 5 attempts. IOError: [Errno 13] Permission denied: '/media/nfs/x.gpg'
/etc/cron.hourly/0anacron: line 11: /etc/default/anacron: No such file or directory
python3: can't open file '//mr_sendemail.py': [Errno 2] No such file or directory
Subject: Backup Reports for "x" (Xen Orchestra) with errors
Subject: ALARM: Temperature in server room 34C
Subject: Job nightly exited abnormally
Subject: postgres on db01: too many connections
Subject: [FAIL] nightly-backup
Subject: NAGIOS: host unreachable
Subject: Unable to mount /backup
Subject: Backup missing for web07
Subject: LDAP replication is out of sync
Subject: Fehler beim Backup
Subject: Server nicht erreichbar
Subject: Disque plein sur web07
Subject: Alerte espace disque
Subject: Let's Encrypt renewal error
Subject: disk usage 96% on /home
Subject: log file too big
smbclient: NT_STATUS_LOGON_FAILURE
mount error(13): Permission denied
mount error(112): Host is down
2026/11/22 03:00:01 ERROR : Attempt 3/3 failed with 1 errors
s3cmd: ERROR: S3 error: 403 (AccessDenied)
An error occurred (AccessDenied) when calling the PutObject operation
gsutil: CommandException: No URLs matched
  DUMP: The ENTIRE dump is aborted.
mt: /dev/nst0: Input/output error
Error    : Table 'shop.orders' is marked as crashed and should be repaired
vacuumdb: vacuuming of database "shop" failed: ERROR:  deadlock detected
ERROR:  permission denied for relation x
mongodump: Failed: error connecting to db server: no reachable servers
redis-cli: Could not connect to Redis at 127.0.0.1:6379: Connection refused
RuntimeError: x
[error]  SQLSTATE[HY000] [2002] Connection refused
Error: Error establishing a database connection.
wp: Fatal error: x
npm ERR! code ELIFECYCLE
docker: Error response from daemon: Conflict.
Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
Failed to restart nginx.service: Unit nginx.service not found.
nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)
AH00526: Syntax error on line 12 of /etc/apache2/sites-enabled/x.conf:
rndc: connect failed: 127.0.0.1#953: connection refused
dig: couldn't get address for 'ns1': not found
ntpdate[811]: no server suitable for synchronization found
Can't open display
crontab: errors in crontab file
logger: socket /dev/log: Connection refused
sort: write failed: /tmp/sortX: No space left on device
gzip: /backup/x.gz: unexpected end of file
gzip: /backup/x.gz: invalid compressed data--crc error
xz: Compressed data is corrupt
unzip:  cannot find or open x.zip
cpio: write error
openssl: unable to load certificate
Bad owner or permissions on /root/.ssh/config
Load key "/root/.ssh/id_rsa": invalid format
Warning: Identity file /root/.ssh/x not accessible: No such file or directory.
Disk quota exceeded
kinit: Preauthentication failed while getting initial credentials
ldap_sasl_bind(SIMPLE): Can't contact LDAP server (-1)
rsync: writefd_unbuffered failed to write 4 bytes [sender]: Broken pipe (32)
Timeout, server backup not responding.
Write failed: Broken pipe
lost connection
scp: /x: No such file or directory
Host 'backup' is DOWN
only 3 GB free on /var
Less than 5% free on /home
master is not running
Last_Error: Error 'Duplicate entry'
mdadm: /dev/md0 is degraded
No response from host
10 hosts down
website check returned 503
The backup is 3 days old!
kernel: Out of memory: Kill process 811
sendmail: fatal: root(0): queue file write error: No space left on device
"""
WELL = """
警告: 0
エラーはありません
没有错误
0 total stale jobs.
Cannot load Zend OPcache - it was already loaded
note     : Table does not support optimize, doing recreate + analyze instead
Error summary:    no errors found
crash/x.txt
error/404.html
deleting crash/dump.txt
panic.9.gz
>f+++++++++ alert/critical.css
failed.html
home/anna/failure
Subject: Backup OK on web07
Subject: Backup completed successfully
Subject: inventory
Subject: Daily report for web07
Subject: [web07] backup: success
Subject: Sicherung erfolgreich
Subject: Weekly statistics
Subject: RAID status: optimal
Subject: Disk report
Subject: rsync finished, 0 errors
Subject: backup report 2026-11-22
0 errors
no errors
No errors found
0 errors, 0 warnings
Errors: 0
Errors 0
errors=0
failed: 0
failed=0
0 failed
ok=12 changed=0 unreachable=0 failed=0 skipped=0 rescued=0 ignored=0
12 passed, 0 failed
Non-fatal FD errors: 0
SD Errors: 0
Checking for errors... none
no problems found
Finished full repository check, no problems found.
Index object count match.
errors: No known data errors
with 0 errors on Sun Nov 22
Found 0 corrupted records
Found 0 dropped records,
/var/log/httpd/error_log
rotating log /var/log/nginx/error.log, log->rotateCount is 14
considering log /var/log/apache2/error.log
www/htdocs/error/404.html
usr/share/man/man3/error.3.gz
home/anna/critical-review.pdf
home/anna/failed.txt
deleting tmp/error.tmp
error_reporting(E_ALL)
display_errors = Off
Removing expired sessions
12 expired sessions removed
Deleted 4 expired files
Cleaning up stale lock files
fail2ban-client reloaded
failover configured
if it fails, look at the log
If the job fails the admin is mailed
Nothing found
not infected
Infected files: 0
Known viruses: 8601234
Shutting down
Slowing down
rsync warning: some files vanished before they could be transferred (code 24) at main.c(1338) [sender=3.2.7]
sent 1,234 bytes  received 35 bytes  2,538.00 bytes/sec
total size is 378,882  speedup is 284.23
Number of deleted files: 0
Backup finished, exit code 0
exited with status 0
exit status: 0
return code = 0
HTTP/1.1 200 OK
HTTP request sent, awaiting response... 200 OK
status: 200
returned 304
0 Fehler
keine Fehler
Fehler: 0
ohne Fehler abgeschlossen
1204 Dateien übertragen, 0 Fehler
0 erreur
aucune erreur
sans erreur
0 errores
sin errores
nessun errore
0 errori
geen fouten
0 fouten
Sauvegarde terminée avec succès
Respaldo terminado
Sicherung abgeschlossen
terminating with success status, rc 0
Deleted data:             -102.20 kB            -90.27 kB               -477 B
Certificate not yet due for renewal
No renewals were attempted.
No hooks were run.
Congratulations, all renewals succeeded:
0 renew failure(s), 0 parse failure(s)
all 12 databases dumped
dumping table error_messages
CREATE TABLE exception_log
Optimizing table wp_failed_jobs
mysql.user                                         OK
shop.orders                                        OK
shop.error_log                                     OK
14 machines counted, nothing new
4 orders exported
Processed 1204 mails, 0 rejected
Rejected: 0
Denied: 0
connections refused: 0
timeouts: 0
0 timeouts
Warnings: 0
0 problems
Uptime 42 days
 06:25:01 up 42 days,  3:11,  0 users,  load average: 0.12, 0.10, 0.09
/dev/sda1        29G   12G   15G  44% /
Swap:              0           0           0
pam_unix(cron:session): session opened for user root
perl-Error-0.17020-2.el7.noarch
libgpg-error0 1.46-1
Updating index for warnings.php
Setting log level to error
[INFO] no critical updates
PHP Deprecated:  Function strftime() is deprecated in /srv/x.php on line 4
mandb: warning: /usr/share/man/man1/x.1.gz is a dangling symlink
Purging old index files in /var/cache/man...
Applied catalog in 9.3 seconds
Notice: Applied catalog in 9.32 seconds
Everything up-to-date
Already up to date.
Local and Remote metadata are synchronized, no sync needed.
Last full backup date: none
No signatures found, switching to full backup.
no parent snapshot found, will read all files
gpg: key 473041FA: "Debian Archive" not changed
error handling tests: 12 ok
fault-tolerant mode on
job queue: 0 dead, 0 stuck
0 of 12 hosts down
no host is down
spam: 12, virus: 0
"""


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize("line", _lines(SICK))
def test_a_line_that_tells_of_a_failure_is_trouble(line: str) -> None:
    assert is_trouble(line)


@pytest.mark.parametrize("line", _lines(WELL))
def test_a_line_that_tells_of_health_is_no_trouble(line: str) -> None:
    assert not is_trouble(line)


@pytest.mark.parametrize(
    "line",
    [
        "find: '/x': Permission denied",
        "rm: cannot remove '/x': No such file or directory",
        "tar: /var/db/mysql/ibdata1: file changed as we read it",
        "error: found error in file nginx, skipping",
        "newsyslog: can't notify daemon, pid 123: No such process",
        "Update failed, exiting with code 4",
        "Nov 22 03:00:01 web07 sshd[811]: Failed password for invalid user x from 192.0.2.1 port 22 ssh2",
    ],
)
def test_a_lesser_complaint_is_no_trouble(line: str) -> None:
    assert not is_trouble(line)


def test_the_first_line_of_trouble_is_found_again_by_a_word_of_it() -> None:
    lines = ["starting the copy of /home", "the copy of /home failed", "done"]
    (trouble,) = read_trouble(lines)
    assert (trouble.name, trouble.value) == ("trouble_lines", 1)
    assert [trouble.subject in line.split() for line in lines] == [False, True, False]


def test_lines_without_trouble_give_no_measure() -> None:
    assert read_trouble(["12 files copied", "0 errors"]) == ()


def _numbers(text: str, today: date | None = None) -> dict[str, float]:
    return {measure.name: measure.value for measure in read_job(text.split("\n"), "root: job", today)}


def test_borg_tells_files_sizes_and_how_long_it_took() -> None:
    found = _numbers(
        "Duration: 1 hours 4 minutes 56.18 seconds\nNumber of files: 184311\n"
        "                       Original size      Compressed size    Deduplicated size\n"
        "This archive:               41.20 GB             28.87 GB            112.41 MB\n"
    )
    assert (found["backup_files"], found["backup_duration"]) == (184311, 3896.18)
    assert (found["backup_size"], found["backup_bytes"]) == (41.2e9, 112.41e6)


def test_restic_tells_files_sizes_and_how_long_it_took() -> None:
    found = _numbers("Added to the repository: 2.000 KiB (1.264 KiB stored)\nprocessed 5 files, 3.000 MiB in 1:02:03\n")
    assert (found["backup_files"], found["backup_duration"]) == (5, 3723)
    assert (found["backup_size"], found["backup_bytes"]) == (3 * 1024**2, 2048)


def test_duplicity_tells_files_errors_and_how_long_it_took() -> None:
    found = _numbers("ElapsedTime 40.50 (40.50 seconds)\nSourceFiles 41\nSourceFileSize 127324 (124 KB)\nErrors 3\n")
    assert (found["backup_files"], found["backup_errors"], found["backup_duration"], found["backup_size"]) == (41, 3, 40.5, 127324)


def test_pgbackrest_tells_files_size_and_how_long_it_took() -> None:
    start = "2026-11-22 02:00:02.643 P00   INFO: "
    found = _numbers(f"{start}full backup size = 22.5MB, file total = 964\n{start}backup command end: completed successfully (3014ms)")
    assert (found["backup_files"], found["backup_bytes"], found["backup_duration"]) == (964, 22.5e6, 3.014)


def test_needrestart_tells_whether_a_reboot_waits() -> None:
    assert _numbers("NEEDRESTART-KSTA: 1")["reboot_required"] == 0
    assert _numbers("NEEDRESTART-KSTA: 3")["reboot_required"] == 1
    assert "reboot_required" not in _numbers("NEEDRESTART-KSTA: 0")


def test_certbot_tells_how_long_a_certificate_lasts() -> None:
    line = "  /etc/letsencrypt/live/www.example.org/fullchain.pem expires on 2026-12-02 (skipped)"
    assert _numbers(line, date(2026, 11, 22))["certificate_days"] == 10
    assert "certificate_days" not in _numbers(line.replace("12-02", "13-42"), date(2026, 11, 22))


def test_an_unknown_mail_is_about_its_subject_without_the_numbers() -> None:
    one = report("x", subject="Backup 17 of web07 failed at 03:12:01", sender="root@web07.example.org")
    other = report("x", subject="Backup 18 of web07 failed at 03:14:55", sender="root@web07.example.org")
    assert section(one, "mail").item == section(other, "mail").item == "Backup # of web07 failed at #"


LETTER = """Dear administrator,

you could not miss our new offer: your servers will never be down again.
If you do not want our mails, please tell us.
We wish you a nice day, and you will hear from us.
If you cannot read this, you may look at it with your browser.
"""


def test_a_letter_is_not_searched_for_words_of_trouble() -> None:
    letter = section(report(LETTER, subject="Our offer", sender="no-reply@example.com"), "mail")
    assert [measure.name for measure in letter.measures] == ["cron_lines"]
    bulk = section(
        report("it cannot\n" * 9, subject="Our offer", sender="no-reply@example.com", headers=("List-Unsubscribe: <x>",)), "mail"
    )
    assert next(measure.value for measure in bulk.measures if measure.name == "trouble_lines") == 2


def test_a_bare_text_names_its_host() -> None:
    assert report("Hostname: db03.example.net\nthe copy failed\n").host == "db03.example.net"
    assert report("the copy failed\n").host == ""
    copied = 'Running out of space "/dev/sda1 (95%)" on db03.example.net as on Sun Nov 22 06:25:01 UTC 2026\n'
    assert report(copied).host == "db03.example.net"


@pytest.mark.parametrize(("n", "verdict"), [(1, "drop"), (20, "drop"), (21, "digest"), (3000, "digest")])
def test_a_few_files_may_go_at_the_target_of_a_copy(n: int, verdict: str) -> None:
    gone = "".join(f"deleting albums/{number}.jpg\n" for number in range(n))
    body = f"sending incremental file list\n{gone}\nsent 1,234 bytes  received 35 bytes  2,538.00 bytes/sec\n"
    whole = f"{body}total size is 378,882  speedup is 284.23\n"
    assert outcome_of(whole.encode(), shipped_rules()).verdict == verdict
    assert outcome_of(body.encode(), shipped_rules()).verdict == "digest"


def test_a_play_of_ansible_that_is_cut_off_is_kept() -> None:
    play = "PLAY [all] *************\n\nTASK [Gathering Facts] *************\nok: [web07]\n\n"
    recap = "PLAY RECAP *************\nweb07 : ok=1    changed=0    unreachable=0    failed=0\n"
    head = "From: root@adm01.example.org (Cron Daemon)\nSubject: Cron <root@adm01> ansible-playbook site.yml\n\n"
    rulebook = shipped_rules()
    assert outcome_of((head + play + recap).encode(), rulebook).verdict == "drop"
    assert outcome_of((head + play).encode(), rulebook).verdict == "digest"


def test_a_subject_nobody_has_heard_of_keeps_the_mail() -> None:
    body = "total size is 378,882  speedup is 284.23\n"
    head = "From: root@web07.example.org\nSubject: copied\nDate: Sun, 22 Nov 2026 06:25:03 +0000\n\n"
    rulebook = shipped_rules()
    assert outcome_of(body.encode(), rulebook).verdict == "drop"
    assert outcome_of((head + body).encode(), rulebook).verdict == "digest"


@pytest.mark.parametrize("line", ["error 0 " * 250_000, "failed: none " * 150_000, "a/b/c/d/" * 250_000, "no " * 600_000])
def test_a_line_of_megabytes_is_judged_in_bounded_time(line: str) -> None:
    begun = time.monotonic()
    read_job([line] * 3, "root: job")
    assert time.monotonic() - begun < 2
